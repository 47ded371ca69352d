//! A user's balance, what moved it, charging and spending.

use hyper::StatusCode;
use usher_api::body::MoneyVerb;
use usher_api::cursor::History;
use usher_api::json::Json;
use usher_api::{Problem, ProblemCode, address, body, render, shape};

use crate::answer::{Answer, json};
use crate::call::Call;

/// A user's balance.
#[utoipa::path(
    get, path = "/api/user-balance/{userId}", tag = "balance", params(("userId" = String, Path)),
    responses(
        (status = 200, body = shape::Balance),
        (status = 404, body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn balance(call: Call) -> Result<Answer, Problem> {
    let user = call.user()?;
    let account = call.front.read(move |reader| reader.account(&user)).await?;
    let account = account.ok_or_else(|| Problem::new(ProblemCode::BalanceNotFound))?;
    let mut body = Vec::with_capacity(256);
    render::balance(&mut body, &account);
    Ok(json(StatusCode::OK, body))
}

/// What moved a user's balance, newest first.
#[utoipa::path(
    get, path = "/api/user-balance/histories/{userId}", tag = "balance",
    params(("userId" = String, Path), ("limit" = Option<u64>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = shape::Movements)),
)]
pub(crate) async fn movements(call: Call) -> Result<Answer, Problem> {
    let user = call.user()?;
    let page = address::page(call.query(), History::Movements, &user)?;
    let read = call.front.read({
        let user = user.clone();
        move |reader| reader.movements(&user, page.before, page.limit + 1)
    });
    let mut movements = read.await?;
    let has_more = movements.len() > page.limit;
    movements.truncate(page.limit);
    Ok(json(StatusCode::OK, render::movements_page(&user, &movements, has_more)))
}

/// Put money into a balance; the first charge opens it.
#[utoipa::path(
    put, path = "/api/user-balance/charge/{userId}", tag = "balance", request_body = shape::AmountRequest,
    params(("userId" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = shape::Balance),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn charge(call: Call) -> Result<Answer, Problem> {
    move_money(call, MoneyVerb::Charge).await
}

/// Spend money elsewhere.
#[utoipa::path(
    put, path = "/api/user-balance/use/{userId}", tag = "balance", request_body = shape::AmountRequest,
    params(("userId" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = shape::Balance),
        (status = "4XX", description = "Why not", body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn spend(call: Call) -> Result<Answer, Problem> {
    move_money(call, MoneyVerb::Use).await
}

async fn move_money(mut call: Call, verb: MoneyVerb) -> Result<Answer, Problem> {
    let user = call.user()?;
    let bytes = call.body().await?;
    let json = Json::parse(&bytes)?;
    let command = body::amount(verb, user, &json, call.parse())?;
    call.order(command, Some(&json)).await
}
