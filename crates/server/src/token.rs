//! Signed places and passes: what a client carries to show where it stands. Bound to room, user and number; the kind
//! is part of what is signed, so that a place is never taken for a pass.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use usher_core::{PassShown, RoomId, UserId};

/// What a token says its bearer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A place in line.
    Place,
    /// A pass.
    Pass,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Kind::Place => "place",
            Kind::Pass => "pass",
        }
    }
}

/// Signs and reads tokens.
pub(crate) struct Signer {
    key: Hmac<Sha256>,
}

/// Between the parts of a token; in no name.
const SEPARATOR: char = '~';
/// Bytes of the signature that are kept: 128 bits.
const SIGNATURE: usize = 16;

impl Signer {
    /// A signer whose key is derived from the store's secret, for this use alone.
    pub(crate) fn new(secret: &[u8; 16]) -> Self {
        let derive = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
        let key = derive.chain_update(b"usher places and passes").finalize().into_bytes();
        Self { key: Hmac::new_from_slice(&key).expect("HMAC takes keys of any length") }
    }

    /// The token of a place or pass: always the same text.
    pub(crate) fn sign(&self, kind: Kind, room: &RoomId, user: &UserId, number: u64) -> String {
        let mut token = format!("{}~{room}~{user}~{number}", kind.name());
        let signature = self.key.clone().chain_update(token.as_bytes()).finalize().into_bytes();
        token.push(SEPARATOR);
        URL_SAFE_NO_PAD.encode_string(&signature[..SIGNATURE], &mut token);
        token
    }

    /// What a token says, if we signed it as that kind.
    pub(crate) fn read(&self, kind: Kind, token: &str) -> Option<(RoomId, UserId, u64)> {
        let (said, signature) = token.rsplit_once(SEPARATOR)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok().filter(|bytes| bytes.len() == SIGNATURE)?;
        self.key.clone().chain_update(said.as_bytes()).verify_truncated_left(&signature).ok()?;
        let mut parts = said.split(SEPARATOR);
        let (named, room, user, number) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if named != kind.name() || parts.next().is_some() {
            return None;
        }
        Some((RoomId::parse(room)?, UserId::parse(user)?, number.parse().ok()?))
    }

    /// What a request shows as its right to hold.
    pub(crate) fn shown(&self, token: Option<&[u8]>) -> PassShown {
        let Some(token) = token else { return PassShown::Missing };
        match std::str::from_utf8(token).ok().and_then(|token| self.read(Kind::Pass, token)) {
            Some((room, user, number)) => PassShown::Signed { room, user, number },
            None => PassShown::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> (RoomId, UserId) {
        (RoomId::main(), UserId::stored("kim.minji"))
    }

    #[test]
    fn a_pass_reads_back_as_what_was_signed() {
        let signer = Signer::new(&[7; 16]);
        let (room, user) = parts();
        let token = signer.sign(Kind::Pass, &room, &user, 42);
        assert_eq!(token, signer.sign(Kind::Pass, &room, &user, 42), "the same pass has the same token");
        assert_eq!(signer.read(Kind::Pass, &token), Some((room, user, 42)));
    }

    #[test]
    fn a_place_is_no_pass_and_nobody_can_make_one() {
        let signer = Signer::new(&[7; 16]);
        let (room, user) = parts();
        let place = signer.sign(Kind::Place, &room, &user, 42);
        assert_eq!(signer.read(Kind::Pass, &place), None);
        let pass = signer.sign(Kind::Pass, &room, &user, 42);
        let other_house = Signer::new(&[8; 16]).sign(Kind::Pass, &room, &user, 42);
        let other_number = pass.replace("~42~", "~43~");
        let other_user = pass.replace("minji", "minjo");
        let renamed = place.replacen("place", "pass", 1);
        let cut = pass[..pass.len() - 2].to_string();
        for forged in [other_house, other_number, other_user, renamed, cut, String::new(), "pass~~~~".into()]
        {
            assert_eq!(signer.read(Kind::Pass, &forged), None, "{forged}");
        }
    }
}
