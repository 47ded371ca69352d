//! What the bench's crowds write into the record of answers.

use std::path::Path;

use anyhow::Context;
use hyper::StatusCode;

use super::{Held, Seat};
use crate::acks::{Ack, Op, Recorder};
use crate::client::{Answer, Silence};

/// A record, if one is kept, of what the users of a run were told.
pub(crate) struct Record {
    run: String,
    recorder: Option<Recorder>,
}

impl Record {
    /// Keeps a record at the path, if there is one.
    pub(crate) fn keep(run: &str, acks: Option<&Path>) -> anyhow::Result<Self> {
        let append = |path: &Path| {
            Recorder::append(path).with_context(|| format!("{} could not be opened", path.display()))
        };
        Ok(Self { run: run.to_owned(), recorder: acks.map(append).transpose()? })
    }

    /// A hold was asked for.
    pub(crate) fn hold(&mut self, buyer: u64, key: u64, seat: Seat, told: Told, hold: Option<u64>) {
        self.put(Op::Hold, buyer, Some(('h', key)), told, |ack| {
            ack.concert_option_id = Some(seat.performance);
            ack.seat_numbers.push(seat.number);
            ack.temporal_reservation_id = hold;
        });
    }

    /// A hold was given back.
    pub(crate) fn give_back(&mut self, held: &Held, told: Told) {
        self.put(Op::GiveBack, held.buyer, None, told, |ack| {
            ack.temporal_reservation_id = Some(held.hold);
        });
    }

    /// A hold was paid.
    pub(crate) fn pay(&mut self, held: &Held, told: Told, transaction: Option<u64>) {
        self.put(Op::Pay, held.buyer, Some(('p', held.hold)), told, |ack| {
            ack.concert_option_id = Some(held.seat.performance);
            ack.seat_numbers.push(held.seat.number);
            ack.temporal_reservation_id = Some(held.hold);
            ack.transaction_id = transaction;
        });
    }

    /// A balance was charged.
    pub(crate) fn charge(&mut self, buyer: u64, amount: u64, told: Told) {
        self.put(Op::Charge, buyer, Some(('c', buyer)), told, |ack| ack.amount = Some(amount));
    }

    fn put(
        &mut self,
        op: Op,
        buyer: u64,
        key: Option<(char, u64)>,
        told: Told,
        fill: impl FnOnce(&mut Ack<'_>),
    ) {
        let Some(recorder) = &mut self.recorder else { return };
        let run = &self.run;
        let mut ack = Ack::now(op, format!("{run}-{buyer}"), told.0);
        ack.key = key.map(|(kind, number)| format!("{run}-{kind}{number}").into());
        fill(&mut ack);
        recorder.record(&ack);
    }

    /// Waits until all of it is written.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        match self.recorder {
            Some(recorder) => recorder.finish().context("the record of answers could not be written"),
            None => Ok(()),
        }
    }
}

/// The status a client was told; 0 when no answer came.
#[derive(Clone, Copy)]
pub(crate) struct Told(u16);

impl From<&Result<Answer, Silence>> for Told {
    fn from(outcome: &Result<Answer, Silence>) -> Self {
        Self(outcome.as_ref().map_or(0, |answer| StatusCode::as_u16(&answer.status)))
    }
}
