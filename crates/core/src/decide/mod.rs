//! The one place where the house decides. Pure: rows, an order and a moment in; a decision or a refusal out.

mod booking;
mod catalogue;
mod draft;
mod hold;
mod money;
mod operator;
mod replay;
mod room;

use draft::Draft;

use crate::{
    Answer, Command, Effect, House, Ids, Order, Outcome, PerformanceId, Refusal, Rows, SaleState, Span,
    Timestamp,
};

/// Settings that decisions depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a hold lives, unless its performance says otherwise (`hold.ttl`).
    pub hold_ttl: Span,
    /// Seats per user and performance, unless that says otherwise (`hold.seats_per_user`).
    pub seats_per_user_max: u32,
    /// Places that may wait in one room (`room.waiting_max`).
    pub waiting_max: u32,
    /// Live passes of one room, unless its operator says otherwise (`room.live_passes`).
    pub live_passes_max: u32,
    /// Admissions a second of one room, unless its operator says otherwise (`room.admits_per_second`).
    pub admits_per_second: u32,
    /// How long a pass takes new holds (`room.pass_ttl`).
    pub pass_ttl: Span,
}

impl Default for Settings {
    /// The defaults of the configuration file.
    fn default() -> Self {
        Self {
            hold_ttl: Span::from_secs(300),
            seats_per_user_max: 4,
            waiting_max: 5_000_000,
            live_passes_max: 1_000,
            admits_per_second: 200,
            pass_ttl: Span::from_secs(300),
        }
    }
}

/// When a decision is made, and what it may draw on.
pub struct Moment<'a> {
    /// The time, read after the locks.
    pub now: Timestamp,
    /// Fresh ids.
    pub ids: &'a mut dyn Ids,
    /// Settings.
    pub settings: &'a Settings,
}

/// What was decided: the answer, and the effects that must be durable before anyone sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// What changes, in order; empty if nothing does.
    pub effects: Vec<Effect>,
}

/// Decides an order against rows that hold everything it needs ([`crate::keys`], [`crate::reads`]).
///
/// A key that was answered before gets that answer again, but for a cancelled performance, which refuses holds
/// and payments before anything else.
pub fn decide(rows: &Rows, order: &Order, moment: &mut Moment<'_>) -> Result<Decision, Refusal> {
    refuse_if_cancelled(rows, &order.command)?;
    let remembered = order.key.and_then(|request| Some((request, rows.answers.get(&request.key)?)));
    if let Some((request, answer)) = remembered {
        if answer.request != request.request {
            return Err(Refusal::KeyReused);
        }
        let outcome = Outcome { reply: replay::reply(rows, answer), replayed: true };
        return Ok(Decision { outcome, effects: Vec::new() });
    }
    let mut draft = Draft::new(rows, moment);
    let (reply, answered) = dispatch(&mut draft, &order.command)?;
    if let (Some(request), Some(answered)) = (order.key, answered) {
        let at = draft.now;
        draft.push(Effect::Answer(Answer { key: request.key, request: request.request, answered, at }));
    }
    Ok(Decision { outcome: Outcome { reply, replayed: false }, effects: draft.effects })
}

type Done = Result<(crate::Reply, Option<crate::Answered>), Refusal>;

fn dispatch(draft: &mut Draft<'_, '_>, command: &Command) -> Done {
    match command {
        Command::PlaceHold { user, performance, seats, pass } => {
            hold::place(draft, user, *performance, seats, pass)
        }
        Command::GiveBack { user, hold } => hold::give_back(draft, user.as_ref(), *hold),
        Command::ExpireHold { hold } => hold::expire(draft, *hold),
        Command::Confirm { user, hold } => booking::confirm(draft, user, *hold),
        Command::Pay { user, hold, amount, method } => booking::pay(draft, user, *hold, *amount, *method),
        Command::CancelPayment { user, payment } => booking::cancel(draft, user.as_ref(), *payment),
        Command::MakeConcert { title } => catalogue::make_concert(draft, title),
        Command::MakePerformance(new) => catalogue::make_performance(draft, new),
        Command::Charge { user, amount } => money::charge(draft, user, *amount),
        Command::Use { user, amount } => money::spend(draft, user, *amount),
        Command::Block { performance, seats } => operator::block(draft, *performance, seats),
        Command::Unblock { performance, seats } => operator::unblock(draft, *performance, seats),
        Command::Close { performance } => operator::close(draft, *performance),
        Command::CancelPerformance { performance } => operator::cancel(draft, *performance),
        Command::AddWebhook { url, types, secret, since } => {
            operator::add_webhook(draft, url, types, secret, since)
        }
        Command::RemoveWebhook { webhook } => operator::remove_webhook(draft, *webhook),
        Command::Join { user, room } => room::join(draft, user, room),
        Command::Leave { user, room } => room::leave(draft, user, room),
        Command::FetchPass { user, room } => room::fetch(draft, user, room),
        Command::Admit { room, users } => room::admit(draft, room, users),
        Command::EndPass { user, room, number } => room::end_pass(draft, user, room, *number),
        Command::PatchRoom { room, patch } => room::patch(draft, room, patch),
        Command::RecordDelivery(delivery) => operator::record_delivery(draft, delivery),
    }
}

/// Holding and paying at a cancelled performance is refused before any other refusal or repeat.
fn refuse_if_cancelled(rows: &Rows, command: &Command) -> Result<(), Refusal> {
    let performance = match command {
        Command::PlaceHold { performance, .. } => Some(*performance),
        Command::Confirm { user, hold } | Command::Pay { user, hold, .. } => {
            rows.holds.get(hold).filter(|hold| hold.user == *user).map(|hold| hold.performance)
        }
        Command::CancelPayment { .. }
        | Command::GiveBack { .. }
        | Command::ExpireHold { .. }
        | Command::MakeConcert { .. }
        | Command::MakePerformance(_)
        | Command::Charge { .. }
        | Command::Use { .. }
        | Command::Block { .. }
        | Command::Unblock { .. }
        | Command::Close { .. }
        | Command::CancelPerformance { .. }
        | Command::AddWebhook { .. }
        | Command::RemoveWebhook { .. }
        | Command::Join { .. }
        | Command::Leave { .. }
        | Command::FetchPass { .. }
        | Command::Admit { .. }
        | Command::EndPass { .. }
        | Command::PatchRoom { .. }
        | Command::RecordDelivery(_) => None,
    };
    let house = performance.and_then(|id| rows.houses.get(&id));
    match house.map(|house| house.stage.state) {
        Some(SaleState::Cancelled) => Err(Refusal::PerformanceCancelled),
        Some(SaleState::OnSale | SaleState::Closed) | None => Ok(()),
    }
}

fn house(rows: &Rows, id: PerformanceId) -> Result<&House, Refusal> {
    rows.houses.get(&id).ok_or(Refusal::PerformanceNotFound)
}
