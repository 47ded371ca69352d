//! Rooms that are fair and within their limits, and rooms that are not.

use super::*;
use crate::invariant::Verdict;
use crate::{EventId, Pass, PlaceEnd, UserId};

const LIMITS: Limits =
    Limits { opens_at: Timestamp::from_unix_ms(0), paused: false, live_passes_max: 2, admits_per_second: 5 };

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(1_000_000 + ms)
}

fn asked(ms: i64) -> Asked {
    Asked { sent: at(ms), answered: at(ms + 2) }
}

/// A room in which `numbers` joined, each a second after the one before, and were heard from at 10 s.
fn joined(numbers: u64) -> Admissions {
    let mut seen = Admissions::default();
    let joins = || (1..=numbers).map(|number| (number, number as i64 * 1_000));
    joins().for_each(|(number, ms)| told(&mut seen, ms + 1, number, Fact::PlaceJoined, PlaceState::Waiting));
    seen.limits(&RoomId::main(), asked(0), LIMITS);
    for (number, ms) in joins() {
        seen.joined(&RoomId::main(), number, asked(ms), Span::from_secs(1));
        seen.told_to_wait(&RoomId::main(), number, asked(10_000), Span::from_secs(30));
    }
    seen.reaches(at(1_000_000));
    seen
}

fn told(seen: &mut Admissions, ms: i64, number: u64, fact: fn(Place) -> Fact, state: PlaceState) {
    let (room, user) = (RoomId::main(), UserId::stored(&format!("fan-{number}")));
    let place = Place { room, user, number, joined_at: at(0), state, event_sequence: 1 };
    seen.event(&Event { id: EventId::new(1), at: at(ms), sequence: 1, fact: fact(place) });
}

fn given(seen: &mut Admissions, ms: i64, number: u64) {
    let pass = Pass { given_at: at(ms), expires_at: at(ms + 300_000), fetched: true, holds: Vec::new() };
    told(seen, ms, number, Fact::PassGiven, PlaceState::Passed(pass));
}

fn used(seen: &mut Admissions, ms: i64, number: u64) {
    told(seen, ms, number, Fact::PassEnded, PlaceState::Ended(PlaceEnd::Used, at(ms)));
}

#[track_caller]
fn must_break(line: &Line, says: &str) {
    assert_eq!(line.verdict, Verdict::Violated, "{line}");
    assert!(line.violations.iter().any(|violation| violation.contains(says)), "{says:?} is not said: {line}");
}

#[track_caller]
fn must_hold(line: &Line) {
    assert_eq!(line.verdict, Verdict::Holds, "{line}");
}

#[test]
fn in_order_and_within_the_limits_all_is_well() {
    let mut seen = joined(3);
    given(&mut seen, 1_500, 1);
    given(&mut seen, 2_500, 2);
    used(&mut seen, 11_000, 1);
    given(&mut seen, 12_000, 3);
    let [capped, fair] = seen.judge();
    must_hold(&capped);
    must_hold(&fair);
    assert_eq!(capped.examined, "3 admissions, 1 settings of the operator");
}

#[test]
fn a_later_join_let_in_before_an_earlier_one_that_is_live_is_unfair() {
    let mut seen = joined(2);
    given(&mut seen, 2_900, 2);
    given(&mut seen, 2_950, 1);
    must_break(&seen.judge()[1], "place 2 was let in before place 1");
}

#[test]
fn whoever_is_silent_may_be_passed_over_and_whoever_is_back_has_a_second() {
    let mut seen = joined(2);
    // Both are live until 80 s: the first falls silent, and is back at 100 s.
    seen.told_to_wait(&RoomId::main(), 2, asked(79_000), Span::from_secs(30));
    seen.told_to_wait(&RoomId::main(), 1, asked(100_000), Span::from_secs(30));
    given(&mut seen, 100_900, 2);
    must_hold(&seen.judge()[1]);
}

