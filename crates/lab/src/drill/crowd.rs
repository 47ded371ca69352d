//! What a drill asks of a crowd.

use std::path::PathBuf;

use super::Drill;
use super::house::House;
use super::report::Report;
use crate::client::{Answer, Silence};
use crate::draft::Draft;

/// What was heard of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A write that the house answers for from now on.
    Acknowledged,
    /// An answer that promises nothing: a read, a refusal.
    Answered,
    /// Nothing: it may or may not have happened, and is sent again.
    Silence,
}

/// A crowd that remembers what it was told.
pub(super) trait Crowd: Sized + 'static {
    /// A request that can be sent again as it was.
    type Errand: Copy;

    /// Comes to a house that has just opened.
    fn arrive(house: &House, drill: &Drill) -> anyhow::Result<Self>;

    /// What somebody wants next.
    fn next(&mut self) -> Self::Errand;

    /// Writes the request.
    fn write(&mut self, errand: Self::Errand, draft: &mut Draft);

    /// Takes the answer in; what is not as it was told before is a failure.
    fn hear(&mut self, errand: Self::Errand, outcome: Result<Answer, Silence>) -> Heard;

    /// Nobody could be asked since then, in milliseconds since 1970; now the house is back.
    fn was_away(&mut self, _since_ms: u64) {}

    /// Looks up what was acknowledged since the last look, or all of it, while nobody else asks anything.
    fn check(self, house: &House, everything: bool) -> anyhow::Result<Self>;

    /// Acknowledged writes by kind.
    fn acknowledged(&self) -> Vec<(&'static str, u64)>;

    /// Hands over what it found, and the file of answers.
    fn leave(self, report: &mut Report) -> anyhow::Result<PathBuf>;
}
