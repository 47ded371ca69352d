//! What the author of a history knows: the model's rows, read before each step.

use std::sync::Arc;

use usher_core::{
    Account, Effect, Hold, HoldState, Money, Pass, Payment, Performance, Place, PlaceState, SaleState,
    SeatNumber, Span, Stage, Timestamp, UserId, Webhook,
};
use usher_engine::{Reader, RowKind};

use crate::scene::scan;

#[derive(Default)]
pub(super) struct Known {
    pub(super) performances: Vec<Arc<Performance>>,
    pub(super) stages: Vec<Stage>,
    pub(super) claims: Vec<(usher_core::PerformanceId, SeatNumber)>,
    pub(super) holds: Vec<Hold>,
    pub(super) payments: Vec<Payment>,
    pub(super) accounts: Vec<Account>,
    pub(super) places: Vec<Place>,
    pub(super) webhooks: Vec<Webhook>,
    pub(super) concerts: u64,
}

impl Known {
    pub(super) fn read(reader: &mut dyn Reader) -> Known {
        let mut known = Known::default();
        let kinds = [
            RowKind::Concert,
            RowKind::Performance,
            RowKind::Stage,
            RowKind::Claim,
            RowKind::Hold,
            RowKind::Payment,
            RowKind::Account,
            RowKind::Place,
        ];
        for row in kinds.into_iter().flat_map(|kind| scan(reader, kind, 1_000)) {
            known.add(row);
        }
        let webhooks = reader.webhooks().expect("webhooks can be read");
        known.webhooks.extend(webhooks.into_iter().map(|(webhook, _)| webhook));
        known
    }

    fn add(&mut self, row: Effect) {
        match row {
            Effect::Concert(_) => self.concerts += 1,
            Effect::Performance(performance) => self.performances.push(performance),
            Effect::Stage(stage) => self.stages.push(stage),
            Effect::Claim(claim) => self.claims.push((claim.performance, claim.seat)),
            Effect::Hold(hold) => self.holds.push(hold),
            Effect::Payment(payment) => self.payments.push(payment),
            Effect::Account(account) => self.accounts.push(account),
            Effect::Place(place) => self.places.push(place),
            Effect::ClaimEnded { .. }
            | Effect::Count { .. }
            | Effect::Booking(_)
            | Effect::Movement(_)
            | Effect::Room(_)
            | Effect::PlaceReplaced { .. }
            | Effect::Answer(_)
            | Effect::Event(_)
            | Effect::Webhook(_)
            | Effect::WebhookRemoved(_)
            | Effect::Delivery(_) => {}
        }
    }

    /// Performances that sell now, or will.
    pub(super) fn on_sale(&self, now: Timestamp) -> Vec<Arc<Performance>> {
        let sells = |performance: &&Arc<Performance>| {
            let stage = self.stages.iter().find(|stage| stage.performance == performance.id);
            performance.sale_closes_at > now && stage.is_some_and(|stage| stage.state == SaleState::OnSale)
        };
        self.performances.iter().filter(sells).cloned().collect()
    }

    pub(super) fn live_holds(&self) -> Vec<&Hold> {
        self.holds.iter().filter(|hold| hold.state == HoldState::Live).collect()
    }

    pub(super) fn balance(&self, user: &UserId) -> Money {
        let account = self.accounts.iter().find(|account| account.user == *user);
        account.map_or(Money::ZERO, |account| account.balance)
    }

    pub(super) fn free_seats(&self, performance: &Performance) -> Vec<u32> {
        let is_free = |seat: &u32| !self.claims.contains(&(performance.id, SeatNumber::new(*seat)));
        (1..=performance.seats_max).filter(is_free).collect()
    }

    pub(super) fn cancelled(&self) -> Vec<&Stage> {
        self.stages.iter().filter(|stage| stage.state == SaleState::Cancelled).collect()
    }

    /// Moments at which an answer changes by time alone, those that lie ahead, soonest first.
    pub(super) fn boundaries(&self, now: Timestamp) -> Vec<Timestamp> {
        let windows = self.performances.iter().flat_map(|performance| {
            [performance.sale_opens_at, performance.sale_closes_at, performance.begins_at]
        });
        let expiries = self.live_holds().into_iter().map(|hold| hold.expires_at);
        let passes = self.places.iter().flat_map(|place| match &place.state {
            PlaceState::Passed(pass) => {
                let unclaimed_at = pass.given_at.plus(Pass::FETCH_WITHIN);
                vec![pass.given_at.plus(Span::from_secs(1)), unclaimed_at, pass.expires_at]
            }
            PlaceState::Waiting | PlaceState::Ended(..) => Vec::new(),
        });
        let mut ahead: Vec<Timestamp> =
            windows.chain(expiries).chain(passes).filter(|at| *at > now).collect();
        ahead.sort_unstable();
        ahead.dedup();
        ahead
    }
}
