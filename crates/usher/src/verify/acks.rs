//! What clients were told, compared with what the store has: NO-LOST-ACK, ONE-EFFECT, CAP-HELD and FAIR.

mod line;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use usher_core::invariant::{Invariant, Line, grouped};
use usher_core::{HoldId, HoldState, IdKind, Movement, Reason, Span, Timestamp, TransferId, UserId};
use usher_engine::{Reader, StoreError};
use usher_lab::acks::{self, Ack, Op};

use crate::failed::{Failed, chain};

/// An answer may come so long after its effect.
const ANSWER_MAX: Span = Span::from_secs(60);
/// A user's transfers that are looked at, newest first.
const TRANSFERS_MAX: usize = 1_000_000;
const PAGE: usize = 1_000;

/// The lines that a record shows.
pub fn compare(file: &Path, reader: &mut dyn Reader) -> Result<Vec<Line>, Failed> {
    let mut told = Told::default();
    for ack in acks::read(file).map_err(|error| unreadable(&error))? {
        let ack = ack.map_err(|error| unreadable(&error))?;
        told.hear(&ack, reader)?;
    }
    told.count_money(reader)?;
    Ok(told.lines())
}

fn unreadable(error: &acks::ReadError) -> Failed {
    Failed::environment(format!("--acks: {}", chain(error)))
}

/// What was heard so far, and what of it the store does not have.
#[derive(Default)]
struct Told {
    acknowledged: u64,
    unanswered: u64,
    since: Option<Timestamp>,
    lost: Vec<String>,
    doubled: Vec<String>,
    /// What a key was answered with.
    by_key: BTreeMap<(String, String), Effect>,
    /// Which key an effect was first answered to.
    by_effect: BTreeMap<Effect, String>,
    money: BTreeMap<String, Money>,
    line: line::Lines,
}

/// What came of a request, as far as its answer names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    Hold(u64),
    Payment(u64),
}

/// Charges and uses of a user: amounts that were acknowledged, one a key, and how many more may have happened.
#[derive(Default)]
struct Money {
    keys: BTreeSet<String>,
    charged: Vec<u64>,
    used: Vec<u64>,
    unanswered: BTreeSet<String>,
    unanswered_without_key: u64,
}

impl Told {
    fn hear(&mut self, ack: &Ack<'_>, reader: &mut dyn Reader) -> Result<(), StoreError> {
        let at = Timestamp::from_unix_ms(ack.at_ms as i64);
        self.since = Some(self.since.map_or(at, |since| since.min(at)));
        match ack.status {
            200..=299 => {}
            0 => {
                self.unanswered += 1;
                self.may_have_moved(ack);
                self.line.unanswered(ack);
                return Ok(());
            }
            // A refusal changed nothing.
            _ => return Ok(()),
        }
        if ack.op == Op::Room {
            self.line.hear(ack, reader)?;
            return Ok(());
        }
        self.acknowledged += 1;
        self.hear_key(ack);
        let lost = match ack.op {
            Op::Hold => held(ack, reader)?,
            Op::GiveBack => given_back(ack, reader)?,
            Op::Confirm | Op::Pay => paid(ack, reader)?,
            Op::Cancel => cancelled(ack, reader)?,
            Op::Charge | Op::Use => {
                self.moved(ack);
                None
            }
            Op::Join | Op::Poll | Op::Watch | Op::WatchEnd => self.line.hear(ack, reader)?,
            Op::Leave | Op::Room => None,
        };
        self.lost.extend(lost);
        Ok(())
    }

