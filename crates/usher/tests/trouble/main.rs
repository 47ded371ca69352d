//! The real server in trouble: a full disk, one that fails, a damaged or locked file, an end in the middle of a sale.
//! Whatever happens, what buyers were told is true after the next start.

#![expect(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]

mod buyers;
mod damage;
mod disk;
mod ending;
mod failing_disk;
mod full_disk;
mod locked;
#[path = "../process/mod.rs"]
mod process;
mod wire;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use process::{Ended, Serving, serve, text, usher};

/// Longer than anything here takes.
const SOON: Duration = Duration::from_secs(60);

/// A directory to serve, with the log of its servers beside it.
struct House {
    data: PathBuf,
    log: PathBuf,
    more: Vec<(&'static str, String)>,
}

impl House {
    fn at(data: &Path, log: &Path) -> House {
        House { data: data.into(), log: log.join("log"), more: Vec::new() }
    }

    /// What serves it. Buyers need no pass.
    fn command(&self) -> std::process::Command {
        let mut command = serve(&self.data);
        command.args(["--set", "room.gate=off"]).envs(self.more.iter().map(|(name, value)| (name, value)));
        command
    }

    fn serve(&self) -> Serving {
        let log = std::fs::File::options().create(true).append(true).open(&self.log).unwrap();
        Serving::start(self.command().stderr(log))
    }

    /// Serves it to no avail.
    #[track_caller]
    fn must_be_refused(&self, says: &str) {
        let mut command = self.command();
        // A server that starts all the same is stopped.
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let _ = child.kill();
        assert_eq!(ready, "", "it serves");
        Ended::from(child.wait_with_output().unwrap()).must_end_with(3, says);
    }

    fn verify(&self) -> Ended {
        usher(&["verify", "--data", text(&self.data)])
    }

    #[track_caller]
    fn must_have_logged(&self, says: &str) {
        let log = std::fs::read_to_string(&self.log).unwrap();
        assert!(log.contains(says), "the log does not say {says:?}: {log}");
    }

    /// Serves it again: what buyers were told is true, and every invariant holds.
    fn must_keep_its_word(&self, sale: &buyers::Sale) {
        let mut serving = self.serve();
        sale.must_be_true(&serving.url);
        serving.signal("TERM");
        assert_eq!(serving.ends_within(SOON), Some(0));
        self.verify().must_end_with(0, "");
    }
}

/// Waits until something is so.
fn until(what: &str, so: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !so() {
        assert!(began.elapsed() < SOON, "{what} has not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Says that a test cannot run here. In CI that is a failure.
fn skip(why: &str) {
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!in_ci, "nothing to test on: {why}");
    println!("SKIPPED: {why}");
}
