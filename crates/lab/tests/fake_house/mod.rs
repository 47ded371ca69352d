//! A box office in a hash map, just true enough for the bench to be pointed at.

#![expect(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]

use std::collections::HashMap;
use std::sync::Mutex;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use usher_lab::bare::Bare;

/// What a fake house gets wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    None,
    /// Every tenth hold is acknowledged and forgotten.
    ForgetsHolds,
    /// A seat is sold to whoever asks.
    SellsTwice,
}

#[derive(Default)]
struct House {
    seats_of: HashMap<u64, u64>,
    taken: HashMap<(u64, u64), u64>,
    holds: HashMap<u64, Hold>,
    holds_of: HashMap<String, Vec<u64>>,
    last_id: u64,
}

struct Hold {
    user: String,
    performance: u64,
    seat: u64,
    is_paid: bool,
}

/// Opens a fake house on a free loopback port.
pub fn open(defect: Defect) -> Bare {
    let house = Mutex::new(House::default());
    Bare::serve(move |parts, body| {
        let (status, body) = house.lock().unwrap().answer(defect, &parts, &body);
        Response::builder().status(status).body(Full::new(Bytes::from(body.to_string()))).unwrap()
    })
    .unwrap()
}

impl House {
    fn answer(&mut self, defect: Defect, parts: &Parts, body: &[u8]) -> (u16, Value) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let path: Vec<_> = parts.uri.path().trim_start_matches("/api/").split('/').collect();
        match (parts.method.as_str(), &path[..]) {
            ("POST", ["concerts"]) => (201, json!({ "concertId": self.id() })),
            ("POST", ["concerts", _, "options"]) => {
                let id = self.id();
                self.seats_of.insert(id, body["maxSeats"].as_u64().unwrap());
                (201, json!({ "concertOptionId": id }))
            }
            ("POST", ["reservations"]) => self.hold(defect, parts, &body),
            ("DELETE", ["reservations", id]) => {
                let hold = self.holds.remove(&number(id)).unwrap();
                self.taken.remove(&(hold.performance, hold.seat));
                (204, Value::Null)
            }
            ("PUT", ["user-balance", "charge", _]) => (200, json!({})),
            ("POST", ["user-balance", "payment"]) => {
                let hold = self.holds.get_mut(&number(body["targetId"].as_str().unwrap())).unwrap();
                assert_eq!(hold.user, body["userId"].as_str().unwrap());
                hold.is_paid = true;
                (200, json!({ "transactionId": self.id() }))
            }
            ("GET", ["reservations", "status", user, performance]) => {
                (200, self.status(user, number(performance)))
            }
            ("GET", ["availability", "seats", performance, _]) => {
                let performance = number(performance);
                let free = (1..=self.seats_of[&performance])
                    .filter(|seat| !self.taken.contains_key(&(performance, *seat)));
                (
                    200,
                    json!({ "availableSeatsResponses": free.map(|seat| json!({ "seatNumber": seat })).collect::<Vec<_>>() }),
                )
            }
            ("GET", ["availability", "dates", _]) => {
                let dates = self
                    .seats_of
                    .iter()
                    .map(|(id, seats)| json!({ "concertOptionId": id, "seatsTotal": seats }));
                (200, json!({ "availableDateResponses": dates.collect::<Vec<_>>() }))
            }
            ("GET", ["user-balance", "histories", _]) => (200, json!({})),
            (method, path) => panic!("the bench asked for {method} {path:?}"),
        }
    }

    fn hold(&mut self, defect: Defect, parts: &Parts, body: &Value) -> (u16, Value) {
        assert!(parts.headers.contains_key("idempotency-key"));
        let user = body["userId"].as_str().unwrap().to_owned();
        let (performance, seat) =
            (body["concertOptionId"].as_u64().unwrap(), body["seatNumber"].as_u64().unwrap());
        assert!(seat <= self.seats_of[&performance]);
        if self.taken.contains_key(&(performance, seat)) && defect != Defect::SellsTwice {
            return (409, json!({ "code": "seat-taken" }));
        }
        let id = self.id();
        if defect != Defect::ForgetsHolds || !id.is_multiple_of(10) {
            self.taken.insert((performance, seat), id);
            self.holds_of.entry(user.clone()).or_default().push(id);
            self.holds.insert(id, Hold { user: user.clone(), performance, seat, is_paid: false });
        }
        (201, json!({ "temporalReservationId": id, "userId": user, "seat": { "seatNumber": seat } }))
    }

    fn status(&self, user: &str, performance: u64) -> Value {
        let ids = self.holds_of.get(user).into_iter().flatten();
        let held = ids.filter_map(|id| Some((id, self.holds.get(id)?)));
        let own = held.filter(|(_, hold)| hold.performance == performance);
        let statuses = own.map(|(id, hold)| {
            json!({ "temporalReservationId": id, "isTemporary": !hold.is_paid, "seat": { "seatNumber": hold.seat } })
        });
        json!({ "reservationStatusResponses": statuses.collect::<Vec<_>>() })
    }

    fn id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}
