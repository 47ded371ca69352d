//! Remembered answers: two tables by turns, each taking new ones for a day. The older one is looked up as well until
//! it is emptied in slices, since random keys in one ever-growing tree would cost most of a hold.

use rusqlite::{Connection, OptionalExtension, params};
use usher_core::{Answer, AnswerKey, Timestamp};

use crate::error::Sql;

/// Which table takes new answers, and since when.
pub(crate) struct Answers {
    turn: usize,
    since: Timestamp,
    emptying: bool,
}

const LOOK_UP: [&str; 2] = [
    "SELECT request, answered, at FROM answers_0 WHERE key = ?1",
    "SELECT request, answered, at FROM answers_1 WHERE key = ?1",
];
const INSERT: [&str; 2] =
    ["INSERT INTO answers_0 VALUES(?1, ?2, ?3, ?4)", "INSERT INTO answers_1 VALUES(?1, ?2, ?3, ?4)"];
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
        Ok(Self { turn: (turn & 1) as usize, since: Timestamp::from_unix_ms(since), emptying: false })
    }

    pub(crate) fn find(&self, db: &Connection, key: AnswerKey) -> Sql<Option<Answer>> {
        for table in [self.turn, 1 - self.turn] {
            let mut look_up = db.prepare_cached(LOOK_UP[table])?;
            let found = look_up.query_row([&key.0.to_be_bytes()[..]], |row| {
                let request = row.get::<_, i64>(0)? as u64;
                let answered = postcard::from_bytes(row.get_ref(1)?.as_blob()?).map_err(|error| {
                    rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Blob, Box::new(error))
                })?;
                Ok(Answer { key, request, answered, at: Timestamp::from_unix_ms(row.get(2)?) })
            });
            if let Some(answer) = found.optional()? {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }

    pub(crate) fn write(&self, db: &Connection, answers: &[Answer]) -> Sql<()> {
        let mut insert = db.prepare_cached(INSERT[self.turn])?;
        for answer in answers {
            let answered = postcard::to_allocvec(&answer.answered).expect("an answer is a plain value");
            let key = answer.key.0.to_be_bytes();
            insert.execute(params![&key[..], answer.request as i64, answered, answer.at.unix_ms()])?;
        }
        Ok(())
    }

    /// Whether the older table must be emptied, because its answers are a day old and its turn has come.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.emptying || now.unix_ms() - self.since.unix_ms() >= Self::TURN_MS
    }

    /// Empties a slice of the older table; once it is empty, its turn begins.
    pub(crate) fn empty_slice(&mut self, db: &Connection, now: Timestamp) -> Sql<()> {
        let older = 1 - self.turn;
        self.emptying = db.prepare_cached(EMPTY_SLICE[older])?.execute([])? > 0;
        if !self.emptying {
            let mut set = db.prepare_cached("UPDATE meta SET value = ?2 WHERE name = ?1")?;
            set.execute(params!["answers_turn", older as i64])?;
            set.execute(params!["answers_since", now.unix_ms()])?;
            (self.turn, self.since) = (older, now);
        }
        Ok(())
    }
}
