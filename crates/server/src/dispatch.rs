//! What every request goes through: limits of its head, the route table, its handler; and every answer, counting.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::{ACCEPT_LANGUAGE, CONNECTION, HeaderMap, HeaderName, HeaderValue};
use hyper::service::Service;
use hyper::{Request, Uri};
use usher_api::problem::Detail;
use usher_api::{Lang, Problem, ProblemCode};

use crate::answer::{self, Answer};
use crate::call::{Call, Params};
use crate::caller::Caller;
use crate::front::Front;
use crate::table::{Route, Table};

/// URLs are at most so long.
const URL_MAX: usize = 2 * 1024;
/// The fields of a head are at most so large together, each counting four bytes for `: ` and its line end.
const FIELDS_MAX: usize = 8 * 1024;
const MODE: HeaderName = HeaderName::from_static("x-usher-mode");

/// Serves the requests of a listener. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Dispatch {
    front: Arc<Front>,
    table: Arc<Table>,
}

impl Dispatch {
    pub(crate) fn new(front: Arc<Front>, table: Arc<Table>) -> Self {
        Self { front, table }
    }

    async fn answer(self, request: Request<Incoming>, began: Instant) -> Answer {
        let uri = request.uri().clone();
        let accepted = request.headers().get(ACCEPT_LANGUAGE).cloned();
        let (mut answer, counted) = match self.route(&request) {
            Ok((route, params, caller)) => {
                let call =
                    Call::new(self.front.clone(), caller, request.into_parts(), params, route.body_max);
                let answer = (route.handler)(call).await;
                (
                    answer.unwrap_or_else(|problem| self.refusal(&problem, accepted.as_ref(), &uri)),
                    &route.metrics,
                )
            }
            Err(problem) => (self.refusal(&problem, accepted.as_ref(), &uri), &self.table.other),
        };
        answer.headers_mut().insert(MODE, HeaderValue::from_static(self.front.mode.name()));
        if self.front.stop.is_told() {
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        counted.answered(answer.status().as_u16(), began.elapsed());
        answer
    }

    fn refusal(&self, problem: &Problem, accepted: Option<&HeaderValue>, uri: &Uri) -> Answer {
        self.front.backing.metrics.refused(problem.code);
        let lang = Lang::accepted(accepted.and_then(|accepted| accepted.to_str().ok()));
        answer::problem(problem, lang, uri.path())
    }

    fn route(&self, request: &Request<Incoming>) -> Result<(&Route, Params, Caller), Problem> {
        refuse_large_head(request.uri(), request.headers())?;
        let (route, params) = self.table.find(request.method(), request.uri().path())?;
        let caller = Caller::of(self.front.mode, request.headers())?;
        Ok((route, params, caller))
    }
}

impl Service<Request<Incoming>> for Dispatch {
    type Response = Answer;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (dispatch, began) = (self.clone(), Instant::now());
        Box::pin(async move { Ok(dispatch.answer(request, began).await) })
    }
}

fn refuse_large_head(uri: &Uri, fields: &HeaderMap) -> Result<(), Problem> {
    let too_large =
        |status, max| Err(Problem::new(ProblemCode::TooLarge).status(status).detail(Detail::LimitBytes(max)));
    let url = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if url > URL_MAX {
        return too_large(414, URL_MAX);
    }
    let size: usize = fields.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > FIELDS_MAX {
        return too_large(431, FIELDS_MAX);
    }
    Ok(())
}
