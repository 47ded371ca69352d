//! A record of answers against the store that gave them, and against one that lost or doubled something.

use std::path::PathBuf;
use std::sync::Arc;

use usher_core::invariant::Verdict;
use usher_core::{
    Command, Money, NewPerformance, Order, PassShown, PaymentMethod, PerformanceId, SeatNumber,
};
use usher_engine::House;
use usher_lab::acks::Recorder;

use super::*;
use crate::config::{self, Given};
use crate::wiring::Store;

/// A house where kim charged 100,000 and bought seat 1 (hold 1, payment 2), and lee gave seat 2 back (hold 2).
struct Lived {
    folder: tempfile::TempDir,
    store: Store,
}

fn lived() -> Lived {
    let folder = tempfile::tempdir().unwrap();
    let (config, _) = config::load(&Given::default()).unwrap();
    let store = Store::Sqlite(folder.path().join("data"));
    let house = store.open_house(&config).unwrap().backing.house;
    ask(&house, Command::MakeConcert { title: "An evening".into() });
    ask(&house, performance());
    ask(&house, Command::Charge { user: user("kim"), amount: Money::from_minor_units(100_000) });
    ask(&house, hold("kim", 1));
    ask(&house, hold("lee", 2));
    let method = PaymentMethod::Paypal;
    ask(&house, Command::Pay { user: user("kim"), hold: HoldId::new(1), amount: None, method });
    ask(&house, Command::GiveBack { user: None, hold: HoldId::new(2) });
    house.close();
    Lived { folder, store }
}

fn ask(house: &House, command: Command) {
    house.submit_blocking(Order::unkeyed(command)).unwrap().unwrap();
}

fn user(name: &str) -> UserId {
    UserId::stored(name)
}

fn hold(who: &str, seat: u32) -> Command {
    Command::PlaceHold {
        user: user(who),
        performance: PerformanceId::new(1),
        seats: Arc::new([SeatNumber::new(seat)]),
        pass: PassShown::NotNeeded,
    }
}

fn performance() -> Command {
    Command::MakePerformance(NewPerformance {
        concert: usher_core::ConcertId::new(1),
        begins_at: Timestamp::from_unix_ms(acks::now_ms() as i64).plus(Span::from_secs(86_400)),
        duration: Span::from_secs(7_200),
        title: "The first night".into(),
        description: None,
        price: Money::from_minor_units(30_000),
        seats_max: 10,
        sale_opens_at: None,
        sale_closes_at: None,
        hold_ttl: None,
        seats_per_user_max: None,
        room: None,
    })
}

fn told(op: Op, user: &'static str, key: &'static str, status: u16) -> Ack<'static> {
    let mut ack = Ack::now(op, user, status);
    ack.key = Some(key.into());
    ack
}

fn told_of_hold(op: Op, user: &'static str, key: &'static str, status: u16, hold: u64) -> Ack<'static> {
    Ack { temporal_reservation_id: Some(hold), ..told(op, user, key, status) }
}

/// What kim and lee were told.
fn truth() -> Vec<Ack<'static>> {
    let mut charge = told(Op::Charge, "kim", "c", 200);
    charge.amount = Some(100_000);
    let mut held = told_of_hold(Op::Hold, "kim", "h", 201, 1);
    (held.concert_option_id, held.seat_numbers) = (Some(1), vec![1]);
    let mut paid = told_of_hold(Op::Pay, "kim", "p", 200, 1);
    paid.transaction_id = Some(2);
    let given_back = told_of_hold(Op::GiveBack, "lee", "g", 204, 2);
    vec![charge, held, told_of_hold(Op::Hold, "lee", "h", 201, 2), paid, given_back]
}

