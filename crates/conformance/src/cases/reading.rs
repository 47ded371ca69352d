//! Reading: every acknowledged write at once, newest first, without gaps.

use usher_core::{
    ConcertId, EventId, HoldId, HoldState, Movement, PerformanceId, SeatNumber, Span, TransferId, UserId,
};
use usher_engine::{Reader, RowKind};

use super::cases;
use crate::fixture::Fixture;
use crate::orders;
use crate::picture;
use crate::scene::{Scene, scan};

cases!("reading":
    what_was_never_there_reads_as_nothing,
    a_history_read_in_pages_has_no_gap_and_no_repeat_while_rows_are_added,
    a_users_seats_are_their_live_holds_and_bookings_by_hold,
    an_ended_hold_can_still_be_read,
    performances_of_a_concert_come_by_date,
    live_bookings_come_by_seat_in_pages,
    due_holds_come_earliest_first,
    a_scan_in_small_slices_finds_what_one_large_slice_finds,
    events_come_in_order_and_from_any_position,
    names_and_texts_come_back_as_they_were_given,
);

fn what_was_never_there_reads_as_nothing<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    for _ in 0..2 {
        let reader = scene.reader();
        let nobody = UserId::stored("nobody");
        let performance = PerformanceId::new(9);
        assert!(reader.programme(performance).expect("it reads").is_none());
        assert!(reader.concert(ConcertId::new(9)).expect("it reads").is_none());
        assert!(reader.seats(performance).expect("it reads").is_none());
        assert!(reader.holds_of(&nobody, performance).expect("it reads").is_empty());
        assert!(reader.hold(HoldId::new(9)).expect("it reads").is_none());
        assert!(reader.payment(TransferId::new(9)).expect("it reads").is_none());
        assert!(reader.account(&nobody).expect("it reads").is_none());
        assert!(reader.movements(&nobody, None, 10).expect("it reads").is_empty());
        assert!(reader.payments(&nobody, None, 10).expect("it reads").is_empty());
        assert!(reader.bookings(performance, None, 10).expect("it reads").is_empty());
        assert!(reader.unfinished(performance, 10).expect("it reads").is_empty());
        assert!(reader.stages(&[performance]).expect("it reads").is_empty());
        assert!(reader.event_position(Some(EventId::new(9))).expect("it reads").is_none());
        assert_eq!(reader.mark().expect("it reads"), None);
        assert!(picture::outbox(reader).is_empty());
        scene.restart();
    }
}

fn page(reader: &mut dyn Reader, before: Option<TransferId>) -> Vec<Movement> {
    reader.movements(&UserId::stored("kim"), before, 7).expect("movements can be read")
}

fn a_history_read_in_pages_has_no_gap_and_no_repeat_while_rows_are_added<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    for amount in 1..=60 {
        scene.charge("kim", amount);
        scene.charge("lee", 1_000);
        if amount % 3 == 0 {
            scene.clock.pass(Span::from_ms(1));
        }
    }
    let (mut seen, mut before) = (Vec::new(), None);
    for turn in 0.. {
        let found = page(scene.reader(), before);
        let Some(last) = found.last() else { break };
        before = Some(last.id);
        seen.extend(found.iter().map(|movement| movement.amount.minor_units()));
        scene.charge("kim", 500);
        if turn == 3 {
            scene.restart();
        }
        scene.desk().tend_now().expect("the desk does its housekeeping");
    }
    assert_eq!(
        seen,
        (1..=60).rev().collect::<Vec<u64>>(),
        "a history must come newest first, each entry once"
    );
    assert_eq!(page(scene.reader(), None)[0].amount.minor_units(), 500);
}

fn a_users_seats_are_their_live_holds_and_bookings_by_hold<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let (show, other) = (scene.sale(100, 9), scene.sale(100, 9));
    let booked = scene.sold("kim", show, &[3]);
    let gone = scene.hold("kim", show, &[4]);
    let live = scene.hold("kim", show, &[1]);
    scene.hold("kim", other, &[1]);
    scene.hold("lee", show, &[2]);
    scene.done(orders::give_back(&gone));
    let lines = scene.reader().holds_of(&UserId::stored("kim"), show).expect("holds can be read");
    let ids: Vec<HoldId> = lines.iter().map(|line| line.hold.id).collect();
    assert_eq!(ids, [booked.hold, live.id]);
    assert_eq!(lines[0].payment.as_ref(), Some(&booked));
    assert_eq!(lines[0].booking.as_ref().map(|booking| booking.id), Some(booked.booking));
    assert!(lines[1].booking.is_none() && lines[1].payment.is_none());
}

fn an_ended_hold_can_still_be_read<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 9);
    let released = scene.hold("kim", show, &[1]);
    scene.done(orders::give_back(&released));
    let refunded = scene.sold("kim", show, &[1]);
    scene.done(orders::cancel(refunded.id));
    let expired = scene.hold("kim", show, &[1]);
    scene.clock.move_to(expired.expires_at);
    scene.sweep();
    scene.restart();
    let states = [
        (released.id, HoldState::Released),
        (refunded.hold, HoldState::Cancelled(refunded.booking, refunded.id)),
        (expired.id, HoldState::Expired),
    ];
    for (id, state) in states {
        let line = scene.reader().hold(id).expect("a hold can be read").expect("an ended hold is kept");
        assert_eq!(line.hold.state, state);
    }
}

