//! A house that is open for one test: a fresh store, a clock that stands still, a server on free ports, and a client.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use usher_conformance::TestClock;
use usher_core::{Ids, Settings};
use usher_engine::waiting::Waiting;
use usher_engine::{Desk, House, HouseConfig, Reader};
use usher_server::{Backing, Gate, Metrics, Mode, Server, ServerConfig, Timeouts, Views, serve};

/// An open house with its server; it ends with the test.
pub struct TestHouse {
    server: Option<Server>,
    pub clock: Arc<TestClock>,
    pub address: SocketAddr,
    pub admin: SocketAddr,
    dir: Option<tempfile::TempDir>,
    setup: Setup,
}

/// How a house is opened.
#[derive(Clone, Copy)]
pub struct Setup {
    pub timeouts: Timeouts,
    pub gate: Gate,
    pub settings: Settings,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup { timeouts: Timeouts::default(), gate: Gate::Off, settings: Settings::default() }
    }
}

/// What a store gives when it is opened.
pub struct Opened<D> {
    pub desks: Vec<(D, Box<dyn Ids + Send>)>,
    pub readers: Vec<Box<dyn Reader>>,
    pub secret: [u8; 16],
}

impl TestHouse {
    /// A house on a fresh directory.
    pub fn open() -> TestHouse {
        TestHouse::open_in(tempfile::tempdir().unwrap(), Arc::new(TestClock::default()))
    }

    /// A house on a fresh directory whose waiting room asks for passes.
    pub fn gated(gate: Gate, settings: Settings) -> TestHouse {
        let setup = Setup { gate, settings, ..Setup::default() };
        TestHouse::open_as(setup, tempfile::tempdir().unwrap(), Arc::new(TestClock::default()))
    }

    fn open_in(dir: tempfile::TempDir, clock: Arc<TestClock>) -> TestHouse {
        TestHouse::open_as(Setup::default(), dir, clock)
    }

    fn open_as(setup: Setup, dir: tempfile::TempDir, clock: Arc<TestClock>) -> TestHouse {
        let options = usher_store_sqlite::Options { clock: Some(clock.clone()), ..Default::default() };
        let opened = usher_store_sqlite::open(dir.path(), options).unwrap();
        let readers = opened.readers.into_iter().map(|reader| Box::new(reader) as Box<dyn Reader>);
        let opened = Opened {
            desks: vec![(opened.desk, Box::new(opened.ids) as Box<dyn Ids + Send>)],
            readers: readers.collect(),
            secret: opened.secret,
        };
        let mut house = TestHouse::set_up(setup, opened, clock);
        house.dir = Some(dir);
        house
    }

