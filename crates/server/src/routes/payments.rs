//! Paying for a hold, taking that back, and a user's payments.

use hyper::StatusCode;
use usher_api::cursor::History;
use usher_api::json::Json;
use usher_api::{Problem, address, body, render, shape};

use crate::answer::{Answer, json};
use crate::call::Call;

/// Charge the price of a hold and book it.
#[utoipa::path(
    post, path = "/api/user-balance/payment", tag = "payments", request_body = shape::PaymentRequest,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = shape::Payment),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn pay(mut call: Call) -> Result<Answer, Problem> {
    let bytes = call.body().await?;
    let json = Json::parse(&bytes)?;
    let command = body::pay(&json, call.parse())?;
    call.order(command, Some(&json)).await
}

/// Money back and seats free again; once, however often it is asked.
#[utoipa::path(
    post, path = "/api/user-balance/payment/cancel/{transactionId}", tag = "payments",
    params(("transactionId" = u64, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = shape::Payment),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn cancel(mut call: Call) -> Result<Answer, Problem> {
    let payment = call.transfer()?;
    let bytes = call.body().await?;
    let json = if bytes.is_empty() { None } else { Some(Json::parse(&bytes)?) };
    let command = body::cancel_payment(call.caller.owner(), payment, json.as_ref(), call.parse())?;
    call.order(command, json.as_ref()).await
}

/// A user's payments, newest first.
#[utoipa::path(
    get, path = "/api/user-balance/payment/history/{userId}", tag = "payments",
    params(("userId" = String, Path), ("limit" = Option<u64>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = shape::Payments)),
)]
pub(crate) async fn history(call: Call) -> Result<Answer, Problem> {
    let user = call.user()?;
    let page = address::page(call.query(), History::Payments, &user)?;
    let read = call.front.read({
        let user = user.clone();
        move |reader| reader.payments(&user, page.before, page.limit + 1)
    });
    let mut payments = read.await?;
    let has_more = payments.len() > page.limit;
    payments.truncate(page.limit);
    Ok(json(StatusCode::OK, render::payments_page(&user, &payments, has_more)))
}
