//! Fans of a drill: they join, wait, are let in, book or leave; what each was told of place and pass is asked again.

mod fan;
mod standing;

use std::collections::VecDeque;
use std::path::PathBuf;

use hyper::Method;
use hyper::header::HeaderName;
use serde_json::Value;

use super::crowd::{Crowd, Heard};
use super::house::House;
use super::report::Report;
use super::{Drill, rush};
use crate::acks::{Ack, Op, Recorder, now_ms};
use crate::boxoffice::prepare::{Offer, create};
use crate::client::{Answer, Silence};
use crate::draft::Draft;
use crate::operator::Operator;
use crate::seen::{Place, Room};
use fan::{Fan, Standing, Wish};

const PASS: HeaderName = HeaderName::from_static("x-queue-token");
const ROOM: &str = "main";
/// The cap is reached again and again.
const PACE: &str = r#"{"livePassesMax":600,"admitsPerSecond":2000}"#;
const SEATS: u32 = 100_000;
const PERFORMANCES: u64 = 4;
/// One request in so many is somebody new.
const JOIN_EVERY: u64 = 3;
/// While so many wait, whoever comes leaves again.
const WAITING_MAX: usize = 3_000;

/// A request of a fan, by the fan's index.
#[derive(Clone, Copy, Debug)]
pub(super) enum Errand {
    Join(usize),
    Poll(usize),
    /// Asks whether the pass is good.
    Show(usize),
    Hold(usize),
    Pay(usize),
    Leave(usize),
}

impl Errand {
    fn fan(self) -> usize {
        let (Errand::Join(index)
        | Errand::Poll(index)
        | Errand::Show(index)
        | Errand::Hold(index)
        | Errand::Pay(index)
        | Errand::Leave(index)) = self;
        index
    }

    fn op(self) -> Op {
        match self {
            Errand::Join(_) => Op::Join,
            Errand::Poll(_) | Errand::Show(_) => Op::Poll,
            Errand::Hold(_) => Op::Hold,
            Errand::Pay(_) => Op::Pay,
            Errand::Leave(_) => Op::Leave,
        }
    }
}

/// The crowd and its record.
pub(super) struct Fans {
    performances: Vec<u64>,
    fans: Vec<Fan>,
    /// What somebody does next.
    ready: VecDeque<Errand>,
    /// Who asks next where they stand.
    turns: VecDeque<usize>,
    asked: u64,
    recorder: Recorder,
    acks: PathBuf,
    /// The drill looks up: nobody goes on.
    is_looking: bool,
    looked_up: u64,
    looked_until: usize,
    failures: Vec<String>,
}

impl Fans {
    fn come(&mut self) -> Errand {
        let index = self.fans.len();
        let wish = match index % 16 {
            _ if self.turns.len() >= WAITING_MAX => Wish::LeaveTheLine,
            0..3 => Wish::Book,
            3..6 => Wish::LeaveInside,
            6 => Wish::HoldAndLeave,
            7 => Wish::Keep,
            _ => Wish::LeaveTheLine,
        };
        self.fans.push(Fan::who_wants(wish));
        Errand::Join(index)
    }

    /// Every fan wants a seat of their own.
    fn seat(&self, index: usize) -> (u64, u32) {
        let performance = self.performances[index % self.performances.len()];
        let number = index / self.performances.len() + 1;
        (performance, u32::try_from(number).expect("a drill has fewer fans than seats"))
    }

    fn goes_on(&mut self, index: usize) {
        match self.fans[index].next(index) {
            Some(errand) => self.ready.push_back(errand),
            None if self.fans[index].standing == Standing::Waiting => self.turns.push_back(index),
            None => {}
        }
    }

    fn record(&mut self, errand: Errand, status: u16, place: Option<Place>) {
        let fan = &self.fans[errand.fan()];
        let mut ack = Ack::now(errand.op(), format!("f{}", errand.fan()), status);
        (ack.sent_ms, ack.place) = (Some(fan.sent_ms), place);
        if let Errand::Hold(index) | Errand::Pay(index) = errand {
            ack.key = Some(format!("f{index}-{:?}", errand.op()).into());
            ack.temporal_reservation_id = fan.hold;
        }
        if let Errand::Hold(index) = errand {
            let (performance, number) = self.seat(index);
            (ack.concert_option_id, ack.seat_numbers) = (Some(performance), vec![number]);
        }
        self.recorder.record(&ack);
    }

