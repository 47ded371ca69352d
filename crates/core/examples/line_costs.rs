//! What a million waiting cost, beside the bars: `cargo run --release -p usher-core --example line_costs [WAITING]`.
//!
//! A waiter weighs less than 64 bytes. A join has 16,667 ns of one core at 60,000 a second and a poll 11,111 ns at 90,000, of
//! which most is HTTP and the disk: the line itself may use a tenth. A million are rebuilt within 3 s.

use std::hint::black_box;
use std::time::Instant;

use usher_core::line::{Line, Pace, Polled};
use usher_core::{PlaceEnd, Span, Timestamp, UserId};

const OPS: u64 = 1_000_000;

/// What an operation may take, in ns, if anything is promised of it.
fn bar_of(what: &str) -> Option<u64> {
    match what {
        "join behind them" => Some(1_667),
        "poll" => Some(1_111),
        "rebuild: join all" => Some(3_000),
        _ => None,
    }
}

/// Runs it once and prints the time of each of `ops` operations.
fn measure(what: &str, ops: u64, run: impl FnOnce()) {
    let begins = Instant::now();
    run();
    let took = begins.elapsed();
    let bar = bar_of(what).map(|bar| format!("  (bar {bar} ns)")).unwrap_or_default();
    println!(
        "{what:44} {:9.1} ns each {:9.1} ms in all{bar}",
        took.as_nanos() as f64 / ops as f64,
        took.as_secs_f64() * 1e3
    );
}

fn main() {
    let waiting: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let now = Timestamp::from_unix_ms(1_795_000_000_000);
    let later = |ms: u64| now.plus(Span::from_ms(ms));
    let users: Vec<UserId> = (1..=waiting).map(|n| UserId::stored(&format!("fan-{n:08}"))).collect();
    let pace = Pace { opens_at: now, live_passes_max: 1_000, admits_per_second: 200, is_paused: false };
    let mut line = Line::new(now, pace);
    // Steps through all numbers in an order that no cache foresees.
    let scattered = |step: u64| 1 + step.wrapping_mul(0x9E37_79B9_7F4A_7C15) % waiting;

    measure("rebuild: join all", waiting, || {
        for (at, user) in users.iter().enumerate() {
            line.joined(at as u64 + 1, user, now);
        }
    });
    measure("rebuild: restart", waiting, || line.restart(now));
    println!("{:44} {:9.1} bytes  (bar 64)", "memory of a waiter", line.heap_bytes() as f64 / waiting as f64);
    measure("position", OPS, || {
        for step in 0..OPS {
            black_box(line.position(scattered(step)));
        }
    });
    measure("poll", OPS, || {
        for step in 0..OPS {
            black_box(line.poll(scattered(step), later(1_000), step as u16));
        }
    });
    measure("place of a user", OPS, || {
        for step in 0..OPS {
            black_box(line.place_of(&users[scattered(step) as usize - 1], now));
        }
    });
    let more: Vec<UserId> = (1..=100_000).map(|n| UserId::stored(&format!("late-{n:07}"))).collect();
    measure("join behind them", 100_000, || {
        for (at, user) in more.iter().enumerate() {
            line.joined(waiting + 1 + at as u64, user, later(1_000));
        }
    });
    measure("tick when little is due", 100, || {
        for step in 1..=100 {
            line.tick(later(1_000 + step * 100));
        }
    });
    let mut next = Vec::new();
    measure("next 20 and admit, per place", 100_000, || {
        for _ in 0..5_000 {
            next.clear();
            next.extend(line.next(20, later(12_000)).map(|(number, _)| number));
            for number in &next {
                line.admitted(*number, later(12_000), later(312_000));
            }
        }
    });
    measure("end a pass", 100_000, || {
        for number in 1..=100_000 {
            line.ended(number, PlaceEnd::Used, later(13_000));
        }
    });
    grow_silent(&mut line, waiting, now);
}

/// All fall silent and come back.
fn grow_silent(line: &mut Line, waiting: u64, now: Timestamp) {
    let later = |ms: u64| now.plus(Span::from_ms(ms));
    let (mut longest, mut ticks) = (0, 0);
    let mut silent = 0;
    measure("ticks in which all fall silent, per place", waiting, || {
        let mut has_more = true;
        while has_more {
            let begins = Instant::now();
            has_more = line.tick(later(100_000));
            longest = longest.max(begins.elapsed().as_micros());
            ticks += 1;
        }
        silent = line.counts().waiting - line.counts().live_waiting;
    });
    println!("{:44} {longest:9} us ({ticks} ticks, {silent} silent)", "longest tick");
    let revived = OPS.min(waiting / 2);
    measure("revive", revived, || {
        for number in waiting - revived + 1..=waiting {
            assert!(matches!(line.revive(number, later(100_000), 7), Polled::Waiting(_)));
        }
    });
}
