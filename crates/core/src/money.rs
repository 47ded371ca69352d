//! Money in minor units, checked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in minor units of the currency (won have none, so 10,000 is ₩10,000). Never negative.
///
/// Arithmetic is checked: an overflow is a bug or an attack, never a wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Money(u64);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);
    /// The most a balance may hold, and the most that one charge may bring: 10^15.
    pub const BALANCE_MAX: Money = Money(1_000_000_000_000_000);
    /// The highest price of one seat: 10^12.
    pub const PRICE_MAX: Money = Money(1_000_000_000_000);

    /// Wraps an amount in minor units.
    pub const fn from_minor_units(units: u64) -> Self {
        Self(units)
    }
    /// The amount in minor units.
    pub const fn minor_units(self) -> u64 {
        self.0
    }
    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
    /// The sum, or `None` if it does not fit.
    pub fn plus(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money)
    }
    /// The difference, or `None` if it would be negative.
    pub fn minus(self, other: Money) -> Option<Money> {
        self.0.checked_sub(other.0).map(Money)
    }
    /// So many times this amount, or `None` if it does not fit.
    pub fn times(self, count: u64) -> Option<Money> {
        self.0.checked_mul(count).map(Money)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
