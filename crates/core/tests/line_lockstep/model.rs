//! A waiting line as anybody would write it down: one list, looked through for every question.

use usher_core::{PlaceEnd, Span, Timestamp};

const DAY: Span = Span::from_secs(24 * 60 * 60);
const MINUTE: Span = Span::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    Live,
    Silent,
    Pass { given_at: Timestamp, valid_until: Timestamp, is_fetched: bool, proposed_again: Timestamp },
    Ended(PlaceEnd, Timestamp),
}

#[derive(Clone, Debug)]
pub struct Place {
    pub number: u64,
    pub user: u64,
    pub joined_at: Timestamp,
    pub state: State,
    pub deadline: Timestamp,
    pub told: Option<Span>,
    pub shown: u32,
    pub streams: u32,
}

#[derive(Debug, Default)]
pub struct Model {
    pub places: Vec<Place>,
    pub admitted: u64,
}

impl Place {
    pub fn is_over(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Ended(_, at) if now >= at.plus(DAY))
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Live | State::Silent)
    }

    fn patience(&self) -> Span {
        self.told.map_or(MINUTE, |told| Span::from_ms(2 * told.ms() + 10_000))
    }

    /// Every moment at which time alone changes something about this place.
    pub fn boundary(&self) -> Timestamp {
        match self.state {
            State::Live => self.deadline,
            State::Silent => self.deadline.plus(MINUTE),
            State::Pass { proposed_again, .. } => proposed_again,
            State::Ended(_, at) => at.plus(DAY),
        }
    }
}

impl Model {
    pub fn at(&mut self, number: u64) -> &mut Place {
        self.places.iter_mut().find(|place| place.number == number).expect("the place was taken")
    }

    pub fn join(&mut self, number: u64, user: u64, at: Timestamp) {
        self.places.push(Place {
            number,
            user,
            joined_at: at,
            state: State::Live,
            deadline: at.plus(MINUTE),
            told: None,
            shown: u32::MAX,
            streams: 0,
        });
    }

    pub fn of_user(&self, user: u64) -> Option<&Place> {
        self.places.iter().rev().find(|place| place.user == user)
    }

    pub fn live_ahead(&self, number: u64) -> u32 {
        let ahead = self.places.iter().filter(|place| place.number < number);
        ahead.filter(|place| place.state == State::Live).count() as u32
    }

    pub fn shown(&mut self, number: u64) -> u32 {
        let ahead = self.live_ahead(number);
        let place = self.at(number);
        place.shown = place.shown.min(ahead);
        place.shown
    }

    pub fn polled(&mut self, number: u64, told: Span, now: Timestamp) {
        let place = self.at(number);
        place.state = State::Live;
        place.told = Some(told);
        place.deadline = now.plus(place.patience());
    }

    pub fn next(&self, limit: usize, now: Timestamp) -> Vec<u64> {
        let live = self.places.iter().filter(|place| place.state == State::Live);
        let in_time = live.filter(|place| place.streams > 0 || now < place.deadline);
        in_time.map(|place| place.number).take(limit).collect()
    }

    pub fn admit(&mut self, number: u64, given_at: Timestamp, valid_until: Timestamp) {
        let proposed_again = valid_until.min(given_at.plus(MINUTE));
        self.at(number).state = State::Pass { given_at, valid_until, is_fetched: false, proposed_again };
        self.admitted += 1;
    }

    /// A pass changed: if it is now due sooner than it would have been told, it is told sooner.
    pub fn change_pass(&mut self, number: u64, until: Option<Timestamp>) {
        let State::Pass { given_at, valid_until, is_fetched, proposed_again } = &mut self.at(number).state
        else {
            return;
        };
        match until {
            Some(until) => *valid_until = until,
            None => *is_fetched = true,
        }
        *proposed_again = (*proposed_again).min(due_at(*given_at, *valid_until, *is_fetched));
    }

    pub fn passes_due(&mut self, now: Timestamp) -> Vec<u64> {
        let mut told = Vec::new();
        for place in &mut self.places {
            let State::Pass { given_at, valid_until, is_fetched, proposed_again } = &mut place.state else {
                continue;
            };
            if *proposed_again > now {
                continue;
            }
            *proposed_again = due_at(*given_at, *valid_until, *is_fetched);
            if *proposed_again <= now {
                told.push(place.number);
                *proposed_again = now.plus(Span::from_secs(1));
            }
        }
        told
    }

    pub fn end(&mut self, number: u64, reason: PlaceEnd, at: Timestamp) {
        let place = self.at(number);
        place.state = State::Ended(reason, at);
        place.streams = 0;
    }

    pub fn withdraw(&mut self, number: u64) {
        let place = self.at(number);
        place.state = if place.streams > 0 { State::Live } else { State::Silent };
    }

    pub fn open_stream(&mut self, number: u64) {
        let place = self.at(number);
        place.streams += 1;
        if place.state == State::Silent {
            place.state = State::Live;
        }
    }

    pub fn close_stream(&mut self, number: u64, now: Timestamp) {
        let place = self.at(number);
        place.streams -= 1;
        if place.streams == 0 {
            place.deadline = now.plus(place.patience());
        }
    }

    pub fn tick(&mut self, now: Timestamp) {
        for place in &mut self.places {
            if place.state == State::Live && place.streams == 0 && place.deadline <= now {
                place.state = State::Silent;
            }
        }
    }

    pub fn restart(&mut self, now: Timestamp) {
        for place in self.places.iter_mut().filter(|place| place.is_waiting()) {
            place.state = State::Live;
            place.deadline = now.plus(Span::from_secs(70));
        }
    }
}

fn due_at(given_at: Timestamp, valid_until: Timestamp, is_fetched: bool) -> Timestamp {
    if is_fetched { valid_until } else { valid_until.min(given_at.plus(MINUTE)) }
}
