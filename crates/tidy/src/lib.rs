//! The house rules as failing tests: a rule is a function from the [`Workspace`] to a [`Verdict`].
//!
//! The rules are applied to this repository in `tests/house.rs`, and to planted violations in `tests/planted_*.rs`.

pub mod documents;
pub mod layers;
pub mod purity;
pub mod routes;
pub mod shape;
mod syntax;
mod verdict;
mod workspace;

pub use verdict::Verdict;
pub use workspace::{Manifest, Workspace};
