//! Reading the model's rows.

use std::sync::{Arc, Mutex, MutexGuard};

use usher_core::{
    Account, ConcertId, Delivery, Effect, EventId, Hold, HoldId, HoldState, IdKind, Movement, Payment,
    PerformanceId, Programme, Rows, SaleState, SeatNumber, Stage, TransferId, UserId, Webhook,
};
use usher_engine::{
    Clock, ConcertRead, Cursor, Ended, HoldLine, Reader, RowKind, SeatsRead, StoreError, WaitingEvent,
};

use super::Data;

pub(super) struct ModelReader {
    data: Arc<Mutex<Data>>,
    clock: Arc<dyn Clock>,
}

impl ModelReader {
    pub(super) fn new(data: Arc<Mutex<Data>>, clock: Arc<dyn Clock>) -> Self {
        Self { data, clock }
    }

    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().expect("no holder of this lock panics")
    }
}

fn line(rows: &Rows, hold: &Hold) -> HoldLine {
    let (booking, payment) = match hold.state {
        HoldState::Booked(booking, payment) | HoldState::Cancelled(booking, payment) => {
            (rows.bookings.get(&booking).cloned(), rows.payments.get(&payment).cloned())
        }
        HoldState::Live | HoldState::Released | HoldState::Expired => (None, None),
    };
    HoldLine { hold: hold.clone(), booking, payment }
}

fn is_standing(hold: &Hold) -> bool {
    matches!(hold.state, HoldState::Live | HoldState::Booked(..))
}

/// Live holds and bookings of a performance, by hold.
fn standing(rows: &Rows, performance: PerformanceId) -> Vec<&Hold> {
    let here = |hold: &&Hold| hold.performance == performance && is_standing(hold);
    let mut holds: Vec<&Hold> = rows.holds.values().filter(here).collect();
    holds.sort_by_key(|hold| hold.id);
    holds
}

/// The part of a history, sorted newest first, that comes after `before`.
fn page<T>(
    mut all: Vec<T>,
    id: impl Fn(&T) -> TransferId,
    before: Option<TransferId>,
    limit: usize,
) -> Vec<T> {
    all.sort_by_key(|entry| std::cmp::Reverse(id(entry)));
    all.retain(|entry| before.is_none_or(|before| id(entry) < before));
    all.truncate(limit);
    all
}

impl Reader for ModelReader {
    fn programme(&mut self, id: PerformanceId) -> Result<Option<(Programme, Stage)>, StoreError> {
        let data = self.data();
        let found = data.rows.houses.get(&id).map(|house| {
            let programme =
                Programme { performance: house.performance.clone(), concert: house.concert.clone() };
            (programme, house.stage)
        });
        Ok(found)
    }

    fn concert(&mut self, id: ConcertId) -> Result<Option<ConcertRead>, StoreError> {
        let data = self.data();
        let Some(concert) = data.rows.concerts.get(&id).cloned() else { return Ok(None) };
        let houses = data.rows.houses.values().filter(|house| house.concert.id == id);
        let mut performances: Vec<_> = houses.map(|house| (house.performance.clone(), house.stage)).collect();
        performances.sort_by_key(|(performance, _)| (performance.begins_at, performance.id));
        Ok(Some(ConcertRead { concert, performances }))
    }

    fn seats(&mut self, id: PerformanceId) -> Result<Option<SeatsRead>, StoreError> {
        let Some((programme, stage)) = self.programme(id)? else { return Ok(None) };
        let claims = self.data().rows.houses[&id].claims.values().cloned().collect();
        Ok(Some(SeatsRead { programme, stage, claims }))
    }

    fn holds_of(&mut self, user: &UserId, performance: PerformanceId) -> Result<Vec<HoldLine>, StoreError> {
        let data = self.data();
        let mine = standing(&data.rows, performance).into_iter().filter(|hold| hold.user == *user);
        Ok(mine.map(|hold| line(&data.rows, hold)).collect())
    }

