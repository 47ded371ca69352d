//! A receiver of webhooks that notes what it gets and answers as a test says.

#![allow(dead_code, reason = "every test file takes what it needs")]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::watch;

/// One request, as it came in.
#[derive(Clone, Debug)]
pub struct Got {
    pub at: Instant,
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: Bytes,
    /// What it was answered with.
    pub status: u16,
}

impl Got {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a body is JSON")
    }
}

/// A status, and how long to wait before it is answered.
pub type Answers = dyn Fn(&Got) -> (u16, Duration) + Send + Sync;

/// A receiver that listens on a thread of its own until it is dropped.
pub struct Receiver {
    pub address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// An address that nobody listens on.
pub fn nowhere() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

impl Receiver {
    pub fn start(answers: impl Fn(&Got) -> (u16, Duration) + Send + Sync + 'static) -> Receiver {
        Receiver::listen(nowhere(), answers)
    }

    pub fn listen(
        address: SocketAddr,
        answers: impl Fn(&Got) -> (u16, Duration) + Send + Sync + 'static,
    ) -> Receiver {
        let (stop, told) = watch::channel(false);
        let got = Arc::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = {
            let _within = runtime.enter();
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            socket.bind(address).unwrap();
            socket.listen(128).unwrap()
        };
        let serving = serve(listener, Arc::new(answers), Arc::clone(&got), told);
        let thread = std::thread::spawn(move || runtime.block_on(serving));
        Receiver { address, got, stop, thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook?from=usher", self.address)
    }

    /// Every request so far, also those that were answered with a failure.
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Those that were answered with success.
    pub fn taken(&self) -> Vec<Got> {
        self.got().into_iter().filter(|got| got.status == 200).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn serve(
    listener: tokio::net::TcpListener,
    answers: Arc<Answers>,
    got: Arc<Mutex<Vec<Got>>>,
    mut told: watch::Receiver<bool>,
) {
    let accept = async {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (answers, got) = (answers.clone(), got.clone());
            let service = service_fn(move |request| answer(request, answers.clone(), got.clone()));
            tokio::spawn(async move {
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    };
    tokio::select! {
        () = accept => {}
        _ = told.wait_for(|told| *told) => {}
    }
}

async fn answer(
    request: Request<Incoming>,
    answers: Arc<Answers>,
    got: Arc<Mutex<Vec<Got>>>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let at = Instant::now();
    let header = |name| String::from(request.headers()[name].to_str().unwrap());
    let (id, timestamp, signature) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mut one = Got { at, id, timestamp, signature, body, status: 0 };
    let (status, wait) = answers(&one);
    one.status = status;
    got.lock().unwrap().push(one);
    tokio::time::sleep(wait).await;
    Ok(Response::builder().status(status).body(Empty::new()).unwrap())
}

/// Checks that what a receiver took is every event of each aggregate from the first on, in order, where what came
/// again came under the same id with the same body. Returns how many events these are.
pub fn every_event_in_order(taken: &[Got]) -> usize {
    let mut first: BTreeMap<&str, &Got> = BTreeMap::new();
    let mut sequences: BTreeMap<String, u64> = BTreeMap::new();
    for got in taken {
        let json = got.json();
        assert_eq!(got.id, json["id"].to_string(), "the header names the event");
        if let Some(before) = first.insert(&got.id, got) {
            assert_eq!(before.body, got.body, "an event that comes again is the same");
            continue;
        }
        let last = sequences.entry(json["aggregate"].as_str().unwrap().to_string()).or_default();
        assert_eq!(json["sequence"].as_u64(), Some(*last + 1), "{} is out of order", json["aggregate"]);
        *last += 1;
    }
    first.len()
}
