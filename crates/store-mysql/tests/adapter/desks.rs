//! Desks that meet: locks in one order, so that none is ever rolled back for another's sake.

use std::sync::Arc;

use usher_core::{
    Account, Answer, AnswerKey, Answered, BalanceId, Changes, Command, ConcertId, Key, Keys, Money,
    NewPerformance, Order, PerformanceId, Place, PlaceState, Reply, Room, RoomId, Rows, Settings, Span,
    Timestamp, UserId,
};
use usher_engine::{Desk, DeskLoop, Reader, RowKind, StoreError, Tx};
use usher_store_mysql::{MysqlDesk, OpenOptions, Opened, open};

use crate::database;
use crate::databases::Database;

const BATCHES: u64 = 1_000;

/// Numbers that look thrown, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }
}

fn opened(database: &Database, desks: usize) -> Opened {
    open(&database.url(), OpenOptions { desks, readers: 1, ..OpenOptions::default() }).expect("it opens")
}

/// Three performances to lock.
fn stage(database: &Database) -> Vec<PerformanceId> {
    let (desk, ids) = opened(database, 1).desks.pop().expect("one desk was asked for");
    let fatal = Arc::new(|error: &_| panic!("nothing here is fatal: {error}"));
    let mut desk =
        DeskLoop::new(desk, Box::new(ids), Settings::default(), Vec::new(), fatal).expect("it begins");
    let mut done = |command| {
        let answer = desk.serve_batch(&[&Order::unkeyed(command)]).pop().expect("one order, one answer");
        answer.expect("the store takes it").expect("nothing speaks against it").reply
    };
    let Reply::Concert(concert) = done(Command::MakeConcert { title: "밤의 노래".into() }) else {
        panic!("a concert was asked for")
    };
    let new = NewPerformance {
        concert: concert.id,
        begins_at: Timestamp::from_unix_ms(4_000_000_000_000),
        duration: Span::from_secs(7_200),
        title: "첫날".into(),
        description: None,
        price: Money::from_minor_units(1_000),
        seats_max: 50,
        sale_opens_at: None,
        sale_closes_at: None,
        hold_ttl: None,
        seats_per_user_max: None,
        room: None,
    };
    let performance = |_| match done(Command::MakePerformance(new.clone())) {
        Reply::Performance(programme) => programme.performance.id,
        other => panic!("a performance was asked for: {other:?}"),
    };
    (0..3).map(performance).collect()
}

/// Keys of some kinds, of which other desks want some at the same time. Not of every kind: a first row that all
/// want would part the desks before they can meet in the wrong order.
fn some_keys(dice: &mut Dice, batch: u64, shows: &[PerformanceId]) -> Keys {
    let mut keys = Keys::default();
    let kinds = 1 + dice.below(31);
    let wants = |kind: u64| kinds & (1 << kind) != 0;
    for n in 0..6 {
        // By turns, so that new users stand among known ones.
        let user = UserId::stored(&format!("{n}-{}", (batch + n * 2) / 12));
        let room = RoomId::stored(if n < 3 { "main" } else { "vip" });
        if wants(0) && dice.one_in(2) {
            keys.locks.insert(Key::Answer(AnswerKey(u128::from(batch / 4 * 100 + n) << 64)));
        }
        if wants(1) && dice.one_in(4) {
            keys.locks.insert(Key::Performance(shows[n as usize % shows.len()]));
        }
        if wants(2) && dice.one_in(4) {
            keys.locks.insert(Key::Room(room.clone()));
        }
        if wants(3) && dice.one_in(2) {
            keys.locks.insert(Key::Place(room, user.clone()));
        }
        if wants(4) && dice.one_in(2) {
            keys.locks.insert(Key::Account(user.clone()));
            if dice.one_in(2) {
                keys.opens.insert(user);
            }
        }
    }
    keys
}

