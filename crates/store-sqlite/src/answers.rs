//! Remembered answers. Those of a batch are one row of `answers_new`, and are kept in memory until they are written
//! behind, in order of their keys: random keys in a big tree would cost a page a hold. They go to two tables by turns,
//! each for a day; the older one is looked up as well until it is emptied in slices.

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashSet;
use usher_core::{Answer, AnswerKey, Timestamp};
use usher_engine::StoreError;

use crate::behind::{Behind, Generation};
use crate::cells;
use crate::error::{Sql, store_error, violated};
use crate::reader::unpack;
use crate::seen::Seen;

/// Which table takes new answers, and since when.
#[derive(Clone, Copy)]
struct Turn {
    table: usize,
    since: Timestamp,
    /// Whether the other table is being emptied for its turn.
    is_emptying: bool,
}

/// What is remembered, and where.
pub(crate) struct Answers {
    turn: Turn,
    /// The turn as it is when the transaction under way is gone.
    turn_committed: Turn,
    /// Which keys each table may have.
    seen: [Seen; 2],
    /// Those that neither table has.
    behind: Behind<AnswerKey, Answer>,
    /// The latest row of new ones, committed or not.
    last: u64,
    /// Until which row of new ones all have been put in their table, and which rows are deleted.
    written: u64,
    deleted: u64,
    /// Keys that the transaction under way has looked for in vain.
    absent: FxHashSet<AnswerKey>,
}

const GENERATION: Generation = Generation(48_000);

const LOOK_UP: [&str; 2] = [
    "SELECT request, answered, at FROM answers_0 WHERE key = ?1",
    "SELECT request, answered, at FROM answers_1 WHERE key = ?1",
];
/// A process that was killed within a generation has put some of it there.
const INSERT: [&str; 2] = [
    "INSERT OR IGNORE INTO answers_0 VALUES(?1, ?2, ?3, ?4)",
    "INSERT OR IGNORE INTO answers_1 VALUES(?1, ?2, ?3, ?4)",
];
const EMPTY_SLICE: [&str; 2] = [
    "DELETE FROM answers_0 WHERE key IN (SELECT key FROM answers_0 LIMIT 500)",
    "DELETE FROM answers_1 WHERE key IN (SELECT key FROM answers_1 LIMIT 500)",
];

impl Answers {
    /// How long a table takes new answers; each is therefore found for at least so long.
    const TURN_MS: i64 = 24 * 3600 * 1000;

