//! What clients did and saw at once, and what each seat and each account lived through.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use usher_core::{
    ClaimState, Command, Hold, HoldId, Money, Payment, PerformanceId, Refusal, Reply, SeatNumber, TransferId,
    UserId,
};
use usher_engine::SeatsRead;

use super::linear::Step;
use super::running::Front;
use crate::orders;

/// A call with its answer.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Order(Command, Box<Result<Reply, Refusal>>),
    Seats(Vec<(SeatNumber, SeatState)>),
    Balance(UserId, Option<Money>),
}

/// What one seat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum SeatState {
    Free,
    Held(HoldId),
    Sold(HoldId),
}

/// What one call says about one seat.
#[derive(Clone, Copy, Debug)]
pub(super) enum SeatStep {
    Held(HoldId),
    WasTaken,
    WasFree,
    GivenBack(HoldId),
    Paid(HoldId),
    WasSold(HoldId),
    WasHeld(HoldId),
    WasOver(HoldId),
    Refunded(HoldId),
    Seen(SeatState),
}

pub(super) fn seat_after(state: &SeatState, step: &SeatStep) -> Option<SeatState> {
    use SeatState::{Free, Held, Sold};
    let stays = |is_so: bool| is_so.then_some(*state);
    match *step {
        SeatStep::Held(hold) => (*state == Free).then_some(Held(hold)),
        SeatStep::WasTaken => stays(*state != Free),
        SeatStep::WasFree => stays(*state == Free),
        SeatStep::GivenBack(hold) if *state == Held(hold) => Some(Free),
        SeatStep::GivenBack(hold) => stays(*state != Sold(hold)),
        SeatStep::Paid(hold) => (*state == Held(hold)).then_some(Sold(hold)),
        SeatStep::WasSold(hold) => stays(*state == Sold(hold)),
        SeatStep::WasHeld(hold) => stays(*state == Held(hold)),
        SeatStep::WasOver(hold) => stays(*state != Held(hold) && *state != Sold(hold)),
        SeatStep::Refunded(hold) if *state == Sold(hold) => Some(Free),
        SeatStep::Refunded(hold) => stays(*state != Held(hold)),
        SeatStep::Seen(seen) => stays(*state == seen),
    }
}

/// An account: its balance, if it is open, and the payments that were refunded to it.
pub(super) type AccountState = (Option<u64>, Vec<TransferId>);

/// What one call says about one account.
#[derive(Clone, Copy, Debug)]
pub(super) enum AccountStep {
    Came { amount: u64, after: u64 },
    Went { amount: u64, after: u64 },
    Paid(u64),
    Refunded(TransferId, u64),
    WasShort(u64),
    Seen(Option<u64>),
}

pub(super) fn account_after((balance, refunded): &AccountState, step: &AccountStep) -> Option<AccountState> {
    let now = balance.unwrap_or(0);
    let with = |balance: Option<u64>| Some((balance, refunded.clone()));
    match *step {
        AccountStep::Came { amount, after } => (now + amount == after).then(|| with(Some(after)))?,
        AccountStep::Went { amount, after } => {
            (now.checked_sub(amount)? == after).then(|| with(Some(after)))?
        }
        AccountStep::Paid(amount) => with(Some(now.checked_sub(amount)?)),
        AccountStep::Refunded(payment, _) if refunded.contains(&payment) => with(*balance),
        AccountStep::Refunded(payment, amount) => {
            let mut refunded = refunded.clone();
            refunded.push(payment);
            refunded.sort_unstable();
            Some((Some(now + amount), refunded))
        }
        AccountStep::WasShort(seen) => (now == seen).then(|| with(*balance))?,
        AccountStep::Seen(seen) => (*balance == seen).then(|| with(*balance))?,
    }
}

/// Steps by what they are about, for each client.
pub(super) type Lives<K, T> = BTreeMap<K, Vec<Vec<Step<T>>>>;

/// What all clients share while they act.
#[derive(Default)]
pub(super) struct Record {
    ticks: AtomicU64,
    pub(super) holds: Mutex<Vec<Hold>>,
    pub(super) payments: Mutex<Vec<Payment>>,
}

impl Record {
    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    fn timed(&self, call: impl FnOnce() -> Call) -> Step<Call> {
        let began = self.tick();
        let what = call();
        Step { began, ended: self.tick(), what }
    }

