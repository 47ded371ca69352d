//! What a form of a page sends, in the query or in a body.

use percent_encoding::percent_decode_str;
use usher_core::{SeatNumber, UserId};

/// The members of a form, in the order sent.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    pub(crate) fn of(text: &str) -> Self {
        let decoded = |part: &str| {
            let blanks = part.replace('+', " ");
            percent_decode_str(&blanks).decode_utf8_lossy().into_owned()
        };
        let members = text.split('&').filter_map(|member| member.split_once('='));
        Self(members.map(|(name, value)| (decoded(name), decoded(value))).collect())
    }

    /// A member; empty if it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A member that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name).parse().ok()
    }

    /// Who the fan says to be.
    pub(crate) fn user(&self) -> Option<UserId> {
        UserId::parse(self.get("as"))
    }

    /// Every seat that was ticked, ascending, each once.
    pub(crate) fn seats(&self) -> Vec<SeatNumber> {
        let ticked =
            self.0.iter().filter(|(name, _)| name == "seat").filter_map(|(_, seat)| seat.parse().ok());
        let mut seats: Vec<SeatNumber> = ticked.map(SeatNumber::new).collect();
        seats.sort_unstable();
        seats.dedup();
        seats
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_send_it() {
        let form = Form::of("as=kim%40home&seat=12&seat=7&seat=12&seat=x&do=hold+on");
        assert_eq!(form.user(), UserId::parse("kim@home"));
        assert_eq!(form.seats(), [7, 12].map(SeatNumber::new));
        assert_eq!((form.get("do"), form.get("none"), form.number("as")), ("hold on", "", None));
    }
}
