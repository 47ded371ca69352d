//! What a phase needs in the house before it can begin, made over the public API.

use std::fmt::Arguments;
use std::ops::RangeInclusive;
use std::time::Duration;

use anyhow::Context;
use hyper::Method;
use serde::Deserialize;

use super::record::{Record, Told};
use crate::client::{Answer, Client, Silence};
use crate::draft::Draft;
use crate::load::{Load, Script};
use crate::target::Target;

/// Connections used to prepare.
const CONNECTIONS: usize = 64;
/// Preparing is bounded by what there is to ask, and by this.
const PREPARING_MAX: Duration = Duration::from_secs(600);

/// What a performance of the bench offers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) seats: u32,
    pub(crate) price: u64,
}

impl Offer {
    /// A price that is really paid.
    pub(crate) fn of_seats(seats: u32) -> Self {
        Self { seats, price: 10_000 }
    }
}

/// A performance that has not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ahead {
    #[serde(rename = "concertOptionId")]
    pub performance: u64,
    pub seats_total: u32,
}

/// Makes a concert with so many performances a month ahead; their ids.
///
/// Holds last an hour, so that none expires before it is looked up again, and a user may hold every seat.
pub(crate) fn create(target: &Target, performances: u64, offer: Offer) -> anyhow::Result<Vec<u64>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Concert {
        concert_id: u64,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Performance {
        concert_option_id: u64,
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let date = jiff::Timestamp::now() + Duration::from_secs(30 * 24 * 3_600);
    let Offer { seats, price } = offer;
    runtime.block_on(async {
        let mut client = Client::new(target.clone(), Duration::from_secs(10));
        let body = format_args!(r#"{{"title":"Bench"}}"#);
        let concert: Concert = post(&mut client, format_args!("/api/concerts"), body).await?;
        let concert_id = concert.concert_id;
        let mut ids = Vec::new();
        for number in 1..=performances {
            let body = format_args!(
                r#"{{"concertDate":"{date:.3}","concertDuration":"PT2H","title":"Night {number}","price":{price},"maxSeats":{seats},"holdSeconds":3600,"maxSeatsPerUser":{seats}}}"#
            );
            let path = format_args!("/api/concerts/{concert_id}/options");
            let performance: Performance = post(&mut client, path, body).await?;
            ids.push(performance.concert_option_id);
        }
        Ok(ids)
    })
}

async fn post<T: for<'de> Deserialize<'de>>(
    client: &mut Client,
    path: Arguments<'_>,
    body: Arguments<'_>,
) -> anyhow::Result<T> {
    let mut draft = Draft::default();
    draft.start("prepare", Method::POST, path).json(body);
    let answer = client.send(&mut draft).await.with_context(|| format!("POST {path}"))?;
    let says = String::from_utf8_lossy(&answer.body);
    anyhow::ensure!(answer.is_ok(), "POST {path} answered {}: {says}", answer.status);
    serde_json::from_str(&says).with_context(|| format!("POST {path} answered {says}"))
}

/// The performances of these concerts that have not begun; concerts that do not exist have none.
pub fn performances_ahead(target: &Target, concerts: RangeInclusive<u64>) -> anyhow::Result<Vec<Ahead>> {
    let load = Load::saturating(target.clone(), CONNECTIONS, PREPARING_MAX);
    let script = Dates { concerts, ahead: Vec::new(), failed: None };
    let (_, script) = crate::load::run(&load, script)?;
    match script.failed {
        None => Ok(script.ahead),
        Some(why) => anyhow::bail!("the dates of a concert could not be read: {why}"),
    }
}

struct Dates {
    concerts: RangeInclusive<u64>,
    ahead: Vec<Ahead>,
    failed: Option<String>,
}

impl Script for Dates {
    type Errand = ();

    fn ask(&mut self, draft: &mut Draft) -> Option<()> {
        let concert = self.concerts.next().filter(|_| self.failed.is_none())?;
        draft.start("dates", Method::GET, format_args!("/api/availability/dates/{concert}"));
        Some(())
    }

    fn answered(&mut self, (): (), outcome: Result<Answer, Silence>) {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Dates {
            available_date_responses: Vec<Ahead>,
        }
        match outcome {
            Ok(answer) if answer.status == hyper::StatusCode::NOT_FOUND => {}
            Ok(answer) => match serde_json::from_slice::<Dates>(&answer.body) {
                Ok(dates) => self.ahead.extend(dates.available_date_responses),
                Err(error) => self.failed = Some(format!("{} {error}", answer.status)),
            },
            Err(silence) => self.failed = Some(silence.to_string()),
        }
    }
}

/// Charges the balances of buyers 1 to `buyers` with `amount` each.
pub(crate) fn charge(
    target: &Target,
    run: &str,
    buyers: u64,
    amount: u64,
    record: Record,
) -> anyhow::Result<Record> {
    let load = Load::saturating(target.clone(), CONNECTIONS, PREPARING_MAX);
    let script = Charges { run: run.to_owned(), buyers: 1..=buyers, amount, charged: 0, record };
    let (_, script) = crate::load::run(&load, script)?;
    anyhow::ensure!(script.charged == buyers, "{} of {buyers} buyers were charged", script.charged);
    Ok(script.record)
}

struct Charges {
    run: String,
    buyers: RangeInclusive<u64>,
    amount: u64,
    charged: u64,
    record: Record,
}

impl Script for Charges {
    type Errand = u64;

    fn ask(&mut self, draft: &mut Draft) -> Option<u64> {
        let (run, amount) = (&self.run, self.amount);
        let buyer = self.buyers.next()?;
        draft
            .start("charge", Method::PUT, format_args!("/api/user-balance/charge/{run}-{buyer}"))
            .key(format_args!("{run}-c{buyer}"))
            .json(format_args!(r#"{{"amount":{amount}}}"#));
        Some(buyer)
    }

    fn answered(&mut self, buyer: u64, outcome: Result<Answer, Silence>) {
        self.charged += u64::from(outcome.as_ref().is_ok_and(Answer::is_ok));
        self.record.charge(buyer, self.amount, Told::from(&outcome));
    }
}
