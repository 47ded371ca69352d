//! What a receiver is sent, and when, without a receiver.

use std::time::Duration;

use bytes::Bytes;
use usher_core::PerformanceId;

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const DOWN: Sent = Sent::Unavailable { why: "it is down", retry_after: None };
const NO: Sent = Sent::Refused { status: 400 };

fn post() -> Post {
    Post::new(Patience::default(), 0, 0)
}

fn found(position: u64, performance: u64) -> Found {
    let letter = Letter {
        position,
        event: EventId::new(position),
        aggregate: Aggregate::Performance(PerformanceId::new(performance)),
        body: Bytes::from_static(b"{}"),
    };
    Found { position, letter: Some(letter) }
}

/// Everything that may be sent now.
fn sent(post: &mut Post, now: Instant) -> Vec<Attempt> {
    std::iter::from_fn(|| post.next(now)).collect()
}

fn positions(attempts: &[Attempt]) -> Vec<u64> {
    attempts.iter().map(|attempt| attempt.letter.position).collect()
}

#[test]
fn an_aggregate_has_one_letter_under_way_and_others_go_beside_it() {
    let (mut post, now) = (post(), Instant::now());
    for (position, performance) in [(1, 1), (2, 1), (3, 2), (4, 1)] {
        post.take(found(position, performance));
    }
    let mut first = sent(&mut post, now);
    assert_eq!(positions(&first), [1, 3]);
    post.came_back(first.remove(1), Sent::Delivered, now);
    assert_eq!((post.position(), sent(&mut post, now).len()), (0, 0), "performance 1 waits for its first");
    post.came_back(first.remove(0), Sent::Delivered, now);
    assert_eq!((post.position(), post.delivered()), (1, 1), "position 2 is still to come");
    assert_eq!(positions(&sent(&mut post, now)), [2]);
}

#[test]
fn sixteen_letters_are_under_way_at_most() {
    let (mut post, now) = (post(), Instant::now());
    (1..=40).for_each(|n| post.take(found(n, n)));
    assert_eq!(sent(&mut post, now).len(), 16);
}

#[test]
fn a_receiver_that_is_down_rests_one_second_to_ten_and_one_letter_tries_it() {
    let (mut post, mut now) = (post(), Instant::now());
    (1..=40).for_each(|n| post.take(found(n, n)));
    let mut waits = Vec::new();
    for _ in 0..7 {
        let attempts = sent(&mut post, now);
        assert_eq!(attempts.len(), if waits.is_empty() { 16 } else { 1 });
        for attempt in attempts {
            assert_eq!(post.came_back(attempt, DOWN, now), Came::Again);
        }
        assert!(post.is_ill());
        let until = post.wake_at(now).unwrap();
        assert!(post.next(until - Duration::from_millis(1)).is_none());
        waits.push((until - now).as_secs());
        now = until;
    }
    assert_eq!(waits, [1, 2, 4, 8, 10, 10, 10]);
    let attempt = post.next(now).unwrap();
    post.came_back(attempt, Sent::Delivered, now);
    assert!(!post.is_ill());
    assert_eq!(sent(&mut post, now).len(), 16, "it is back: all go on");
}

#[test]
fn one_event_that_fails_forever_parks_nothing_and_holds_others_up_for_a_second_at_a_time() {
    let (mut post, start) = (post(), Instant::now());
    (1..=20_000).for_each(|n| post.take(found(n, n)));
    let mut now = start;
    let mut delivered = 0;
    while now < start + 100 * SECOND {
        for attempt in sent(&mut post, now) {
            let fails = attempt.letter.position == 1;
            let came = post.came_back(attempt, if fails { DOWN } else { Sent::Delivered }, now);
            delivered += u32::from(came == Came::Delivered);
        }
        now += Duration::from_millis(20);
    }
    assert_eq!((delivered, post.position()), (19_999, 0));
}

#[test]
fn an_event_refused_five_times_is_given_up_and_the_next_of_its_aggregate_goes() {
    let (mut post, mut now) = (post(), Instant::now());
    for (position, performance) in [(1, 1), (2, 1), (3, 2)] {
        post.take(found(position, performance));
    }
    let mut waits = Vec::new();
    let given_up = loop {
        let mut attempts = sent(&mut post, now);
        let refused = attempts.remove(0);
        assert_eq!(refused.letter.position, 1);
        attempts
            .into_iter()
            .for_each(|other| assert_eq!(post.came_back(other, Sent::Delivered, now), Came::Delivered));
        match post.came_back(refused, NO, now) {
            Came::Again => {
                let until = post.wake_at(now).unwrap();
                waits.push((until - now).as_secs());
                now = until;
            }
            given_up => break given_up,
        }
    };
    assert_eq!(given_up, Came::GivenUp { event: EventId::new(1), status: 400 });
    assert_eq!(waits, [1, 2, 4, 8]);
    assert_eq!(positions(&sent(&mut post, now)), [2]);
    assert_eq!((post.position(), post.delivered()), (1, 0));
}

#[test]
fn a_receiver_that_names_a_time_is_tried_then() {
    let (mut post, now) = (post(), Instant::now());
    (1..=3).for_each(|n| post.take(found(n, n)));
    let attempt = post.next(now).unwrap();
    let busy = Sent::Unavailable { why: "it is busy", retry_after: Some(7 * SECOND) };
    post.came_back(attempt, busy, now);
    assert_eq!(post.wake_at(now), Some(now + 7 * SECOND));
    assert!(post.next(now + 6 * SECOND).is_none());
    assert!(post.next(now + 7 * SECOND).is_some());
}

#[test]
fn an_answer_to_what_was_sent_before_a_rest_does_not_end_it() {
    let (mut post, now) = (post(), Instant::now());
    (1..=3).for_each(|n| post.take(found(n, n)));
    let mut attempts = sent(&mut post, now);
    let later = now + Duration::from_millis(5);
    post.came_back(attempts.remove(0), DOWN, later);
    post.came_back(attempts.remove(0), Sent::Delivered, later);
    assert!(post.is_ill() && post.next(later).is_none());
}

#[test]
fn what_waits_is_bounded() {
    let mut post = post();
    let mut position = 0;
    while post.has_room() {
        position += 1;
        post.take(found(position, 1));
    }
    assert_eq!(position as usize, WINDOW_MAX - SLICE + 1);
}
