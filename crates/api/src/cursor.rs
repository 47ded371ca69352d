//! Cursors of histories: opaque to clients, good for one list of one user.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;
use usher_core::{TransferId, UserId};

use crate::read::id_text;

/// Which history a cursor belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// Endpoint 10.
    Payments,
    /// Endpoint 12.
    Movements,
}

/// The cursor of what follows after `last`, the last entry of a page.
pub fn give(history: History, user: &UserId, last: TransferId) -> String {
    format!("{:08x}{last}", check(history, user, last))
}

/// The entry that a cursor of this list was given for; `None` if we gave no such cursor.
pub fn take(history: History, user: &UserId, text: &str) -> Option<TransferId> {
    let (_, id) = text.split_at_checked(8)?;
    let last = TransferId::new(id_text(id)?);
    (give(history, user, last) == text).then_some(last)
}

/// Tells cursors of other lists and mistyped ones apart. No secret: a cursor opens nothing that its user may not see.
fn check(history: History, user: &UserId, last: TransferId) -> u32 {
    let mut hasher = SipHasher13::new_with_keys(0x7573_6865_7263_7572, 0x736f_7200_0000_0001);
    hasher.write_u8(match history {
        History::Payments => b'p',
        History::Movements => b'm',
    });
    hasher.write(user.as_str().as_bytes());
    hasher.write(&last.get().to_le_bytes());
    (hasher.finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_list_only() {
        let (kim, lee) = (UserId::parse("kim").unwrap(), UserId::parse("lee").unwrap());
        let cursor = give(History::Payments, &kim, TransferId::new(77));
        assert_eq!(take(History::Payments, &kim, &cursor), Some(TransferId::new(77)));
        assert_eq!(take(History::Movements, &kim, &cursor), None);
        assert_eq!(take(History::Payments, &lee, &cursor), None);
        for made_up in [
            "",
            "77",
            "nonsense",
            "0000000077",
            "0000000077 ",
            "가가가가가77",
            &cursor.to_uppercase().repeat(2),
        ] {
            assert_eq!(take(History::Payments, &kim, made_up), None, "{made_up:?}");
        }
        assert_eq!(take(History::Payments, &kim, &format!("{cursor}0")), None);
    }
}
