//! A line follows the rows of its places: a commit's effects, and all of them after a start.

use super::{Line, Standing};
use crate::{Pass, Place, PlaceState};

impl Line {
    /// A place is now as this row says. False if nothing changed, or a row of an earlier place comes late.
    ///
    /// After a start: every row by number, then [`Line::restart`].
    pub fn follow(&mut self, row: &Place) -> bool {
        let number = row.number;
        let is_new = self.joined(number, &row.user, row.joined_at);
        match (&row.state, self.place(number, row.joined_at).map(|(_, view)| view.state)) {
            (PlaceState::Waiting, Some(Standing::Pass(_))) => self.withdrawn(number),
            (PlaceState::Waiting, Some(Standing::Waiting | Standing::Silent)) => is_new,
            (PlaceState::Passed(pass), Some(Standing::Waiting | Standing::Silent)) => {
                self.admitted(number, pass.given_at, pass.valid_until());
                self.pass_is(number, pass);
                true
            }
            (PlaceState::Passed(pass), Some(Standing::Pass(_))) => self.pass_is(number, pass),
            (PlaceState::Ended(reason, at), Some(_)) => self.ended(number, *reason, *at),
            (PlaceState::Waiting | PlaceState::Passed(_), Some(Standing::Ended(_))) => false,
            (PlaceState::Waiting | PlaceState::Passed(_) | PlaceState::Ended(..), None) => false,
        }
    }

    fn pass_is(&mut self, number: u64, pass: &Pass) -> bool {
        if pass.fetched {
            self.fetched(number);
        }
        self.pass_extended(number, pass.valid_until())
    }
}
