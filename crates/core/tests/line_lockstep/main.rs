//! The line and the naive model are told the same histories and must agree on everything that can be asked.

mod model;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use model::{Model, State};
use usher_core::line::{Line, Pace, Polled, Standing};
use usher_core::{PlaceEnd, Span, Timestamp, UserId};

/// How often each kind of boundary was met, over all histories.
static MET: [(&str, AtomicU64); 4] = [
    ("a millisecond before a boundary", AtomicU64::new(0)),
    ("at a boundary", AtomicU64::new(0)),
    ("a millisecond after a boundary", AtomicU64::new(0)),
    ("back at the very turn", AtomicU64::new(0)),
];
const BACK_AT_ITS_TURN: usize = 3;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }
}

struct Lockstep {
    line: Line,
    model: Model,
    dice: Dice,
    now: Timestamp,
    last_number: u64,
    users: u64,
}

fn name(user: u64) -> UserId {
    UserId::stored(&format!("fan.{user}"))
}

impl Lockstep {
    fn new(seed: u64, users: u64) -> Self {
        // Near a turn of the lower 32 bits of time, so that a history goes over it.
        let now = Timestamp::from_unix_ms((418i64 << 32) - 600_000);
        let pace = Pace { opens_at: now, live_passes_max: 20, admits_per_second: 10, is_paused: false };
        let (line, model, dice) = (Line::new(now, pace), Model::default(), Dice(seed));
        Self { line, model, dice, now, last_number: 0, users }
    }

    fn any(&mut self, wanted: impl Fn(&model::Place) -> bool) -> Option<u64> {
        let numbers: Vec<u64> = self.model.places.iter().filter(|p| wanted(p)).map(|p| p.number).collect();
        (!numbers.is_empty()).then(|| numbers[self.dice.roll(numbers.len() as u64) as usize])
    }

    fn join(&mut self) {
        let user = self.dice.roll(self.users);
        if self.model.of_user(user).is_some_and(|place| !matches!(place.state, State::Ended(..))) {
            return;
        }
        self.last_number += match self.dice.roll(40) {
            0 => 1 + self.dice.roll(5),
            1 => 500 + self.dice.roll(1_100),
            2 if self.dice.roll(20) == 0 => 5_000_000_000,
            _ => 1,
        };
        assert!(self.line.joined(self.last_number, &name(user), self.now));
        assert!(!self.line.joined(self.last_number, &name(user), self.now), "a number is given once");
        self.model.join(self.last_number, user, self.now);
    }

    fn poll(&mut self, number: u64) {
        let dice = self.dice.roll(65_536) as u16;
        let mut polled = self.line.poll(number, self.now, dice);
        if polled == Polled::NeedsRevival {
            assert_eq!(self.model.at(number).state, State::Silent, "{number}");
            polled = self.line.revive(number, self.now, dice);
        }
        if let Polled::Waiting(wait) = polled {
            assert!((1_000..=30_000).contains(&wait.poll_after.ms()));
            self.model.polled(number, wait.poll_after, self.now);
            assert_eq!(wait.position_shown, self.model.shown(number), "shown to {number}");
        } else {
            assert!(!self.model.at(number).is_waiting(), "{number} waits and was answered {polled:?}");
        }
    }

    /// Lets some in, and has one who fell silent come back at that very moment.
    fn admit(&mut self) {
        let limit = 1 + self.dice.roll(4) as usize;
        let proposed: Vec<u64> = self.line.next(limit, self.now).map(|(number, _)| number).collect();
        assert_eq!(proposed, self.model.next(limit, self.now), "next");
        let first = proposed.first().copied().unwrap_or(0);
        if let Some(late) = self.any(|place| place.state == State::Silent && place.number < first) {
            MET[BACK_AT_ITS_TURN].1.fetch_add(1, Relaxed);
            self.poll(late);
            let now_first = self.line.next(1, self.now).next().map(|(number, _)| number);
            assert_eq!(now_first, self.model.next(1, self.now).first().copied());
            assert!(now_first <= Some(late), "who is late is next");
        }
        let valid_until = self.now.plus(Span::from_secs(30 + self.dice.roll(300)));
        for number in proposed {
            assert!(self.line.admitted(number, self.now, valid_until));
            assert!(!self.line.admitted(number, self.now, valid_until), "a place is let in once");
            self.model.admit(number, self.now, valid_until);
        }
    }

