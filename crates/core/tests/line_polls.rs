//! Many poll at once beside a writer: nobody is shown more than before, nobody who polls falls silent.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};
use std::thread;

use usher_core::line::{Line, Pace, Polled};
use usher_core::{Timestamp, UserId};

const FANS: u64 = 3_000;
const READERS: u64 = 4;
const ROUNDS: u64 = 300;

#[test]
fn polls_beside_admissions_show_each_fan_fewer_and_fewer_ahead() {
    let begins_ms = 1_795_000_000_000;
    let at = |ms: u64| Timestamp::from_unix_ms(begins_ms + ms as i64);
    let pace =
        Pace { opens_at: at(0), live_passes_max: 100_000, admits_per_second: 100_000, is_paused: false };
    let mut line = Line::new(at(0), pace);
    for number in 1..=FANS {
        line.joined(number, &UserId::stored(&format!("fan-{number}")), at(0));
    }
    let line = RwLock::new(line);
    let (clock_ms, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let poll_mine = |reader: u64| {
            let (mut shown, mut polls) = (vec![u32::MAX; FANS as usize + 1], 0u64);
            while !is_over.load(Relaxed) {
                // Everybody is asked by every thread: the same places at the same time.
                for number in (1..=FANS).map(|number| (number + reader * 701) % FANS + 1) {
                    let line = line.read().unwrap_or_else(PoisonError::into_inner);
                    match line.poll(number, at(clock_ms.load(Relaxed)), polls as u16) {
                        Polled::Waiting(wait) => {
                            let last = &mut shown[number as usize];
                            assert!(wait.position_shown <= *last, "{number} was shown more than before");
                            *last = wait.position_shown;
                        }
                        Polled::Pass(_) => {}
                        other => panic!("{number} polls all the time and was answered {other:?}"),
                    }
                    polls += 1;
                }
            }
            polls
        };
        let readers: Vec<_> = (0..READERS).map(|reader| scope.spawn(move || poll_mine(reader))).collect();
        for round in 1..=ROUNDS {
            thread::yield_now();
            let mut line = line.write().unwrap_or_else(PoisonError::into_inner);
            let now = at(round * 20);
            clock_ms.store(round * 20, Relaxed);
            while line.tick(now) {}
            let next: Vec<u64> = line.next(7, now).map(|(number, _)| number).collect();
            let expected: Vec<u64> = ((round - 1) * 7 + 1..=round * 7).collect();
            assert_eq!(next, expected, "the lowest numbers are let in");
            for number in next {
                assert!(line.admitted(number, now, now));
            }
        }
        is_over.store(true, Relaxed);
        let polls: u64 = readers.into_iter().map(|reader| reader.join().expect("no reader failed")).sum();
        assert!(polls > FANS, "only {polls} polls were made");
    });
    let line = line.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(line.counts().live_waiting, (FANS - ROUNDS * 7) as u32);
    for number in ROUNDS * 7 + 1..=FANS {
        assert_eq!(line.position(number), Some((number - ROUNDS * 7 - 1) as u32));
    }
}
