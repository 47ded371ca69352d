//! The operator's part of a history: concerts, performances, blocks, closings, cancellations, webhooks.

use std::sync::Arc;

use usher_core::{
    Command, ConcertId, Delivery, EventId, Money, NewPerformance, Order, Parked, PerformanceId, RoomId, Span,
    Timestamp, WebhookId,
};

use super::{Author, ENDS_AT};
use crate::lockstep::known::Known;
use crate::orders;

impl Author {
    pub(super) fn catalogue(&mut self, known: &Known, now: Timestamp) -> Order {
        if known.concerts == 0 || self.chance(10) {
            let titles = ["밤의 노래", "O'Brien \"live\" \\ %_", "🎫"];
            return Order::unkeyed(Command::MakeConcert {
                title: titles[self.rng.usize(..titles.len())].into(),
            });
        }
        let concert = if self.chance(8) { 999 } else { self.rng.u64(1..=known.concerts) };
        let command = Command::MakePerformance(self.new_performance(ConcertId::new(concert), now));
        self.under_a_key(command)
    }

    /// Small houses with short windows, so that every boundary comes near.
    fn new_performance(&mut self, concert: ConcertId, now: Timestamp) -> NewPerformance {
        let span = |rng: &mut fastrand::Rng, most: u64| Span::from_ms(rng.u64(1_000..most * 1_000));
        let begins_at = now.plus(span(&mut self.rng, 2 * 3600)).min(ENDS_AT.plus(Span::from_secs(3600)));
        let begins_at = if self.chance(4) { now.minus(Span::from_secs(60)) } else { begins_at };
        let opens_at = now.plus(span(&mut self.rng, 120)).min(begins_at.minus(Span::from_ms(2)));
        let ahead = begins_at.since(now).ms();
        let closes_at = begins_at.minus(Span::from_ms(self.rng.u64(..=ahead / 4)));
        let prices = [0, 1, 10_000, 10_000, 77_000, Money::PRICE_MAX.minor_units()];
        NewPerformance {
            concert,
            begins_at,
            duration: Span::from_secs(self.rng.u64(60..8_000)),
            title: "첫날".into(),
            description: self.chance(50).then(|| "두 시간 — 쉬는 시간 없음".into()),
            price: Money::from_minor_units(prices[self.rng.usize(..prices.len())]),
            seats_max: [1, 3, 6, 12][self.rng.usize(..4)],
            sale_opens_at: self.chance(30).then_some(opens_at),
            sale_closes_at: self.chance(40).then_some(closes_at),
            hold_ttl: self.chance(80).then(|| Span::from_secs(self.rng.u64(10..120))),
            seats_per_user_max: self.chance(80).then(|| [1, 2, 3, 10][self.rng.usize(..4)]),
            room: self.chance(20).then(|| RoomId::stored("balcony")),
        }
    }

    pub(super) fn operate(&mut self, known: &Known) -> Command {
        let Some(house) = self.pick(&known.performances) else { return self.charge(known) };
        let unknown = self.chance(4);
        let performance = if unknown { PerformanceId::new(4_000_000) } else { house.id };
        let any = self.rng.u32(..16);
        match any {
            0..6 => {
                let numbers = self.some_of(known.free_seats(&house));
                Command::Block { performance, seats: orders::seats(&numbers) }
            }
            6..8 => {
                let numbers = self.some_of((1..=house.seats_max + 1).collect());
                Command::Block { performance, seats: orders::seats(&numbers) }
            }
            8..13 => {
                let numbers = self.some_of((1..=house.seats_max).collect());
                Command::Unblock { performance, seats: orders::seats(&numbers) }
            }
            13 => Command::Close { performance },
            _ => Command::CancelPerformance { performance },
        }
    }

    pub(super) fn notify(&mut self, known: &Known) -> Command {
        let webhook = self.pick(&known.webhooks).map_or(WebhookId::new(77), |webhook| webhook.id);
        match self.rng.u32(..6) {
            0..2 => Command::AddWebhook {
                url: "http://127.0.0.1:9/hook?q=1".into(),
                types: self.some_types(),
                secret: (0..32).map(|_| self.rng.u8(..)).collect(),
                since: self.rng.u64(..20),
            },
            2 => Command::RemoveWebhook { webhook },
            _ => Command::RecordDelivery(self.delivery(webhook)),
        }
    }

    fn some_types(&mut self) -> Arc<[Arc<str>]> {
        if self.chance(50) { Arc::new([]) } else { Arc::new(["hold.placed".into(), "booking.made".into()]) }
    }

    fn delivery(&mut self, webhook: WebhookId) -> Delivery {
        let parked = |rng: &mut fastrand::Rng| Parked {
            event: EventId::new(rng.u64(1..50)),
            status: 400,
            at: Timestamp::from_unix_ms(rng.i64(0..10_000)),
        };
        let count = self.rng.usize(..3);
        Delivery {
            webhook,
            position: self.rng.u64(..1_000),
            delivered: self.rng.u64(..1_000),
            parked: (0..count).map(|_| parked(&mut self.rng)).collect(),
            parked_total: count as u64,
        }
    }
}
