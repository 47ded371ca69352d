//! What an organiser may rely on in a waiting line.

use usher_core::line::{Line, Pace, Polled, Standing, Wait};
use usher_core::{Pass, PlaceEnd, Span, Timestamp, UserId};

const OPEN: i64 = 1_795_000_000_000;
const MIDDLE: u16 = u16::MAX / 2;

fn at(seconds: i64) -> Timestamp {
    ms(seconds * 1_000)
}

fn ms(after_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(OPEN + after_ms)
}

fn fan(number: u64) -> UserId {
    UserId::stored(&format!("fan-{number}"))
}

fn pace() -> Pace {
    Pace { opens_at: at(0), live_passes_max: 1_000, admits_per_second: 20, is_paused: false }
}

/// A line in which so many joined when it opened.
fn line_of(fans: u64) -> Line {
    let mut line = Line::new(at(0), pace());
    for number in 1..=fans {
        assert!(line.joined(number, &fan(number), at(0)));
    }
    line
}

fn waits(polled: Polled) -> Wait {
    match polled {
        Polled::Waiting(wait) => wait,
        other => panic!("a waiting fan was answered {other:?}"),
    }
}

fn next(line: &Line, limit: usize, now: Timestamp) -> Vec<u64> {
    line.next(limit, now).map(|(number, _)| number).collect()
}

fn tick(line: &mut Line, now: Timestamp) {
    for _ in 0..1_000 {
        if !line.tick(now) {
            return;
        }
    }
    panic!("a tick never came to its end");
}

fn standing(line: &Line, number: u64, now: Timestamp) -> Option<Standing> {
    line.place_of(&fan(number), now).map(|place| place.state)
}

#[test]
fn who_joined_first_is_let_in_first() {
    let line = line_of(1_000);
    assert_eq!(next(&line, 3, at(1)), [1, 2, 3]);
    assert_eq!(line.next(1, at(1)).next(), Some((1, fan(1))), "the proposal names the fan");
    assert_eq!(line.position(1), Some(0));
    assert_eq!(line.position(1_000), Some(999));
}

#[test]
fn a_number_that_does_not_rise_is_refused() {
    let mut line = line_of(2);
    assert!(!line.joined(2, &fan(9), at(1)));
    assert!(line.joined(700, &fan(9), at(1)), "gaps are allowed");
    assert!(line.joined(10_000_000_000, &fan(10), at(1)), "and wide ones too");
    assert_eq!(line.position(10_000_000_000), Some(3));
    assert_eq!(line.position(699), None);
}

#[test]
fn a_silent_head_delays_nobody() {
    let mut line = line_of(100);
    for number in 91..=100 {
        waits(line.poll(number, at(50), MIDDLE));
    }
    assert_eq!(next(&line, 1, ms(59_999)), [1], "the head is live in its last millisecond");
    assert_eq!(next(&line, 2, at(60)), [91, 92], "and skipped from the next one on, tick or no tick");
    tick(&mut line, at(60));
    assert_eq!(line.position(91), Some(0), "nor is it counted ahead of anybody");
    assert_eq!(line.counts().waiting, 100, "it keeps its place");
    assert_eq!(line.counts().live_waiting, 10);
}

#[test]
fn a_late_one_is_next_and_of_several_the_lowest_number() {
    let mut line = line_of(100);
    for number in 50..=100 {
        waits(line.poll(number, at(55), MIDDLE));
    }
    tick(&mut line, at(60));
    for number in 50..60 {
        assert!(line.admitted(number, at(60), at(360)));
    }
    for number in [20, 7, 40] {
        assert_eq!(line.poll(number, at(61), MIDDLE), Polled::NeedsRevival);
        waits(line.revive(number, at(61), MIDDLE));
    }
    assert_eq!(next(&line, 5, at(61)), [7, 20, 40, 60, 61]);
}

#[test]
fn a_place_is_live_for_twice_its_poll_time_and_ten_seconds() {
    let mut line = line_of(1);
    let told = waits(line.poll(1, at(5), MIDDLE)).poll_after;
    let silent_from = at(5).plus(Span::from_ms(2 * told.ms() + 10_000));
    tick(&mut line, silent_from.minus(Span::from_ms(1)));
    assert_eq!(standing(&line, 1, silent_from), Some(Standing::Waiting));
    tick(&mut line, silent_from);
    assert_eq!(standing(&line, 1, silent_from), Some(Standing::Silent));
}

#[test]
fn a_fan_with_an_open_stream_need_not_poll() {
    let mut line = line_of(2);
    assert!(line.stream_opened(1));
    assert!(line.stream_opened(1));
    tick(&mut line, at(600));
    assert_eq!(line.counts().live_waiting, 1);
    line.stream_closed(1, at(600));
    tick(&mut line, at(700));
    assert_eq!(standing(&line, 1, at(700)), Some(Standing::Waiting), "a second tab is still open");
    line.stream_closed(1, at(700));
    tick(&mut line, ms(759_999));
    assert_eq!(standing(&line, 1, at(760)), Some(Standing::Waiting));
    tick(&mut line, at(760));
    assert_eq!(standing(&line, 1, at(760)), Some(Standing::Silent));
    assert!(line.stream_opened(1));
    assert_eq!(standing(&line, 1, at(760)), Some(Standing::Waiting), "opening one is being heard from");
    assert!(!line.stream_closed(2, at(760)), "none was open to the other");
}

