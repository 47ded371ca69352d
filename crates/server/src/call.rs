//! A request on its way through a handler: its parameters, its body, its caller.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, EXPECT};
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use usher_api::problem::Detail;
use usher_api::{ParseSettings, Problem, ProblemCode, address};
use usher_core::{ConcertId, HoldId, PerformanceId, TransferId, UserId, WebhookId};

use crate::caller::Caller;
use crate::front::Front;

/// The most parameters of a path.
pub(crate) const PARAMS_MAX: usize = 2;

/// Parameters of a path, as sent.
pub(crate) type Params = [(&'static str, std::ops::Range<usize>); PARAMS_MAX];

/// A request.
pub(crate) struct Call {
    pub(crate) front: Arc<Front>,
    pub(crate) head: Parts,
    pub(crate) caller: Caller,
    params: Params,
    body: Option<Incoming>,
    body_max: usize,
}

/// So much of a body that is too large is still taken in, so that the client sees the answer and not a reset.
const DISCARDED_MAX: usize = 2 * 1024 * 1024;

impl Call {
    pub(crate) fn new(
        front: Arc<Front>,
        caller: Caller,
        (head, body): (Parts, Incoming),
        params: Params,
        body_max: usize,
    ) -> Self {
        Self { front, head, caller, params, body: Some(body), body_max }
    }

    /// How requests are read.
    pub(crate) fn parse(&self) -> &ParseSettings {
        &self.front.parse
    }

    /// The query, as sent.
    pub(crate) fn query(&self) -> Option<&str> {
        self.head.uri.query()
    }

    /// A parameter of the path, decoded.
    pub(crate) fn param(&self, name: &str) -> Cow<'_, str> {
        let (_, place) = self
            .params
            .iter()
            .find(|(known, _)| *known == name)
            .expect("handlers ask for what their path has");
        percent_decode_str(&self.head.uri.path()[place.clone()]).decode_utf8_lossy()
    }

    /// The user that the path names, if the caller may be that one.
    pub(crate) fn user(&self) -> Result<UserId, Problem> {
        let user = address::path_user(&self.param("userId"))?;
        self.caller.may_be(&user)?;
        Ok(user)
    }

    pub(crate) fn concert(&self) -> Result<ConcertId, Problem> {
        address::path_id("concertId", &self.param("concertId")).map(ConcertId::new)
    }

    pub(crate) fn performance(&self) -> Result<PerformanceId, Problem> {
        address::path_id("concertOptionId", &self.param("concertOptionId")).map(PerformanceId::new)
    }

    pub(crate) fn hold(&self) -> Result<HoldId, Problem> {
        address::path_id("temporalReservationId", &self.param("temporalReservationId")).map(HoldId::new)
    }

    pub(crate) fn transfer(&self) -> Result<TransferId, Problem> {
        address::path_id("transactionId", &self.param("transactionId")).map(TransferId::new)
    }

    pub(crate) fn webhook(&self) -> Result<WebhookId, Problem> {
        address::path_id("id", &self.param("id")).map(WebhookId::new)
    }

    /// The whole body, JSON within the limits of the route. It is there once.
    pub(crate) async fn body(&mut self) -> Result<Bytes, Problem> {
        self.body_of("application/json").await
    }

    /// The whole body, a form.
    pub(crate) async fn form(&mut self) -> Result<Bytes, Problem> {
        self.body_of("application/x-www-form-urlencoded").await
    }

    async fn body_of(&mut self, media_type: &str) -> Result<Bytes, Problem> {
        let Some(body) = self.body.take() else { return Ok(Bytes::new()) };
        let announced = body.size_hint().lower();
        if announced > self.body_max as u64 && self.head.headers.contains_key(EXPECT) {
            return Err(too_large(self.body_max));
        }
        let read = read(body, self.body_max);
        let read = tokio::time::timeout(self.front.timeouts.body, read).await;
        let bytes = read.map_err(|_| unreadable())??;
        if !bytes.is_empty() {
            refuse_unless(media_type, &self.head)?;
        }
        Ok(bytes)
    }
}

async fn read(mut body: Incoming, max: usize) -> Result<Bytes, Problem> {
    let mut whole = Bytes::new();
    let mut pieces = BytesMut::new();
    let mut discarded = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| unreadable())?.into_data() else { continue };
        if discarded > 0 || whole.len() + pieces.len() + data.len() > max {
            discarded += data.len();
            if discarded > DISCARDED_MAX {
                break;
            }
        } else if whole.is_empty() && pieces.is_empty() {
            whole = data;
        } else {
            pieces.extend_from_slice(&std::mem::take(&mut whole));
            pieces.extend_from_slice(&data);
        }
    }
    match (discarded, pieces.is_empty()) {
        (0, true) => Ok(whole),
        (0, false) => Ok(pieces.freeze()),
        _ => Err(too_large(max)),
    }
}

fn too_large(max: usize) -> Problem {
    Problem::new(ProblemCode::TooLarge).status(413).detail(Detail::LimitBytes(max))
}

/// The client went away or sent too slowly; nobody will see this.
fn unreadable() -> Problem {
    Problem::new(ProblemCode::InvalidRequest)
}

/// A body without a media type is taken for what is wanted; one of another type is not.
fn refuse_unless(wanted: &str, head: &Parts) -> Result<(), Problem> {
    let Some(media_type) = head.headers.get(CONTENT_TYPE) else { return Ok(()) };
    let essence = media_type.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    if essence.eq_ignore_ascii_case(wanted.as_bytes()) {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::UnsupportedMediaType))
}