    pub(crate) fn open(db: &Connection) -> Sql<Self> {
        let meta =
            |name: &str| db.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0));
        let (turn, since): (i64, i64) = (meta("answers_turn")?, meta("answers_since")?);
        let (table, since) = ((turn & 1) as usize, Timestamp::from_unix_ms(since));
        let turn = Turn { table, since, is_emptying: false };
        let mut answers = Self {
            turn,
            turn_committed: turn,
            seen: [Seen::of(db, 0)?, Seen::of(db, 1)?],
            behind: Behind::new(GENERATION),
            last: 0,
            written: 0,
            deleted: 0,
            absent: FxHashSet::default(),
        };
        answers.recall(db)?;
        Ok(answers)
    }

    /// Reads those that an earlier process did not come to write.
    fn recall(&mut self, db: &Connection) -> Sql<()> {
        let mut new = db.prepare("SELECT id, packed FROM answers_new ORDER BY id")?;
        let mut rows = new.query([])?;
        while let Some(row) = rows.next()? {
            let id = cells::id(row, 0)?;
            if self.last == 0 {
                self.deleted = id - 1;
            }
            self.last = id;
            for answer in unpack::<Vec<Answer>>(row, 1)? {
                self.behind.note(answer.key, answer, self.last);
            }
        }
        self.behind.committed();
        Ok(())
    }

    /// Looks a key up within the open transaction; what was not there is not there for the rest of it.
    pub(crate) fn find(&mut self, db: &Connection, key: AnswerKey) -> Sql<Option<Answer>> {
        if self.absent.contains(&key) {
            return Ok(None);
        }
        if let Some(answer) = self.behind.get(&key) {
            return Ok(Some(answer.clone()));
        }
        let tables = [self.turn.table, 1 - self.turn.table];
        for table in tables.into_iter().filter(|table| self.seen[*table].may_have(key)) {
            let mut look_up = db.prepare_cached(LOOK_UP[table])?;
            let found = look_up.query_row([&key.0.to_be_bytes()[..]], |row| {
                let request = row.get::<_, i64>(0)? as u64;
                Ok(Answer { key, request, answered: unpack(row, 1)?, at: cells::time(row, 2)? })
            });
            if let Some(answer) = found.optional()? {
                return Ok(Some(answer));
            }
        }
        self.absent.insert(key);
        Ok(None)
    }

    /// Writes those of a batch within the open transaction. The last line against answering a key twice: none of them
    /// may be known.
    pub(crate) fn write(&mut self, db: &Connection, answers: &[Answer]) -> Result<(), StoreError> {
        if answers.is_empty() {
            return Ok(());
        }
        let failed = store_error("write answers");
        for answer in answers {
            if self.find(db, answer.key).map_err(&failed)?.is_some() {
                return Err(violated("a key that is answered has another answer".into()));
            }
        }
        self.last += 1;
        let packed = postcard::to_allocvec(answers).expect("answers are plain values");
        let insert = || {
            let mut insert = db.prepare_cached("INSERT INTO answers_new VALUES(?1, ?2)")?;
            insert.execute(params![self.last as i64, packed])
        };
        insert().map_err(&failed)?;
        self.delete_written(db).map_err(failed)?;
        answers.iter().for_each(|answer| self.behind.note(answer.key, answer.clone(), self.last));
        Ok(())
    }

    /// Whether a batch should put a slice of new ones in its table.
    pub(crate) fn is_slice_due(&mut self) -> bool {
        self.behind.is_due()
    }

    /// Whether no batch came to do it.
    pub(crate) fn is_slice_overdue(&mut self) -> bool {
        self.behind.is_overdue()
    }

    /// Puts a slice in its table within the open transaction.
    pub(crate) fn write_slice(&mut self, db: &Connection) -> Sql<()> {
        let mut insert = db.prepare_cached(INSERT[self.turn.table])?;
        for (key, answer) in self.behind.slice() {
            self.seen[self.turn.table].add(*key);
            let answered = postcard::to_allocvec(&answer.answered).expect("an answer is a plain value");
            let key = key.0.to_be_bytes();
            insert.execute(params![&key[..], answer.request as i64, answered, answer.at.unix_ms()])?;
        }
        Ok(())
    }

    /// Deletes rows whose answers have all been put in their table: two for each that a batch adds, so that no batch
    /// deletes a whole generation's.
    fn delete_written(&mut self, db: &Connection) -> Sql<()> {
        let until = self.written.min(self.deleted + 2);
        if until > self.deleted {
            db.prepare_cached("DELETE FROM answers_new WHERE id <= ?1")?.execute([until as i64])?;
            self.deleted = until;
        }
        Ok(())
    }

    /// The transaction is durable.
    pub(crate) fn committed(&mut self) {
        if let Some(until) = self.behind.written_until() {
            self.written = until;
        }
        self.turn_committed = self.turn;
        self.behind.committed();
        self.absent.clear();
    }

    /// The transaction is gone.
    pub(crate) fn rolled_back(&mut self) {
        self.turn = self.turn_committed;
        self.behind.rolled_back();
        self.absent.clear();
    }

    /// Learns which keys the tables had at the start, a slice of each.
    pub(crate) fn learn(&mut self, db: &Connection) -> Sql<()> {
        self.seen.iter_mut().enumerate().try_for_each(|(table, seen)| seen.fill(db, table))
    }

    /// Whether the older table must be emptied, because its answers are a day old and its turn has come.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.turn.is_emptying || now.unix_ms() - self.turn.since.unix_ms() >= Self::TURN_MS
    }

    /// Empties a slice of the older table within the open transaction; once it is empty, its turn begins.
    pub(crate) fn empty_slice(&mut self, db: &Connection, now: Timestamp) -> Sql<()> {
        let older = 1 - self.turn.table;
        self.turn.is_emptying = db.prepare_cached(EMPTY_SLICE[older])?.execute([])? > 0;
        if !self.turn.is_emptying {
            let mut set = db.prepare_cached("UPDATE meta SET value = ?2 WHERE name = ?1")?;
            set.execute(params!["answers_turn", older as i64])?;
            set.execute(params!["answers_since", now.unix_ms()])?;
            self.seen[older] = Seen::none();
            self.turn = Turn { table: older, since: now, is_emptying: false };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use usher_core::{Answered, ConcertId};

    use super::*;

    fn answers(count: usize) -> Vec<Answer> {
        let answer = |n: u64| Answer {
            // In no order, as hashes are.
            key: AnswerKey(u128::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)),
            request: n,
            answered: Answered::Concert(ConcertId::new(n)),
            at: Timestamp::from_unix_ms(n as i64),
        };
        (1..=count as u64).map(answer).collect()
    }

    fn count(db: &Connection, table: &str) -> i64 {
        db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_start_goes_on_where_a_kill_left_a_generation_half_written() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(crate::schema::CREATE).unwrap();
        let mut given = answers(GENERATION.0 + 100);
        let (unknown, later) = (given.pop().unwrap(), &given.pop().unwrap());
        let mut before = Answers::open(&db).unwrap();
        for batch in given.chunks(GENERATION.0 / 3) {
            before.write(&db, batch).unwrap();
            before.committed();
        }
        assert!(before.is_slice_due());
        before.write_slice(&db).unwrap();
        assert!(count(&db, "answers_0") > 0 && count(&db, "answers_new") == 4);

        let mut after = Answers::open(&db).unwrap();
        for _ in 0..given.len() {
            if count(&db, "answers_0") == given.len() as i64 {
                break;
            }
            after.is_slice_due();
            after.write_slice(&db).unwrap();
            after.committed();
        }
        assert_eq!((count(&db, "answers_new"), count(&db, "answers_0")), (4, given.len() as i64));
        for (written, left) in [(Some(later), 3), (None, 3)] {
            after.write(&db, written.map_or(&[], std::slice::from_ref)).unwrap();
            after.committed();
            assert_eq!(
                count(&db, "answers_new"),
                left,
                "two of those that are written go with each that comes"
            );
        }
        let finds = |after: &mut Answers| {
            given.iter().all(|answer| after.find(&db, answer.key).unwrap().as_ref() == Some(answer))
        };
        let may_have =
            |after: &Answers, answer: &Answer| after.seen.iter().any(|seen| seen.may_have(answer.key));
        assert!(
            finds(&mut after) && may_have(&after, &unknown),
            "nothing is known of what was there at the start"
        );
        for _ in 0..given.len() {
            after.learn(&db).unwrap();
        }
        assert!(finds(&mut after) && !may_have(&after, &unknown), "a new key costs a look-up");
        after.empty_slice(&db, Timestamp::from_unix_ms(1)).unwrap();
        assert!(finds(&mut after), "a table that is full when the other has its turn keeps its keys");
        let again = after.write(&db, &given[7..8]);
        assert!(matches!(again, Err(StoreError::Constraint { .. })), "a key is answered once: {again:?}");
    }
}