    fn hold(&mut self, id: HoldId) -> Result<Option<HoldLine>, StoreError> {
        let data = self.data();
        Ok(data.rows.holds.get(&id).map(|hold| line(&data.rows, hold)))
    }

    fn payment(&mut self, id: TransferId) -> Result<Option<Payment>, StoreError> {
        Ok(self.data().rows.payments.get(&id).cloned())
    }

    fn account(&mut self, user: &UserId) -> Result<Option<Account>, StoreError> {
        Ok(self.data().rows.accounts.get(user).cloned())
    }

    fn movements(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<Movement>, StoreError> {
        let data = self.data();
        let mine = data.rows.movements.values().filter(|movement| movement.user == *user);
        Ok(page(mine.cloned().collect(), |movement| movement.id, before, limit))
    }

    fn payments(
        &mut self,
        user: &UserId,
        before: Option<TransferId>,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError> {
        let data = self.data();
        let mine = data.rows.payments.values().filter(|payment| payment.user == *user);
        Ok(page(mine.cloned().collect(), |payment| payment.id, before, limit))
    }

    fn bookings(
        &mut self,
        performance: PerformanceId,
        after: Option<SeatNumber>,
        limit: usize,
    ) -> Result<Vec<HoldLine>, StoreError> {
        let data = self.data();
        let mut booked = standing(&data.rows, performance);
        booked.retain(|hold| {
            matches!(hold.state, HoldState::Booked(..)) && after.is_none_or(|after| hold.seats[0] > after)
        });
        booked.sort_by_key(|hold| hold.seats[0]);
        Ok(booked.into_iter().take(limit).map(|hold| line(&data.rows, hold)).collect())
    }

    fn unfinished_cancellations(&mut self) -> Result<Vec<PerformanceId>, StoreError> {
        let data = self.data();
        let unfinished = |stage: &Stage| {
            stage.state == SaleState::Cancelled && !standing(&data.rows, stage.performance).is_empty()
        };
        let stages = data.rows.houses.values().map(|house| house.stage).filter(unfinished);
        let mut found: Vec<PerformanceId> = stages.map(|stage| stage.performance).collect();
        found.sort_unstable();
        Ok(found)
    }

    fn unfinished(&mut self, performance: PerformanceId, limit: usize) -> Result<Vec<Ended>, StoreError> {
        let data = self.data();
        let ended = |hold: &Hold| match hold.state {
            HoldState::Booked(_, payment) => Ended::Payment(payment),
            HoldState::Live | HoldState::Released | HoldState::Expired | HoldState::Cancelled(..) => {
                Ended::Hold(hold.id)
            }
        };
        Ok(standing(&data.rows, performance).into_iter().take(limit).map(ended).collect())
    }

    fn due(&mut self, limit: usize) -> Result<Vec<HoldId>, StoreError> {
        let (data, now) = (self.data(), self.clock.now());
        let is_due = |hold: &&Hold| hold.state == HoldState::Live && hold.expires_at <= now;
        let mut due: Vec<&Hold> = data.rows.holds.values().filter(is_due).collect();
        due.sort_by_key(|hold| (hold.expires_at, hold.id));
        Ok(due.into_iter().take(limit).map(|hold| hold.id).collect())
    }

    fn webhooks(&mut self) -> Result<Vec<(Webhook, Delivery)>, StoreError> {
        let data = self.data();
        let delivered = |webhook: &Webhook| data.rows.deliveries[&webhook.id].clone();
        Ok(data.rows.webhooks.values().map(|webhook| (webhook.clone(), delivered(webhook))).collect())
    }

    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<WaitingEvent>, StoreError> {
        let data = self.data();
        let outbox = data.outbox.iter().zip(1..).skip(after as usize).take(limit);
        Ok(outbox.map(|(event, position)| WaitingEvent { position, event: event.clone() }).collect())
    }

    fn event_position(&mut self, id: Option<EventId>) -> Result<Option<u64>, StoreError> {
        let data = self.data();
        Ok(match id {
            None => Some(data.outbox.len() as u64),
            Some(id) => data.outbox.iter().position(|event| event.id == id).map(|index| index as u64 + 1),
        })
    }

    fn stages(&mut self, ids: &[PerformanceId]) -> Result<Vec<Stage>, StoreError> {
        let data = self.data();
        Ok(ids.iter().filter_map(|id| data.rows.houses.get(id)).map(|house| house.stage).collect())
    }

    /// The cursor is a number of rows, since none of these kinds loses one in the middle while it is walked.
    fn scan(
        &mut self,
        kind: RowKind,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<Effect>, Option<Cursor>), StoreError> {
        let skipped = from.map_or(0, |cursor| {
            u64::from_be_bytes(cursor.0.as_slice().try_into().expect("a cursor of ours has eight bytes"))
        });
        let all = all_of(&self.data(), kind);
        let found: Vec<Effect> = all.iter().skip(skipped as usize).take(limit).cloned().collect();
        let next = skipped + found.len() as u64;
        let more = (next as usize) < all.len();
        Ok((found, more.then(|| Cursor(next.to_be_bytes().to_vec()))))
    }

    fn mark(&mut self) -> Result<Option<Vec<(IdKind, u64)>>, StoreError> {
        Ok(self.data().mark.clone())
    }
}

fn all_of(data: &Data, kind: RowKind) -> Vec<Effect> {
    let rows = &data.rows;
    let houses = || sorted(rows.houses.values().collect(), |house| house.performance.id);
    match kind {
        RowKind::Concert => {
            let concerts = sorted(rows.concerts.values().cloned().collect(), |concert| concert.id);
            concerts.into_iter().map(Effect::Concert).collect()
        }
        RowKind::Performance => {
            houses().into_iter().map(|house| Effect::Performance(house.performance.clone())).collect()
        }
        RowKind::Stage => houses().into_iter().map(|house| Effect::Stage(house.stage)).collect(),
        RowKind::Claim => {
            houses().into_iter().flat_map(|house| house.claims.values().cloned().map(Effect::Claim)).collect()
        }
        RowKind::Count => {
            let counts = houses().into_iter().flat_map(|house| {
                let counts = sorted(house.counts.iter().collect(), |(user, _)| (*user).clone());
                let performance = house.performance.id;
                counts.into_iter().map(move |(user, seats)| Effect::Count {
                    performance,
                    user: user.clone(),
                    seats: *seats,
                })
            });
            counts.collect()
        }
        RowKind::Hold => sorted(rows.holds.values().cloned().collect(), |hold| hold.id)
            .into_iter()
            .map(Effect::Hold)
            .collect(),
        RowKind::Booking => {
            let bookings = sorted(rows.bookings.values().cloned().collect(), |booking| booking.id);
            bookings.into_iter().map(Effect::Booking).collect()
        }
        RowKind::Payment => {
            let payments = sorted(rows.payments.values().cloned().collect(), |payment| payment.id);
            payments.into_iter().map(Effect::Payment).collect()
        }
        RowKind::Account => {
            let accounts = sorted(rows.accounts.values().cloned().collect(), |account| account.user.clone());
            accounts.into_iter().map(Effect::Account).collect()
        }
        RowKind::Movement => {
            let movements = sorted(rows.movements.values().cloned().collect(), |movement| movement.id);
            movements.into_iter().map(Effect::Movement).collect()
        }
        RowKind::Room => {
            let rooms = sorted(rows.rooms.values().cloned().collect(), |room| room.id.clone());
            rooms.into_iter().map(Effect::Room).collect()
        }
        RowKind::Place => {
            let places =
                sorted(rows.places.values().cloned().collect(), |place| (place.room.clone(), place.number));
            places.into_iter().map(Effect::Place).collect()
        }
        RowKind::Event => data.outbox.iter().cloned().map(Effect::Event).collect(),
    }
}

fn sorted<T, K: Ord>(mut all: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    all.sort_by_key(key);
    all
}
