//! The API's documentation as pages that work offline.

use std::sync::{Arc, LazyLock};

use hyper::StatusCode;
use hyper::header::{HeaderValue, LOCATION};
use usher_api::{Problem, ProblemCode};
use utoipa_swagger_ui::{Config, serve};

use crate::answer::{Answer, found, no_content};
use crate::call::Call;

static PAGES: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("/openapi.json")));

/// Sends to the front page, whose links are relative.
pub(crate) async fn front(_call: Call) -> Result<Answer, Problem> {
    let mut answer = no_content();
    *answer.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    answer.headers_mut().insert(LOCATION, HeaderValue::from_static("/docs/index.html"));
    Ok(answer)
}

/// A file of the documentation.
pub(crate) async fn file(call: Call) -> Result<Answer, Problem> {
    let name = call.param("file");
    let not_found = || Problem::new(ProblemCode::NotFound);
    let file = serve(&name, PAGES.clone()).map_err(|_| not_found())?.ok_or_else(not_found)?;
    let media_type = HeaderValue::try_from(file.content_type).map_err(|_| not_found())?;
    Ok(found(media_type, file.bytes.into_owned()))
}
