//! The dataset of `usher seed`: the seed project's table as effects, the same for the same scale, dice and day.
//!
//! Effects come table by table, each in the order of its key, so that a store can load them in one walk.

use std::hash::Hasher;
use std::sync::Arc;

use siphasher::sip::SipHasher13;

use crate::{
    Account, BalanceId, Booking, BookingId, Claim, ClaimState, Concert, ConcertId, Effect, Hold, HoldId,
    HoldState, IdKind, Money, Movement, Payment, PaymentMethod, Performance, PerformanceId, Reason, RoomId,
    SeatNumber, Span, Stage, Timestamp, TransferId, UserId,
};

/// What a dataset is made from.
///
/// With N concerts there are 100 N performances and 200 N users, each with an account. Performance k belongs to
/// the concert that k is congruent to modulo N. Users up to 100 N have charged once and paid once: hold, booking
/// and payment k are user k's, for seat 1 of performance k.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dataset {
    concerts: u64,
    dice: u64,
    today: Timestamp,
}

impl Dataset {
    /// Concerts at scale 1.
    pub const CONCERTS: u64 = 10_000;
    /// The smallest scale has one concert, the largest ten times the seed's.
    pub const SCALE_MAX: f64 = 10.0;
    /// Seats of every performance.
    pub const SEATS: u32 = 50;
    /// Performances up to this one are all ahead of today.
    pub const SURELY_AHEAD: u64 = 99;

    const DAY: Span = Span::from_secs(24 * 3600);
    const BOOKED_AFTER: Span = Span::from_secs(90);
    const CHARGED_BEFORE: Span = Span::from_secs(600);
    const HOLD_TTL: Span = Span::from_secs(300);
    const SEATS_PER_USER_MAX: u32 = 4;

    /// The dataset at a scale, or `None` outside 0.0001 to [`Dataset::SCALE_MAX`]. `today` parts the performances
    /// that are over from those that are ahead.
    pub fn at_scale(scale: f64, dice: u64, today: Timestamp) -> Option<Dataset> {
        let concerts = (Self::CONCERTS as f64 * scale).round();
        let fits = concerts >= 1.0 && scale <= Self::SCALE_MAX;
        fits.then_some(Dataset { concerts: concerts as u64, dice, today })
    }

    /// How many concerts.
    pub const fn concerts(&self) -> u64 {
        self.concerts
    }
    /// How many performances, and as many holds, bookings and payments.
    pub const fn performances(&self) -> u64 {
        self.concerts * 100
    }
    /// How many users, each with an account.
    pub const fn users(&self) -> u64 {
        self.concerts * 200
    }

    /// Rows of each kind, with ids from 1.
    pub fn mark(&self) -> Vec<(IdKind, u64)> {
        let rows = |kind: &IdKind| match kind {
            IdKind::Concert => self.concerts(),
            IdKind::Performance | IdKind::Hold | IdKind::Booking => self.performances(),
            IdKind::Transfer => self.performances() * 2,
            IdKind::Balance => self.users(),
            IdKind::Event | IdKind::Webhook => 0,
        };
        IdKind::ALL.iter().map(|kind| (*kind, rows(kind))).collect()
    }

    /// How many effects [`Dataset::effects`] gives.
    pub const fn effects_total(&self) -> u64 {
        // A performance has nine: itself, stage, claim, count, hold, booking, payment and two transfers.
        self.concerts() + self.performances() * 9 + self.users()
    }

    /// Every row.
    pub fn effects(self) -> impl Iterator<Item = Effect> {
        let (concerts, sales) = (1..=self.concerts(), 1..=self.performances());
        let concerts = concerts.map(move |c| Effect::Concert(self.concert(c)));
        let performances = sales.clone().map(move |k| Effect::Performance(self.performance(k)));
        let stages = sales.clone().map(move |k| Effect::Stage(stage(k)));
        let claims = sales.clone().map(move |k| Effect::Claim(claim(k)));
        let counts = sales.clone().map(count);
        let holds = sales.clone().map(move |k| Effect::Hold(self.hold(k)));
        let bookings = sales.clone().map(move |k| Effect::Booking(self.booking(k)));
        let payments = sales.clone().map(move |k| Effect::Payment(self.payment(k)));
        let accounts = by_text(self.users()).map(move |u| Effect::Account(self.account(u)));
        let paid = sales.clone().map(move |k| Effect::Movement(self.paid(k)));
        let charged = sales.map(move |k| Effect::Movement(self.charged(k)));
        let catalogue = concerts.chain(performances).chain(stages);
        let seats = claims.chain(counts).chain(holds).chain(bookings);
        catalogue.chain(seats).chain(payments).chain(accounts).chain(paid).chain(charged)
    }