#[test]
fn joins_that_were_under_way_together_have_no_order() {
    let mut seen = Admissions::default();
    told(&mut seen, 5, 1, Fact::PlaceJoined, PlaceState::Waiting);
    told(&mut seen, 6, 2, Fact::PlaceJoined, PlaceState::Waiting);
    given(&mut seen, 50, 2);
    given(&mut seen, 60, 1);
    for number in [1, 2] {
        let together = Asked { sent: at(0), answered: at(10) };
        seen.joined(&RoomId::main(), number, together, Span::from_secs(1));
    }
    seen.reaches(at(100));
    must_hold(&seen.judge()[1]);
}

#[test]
fn one_live_pass_too_many_is_over_the_cap() {
    let mut seen = joined(3);
    (1..=3).for_each(|number| given(&mut seen, 4_000 + number, number as u64));
    must_break(&seen.judge()[0], "3 live passes, 2 allowed");
}

#[test]
fn the_rate_is_held_in_every_second_and_not_only_in_whole_ones() {
    let mut seen = joined(6);
    for number in 1..=6 {
        given(&mut seen, 10_500 + 150 * number, number as u64);
        used(&mut seen, 10_501 + 150 * number, number as u64);
    }
    must_break(&seen.judge()[0], "6 let in within a second, 5 allowed");
}

#[test]
fn a_change_of_the_limits_counts_from_its_answer_on() {
    let mut seen = joined(3);
    let fewer = Limits { live_passes_max: 1, ..LIMITS };
    seen.limits(&RoomId::main(), Asked { sent: at(1_200), answered: at(2_600) }, fewer);
    given(&mut seen, 1_100, 1);
    given(&mut seen, 2_500, 2);
    must_hold(&seen.judge()[0]);
    let mut seen = joined(3);
    seen.limits(&RoomId::main(), Asked { sent: at(1_200), answered: at(1_600) }, fewer);
    given(&mut seen, 1_100, 1);
    given(&mut seen, 2_500, 2);
    must_break(&seen.judge()[0], "2 live passes, 1 allowed");
}

#[test]
fn a_free_slot_that_nobody_gets_for_more_than_a_second_is_told() {
    let mut seen = joined(1);
    given(&mut seen, 2_002, 1);
    must_hold(&seen.judge()[0]);
    let mut seen = joined(1);
    given(&mut seen, 2_003, 1);
    must_break(&seen.judge()[0], "a slot was free for 1001 ms while somebody live waited");
}

#[test]
fn while_the_house_is_away_no_slot_is_free() {
    let mut seen = joined(1);
    given(&mut seen, 3_500, 1);
    seen.unanswered(Asked { sent: at(1_200), answered: at(2_600) });
    must_hold(&seen.judge()[0]);
}

#[test]
fn nobody_gets_in_before_the_room_opens() {
    let mut seen = joined(1);
    let later = Limits { opens_at: at(5_000), ..LIMITS };
    seen.limits(&RoomId::main(), asked(1_100), later);
    given(&mut seen, 4_999, 1);
    must_break(&seen.judge()[0], "1 let in while it was closed");
}

#[test]
fn a_second_pass_is_one_too_many() {
    let mut seen = joined(1);
    given(&mut seen, 1_500, 1);
    given(&mut seen, 1_600, 1);
    must_break(&seen.judge()[0], "place 1 of user fan-1 was given a second pass");
}

#[test]
fn without_the_operators_word_the_cap_is_not_judged() {
    let mut seen = Admissions::default();
    told(&mut seen, 5, 1, Fact::PlaceJoined, PlaceState::Waiting);
    given(&mut seen, 50, 1);
    seen.reaches(at(100));
    let [capped, fair] = seen.judge();
    assert_eq!(capped.verdict, Verdict::NothingToExamine);
    assert_eq!(fair.verdict, Verdict::NothingToExamine);
}