    fn change_pass(&mut self) {
        let Some(number) = self.any(|place| matches!(place.state, State::Pass { .. })) else { return };
        match self.dice.roll(6) {
            0 => {
                assert!(self.line.withdrawn(number));
                self.model.withdraw(number);
            }
            1 | 2 => {
                let reason = [PlaceEnd::Used, PlaceEnd::Expired][self.dice.roll(2) as usize];
                assert!(self.line.ended(number, reason, self.now));
                self.model.end(number, reason, self.now);
            }
            3 | 4 => {
                assert!(self.line.fetched(number));
                self.model.change_pass(number, None);
            }
            _ => {
                let until = self.now.plus(Span::from_ms(self.dice.roll(200_000)));
                assert!(self.line.pass_extended(number, until));
                self.model.change_pass(number, Some(until));
            }
        }
    }

    fn stream(&mut self) {
        if self.dice.roll(2) == 0 {
            let Some(number) = self.any(|place| !matches!(place.state, State::Ended(..))) else { return };
            assert!(self.line.stream_opened(number));
            self.model.open_stream(number);
        } else if let Some(number) = self.any(|place| place.streams > 0) {
            assert!(self.line.stream_closed(number, self.now));
            self.model.close_stream(number, self.now);
        }
    }

    fn leave(&mut self) {
        let Some(number) = self.any(|place| !matches!(place.state, State::Ended(..))) else { return };
        assert!(self.line.ended(number, PlaceEnd::Left, self.now));
        assert!(!self.line.ended(number, PlaceEnd::Left, self.now), "a place ends once");
        self.model.end(number, PlaceEnd::Left, self.now);
    }

    /// To a boundary of some place, a millisecond before or after it, or just on.
    fn pass_time(&mut self) {
        let later: Vec<Timestamp> =
            self.model.places.iter().map(|place| place.boundary()).filter(|at| *at > self.now).collect();
        let soon = later.iter().copied().filter(|at| at.since(self.now) < Span::from_secs(120));
        let soon: Vec<Timestamp> = soon.collect();
        let among = if self.dice.roll(60) == 0 { later } else { soon };
        let to = if among.is_empty() || self.dice.roll(3) == 0 {
            self.now.plus(Span::from_ms(self.dice.roll(3_000)))
        } else {
            let boundary = among[self.dice.roll(among.len() as u64) as usize];
            let side = self.dice.roll(3) as usize;
            MET[side].1.fetch_add(1, Relaxed);
            let one = Span::from_ms(1);
            [boundary.minus(one), boundary, boundary.plus(one)][side]
        };
        self.now = self.now.max(to);
    }

    fn tick(&mut self) {
        while self.line.tick(self.now) {}
        self.model.tick(self.now);
        let mut told: Vec<u64> =
            self.line.passes_due(self.now, 10_000).into_iter().map(|(number, _)| number).collect();
        told.sort();
        assert_eq!(told, self.model.passes_due(self.now), "passes that are due");
    }

    fn step(&mut self) {
        match self.dice.roll(20) {
            0..=4 => self.join(),
            5..=9 => {
                if let Some(number) = self.any(|_| true) {
                    self.poll(number);
                }
            }
            10 | 11 => self.admit(),
            12 | 13 => self.change_pass(),
            14 => self.stream(),
            15 => self.leave(),
            16 | 17 => self.pass_time(),
            _ => {
                self.pass_time();
                self.tick();
            }
        }
    }

