//! A sink that posts letters to a URL, signed as Standard Webhooks says.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;
use usher_core::Webhook;
use usher_engine::Clock;

use crate::address::{Guarded, Reach};
use crate::post::IN_FLIGHT_MAX;
use crate::signature::sign;
use crate::sink::{Letter, Sent, Sink};

type Http = Client<HttpsConnector<HttpConnector<Guarded>>, Full<Bytes>>;

/// A connection to a receiver that is not used for so long is closed.
const IDLE: Duration = Duration::from_secs(30);
/// An answer's body is read up to here, so that its connection can be used again; it says nothing.
const ANSWER_LEN_MAX: usize = 16 * 1024;
/// And for so long.
const ANSWER_REST: Duration = Duration::from_secs(1);

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const AGENT: HeaderValue = HeaderValue::from_static(concat!("usher/", env!("CARGO_PKG_VERSION")));

/// Calls receivers of every webhook, over connections that are kept.
#[derive(Clone)]
pub(crate) struct Caller {
    http: Http,
    reach: Reach,
    clock: Arc<dyn Clock>,
    answer_max: Duration,
}

impl Caller {
    pub(crate) fn new(reach: Reach, clock: Arc<dyn Clock>, answer_max: Duration) -> Caller {
        let mut connector = HttpConnector::new_with_resolver(Guarded::new(reach));
        connector.enforce_http(false);
        connector.set_nodelay(true);
        let tls = HttpsConnectorBuilder::new().with_webpki_roots();
        let tls = match reach {
            Reach::Anywhere => tls.https_or_http(),
            Reach::PublicHttps => tls.https_only(),
        };
        let http = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IN_FLIGHT_MAX)
            .build(tls.enable_http1().wrap_connector(connector));
        Caller { http, reach, clock, answer_max }
    }

    /// The receiver of a webhook.
    pub(crate) fn receiver(&self, webhook: &Webhook) -> Receiver {
        let target = self.reach.target(&webhook.url);
        Receiver { caller: self.clone(), target, secret: webhook.secret.clone() }
    }
}

/// One webhook's receiver.
pub(crate) struct Receiver {
    caller: Caller,
    target: Result<Uri, &'static str>,
    secret: Arc<[u8]>,
}

impl Sink for Receiver {
    async fn send(&self, letter: &Letter) -> Sent {
        let target = match &self.target {
            Ok(target) => target,
            Err(why) => return Sent::Unavailable { why, retry_after: None },
        };
        let request = self.request(target, letter);
        match timeout(self.caller.answer_max, self.caller.http.request(request)).await {
            Err(_) => Sent::Unavailable { why: "it did not answer in time", retry_after: None },
            Ok(Err(error)) => Sent::Unavailable { why: broken(&error), retry_after: None },
            Ok(Ok(answer)) => {
                let sent = judged(answer.status(), answer.headers());
                finish(answer).await;
                sent
            }
        }
    }
}

impl Receiver {
    fn request(&self, target: &Uri, letter: &Letter) -> Request<Full<Bytes>> {
        let sent_at_secs = self.caller.clock.now().unix_ms().div_euclid(1000);
        let signature = sign(&self.secret, letter.event.get(), sent_at_secs, &letter.body);
        let mut request = Request::new(Full::new(letter.body.clone()));
        *request.method_mut() = hyper::Method::POST;
        *request.uri_mut() = target.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(USER_AGENT, AGENT);
        headers.insert("webhook-id", HeaderValue::from(letter.event.get()));
        headers.insert("webhook-timestamp", HeaderValue::from(sent_at_secs));
        let signature = HeaderValue::try_from(signature).expect("Base64 is visible ASCII");
        headers.insert("webhook-signature", signature);
        request
    }
}

fn broken(error: &Error) -> &'static str {
    match error.is_connect() {
        true => "it cannot be reached",
        false => "it broke the connection off",
    }
}

/// What an answer means. A redirection is not followed: what a receiver's owner did not name is not called.
fn judged(status: StatusCode, headers: &HeaderMap) -> Sent {
    let retry_after =
        || headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs);
    match status {
        _ if status.is_success() => Sent::Delivered,
        StatusCode::TOO_MANY_REQUESTS => {
            Sent::Unavailable { why: "it asks for fewer events", retry_after: retry_after() }
        }
        StatusCode::REQUEST_TIMEOUT => {
            Sent::Unavailable { why: "it did not read the event in time", retry_after: None }
        }
        _ if status.is_client_error() => Sent::Refused { status: status.as_u16() },
        _ if status.is_redirection() => Sent::Unavailable {
            why: "it answers with a redirection, which is not followed",
            retry_after: None,
        },
        _ => Sent::Unavailable { why: "it answers that it failed", retry_after: retry_after() },
    }
}

/// Reads an answer to its end, so that the connection can be used again; if that takes too much, it is closed.
async fn finish(answer: Response<Incoming>) {
    let body = Limited::new(answer.into_body(), ANSWER_LEN_MAX);
    let _ = timeout(ANSWER_REST, body.collect()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry_after: Option<&'static str>) -> Sent {
        let mut headers = HeaderMap::new();
        headers.extend(retry_after.map(|wait| (RETRY_AFTER, HeaderValue::from_static(wait))));
        judged(StatusCode::from_u16(status).unwrap(), &headers)
    }

    #[test]
    fn only_a_4xx_that_asks_for_no_patience_refuses_an_event() {
        for status in [200, 201, 202, 204] {
            assert_eq!(answered(status, None), Sent::Delivered);
        }
        for status in [400, 401, 404, 410, 413, 422] {
            assert_eq!(answered(status, None), Sent::Refused { status });
        }
        for status in [301, 307, 408, 429, 500, 502, 503] {
            assert!(
                matches!(answered(status, None), Sent::Unavailable { retry_after: None, .. }),
                "{status}"
            );
        }
    }

    #[test]
    fn a_time_to_try_again_is_read_in_seconds() {
        let asked = |status, wait| match answered(status, Some(wait)) {
            Sent::Unavailable { retry_after, .. } => retry_after.map(|wait| wait.as_secs()),
            Sent::Delivered | Sent::Refused { .. } => panic!("{status} asks for patience"),
        };
        assert_eq!(asked(429, "3"), Some(3));
        assert_eq!(asked(503, " 120 "), Some(120));
        assert_eq!(asked(503, "Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
