//! The front page: one performance's seats, as they are.

use usher_api::Problem;

use crate::answer::{Answer, HTML, found};
use crate::call::Call;

/// The page; which performance it shows is said by its query, `?performance=`.
pub(crate) async fn front(_call: Call) -> Result<Answer, Problem> {
    Ok(found(HTML, include_str!("page.html")))
}
