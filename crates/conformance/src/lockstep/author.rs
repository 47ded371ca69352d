//! The author of a history: commands that ignore the data, and commands aimed at its boundaries.

mod line;
mod money;
mod operator;
mod sale;

use fastrand::Rng;
use usher_core::{AnswerKey, Command, Hold, Order, RequestKey, Span, Timestamp, UserId};
use usher_engine::{Clock, Reader};

use super::known::Known;
use super::{Pace, Step};
use crate::clock::TestClock;

/// Writes a history step by step; the same seed against the same model writes the same history.
pub(super) struct Author {
    rng: Rng,
    orders_max: usize,
    waiting_room: bool,
    keys: u128,
    /// Orders sent under a key, to be sent again.
    sent: Vec<Order>,
    /// A hold whose boundary time has just been moved to.
    focus: Option<Hold>,
}

const USERS: [&str; 6] = ["kim.minji", "Kim.Minji", "lee", "1", "park@example", "z"];
/// All of a history lies within a day, in which nothing is forgotten.
const ENDS_AT: Timestamp = TestClock::START.plus(Span::from_secs(20 * 3600));

impl Author {
    pub(super) fn new(seed: u64, pace: Pace) -> Self {
        let Pace { orders_max, waiting_room } = pace;
        let rng = Rng::with_seed(seed);
        Self { rng, orders_max, waiting_room, keys: 0, sent: Vec::new(), focus: None }
    }

    pub(super) fn next(&mut self, model: &mut dyn Reader, clock: &TestClock) -> Step {
        let (known, now) = (Known::read(model), clock.now());
        if known.on_sale(now).len() < 3 && now < ENDS_AT {
            return Step::Orders(vec![self.catalogue(&known, now)]);
        }
        match self.rng.u32(..100) {
            0..78 => Step::Orders(self.orders(&known, now)),
            78..90 => self.move_time(&known, now),
            90..94 => Step::Sweep,
            94..97 => Step::Restart,
            _ => match self.pick(&known.cancelled()) {
                Some(stage) => Step::Finish(stage.performance),
                None => Step::Sweep,
            },
        }
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.rng.usize(..from.len())].clone())
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(..100) < percent
    }

    fn user(&mut self) -> UserId {
        UserId::stored(USERS[self.rng.usize(..USERS.len())])
    }

    /// To a boundary, one millisecond before it or after it; mostly the next one.
    fn move_time(&mut self, known: &Known, now: Timestamp) -> Step {
        let mut ahead = known.boundaries(now);
        ahead.retain(|at| *at < ENDS_AT);
        let boundary = if self.chance(95) { ahead.first().copied() } else { self.pick(&ahead) };
        let Some(boundary) = boundary else { return Step::Sweep };
        let millisecond = Span::from_ms(1);
        let at = match self.rng.u32(..4) {
            0 => boundary.minus(millisecond),
            1 => boundary.plus(millisecond),
            _ => boundary,
        };
        let due = |hold: &&&Hold| hold.expires_at == boundary;
        self.focus = known.live_holds().iter().find(due).map(|hold| (*hold).clone());
        Step::MoveTo(at.max(now))
    }

    fn orders(&mut self, known: &Known, now: Timestamp) -> Vec<Order> {
        let count = self.rng.usize(1..=self.orders_max);
        let mut orders = Vec::with_capacity(count);
        if let Some(hold) = self.focus.take() {
            self.at_its_boundary(&hold, known, &mut orders);
        }
        while orders.len() < count {
            if self.chance(12)
                && let Some(again) = self.pick(&self.sent.clone())
            {
                orders.push(again);
                continue;
            }
            let command = self.command(known, now);
            let order = self.under_a_key(command);
            if self.chance(6) {
                orders.push(order.clone());
            }
            orders.push(order);
        }
        orders.truncate(self.orders_max);
        orders
    }

    /// Half of all commands come under a fresh key, a few under one that another request has used.
    fn under_a_key(&mut self, command: Command) -> Order {
        let key = match self.rng.u32(..100) {
            0..50 => {
                self.keys += 1;
                // Keys are hashes: spread over all 128 bits.
                let key = AnswerKey(self.keys.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
                Some(RequestKey { key, request: self.rng.u64(..) })
            }
            50..54 => {
                let used = self.pick(&self.sent.clone()).and_then(|order| order.key);
                used.map(|used| RequestKey { request: self.rng.u64(..), ..used })
            }
            _ => None,
        };
        let order = Order { command, key };
        if order
            .key
            .is_some_and(|key| self.sent.iter().all(|sent| sent.key.map(|sent| sent.key) != Some(key.key)))
        {
            self.sent.push(order.clone());
        }
        order
    }

    fn command(&mut self, known: &Known, now: Timestamp) -> Command {
        if self.waiting_room && self.chance(40) {
            return self.wait_in_line(known, now);
        }
        match self.rng.u32(..100) {
            0..32 => self.place(known, now),
            32..44 => self.confirm(known),
            44..56 => self.pay(known),
            56..63 => self.give_back(known),
            63..72 => self.cancel(known),
            72..75 => self.expire(known),
            75..84 => self.charge(known),
            84..89 => self.spend(known),
            89..95 => self.operate(known),
            95..98 => self.notify(known),
            _ => self.catalogue(known, now).command,
        }
    }
}
