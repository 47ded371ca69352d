//! What requests say outside of their bodies: path parameters, the query, the idempotency key.

use std::borrow::Cow;

use usher_core::{EventId, RoomId, Timestamp, TransferId, UserId};

use crate::cursor::{self, History};
use crate::fault::{Fault, Field, Wrong};
use crate::fields::ParseSettings;
use crate::problem::Problem;
use crate::read::id_text;
use crate::time::parse_time;

fn refused<T>(field: &'static str, wrong: Wrong) -> Result<T, Problem> {
    Err(Problem::fault(Fault { field: Field::Borrowed(field), wrong }))
}

/// An id in a path; `name` is the parameter's, for the problem.
pub fn path_id(name: &'static str, text: &str) -> Result<u64, Problem> {
    id_text(text).map_or_else(|| refused(name, Wrong::NotInteger { min: 1, max: usher_core::ID_MAX }), Ok)
}

/// A user in a path, percent-decoded.
pub fn path_user(text: &str) -> Result<UserId, Problem> {
    UserId::parse(text).map_or_else(|| refused("userId", Wrong::NotName), Ok)
}

/// A room in a path, percent-decoded.
pub fn path_room(text: &str) -> Result<RoomId, Problem> {
    RoomId::parse(text).map_or_else(|| refused("waitingQueueId", Wrong::NotName), Ok)
}

/// The moment in the path of endpoint 7: epoch milliseconds or a time.
pub fn path_request_at(text: &str, settings: &ParseSettings) -> Result<Timestamp, Problem> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let time = if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok().map(Timestamp::from_unix_ms)
    } else {
        parse_time(text, &settings.timezone)
    };
    time.map_or_else(|| refused("requestAt", Wrong::NotTime), Ok)
}

/// Checks an `Idempotency-Key` header: 1 to 255 visible ASCII characters.
pub fn idempotency_key(header: &[u8]) -> Result<&str, Problem> {
    let is_key = (1..=255).contains(&header.len()) && header.iter().all(|byte| matches!(byte, b'!'..=b'~'));
    let text = std::str::from_utf8(header).ok().filter(|_| is_key);
    text.map_or_else(|| refused("Idempotency-Key", Wrong::NotKey), Ok)
}

/// A page of a history that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many entries, 1 to 100.
    pub limit: usize,
    /// Only entries before this one; `None`: from the newest on.
    pub before: Option<TransferId>,
}

/// The most entries of a page.
pub const LIMIT_MAX: usize = 100;
const LIMIT_DEFAULT: usize = 20;

/// `?limit=` and `?cursor=` of a history of `user`.
pub fn page(query: Option<&str>, history: History, user: &UserId) -> Result<Page, Problem> {
    let limit = match value(query, "limit")? {
        None => LIMIT_DEFAULT,
        Some(text) => limit(&text)?,
    };
    let before = match value(query, "cursor")? {
        None => None,
        Some(text) => match cursor::take(history, user, &text) {
            Some(id) => Some(id),
            None => return refused("cursor", Wrong::NotCursor),
        },
    };
    Ok(Page { limit, before })
}

fn limit(text: &str) -> Result<usize, Problem> {
    let limit =
        id_text(text).and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit <= LIMIT_MAX);
    limit.map_or_else(|| refused("limit", Wrong::NotInteger { min: 1, max: LIMIT_MAX as u64 }), Ok)
}

/// `?waitingQueueId=`, if it is there.
pub fn query_room(query: Option<&str>) -> Result<Option<RoomId>, Problem> {
    value(query, "waitingQueueId")?.map(|text| path_room(&text)).transpose()
}

/// `?after=` of the operator's events, if it is there: an event's id, or 0 for before the first.
pub fn query_after(query: Option<&str>) -> Result<Option<EventId>, Problem> {
    match value(query, "after")? {
        None => Ok(None),
        Some(text) if text == "0" => Ok(None),
        Some(text) => path_id("after", &text).map(EventId::new).map(Some),
    }
}

/// How endpoint 7 is to show the seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatsForm {
    /// JSON, one entry a free seat.
    List,
    /// `?view=bitmap`: two bits a seat.
    Bitmap,
}

/// `?view=` of endpoint 7.
pub fn query_view(query: Option<&str>) -> Result<SeatsForm, Problem> {
    match value(query, "view")?.as_deref() {
        None => Ok(SeatsForm::List),
        Some("bitmap") => Ok(SeatsForm::Bitmap),
        Some(_) => refused("view", Wrong::NotOneOf(&["bitmap"])),
    }
}

/// A parameter of the query, decoded; given twice, it is refused. Parameters that nobody asks for are ignored.
fn value<'q>(query: Option<&'q str>, name: &'static str) -> Result<Option<Cow<'q, str>>, Problem> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut values = pairs.filter(|(written, _)| written == name).map(|(_, value)| value);
    let first = values.next();
    if values.next().is_some() { refused(name, Wrong::WrittenTwice) } else { Ok(first) }
}
