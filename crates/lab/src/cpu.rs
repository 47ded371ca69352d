//! CPU time: of the generator's own threads, and of a server beside it.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// CPU time this thread has used so far, user and system.
pub fn of_this_thread() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(spent.tv_sec).expect("CPU time is not negative");
    Duration::new(seconds, u32::try_from(spent.tv_nsec).expect("nanoseconds of one second"))
}

/// Ticks of `/proc/<pid>/stat` in a second (`USER_HZ`, part of the kernel's interface).
const TICKS_PER_SECOND: u64 = 100;

/// CPU time a process has used so far, user and system, in steps of 10 ms; `None` if there is no such process.
pub fn of_process(pid: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    ticks(&stat).map(|ticks| Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

/// `utime` and `stime`, fields 14 and 15 of proc_pid_stat(5); the name in field 2 may itself hold blanks and brackets.
fn ticks(stat: &str) -> Option<u64> {
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Microseconds of CPU for each of `requests`; zero requests cost nothing.
pub fn micros_per_request(spent: Duration, requests: u64) -> f64 {
    if requests == 0 { 0.0 } else { spent.as_secs_f64() * 1e6 / requests as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_whose_name_holds_brackets_is_read_right() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 5 0 100 1000 10";
        assert_eq!(ticks(stat), Some(300));
    }

    #[test]
    fn this_process_is_found_and_one_that_cannot_be_is_not() {
        assert!(of_process(std::process::id()).is_some());
        assert!(of_process(u32::MAX).is_none());
    }
}
