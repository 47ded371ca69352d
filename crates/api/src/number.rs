//! A JSON number as written, and its exact value.

use std::borrow::Cow;

/// A number of a request, as its digits were written. The grammar is already checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<'a>(&'a str);

/// The exact value of a number: sign, digits without zeros at either end, and the power of ten after them.
///
/// Equal values have equal decimals: `10000`, `10000.00` and `1e4` are all `+ "1" 4`; zero is `+ "" 0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal<'a> {
    /// Whether it is below zero.
    pub negative: bool,
    /// Significant digits.
    pub digits: Cow<'a, str>,
    /// The value is `digits` × 10^`exponent`.
    pub exponent: i64,
}

impl<'a> Number<'a> {
    pub(crate) fn written(text: &'a str) -> Self {
        Self(text)
    }

    /// The text, if it is a JSON integer: digits and perhaps a sign, no point and no exponent.
    pub fn integer_text(self) -> Option<&'a str> {
        (!self.0.contains(['.', 'e', 'E'])).then_some(self.0)
    }

    /// The exact value.
    pub fn decimal(self) -> Decimal<'a> {
        let (negative, text) = match self.0.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, self.0),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)),
            None => (text, 0),
        };
        let (digits, decimals) = match mantissa.split_once('.') {
            Some((whole, part)) => (Cow::Owned(format!("{whole}{part}")), part.len() as i64),
            None => (Cow::Borrowed(mantissa), 0),
        };
        let digits = match digits {
            Cow::Borrowed(digits) => Cow::Borrowed(digits.trim_start_matches('0')),
            Cow::Owned(digits) => Cow::Owned(digits.trim_start_matches('0').to_owned()),
        };
        let zeros = digits.len() - digits.trim_end_matches('0').len();
        let digits = match digits {
            Cow::Borrowed(digits) => Cow::Borrowed(&digits[..digits.len() - zeros]),
            Cow::Owned(mut digits) => {
                digits.truncate(digits.len() - zeros);
                Cow::Owned(digits)
            }
        };
        if digits.is_empty() {
            return Decimal { negative: false, digits, exponent: 0 };
        }
        Decimal { negative, digits, exponent: exponent.saturating_sub(decimals).saturating_add(zeros as i64) }
    }

    /// The value, if it is whole; one that does not fit stops at the ends of `i128`.
    pub fn whole(self) -> Option<i128> {
        let Decimal { negative, digits, exponent } = self.decimal();
        if digits.is_empty() {
            return Some(0);
        }
        let zeros = u32::try_from(exponent.min(64)).ok()?;
        let far = if negative { i128::MIN } else { i128::MAX };
        let scaled = digits.parse::<i128>().ok().zip(10i128.checked_pow(zeros));
        let value = scaled.and_then(|(digits, scale)| digits.checked_mul(scale));
        Some(value.map_or(far, |value| if negative { -value } else { value }))
    }
}

fn exponent_of(text: &str) -> i64 {
    let far = if text.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
    text.parse::<i64>().unwrap_or(far).clamp(i64::MIN / 2, i64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Option<i128> {
        Number::written(text).whole()
    }

    #[test]
    fn a_number_is_whole_by_value_not_by_spelling() {
        for text in ["10000", "10000.00", "1e4", "1E+4", "100000e-1", "0.1e5"] {
            assert_eq!(whole(text), Some(10_000), "{text}");
        }
        for text in ["0", "-0", "0.000", "0e99999999999999999999"] {
            assert_eq!(whole(text), Some(0), "{text}");
        }
        assert_eq!(whole("-7.0"), Some(-7));
        for text in ["0.5", "1e-1", "10000.0000000000000000000000001", "1e-99999999999999999999"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_stops_at_the_end() {
        assert_eq!(whole("9007199254740993"), Some(9_007_199_254_740_993));
        assert_eq!(whole("1e99999999999999999999"), Some(i128::MAX));
        assert_eq!(whole("-1e64"), Some(i128::MIN));
        assert_eq!(whole(&"9".repeat(60)), Some(i128::MAX));
    }

    #[test]
    fn only_a_plain_integer_has_integer_text() {
        assert_eq!(Number::written("1").integer_text(), Some("1"));
        for text in ["7.5", "1e3", "7.0", "1E3"] {
            assert_eq!(Number::written(text).integer_text(), None, "{text}");
        }
    }
}
