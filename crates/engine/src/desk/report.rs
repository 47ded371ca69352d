//! What a batch took, step by step: where the microseconds of an order go.

use std::time::{Duration, Instant};

/// The steps of a batch, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Immutable look-ups.
    Facts,
    /// Locking and loading what is locked.
    Lock,
    /// Loading what the locks guard.
    Load,
    /// Deciding, and applying effects to the working set.
    Decide,
    /// Folding and writing.
    Write,
    /// The commit, with its fsync.
    Commit,
}

impl Step {
    /// Every step with the name it has in metrics.
    pub const ALL: [(Step, &'static str); 6] = [
        (Step::Facts, "facts"),
        (Step::Lock, "lock"),
        (Step::Load, "load"),
        (Step::Decide, "decide"),
        (Step::Write, "write"),
        (Step::Commit, "commit"),
    ];
}

/// What a batch was and took.
#[derive(Clone, Debug, Default)]
pub struct BatchReport {
    /// Orders decided, those of the house's own sweeper included.
    pub orders: usize,
    /// Effects written; with none there was no commit.
    pub effects: usize,
    /// From the first step to the last.
    pub took: Duration,
    /// By step, in the order of [`Step::ALL`].
    pub steps: [Duration; Step::ALL.len()],
}

/// Measures steps as they end.
pub(super) struct StepWatch {
    since: Instant,
    steps: [Duration; Step::ALL.len()],
}

impl StepWatch {
    pub(super) fn start() -> Self {
        Self { since: Instant::now(), steps: Default::default() }
    }

    pub(super) fn ended(&mut self, step: Step) {
        let now = Instant::now();
        self.steps[step as usize] += now - self.since;
        self.since = now;
    }

    pub(super) fn steps(&self) -> [Duration; Step::ALL.len()] {
        self.steps
    }
}
