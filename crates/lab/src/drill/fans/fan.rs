//! One fan of a drill: what they came for, and what they were told of their place and their pass.

use super::Errand;
use crate::seen::{Place, Status};

/// What somebody came for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Grows tired of the line at once.
    LeaveTheLine,
    /// Gives the pass back as soon as it is there.
    LeaveInside,
    /// Gives it back with a hold.
    HoldAndLeave,
    Book,
    /// Keeps the pass over two kills, then gives it back.
    Keep,
}

/// Where a fan stands, as far as they were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Has not been told of a place.
    Coming,
    Waiting,
    Inside,
    Left,
    Booked,
}

/// Times that the drill looks at a pass before whoever keeps it gives it back.
const KEEPS_FOR: u32 = 2;

#[derive(Debug)]
pub(super) struct Fan {
    pub(super) wish: Wish,
    pub(super) standing: Standing,
    /// When the request that is out was sent, in milliseconds since 1970.
    pub(super) sent_ms: u64,
    /// When the join was first sent and when it was first answered.
    pub(super) asked_ms: Option<u64>,
    pub(super) joined_ms: Option<u64>,
    pub(super) number: Option<u64>,
    /// The least so far.
    pub(super) position: Option<u64>,
    /// The signed place.
    place: Option<String>,
    pub(super) pass: Option<String>,
    pub(super) hold: Option<u64>,
    /// How often the pass was found as it was told.
    pub(super) looks: u32,
}

impl Fan {
    pub(super) fn who_wants(wish: Wish) -> Self {
        Self {
            wish,
            standing: Standing::Coming,
            sent_ms: 0,
            asked_ms: None,
            joined_ms: None,
            number: None,
            position: None,
            place: None,
            pass: None,
            hold: None,
            looks: 0,
        }
    }

    /// What a fan does next, unless they are only to ask again when it is their turn.
    pub(super) fn next(&self, index: usize) -> Option<Errand> {
        match (self.standing, self.wish) {
            (Standing::Waiting, Wish::LeaveTheLine) => Some(Errand::Leave(index)),
            (Standing::Waiting, _) | (Standing::Coming | Standing::Left | Standing::Booked, _) => None,
            (Standing::Inside, Wish::LeaveTheLine | Wish::LeaveInside) => Some(Errand::Leave(index)),
            (Standing::Inside, Wish::Keep) => (self.looks >= KEEPS_FOR).then_some(Errand::Leave(index)),
            (Standing::Inside, Wish::HoldAndLeave | Wish::Book) if self.hold.is_none() => {
                Some(Errand::Hold(index))
            }
            (Standing::Inside, Wish::HoldAndLeave) => Some(Errand::Leave(index)),
            (Standing::Inside, Wish::Book) => Some(Errand::Pay(index)),
        }
    }

    /// Takes in what is said of the place; what of it is not as it was told before.
    pub(super) fn hear(&mut self, told: &Place) -> Option<String> {
        let before = *self.number.get_or_insert(told.number);
        let is_over = matches!(self.standing, Standing::Left | Standing::Booked);
        if is_over || before != told.number {
            return Some(format!("has place {} after {before}, which is {:?}", told.number, self.standing));
        }
        let signed = match told.status {
            Status::Waiting if self.standing == Standing::Inside => {
                return Some("waits, and had a pass".to_owned());
            }
            Status::Waiting => {
                self.standing = Standing::Waiting;
                let position = told.position.unwrap_or(u64::MAX);
                let least = self.position.replace(position);
                if least.is_some_and(|least| least < position) {
                    return Some(format!("fell back from {least:?} to {position}"));
                }
                &mut self.place
            }
            Status::Processing => {
                self.standing = Standing::Inside;
                &mut self.pass
            }
        };
        let known = signed.get_or_insert_with(|| told.token_value.clone());
        (*known != told.token_value).then(|| format!("{:?}: was given another token", told.status))
    }

    /// Takes in why there is no place any more; whether that is so.
    pub(super) fn is_over_as(&self, code: &str) -> bool {
        match self.standing {
            Standing::Left => code == "left-line",
            Standing::Booked => code == "pass-used",
            Standing::Coming | Standing::Waiting | Standing::Inside => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seen::Outlook;

    fn told(number: u64, position: Option<u64>, token: &str) -> Place {
        Place {
            waiting_queue_id: "main".to_owned(),
            number,
            status: if position.is_some() { Status::Waiting } else { Status::Processing },
            position,
            eta_seconds: None,
            poll_after_ms: None,
            outlook: Outlook::Enough,
            token_value: token.to_owned(),
        }
    }

    #[test]
    fn a_fan_notices_every_way_to_lose_a_place() {
        let waits = |told: &Place| {
            let mut fan = Fan::who_wants(Wish::Book);
            assert_eq!(fan.hear(&self::told(7, Some(3), "place")), None);
            fan.hear(told)
        };
        assert_eq!(waits(&told(7, Some(2), "place")), None);
        assert_eq!(waits(&told(7, None, "pass")), None);
        assert!(waits(&told(7, Some(4), "place")).is_some(), "fell back");
        assert!(waits(&told(8, Some(3), "place")).is_some(), "another place");
        assert!(waits(&told(7, Some(3), "other")).is_some(), "another token");
    }

    #[test]
    fn a_fan_notices_every_way_to_lose_a_pass_or_to_get_two() {
        let is_inside = |told: &Place| {
            let mut fan = Fan::who_wants(Wish::Book);
            assert_eq!(fan.hear(&self::told(7, None, "pass")), None);
            fan.hear(told)
        };
        assert_eq!(is_inside(&told(7, None, "pass")), None);
        assert!(is_inside(&told(7, Some(0), "place")).is_some(), "waits again");
        assert!(is_inside(&told(7, None, "other")).is_some(), "another pass");
        assert!(is_inside(&told(8, None, "pass")).is_some(), "another place");
        let mut left = Fan::who_wants(Wish::LeaveInside);
        left.standing = Standing::Left;
        assert!(left.hear(&told(9, None, "pass")).is_some(), "a pass after leaving");
        assert!(left.is_over_as("left-line") && !left.is_over_as("not-in-line"));
    }
}
