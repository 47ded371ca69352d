//! A file that another program has locked: said, and gone when the lock is.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::House;
use crate::buyers::Sale;
use crate::wire::ask;

const LOCKED: &str = "another program holds a lock on the file: end it";

/// The shell of SQLite in the middle of a transaction.
struct Locked(Child);

impl Locked {
    fn by_a_shell(data: &Path) -> Locked {
        let mut command = Command::new("sqlite3");
        command.arg(data.join("usher.db")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = command.spawn().unwrap();
        shell.stdin.as_mut().unwrap().write_all(b"BEGIN IMMEDIATE; SELECT 'locked';\n").unwrap();
        let mut said = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "locked\n");
        Locked(shell)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn orders_are_refused_while_another_program_has_the_file_locked() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::at(&folder.path().join("data"), folder.path());
    let serving = house.serve();
    let mut sale = Sale::open(&serving.url);
    let locked = Locked::by_a_shell(&house.data);
    let buyers = sale.begin(&serving.url);
    buyers.until_refused(50);
    let seats = format!("/api/availability/seats/{}/0", sale.performance());
    ask(&serving.url, "GET", &seats, "").expect(200);
    house.must_have_logged(LOCKED);
    drop(locked);
    buyers.until_held(50);
    buyers.stop(&mut sale);
    sale.must_be_true(&serving.url);
}

#[test]
fn a_server_does_not_start_on_a_file_that_another_program_has_locked() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::at(&folder.path().join("data"), folder.path());
    drop(house.serve());
    let locked = Locked::by_a_shell(&house.data);
    house.must_be_refused(LOCKED);
    drop(locked);
    drop(house.serve());
}