    /// An answer that is no success: normal when a place is over, or when the request is to be sent again.
    fn hear_refusal(&mut self, errand: Errand, answer: &Answer) -> Heard {
        self.record(errand, answer.status.as_u16(), None);
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let code = body["code"].as_str().unwrap_or_default();
        if answer.status == 503 || code == "request-in-flight" {
            return Heard::Silence;
        }
        let is_poll = matches!(errand, Errand::Poll(_));
        if !is_poll || !self.fans[errand.fan()].is_over_as(code) {
            self.failures.push(format!("{errand:?}: {} {code}", answer.status));
        }
        Heard::Answered
    }

    /// An answer about a place or a pass.
    fn hear_place(&mut self, errand: Errand, answer: &Answer) -> Heard {
        let place: Place = match serde_json::from_slice(&answer.body) {
            Ok(place) => Place { waiting_queue_id: ROOM.to_owned(), ..place },
            Err(error) => {
                self.failures.push(format!("{errand:?}: {error}"));
                return Heard::Answered;
            }
        };
        let fan = &mut self.fans[errand.fan()];
        let before = fan.standing;
        let differs = fan.hear(&place);
        if let Errand::Join(_) = errand {
            fan.joined_ms.get_or_insert_with(now_ms);
        }
        let is_news = before != fan.standing;
        self.failures.extend(differs.map(|differs| format!("f{} {differs}", errand.fan())));
        self.record(errand, answer.status.as_u16(), Some(place));
        if is_news { Heard::Acknowledged } else { Heard::Answered }
    }

    fn hear_success(&mut self, errand: Errand, answer: &Answer) -> Heard {
        let body = || serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
        let fan = &mut self.fans[errand.fan()];
        match errand {
            Errand::Join(_) | Errand::Poll(_) => return self.hear_place(errand, answer),
            Errand::Show(_) => {
                let shown = body();
                fan.looks += 1;
                if shown["tokenValue"].as_str() != fan.pass.as_deref() || shown["status"] != "PROCESSING" {
                    self.failures.push(format!("{errand:?}: {shown}"));
                }
                return Heard::Answered;
            }
            Errand::Hold(_) => fan.hold = body()["temporalReservationId"].as_u64(),
            Errand::Pay(_) => fan.standing = Standing::Booked,
            Errand::Leave(_) => fan.standing = Standing::Left,
        }
        self.record(errand, answer.status.as_u16(), None);
        Heard::Acknowledged
    }

    /// Asks each of these where they stand, and whether what they have is good; and the operator what there is.
    fn look(mut self, house: &House, everything: bool) -> anyhow::Result<Self> {
        let from = if everything { 0 } else { self.looked_until };
        let target = house.target()?;
        let is_there = |fan: &Fan| matches!(fan.standing, Standing::Waiting | Standing::Inside);
        let polls = self.errands(Errand::Poll, |index, fan| is_there(fan) || index >= from);
        self = rush::settle(target, self, polls)?.1;
        let joins = self.errands(Errand::Join, |index, fan| is_there(fan) && index >= from);
        self = rush::settle(target, self, joins)?.1;
        let shows = self.errands(Errand::Show, |_, fan| fan.standing == Standing::Inside);
        self = rush::settle(target, self, shows)?.1;
        self.looked_until = self.fans.len();
        Ok(self)
    }

    fn errands(&self, make: fn(usize) -> Errand, wanted: impl Fn(usize, &Fan) -> bool) -> Vec<Errand> {
        let fans = self.fans.iter().enumerate();
        fans.filter(|(index, fan)| wanted(*index, fan)).map(|(index, _)| make(index)).collect()
    }

    /// Changes the room.
    fn change(&mut self, house: &House, patch: &str) -> anyhow::Result<Room> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut operator = Operator::of(house.target()?.clone(), house.admin()?.clone());
        runtime.block_on(operator.change(ROOM, patch, &mut self.recorder))
    }
}

impl Crowd for Fans {
    type Errand = Errand;

    fn arrive(house: &House, drill: &Drill) -> anyhow::Result<Self> {
        let acks = drill.work.join("acks");
        let mut fans = Self {
            performances: create(house.target()?, PERFORMANCES, Offer { seats: SEATS, price: 0 })?,
            fans: Vec::new(),
            ready: VecDeque::new(),
            turns: VecDeque::new(),
            asked: 0,
            recorder: Recorder::append(&acks)?,
            acks,
            is_looking: false,
            looked_up: 0,
            looked_until: 0,
            failures: Vec::new(),
        };
        fans.change(house, PACE)?;
        Ok(fans)
    }

