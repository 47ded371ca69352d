//! From a command to an answer: who may, under which idempotency key, and what the house said.

use hyper::StatusCode;
use hyper::header::HeaderValue;
use usher_api::fingerprint::{answer_key, request_hash};
use usher_api::json::Json;
use usher_api::{Problem, ProblemCode, address, render};
use usher_core::{AnswerKey, Command, Order, Outcome, RequestKey, UserId};
use usher_engine::Failure;

use crate::answer::{Answer, REPLAYED, json, no_content};
use crate::call::Call;
use crate::front::{RETRY_AFTER_MS, try_again};
use crate::turnstile::{First, Turn};

impl Call {
    /// Has a command decided, under the request's idempotency key if it has one. `body` is what was sent, for the
    /// request's fingerprint.
    pub(crate) async fn order(&self, command: Command, body: Option<&Json<'_>>) -> Result<Answer, Problem> {
        let Some(header) = self.head.headers.get("idempotency-key") else {
            return self.submit(Order::unkeyed(command)).await;
        };
        let text = address::idempotency_key(header.as_bytes())?;
        let hash_key = self.front.hash_key;
        let path = self.head.uri.path_and_query().map_or("/", |path| path.as_str());
        let request = request_hash(hash_key, self.head.method.as_str(), path, body);
        let scope = self.scope(&command).await?;
        let key = answer_key(hash_key, scope.as_ref(), text);
        let first = self.go_first(key).await?;
        let answer = self.submit(Order { command, key: Some(RequestKey { key, request }) }).await;
        drop(first);
        answer
    }

    /// Has a command decided under no key: one that is safe to repeat by nature.
    pub(crate) async fn order_unkeyed(&self, command: Command) -> Result<Answer, Problem> {
        self.submit(Order::unkeyed(command)).await
    }

    async fn submit(&self, order: Order) -> Result<Answer, Problem> {
        let outcome = self.decide(order).await?;
        let rendered = render::reply(&outcome.reply);
        let status = StatusCode::from_u16(rendered.status).expect("every reply has an HTTP status");
        let mut answer = match status {
            StatusCode::NO_CONTENT => no_content(),
            status => json(status, rendered.body),
        };
        if outcome.replayed {
            self.front.backing.metrics.replayed();
            answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        Ok(answer)
    }

    /// Has an order decided that the caller may give.
    pub(crate) async fn decide(&self, order: Order) -> Result<Outcome, Problem> {
        self.caller.may_order(&order.command)?;
        let submitted = self.front.backing.house.submit(order);
        let answered = tokio::time::timeout(self.front.timeouts.order, submitted).await;
        let answered = answered.unwrap_or(Err(Failure::OutcomeUnknown)).map_err(failure_problem)?;
        answered.map_err(|refusal| Problem::from(&refusal))
    }

    /// Whose key it is: the user's that the request names, the payment's owner's, or nobody's.
    async fn scope(&self, command: &Command) -> Result<Option<UserId>, Problem> {
        match command {
            Command::PlaceHold { user, .. }
            | Command::Confirm { user, .. }
            | Command::Pay { user, .. }
            | Command::Charge { user, .. }
            | Command::Use { user, .. }
            | Command::Join { user, .. }
            | Command::Leave { user, .. }
            | Command::FetchPass { user, .. } => Ok(Some(user.clone())),
            Command::CancelPayment { payment, .. } => {
                let payment = *payment;
                let payment = self.front.read(move |reader| reader.payment(payment)).await?;
                Ok(payment.map(|payment| payment.user))
            }
            Command::GiveBack { .. }
            | Command::ExpireHold { .. }
            | Command::MakeConcert { .. }
            | Command::MakePerformance(_)
            | Command::Block { .. }
            | Command::Unblock { .. }
            | Command::Close { .. }
            | Command::CancelPerformance { .. }
            | Command::AddWebhook { .. }
            | Command::RemoveWebhook { .. }
            | Command::Admit { .. }
            | Command::EndPass { .. }
            | Command::PatchRoom { .. }
            | Command::RecordDelivery(_) => Ok(None),
        }
    }

    /// Waits while another request with this key runs. One that waited does not go first itself: the key's row
    /// keeps them apart.
    async fn go_first(&self, key: AnswerKey) -> Result<Option<First<'_, AnswerKey, ()>>, Problem> {
        match self.front.in_flight.enter(key) {
            Turn::First(first) => Ok(Some(first)),
            Turn::After(ended) => match tokio::time::timeout(self.front.timeouts.in_flight, ended).await {
                Ok(_) => Ok(None),
                Err(_) => Err(Problem::new(ProblemCode::RequestInFlight).retry_after_ms(RETRY_AFTER_MS)),
            },
        }
    }
}

fn failure_problem(failure: Failure) -> Problem {
    match failure {
        Failure::TryAgain => try_again(),
        Failure::OutcomeUnknown => Problem::new(ProblemCode::OutcomeUnknown).retry_after_ms(RETRY_AFTER_MS),
        Failure::Internal => Problem::new(ProblemCode::Internal),
    }
}
