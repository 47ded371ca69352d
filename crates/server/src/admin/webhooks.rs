//! Receivers of events.

use std::sync::Arc;

use hyper::StatusCode;
use usher_api::json::Json;
use usher_api::render::WebhookView;
use usher_api::{Problem, ProblemCode, body, event_type, render, shape};
use usher_core::{Command, Delivery, Fact, Webhook};
use usher_engine::{Reader, StoreError};

use crate::answer::{Answer, json};
use crate::call::Call;

/// Bytes of a signing secret.
const SECRET_LEN: usize = 32;
/// Events that one listing counts one by one, over all receivers.
const COUNTED_MAX: usize = 10_000;
/// Of which so many are read at a time.
const SLICE: usize = 500;

/// Every receiver, and how far it has come.
#[utoipa::path(
    get, path = "/admin/webhooks", tag = "operator", responses((status = 200, body = shape::Webhooks)),
)]
pub(crate) async fn list(call: Call) -> Result<Answer, Problem> {
    let receivers = call.front.read(read).await?;
    let views = receivers.iter().map(|(webhook, delivery, pending)| WebhookView {
        webhook,
        delivery,
        pending: *pending,
    });
    Ok(json(StatusCode::OK, render::webhooks(views)))
}

/// Every receiver with how many events wait for it.
fn read(reader: &mut dyn Reader) -> Result<Vec<(Webhook, Delivery, u64)>, StoreError> {
    let webhooks = reader.webhooks()?;
    let newest = reader.event_position(None)?.unwrap_or(0);
    let mut left = COUNTED_MAX;
    let mut receivers = Vec::with_capacity(webhooks.len());
    for (webhook, delivery) in webhooks {
        let pending = pending(reader, &webhook, delivery.position, newest, &mut left)?;
        receivers.push((webhook, delivery, pending));
    }
    Ok(receivers)
}

/// How many events after a position a receiver wants. Those beyond the first `left` all count.
fn pending(
    reader: &mut dyn Reader,
    webhook: &Webhook,
    mut position: u64,
    newest: u64,
    left: &mut usize,
) -> Result<u64, StoreError> {
    let mut pending = 0;
    while position < newest && *left > 0 {
        let events = reader.events(position, SLICE.min(*left))?;
        let Some(last) = events.last() else { return Ok(pending) };
        position = last.position;
        *left -= events.len();
        pending += events.iter().filter(|waiting| is_wanted(webhook, &waiting.event.fact)).count() as u64;
    }
    Ok(pending + newest.saturating_sub(position))
}

fn is_wanted(webhook: &Webhook, fact: &Fact) -> bool {
    webhook.types.is_empty() || webhook.types.iter().any(|name| **name == *event_type(fact))
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