    fn next(&mut self) -> Errand {
        self.asked += 1;
        if self.asked.is_multiple_of(JOIN_EVERY) {
            return self.come();
        }
        let next = self.ready.pop_front().or_else(|| self.turns.pop_front().map(Errand::Poll));
        next.unwrap_or_else(|| self.come())
    }

    fn write(&mut self, errand: Errand, draft: &mut Draft) {
        let index = errand.fan();
        let (performance, number) = self.seat(index);
        let fan = &mut self.fans[index];
        fan.sent_ms = now_ms();
        let pass = fan.pass.as_deref().unwrap_or_default();
        let hold = fan.hold.unwrap_or_default();
        let path = format_args!("/api/waiting-queue-token/f{index}");
        match errand {
            Errand::Join(_) => {
                fan.asked_ms.get_or_insert(fan.sent_ms);
                let path = format_args!("/api/waiting-queue-token");
                draft.start("join", Method::POST, path).json(format_args!(r#"{{"userId":"f{index}"}}"#))
            }
            Errand::Poll(_) => draft.start("poll", Method::GET, path),
            Errand::Leave(_) => draft.start("leave", Method::DELETE, path),
            Errand::Show(_) => {
                let path = format_args!("/api/processing-queue-token/check-availability/f{index}");
                draft.start("show", Method::GET, path).header(PASS, format_args!("{pass}"))
            }
            Errand::Hold(_) => {
                let hold = draft.start("hold", Method::POST, format_args!("/api/reservations"));
                hold.header(PASS, format_args!("{pass}")).json(format_args!(
                    r#"{{"userId":"f{index}","concertOptionId":{performance},"seatNumber":{number}}}"#
                ))
            }
            Errand::Pay(_) => draft
                .start("pay", Method::POST, format_args!("/api/user-balance/payment"))
                .json(format_args!(
                    r#"{{"userId":"f{index}","targetId":"{hold}","paymentMethod":"CREDIT_CARD"}}"#
                )),
        };
        if let Errand::Hold(_) | Errand::Pay(_) = errand {
            draft.key(format_args!("f{index}-{:?}", errand.op()));
        }
    }

    fn hear(&mut self, errand: Errand, outcome: Result<Answer, Silence>) -> Heard {
        let heard = match outcome {
            Ok(answer) if answer.is_ok() => self.hear_success(errand, &answer),
            Ok(answer) => self.hear_refusal(errand, &answer),
            Err(_) => {
                self.record(errand, 0, None);
                return Heard::Silence;
            }
        };
        match (heard, self.is_looking) {
            (Heard::Silence, _) => {}
            (_, true) => self.looked_up += 1,
            (_, false) => self.goes_on(errand.fan()),
        }
        heard
    }

    fn was_away(&mut self, since_ms: u64) {
        let mut nobody = Ack::now(Op::Poll, "", 0);
        nobody.sent_ms = Some(since_ms);
        self.recorder.record(&nobody);
    }

    fn check(mut self, house: &House, everything: bool) -> anyhow::Result<Self> {
        self.is_looking = true;
        self.change(house, r#"{"paused":true}"#)?;
        let mut fans = self.look(house, everything)?;
        // A repetition of the pause changes nothing and shows the room.
        let room = fans.change(house, r#"{"paused":true}"#)?;
        fans.failures.extend(standing::differs(&fans.fans, &room));
        fans.change(house, r#"{"paused":false}"#)?;
        fans.is_looking = false;
        (fans.ready, fans.turns) = (VecDeque::new(), VecDeque::new());
        (0..fans.fans.len()).for_each(|index| fans.goes_on(index));
        Ok(fans)
    }

    fn acknowledged(&self) -> Vec<(&'static str, u64)> {
        let count = |wanted: fn(&Fan) -> bool| self.fans.iter().filter(|fan| wanted(fan)).count() as u64;
        vec![
            ("places", count(|fan| fan.number.is_some())),
            ("passes", count(|fan| fan.pass.is_some())),
            ("holds", count(|fan| fan.hold.is_some())),
            ("bookings", count(|fan| fan.standing == Standing::Booked)),
            ("leaves", count(|fan| fan.standing == Standing::Left)),
        ]
    }

    fn leave(mut self, report: &mut Report) -> anyhow::Result<PathBuf> {
        self.failures.extend(standing::out_of_order(&self.fans));
        report.failures.append(&mut self.failures);
        report.looked_up = self.looked_up;
        self.recorder.finish()?;
        Ok(self.acks)
    }
}