    fn compare(&self, sampled: bool) {
        let now = self.now;
        let stride = if sampled { 1 + self.model.places.len() / 20 } else { 1 };
        for place in self.model.places.iter().step_by(stride) {
            let seen = self.line.place(place.number, now);
            let expected = (!place.is_over(now)).then_some(match place.state {
                State::Live => Standing::Waiting,
                State::Silent => Standing::Silent,
                State::Ended(reason, _) => Standing::Ended(reason),
                State::Pass { given_at, valid_until, is_fetched, .. } => {
                    Standing::Pass(usher_core::line::PassView { given_at, valid_until, is_fetched })
                }
            });
            assert_eq!(seen.as_ref().map(|(_, view)| view.state), expected, "{place:?}");
            if let Some((user, view)) = seen {
                assert_eq!((user, view.joined_at), (name(place.user), place.joined_at));
            }
            let ahead = place.is_waiting().then(|| self.model.live_ahead(place.number));
            assert_eq!(self.line.position(place.number), ahead, "ahead of {place:?}");
            let last = self.model.of_user(place.user).filter(|last| !last.is_over(now));
            let found = self.line.place_of(&name(place.user), now);
            assert_eq!(found.map(|view| view.number), last.map(|last| last.number), "of {}", place.user);
        }
        let (counts, places) = (self.line.counts(), &self.model.places);
        let count = |wanted: fn(&model::Place) -> bool| places.iter().filter(|p| wanted(p)).count() as u32;
        assert_eq!(counts.waiting, count(|place| place.is_waiting()));
        assert_eq!(counts.live_waiting, count(|place| place.state == State::Live));
        assert_eq!(counts.live_passes, count(|place| matches!(place.state, State::Pass { .. })));
        assert_eq!(counts.admitted, self.model.admitted);
        let next: Vec<u64> = self.line.next(7, now).map(|(number, _)| number).collect();
        assert_eq!(next, self.model.next(7, now), "next");
    }
}

#[test]
fn the_line_agrees_with_a_plain_list_over_small_histories() {
    for seed in 0..40 {
        let mut both = Lockstep::new(seed, 12);
        for _ in 0..1_500 {
            both.step();
            both.compare(false);
        }
    }
    for (what, met) in &MET {
        assert!(met.load(Relaxed) > 500, "{what}: only {met:?} times");
    }
}

#[test]
fn the_line_agrees_with_a_plain_list_of_many_blocks_that_come_and_go() {
    for seed in 0..4 {
        let mut both = Lockstep::new(1_000 + seed, 100_000);
        for round in 0..40 {
            for _ in 0..100 {
                both.join();
            }
            for _ in 0..60 {
                both.step();
                both.compare(true);
            }
            if round % 10 == 9 {
                while let Some(number) = both.any(|place| place.is_waiting() && place.number % 7 > 0) {
                    both.line.ended(number, PlaceEnd::Left, both.now);
                    both.model.end(number, PlaceEnd::Left, both.now);
                }
                both.now = both.now.plus(Span::from_secs(24 * 60 * 60));
                both.tick();
                both.compare(false);
            }
        }
    }
}

#[test]
fn a_line_played_again_from_what_was_committed_agrees_with_a_plain_list() {
    for seed in 0..20 {
        let mut both = Lockstep::new(2_000 + seed, 400);
        for _ in 0..1_000 {
            both.step();
        }
        let pace = Pace { opens_at: both.now, live_passes_max: 20, admits_per_second: 10, is_paused: false };
        let mut again = Line::new(both.now, pace);
        for place in &mut both.model.places {
            (place.streams, place.told, place.shown) = (0, None, u32::MAX);
            assert!(again.joined(place.number, &name(place.user), place.joined_at));
            match &mut place.state {
                State::Live | State::Silent => {}
                State::Ended(reason, at) => assert!(again.ended(place.number, *reason, *at)),
                State::Pass { given_at, valid_until, is_fetched, proposed_again } => {
                    assert!(again.admitted(place.number, *given_at, *valid_until));
                    *proposed_again = *given_at;
                    if *is_fetched {
                        assert!(again.fetched(place.number));
                    }
                }
            }
        }
        again.restart(both.now);
        let played = again.counts().admitted;
        again.admitted_before(both.model.admitted - played);
        both.line = again;
        both.model.restart(both.now);
        both.compare(false);
        for _ in 0..500 {
            both.tick();
            both.step();
            both.compare(false);
        }
    }
}
