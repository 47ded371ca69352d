//! Readers: from one JSON value to one value of ours, or what is wrong with it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use usher_core::{HoldId, ID_MAX, Money, PaymentMethod, RoomId, SeatNumber, Span, Timestamp, UserId};

use crate::duration::parse_duration;
use crate::fault::Wrong;
use crate::json::Json;
use crate::time::parse_time;

type Read<T> = Result<T, Wrong>;

/// An id: a JSON integer from 1 to 2^53 − 1, never a string, never `1.0`.
pub fn id(json: &Json<'_>) -> Read<u64> {
    integer(json, 1, ID_MAX)
}

/// A JSON integer in a range, both ends included.
pub fn integer(json: &Json<'_>, min: u64, max: u64) -> Read<u64> {
    let wrong = Wrong::NotInteger { min, max };
    let Json::Number(number) = json else { return Err(wrong) };
    let value = number.integer_text().and_then(|text| text.parse().ok());
    value.filter(|value| (min..=max).contains(value)).ok_or(wrong)
}

/// The same for what is counted in 32 bits.
pub fn count(json: &Json<'_>, min: u32, max: u32) -> Read<u32> {
    integer(json, min.into(), max.into()).map(|value| u32::try_from(value).expect("the range is of 32 bits"))
}

/// A user: a string, or a JSON integer read as its decimal text.
pub fn user_id(json: &Json<'_>) -> Read<UserId> {
    name(json).and_then(UserId::parse).ok_or(Wrong::NotName)
}

/// A room: the same form.
pub fn room_id(json: &Json<'_>) -> Read<RoomId> {
    name(json).and_then(RoomId::parse).ok_or(Wrong::NotName)
}

fn name<'j>(json: &'j Json<'_>) -> Option<&'j str> {
    match json {
        Json::Text(text) => Some(text),
        Json::Number(number) => number.integer_text(),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    }
}

/// A whole amount, `10000.00` included; what does not fit stops at the ends of `i128`.
pub fn signed_money(json: &Json<'_>) -> Read<i128> {
    let Json::Number(number) = json else { return Err(Wrong::NotMoney) };
    number.whole().ok_or(Wrong::NotMoney)
}

/// A whole amount that is not negative; what does not fit stops at the end of `u64`.
pub fn money(json: &Json<'_>) -> Read<Money> {
    let units = signed_money(json)?;
    if units < 0 {
        return Err(Wrong::NotMoney);
    }
    Ok(Money::from_minor_units(u64::try_from(units).unwrap_or(u64::MAX)))
}

/// A string of `min` to `max` characters.
pub fn text(json: &Json<'_>, min: usize, max: usize) -> Read<Arc<str>> {
    let Json::Text(text) = json else { return Err(Wrong::NotText { min, max }) };
    let is_long_enough = (min..=max).contains(&text.chars().count());
    if is_long_enough { Ok(Arc::from(text.as_ref())) } else { Err(Wrong::NotText { min, max }) }
}

/// `true` or `false`.
pub fn bool(json: &Json<'_>) -> Read<bool> {
    let Json::Bool(bool) = json else { return Err(Wrong::NotBool) };
    Ok(*bool)
}

/// A time, zone-less ones in `zone`.
pub fn time(json: &Json<'_>, zone: &TimeZone) -> Read<Timestamp> {
    let Json::Text(text) = json else { return Err(Wrong::NotTime) };
    parse_time(text, zone).ok_or(Wrong::NotTime)
}

/// When the client says it asked. It decides nothing, so epoch milliseconds are welcome too.
pub fn request_at(json: &Json<'_>, zone: &TimeZone) -> Read<()> {
    match json {
        Json::Number(number) if number.whole().is_some() => Ok(()),
        _ => time(json, zone).map(drop),
    }
}

/// How long a performance lasts: PT1M to P7D.
pub fn performance_duration(json: &Json<'_>) -> Read<Span> {
    let wrong = Wrong::NotDuration { min: "PT1M", max: "P7D" };
    let Json::Text(text) = json else { return Err(wrong) };
    let span = parse_duration(text);
    span.filter(|span| (Span::from_secs(60)..=Span::from_secs(7 * 86_400)).contains(span)).ok_or(wrong)
}

/// How a buyer pays.
pub fn payment_method(json: &Json<'_>) -> Read<PaymentMethod> {
    let wrong = Wrong::NotOneOf(&["CREDIT_CARD", "DEBIT_CARD", "PAYPAL", "BANK_TRANSFER"]);
    let Json::Text(text) = json else { return Err(wrong) };
    match text.as_ref() {
        "CREDIT_CARD" => Ok(PaymentMethod::CreditCard),
        "DEBIT_CARD" => Ok(PaymentMethod::DebitCard),
        "PAYPAL" => Ok(PaymentMethod::Paypal),
        "BANK_TRANSFER" => Ok(PaymentMethod::BankTransfer),
        _ => Err(wrong),
    }
}

/// The hold to pay for: its id as a string, `reservation-` and its id, or its id.
pub fn hold_name(json: &Json<'_>) -> Read<HoldId> {
    let Json::Text(text) = json else { return id(json).map(HoldId::new).map_err(|_| Wrong::NotHoldName) };
    let digits = text.strip_prefix("reservation-").unwrap_or(text);
    id_text(digits).map(HoldId::new).ok_or(Wrong::NotHoldName)
}

/// An id as it stands in a path: 1 to 2^53 − 1, without a sign and without zeros in front.
pub fn id_text(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|id| is_plain && (1..=ID_MAX).contains(id))
}

/// One seat. Numbers beyond 32 bits are seats that no house has.
pub fn seat(json: &Json<'_>) -> Read<SeatNumber> {
    id(json).map(seat_of)
}

fn seat_of(number: u64) -> SeatNumber {
    SeatNumber::new(u32::try_from(number).unwrap_or(u32::MAX))
}

/// 1 to `max` seats, ascending, none twice.
pub fn seats(json: &Json<'_>, max: usize) -> Read<Arc<[SeatNumber]>> {
    let numbers = seat_numbers(json, max)?;
    let is_twice = numbers.windows(2).any(|pair| pair[0] == pair[1]);
    if is_twice { Err(Wrong::NamedTwice) } else { Ok(numbers.into_iter().map(seat_of).collect()) }
}

/// 1 to `max` seats, ascending; one that is named twice is taken once.
pub fn seats_in_bulk(json: &Json<'_>, max: usize) -> Read<Arc<[SeatNumber]>> {
    let mut numbers = seat_numbers(json, max)?;
    numbers.dedup();
    Ok(numbers.into_iter().map(seat_of).collect())
}

fn seat_numbers(json: &Json<'_>, max: usize) -> Read<Vec<u64>> {
    let wrong = Wrong::NotList { min: 1, max };
    let Json::List(items) = json else { return Err(wrong) };
    if !(1..=max).contains(&items.len()) {
        return Err(wrong);
    }
    let mut numbers = items.iter().map(id).collect::<Result<Vec<_>, _>>()?;
    numbers.sort_unstable();
    Ok(numbers)
}