    pub(super) fn order(&self, front: &Front, command: Command) -> Step<Call> {
        let step = self.timed(|| Call::Order(command.clone(), Box::new(front.ask(command))));
        let Call::Order(_, answer) = &step.what else { return step };
        if let Ok(Reply::Held { hold, .. }) = &**answer {
            self.holds.lock().expect("no client fails").push(hold.clone());
        }
        if let Ok(Reply::Paid(payment)) = &**answer {
            self.payments.lock().expect("no client fails").push(payment.clone());
        }
        step
    }

    pub(super) fn look(&self, front: &Front, performance: PerformanceId) -> Step<Call> {
        self.timed(|| {
            let read = front.read(move |reader| reader.seats(performance));
            Call::Seats(seen(&read.expect("the performance is there")))
        })
    }

    pub(super) fn count(&self, front: &Front, user: &str) -> Step<Call> {
        self.timed(|| Call::Balance(UserId::stored(user), front.balance(user)))
    }

    /// The seats of a hold that somebody was granted.
    fn seats_of(&self, id: HoldId) -> Vec<SeatNumber> {
        let holds = self.holds.lock().expect("no client fails");
        holds.iter().find(|hold| hold.id == id).map_or_else(Vec::new, |hold| hold.seats.to_vec())
    }

    pub(super) fn lives_of_seats(&self, clients: &[Vec<Step<Call>>]) -> Lives<SeatNumber, SeatStep> {
        lives(clients, |call| match call {
            Call::Order(command, answer) => self.about_seats(command, answer),
            Call::Seats(seen) => seen.iter().map(|(seat, state)| (*seat, SeatStep::Seen(*state))).collect(),
            Call::Balance(..) => Vec::new(),
        })
    }

    fn about_seats(&self, command: &Command, answer: &Result<Reply, Refusal>) -> Vec<(SeatNumber, SeatStep)> {
        let of_hold = |hold: HoldId, step: SeatStep| {
            self.seats_of(hold).into_iter().map(|seat| (seat, step)).collect::<Vec<_>>()
        };
        match (command, answer) {
            (_, Ok(Reply::Held { hold, .. })) => of_hold(hold.id, SeatStep::Held(hold.id)),
            (Command::PlaceHold { seats, .. }, Err(Refusal::SeatsTaken(taken))) => {
                let was = |seat: &SeatNumber| {
                    if taken.contains(seat) { SeatStep::WasTaken } else { SeatStep::WasFree }
                };
                seats.iter().map(|seat| (*seat, was(seat))).collect()
            }
            (Command::PlaceHold { seats, .. }, Err(Refusal::HoldLimitReached { .. })) => {
                seats.iter().map(|seat| (*seat, SeatStep::WasFree)).collect()
            }
            (Command::GiveBack { hold, .. }, Ok(_)) => of_hold(*hold, SeatStep::GivenBack(*hold)),
            (Command::Pay { hold, .. }, Ok(_)) => of_hold(*hold, SeatStep::Paid(*hold)),
            (Command::Pay { hold, .. } | Command::GiveBack { hold, .. }, Err(Refusal::AlreadyPaid)) => {
                of_hold(*hold, SeatStep::WasSold(*hold))
            }
            (Command::Pay { hold, .. }, Err(Refusal::HoldReleased)) => {
                of_hold(*hold, SeatStep::WasOver(*hold))
            }
            (Command::Pay { hold, .. }, Err(Refusal::InsufficientBalance { .. })) => {
                of_hold(*hold, SeatStep::WasHeld(*hold))
            }
            (_, Ok(Reply::Cancelled(payment))) => of_hold(payment.hold, SeatStep::Refunded(payment.hold)),
            (Command::Charge { .. } | Command::Use { .. }, _) => Vec::new(),
            (command, answer) => panic!("no client can have heard this: {command:?} {answer:?}"),
        }
    }

    pub(super) fn lives_of_accounts(&self, clients: &[Vec<Step<Call>>]) -> Lives<UserId, AccountStep> {
        lives(clients, |call| match call {
            Call::Order(command, answer) => about_account(command, answer).into_iter().collect(),
            Call::Balance(user, seen) => {
                vec![(user.clone(), AccountStep::Seen(seen.map(Money::minor_units)))]
            }
            Call::Seats(_) => Vec::new(),
        })
    }
}

