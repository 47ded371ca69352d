//! Buyers who hold seats as fast as they can, and remember what they were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::wire::{Wire, ask};

const SEATS: usize = 100_000;
const AT_ONCE: usize = 16;

/// What a buyer was told about a seat.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// It is held, under this id.
    Held(u64),
    /// Nothing happened: try again.
    TryAgain,
    /// Nothing: the connection ended.
    Nothing,
}

/// A seat that a buyer of its own asked for.
#[derive(Debug)]
pub struct Asked {
    pub seat: usize,
    pub sent_at: Instant,
    pub told: Told,
}

/// A sale and what its buyers were told.
pub struct Sale {
    performance: u64,
    pub asked: Vec<Asked>,
}

#[derive(Default)]
struct Counts {
    seats: AtomicUsize,
    held: AtomicUsize,
    refused: AtomicUsize,
    stopped: AtomicBool,
}

/// Buyers at work.
pub struct Buyers {
    counts: Arc<Counts>,
    threads: Vec<JoinHandle<Vec<Asked>>>,
}

impl Sale {
    /// Opens a sale.
    pub fn open(url: &str) -> Sale {
        let concert = ask(url, "POST", "/api/concerts", r#"{"title":"A night"}"#).expect(201);
        let option = json!({
            "concertDate": "2100-01-01T20:00:00", "concertDuration": "PT2H", "title": "First night",
            "price": 10_000, "maxSeats": SEATS, "holdSeconds": 3600,
        });
        let path = format!("/api/concerts/{}/options", concert["concertId"]);
        let option = ask(url, "POST", &path, &option.to_string()).expect(201);
        Sale { performance: option["concertOptionId"].as_u64().unwrap(), asked: Vec::new() }
    }

    pub fn performance(&self) -> u64 {
        self.performance
    }

    /// Lets buyers in, each on a connection that is kept alive.
    pub fn begin(&self, url: &str) -> Buyers {
        let counts = Arc::new(Counts::default());
        let next = self.asked.iter().map(|asked| asked.seat + 1).max().unwrap_or(1);
        counts.seats.store(next, Ordering::SeqCst);
        let begin = |_| {
            let (url, performance, counts) = (url.to_string(), self.performance, counts.clone());
            std::thread::spawn(move || buy(&url, performance, &counts))
        };
        let threads = (0..AT_ONCE).map(begin).collect();
        Buyers { counts, threads }
    }

    pub fn held(&self) -> usize {
        self.asked.iter().filter(|asked| matches!(asked.told, Told::Held(_))).count()
    }

    /// Who was told that a seat is held holds it, and who was told that nothing happened holds none.
    pub fn must_be_true(&self, url: &str) {
        let mut wire = Wire::connect(url).unwrap();
        for asked in &self.asked {
            let path = format!("/api/reservations/status/buyer{}/{}", asked.seat, self.performance);
            let status = wire.ask("GET", &path, "").unwrap().expect(200);
            let found = status["reservationStatusResponses"].as_array().unwrap();
            let found = found.first().map(|hold| hold["temporalReservationId"].as_u64().unwrap());
            match asked.told {
                Told::Held(hold) => assert_eq!(found, Some(hold), "{asked:?}: an acknowledged hold is lost"),
                Told::TryAgain => assert_eq!(found, None, "{asked:?}: it was told that nothing happened"),
                Told::Nothing => {}
            }
        }
    }
}

impl Buyers {
    pub fn until_held(&self, count: usize) {
        crate::until("a number of holds", || self.counts.held.load(Ordering::SeqCst) >= count);
    }

    pub fn until_refused(&self, count: usize) {
        crate::until("a number of refusals", || self.counts.refused.load(Ordering::SeqCst) >= count);
    }

    /// Waits for buyers whose server has ended.
    pub fn find_it_closed(self, sale: &mut Sale) {
        for thread in self.threads {
            sale.asked.extend(thread.join().unwrap());
        }
    }

    /// Sends the buyers home.
    pub fn stop(self, sale: &mut Sale) {
        self.counts.stopped.store(true, Ordering::SeqCst);
        self.find_it_closed(sale);
    }
}

/// Asks for seat after seat until sent home, or until the server closes the connection.
fn buy(url: &str, performance: u64, counts: &Counts) -> Vec<Asked> {
    let mut wire = Wire::connect(url).unwrap();
    let mut all = Vec::new();
    while !counts.stopped.load(Ordering::SeqCst) {
        let seat = counts.seats.fetch_add(1, Ordering::SeqCst);
        assert!(seat <= SEATS, "the sale is too small for this test");
        let hold =
            json!({"userId": format!("buyer{seat}"), "concertOptionId": performance, "seatNumber": seat});
        let sent_at = Instant::now();
        let answer = wire.ask("POST", "/api/reservations", &hold.to_string());
        let is_last = answer.as_ref().map_or(true, |answer| answer.is_last());
        let told = match answer {
            Err(_) => Told::Nothing,
            Ok(answer) if answer.status == 201 => {
                counts.held.fetch_add(1, Ordering::SeqCst);
                Told::Held(answer.json()["temporalReservationId"].as_u64().unwrap())
            }
            Ok(answer) => {
                assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("try-again")), "{answer:?}");
                assert!(answer.head.contains("retry-after: "), "{answer:?}");
                counts.refused.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
                Told::TryAgain
            }
        };
        all.push(Asked { seat, sent_at, told });
        if is_last {
            break;
        }
    }
    all
}