    fn concert(&self, c: u64) -> Arc<Concert> {
        let title = TITLES[self.throw("title", c) as usize % TITLES.len()];
        let title = format!("{title} #{c}").into();
        Arc::new(Concert { id: ConcertId::new(c), title, created_at: self.made_at(c) })
    }

    fn performance(&self, k: u64) -> Arc<Performance> {
        let concert = (k - 1) % self.concerts + 1;
        let made_at = self.made_at(self.concerts + k);
        let begins_at = self.begins_at(k);
        Arc::new(Performance {
            id: PerformanceId::new(k),
            concert: ConcertId::new(concert),
            begins_at,
            duration: Span::from_secs(60 * (90 + 30 * (self.throw("duration", k) % 3))),
            title: VENUES[self.throw("venue", k) as usize % VENUES.len()].into(),
            description: None,
            price: self.price(k),
            seats_max: Self::SEATS,
            sale_opens_at: made_at,
            sale_closes_at: begins_at,
            hold_ttl: Self::HOLD_TTL,
            seats_per_user_max: Self::SEATS_PER_USER_MAX,
            room: RoomId::main(),
            created_at: made_at,
        })
    }

    fn hold(&self, k: u64) -> Hold {
        Hold {
            id: HoldId::new(k),
            performance: PerformanceId::new(k),
            user: user(k),
            seats: Arc::new([SEAT]),
            amount: self.price(k),
            created_at: self.held_at(k),
            expires_at: self.held_at(k).plus(Self::HOLD_TTL),
            pass: None,
            state: HoldState::Booked(BookingId::new(k), TransferId::new(k)),
        }
    }

    fn booking(&self, k: u64) -> Booking {
        Booking {
            id: BookingId::new(k),
            hold: HoldId::new(k),
            payment: TransferId::new(k),
            performance: PerformanceId::new(k),
            user: user(k),
            created_at: self.booked_at(k),
            closed_when_booked: false,
            cancelled: false,
        }
    }

    fn payment(&self, k: u64) -> Payment {
        const METHODS: [PaymentMethod; 4] = [
            PaymentMethod::CreditCard,
            PaymentMethod::DebitCard,
            PaymentMethod::Paypal,
            PaymentMethod::BankTransfer,
        ];
        Payment {
            id: TransferId::new(k),
            hold: HoldId::new(k),
            booking: BookingId::new(k),
            performance: PerformanceId::new(k),
            user: user(k),
            amount: self.price(k),
            method: Some(METHODS[self.throw("method", k) as usize % METHODS.len()]),
            created_at: self.booked_at(k),
            refund: None,
        }
    }

    fn account(&self, u: u64) -> Account {
        let buys = u <= self.performances();
        let (created_at, updated_at) = match buys {
            true => (self.charged_at(u), self.booked_at(u)),
            false => (self.made_at(u), self.made_at(u)),
        };
        let balance = if buys { self.left_over(u) } else { Money::ZERO };
        Account { id: BalanceId::new(u), user: user(u), balance, created_at, updated_at, event_sequence: 0 }
    }

    fn paid(&self, k: u64) -> Movement {
        Movement {
            id: TransferId::new(k),
            user: user(k),
            reason: Reason::Payment,
            amount: self.price(k),
            balance_after: self.left_over(k),
            hold: Some(HoldId::new(k)),
            created_at: self.booked_at(k),
        }
    }

    fn charged(&self, k: u64) -> Movement {
        let amount = Money::from_minor_units(self.price(k).minor_units() + self.left_over(k).minor_units());
        Movement {
            id: TransferId::new(self.performances() + k),
            user: user(k),
            reason: Reason::Charge,
            amount,
            balance_after: amount,
            hold: None,
            created_at: self.charged_at(k),
        }
    }

