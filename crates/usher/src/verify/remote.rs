//! Asking a running server to examine its own store.

use std::net::ToSocketAddrs;
use std::time::Duration;

use usher_core::invariant::Report;
use usher_lab::client::Client;
use usher_lab::draft::Draft;
use usher_lab::target::Target;

use crate::failed::Failed;

/// A large store takes its time.
const PATIENCE: Duration = Duration::from_secs(600);

/// What the server behind an operator's address finds.
pub fn ask(url: &str) -> Result<Report, Failed> {
    let usage = || Failed::usage(format!("--target: `{url}` is not of the form http://host:port"));
    let host = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/')).ok_or_else(usage)?;
    let address = host.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or_else(usage)?;
    let mut client = Client::new(Target::from(address), PATIENCE);
    let mut draft = Draft::default();
    draft.start("verify", http::Method::GET, format_args!("/admin/verify"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failed::environment(error.to_string()))?;
    let answer = runtime.block_on(client.send(&mut draft));
    let answer =
        answer.map_err(|silence| Failed::environment(format!("{url} does not answer: {silence}")))?;
    if !answer.is_ok() {
        let says = String::from_utf8_lossy(&answer.body).into_owned();
        return Err(Failed::environment(format!("{url} answers {}: {says}", answer.status)));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|error| Failed::environment(format!("{url} answers no report of this version: {error}")))
}
