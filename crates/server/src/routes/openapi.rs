//! The API's description, generated from the handlers' annotations.

use std::sync::LazyLock;

use bytes::Bytes;
use usher_api::Problem;
use utoipa::OpenApi;

use crate::admin;
use crate::answer::{Answer, JSON, found};
use crate::call::Call;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Usher",
        description = "Sells seats to a crowd that arrives in the same second. Paths under `/admin` and `/metrics` are \
            on the admin listener.",
    ),
    paths(
        super::holds::place,
        super::holds::give_back,
        super::bookings::confirm,
        super::bookings::statuses,
        super::catalogue::make_concert,
        super::catalogue::make_performance,
        super::availability::dates,
        super::availability::seats,
        super::payments::pay,
        super::payments::cancel,
        super::payments::history,
        super::balance::balance,
        super::balance::movements,
        super::balance::charge,
        super::balance::spend,
        super::line::join,
        super::line::place,
        super::line::leave,
        super::stream::events,
        super::line::own_pass,
        super::line::any_pass,
        super::health::live,
        super::health::ready,
        super::problems::page,
        admin::performances::block,
        admin::performances::unblock,
        admin::performances::close,
        admin::performances::cancel,
        admin::performances::cancellation,
        admin::bookings::csv,
        admin::rooms::list,
        admin::rooms::show,
        admin::rooms::change,
        admin::fans::why,
        admin::webhooks::list,
        admin::webhooks::add,
        admin::webhooks::remove,
        admin::events::list,
        admin::verify::verify,
        admin::metrics::metrics,
    )
)]
struct Api;

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| text().into());

fn text() -> String {
    let mut text = Api::openapi().to_pretty_json().expect("a description is always JSON");
    text.push('\n');
    text
}

/// The description, OpenAPI 3.1.
pub(crate) async fn document(_call: Call) -> Result<Answer, Problem> {
    Ok(found(JSON, DOCUMENT.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_kept_is_the_one_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        if std::env::var_os("USHER_WRITE_DOCS").is_some() {
            std::fs::write(path, text()).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == text(), "run this test with USHER_WRITE_DOCS=1 to write docs/openapi.json");
    }

    #[test]
    fn every_route_is_described() {
        let api = Api::openapi();
        let fans = ["/", "/c/{concertId}", "/c/{concertId}/dates", "/c/{concertId}/plain", "/pages/{file}"];
        let operators = ["/why", "/admin/concerts/{concertId}/hall"];
        let undescribed = [&fans[..], &operators, &["/openapi.json", "/docs", "/docs/{*file}"]].concat();
        for line in super::super::table().iter().chain(&admin::table()) {
            let (method, path) = line.name();
            if undescribed.contains(&path) {
                continue;
            }
            let item = api.paths.paths.get(path).unwrap_or_else(|| panic!("{path} is not described"));
            let described = match method {
                "GET" => &item.get,
                "POST" => &item.post,
                "PUT" => &item.put,
                "PATCH" => &item.patch,
                "DELETE" => &item.delete,
                other => panic!("{other} {path}"),
            };
            assert!(described.is_some(), "{method} {path} is not described");
        }
    }
}
