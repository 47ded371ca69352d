//! Running the real binary: commands to their end, and servers that end with their test.

#![expect(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]
#![allow(dead_code, reason = "every test file takes what it needs")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What a command said and how it ended.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    pub fn from(output: Output) -> Ended {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended {
            status: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    #[track_caller]
    pub fn must_end_with(&self, status: i32, stderr_says: &str) {
        assert_eq!(self.status, status, "{self:#?}");
        assert!(self.stderr.contains(stderr_says), "stderr does not say {stderr_says:?}: {self:#?}");
    }
}

/// A command of the binary, without settings of this machine.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usher"));
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("USHER_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end.
pub fn usher(arguments: &[&str]) -> Ended {
    Ended::from(command(arguments).output().unwrap())
}

/// Runs anything to its end.
pub fn run(command: &mut Command) -> Ended {
    Ended::from(command.output().unwrap())
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What serves a directory in mode open, on ports of its own.
pub fn serve(dir: &Path) -> Command {
    let ports = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    let mut command = command(&["serve", "--mode", "open", "--data", text(dir)]);
    command.args(ports);
    command
}

/// A server on ports of its own. Killed when its test ends.
pub struct Serving {
    pub child: Child,
    pub url: String,
    pub admin: String,
}

impl Serving {
    /// Serves a directory in mode open, with more arguments.
    pub fn of(dir: &Path, more: &[&str]) -> Serving {
        Serving::start(serve(dir).args(more))
    }

    /// Runs a command that serves, until it is ready.
    pub fn start(command: &mut Command) -> Serving {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let words: Vec<&str> = line.trim_end().split(' ').collect();
        let ["listening", "on", url, "admin", "on", admin] = words[..] else {
            let _ = child.kill();
            panic!("no ready line: {line:?}");
        };
        Serving { url: url.to_string(), admin: admin.to_string(), child }
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end and says how it ended.
    pub fn ends_within(&mut self, patience: Duration) -> Option<i32> {
        let began = Instant::now();
        while began.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server has not ended in {patience:?}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
