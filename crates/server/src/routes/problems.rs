//! The pages behind a problem's `type`.

use usher_api::problem::page as render;
use usher_api::{Problem, ProblemCode};

use crate::answer::{Answer, HTML, found};
use crate::call::Call;

/// What a problem means and what to do.
#[utoipa::path(
    get, path = "/problems/{code}", tag = "docs", params(("code" = String, Path)),
    responses((status = 200, description = "A page", content_type = "text/html"), (status = 404, description = "No such code")),
)]
pub(crate) async fn page(call: Call) -> Result<Answer, Problem> {
    let code = ProblemCode::named(&call.param("code")).ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    Ok(found(HTML, render(code)))
}