    /// 30,000 to 199,000 won.
    fn price(&self, k: u64) -> Money {
        Money::from_minor_units(30_000 + 1_000 * (self.throw("price", k) % 170))
    }

    /// What user k has left after paying: never nothing, so that an account that is gone is missed.
    fn left_over(&self, k: u64) -> Money {
        Money::from_minor_units(1_000 * (1 + self.throw("left over", k) % 100))
    }

    /// Everything was made three years to two years ago, sold two years to one year ago, in the order of ids; no
    /// performance began before the last year.
    fn made_at(&self, n: u64) -> Timestamp {
        self.spread(1_095, n, self.users().max(self.concerts + self.performances()))
    }

    fn held_at(&self, k: u64) -> Timestamp {
        self.spread(730, k, self.performances())
    }

    fn booked_at(&self, k: u64) -> Timestamp {
        self.held_at(k).plus(Self::BOOKED_AFTER)
    }

    fn charged_at(&self, k: u64) -> Timestamp {
        self.held_at(k).minus(Self::CHARGED_BEFORE)
    }

    /// The `n`-th of `of` moments of the year, less a day, that began so many days ago.
    fn spread(&self, days_ago: u64, n: u64, of: u64) -> Timestamp {
        let begin = self.today.minus(days(days_ago));
        begin.plus(Span::from_ms((u128::from(days(364).ms()) * u128::from(n) / u128::from(of)) as u64))
    }

    fn begins_at(&self, k: u64) -> Timestamp {
        let away = days(1 + self.throw("day", k) % 360);
        let at_hour = Span::from_secs(3600 * (self.throw("hour", k) % 12));
        match k <= Self::SURELY_AHEAD || self.throw("ahead", k).is_multiple_of(2) {
            true => self.today.plus(away).plus(at_hour),
            false => self.today.minus(away).plus(at_hour),
        }
    }

    fn throw(&self, what: &str, n: u64) -> u64 {
        let mut dice = SipHasher13::new_with_keys(self.dice, n);
        dice.write(what.as_bytes());
        dice.finish()
    }
}

const SEAT: SeatNumber = SeatNumber::new(1);

fn days(count: u64) -> Span {
    Span::from_ms(Dataset::DAY.ms() * count)
}

fn user(n: u64) -> UserId {
    UserId::stored(&n.to_string())
}

fn stage(k: u64) -> Stage {
    Stage { sold: 1, bookings: 1, ..Stage::new(PerformanceId::new(k)) }
}

fn claim(k: u64) -> Claim {
    Claim {
        performance: PerformanceId::new(k),
        seat: SEAT,
        state: ClaimState::Sold,
        hold: Some(HoldId::new(k)),
        user: Some(user(k)),
    }
}

fn count(k: u64) -> Effect {
    Effect::Count { performance: PerformanceId::new(k), user: user(k), seats: 1 }
}

/// 1 to `last` in the order of their decimal texts, as keys that are text stand in a tree.
fn by_text(last: u64) -> impl Iterator<Item = u64> {
    std::iter::successors((last > 0).then_some(1), move |n| {
        if n * 10 <= last {
            return Some(n * 10);
        }
        let mut n = *n;
        while n % 10 == 9 || n == last {
            n /= 10;
        }
        (n > 0).then_some(n + 1)
    })
}

const TITLES: [&str; 16] = [
    "한강의 밤",
    "Winter Light",
    "서울 재즈 페스티벌",
    "The Long Encore",
    "봄날의 현악 사중주",
    "Midnight Choir",
    "별이 지는 무대",
    "Harbour Sessions",
    "남산 음악회",
    "Paper Lanterns Live",
    "푸른 파도 콘서트",
    "An Evening of Strings",
    "달빛 오케스트라",
    "Second Balcony",
    "여름밤의 록",
    "Songs for the Last Row",
];

const VENUES: [&str; 8] = [
    "세종문화회관 대극장",
    "Olympic Hall, Seoul",
    "부산 영화의전당",
    "Daegu Concert House",
    "예술의전당 콘서트홀",
    "Gwangju Art Center",
    "인천 문학시어터",
    "Jeju Arts Hall",
];

#[cfg(test)]
mod tests;
