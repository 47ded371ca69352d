//! Which seats of a performance are taken: one bit a seat in its hot row. A hundred thousand seats are three pages, so
//! that claims at random need not each be checked against a page of their own.

use rusqlite::{Connection, params};
use usher_core::{PerformanceId, SeatNumber};

use crate::error::Sql;

/// The bits of a performance: bit n is seat n, as far as any was ever taken.
pub(crate) struct Taken(Vec<u8>);

impl Taken {
    /// Those that the open transaction sees.
    ///
    /// # Errors
    /// Also if there is no such performance.
    pub(crate) fn of(db: &Connection, performance: PerformanceId) -> Sql<Self> {
        let mut taken = db.prepare_cached("SELECT taken FROM stages WHERE performance = ?1")?;
        taken.query_row([performance.get() as i64], |row| row.get(0)).map(Self)
    }

    /// Sets whether a seat is taken, and says whether it was.
    pub(crate) fn replace(&mut self, seat: SeatNumber, is_taken: bool) -> bool {
        let (byte, bit) = (seat.get() as usize / 8, 1 << (seat.get() % 8));
        if self.0.len() <= byte {
            self.0.resize(byte + 1, 0);
        }
        let was = self.0[byte] & bit != 0;
        if was != is_taken {
            self.0[byte] ^= bit;
        }
        was
    }

    /// Writes them in the open transaction.
    pub(crate) fn write(&self, db: &Connection, performance: PerformanceId) -> Sql<()> {
        let mut update = db.prepare_cached("UPDATE stages SET taken = ?2 WHERE performance = ?1")?;
        update.execute(params![performance.get() as i64, self.0])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_taken_from_when_it_is_set_until_it_is_cleared_and_no_other_is() {
        let mut taken = Taken(Vec::new());
        for seat in [1, 8, 9, 100_000].map(SeatNumber::new) {
            assert!(!taken.replace(seat, true) && taken.replace(seat, true));
        }
        assert_eq!(taken.0.iter().map(|byte| byte.count_ones()).sum::<u32>(), 4);
        assert!(taken.replace(SeatNumber::new(9), false) && !taken.replace(SeatNumber::new(9), false));
        assert_eq!((taken.0[0], taken.0[1], taken.0.len()), (0b10, 1, 12_501));
    }
}
