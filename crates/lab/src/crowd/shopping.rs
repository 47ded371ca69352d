//! Inside: looking at dates and seats, holding some, paying, or changing one's mind.

use hyper::Method;
use hyper::header::HeaderName;
use serde::Deserialize;

use super::fan::Fan;
use super::ground::problem;
use crate::acks::{Ack, Op, now_ms};
use crate::client::Answer;
use crate::draft::Draft;

/// How a visit ended.
pub(super) enum Shopped {
    Bought,
    Home(&'static str),
    /// The pass ran out first.
    PassOver,
}

/// Carries the pass.
const PASS: HeaderName = HeaderName::from_static("x-queue-token");
/// Seats that a fan wants at most.
const SEATS_MAX: usize = 4;
/// Looks at the map before a fan gives up.
const LOOKS_MAX: u32 = 60;
/// Choices from one map before looking again.
const CHOICES_MAX: u32 = 5;

/// What fans read of the dates of a concert.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dates {
    available_date_responses: Vec<Date>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Date {
    concert_option_id: u64,
    seats_total: u32,
}

/// A performance as its map shows it.
struct Hall {
    free: Vec<u32>,
    /// Seats that may become free again.
    held: usize,
}

struct Hold {
    id: u64,
    performance: u64,
    seats: Vec<u32>,
}

/// What came of trying to hold seats.
enum Held {
    Yes(Hold),
    No,
    PassOver,
    Home(&'static str),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HoldAnswer {
    temporal_reservation_id: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentAnswer {
    transaction_id: u64,
}

impl Fan {
    /// Looks for seats until some are bought or none are left.
    pub async fn shop(&mut self, pass: &str) -> Shopped {
        let wanted = 1 + self.dice.usize(..SEATS_MAX);
        for _ in 0..LOOKS_MAX {
            if !self.think(200, 1_200).await {
                return Shopped::Home("went home at closing time");
            }
            let held = match self.look_and_hold(wanted, pass).await {
                Held::Yes(hold) => hold,
                Held::No => continue,
                Held::PassOver => return Shopped::PassOver,
                Held::Home(why) => return Shopped::Home(why),
            };
            let is_open = self.think(500, 2_500).await;
            // One in fifteen wants other seats, one in forty walks away and lets the hold expire.
            match self.dice.u32(..120) {
                0..8 if is_open => self.give_back(&held).await,
                8..11 => return Shopped::Home("walked away from a hold"),
                _ => {
                    if self.pay(&held).await {
                        return Shopped::Bought;
                    }
                }
            }
        }
        Shopped::Home("found nothing")
    }

    /// Looks at one date after the other, from any of them on.
    async fn look_and_hold(&mut self, wanted: usize, pass: &str) -> Held {
        let dates = self.dates(pass).await;
        let first = self.dice.usize(..dates.len().max(1));
        let mut may_come_back = false;
        for index in 0..dates.len() {
            let date = &dates[(first + index) % dates.len()];
            let Some(mut hall) = self.hall(date, pass).await else {
                may_come_back = true;
                continue;
            };
            may_come_back |= hall.held > 0;
            for _ in 0..CHOICES_MAX {
                let seats = self.choose(&hall.free, wanted);
                if seats.is_empty() {
                    break;
                }
                match self.hold(date.concert_option_id, seats, &mut hall, pass).await {
                    Held::No => {}
                    held @ (Held::Yes(_) | Held::PassOver | Held::Home(_)) => return held,
                }
            }
            may_come_back |= !hall.free.is_empty();
        }
        if may_come_back { Held::No } else { Held::Home("sold out") }
    }

    async fn dates(&mut self, pass: &str) -> Vec<Date> {
        let path = format!("/api/availability/dates/{}", self.ground.plan.concert);
        let answer = self.look("dates", path, pass).await;
        let dates: Option<Dates> = answer.and_then(|answer| serde_json::from_slice(&answer.body).ok());
        dates.unwrap_or_default().available_date_responses
    }

    async fn hall(&mut self, date: &Date, pass: &str) -> Option<Hall> {
        let path = format!("/api/availability/seats/{}/{}?view=bitmap", date.concert_option_id, now_ms());
        let answer = self.look("seats", path, pass).await?;
        Some(Hall::read(&answer.body, date.seats_total))
    }

    async fn look(&self, kind: &'static str, path: String, pass: &str) -> Option<Answer> {
        let write = |draft: &mut Draft| {
            draft.start(kind, Method::GET, format_args!("{path}")).header(PASS, format_args!("{pass}"));
        };
        let answer = self.ground.exchange(&write, None).await.outcome.ok()?;
        answer.is_ok().then_some(answer)
    }

    /// Neighbours somewhere in what is free, as many as wanted or as there are.
    fn choose(&mut self, free: &[u32], wanted: usize) -> Vec<u32> {
        if free.is_empty() {
            return Vec::new();
        }
        let at = self.dice.usize(..free.len());
        let block = free[at..].iter().take(wanted).copied();
        let neighbours = block.enumerate().take_while(|(index, seat)| *seat == free[at] + *index as u32);
        neighbours.map(|(_, seat)| seat).collect()
    }

    async fn hold(&mut self, performance: u64, seats: Vec<u32>, hall: &mut Hall, pass: &str) -> Held {
        let (name, key, pass) = (self.name.clone(), self.fresh_key(), pass.to_owned());
        let mut ack = self.keyed(Op::Hold, &key);
        (ack.concert_option_id, ack.seat_numbers) = (Some(performance), seats.clone());
        let answer = self
            .ask(
                &ack,
                &|draft| {
                    draft
                        .start("hold", Method::POST, format_args!("/api/reservations"))
                        .key(format_args!("{key}"))
                        .header(PASS, format_args!("{pass}"))
                        .json(format_args!(
                            r#"{{"userId":"{name}","concertOptionId":{performance},"seatNumbers":{seats:?}}}"#
                        ));
                },
                &|answer, ack| ack.temporal_reservation_id = hold_id(answer),
            )
            .await;
        let Some(answer) = answer else { return Held::Home("nobody answered") };
        if let (true, Some(id)) = (answer.is_ok(), hold_id(&answer)) {
            return Held::Yes(Hold { id, performance, seats });
        }
        let refused = problem(&answer);
        match refused.code.as_str() {
            "seat-taken" => {
                hall.free.retain(|seat| !refused.seat_numbers.contains(seat));
                Held::No
            }
            "pass-not-active" => Held::PassOver,
            "hold-limit-reached" => Held::Home("had as many seats as allowed"),
            "sale-closed" | "performance-cancelled" => Held::Home("the sale was closed"),
            _ => Held::Home("a refusal that nobody expects"),
        }
    }

    async fn give_back(&mut self, hold: &Hold) {
        let id = hold.id;
        let ack = Ack { temporal_reservation_id: Some(id), ..self.ack(Op::GiveBack) };
        self.ask(
            &ack,
            &|draft| {
                draft.start("give back", Method::DELETE, format_args!("/api/reservations/{id}"));
            },
            &|_, _| {},
        )
        .await;
    }

    /// Charges what is missing and pays; whether the seats are bought.
    async fn pay(&mut self, hold: &Hold) -> bool {
        let price = self.ground.plan.price * hold.seats.len() as u64;
        if self.charged < price && !self.charge(price - self.charged).await {
            return false;
        }
        let (name, key, id) = (self.name.clone(), self.fresh_key(), hold.id);
        let mut ack = Ack { temporal_reservation_id: Some(id), ..self.keyed(Op::Pay, &key) };
        (ack.concert_option_id, ack.seat_numbers) = (Some(hold.performance), hold.seats.clone());
        let answer = self
            .ask(
                &ack,
                &|draft| {
                    draft
                        .start("pay", Method::POST, format_args!("/api/user-balance/payment"))
                        .key(format_args!("{key}"))
                        .json(format_args!(
                            r#"{{"userId":"{name}","targetId":"{id}","paymentMethod":"CREDIT_CARD"}}"#
                        ));
                },
                &|answer, ack| {
                    let paid: Option<PaymentAnswer> = serde_json::from_slice(&answer.body).ok();
                    ack.transaction_id = paid.map(|paid| paid.transaction_id);
                },
            )
            .await;
        let is_paid = answer.is_some_and(|answer| answer.is_ok());
        if is_paid {
            self.charged -= price;
            let mut tally = self.ground.tally.borrow_mut();
            tally.bought += 1;
            tally.sold += hold.seats.len() as u32;
            tally.paid += price;
        }
        is_paid
    }

    async fn charge(&mut self, amount: u64) -> bool {
        let (name, key) = (self.name.clone(), self.fresh_key());
        let ack = Ack { amount: Some(amount), ..self.keyed(Op::Charge, &key) };
        let answer = self
            .ask(
                &ack,
                &|draft| {
                    draft
                        .start("charge", Method::PUT, format_args!("/api/user-balance/charge/{name}"))
                        .key(format_args!("{key}"))
                        .json(format_args!(r#"{{"amount":{amount}}}"#));
                },
                &|_, _| {},
            )
            .await;
        let is_charged = answer.is_some_and(|answer| answer.is_ok());
        if is_charged {
            self.charged += amount;
        }
        is_charged
    }

    fn keyed(&self, op: Op, key: &str) -> Ack<'static> {
        Ack { key: Some(key.to_owned().into()), ..self.ack(op) }
    }
}

fn hold_id(answer: &Answer) -> Option<u64> {
    let hold: Option<HoldAnswer> = serde_json::from_slice(&answer.body).ok();
    hold.map(|hold| hold.temporal_reservation_id)
}

impl Hall {
    /// Reads a bitmap: two bits a seat, 0 free, 1 held, 2 sold, 3 blocked.
    fn read(bitmap: &[u8], seats: u32) -> Self {
        let (mut free, mut held) = (Vec::new(), 0);
        for seat in 1..=seats {
            let index = (seat - 1) as usize;
            match bitmap.get(index / 4).map(|byte| byte >> (2 * (index % 4)) & 3) {
                Some(0) => free.push(seat),
                Some(1) => held += 1,
                Some(_) | None => {}
            }
        }
        Self { free, held }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_shows_which_seats_are_free_and_how_many_may_be_again() {
        // Seats 1 to 7: free, held, sold, blocked, held, free, free; the last two bits are nobody's.
        let hall = Hall::read(&[0b11_10_01_00, 0b00_00_00_01], 7);
        assert_eq!((hall.free, hall.held), (vec![1, 6, 7], 2));
    }
}
