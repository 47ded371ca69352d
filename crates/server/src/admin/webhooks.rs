//! Receivers of events.

use std::sync::Arc;

use hyper::StatusCode;
use usher_api::json::Json;
use usher_api::render::WebhookView;
use usher_api::{Problem, ProblemCode, body, render, shape};
use usher_core::Command;

use crate::answer::{Answer, json};
use crate::call::Call;

/// Bytes of a signing secret.
const SECRET_LEN: usize = 32;

/// Every receiver, and how far it has come.
#[utoipa::path(
    get, path = "/admin/webhooks", tag = "operator", responses((status = 200, body = shape::Webhooks)),
)]
pub(crate) async fn list(call: Call) -> Result<Answer, Problem> {
    let read = call.front.read(|reader| Ok((reader.webhooks()?, reader.event_position(None)?)));
    let (webhooks, newest) = read.await?;
    let newest = newest.unwrap_or(0);
    let views = webhooks.iter().map(|(webhook, delivery)| WebhookView {
        webhook,
        delivery,
        pending: newest.saturating_sub(delivery.position),
    });
    Ok(json(StatusCode::OK, render::webhooks(views)))
}

/// Add a receiver; its secret is shown this once.
#[utoipa::path(
    post, path = "/admin/webhooks", tag = "operator", request_body = shape::WebhookRequest,
    responses(
        (status = 201, body = shape::WebhookAdded),
        (status = 400, body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn add(mut call: Call) -> Result<Answer, Problem> {
    let bytes = call.body().await?;
    let json = Json::parse(&bytes)?;
    let receiver = body::webhook(&json, call.parse())?;
    call.caller.may_send_to(&receiver.url)?;
    let mut secret = [0; SECRET_LEN];
    getrandom::fill(&mut secret).map_err(|_| Problem::new(ProblemCode::Internal))?;
    let since = call.front.read(|reader| reader.event_position(None)).await?.unwrap_or(0);
    let secret: Arc<[u8]> = Arc::from(secret);
    let command = Command::AddWebhook { url: receiver.url, types: receiver.types, secret, since };
    call.order(command, Some(&json)).await
}

/// Remove a receiver; removing it again is no refusal.
#[utoipa::path(
    delete, path = "/admin/webhooks/{id}", tag = "operator", params(("id" = u64, Path)),
    responses((status = 204, description = "It is gone")),
)]
pub(crate) async fn remove(call: Call) -> Result<Answer, Problem> {
    let command = Command::RemoveWebhook { webhook: call.webhook()? };
    call.order_unkeyed(command).await
}
