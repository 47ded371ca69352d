//! Named cases: what an organiser would agree with, one sentence each.

mod keys;
mod money;
mod opening;
mod operator;
mod reading;
mod schema;
mod seats;

use crate::fixture::Fixture;
use crate::suite::Case;

/// Lists the cases of a module; one that is not listed is dead code, which does not compile.
macro_rules! cases {
    ($group:literal: $($name:ident),+ $(,)?) => {
        pub(crate) fn cases<F: $crate::fixture::Fixture>() -> Vec<$crate::suite::Case<F>> {
            vec![$((concat!($group, "::", stringify!($name)), $name::<F>)),+]
        }
    };
}
pub(crate) use cases;

/// Every named case.
pub(crate) fn all<F: Fixture>() -> Vec<Case<F>> {
    [
        seats::cases(),
        money::cases(),
        keys::cases(),
        operator::cases(),
        reading::cases(),
        schema::cases(),
        opening::cases(),
    ]
    .concat()
}
