//! How pages say things: sentences of a language, and numbers, money and times as that language writes them.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::tz::TimeZone;
use usher_api::Lang;
use usher_api::json::Json;
use usher_core::{Money, Timestamp};

/// Sentences by name. `{x}` in a sentence stands for a value.
pub(crate) struct Words(HashMap<String, String>);

impl Words {
    /// The sentences of a file of ours: one JSON object.
    pub(crate) fn of(file: &str) -> Self {
        let parsed = Json::parse(file.as_bytes()).expect("our words are JSON");
        let Json::Object(members) = parsed else { panic!("our words are one object") };
        let text = |value| match value {
            Json::Text(text) => Cow::into_owned(text),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => String::new(),
        };
        Self(members.into_iter().map(|(name, value)| (name.into_owned(), text(value))).collect())
    }

    /// A sentence with its values.
    pub(crate) fn say(&self, name: &str, values: &[(&str, &str)]) -> String {
        let mut said = self.0.get(name).cloned().unwrap_or_else(|| name.to_string());
        for (value, text) in values {
            said = said.replace(&format!("{{{value}}}"), text);
        }
        said
    }

    /// Every sentence.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

/// `12,480`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `132,000원`, `₩132,000`.
pub(crate) fn money(lang: Lang, amount: Money) -> String {
    let digits = count(amount.minor_units());
    match lang {
        Lang::Ko => format!("{digits}원"),
        Lang::En => format!("₩{digits}"),
    }
}

/// `오후 6:00`, `6:00 PM`, in the venue's zone.
pub(crate) fn clock(lang: Lang, zone: &TimeZone, at: Timestamp) -> String {
    let local = local(zone, at);
    let is_morning = local.hour() < 12;
    let hour = (local.hour() + 11) % 12 + 1;
    match lang {
        Lang::Ko => {
            let half = if is_morning { "오전" } else { "오후" };
            format!("{half}\u{a0}{hour}:{:02}", local.minute())
        }
        Lang::En => {
            let half = if is_morning { "AM" } else { "PM" };
            format!("{hour}:{:02}\u{a0}{half}", local.minute())
        }
    }
}

/// `12월 19일 (토)`, `Sat 19 Dec`, in the venue's zone.
pub(crate) fn date(lang: Lang, zone: &TimeZone, at: Timestamp) -> String {
    let local = local(zone, at);
    let week = usize::try_from(local.weekday().to_monday_zero_offset()).expect("a day of the week is 0 to 6");
    match lang {
        Lang::Ko => {
            let week = ["월", "화", "수", "목", "금", "토", "일"][week];
            format!("{}월\u{a0}{}일 ({week})", local.month(), local.day())
        }
        Lang::En => local.strftime("%a %-d\u{a0}%b").to_string(),
    }
}

/// A day and its time: `12월 19일 (토) 오후 6:00`, `Sat 19 Dec, 6:00 PM`.
pub(crate) fn moment(lang: Lang, zone: &TimeZone, at: Timestamp) -> String {
    let comma = match lang {
        Lang::Ko => "",
        Lang::En => ",",
    };
    format!("{}{comma} {}", date(lang, zone, at), clock(lang, zone, at))
}

fn local(zone: &TimeZone, at: Timestamp) -> jiff::civil::DateTime {
    let at = jiff::Timestamp::from_millisecond(at.unix_ms()).expect("our times lie between 1970 and 9999");
    zone.to_datetime(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_money_and_times_are_written_as_each_language_writes_them() {
        let zone = TimeZone::get("Asia/Seoul").unwrap();
        // 2026-12-19T09:00Z.
        let at = Timestamp::from_unix_ms(1_797_670_800_000);
        assert_eq!(moment(Lang::Ko, &zone, at), "12월\u{a0}19일 (토) 오후\u{a0}6:00");
        assert_eq!(moment(Lang::En, &zone, at), "Sat 19\u{a0}Dec, 6:00\u{a0}PM");
        let midnight = at.plus(usher_core::Span::from_ms(6 * 3_600_000));
        assert_eq!(clock(Lang::En, &zone, midnight), "12:00\u{a0}AM");
        assert_eq!(money(Lang::Ko, Money::from_minor_units(132_000)), "132,000원");
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn both_languages_have_the_same_sentences() {
        for [ko, en] in [
            [include_str!("../../pages/fan/page.ko.json"), include_str!("../../pages/fan/page.en.json")],
            [include_str!("../../pages/fan/wait.ko.json"), include_str!("../../pages/fan/wait.en.json")],
        ] {
            let [ko, en] = [Words::of(ko), Words::of(en)];
            for (name, _) in ko.all() {
                assert!(en.0.contains_key(name), "{name} is missing in English");
            }
            assert_eq!(ko.0.len(), en.0.len());
        }
    }
}
