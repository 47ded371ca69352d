//! Many clients at once, through a whole house.

mod alone;
mod linear;
mod record;
mod running;

use std::sync::Arc;

use fastrand::Rng;
use usher_core::{Command, Money, Reply, UserId};

use crate::cases::cases;
use crate::fixture::Fixture;
use crate::orders::{self, keyed};
use crate::picture;
use crate::suite::Case;
use linear::{Step, is_explained};
use record::{Call, Record, SeatState, account_after, seat_after};
use running::{Front, Running, at_once};

const CLIENTS: usize = 8;

cases!("crowd":
    every_seat_and_every_account_is_linearizable,
    two_hundred_buyers_of_one_seat_get_exactly_one_hold,
    three_hundred_charges_and_uses_at_once_leave_the_exact_sum,
    a_hundred_cancels_at_once_make_one_refund,
    one_key_fifty_times_at_once_has_one_effect_and_forty_nine_repeats,
    overlapping_holds_of_many_seats_never_wait_for_each_other,
    first_charges_at_once_open_one_account,
    an_acknowledged_write_is_read_at_once,
    a_history_has_no_gap_while_a_crowd_writes_it,
    no_event_is_skipped_while_a_crowd_makes_them,
);

/// Every case with several clients, and those that a house does by itself.
pub(crate) fn all<F: Fixture>() -> Vec<Case<F>> {
    [cases(), alone::cases()].concat()
}

const FANS: [&str; 4] = ["kim", "lee", "park", "choi"];
const CALLS: usize = 60;
const HOUSE_SEATS: u32 = 6;

fn every_seat_and_every_account_is_linearizable<F: Fixture>(fixture: &F) {
    for seed in 1..=3 {
        let (running, show) = Running::after(fixture, |scene| scene.sale(100, HOUSE_SEATS));
        let record = Arc::new(Record::default());
        let shared = record.clone();
        let clients = at_once(CLIENTS, &running.house(), move |client, front| {
            let mut rng = Rng::with_seed(seed * 1_000 + client as u64);
            (0..CALLS).map(|_| call(&mut rng, &shared, front, show)).collect::<Vec<Step<Call>>>()
        });
        for (seat, life) in record.lives_of_seats(&clients) {
            let explained = is_explained(&life, SeatState::Free, seat_after);
            assert!(explained, "dice {seed}: no order explains what was said of seat {seat}: {life:#?}");
        }
        for (user, life) in record.lives_of_accounts(&clients) {
            let explained = is_explained(&life, (None, Vec::new()), account_after);
            assert!(explained, "dice {seed}: no order explains what was said of {user}'s money: {life:#?}");
        }
    }
}

/// Something that a fan does, often with what another has.
fn call(rng: &mut Rng, record: &Record, front: &Front, show: usher_core::PerformanceId) -> Step<Call> {
    let fan = FANS[rng.usize(..FANS.len())];
    let hold = latest(rng, &record.holds);
    let payment = latest(rng, &record.payments).map(|payment| payment.id);
    let mut seats = vec![rng.u32(1..=HOUSE_SEATS), rng.u32(1..=HOUSE_SEATS)];
    seats.sort_unstable();
    seats.dedup();
    match (rng.u32(..20), hold, payment) {
        (0..6, ..) => record.order(front, orders::place(fan, show, &seats)),
        (6..9, Some(hold), _) => record.order(front, orders::give_back(&hold)),
        (9..13, Some(hold), _) => record.order(front, orders::pay(&hold)),
        (13..15, _, Some(payment)) => record.order(front, orders::cancel(payment)),
        (15, ..) => record.order(front, orders::spend(fan, rng.u64(1..150))),
        (16, ..) => record.look(front, show),
        (17, ..) => record.count(front, fan),
        (..) => record.order(front, orders::charge(fan, rng.u64(1..300))),
    }
}

/// One of the latest few: those that others are at, too.
fn latest<T: Clone>(rng: &mut Rng, all: &std::sync::Mutex<Vec<T>>) -> Option<T> {
    let all = all.lock().expect("no client fails");
    rng.choice(&all[all.len().saturating_sub(5)..]).cloned()
}

