//! The driver's word: what is due is sent, what is silent is told, what is late shows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Response};

use usher_lab::bare::Bare;
use usher_lab::client::{Answer, Client, Silence};
use usher_lab::draft::Draft;
use usher_lab::load::{Load, LoadError, Script, run};
use usher_lab::pace::{Arrivals, Pace};

/// Asks the same over and over.
struct Ping;

impl Script for Ping {
    type Errand = ();

    fn ask(&mut self, draft: &mut Draft) -> Option<()> {
        draft.start("ping", Method::GET, format_args!("/ping"));
        Some(())
    }

    fn answered(&mut self, (): (), _: Result<Answer, Silence>) {}
}

#[test]
fn a_frozen_server_shows_in_the_response_times_of_all_who_were_due() {
    let answered = AtomicU64::new(0);
    let server = Bare::serve(move |_, _| {
        if answered.fetch_add(1, Ordering::Relaxed) == 250 {
            std::thread::sleep(Duration::from_millis(1_000));
        }
        Response::new(Full::new(Bytes::from_static(b"{}")))
    })
    .unwrap();
    let arrivals = Arrivals::constant(500.0, Duration::from_secs(5));
    let load = Load::saturating(server.address().into(), 20, Duration::ZERO);
    let (run, _) = run(&Load { pace: Pace::Arriving(arrivals), ..load }, Ping).unwrap();
    let [tally] = run.measure.tallies() else { panic!("one kind was sent") };
    assert_eq!((tally.ok.count(), run.unsent), (2_500, 0));
    // A fifth of the arrivals was due in the frozen second: the slowest tenth waited over half of it.
    assert!(tally.ok.quantile_ms(0.90) >= 400.0, "p90 {} ms", tally.ok.quantile_ms(0.90));
    assert!(tally.ok.max_ms() >= 950.0);
}

#[test]
fn a_connection_that_breaks_is_told_and_opened_anew() {
    let server = Bare::serve(|parts, _| {
        let closing = parts.uri.path() == "/last";
        let response = Response::builder().header("connection", if closing { "close" } else { "keep-alive" });
        response.body(Full::new(Bytes::from(vec![b'x'; 100_000]))).unwrap()
    })
    .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut client = Client::new(server.address().into(), Duration::from_secs(5));
        let mut draft = Draft::default();
        for path in ["/first", "/last", "/first"] {
            draft.start("x", Method::GET, format_args!("{path}"));
            let answer = client.send(&mut draft).await.unwrap();
            assert_eq!(answer.body.len(), 100_000, "the whole body is taken");
        }
        server.end();
        draft.start("x", Method::GET, format_args!("/first"));
        assert!(client.send(&mut draft).await.is_err());
    });
}

#[test]
fn a_target_that_is_not_there_is_no_run() {
    let server = Bare::answering(Bytes::new()).unwrap();
    let target = server.address();
    server.end();
    let load = Load::saturating(target.into(), 1, Duration::from_secs(1));
    assert!(matches!(run(&load, Ping), Err(LoadError::NoSuchTarget { .. })));
}
