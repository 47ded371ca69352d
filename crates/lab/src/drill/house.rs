//! The house under a drill: a process of the real binary, and its database if it has one.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use super::{Drill, Victim};
use crate::target::Target;

/// Where a house keeps its truth.
#[derive(Clone, Debug)]
pub enum Store {
    /// SQLite in a directory.
    Directory(PathBuf),
    /// `mysql://…`
    Url(String),
}

impl Store {
    fn arguments(&self) -> [String; 2] {
        match self {
            Store::Directory(dir) => ["--data".to_owned(), dir.display().to_string()],
            Store::Url(url) => ["--set".to_owned(), format!("store.url={url}")],
        }
    }
}

/// Longer than any start on a store of a drill.
const START_MAX: Duration = Duration::from_secs(60);
/// Longer than the server takes to drain.
const END_MAX: Duration = Duration::from_secs(60);

/// A house that is started, killed and started again.
pub struct House {
    usher: PathBuf,
    store: Store,
    settings: Vec<String>,
    log: PathBuf,
    running: Option<Running>,
    /// What a start took.
    start_took: Duration,
}

struct Running {
    child: Child,
    target: Target,
    admin: Target,
}

impl House {
    pub(super) fn prepare(drill: &Drill, settings: &[&str]) -> Self {
        Self {
            usher: drill.usher.clone(),
            store: drill.store.clone(),
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
            log: drill.work.join("server.log"),
            running: None,
            start_took: Duration::from_millis(100),
        }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.usher);
        command.args(words).args(self.store.arguments());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("USHER_") {
                command.env_remove(name);
            }
        }
        command
    }

    fn spawn(&self) -> anyhow::Result<(Child, Receiver<String>)> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = self.command(&["serve", "--mode", "open"]);
        command.args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
        command.args(self.settings.iter().flat_map(|setting| ["--set", setting]));
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn();
        let mut child = child.with_context(|| format!("{} cannot be run", self.usher.display()))?;
        let stdout = child.stdout.take().context("stdout is piped")?;
        Ok((child, first_line(stdout)))
    }

    /// Starts the server and waits until it listens.
    pub(super) fn start(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        let (mut child, line) = self.spawn()?;
        let line = line.recv_timeout(START_MAX).unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["listening", "on", target, "admin", "on", admin] = words[..] else {
            let _ = child.kill();
            bail!("the server did not start ({:?}):\n{}", child.wait()?, self.last_words());
        };
        self.start_took = began.elapsed();
        self.running = Some(Running { target: target.parse()?, admin: admin.parse()?, child });
        Ok(())
    }

    /// Starts the server and kills it after this share of a start, before it listens. Whether it was so early is
    /// certain: its line is looked for after its end.
    pub(super) fn kill_in_start_up(&mut self, share: f64) -> anyhow::Result<bool> {
        const TRIES: u32 = 5;
        for tried in 0..TRIES {
            let (mut child, line) = self.spawn()?;
            std::thread::sleep(self.start_took.mul_f64(share) / 2_u32.pow(tried));
            child.kill()?;
            child.wait()?;
            if let Err(RecvTimeoutError::Disconnected) = line.recv_timeout(END_MAX) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What kills the victim at once, from any thread.
    pub(super) fn kill_of(&self, victim: &Victim) -> anyhow::Result<impl FnOnce() -> bool + Send + use<>> {
        let pid = match victim {
            Victim::Server => Pid::from_child(&self.running()?.child),
            Victim::Database { script, dir } => Database { script, dir }.process()?,
        };
        Ok(move || kill_process(pid, Signal::KILL).is_ok())
    }

    /// Waits for the end of a server that was killed.
    pub(super) fn reap(&mut self) -> anyhow::Result<()> {
        let mut running = self.running.take().context("the server runs")?;
        let status = running.child.wait()?;
        ensure!(status.code().is_none(), "the server ended by itself ({status}):\n{}", self.last_words());
        Ok(())
    }

    /// Tells the server to end and waits; how it ended.
    pub(super) fn end(&mut self) -> anyhow::Result<String> {
        let mut running = self.running.take().context("the server runs")?;
        kill_process(Pid::from_child(&running.child), Signal::TERM)?;
        let began = Instant::now();
        while began.elapsed() < END_MAX {
            if let Some(status) = running.child.try_wait()? {
                return Ok(status.to_string());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        running.child.kill()?;
        running.child.wait()?;
        Ok(format!("did not end within {END_MAX:?}"))
    }

    /// Verifies the store beside the server; its status and what it says.
    pub(super) fn verify(&self, acks: &Path) -> anyhow::Result<(bool, String)> {
        let ended = self.command(&["verify"]).arg("--acks").arg(acks).output()?;
        let says = [ended.stdout, ended.stderr].concat();
        Ok((ended.status.success(), String::from_utf8_lossy(&says).into_owned()))
    }

    /// Where buyers are served.
    pub(super) fn target(&self) -> anyhow::Result<&Target> {
        Ok(&self.running()?.target)
    }

    /// Where the operator is served.
    pub(super) fn admin(&self) -> anyhow::Result<&Target> {
        Ok(&self.running()?.admin)
    }

    fn running(&self) -> anyhow::Result<&Running> {
        self.running.as_ref().context("the server does not run")
    }

    fn last_words(&self) -> String {
        const LINES: usize = 20;
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // It is killed to be gone; one that is gone already is as good.
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

/// The first line, once it is there; the sender goes when the output ends.
fn first_line(stdout: ChildStdout) -> Receiver<String> {
    let (sender, line) = channel();
    std::thread::spawn(move || {
        let mut first = String::new();
        if let Ok(1..) = BufReader::new(stdout).read_line(&mut first) {
            // Whoever waited may have given up.
            let _ = sender.send(first);
        }
    });
    line
}

/// A database that `scripts/mariadb` keeps in a directory.
pub(super) struct Database<'a> {
    pub(super) script: &'a Path,
    pub(super) dir: &'a Path,
}

impl Database<'_> {
    /// Starts it again under the same URL.
    pub(super) fn start(&self) -> anyhow::Result<()> {
        let started = self.starting().status()?;
        ensure!(started.success(), "the database did not start; see {}/log", self.dir.display());
        Ok(())
    }

    /// Starts it and kills it so long after its process is there; whether it was killed before it answered.
    pub(super) fn kill_in_start_up(&self, after: Duration) -> anyhow::Result<bool> {
        let before = self.process()?;
        let mut starting = self.starting().spawn()?;
        while self.process()? == before && starting.try_wait()?.is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(after);
        let process = self.process()?;
        ensure!(process != before, "the database did not start; see {}/log", self.dir.display());
        // One that ended by itself is gone already, and its script says that it failed.
        let is_killed = kill_process(process, Signal::KILL).is_ok();
        Ok(is_killed && !starting.wait()?.success())
    }

    fn process(&self) -> anyhow::Result<Pid> {
        let file = self.dir.join("pid");
        let mut id = String::new();
        // It is empty for a moment while it is written.
        for _ in 0..1_000 {
            id = std::fs::read_to_string(&file)?;
            if id.ends_with('\n') {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Pid::from_raw(id.trim().parse()?).context("there is no such process")
    }

    fn starting(&self) -> Command {
        // Its server lives on with the descriptors it was given: none of ours may be among them.
        let mut start = Command::new(self.script);
        start.arg("start").arg(self.dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        start
    }
}