/// What might come of the locks: each row is made, changed or left.
fn some_changes(dice: &mut Dice, keys: &Keys, rows: &Rows, at: Timestamp, fresh: &mut u64) -> Changes {
    let mut changes = Changes::default();
    for key in &keys.locks {
        *fresh += 1;
        match key {
            Key::Answer(key) if !rows.answers.contains_key(key) && dice.one_in(2) => {
                let answered = Answered::Concert(ConcertId::new(1));
                changes.answers.push(Answer { key: *key, request: 1, answered, at });
            }
            Key::Performance(id) => {
                let mut stage = rows.houses[id].stage;
                stage.version += 1;
                changes.stages.insert(*id, stage);
            }
            Key::Account(user) => {
                let opened = || keys.opens.contains(user).then(|| account(user, *fresh, at));
                let found = rows.accounts.get(user).cloned().or_else(opened);
                changes.accounts.extend(found.filter(|_| dice.one_in(2)).map(|found| (user.clone(), found)));
            }
            Key::Room(id) => {
                let mut room = rows.rooms.get(id).cloned().unwrap_or_else(|| Room::new(id.clone()));
                room.admitted += 1;
                changes.rooms.insert(id.clone(), room);
            }
            Key::Place(room, user) if dice.one_in(2) => {
                let (room, user) = (room.clone(), user.clone());
                let state = PlaceState::Waiting;
                let place = Place {
                    room: room.clone(),
                    user,
                    number: *fresh,
                    joined_at: at,
                    state,
                    event_sequence: 0,
                };
                changes.places.insert((room, *fresh), Some(place));
            }
            Key::Answer(_) | Key::Place(..) => {}
        }
    }
    changes
}

fn account(user: &UserId, id: u64, at: Timestamp) -> Account {
    let (id, balance) = (BalanceId::new(id), Money::ZERO);
    Account { id, user: user.clone(), balance, created_at: at, updated_at: at, event_sequence: 0 }
}

/// Locks, changes and commits, over and over; how often the server rolled it back.
fn work(
    mut desk: MysqlDesk,
    number: u64,
    shows: &[PerformanceId],
    gives_up: bool,
) -> Result<u64, StoreError> {
    let (mut dice, mut fresh, mut rolled_back) = (Dice(number), number * 1_000_000, 0);
    let mut latest = Timestamp::default();
    for batch in 0..BATCHES {
        let mut once = || -> Result<(), StoreError> {
            let mut rows = Rows::default();
            let mut tx = desk.begin()?;
            let keys = some_keys(&mut dice, batch, shows);
            let at = tx.lock(&keys, &mut rows)?;
            assert!(at >= latest, "a desk's time went backwards");
            latest = at;
            if gives_up && dice.one_in(4) {
                return Ok(());
            }
            tx.write(&some_changes(&mut dice, &keys, &rows, at, &mut fresh))?;
            tx.commit().map_err(|error| panic!("nobody cuts the way: {error}"))
        };
        match once() {
            Ok(()) => {}
            Err(StoreError::RolledBack { source, .. }) => {
                println!("desk {number}, batch {batch}: {source}");
                rolled_back += 1;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(rolled_back)
}

fn rolled_back(desks: usize, gives_up: bool) -> Option<u64> {
    let database = database()?;
    let shows = stage(&database);
    let mut opened = opened(&database, desks);
    let rolled_back = std::thread::scope(|scope| {
        let (shows, desks) = (&shows, opened.desks.drain(..).zip(1..));
        let at_work: Vec<_> = desks
            .map(|((desk, _), number)| scope.spawn(move || work(desk, number, shows, gives_up)))
            .collect();
        at_work.into_iter().map(|desk| desk.join().expect("no desk panics").expect("no desk fails")).sum()
    });
    let reader = opened.readers.last_mut().expect("a store has readers");
    let accounts = reader.scan(RowKind::Account, None, 10_000).expect("accounts can be read").0;
    assert!(accounts.len() > 10, "the desks did too little to meet");
    assert_eq!(
        database.number(&format!("SELECT COUNT(*) FROM {}.accounts WHERE id = 0", database.name())),
        Ok(0)
    );
    assert_eq!(
        database.number(&format!("SELECT COUNT(*) FROM {}.places WHERE number IS NULL", database.name())),
        Ok(0)
    );
    Some(rolled_back)
}

#[test]
fn two_desks_that_want_the_same_rows_wait_for_each_other_and_never_deadlock() {
    assert!(rolled_back(2, true).is_none_or(|rolled_back| rolled_back == 0), "desks met in the wrong order");
}

/// With a third desk, a batch that gives its fresh rows up leaves two behind it that wait for the same gap, of which
/// the server runs one again; so here none gives up.
#[test]
fn four_desks_that_want_the_same_rows_wait_for_each_other_and_never_deadlock() {
    assert!(rolled_back(4, false).is_none_or(|rolled_back| rolled_back == 0), "desks met in the wrong order");
}