    /// The same key must have the same effect, and a hold belongs to one key.
    fn hear_key(&mut self, ack: &Ack<'_>) {
        let effect = match ack.op {
            Op::Hold => ack.temporal_reservation_id.map(Effect::Hold),
            Op::Pay => ack.transaction_id.map(Effect::Payment),
            Op::GiveBack
            | Op::Confirm
            | Op::Cancel
            | Op::Charge
            | Op::Use
            | Op::Join
            | Op::Poll
            | Op::Watch
            | Op::WatchEnd
            | Op::Leave
            | Op::Room => None,
        };
        let (Some(key), Some(effect)) = (&ack.key, effect) else { return };
        let scope = (ack.user.to_string(), key.to_string());
        let before = self.by_key.entry(scope).or_insert(effect);
        if *before != effect {
            let says =
                format!("key {key} of user {}: answered with {before:?} and with {effect:?}", ack.user);
            self.doubled.push(says);
        }
        let first = self.by_effect.entry(effect).or_insert_with(|| key.to_string());
        if first != key {
            self.doubled.push(format!("{effect:?}: answered to key {first} and to key {key}"));
        }
    }

    fn moved(&mut self, ack: &Ack<'_>) {
        let money = self.money.entry(ack.user.to_string()).or_default();
        let is_new = ack.key.as_ref().is_none_or(|key| money.keys.insert(key.to_string()));
        let (true, Some(amount)) = (is_new, ack.amount) else { return };
        match ack.op {
            Op::Charge => money.charged.push(amount),
            Op::Use => money.used.push(amount),
            Op::Hold
            | Op::GiveBack
            | Op::Confirm
            | Op::Pay
            | Op::Cancel
            | Op::Join
            | Op::Poll
            | Op::Watch
            | Op::WatchEnd
            | Op::Leave
            | Op::Room => {}
        }
    }

    fn may_have_moved(&mut self, ack: &Ack<'_>) {
        let (Op::Charge | Op::Use) = ack.op else { return };
        let money = self.money.entry(ack.user.to_string()).or_default();
        match &ack.key {
            Some(key) => drop(money.unanswered.insert(key.to_string())),
            None => money.unanswered_without_key += 1,
        }
    }

    /// Every acknowledged amount stands in the ledger, and no more than were asked for.
    fn count_money(&mut self, reader: &mut dyn Reader) -> Result<(), StoreError> {
        let seeded = reader.mark()?.unwrap_or_default();
        let seeded = seeded.iter().find(|(kind, _)| *kind == IdKind::Transfer).map_or(0, |(_, rows)| *rows);
        let since = self.since.unwrap_or_default().minus(ANSWER_MAX);
        for (user, money) in &self.money {
            let is_of_the_run =
                |movement: &Movement| movement.id.get() > seeded && movement.created_at >= since;
            let mut ledger = ledger(&UserId::stored(user), is_of_the_run, reader)?;
            for (amounts, found, what) in
                [(&money.charged, &mut ledger.0, "charge"), (&money.used, &mut ledger.1, "use")]
            {
                for amount in amounts {
                    match found.iter().position(|stored| stored == amount) {
                        Some(place) => drop(found.swap_remove(place)),
                        None => self
                            .lost
                            .push(format!("user {user}: an acknowledged {what} of {amount} is not there")),
                    }
                }
            }
            let left = (ledger.0.len() + ledger.1.len()) as u64;
            let unanswered =
                money.unanswered.difference(&money.keys).count() as u64 + money.unanswered_without_key;
            if left > unanswered {
                let says = format!(
                    "user {user}: {left} transfers that nobody was told of, and {unanswered} unanswered requests"
                );
                self.doubled.push(says);
            }
        }
        Ok(())
    }

    fn lines(self) -> Vec<Line> {
        let examined =
            format!("{} acknowledged requests, {} unanswered", grouped(self.acknowledged), self.unanswered);
        let keys =
            self.by_key.len() as u64 + self.money.values().map(|money| money.keys.len() as u64).sum::<u64>();
        let keyed = format!("{} keys that were answered", grouped(keys));
        let [capped, fair] = self.line.judge();
        vec![
            Line::new(Invariant::OneEffect, keys, keyed, self.doubled),
            Line::new(Invariant::NoLostAck, self.acknowledged, examined, self.lost),
            capped,
            fair,
        ]
    }
}

