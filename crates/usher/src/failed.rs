//! How a command ends that did not do what it was told.

use std::process::ExitCode;

use usher_engine::StoreError;

/// Why a command failed: an exit status, and a sentence for stderr that says what to do.
#[derive(Debug)]
pub struct Failed {
    status: Status,
    says: String,
}

/// Exit statuses but 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// A check failed: an assertion, an invariant.
    Check = 1,
    /// Usage or configuration.
    Usage = 2,
    /// The environment failed: a port is taken, a disk is full, there is no such target.
    Environment = 3,
}

impl Failed {
    /// A check failed.
    pub fn check(says: impl Into<String>) -> Failed {
        Failed { status: Status::Check, says: says.into() }
    }

    /// The command or a setting is wrong.
    pub fn usage(says: impl Into<String>) -> Failed {
        Failed { status: Status::Usage, says: says.into() }
    }

    /// Something around the command failed.
    pub fn environment(says: impl Into<String>) -> Failed {
        Failed { status: Status::Environment, says: says.into() }
    }

    /// Its exit status.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.status as u8)
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.says)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Failed {
        Failed::environment(chain(&error))
    }
}

/// An error with its causes, one sentence.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
