//! Places and passes, as those who wait see them (15 to 18 and their event stream).

use usher_core::{Place, PlaceEnd, PlaceState, Timestamp, UserId};

use crate::writer::Object;

/// Whether waiting can still bring a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// More seats are left than people are ahead; or the room has no performances.
    Enough,
    /// Fewer are left than people are ahead.
    Unlikely,
    /// None is left.
    SoldOut,
}

impl Outlook {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Outlook::Enough => "enough",
            Outlook::Unlikely => "unlikely",
            Outlook::SoldOut => "sold-out",
        }
    }
}

/// Everything that 17, 18 and the event stream say of a place that waits or is let in.
#[derive(Clone, Copy, Debug)]
pub struct PlaceAnswer<'a> {
    /// Whose.
    pub user: &'a UserId,
    /// The signed place, or the pass once let in.
    pub token: &'a str,
    /// Its number, which is also its id on the wire.
    pub number: u64,
    /// When it was taken.
    pub joined_at: Timestamp,
    /// Live people ahead; `None` once let in.
    pub position: Option<u64>,
    /// Until when the pass counts; `None` while waiting.
    pub valid_until: Option<Timestamp>,
    /// Seconds to go, as measured; `None` without outflow and once let in.
    pub eta_secs: Option<u64>,
    /// When to ask again; `None` once let in.
    pub poll_after_ms: Option<u64>,
    /// Whether seats will be left.
    pub outlook: Outlook,
    /// Whether the operator has stopped admissions.
    pub paused: bool,
    /// The operator's words.
    pub message: Option<&'a str>,
}

/// Appends the answer of 17 and 18: the members of both.
pub fn place_answer(out: &mut Vec<u8>, answer: &PlaceAnswer<'_>) {
    let mut object = Object::open(out);
    object.number("waitingQueueTokenId", answer.number);
    object.plain("userId", answer.user.as_str());
    object.text("tokenValue", answer.token);
    number_or_null(&mut object, "position", answer.position);
    match answer.valid_until {
        Some(at) => object.time("validUntil", at),
        None => object.null("validUntil"),
    }
    object.plain("status", if answer.valid_until.is_some() { "PROCESSING" } else { "WAITING" });
    object.time("requestAt", answer.joined_at);
    number_or_null(&mut object, "etaSeconds", answer.eta_secs);
    number_or_null(&mut object, "pollAfterMs", answer.poll_after_ms);
    object.plain("outlook", answer.outlook.name());
    object.number("number", answer.number);
    object.time("joinedAt", answer.joined_at);
    object.bool("paused", answer.paused);
    object.text_or_null("message", answer.message);
    object.close();
}

/// Appends the answer of 15 and 16: a pass that is live.
pub fn pass_answer(out: &mut Vec<u8>, user: &UserId, token: &str, number: u64, valid_until: Timestamp) {
    let mut object = Object::open(out);
    object.number("processingQueueTokenId", number);
    object.plain("userId", user.as_str());
    object.text("tokenValue", token);
    object.time("validUntil", valid_until);
    object.plain("status", "PROCESSING");
    object.close();
}

fn number_or_null(object: &mut Object<'_>, name: &'static str, value: Option<u64>) {
    match value {
        Some(value) => object.number(name, value),
        None => object.null(name),
    }
}

/// Appends the row of a place as its events carry it.
pub(super) fn place_row(out: &mut Vec<u8>, place: &Place) {
    let (status, valid_until) = match &place.state {
        PlaceState::Waiting => ("WAITING", None),
        PlaceState::Passed(pass) => ("PROCESSING", Some(pass.valid_until())),
        PlaceState::Ended(PlaceEnd::Left, _) => ("LEFT", None),
        PlaceState::Ended(PlaceEnd::Expired, _) => ("EXPIRED", None),
        PlaceState::Ended(PlaceEnd::Used, _) => ("USED", None),
    };
    let mut object = Object::open(out);
    object.plain("userId", place.user.as_str());
    object.plain("waitingQueueId", place.room.as_str());
    object.number("number", place.number);
    object.time("joinedAt", place.joined_at);
    object.plain("status", status);
    match valid_until {
        Some(at) => object.time("validUntil", at),
        None => object.null("validUntil"),
    }
    object.close();
}