impl Lived {
    fn record(&self, acks: &[Ack<'_>]) -> PathBuf {
        let file = self.folder.path().join("acks");
        let mut recorder = Recorder::append(&file).unwrap();
        acks.iter().for_each(|ack| recorder.record(ack));
        recorder.finish().unwrap();
        file
    }

    /// The lines of ONE-EFFECT and NO-LOST-ACK.
    fn compared(&self, acks: &[Ack<'_>]) -> [Line; 2] {
        let mut reader = self.store.open_to_read().unwrap().unwrap();
        let lines = compare(&self.record(acks), &mut *reader).unwrap();
        lines[..2].to_vec().try_into().unwrap()
    }
}

#[track_caller]
fn must_break(line: &Line, says: &str) {
    assert_eq!(line.verdict, Verdict::Violated, "{line}");
    assert!(line.violations.iter().any(|violation| violation.contains(says)), "{says:?} is not said: {line}");
}

#[test]
fn what_clients_were_told_is_there() {
    let [one_effect, no_lost_ack] = lived().compared(&truth());
    assert_eq!((one_effect.verdict, no_lost_ack.verdict), (Verdict::Holds, Verdict::Holds));
    assert_eq!(no_lost_ack.examined, "5 acknowledged requests, 0 unanswered");
}

#[test]
fn an_empty_record_shows_nothing() {
    let [one_effect, no_lost_ack] = lived().compared(&[]);
    assert_eq!(one_effect.verdict, Verdict::NothingToExamine);
    assert_eq!(no_lost_ack.verdict, Verdict::NothingToExamine);
}

#[test]
fn an_acknowledged_hold_that_is_not_there_is_lost() {
    let [_, lost] = lived().compared(&[told_of_hold(Op::Hold, "park", "h", 201, 99)]);
    must_break(&lost, "hold 99 of user park: acknowledged, and not there");
    let mut other_seat = told_of_hold(Op::Hold, "kim", "h", 201, 1);
    other_seat.seat_numbers = vec![7];
    must_break(&lived().compared(&[other_seat])[1], "there for user kim, performance 1, seats [1]");
}

#[test]
fn an_acknowledged_payment_cancel_or_return_that_did_not_happen_is_lost() {
    let lived = lived();
    let mut acks = vec![
        told_of_hold(Op::Pay, "lee", "p", 200, 2),
        told_of_hold(Op::GiveBack, "kim", "g", 204, 1),
        Ack { transaction_id: Some(2), ..told(Op::Cancel, "kim", "x", 200) },
    ];
    acks.extend(truth());
    let [_, lost] = lived.compared(&acks);
    must_break(&lost, "hold 2 of user lee: acknowledged as paid by None, and Some(Released)");
    must_break(&lost, "hold 1 of user kim: acknowledged as given back");
    must_break(&lost, "payment 2 of user kim: acknowledged as cancelled, and is not");
}

#[test]
fn an_acknowledged_charge_that_is_not_in_the_ledger_is_lost() {
    let mut again = told(Op::Charge, "kim", "c2", 200);
    again.amount = Some(100_000);
    let acks: Vec<Ack<'_>> = truth().into_iter().chain([again]).collect();
    must_break(&lived().compared(&acks)[1], "user kim: an acknowledged charge of 100000 is not there");
}

#[test]
fn a_transfer_that_nobody_was_told_of_is_one_effect_too_many_unless_a_request_got_no_answer() {
    let silent = |status: u16| vec![told(Op::Charge, "kim", "c", status)];
    let [one_effect, _] = lived().compared(&silent(0));
    assert_eq!(one_effect.verdict, Verdict::NothingToExamine, "the silent charge has happened: {one_effect}");
    let mut acks = truth();
    // The charge was acknowledged as another user's, so that kim's stands alone.
    acks[0].user = "lee".into();
    acks.push(Ack { amount: Some(5), ..told(Op::Use, "kim", "u", 200) });
    let [one_effect, lost] = lived().compared(&acks);
    must_break(&one_effect, "user kim: 1 transfers that nobody was told of, and 0 unanswered requests");
    must_break(&lost, "user lee: an acknowledged charge of 100000 is not there");
}

#[test]
fn one_key_with_two_effects_and_one_effect_of_two_keys_are_found() {
    let two_effects =
        [told_of_hold(Op::Hold, "kim", "h", 201, 1), told_of_hold(Op::Hold, "kim", "h", 201, 2)];
    must_break(
        &lived().compared(&two_effects)[0],
        "key h of user kim: answered with Hold(1) and with Hold(2)",
    );
    let two_keys = [told_of_hold(Op::Hold, "kim", "h", 201, 1), told_of_hold(Op::Hold, "kim", "i", 201, 1)];
    must_break(&lived().compared(&two_keys)[0], "Hold(1): answered to key h and to key i");
    let repeated = [told_of_hold(Op::Hold, "kim", "h", 201, 1), told_of_hold(Op::Hold, "kim", "h", 201, 1)];
    assert_eq!(lived().compared(&repeated)[0].verdict, Verdict::Holds, "a repeated answer is one effect");
}