#[test]
fn what_a_fan_is_shown_never_rises() {
    let mut line = line_of(100);
    for number in 50..=100 {
        waits(line.poll(number, at(55), MIDDLE));
    }
    tick(&mut line, at(60));
    assert_eq!(waits(line.poll(60, at(61), MIDDLE)).position_shown, 10);
    waits(line.revive(3, at(62), MIDDLE));
    assert_eq!(line.position(60), Some(11));
    assert_eq!(waits(line.poll(60, at(63), MIDDLE)).position_shown, 10);
    assert_eq!(waits(line.look(60, at(63), MIDDLE)).position_shown, 10);
}

#[test]
fn a_pass_that_nobody_fetched_goes_back_and_its_place_is_next_when_heard_from() {
    let mut line = line_of(3);
    assert!(line.admitted(1, at(10), at(310)));
    assert!(line.admitted(2, at(10), at(310)));
    assert!(line.fetched(2));
    assert_eq!(line.passes_due(ms(69_999), 10), []);
    assert_eq!(line.passes_due(at(70), 10), [(1, fan(1))]);
    assert_eq!(line.passes_due(ms(70_999), 10), [], "the store is given a second");
    assert_eq!(line.passes_due(at(71), 10), [(1, fan(1))], "and then asked again");
    assert!(line.withdrawn(1));
    assert_eq!(line.counts().live_passes, 1);
    assert_eq!(line.passes_due(at(100), 10), []);
    assert_eq!(line.poll(1, at(100), MIDDLE), Polled::NeedsRevival);
    waits(line.revive(1, at(100), MIDDLE));
    assert_eq!(next(&line, 1, at(100)), [1]);
}

#[test]
fn a_pass_is_due_when_it_and_its_holds_are_over() {
    let mut line = line_of(1);
    line.admitted(1, at(0), at(300));
    line.fetched(1);
    line.pass_extended(1, at(500));
    assert_eq!(line.passes_due(at(499), 10), []);
    line.pass_extended(1, at(300));
    assert_eq!(line.passes_due(ms(299_999), 10), []);
    assert_eq!(line.passes_due(at(300), 10), [(1, fan(1))], "a hold given back shortens it again");
    assert!(line.ended(1, PlaceEnd::Expired, at(300)));
    assert!(!line.ended(1, PlaceEnd::Expired, at(300)), "a pass ends once");
}

#[test]
fn why_a_place_ended_is_forgotten_after_a_day() {
    let mut line = line_of(3);
    let day_s = 24 * 60 * 60;
    line.admitted(1, at(0), at(300));
    line.admitted(2, at(0), at(300));
    line.ended(1, PlaceEnd::Used, at(10));
    line.ended(2, PlaceEnd::Expired, at(300));
    line.ended(3, PlaceEnd::Left, at(301));
    for (number, reason, ended_s) in
        [(1, PlaceEnd::Used, 10), (2, PlaceEnd::Expired, 300), (3, PlaceEnd::Left, 301)]
    {
        let forgotten_at = at(ended_s + day_s);
        let before = forgotten_at.minus(Span::from_ms(1));
        tick(&mut line, before);
        assert_eq!(standing(&line, number, before), Some(Standing::Ended(reason)));
        assert_eq!(line.poll(number, before, MIDDLE), Polled::Ended(reason));
        assert_eq!(standing(&line, number, forgotten_at), None);
        assert_eq!(line.poll(number, forgotten_at, MIDDLE), Polled::Unknown);
        tick(&mut line, forgotten_at);
        assert_eq!(line.place(number, forgotten_at), None);
    }
}

#[test]
fn who_comes_again_after_the_end_has_the_new_place() {
    let mut line = line_of(2);
    line.ended(1, PlaceEnd::Left, at(1));
    assert!(line.joined(3, &fan(1), at(2)));
    let day = Span::from_secs(24 * 60 * 60);
    for now in [at(2), at(1).plus(day)] {
        tick(&mut line, now);
        assert_eq!(line.place_of(&fan(1), now).map(|place| place.number), Some(3));
    }
}

#[test]
fn the_time_to_the_next_poll_is_one_to_thirty_seconds() {
    let mut line = line_of(100_000);
    let told = |line: &Line, number, dice| waits(line.look(number, at(1), dice)).poll_after.ms();
    assert_eq!(told(&line, 1, 0), 1_000);
    assert!(told(&line, 1, u16::MAX) > 1_200, "those at the front are spread too");
    assert_eq!(told(&line, 100_000, u16::MAX), 30_000);
    assert!(told(&line, 100_000, 0) < 23_000, "and those at the back");
    for number in (1..=100_000).step_by(777) {
        for dice in [0, 1, MIDDLE, u16::MAX - 1, u16::MAX] {
            assert!((1_000..=30_000).contains(&told(&line, number, dice)));
        }
    }
    assert_eq!(
        told(&line, 601, MIDDLE).next_multiple_of(10),
        10_000,
        "600 ahead at 20 a second: ask in 10 s"
    );
    line.set_pace(Pace { opens_at: at(61), ..pace() }, at(1));
    assert!(told(&line, 1, MIDDLE) > 19_000, "a minute before opening there is no hurry");
}

