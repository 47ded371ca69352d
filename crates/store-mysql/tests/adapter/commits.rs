//! Commits that get no answer are settled, and what is said of them is true.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use usher_core::{Command, Money, Order, Settings, UserId};
use usher_engine::{DeskLoop, Failure, Reader};
use usher_store_mysql::{MysqlDesk, MysqlReader, OpenOptions, open};

use crate::databases::Database;
use crate::proxy::{Proxy, Toxic};
use crate::{database, private_server};

/// Counts what a desk said of charges of one won each.
struct Buyer {
    desk: DeskLoop<MysqlDesk>,
    reader: MysqlReader,
    done: u64,
    unknown: u64,
    refused: u64,
}

impl Buyer {
    fn at(url: &str) -> Self {
        let options = OpenOptions { desks: 1, readers: 1, ..OpenOptions::default() };
        let mut opened = open(url, options).expect("the store opens");
        let (desk, ids) = opened.desks.pop().expect("one desk was asked for");
        let fatal = Arc::new(|error: &_| panic!("nothing here is fatal: {error}"));
        let desk = DeskLoop::new(desk, Box::new(ids), Settings::default(), Vec::new(), fatal);
        let desk = desk.expect("the desk needs nothing to begin");
        let reader = opened.readers.pop().expect("one reader was asked for");
        Self { desk, reader, done: 0, unknown: 0, refused: 0 }
    }

    fn charge(&mut self) -> Result<(), Failure> {
        let order = Order::unkeyed(Command::Charge { user: kim(), amount: Money::from_minor_units(1) });
        let answer = self.desk.serve_batch(&[&order]).pop().expect("one order has one answer");
        match answer {
            Ok(outcome) => {
                outcome.expect("nothing speaks against a charge");
                self.done += 1;
                Ok(())
            }
            Err(failure) => {
                match failure {
                    Failure::TryAgain => self.refused += 1,
                    Failure::OutcomeUnknown => self.unknown += 1,
                    Failure::Internal => panic!("a charge is no bug"),
                }
                Err(failure)
            }
        }
    }

    fn balance(&mut self) -> u64 {
        let account = self.reader.account(&kim()).expect("accounts can be read");
        account.map_or(0, |account| account.balance.minor_units())
    }

    /// What was acknowledged is there, what failed is not.
    fn check(&mut self) {
        let balance = self.balance();
        assert!(
            (self.done..=self.done + self.unknown).contains(&balance),
            "the balance is {balance}; {} charges were acknowledged, {} are unknown, {} failed",
            self.done,
            self.unknown,
            self.refused
        );
    }
}

fn kim() -> UserId {
    UserId::stored("kim")
}

/// A buyer whose desk reaches the database through a proxy; its reader reads past it.
fn behind_a_proxy(database: &Database) -> (Buyer, Proxy) {
    let url = database.url();
    let (before, rest) = url.rsplit_once('@').expect("the URL names a user");
    let (address, name) = rest.split_once('/').expect("the URL names a database");
    let proxy = Proxy::before(address);
    let mut buyer = Buyer::at(&format!("{before}@127.0.0.1:{}/{name}", proxy.port()));
    let direct = open(&url, OpenOptions { desks: 0, readers: 1, ..OpenOptions::default() });
    buyer.reader = direct.expect("the store opens").readers.pop().expect("one reader was asked for");
    (buyer, proxy)
}

#[test]
fn a_commit_that_never_arrived_is_known_to_have_failed() {
    let Some(database) = database() else { return };
    let (mut buyer, proxy) = behind_a_proxy(&database);
    for round in 1..=5 {
        buyer.charge().expect("the way is free");
        proxy.set(Toxic::LoseCommit);
        assert_eq!(buyer.charge(), Err(Failure::TryAgain));
        assert_eq!(buyer.balance(), round);
    }
}

#[test]
fn a_commit_whose_answer_was_lost_is_known_to_have_happened() {
    let Some(database) = database() else { return };
    let (mut buyer, proxy) = behind_a_proxy(&database);
    for round in 1..=5 {
        buyer.charge().expect("the way is free");
        proxy.set(Toxic::LoseAnswer);
        buyer.charge().expect("the charge happened, and the marker says so");
        assert_eq!(buyer.balance(), 2 * round);
    }
}

#[test]
fn a_commit_that_cannot_be_settled_in_five_seconds_is_unknown() {
    let Some(database) = database() else { return };
    let (mut buyer, proxy) = behind_a_proxy(&database);
    buyer.charge().expect("the way is free");
    proxy.set(Toxic::LoseServer);
    let began = Instant::now();
    assert_eq!(buyer.charge(), Err(Failure::OutcomeUnknown));
    let took = began.elapsed();
    assert!(took > Duration::from_secs(4) && took < Duration::from_secs(8), "it took {took:?}");
    assert_eq!(buyer.charge(), Err(Failure::TryAgain), "nothing is decided while the server is away");
    proxy.set(Toxic::None);
    buyer.charge().expect("the desk finds its marker again");
    buyer.check();
}

#[test]
fn a_server_killed_under_commits_loses_nothing_that_was_acknowledged() {
    let Some(server) = private_server() else { return };
    let database = Database::on(server.url()).expect("the private server takes databases");
    let mut buyer = Buyer::at(&database.url());
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for pause_ms in [300, 450, 700] {
                std::thread::sleep(Duration::from_millis(pause_ms));
                server.kill_and_start_again();
            }
            std::thread::sleep(Duration::from_millis(300));
            ended.store(true, Ordering::SeqCst);
        });
        let until = Instant::now() + Duration::from_secs(120);
        while !ended.load(Ordering::SeqCst) && Instant::now() < until {
            if buyer.charge().is_err() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    });
    buyer.check();
    buyer.charge().expect("the desk goes on");
    println!("{} done, {} failed, {} unknown", buyer.done, buyer.refused, buyer.unknown);
    assert!(
        buyer.done > 10 && buyer.refused + buyer.unknown > 0,
        "the server was killed, and nobody noticed"
    );
}