/// Amounts of the charges and of the uses that are wanted.
fn ledger(
    user: &UserId,
    wanted: impl Fn(&Movement) -> bool,
    reader: &mut dyn Reader,
) -> Result<(Vec<u64>, Vec<u64>), StoreError> {
    let (mut charged, mut used, mut before) = (Vec::new(), Vec::new(), None);
    for _ in 0..TRANSFERS_MAX / PAGE {
        let page = reader.movements(user, before, PAGE)?;
        for movement in page.iter().filter(|movement| wanted(movement)) {
            match movement.reason {
                Reason::Charge => charged.push(movement.amount.minor_units()),
                Reason::Use => used.push(movement.amount.minor_units()),
                Reason::Payment | Reason::Refund => {}
            }
        }
        before = page.last().map(|movement| movement.id);
        if page.len() < PAGE {
            break;
        }
    }
    Ok((charged, used))
}

fn held(ack: &Ack<'_>, reader: &mut dyn Reader) -> Result<Option<String>, StoreError> {
    let Some(id) = ack.temporal_reservation_id else { return Ok(None) };
    let Some(line) = reader.hold(HoldId::new(id))? else {
        return Ok(Some(format!("hold {id} of user {}: acknowledged, and not there", ack.user)));
    };
    let hold = line.hold;
    let seats: Vec<u32> = hold.seats.iter().map(|seat| seat.get()).collect();
    let same_seats = ack.seat_numbers.is_empty() || {
        let mut asked = ack.seat_numbers.clone();
        asked.sort_unstable();
        asked == seats
    };
    let same_place = ack.concert_option_id.is_none_or(|place| place == hold.performance.get());
    let is_same = same_seats && same_place && hold.user.as_str() == ack.user;
    Ok((!is_same).then(|| {
        let (user, place) = (hold.user, hold.performance);
        format!("hold {id} of user {}: acknowledged, and there for user {user}, performance {place}, seats {seats:?}", ack.user)
    }))
}

fn given_back(ack: &Ack<'_>, reader: &mut dyn Reader) -> Result<Option<String>, StoreError> {
    let Some(id) = ack.temporal_reservation_id else { return Ok(None) };
    let state = reader.hold(HoldId::new(id))?.map(|line| line.hold.state);
    Ok(match state {
        Some(HoldState::Released | HoldState::Expired | HoldState::Cancelled(..)) => None,
        Some(HoldState::Live | HoldState::Booked(..)) | None => {
            Some(format!("hold {id} of user {}: acknowledged as given back, and {state:?}", ack.user))
        }
    })
}

fn paid(ack: &Ack<'_>, reader: &mut dyn Reader) -> Result<Option<String>, StoreError> {
    let Some(id) = ack.temporal_reservation_id else { return Ok(None) };
    let state = reader.hold(HoldId::new(id))?.map(|line| line.hold.state);
    Ok(match state {
        Some(HoldState::Booked(_, payment) | HoldState::Cancelled(_, payment))
            if ack.transaction_id.is_none_or(|told| told == payment.get()) =>
        {
            None
        }
        Some(_) | None => {
            let told = ack.transaction_id;
            Some(format!("hold {id} of user {}: acknowledged as paid by {told:?}, and {state:?}", ack.user))
        }
    })
}

fn cancelled(ack: &Ack<'_>, reader: &mut dyn Reader) -> Result<Option<String>, StoreError> {
    let Some(id) = ack.transaction_id else { return Ok(None) };
    let payment = reader.payment(TransferId::new(id))?;
    let is_refunded = payment.is_some_and(|payment| payment.refund.is_some());
    Ok((!is_refunded)
        .then(|| format!("payment {id} of user {}: acknowledged as cancelled, and is not", ack.user)))
}

#[cfg(test)]
mod tests;
