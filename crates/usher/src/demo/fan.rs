//! One fan: fills the balance, waits in line, takes a seat or two, pays, and comes back for more.

use std::time::Duration;

use http::{HeaderName, Method};
use indicatif::ProgressBar;
use serde_json::Value;
use usher_lab::client::Client;
use usher_lab::draft::Draft;

use super::crowd::{PRICE, Told};

/// Somebody who wants to be there.
pub struct Fan {
    pub name: String,
    pub client: Client,
    pub draft: Draft,
    pub performance: u64,
    pub seats_on_sale: u32,
    pub told: Told,
    pub bar: ProgressBar,
    pub dice: u64,
}

/// Carries the pass.
const PASS: HeaderName = HeaderName::from_static("x-queue-token");
/// The most that one user may have of a performance.
const SEATS_MAX: u32 = 4;
/// Looks at the map before a fan gives up.
const LOOKS_MAX: u32 = 400;
/// Polls before a fan gives up.
const POLLS_MAX: u32 = 400;

/// Comes, buys, and leaves with four seats or when all are sold.
pub async fn come(mut fan: Fan) {
    fan.think(0, 1_500).await;
    if fan.charge().await.is_none() {
        return;
    }
    let mut has = 0;
    for _ in 0..LOOKS_MAX {
        if has == SEATS_MAX || fan.is_sold_out() {
            return;
        }
        fan.think(200, 1_800).await;
        let Some(pass) = fan.wait_in_line().await else { continue };
        let free = fan.free_seats().await;
        let wanted = fan.choose(free, SEATS_MAX - has);
        if wanted.is_empty() {
            continue;
        }
        let Some(hold) = fan.hold(&wanted, &pass).await else { continue };
        fan.think(300, 1_500).await;
        // One in twelve changes their mind.
        if fan.throw(12) == 0 {
            fan.give_back(hold).await;
            continue;
        }
        let seats = wanted.len() as u32;
        if fan.pay(hold, seats, has == 0).await {
            has += seats;
        }
    }
}

impl Fan {
    async fn charge(&mut self) -> Option<Value> {
        let amount = PRICE * SEATS_MAX;
        let Fan { name, draft, .. } = self;
        draft
            .start("charge", Method::PUT, format_args!("/api/user-balance/charge/{name}"))
            .key(format_args!("{name}-charge"))
            .json(format_args!(r#"{{"amount":{amount}}}"#));
        self.ask().await
    }

    /// Joins, or takes up the place or pass that is there, and waits for the pass.
    async fn wait_in_line(&mut self) -> Option<String> {
        let Fan { name, draft, .. } = self;
        draft
            .start("join", Method::POST, format_args!("/api/waiting-queue-token"))
            .json(format_args!(r#"{{"userId":"{name}"}}"#));
        let mut place = self.ask().await?;
        for _ in 0..POLLS_MAX {
            if place.get("status")? == "PROCESSING" {
                return Some(place.get("tokenValue")?.as_str()?.to_string());
            }
            tokio::time::sleep(Duration::from_millis(place.get("pollAfterMs")?.as_u64()?)).await;
            let Fan { name, draft, .. } = self;
            draft.start("poll", Method::GET, format_args!("/api/waiting-queue-token/{name}"));
            place = self.ask().await?;
        }
        None
    }

    async fn free_seats(&mut self) -> Vec<u64> {
        let path = format!("/api/availability/seats/{}/{}", self.performance, now_ms());
        self.draft.start("seats", Method::GET, format_args!("{path}"));
        let map = self.ask().await;
        let free = map.as_ref().and_then(|map| map.get("availableSeatsResponses")?.as_array());
        let number = |seat: &Value| seat.get("seatNumber")?.as_u64();
        free.map_or_else(Vec::new, |free| free.iter().filter_map(number).collect())
    }

    /// One seat or two neighbours, anywhere in what is free.
    fn choose(&mut self, free: Vec<u64>, seats_max: u32) -> Vec<u64> {
        if free.is_empty() {
            return free;
        }
        let at = self.throw(free.len() as u64) as usize;
        let count = (1 + self.throw(2) as usize).min(seats_max as usize);
        free.into_iter().skip(at).take(count).collect()
    }

    async fn hold(&mut self, seats: &[u64], pass: &str) -> Option<u64> {
        let key = self.throw(u64::MAX);
        let Fan { name, performance, draft, .. } = self;
        draft
            .start("hold", Method::POST, format_args!("/api/reservations"))
            .key(format_args!("{name}-{key}"))
            .header(PASS, format_args!("{pass}"))
            .json(format_args!(
                r#"{{"userId":"{name}","concertOptionId":{performance},"seatNumbers":{seats:?}}}"#
            ));
        self.ask().await?.get("temporalReservationId")?.as_u64()
    }

    async fn give_back(&mut self, hold: u64) {
        self.draft.start("give back", Method::DELETE, format_args!("/api/reservations/{hold}"));
        self.ask().await;
    }

    async fn pay(&mut self, hold: u64, seats: u32, first: bool) -> bool {
        let Fan { name, draft, .. } = self;
        draft
            .start("pay", Method::POST, format_args!("/api/user-balance/payment"))
            .key(format_args!("{name}-pay-{hold}"))
            .json(format_args!(r#"{{"userId":"{name}","targetId":"{hold}","paymentMethod":"CREDIT_CARD"}}"#));
        let paid = self.ask().await.is_some();
        if paid {
            let mut told = self.told.borrow_mut();
            told.sold += seats;
            told.served += u32::from(first);
            self.bar.inc(u64::from(seats));
        }
        paid
    }

    /// Sends what is drafted and counts the answer; `None` for anything but a success.
    async fn ask(&mut self) -> Option<Value> {
        let outcome = self.client.send(&mut self.draft).await;
        let mut told = self.told.borrow_mut();
        let answer = match outcome {
            Ok(answer) => answer,
            Err(silence) => {
                *told
                    .failed
                    .entry(format!("{} without an answer: {silence}", self.draft.kind()))
                    .or_default() += 1;
                return None;
            }
        };
        told.requests += 1;
        if answer.is_ok() {
            return Some(parse(&answer.body).unwrap_or(Value::Null));
        }
        let problem = parse(&answer.body).unwrap_or(Value::Null);
        let code = problem.get("code").and_then(Value::as_str).unwrap_or("without a code");
        match answer.status.as_u16() {
            409 | 429 | 503 => *told.refused.entry(code.to_string()).or_default() += 1,
            status => *told.failed.entry(format!("{} {status} {code}", self.draft.kind())).or_default() += 1,
        }
        None
    }

    fn is_sold_out(&self) -> bool {
        self.told.borrow().sold >= self.seats_on_sale
    }

    async fn think(&mut self, from_ms: u64, to_ms: u64) {
        let ms = from_ms + self.throw(to_ms - from_ms);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    /// A number below `below`, by splitmix64.
    fn throw(&mut self, below: u64) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

/// JSON, if it is any.
pub fn parse(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok()
}

fn now_ms() -> u64 {
    usher_lab::acks::now_ms()
}
