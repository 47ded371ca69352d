//! Durations and sizes as people write them: `250ms`, `20s`, `5m`; `64MiB`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// A length of time in whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ms(u64);

impl Ms {
    /// As the standard library has it.
    pub const fn get(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(u64);

impl Bytes {
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

const TIMES: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
const SIZES: [(&str, u64); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

impl FromStr for Ms {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ms = measured(text, &TIMES).map(Ms);
        ms.ok_or_else(|| format!("`{text}` is no duration such as 250ms, 20s, 5m, 1h or 1d"))
    }
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        measured(text, &SIZES)
            .map(Bytes)
            .ok_or_else(|| format!("`{text}` is no size such as 512KiB, 64MiB or 1GiB"))
    }
}

/// A whole number directly followed by its unit.
fn measured(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let unit_at = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit_at);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

impl<'de> Deserialize<'de> for Ms {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text::<Ms>::new("a duration such as 250ms, 20s or 5m"))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text::<Bytes>::new("a size such as 64MiB"))
    }
}

struct Text<T> {
    expecting: &'static str,
    kind: std::marker::PhantomData<T>,
}

impl<T> Text<T> {
    fn new(expecting: &'static str) -> Self {
        Self { expecting, kind: std::marker::PhantomData }
    }
}

impl<T: FromStr<Err = String>> de::Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_numbers_with_their_unit() {
        for (text, ms) in [("250ms", 250), ("20s", 20_000), ("5m", 300_000), ("1h", 3_600_000), ("0ms", 0)] {
            assert_eq!(text.parse(), Ok(Ms(ms)), "{text}");
        }
        for refused in
            ["", "5", "s", "1.5s", "-1s", "5 s", "5S", "99999999999999999999s", "18446744073709551615d"]
        {
            assert!(refused.parse::<Ms>().is_err(), "{refused:?} must be refused");
        }
    }

    #[test]
    fn sizes_are_powers_of_1024() {
        assert_eq!("64MiB".parse(), Ok(Bytes(64 << 20)));
        assert_eq!("1GiB".parse(), Ok(Bytes(1 << 30)));
        for refused in ["64MB", "64", "MiB", "64mib"] {
            assert!(refused.parse::<Bytes>().is_err(), "{refused:?} must be refused");
        }
    }
}