    /// A house on a store that is open.
    pub fn on<D: Desk + 'static>(opened: Opened<D>, clock: Arc<TestClock>) -> TestHouse {
        TestHouse::set_up(Setup::default(), opened, clock)
    }

    /// The same with bounds in time of its own.
    pub fn patient_for<D: Desk + 'static>(
        timeouts: Timeouts,
        opened: Opened<D>,
        clock: Arc<TestClock>,
    ) -> TestHouse {
        TestHouse::set_up(Setup { timeouts, ..Setup::default() }, opened, clock)
    }

    fn set_up<D: Desk + 'static>(setup: Setup, opened: Opened<D>, clock: Arc<TestClock>) -> TestHouse {
        let views = Views::new(Views::BYTES_MAX, opened.desks.len() == 1);
        let metrics = Metrics::new();
        let mut readers = opened.readers;
        let reader = readers.first_mut().expect("a store has readers");
        let waiting = Waiting::rebuild(&mut **reader, clock.clone(), setup.settings).unwrap();
        let config = HouseConfig {
            settings: setup.settings,
            followers: vec![views.clone(), metrics.clone()],
            fatal: Arc::new(|error| panic!("the store must not be used any more: {error}")),
            waiting: Some(waiting.clone()),
        };
        let house = House::open(opened.desks, readers, config).unwrap();
        let config = ServerConfig {
            listen: "127.0.0.1:0".parse().unwrap(),
            admin_listen: "127.0.0.1:0".parse().unwrap(),
            mode: Mode::Open,
            parse: usher_api::ParseSettings { timezone: TimeZone::get("Asia/Seoul").unwrap() },
            workers: 2,
            timeouts: setup.timeouts,
        };
        let verify = Arc::new(|| Ok(r#"{"clean":true}"#.to_string()));
        let backing = Backing {
            house,
            clock: clock.clone(),
            views,
            waiting,
            gate: setup.gate,
            metrics,
            secret: opened.secret,
            verify,
        };
        let server = serve(config, backing).unwrap();
        let (address, admin) = (server.address(), server.admin_address());
        TestHouse { server: Some(server), clock, address, admin, dir: None, setup }
    }

    /// Ends the server.
    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }

    /// The same house after a restart.
    pub fn restart(mut self) -> TestHouse {
        self.stop();
        TestHouse::open_as(self.setup, self.dir.take().unwrap(), self.clock.clone())
    }

    pub async fn get(&self, path: &str) -> Reply {
        Ask::get(path).of(self.address).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        Ask::post(path, body).of(self.address).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        Ask::new("PUT", path, body.to_string()).of(self.address).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        Ask::new("DELETE", path, String::new()).of(self.address).await
    }

    pub async fn admin_get(&self, path: &str) -> Reply {
        Ask::get(path).of(self.admin).await
    }

    pub async fn admin_patch(&self, path: &str, body: Value) -> Reply {
        Ask::new("PATCH", path, body.to_string()).of(self.admin).await
    }

    pub async fn admin_post(&self, path: &str, body: Value) -> Reply {
        Ask::post(path, body).of(self.admin).await
    }

    /// Makes a concert; its id.
    pub async fn concert(&self) -> u64 {
        self.post("/api/concerts", json!({"title": "콘서트"})).await.expect(201)["concertId"]
            .as_u64()
            .unwrap()
    }

    /// Makes a performance of a new concert with 50 seats at 10,000, but for what `other` says; its id.
    pub async fn performance(&self, other: Value) -> u64 {
        let concert = self.concert().await;
        self.performance_of(concert, other).await.expect(201)["concertOptionId"].as_u64().unwrap()
    }

    /// Makes a performance of a concert.
    pub async fn performance_of(&self, concert: u64, other: Value) -> Reply {
        let mut body = json!({
            "concertDate": "2026-07-10T20:00:00", "concertDuration": "PT2H", "title": "First night",
            "price": 10_000, "maxSeats": 50,
        });
        body.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        self.post(&format!("/api/concerts/{concert}/options"), body).await
    }

    pub async fn join(&self, user: &str) -> Value {
        self.post("/api/waiting-queue-token", json!({"userId": user})).await.expect(201)
    }

    pub async fn place(&self, user: &str) -> Reply {
        self.get(&format!("/api/waiting-queue-token/{user}")).await
    }

    /// Asks until a user is let in, at most a few seconds; the pass.
    pub async fn pass_of(&self, user: &str) -> String {
        for _ in 0..100 {
            let place = self.place(user).await.expect(200);
            if place["status"] == "PROCESSING" {
                return place["tokenValue"].as_str().unwrap().to_string();
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{user} is not let in");
    }

    pub async fn charge(&self, user: &str, amount: u64) {
        self.put(&format!("/api/user-balance/charge/{user}"), json!({"amount": amount})).await.expect(200);
    }

    pub async fn balance(&self, user: &str) -> u64 {
        self.get(&format!("/api/user-balance/{user}")).await.expect(200)["amount"].as_u64().unwrap()
    }

    pub async fn try_hold(&self, user: &str, performance: u64, seats: &[u32]) -> Reply {
        let body = json!({"userId": user, "concertOptionId": performance, "seatNumbers": seats});
        self.post("/api/reservations", body).await
    }

    /// Holds seats; the hold's id.
    pub async fn hold(&self, user: &str, performance: u64, seats: &[u32]) -> u64 {
        self.try_hold(user, performance, seats).await.expect(201)["temporalReservationId"].as_u64().unwrap()
    }

    pub async fn try_pay(&self, user: &str, hold: u64) -> Reply {
        let body = json!({"userId": user, "targetId": hold.to_string(), "paymentMethod": "CREDIT_CARD"});
        self.post("/api/user-balance/payment", body).await
    }

    /// Holds seats and pays for them; the payment's id.
    pub async fn buy(&self, user: &str, performance: u64, seats: &[u32]) -> u64 {
        self.charge(user, 10_000 * seats.len() as u64).await;
        let hold = self.hold(user, performance, seats).await;
        self.try_pay(user, hold).await.expect(200)["transactionId"].as_u64().unwrap()
    }

    pub async fn confirm(&self, user: &str, hold: u64) -> Reply {
        let body = json!({"userId": user, "temporalReservationId": hold});
        self.post("/api/reservations/confirm", body).await
    }

    pub async fn cancel(&self, payment: u64) -> Reply {
        Ask::new("POST", &format!("/api/user-balance/payment/cancel/{payment}"), String::new())
            .of(self.address)
            .await
    }

    /// The numbers of the free seats as endpoint 7 lists them, once the views may no longer be behind.
    pub async fn free_seats(&self, performance: u64) -> Vec<u64> {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let shown = self.get(&format!("/api/availability/seats/{performance}/0")).await.expect(200);
        let seats = shown["availableSeatsResponses"].as_array().unwrap();
        seats.iter().map(|seat| seat["seatNumber"].as_u64().unwrap()).collect()
    }
}

impl Drop for TestHouse {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A request.
#[derive(Clone)]
pub struct Ask {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Ask {
    pub fn new(method: &'static str, path: &str, body: impl Into<Bytes>) -> Ask {
        let headers = vec![("content-type", "application/json".to_string())];
        Ask { method, path: path.into(), headers, body: body.into() }
    }

    pub fn get(path: &str) -> Ask {
        Ask { headers: Vec::new(), ..Ask::new("GET", path, "") }
    }

    pub fn post(path: &str, body: Value) -> Ask {
        Ask::new("POST", path, body.to_string())
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Ask {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    pub fn without(mut self, name: &str) -> Ask {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub fn key(self, key: &str) -> Ask {
        self.with("idempotency-key", key)
    }

    /// Asks on a connection of its own.
    pub async fn of(self, address: SocketAddr) -> Reply {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::builder().method(self.method).uri(&self.path).header("host", "test");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = sender.send_request(request.body(Full::new(self.body)).unwrap()).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("x-usher-mode"), "open");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The problem of this code and status.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert_eq!(problem["status"], status);
        problem
    }

    /// The members that a problem names.
    #[track_caller]
    pub fn faults(&self) -> Vec<String> {
        let problem = self.refused(400, "invalid-request");
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_string()).collect()
    }
}
