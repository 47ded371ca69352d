//! What a million people who wait weigh, counted at the allocator.

use peak_alloc::PeakAlloc;
use usher_core::line::{Line, Pace};
use usher_core::{Timestamp, UserId};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

fn line_of(fans: u64, now: Timestamp) -> Line {
    let pace = Pace { opens_at: now, live_passes_max: 1_000, admits_per_second: 200, is_paused: false };
    let mut line = Line::new(now, pace);
    for number in 1..=fans {
        let user = UserId::stored(&format!("fan-{number:08}"));
        assert!(line.joined(number, &user, now));
    }
    line
}

#[test]
fn a_waiter_with_a_user_id_of_12_characters_weighs_less_than_64_bytes() {
    let now = Timestamp::from_unix_ms(1_795_000_000_000);
    // 917,505 is the first count for which the index has just doubled.
    for fans in [100_000, 917_505, 1_000_000, 5_000_000] {
        let before = ALLOCATED.current_usage();
        let mut line = line_of(fans, now);
        for number in (1..=fans).step_by(10) {
            line.poll(number, now, number as u16);
        }
        line.tick(now);
        let allocated = ALLOCATED.current_usage() - before;
        let a_waiter = allocated as f64 / fans as f64;
        println!("{fans} waiting: {a_waiter:.1} bytes each");
        assert!(a_waiter < 64.0, "{fans} waiting: {a_waiter:.1} bytes each");
        let said = line.heap_bytes() as f64 / allocated as f64;
        assert!((0.97..=1.03).contains(&said), "of what was allocated the line tells {said:.3}");
        if fans == 1_000_000 {
            assert!(ALLOCATED.peak_usage() - before < 100_000_000, "a million may not cost more on the way");
        }
    }
}