fn two_hundred_buyers_of_one_seat_get_exactly_one_hold<F: Fixture>(fixture: &F) {
    let (running, show) = Running::after(fixture, |scene| scene.sale(100, 3));
    let granted = at_once(CLIENTS, &running.house(), move |client, front| {
        let buy = |n: usize| front.hold(&format!("fan{client}.{n}"), show, &[2]);
        (0..200 / CLIENTS).filter_map(buy).count()
    });
    assert_eq!(granted.iter().sum::<usize>(), 1, "one seat was sold to several buyers, or to none");
    assert_eq!(running.house().taken(show), [2]);
}

fn three_hundred_charges_and_uses_at_once_leave_the_exact_sum<F: Fixture>(fixture: &F) {
    let (running, ()) = Running::after(fixture, |scene| scene.charge("kim", 1_000_000));
    let used = at_once(CLIENTS, &running.house(), |client, front| {
        let mut moved = (0, 0);
        for n in (client..300).step_by(CLIENTS) {
            let amount = n as u64 + 1;
            front.done(orders::charge("kim", amount));
            front.done(orders::spend("kim", 2 * amount));
            moved = (moved.0 + amount, moved.1 + 2 * amount);
        }
        moved
    });
    let came: u64 = used.iter().map(|(came, _)| came).sum();
    let went: u64 = used.iter().map(|(_, went)| went).sum();
    assert_eq!(came, 300 * 301 / 2);
    assert_eq!(running.house().balance("kim"), Some(Money::from_minor_units(1_000_000 + came - went)));
}

fn a_hundred_cancels_at_once_make_one_refund<F: Fixture>(fixture: &F) {
    let (running, (show, payment)) = Running::after(fixture, |scene| {
        let show = scene.sale(700, 9);
        (show, scene.sold("kim", show, &[1, 2, 3]).id)
    });
    let answers = at_once(CLIENTS, &running.house(), move |client, front| {
        (client..100).step_by(CLIENTS).map(|_| front.done(orders::cancel(payment))).collect::<Vec<Reply>>()
    });
    let answers: Vec<Reply> = answers.concat();
    assert_eq!(answers.len(), 100);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "cancelling again must say the same");
    let house = running.house();
    assert_eq!(
        house.balance("kim").map(Money::minor_units),
        Some(2_100),
        "the money came back more than once"
    );
    assert!(house.taken(show).is_empty());
}

fn one_key_fifty_times_at_once_has_one_effect_and_forty_nine_repeats<F: Fixture>(fixture: &F) {
    let (running, show) = Running::after(fixture, |scene| scene.sale(0, 9));
    let commands = [orders::charge("kim", 10), orders::place("kim", show, &[4])];
    for (command, key) in commands.into_iter().zip(1..) {
        let answers = at_once(CLIENTS, &running.house(), move |client, front| {
            let send = |_| front.answer(keyed(key, command.clone())).expect("it is done, or repeated");
            (client..50).step_by(CLIENTS).map(send).collect::<Vec<_>>()
        });
        let answers = answers.concat();
        assert_eq!(answers.iter().filter(|answer| answer.replayed).count(), 49);
        let says = |reply: &Reply| match reply {
            Reply::Moved { movement, .. } => movement.id.get(),
            Reply::Held { hold, .. } => hold.id.get(),
            other => panic!("nobody asked for this: {other:?}"),
        };
        assert!(answers.iter().all(|answer| says(&answer.reply) == says(&answers[0].reply)));
    }
    let house = running.house();
    assert_eq!((house.balance("kim").map(Money::minor_units), house.taken(show)), (Some(10), vec![4]));
}

fn overlapping_holds_of_many_seats_never_wait_for_each_other<F: Fixture>(fixture: &F) {
    let (running, shows) = Running::after(fixture, |scene| [(); 3].map(|()| scene.sale(0, 12)));
    at_once(CLIENTS, &running.house(), move |client, front| {
        let mut rng = Rng::with_seed(client as u64);
        for n in 0..40 {
            let mut seats = rng.choose_multiple(1..=12, 4);
            seats.sort_unstable();
            let show = shows[rng.usize(..shows.len())];
            let user = FANS[(client + n) % FANS.len()];
            let Some(hold) = front.hold(user, show, &seats) else { continue };
            match rng.u32(..3) {
                0 => drop(front.done(orders::give_back(&hold))),
                1 => {
                    let payment = front.pay(&hold).expect("a seat for nothing can be paid");
                    front.done(orders::cancel(payment.id));
                }
                _ => {
                    front.done(orders::charge(user, 1));
                    front.done(orders::give_back(&hold));
                }
            }
        }
    });
    for show in shows {
        assert!(running.house().taken(show).is_empty(), "what everybody gave back must be free");
    }
}