fn about_account(command: &Command, answer: &Result<Reply, Refusal>) -> Option<(UserId, AccountStep)> {
    match (command, answer) {
        (_, Ok(Reply::Moved { movement, .. })) => {
            let (amount, after) = (movement.amount.minor_units(), movement.balance_after.minor_units());
            let came = movement.reason.is_income();
            let step =
                if came { AccountStep::Came { amount, after } } else { AccountStep::Went { amount, after } };
            Some((movement.user.clone(), step))
        }
        (_, Ok(Reply::Paid(payment))) => {
            Some((payment.user.clone(), AccountStep::Paid(payment.amount.minor_units())))
        }
        (_, Ok(Reply::Cancelled(payment))) => {
            let step = AccountStep::Refunded(payment.id, payment.amount.minor_units());
            Some((payment.user.clone(), step))
        }
        (
            Command::Pay { user, .. } | Command::Use { user, .. },
            Err(Refusal::InsufficientBalance { balance, .. }),
        ) => Some((user.clone(), AccountStep::WasShort(balance.minor_units()))),
        (Command::Use { user, .. }, Err(Refusal::BalanceNotFound)) => {
            Some((user.clone(), AccountStep::Seen(None)))
        }
        (_, Ok(_) | Err(_)) => None,
    }
}

/// What a read says of every seat that the crowd is after.
fn seen(read: &SeatsRead) -> Vec<(SeatNumber, SeatState)> {
    let state_of = |seat: SeatNumber| {
        let claim = read.claims.iter().find(|claim| claim.seat == seat);
        match claim.map(|claim| (claim.state, claim.hold)) {
            Some((ClaimState::Held, Some(hold))) => SeatState::Held(hold),
            Some((ClaimState::Sold, Some(hold))) => SeatState::Sold(hold),
            None => SeatState::Free,
            Some(other) => panic!("nobody blocked this seat: {other:?}"),
        }
    };
    let all = orders::seats(&(1..=read.programme.performance.seats_max).collect::<Vec<_>>());
    all.iter().map(|seat| (*seat, state_of(*seat))).collect()
}

fn lives<K: Ord + Clone, T>(
    clients: &[Vec<Step<Call>>],
    about: impl Fn(&Call) -> Vec<(K, T)>,
) -> Lives<K, T> {
    let mut lives: Lives<K, T> = BTreeMap::new();
    for (client, steps) in clients.iter().enumerate() {
        for Step { began, ended, what } in steps {
            for (key, what) in about(what) {
                let all = lives.entry(key).or_insert_with(|| clients.iter().map(|_| Vec::new()).collect());
                all[client].push(Step { began: *began, ended: *ended, what });
            }
        }
    }
    lives
}

#[cfg(test)]
mod tests {
    use super::super::linear::is_explained;
    use super::*;

    fn at_once<T>(steps: Vec<T>) -> Vec<Vec<Step<T>>> {
        steps.into_iter().map(|what| vec![Step { began: 0, ended: 9, what }]).collect()
    }

    #[test]
    fn a_seat_granted_to_two_at_once_is_found() {
        let (first, second) = (HoldId::new(1), HoldId::new(2));
        let twice = at_once(vec![SeatStep::Held(first), SeatStep::Held(second)]);
        assert!(!is_explained(&twice, SeatState::Free, seat_after));
        let one_after_the_other =
            at_once(vec![SeatStep::Held(first), SeatStep::Held(second), SeatStep::GivenBack(first)]);
        assert!(is_explained(&one_after_the_other, SeatState::Free, seat_after));
    }

    #[test]
    fn money_that_is_lost_or_refunded_twice_is_found() {
        let came = |after| AccountStep::Came { amount: 5, after };
        assert!(is_explained(&at_once(vec![came(5), came(10)]), (None, Vec::new()), account_after));
        assert!(!is_explained(&at_once(vec![came(5), came(5)]), (None, Vec::new()), account_after));
        let refund = AccountStep::Refunded(TransferId::new(1), 7);
        let mut cancelled = at_once(vec![refund, refund]);
        cancelled[0].push(Step { began: 20, ended: 21, what: AccountStep::Seen(Some(14)) });
        assert!(!is_explained(&cancelled, (None, Vec::new()), account_after));
    }
}
