//! Accounts and transfers.

use usher_core::{Account, BalanceId, HoldId, Movement, Reason, TransferId};
use usher_engine::StoreError;

use super::Kept;
use crate::cells::Cells;
use crate::literal::Tuple;

impl Kept for Account {
    const TABLE: &'static str = "accounts";
    const COLUMNS: &'static str = "user, id, balance, created_at, updated_at, event_sequence";
    // An id of 0 is a placeholder of this transaction's own. A second account of a user is refused: id -1 is what
    // the schema does not take.
    const CHANGE: &'static str = "ON DUPLICATE KEY UPDATE id = IF(id IN (0, VALUES(id)), VALUES(id), -1), \
         balance = VALUES(balance), created_at = VALUES(created_at), updated_at = VALUES(updated_at), \
         event_sequence = VALUES(event_sequence)";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        Ok(Account {
            user: cells.user()?,
            id: BalanceId::new(cells.id()?),
            balance: cells.money()?,
            created_at: cells.time()?,
            updated_at: cells.time()?,
            event_sequence: cells.id()?,
        })
    }

    fn tuple(&self) -> Tuple {
        Tuple::default()
            .text(self.user.as_str())
            .id(self.id.get())
            .id(self.balance.minor_units())
            .int(self.created_at.unix_ms())
            .int(self.updated_at.unix_ms())
            .id(self.event_sequence)
    }
}

impl Kept for Movement {
    const TABLE: &'static str = "movements";
    const COLUMNS: &'static str = "id, user, reason, amount, balance_after, hold, created_at";
    const CHANGE: &'static str = "";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        Ok(Movement {
            id: TransferId::new(cells.id()?),
            user: cells.user()?,
            reason: match cells.int()? {
                0 => Reason::Charge,
                1 => Reason::Use,
                2 => Reason::Payment,
                3 => Reason::Refund,
                4.. | ..=-1 => return Err(cells.senseless()),
            },
            amount: cells.money()?,
            balance_after: cells.money()?,
            hold: cells.maybe_id()?.map(HoldId::new),
            created_at: cells.time()?,
        })
    }

    fn tuple(&self) -> Tuple {
        let reason = match self.reason {
            Reason::Charge => 0,
            Reason::Use => 1,
            Reason::Payment => 2,
            Reason::Refund => 3,
        };
        Tuple::default()
            .id(self.id.get())
            .text(self.user.as_str())
            .int(reason)
            .id(self.amount.minor_units())
            .id(self.balance_after.minor_units())
            .maybe(self.hold.map(|hold| hold.get() as i64))
            .int(self.created_at.unix_ms())
    }
}
