//! The line before the box office: joins at saturation, each looked up afterwards, and polls of those who wait.

use std::ops::RangeInclusive;
use std::time::Duration;

use anyhow::Context;
use http_body_util::Full;
use hyper::{Method, Response};
use serde::Deserialize;

use super::{Bench, Press, note_read_back};
use crate::bare::Bare;
use crate::client::{Answer, Client, Silence};
use crate::cpu;
use crate::draft::Draft;
use crate::load::{Load, Script};
use crate::report::{Phase, ReadBack};

/// Connections used to look up.
const CONNECTIONS: usize = 64;
/// Looking up is bounded by what was acknowledged, and by this.
const LOOKING_MAX: Duration = Duration::from_secs(600);
const PATIENCE: Duration = Duration::from_secs(10);

/// Fans join one after another until all have or the time is over; each who was told a place is asked for it again.
pub fn joins(bench: &Bench, press: Press, fans: RangeInclusive<u64>) -> anyhow::Result<Phase> {
    let script = Joins { fans, told: Vec::new() };
    let name = format!("joins-{}", press.in_flight);
    let (mut report, script) = bench.measure(&name, &bench.load(press), script)?;
    note_read_back(&mut report, read_back(bench, script.told)?);
    report.notes.push("user ids of 12 characters, a durable place each".to_owned());
    Ok(report)
}

/// Fans who have joined ask where they stand, each time one of them by chance.
pub fn polls(bench: &Bench, press: Press, fans: RangeInclusive<u64>, name: &str) -> anyhow::Result<Phase> {
    let waiting = fans.clone().count();
    let (mut report, _) = bench.measure(name, &bench.load(press), Polls { fans, dice: bench.dice() })?;
    report.notes.push(format!("{waiting} fans, each as likely to ask"));
    Ok(report)
}

/// The same polls of a bare server that gives every fan the answer, headers and all, that the house gives the first.
pub fn polls_bare(bench: &Bench, press: Press, fans: RangeInclusive<u64>) -> anyhow::Result<Phase> {
    let answer = one_poll(bench, *fans.start())?;
    let (headers, body) = (answer.headers, answer.body);
    let bytes = body.len();
    let bare = Bare::serve(move |_, _| {
        let mut response = Response::new(Full::new(body.clone()));
        *response.headers_mut() = headers.clone();
        response
    })?;
    let there = Bench { target: bare.address().into(), admin: None, server_pid: None, ..bench.clone() };
    let mut report = polls(&there, press, fans, &format!("polls-bare-{}", press.in_flight))?;
    let micros = cpu::micros_per_request(bare.end(), report.requests());
    report.server_micros_per_request = Some(micros);
    report.notes.push(format!("a bare hyper server that answers the same {bytes} bytes and headers"));
    Ok(report)
}

fn one_poll(bench: &Bench, fan: u64) -> anyhow::Result<Answer> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut draft = Draft::default();
    ask_for_place(&mut draft, fan);
    let mut client = Client::new(bench.target.clone(), PATIENCE);
    let answer = runtime.block_on(client.send(&mut draft)).context("a poll got no answer")?;
    anyhow::ensure!(answer.is_ok(), "a poll was answered with {}", answer.status);
    Ok(answer)
}

fn ask_for_place(draft: &mut Draft, fan: u64) {
    draft.start("polls", Method::GET, format_args!("/api/waiting-queue-token/fan-{fan:08}"));
}

/// What is read of an answer: the number never changes.
#[derive(Deserialize)]
struct Told {
    number: u64,
}

fn number_in(outcome: &Result<Answer, Silence>) -> Option<u64> {
    let answer = outcome.as_ref().ok().filter(|answer| answer.is_ok())?;
    serde_json::from_slice::<Told>(&answer.body).ok().map(|told| told.number)
}

struct Joins {
    fans: RangeInclusive<u64>,
    /// Who was told which number.
    told: Vec<(u64, u64)>,
}

impl Script for Joins {
    type Errand = u64;

    fn ask(&mut self, draft: &mut Draft) -> Option<u64> {
        let fan = self.fans.next()?;
        draft
            .start("joins", Method::POST, format_args!("/api/waiting-queue-token"))
            .json(format_args!(r#"{{"userId":"fan-{fan:08}"}}"#));
        Some(fan)
    }

    fn answered(&mut self, fan: u64, outcome: Result<Answer, Silence>) {
        self.told.extend(number_in(&outcome).map(|number| (fan, number)));
    }
}

struct Polls {
    fans: RangeInclusive<u64>,
    dice: fastrand::Rng,
}

impl Script for Polls {
    type Errand = ();

    fn ask(&mut self, draft: &mut Draft) -> Option<()> {
        ask_for_place(draft, self.dice.u64(self.fans.clone()));
        Some(())
    }

    fn answered(&mut self, (): (), _: Result<Answer, Silence>) {}
}

/// Asks everybody who was told a place for it again; who is told another number, or none, has lost it.
fn read_back(bench: &Bench, told: Vec<(u64, u64)>) -> anyhow::Result<ReadBack> {
    let acknowledged = told.len() as u64;
    let mut dice = bench.dice();
    let chosen: Vec<_> = told.into_iter().filter(|_| dice.f64() < bench.read_back_share).collect();
    let examined = chosen.len() as u64;
    let load = Load::saturating(bench.target.clone(), CONNECTIONS, LOOKING_MAX);
    let (_, script) = crate::load::run(&load, LookUps { told: chosen.into_iter(), found: 0 })?;
    Ok(ReadBack { acknowledged, examined, missing: examined - script.found })
}

struct LookUps {
    told: std::vec::IntoIter<(u64, u64)>,
    found: u64,
}

impl Script for LookUps {
    type Errand = u64;

    fn ask(&mut self, draft: &mut Draft) -> Option<u64> {
        let (fan, number) = self.told.next()?;
        ask_for_place(draft, fan);
        Some(number)
    }

    fn answered(&mut self, number: u64, outcome: Result<Answer, Silence>) {
        self.found += u64::from(number_in(&outcome) == Some(number));
    }
}
