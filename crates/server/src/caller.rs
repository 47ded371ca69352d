//! Who a caller is, and what that allows: the one place that knows.

use hyper::HeaderMap;
use usher_api::Problem;
use usher_core::{Command, UserId};

use crate::config::Mode;

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Whoever the request names: mode `open`.
    Named,
}

impl Caller {
    /// Reads who asks from a request's head.
    pub(crate) fn of(mode: Mode, _headers: &HeaderMap) -> Result<Caller, Problem> {
        match mode {
            Mode::Open => Ok(Caller::Named),
        }
    }

    /// Whether the caller may see and do what is this user's.
    pub(crate) fn may_be(&self, _user: &UserId) -> Result<(), Problem> {
        match self {
            Caller::Named => Ok(()),
        }
    }

    /// Whose hold or payment it must be, where the request names nobody; `None`: anybody's.
    pub(crate) fn owner(&self) -> Option<UserId> {
        match self {
            Caller::Named => None,
        }
    }

    /// Whether events may be sent there: `http://` and loopback receivers are for mode `open` only.
    pub(crate) fn may_send_to(&self, _url: &str) -> Result<(), Problem> {
        match self {
            Caller::Named => Ok(()),
        }
    }

    /// Whether the caller may have this done.
    pub(crate) fn may_order(&self, command: &Command) -> Result<(), Problem> {
        match command {
            Command::PlaceHold { user, .. }
            | Command::Confirm { user, .. }
            | Command::Pay { user, .. }
            | Command::Charge { user, .. }
            | Command::Use { user, .. }
            | Command::Join { user, .. }
            | Command::Leave { user, .. }
            | Command::FetchPass { user, .. } => self.may_be(user),
            Command::CancelPayment { user, .. } | Command::GiveBack { user, .. } => {
                user.as_ref().map_or(Ok(()), |user| self.may_be(user))
            }
            Command::MakeConcert { .. }
            | Command::MakePerformance(_)
            | Command::ExpireHold { .. }
            | Command::Block { .. }
            | Command::Unblock { .. }
            | Command::Close { .. }
            | Command::CancelPerformance { .. }
            | Command::AddWebhook { .. }
            | Command::RemoveWebhook { .. }
            | Command::Admit { .. }
            | Command::EndPass { .. }
            | Command::PatchRoom { .. }
            | Command::RecordDelivery(_) => match self {
                Caller::Named => Ok(()),
            },
        }
    }
}
