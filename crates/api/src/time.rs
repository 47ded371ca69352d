//! Times as they travel: read from RFC 3339 or a zone-less local time, written as RFC 3339 in UTC.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use usher_core::Timestamp;

/// The earliest time that travels: 0000-01-01T00:00:00.000Z.
pub const TIME_MIN: Timestamp = Timestamp::from_unix_ms(-62_167_219_200_000);
/// The latest time that travels: 9999-12-31T23:59:59.999Z.
pub const TIME_MAX: Timestamp = Timestamp::from_unix_ms(253_402_300_799_999);

const DAY_MS: i64 = 86_400_000;

/// Reads `2026-07-10T20:00:00.123Z`, one with an offset, or a zone-less one in `zone`. Seconds may be missing, 0 to 9
/// fraction digits are taken and cut to whole milliseconds. Of a local time that a change of clocks skips or repeats,
/// the offset before the change counts. `None`: it is no such time, or beyond [`TIME_MIN`] and [`TIME_MAX`].
pub fn parse_time(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let mut rest = text.as_bytes();
    let year = digits(&mut rest, 4)?;
    let month = after(&mut rest, b"-", 2)?;
    let day = after(&mut rest, b"-", 2)?;
    let hour = after(&mut rest, b"Tt", 2)?;
    let minute = after(&mut rest, b":", 2)?;
    let (mut second, mut fraction_ms) = (0, 0);
    if rest.first() == Some(&b':') {
        // A leap second counts as the second before it.
        second = after(&mut rest, b":", 2).map(|second| if second == 60 { 59 } else { second })?;
        fraction_ms = fraction(&mut rest)?;
    }
    let local = DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        0,
    );
    let local = local.ok()?;
    let offset_seconds = match offset(rest)? {
        Some(seconds) => seconds,
        None => offset_in(zone, local).seconds(),
    };
    // jiff's own instants end a day before the year 9999 does.
    let seconds_of_day =
        (i64::from(local.hour()) * 60 + i64::from(local.minute())) * 60 + i64::from(local.second());
    let ms_of_day = (seconds_of_day - i64::from(offset_seconds)) * 1000 + i64::from(fraction_ms);
    let time = Timestamp::from_unix_ms(days_from_civil(local.date()) * DAY_MS + ms_of_day);
    (TIME_MIN..=TIME_MAX).contains(&time).then_some(time)
}

fn offset_in(zone: &TimeZone, local: DateTime) -> Offset {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    }
}

/// Days since 1970-01-01; the inverse of [`civil_from_days`].
fn days_from_civil(date: Date) -> i64 {
    let day = date.day_of_year();
    let years = i64::from(date.year()) - 1;
    let leaps = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    years * 365 + leaps + i64::from(day) - 719_163
}

fn digits(rest: &mut &[u8], count: usize) -> Option<i32> {
    let (number, after) = rest.split_at_checked(count)?;
    *rest = after;
    number.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i32::from(digit - b'0')))
}

fn after(rest: &mut &[u8], separators: &[u8], count: usize) -> Option<i32> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    if separators.contains(first) { digits(rest, count) } else { None }
}

/// Milliseconds of a fraction, if there is one.
fn fraction(rest: &mut &[u8]) -> Option<i32> {
    let Some(after_point) = rest.strip_prefix(b".") else { return Some(0) };
    let count = after_point.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (mut written, after) = after_point.split_at(count);
    *rest = after;
    if !(1..=9).contains(&count) {
        return None;
    }
    let whole_ms = count.min(3);
    digits(&mut written, whole_ms).map(|ms| ms * 10i32.pow(3 - whole_ms as u32))
}

/// Seconds east of UTC; `Some(None)`: none is written.
fn offset(rest: &[u8]) -> Option<Option<i32>> {
    let (sign, mut rest) = match rest {
        [] => return Some(None),
        b"Z" | b"z" => return Some(Some(0)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let hours = digits(&mut rest, 2).filter(|hours| *hours <= 23)?;
    let minutes = after(&mut rest, b":", 2).filter(|minutes| *minutes <= 59)?;
    rest.is_empty().then_some(Some(sign * (hours * 3600 + minutes * 60)))
}

/// Appends `2026-07-10T11:00:00.000Z`, always 24 bytes. A time beyond the ends is written as the end.
pub fn write_time(out: &mut Vec<u8>, time: Timestamp) {
    let ms = time.clamp(TIME_MIN, TIME_MAX).unix_ms();
    let (year, month, day) = civil_from_days(ms.div_euclid(DAY_MS));
    let ms_of_day = ms.rem_euclid(DAY_MS) as u32;
    let mut text = *b"0000-00-00T00:00:00.000Z";
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], ms_of_day / 3_600_000);
    put(&mut text[14..16], ms_of_day / 60_000 % 60);
    put(&mut text[17..19], ms_of_day / 1000 % 60);
    put(&mut text[20..23], ms_of_day % 1000);
    out.extend_from_slice(&text);
}

