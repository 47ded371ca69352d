//! What a rule found, and how much it looked at.

/// What a rule found. A rule that looked at nothing has not passed.
#[derive(Debug, Default)]
pub struct Verdict {
    /// How many things the rule looked at.
    pub examined: usize,
    /// One sentence each, beginning with the place.
    pub violations: Vec<String>,
}

impl Verdict {
    /// Notes a violation at a place (`path` or `path:line`).
    pub fn violated(&mut self, place: impl std::fmt::Display, says: impl std::fmt::Display) {
        self.violations.push(format!("{place}: {says}"));
    }

    /// Fails the test that asks, unless something was examined and nothing was found.
    ///
    /// # Panics
    /// If there is a violation, or nothing to examine.
    #[track_caller]
    pub fn must_hold(&self, rule: &str) {
        assert!(
            self.violations.is_empty(),
            "{rule}: {} violations\n  {}\n",
            self.violations.len(),
            self.violations.join("\n  ")
        );
        assert!(self.examined > 0, "{rule}: nothing was examined, so nothing is proven");
    }
}
