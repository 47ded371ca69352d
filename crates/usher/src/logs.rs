//! Logs: sentences on stderr, coloured only on a terminal.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::failed::Failed;

/// Begins to log at the level that the settings say.
pub fn start(level: &str) -> Result<(), Failed> {
    let filter = EnvFilter::try_new(level).map_err(|_| {
        Failed::usage(format!("log.level: `{level}` is none of error, warn, info, debug, trace"))
    })?;
    let colours =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let logs =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // A second start within one process, in tests, keeps the first.
    let _ = logs.try_init();
    Ok(())
}
