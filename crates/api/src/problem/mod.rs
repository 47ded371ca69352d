//! Every way we say no: RFC 9457 problems, in Korean and English.

mod code;
mod detail;
mod document;
mod refusal;

use usher_core::SeatNumber;

pub use code::{ProblemCode, Words};
pub use detail::Detail;
pub use document::{document, page};

use crate::fault::Fault;
use crate::json::JsonFault;
use crate::lang::Lang;
use crate::writer::{Object, list};

/// The media type of [`Problem::render`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal or a failure on its way to the client.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Which one.
    pub code: ProblemCode,
    /// The HTTP status, one of [`ProblemCode::statuses`].
    pub status: u16,
    /// What the general words of the code do not say.
    pub detail: Detail,
    /// When to try again, if that helps. Also a `Retry-After` header: [`Problem::retry_after_secs`].
    pub retry_after_ms: Option<u64>,
    /// The seats it is about.
    pub seat_numbers: Vec<SeatNumber>,
    /// Members at fault.
    pub errors: Vec<Fault>,
    /// The methods that the path has, for the `Allow` header of a 405.
    pub allow: Option<&'static str>,
}

impl Problem {
    /// A problem with the first status of its code and its general words.
    pub fn new(code: ProblemCode) -> Self {
        Self {
            code,
            status: code.statuses()[0],
            detail: Detail::General,
            retry_after_ms: None,
            seat_numbers: Vec::new(),
            errors: Vec::new(),
            allow: None,
        }
    }

    /// The same with another of the code's statuses.
    pub fn status(mut self, status: u16) -> Self {
        debug_assert!(self.code.statuses().contains(&status), "{} is never {status}", self.code.code());
        self.status = status;
        self
    }

    /// The same with particulars.
    pub fn detail(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// The same with a time to wait.
    pub fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }

    /// The same with members at fault.
    pub fn errors(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    /// The same about seats.
    pub fn seats(mut self, seat_numbers: Vec<SeatNumber>) -> Self {
        self.seat_numbers = seat_numbers;
        self
    }

    /// 405, with the methods that the path has.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(ProblemCode::MethodNotAllowed) }
    }

    /// 400: one member, parameter or header is at fault.
    pub fn fault(fault: Fault) -> Self {
        Self::new(ProblemCode::InvalidRequest).errors(vec![fault])
    }

    pub(crate) fn not_an_object() -> Self {
        Self::new(ProblemCode::InvalidRequest).detail(Detail::NotAnObject)
    }

    /// Whole seconds for `Retry-After`, rounded up, at least 1.
    pub fn retry_after_secs(&self) -> Option<u64> {
        self.retry_after_ms.map(|ms| ms.div_ceil(1000).max(1))
    }

    /// The `detail` member: what happened, and what to do next.
    pub fn detail_words(&self, lang: Lang) -> String {
        let words = self.code.words(lang);
        let happened = self.detail.words(lang).unwrap_or_else(|| words.meaning.to_owned());
        format!("{happened} {}", words.advice)
    }

    /// The body, as [`MEDIA_TYPE`]. `instance` is the path that was asked for.
    pub fn render(&self, lang: Lang, instance: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        let mut object = Object::open(&mut out);
        object.with("type", |out| {
            out.extend_from_slice(b"\"/problems/");
            out.extend_from_slice(self.code.code().as_bytes());
            out.push(b'"');
        });
        object.text("title", self.code.words(lang).title);
        object.number("status", self.status.into());
        object.text("detail", &self.detail_words(lang));
        object.text("instance", instance);
        object.plain("code", self.code.code());
        if let Some(ms) = self.retry_after_ms {
            object.number("retryAfterMs", ms);
        }
        if !self.seat_numbers.is_empty() {
            object
                .with("seatNumbers", |out| list(out, &self.seat_numbers, |out, seat| write_seat(out, *seat)));
        }
        if !self.errors.is_empty() {
            object.with("errors", |out| list(out, &self.errors, |out, fault| write_fault(out, fault, lang)));
        }
        object.close();
        out
    }
}

fn write_seat(out: &mut Vec<u8>, seat: SeatNumber) {
    out.extend_from_slice(itoa::Buffer::new().format(seat.get()).as_bytes());
}

fn write_fault(out: &mut Vec<u8>, fault: &Fault, lang: Lang) {
    let mut object = Object::open(out);
    object.text("field", &fault.field);
    object.text("message", &fault.wrong.words(lang));
    object.close();
}

impl From<JsonFault> for Problem {
    fn from(fault: JsonFault) -> Self {
        use crate::fault::Wrong;
        match fault {
            JsonFault::WrittenTwice(name) => {
                Problem::fault(Fault { field: name.into(), wrong: Wrong::WrittenTwice })
            }
            JsonFault::NotUtf8 => Problem::new(ProblemCode::InvalidRequest).detail(Detail::NotUtf8),
            JsonFault::Syntax { byte } => {
                Problem::new(ProblemCode::InvalidRequest).detail(Detail::NotJson { byte })
            }
            JsonFault::TooDeep => Problem::new(ProblemCode::InvalidRequest).detail(Detail::TooDeep),
        }
    }
}
