//! What a row must be by itself, and beside the catalogue.

use rustc_hash::{FxHashMap, FxHashSet};

use super::postings::before;
use super::{Finding, Invariant};
use crate::{
    Booking, Claim, ClaimState, ConcertId, Effect, Event, Fact, Hold, Movement, Payment, Performance,
    PerformanceId, Reason, SaleState, SeatNumber, Stage,
};

/// What must be remembered of rows seen so far. Performances come before all that belongs to them, concerts after
/// them, and claims in the order of their seats.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    seats_usual: Option<u32>,
    seats_unusual: FxHashMap<PerformanceId, u32>,
    last_performance: Option<PerformanceId>,
    concerts_wanted: FxHashSet<ConcertId>,
    last_claim: Option<(PerformanceId, SeatNumber)>,
}

impl Catalogue {
    fn add(&mut self, row: &Performance) {
        let usual = *self.seats_usual.get_or_insert(row.seats_max);
        if row.seats_max != usual {
            self.seats_unusual.insert(row.id, row.seats_max);
        }
        self.last_performance = self.last_performance.max(Some(row.id));
        self.concerts_wanted.insert(row.concert);
    }

    /// How many seats a performance has; `None` if it was made after the catalogue was walked.
    fn seats_of(&self, id: PerformanceId) -> Option<u32> {
        let usual = self.seats_usual.filter(|_| self.last_performance >= Some(id))?;
        Some(self.seats_unusual.get(&id).copied().unwrap_or(usual))
    }

    /// Concerts that performances name and that are not there.
    pub(super) fn missing_concerts(&self) -> Vec<ConcertId> {
        let mut missing: Vec<ConcertId> = self.concerts_wanted.iter().copied().collect();
        missing.sort_unstable();
        missing
    }
}

/// Looks at one row and tells `found` what is wrong with it.
pub(super) fn look(effect: &Effect, catalogue: &mut Catalogue, found: &mut impl FnMut(Finding)) {
    match effect {
        Effect::Concert(row) => drop(catalogue.concerts_wanted.remove(&row.id)),
        Effect::Performance(row) => catalogue.add(row),
        Effect::Stage(row) => stage(row, catalogue, found),
        Effect::Claim(row) => claim(row, catalogue, found),
        Effect::Hold(row) => hold(row, catalogue, found),
        Effect::Payment(row) => payment(row, found),
        Effect::Movement(row) => movement(row, found),
        Effect::Event(row) => event(row, found),
        Effect::ClaimEnded { .. }
        | Effect::Count { .. }
        | Effect::Booking(_)
        | Effect::Account(_)
        | Effect::Room(_)
        | Effect::Place(_)
        | Effect::PlaceReplaced { .. }
        | Effect::Answer(_)
        | Effect::Webhook(_)
        | Effect::WebhookRemoved(_)
        | Effect::Delivery(_) => {}
    }
}

fn no(invariant: Invariant, says: String) -> Finding {
    Finding { invariant, says }
}

fn stage(row: &Stage, catalogue: &Catalogue, found: &mut impl FnMut(Finding)) {
    let id = row.performance;
    let taken = u64::from(row.held) + u64::from(row.sold) + u64::from(row.blocked);
    if let Some(seats) = catalogue.seats_of(id).filter(|seats| taken > u64::from(*seats)) {
        found(no(
            Invariant::NoDoubleSale,
            format!("performance {id}: {taken} of its {seats} seats are taken"),
        ));
    }
    let ended = u64::from(row.bookings) + u64::from(row.refunded);
    if row.state == SaleState::Cancelled && ended != u64::from(row.bookings_when_cancelled) {
        let (live, refunded, then) = (row.bookings, row.refunded, row.bookings_when_cancelled);
        let says = format!(
            "performance {id}: cancelled with {then} bookings, of which {refunded} are refunded and {live} live"
        );
        found(no(Invariant::SoldStaysSold, says));
    }
}

