//! What this process uses, as Linux says it.

/// CPU and memory.
pub(super) struct Usage {
    pub(super) cpu_seconds: f64,
    pub(super) resident_bytes: u64,
}

/// Ticks of a second in `/proc`: fixed in the kernel's interface.
const TICKS_PER_SECOND: f64 = 100.0;

/// `None` where there is no `/proc`.
pub(super) fn usage() -> Option<Usage> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the process stands in parentheses and may hold anything; proc(5) counts fields from it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let resident_kib: u64 = resident.trim().trim_end_matches(" kB").parse().ok()?;
    Some(Usage {
        cpu_seconds: (number(14)? + number(15)?) as f64 / TICKS_PER_SECOND,
        resident_bytes: resident_kib * 1024,
    })
}