#[test]
fn without_outflow_no_time_is_told() {
    let mut line = line_of(1_000);
    for number in 1..=1_000 {
        line.stream_opened(number);
    }
    let eta = |line: &Line, now| waits(line.look(1_000, now, MIDDLE)).eta;
    tick(&mut line, at(1));
    assert_eq!(eta(&line, at(1)), None);
    let mut number = 0;
    for step in 10..=30 {
        tick(&mut line, ms(step * 100));
        for _ in 0..2 {
            number += 1;
            line.admitted(number, ms(step * 100), at(300));
        }
    }
    tick(&mut line, ms(3_100));
    let told = eta(&line, ms(3_100)).expect("people are let in").ms() as i64;
    assert!((told - 47_900).abs() < 3_000, "958 at 20 a second take {told} ms");
    assert!((line.outflow_per_second(ms(3_100)) - 20.0).abs() < 1.5);
    line.set_pace(Pace { is_paused: true, ..pace() }, ms(3_200));
    assert_eq!(eta(&line, ms(3_200)), None);
    tick(&mut line, at(200));
    line.set_pace(pace(), at(200));
    let after = eta(&line, at(200)).expect("the pause says nothing of the outflow").ms() as i64;
    assert!((after - told).abs() < 6_000, "{after} after the pause, {told} before");
    assert_eq!(line.outflow_per_second(at(200)), 0.0, "nobody was let in during the last minute");
}

#[test]
fn after_a_restart_everyone_is_live_for_one_interval() {
    let mut line = Line::new(at(86_400 * 30), pace());
    for number in 1..=2_000 {
        assert!(line.joined(number, &fan(number), at(number as i64)));
    }
    line.admitted(1, at(86_000 * 30), at(86_400 * 30 + 100));
    line.ended(2, PlaceEnd::Left, at(100));
    let now = at(86_400 * 30 + 1);
    line.restart(now);
    assert_eq!(line.counts().live_waiting, 1_998);
    assert_eq!(line.place(3, now).unwrap().1.joined_at, at(3));
    assert_eq!(standing(&line, 2, now.plus(Span::from_secs(1))), None, "it left a month ago");
    tick(&mut line, now.plus(Span::from_ms(69_999)));
    assert_eq!(line.counts().live_waiting, 1_998);
    tick(&mut line, now.plus(Span::from_secs(70)));
    assert_eq!(line.counts().live_waiting, 0);
    assert_eq!(line.counts().waiting, 1_998);
}

#[test]
fn a_line_follows_the_rows_of_its_places() {
    use usher_core::{Place, PlaceState, RoomId};
    let mut line = Line::new(at(0), pace());
    let mut row = Place {
        room: RoomId::main(),
        user: fan(1),
        number: 5,
        joined_at: at(0),
        state: PlaceState::Waiting,
        event_sequence: 1,
    };
    assert!(line.follow(&row));
    assert!(!line.follow(&row), "the same row again changes nothing");
    let mut pass = Pass { given_at: at(1), expires_at: at(301), fetched: false, holds: Vec::new() };
    row.state = PlaceState::Passed(pass.clone());
    assert!(line.follow(&row));
    row.state = PlaceState::Waiting;
    assert!(line.follow(&row), "nobody fetched it");
    assert_eq!(standing(&line, 1, at(62)), Some(Standing::Silent));
    pass.fetched = true;
    pass.holds.push((usher_core::HoldId::new(1), at(400)));
    row.state = PlaceState::Passed(pass);
    assert!(line.follow(&row));
    let Some(Standing::Pass(seen)) = standing(&line, 1, at(63)) else { panic!("let in") };
    assert_eq!((seen.valid_until, seen.is_fetched), (at(400), true));
    row.state = PlaceState::Ended(PlaceEnd::Used, at(64));
    assert!(line.follow(&row));
    assert_eq!(standing(&line, 1, at(65)), Some(Standing::Ended(PlaceEnd::Used)));
    assert_eq!(line.counts().admitted, 2);
}

#[test]
fn people_who_come_and_go_leave_no_memory_behind() {
    let day_ms = 24 * 60 * 60 * 1_000;
    let mut line = line_of(0);
    let mut weights = Vec::new();
    for day in 0..4 {
        for joiner in 1..=50_000 {
            let now = ms(day * day_ms + joiner);
            let number = (day * 50_000 + joiner) as u64;
            line.joined(number, &fan(number), now);
            line.ended(number, PlaceEnd::Left, now);
            if joiner % 500 == 0 {
                line.tick(now);
            }
        }
        weights.push(line.heap_bytes());
    }
    assert!(weights[3] < weights[0] * 5 / 2, "bytes after each day: {weights:?}");
}