fn first_charges_at_once_open_one_account<F: Fixture>(fixture: &F) {
    let (running, ()) = Running::after(fixture, |_| {});
    let opened = at_once(CLIENTS, &running.house(), |_, front| {
        let open = |n: u64| match front.done(orders::charge(&format!("user{n}"), 1)) {
            Reply::Moved { account, .. } => account.id,
            other => panic!("nobody asked for this: {other:?}"),
        };
        (0..20).map(open).collect::<Vec<_>>()
    });
    assert!(opened.iter().all(|ids| *ids == opened[0]), "one user was told of two accounts: {opened:?}");
    for n in 0..20 {
        assert_eq!(
            running.house().balance(&format!("user{n}")),
            Some(Money::from_minor_units(CLIENTS as u64))
        );
    }
}

fn an_acknowledged_write_is_read_at_once<F: Fixture>(fixture: &F) {
    let (running, show) = Running::after(fixture, |scene| scene.sale(0, 1_000));
    at_once(CLIENTS, &running.house(), move |client, front| {
        let user = format!("fan{client}");
        for n in 1..=30 {
            front.done(orders::charge(&user, 1));
            assert_eq!(front.balance(&user), Some(Money::from_minor_units(n)), "a write is not shown yet");
            let seat = client as u32 * 100 + n as u32;
            let hold =
                front.hold(&format!("{user}.{n}"), show, &[seat]).expect("nobody else wants this seat");
            assert!(front.taken(show).contains(&seat), "a hold is not shown yet");
            let line = front.read(move |reader| reader.hold(hold.id));
            assert!(line.is_some(), "a hold cannot be read yet");
        }
    });
}

fn a_history_has_no_gap_while_a_crowd_writes_it<F: Fixture>(fixture: &F) {
    let (running, ()) = Running::after(fixture, |scene| (0..40).for_each(|_| scene.charge("kim", 1)));
    at_once(CLIENTS, &running.house(), |client, front| {
        for _ in 0..if client < 6 { 25 } else { 0 } {
            front.done(orders::charge("kim", 1));
        }
        for _ in 0..if client < 6 { 0 } else { 4 } {
            let (mut after, mut before) = (Vec::new(), None);
            loop {
                let page = front.read(move |reader| reader.movements(&UserId::stored("kim"), before, 7));
                let Some(last) = page.last() else { break };
                before = Some(last.id);
                after.extend(page.iter().map(|movement| movement.balance_after.minor_units()));
            }
            // One won at a time: a history without a gap counts down by one.
            let first = after.first().copied().expect("there is a history");
            assert_eq!(after, (1..=first).rev().collect::<Vec<_>>(), "a history has a gap or a repeat");
        }
    });
}

fn no_event_is_skipped_while_a_crowd_makes_them<F: Fixture>(fixture: &F) {
    let (running, show) = Running::after(fixture, |scene| scene.sale(0, 1_000));
    let followed = at_once(CLIENTS, &running.house(), move |client, front| {
        let (mut seen, mut after) = (Vec::new(), 0);
        for n in 0..40 {
            if client > 0 {
                let hold = front.hold(&format!("fan{client}.{n}"), show, &[client as u32 * 100 + n]);
                front.done(orders::charge(FANS[client % FANS.len()], 1));
                front.done(orders::give_back(&hold.expect("nobody else wants this seat")));
            }
            if client < 2 {
                let page = front.read(move |reader| reader.events(after, 500));
                after = page.last().map_or(after, |last| last.position);
                seen.extend(page.into_iter().map(|waiting| (waiting.position, waiting.event.id)));
            }
        }
        seen
    });
    let all = running.house().read(|reader| reader.events(0, 100_000));
    let all: Vec<_> = all.into_iter().map(|waiting| (waiting.position, waiting.event.id)).collect();
    for seen in followed {
        assert_eq!(seen, all[..seen.len()], "an event appeared behind one that was already delivered");
    }
    let events = running.house().read(|reader| Ok(picture::outbox(reader)));
    assert_eq!(events.len(), all.len());
    assert!(matches!(running.house().ask(Command::Close { performance: show }), Ok(Reply::Closed(_))));
}