fn put(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day of so many days since 1970-01-01, in the Gregorian calendar.
///
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`; for years from 0 on.
fn civil_from_days(days: i64) -> (u32, u32, u32) {
    // Days since March 1st of the year -400, so that January of the year 0 is not below zero.
    let days = (days + 719_468 + 146_097) as u64;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2) - 400;
    (year as u32, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seoul() -> TimeZone {
        TimeZone::get("Asia/Seoul").unwrap()
    }

    fn written(time: Timestamp) -> String {
        let mut out = Vec::new();
        write_time(&mut out, time);
        String::from_utf8(out).unwrap()
    }

    fn reread(text: &str) -> Option<String> {
        parse_time(text, &seoul()).map(written)
    }

    #[test]
    fn a_time_is_read_with_its_offset_or_in_the_house_zone() {
        for (text, utc) in [
            ("2026-07-10T20:00:00Z", "2026-07-10T20:00:00.000Z"),
            ("2026-07-10T20:00:00.5Z", "2026-07-10T20:00:00.500Z"),
            ("2026-07-10T20:00:00+09:00", "2026-07-10T11:00:00.000Z"),
            ("2026-07-10T20:00:00-03:30", "2026-07-10T23:30:00.000Z"),
            ("2026-07-10T20:00:00", "2026-07-10T11:00:00.000Z"),
            ("2026-07-10T20:00", "2026-07-10T11:00:00.000Z"),
            ("2026-11-22T10:15:30.123456", "2026-11-22T01:15:30.123Z"),
            ("2026-11-22T10:15:30.123999999", "2026-11-22T01:15:30.123Z"),
            ("2024-02-29T00:00:00.1", "2024-02-28T15:00:00.100Z"),
            ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
            ("2016-12-31t23:59:60z", "2016-12-31T23:59:59.000Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("9999-12-31T23:59:59", "9999-12-31T14:59:59.000Z"),
        ] {
            assert_eq!(reread(text).as_deref(), Some(utc), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-07-10",
            "2026-07-10 20:00:00",
            "2026-07-10T20",
            "2026-13-01T00:00",
            "2026-02-29T00:00",
            "2026-07-10T24:00",
            "2026-07-10T20:60",
            "2026-07-10T20:00:61",
            "2026-07-10T20:00:00.",
            "2026-07-10T20:00.5",
            "2026-07-10T20:00:00.1234567890",
            "2026-07-10T20:00:00+0900",
            "2026-07-10T20:00:00+09",
            "2026-07-10T20:00:00Zx",
            "2026-07-10T20:00:00+24:00",
            "2026-07-10T20:00:00[Asia/Seoul]",
            "+02026-07-10T20:00:00Z",
            " 2026-07-10T20:00",
            "2026-07-10T20:00:00\u{ff0b}09:00",
            "9999-12-31T23:59:59-09:00",
            "0000-01-01T00:00:00+09:00",
            "2026-7-10T20:00",
        ] {
            assert_eq!(reread(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_local_time_that_clocks_skip_or_repeat_takes_the_offset_before() {
        let new_york = TimeZone::get("America/New_York").unwrap();
        let read = |text| parse_time(text, &new_york).map(written);
        assert_eq!(read("2026-03-08T02:30").as_deref(), Some("2026-03-08T07:30:00.000Z"));
        assert_eq!(read("2026-11-01T01:30").as_deref(), Some("2026-11-01T05:30:00.000Z"));
    }

    #[test]
    fn a_time_beyond_the_ends_is_written_as_the_end() {
        assert_eq!(written(Timestamp::from_unix_ms(i64::MIN)), "0000-01-01T00:00:00.000Z");
        assert_eq!(written(Timestamp::from_unix_ms(i64::MAX)), "9999-12-31T23:59:59.999Z");
    }

    proptest! {
        #[test]
        fn every_time_reads_back_as_it_was(ms in TIME_MIN.unix_ms()..=TIME_MAX.unix_ms()) {
            let time = Timestamp::from_unix_ms(ms);
            prop_assert_eq!(parse_time(&written(time), &seoul()), Some(time));
            if let Ok(jiff) = jiff::Timestamp::from_millisecond(ms) {
                prop_assert_eq!(written(time), format!("{jiff:.3}"));
            }
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,40}") {
            let _ = parse_time(&text, &seoul());
        }
    }
}
