//! A MariaDB of a test's own, which may be set up badly and killed.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A server in a directory that goes with it.
pub struct PrivateServer {
    dir: TempDir,
    url: String,
}

impl PrivateServer {
    /// Starts one, or says why there is none on this machine.
    pub fn start() -> Result<Self, String> {
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let url = script("start", dir.path().to_path_buf())?;
        Ok(Self { dir, url })
    }

    /// Its URL, without a database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a statement as the one who may do everything.
    pub fn run(&self, sql: &str) {
        let socket = format!("--socket={}", self.dir.path().join("socket").display());
        let ran = Command::new("mariadb").args(["--no-defaults", &socket, "--execute", sql]).status();
        assert!(ran.is_ok_and(|status| status.success()), "the server refused {sql}");
    }

    /// Ends it at once, as a power cut would, and starts it again on the same data.
    pub fn kill_and_start_again(&self) {
        let pid = std::fs::read_to_string(self.dir.path().join("pid")).expect("a server that runs has a pid");
        let killed = Command::new("kill").args(["-KILL", pid.trim()]).status();
        assert!(killed.is_ok_and(|status| status.success()), "the server could not be killed");
        script("start", self.dir.path().to_path_buf()).expect("the server starts again");
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        let _ = script("stop", self.dir.path().to_path_buf());
    }
}

fn script(verb: &str, dir: PathBuf) -> Result<String, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/mariadb");
    let ran = Command::new(script).arg(verb).arg(dir).output().map_err(|error| error.to_string())?;
    match ran.status.success() {
        true => Ok(String::from_utf8_lossy(&ran.stdout).trim().to_string()),
        false => Err(String::from_utf8_lossy(&ran.stderr).trim().to_string()),
    }
}
