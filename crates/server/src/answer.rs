//! Answers: what a handler gives back, and a problem made one.

use bytes::Bytes;
use http_body_util::channel::Channel;
use http_body_util::{Either, Full};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_NONE_MATCH, RETRY_AFTER,
};
use hyper::{Response, StatusCode};
use usher_api::problem::MEDIA_TYPE;
use usher_api::{Lang, Problem};

/// A whole body, or one that is sent as it is made.
pub(crate) type Body = Either<Full<Bytes>, Channel<Bytes, std::io::Error>>;

/// What a handler gives back.
pub(crate) type Answer = Response<Body>;

/// Whether an answer repeats the remembered one of its idempotency key.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The version of a view.
pub(crate) const VERSION: HeaderName = HeaderName::from_static("x-usher-version");

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
pub(crate) const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");
const PROBLEM: HeaderValue = HeaderValue::from_static(MEDIA_TYPE);
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// 200 with a body of this type.
pub(crate) fn found(media_type: HeaderValue, body: impl Into<Bytes>) -> Answer {
    let mut answer = Answer::new(Either::Left(Full::new(body.into())));
    answer.headers_mut().insert(CONTENT_TYPE, media_type);
    answer
}

/// A status with JSON.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut answer = found(JSON, body);
    *answer.status_mut() = status;
    answer
}

/// 204.
pub(crate) fn no_content() -> Answer {
    empty(StatusCode::NO_CONTENT)
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Answer::new(Either::Left(Full::default()));
    *answer.status_mut() = status;
    answer
}

/// 304 if the caller has this version already.
pub(crate) fn not_modified(headers: &HeaderMap, tag: &HeaderValue) -> Option<Answer> {
    let known = headers.get_all(IF_NONE_MATCH);
    let is_known = known.iter().any(|known| names(known.as_bytes(), tag.as_bytes()));
    is_known.then(|| tagged(empty(StatusCode::NOT_MODIFIED), tag))
}

/// Whether an `If-None-Match` names a tag; weak comparison (RFC 9110, 13.1.2).
fn names(known: &[u8], tag: &[u8]) -> bool {
    let mut parts = known.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    parts.any(|part| part == b"*" || part.strip_prefix(b"W/").unwrap_or(part) == tag)
}

/// The same with its version.
pub(crate) fn tagged(mut answer: Answer, tag: &HeaderValue) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(ETAG, tag.clone());
    headers.insert(CACHE_CONTROL, REVALIDATE);
    answer
}

/// A refusal or failure, in the caller's language.
pub(crate) fn problem(problem: &Problem, lang: Lang, instance: &str) -> Answer {
    let status = StatusCode::from_u16(problem.status).expect("every problem has an HTTP status");
    let mut answer = json(status, problem.render(lang, instance));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, PROBLEM);
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    if let Some(seconds) = problem.retry_after_secs() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = problem.allow {
        headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_recognized_among_those_that_are_known() {
        for known in [r#""7""#, r#"W/"7""#, r#""6", "7""#, "*", r#" "7" "#] {
            assert!(names(known.as_bytes(), br#""7""#), "{known}");
        }
        for other in [r#""6""#, "7", "", r#""7-begun""#, r#""77""#] {
            assert!(!names(other.as_bytes(), br#""7""#), "{other}");
        }
    }
}
