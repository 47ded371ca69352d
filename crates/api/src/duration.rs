//! ISO 8601 durations: `PT2H`, `P1DT1H`, `PT1H30M`.

use std::io::Write;

use jiff::fmt::temporal::SpanParser;
use usher_core::Span;

static PARSER: SpanParser = SpanParser::new();

/// Reads a duration of weeks, days, hours, minutes and seconds, a day being 24 hours. `None`: it is no such duration,
/// it is negative, it counts years or months (whose length varies), or it is finer than a millisecond.
pub fn parse_duration(text: &str) -> Option<Span> {
    if !text.starts_with('P') {
        return None;
    }
    let span = PARSER.parse_span(text).ok()?;
    if span.is_negative() || span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let hours =
        i128::from(span.get_weeks()) * 168 + i128::from(span.get_days()) * 24 + i128::from(span.get_hours());
    let seconds = (hours * 60 + i128::from(span.get_minutes())) * 60 + i128::from(span.get_seconds());
    let ms = seconds * 1000 + i128::from(span.get_milliseconds());
    let is_finer = span.get_microseconds() != 0 || span.get_nanoseconds() != 0;
    (!is_finer).then_some(Span::from_ms(u64::try_from(ms).ok()?))
}

/// Appends a duration in hours, minutes and seconds, as Java's `Duration.toString()` does: a day and an hour are `PT25H`.
pub fn write_duration(out: &mut Vec<u8>, span: Span) {
    let (hours, minutes, ms) = (span.ms() / 3_600_000, span.ms() / 60_000 % 60, span.ms() % 60_000);
    out.extend_from_slice(b"PT");
    let whole = [(hours, b'H'), (minutes, b'M')];
    for (number, unit) in whole.into_iter().filter(|(number, _)| *number > 0) {
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        out.push(unit);
    }
    if ms == 0 && span.ms() > 0 {
        return;
    }
    out.extend_from_slice(itoa::Buffer::new().format(ms / 1000).as_bytes());
    if !ms.is_multiple_of(1000) {
        write!(out, ".{:03}", ms % 1000).expect("writing to memory cannot fail");
        let zeros = out.iter().rev().take_while(|byte| **byte == b'0').count();
        out.truncate(out.len() - zeros);
    }
    out.push(b'S');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(span: Span) -> String {
        let mut out = Vec::new();
        write_duration(&mut out, span);
        String::from_utf8(out).unwrap()
    }

    fn reread(text: &str) -> Option<String> {
        parse_duration(text).map(written)
    }

    #[test]
    fn durations_are_read_and_written_in_hours() {
        for (text, canonical) in [
            ("PT2H", "PT2H"),
            ("PT1H30M", "PT1H30M"),
            ("PT90M", "PT1H30M"),
            ("P1DT1H", "PT25H"),
            ("P7D", "PT168H"),
            ("P1W", "PT168H"),
            ("PT1M", "PT1M"),
            ("PT59.999S", "PT59.999S"),
            ("PT1.5S", "PT1.5S"),
            ("PT0S", "PT0S"),
        ] {
            assert_eq!(reread(text).as_deref(), Some(canonical), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "2h",
            "1h 30m",
            "P1Y",
            "P1M",
            "-PT1H",
            "PT-1H",
            "PT1H ",
            "120",
            "PT0.0001S",
            "P1H",
        ] {
            assert_eq!(reread(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_duration_reads_back_as_it_was(ms in 0..=700_000_000u64) {
            prop_assert_eq!(parse_duration(&written(Span::from_ms(ms))), Some(Span::from_ms(ms)));
        }
    }
}