fn performances_of_a_concert_come_by_date<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let concert = scene.concert();
    let mut by_date = Vec::new();
    for days in [5, 1, 9, 1] {
        let mut new = orders::new_performance(concert, &scene.clock, 100, 9);
        new.begins_at = new.begins_at.plus(Span::from_secs(days * 24 * 3600));
        let begins_at = new.begins_at;
        by_date.push((begins_at, scene.performance(new)));
    }
    scene.sale(100, 9);
    by_date.sort_unstable();
    let read = scene.reader().concert(concert).expect("it can be read").expect("it is there");
    let found: Vec<PerformanceId> = read.performances.iter().map(|(performance, _)| performance.id).collect();
    assert_eq!(found, by_date.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
    assert!(read.performances.iter().all(|(performance, stage)| performance.id == stage.performance));
}

fn live_bookings_come_by_seat_in_pages<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 20);
    for (user, seats) in
        [("kim", &[9, 10][..]), ("lee", &[4]), ("park", &[1, 3]), ("choi", &[2]), ("jung", &[12])]
    {
        scene.sold(user, show, seats);
    }
    let gone = scene.sold("kim", show, &[5, 20]);
    scene.done(orders::cancel(gone.id));
    scene.hold("lee", show, &[6]);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = scene.reader().bookings(show, after, 2).expect("bookings can be read");
        let Some(last) = page.last() else { break };
        after = Some(last.hold.seats[0]);
        found.extend(page.iter().map(|line| line.hold.seats[0]));
        assert!(page.iter().all(|line| line.booking.is_some() && line.payment.is_some()));
    }
    assert_eq!(found, [1, 2, 4, 9, 12].map(SeatNumber::new));
}

fn due_holds_come_earliest_first<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let concert = scene.concert();
    let mut holds = Vec::new();
    for (seconds, seat) in [(30, 1), (10, 2), (20, 3), (10, 4)] {
        let mut new = orders::new_performance(concert, &scene.clock, 0, 9);
        new.hold_ttl = Some(Span::from_secs(seconds));
        let show = scene.performance(new);
        holds.push(scene.hold("kim", show, &[seat]));
    }
    let paid = scene.sold("lee", holds[1].performance, &[1]);
    scene.clock.move_to(holds[2].expires_at);
    let expected = [holds[1].id, holds[3].id, holds[2].id];
    assert_ne!(expected[0], paid.hold);
    assert_eq!(scene.reader().due(10).expect("due holds can be read"), expected);
    assert_eq!(scene.reader().due(2).expect("due holds can be read"), expected[..2]);
}

fn a_scan_in_small_slices_finds_what_one_large_slice_finds<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 30);
    for (user, seat) in [("a", 1), ("B", 2), ("b", 3), ("a.b", 4), ("1", 5), ("a-b", 6), ("_", 7)] {
        scene.sold(user, show, &[seat, seat + 10]);
        scene.sale(100, 3);
    }
    let kinds = [
        RowKind::Concert,
        RowKind::Performance,
        RowKind::Stage,
        RowKind::Claim,
        RowKind::Hold,
        RowKind::Booking,
        RowKind::Payment,
        RowKind::Account,
        RowKind::Movement,
        RowKind::Event,
    ];
    for kind in kinds {
        let large = scan(scene.reader(), kind, 1_000);
        assert!(!large.is_empty(), "{kind:?} must be there to be scanned");
        for limit in [1, 2, 7] {
            assert_eq!(scan(scene.reader(), kind, limit), large, "{kind:?} in slices of {limit}");
        }
    }
}

fn events_come_in_order_and_from_any_position<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 30);
    for seat in 1..=5 {
        let hold = scene.hold(&format!("user{seat}"), show, &[seat]);
        scene.done(orders::give_back(&hold));
    }
    let batch: Vec<_> = (1..=5).map(|n| usher_core::Order::unkeyed(orders::charge("kim", n))).collect();
    scene.serve(&batch);
    for _ in 0..2 {
        let all = picture::outbox(scene.reader());
        assert_eq!(all.len(), 16, "one event per committed change");
        let mut positions = vec![0];
        for event in &all {
            let position = scene.reader().event_position(Some(event.id)).expect("a position can be read");
            positions.push(position.expect("an event that was just read is kept"));
        }
        for (index, position) in positions.iter().enumerate() {
            let rest = scene.reader().events(*position, 100).expect("events can be read");
            assert_eq!(rest.len(), all.len() - index);
            let some = scene.reader().events(*position, 2).expect("events can be read");
            assert_eq!(some.len(), 2.min(all.len() - index));
        }
        scene.restart();
    }
}

fn names_and_texts_come_back_as_they_were_given<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let longest = "a@-._9".repeat(10) + "Zzzz";
    let title: std::sync::Arc<str> = "밤의 🎫 'quoted' \"twice\" \\ %_; -- ".into();
    let mut new = orders::new_performance(scene.concert(), &scene.clock, 100, 100_000);
    (new.title, new.description) = (title.clone(), Some("설명\n".repeat(1_000).into()));
    new.room = Some(usher_core::RoomId::stored(&longest));
    let wanted = new.clone();
    let show = scene.performance(new);
    scene.sold(&longest, show, &[1, 50_000, 99_999, 100_000]);
    scene.restart();
    let (programme, _) = scene.reader().programme(show).expect("it can be read").expect("it is there");
    assert_eq!(programme.performance.title, title);
    assert_eq!(programme.performance.description, wanted.description);
    assert_eq!(Some(&programme.performance.room), wanted.room.as_ref());
    assert_eq!(scene.taken(show), [1, 50_000, 99_999, 100_000]);
    // Users who differ in case only are different users.
    scene.charge("Kim", 1);
    scene.charge("kim", 2);
    assert_eq!((scene.balance("Kim").minor_units(), scene.balance("kim").minor_units()), (1, 2));
}