fn claim(row: &Claim, catalogue: &mut Catalogue, found: &mut impl FnMut(Finding)) {
    let seat = || format!("seat {} of performance {}", row.seat, row.performance);
    if !is_seat(row.performance, row.seat, catalogue) {
        found(no(Invariant::NoDoubleSale, format!("{}: claimed, and the house has no such seat", seat())));
    }
    let owned = row.hold.is_some() && row.user.is_some();
    let free = row.hold.is_none() && row.user.is_none();
    let fits = match row.state {
        ClaimState::Held | ClaimState::Sold => owned,
        ClaimState::Blocked => free,
    };
    if !fits {
        let says = format!("{}: {:?} with hold {:?} and user {:?}", seat(), row.state, row.hold, row.user);
        found(no(Invariant::NoDoubleSale, says));
    }
    if catalogue.last_claim.replace((row.performance, row.seat)) == Some((row.performance, row.seat)) {
        found(no(Invariant::NoDoubleSale, format!("{}: claimed twice", seat())));
    }
}

fn is_seat(performance: PerformanceId, seat: SeatNumber, catalogue: &Catalogue) -> bool {
    catalogue.seats_of(performance).is_none_or(|seats| (1..=seats).contains(&seat.get()))
}

fn hold(row: &Hold, catalogue: &Catalogue, found: &mut impl FnMut(Finding)) {
    let id = row.id;
    let ascending = row.seats.windows(2).all(|pair| pair[0] < pair[1]);
    let all_there = row.seats.iter().all(|seat| is_seat(row.performance, *seat, catalogue));
    if row.seats.is_empty() || !ascending || !all_there {
        let seats: Vec<u32> = row.seats.iter().map(|seat| seat.get()).collect();
        let says =
            format!("hold {id}: seats {seats:?} of performance {} are no seats to hold", row.performance);
        found(no(Invariant::NoDoubleSale, says));
    }
    if row.expires_at <= row.created_at {
        let says = format!("hold {id}: expires at {}, placed at {}", row.expires_at, row.created_at);
        found(no(Invariant::OwnLiveHold, says));
    }
}

fn payment(row: &Payment, found: &mut impl FnMut(Finding)) {
    let Some(refund) = row.refund else { return };
    if refund.transfer.is_some() == row.amount.is_zero() {
        let says =
            format!("payment {}: of {}, refunded by transfer {:?}", row.id, row.amount, refund.transfer);
        found(no(Invariant::OneRefund, says));
    }
    if refund.at < row.created_at {
        found(no(Invariant::OneRefund, format!("payment {}: refunded before it was made", row.id)));
    }
}

fn movement(row: &Movement, found: &mut impl FnMut(Finding)) {
    if row.amount.is_zero() {
        found(no(Invariant::MoneyConserved, format!("transfer {}: moved nothing", row.id)));
    }
    if before(row).is_none() {
        let says = format!(
            "transfer {}: leaves {} after {:?} of {}, so there was less than nothing before",
            row.id, row.balance_after, row.reason, row.amount
        );
        found(no(Invariant::MoneyConserved, says));
    }
    let for_a_hold = match row.reason {
        Reason::Payment | Reason::Refund => true,
        Reason::Charge | Reason::Use => false,
    };
    if row.hold.is_some() != for_a_hold {
        let invariant =
            if row.reason == Reason::Refund { Invariant::OneRefund } else { Invariant::PaidIffSold };
        found(no(invariant, format!("transfer {}: {:?} for hold {:?}", row.id, row.reason, row.hold)));
    }
}

fn event(row: &Event, found: &mut impl FnMut(Finding)) {
    if let Fact::BookingMade(booking, hold) = &row.fact {
        booked_in_time(booking, hold, found);
    }
}

fn booked_in_time(booking: &Booking, hold: &Hold, found: &mut impl FnMut(Finding)) {
    if booking.user != hold.user {
        let says = format!(
            "booking {}: made by user {} from a hold of user {}",
            booking.id, booking.user, hold.user
        );
        found(no(Invariant::OwnLiveHold, says));
    }
    if booking.created_at >= hold.expires_at {
        let (at, expired_at) = (booking.created_at, hold.expires_at);
        let says =
            format!("booking {}: made at {at}, and hold {} had expired at {expired_at}", booking.id, hold.id);
        found(no(Invariant::OwnLiveHold, says));
    }
}
