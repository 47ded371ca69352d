//! Remembered answers: three tables by turns, a day each. New answers go into the table of the day; that of the day
//! before is looked up as well; the third is emptied in slices meanwhile. So an answer is found for 24 to 48 h, no
//! index by time is kept, and nothing is ever deleted from a tree that takes new keys (random keys in one
//! ever-growing tree would cost most of a hold, and dropping a day's millions at once would stall for seconds).
//!
//! Which day it is need not be agreed on: every key is first put into the table that a node takes for today's, then
//! looked for in all three, locked. Of two nodes with the same key and different days, the one that looks second
//! waits for the other's row.

use std::collections::BTreeSet;

use usher_core::{Answer, AnswerKey, Rows, Timestamp};
use usher_engine::StoreError;

use crate::cells::Cells;
use crate::error::violated;
use crate::link::Link;
use crate::literal::{self, Tuple};

const TABLES: [&str; 3] = ["answers_0", "answers_1", "answers_2"];
const DAY_MS: i64 = 24 * 3600 * 1000;
/// For so long after a turn a batch that began before it may still look into the table to be emptied.
const TURN_SLACK_MS: i64 = 10 * 60 * 1000;
/// Answers that are emptied at a time.
const SLICE: usize = 500;

fn turn(now: Timestamp) -> usize {
    now.unix_ms().div_euclid(DAY_MS).rem_euclid(3) as usize
}

/// Keys locked by a transaction, with the table that new answers go to.
#[derive(Default)]
pub(crate) struct LockedKeys {
    table: usize,
    placeholders: Vec<AnswerKey>,
    answered: BTreeSet<AnswerKey>,
}

fn literal(key: AnswerKey) -> String {
    literal::bytes(&key.0.to_be_bytes())
}

impl LockedKeys {
    /// No keys yet; answers go to the table of this day.
    pub(crate) fn of(day: Timestamp) -> Self {
        Self { table: turn(day), ..Self::default() }
    }

    /// Locks keys, in order, and loads the answers that they have. Keys without one get a placeholder, since nobody
    /// would wait for the lock of an absent row.
    pub(crate) fn lock(
        &mut self,
        link: &mut Link,
        keys: &BTreeSet<AnswerKey>,
        now: Timestamp,
        rows: &mut Rows,
    ) -> Result<(), StoreError> {
        self.table = turn(now);
        let today = TABLES[self.table];
        let head = format!("INSERT INTO {today} (id, request, answered, at)");
        let placeholders =
            keys.iter().map(|key| Tuple::default().bytes(&key.0.to_be_bytes()).int(0).text("").int(0));
        // A duplicate is locked at once as for writing: a lock for reading first could meet another one.
        literal::insert(link, "lock keys", &head, placeholders, "ON DUPLICATE KEY UPDATE at = at")?;
        let (mut absent, mut answered_before) = (keys.clone(), Vec::new());
        for table in TABLES {
            for answer in find(link, table, keys)? {
                absent.remove(&answer.key);
                self.answered.insert(answer.key);
                if table != today {
                    answered_before.push(answer.key);
                }
                rows.answers.insert(answer.key, answer);
            }
        }
        self.placeholders.extend(absent);
        delete_empty(link, today, &answered_before)
    }

    /// Takes the placeholders away and writes the answers that were given.
    pub(crate) fn write(&mut self, link: &mut Link, answers: &[Answer]) -> Result<(), StoreError> {
        let today = TABLES[self.table];
        if answers.iter().any(|answer| self.answered.contains(&answer.key)) {
            // Within a table the primary key refuses this.
            return Err(violated("a key has one answer"));
        }
        delete_empty(link, today, &self.placeholders)?;
        self.placeholders.clear();
        let mut answers: Vec<&Answer> = answers.iter().collect();
        answers.sort_unstable_by_key(|answer| answer.key);
        let rows = answers.into_iter().map(|answer| {
            let packed = postcard::to_allocvec(&answer.answered).expect("an answer is a plain value");
            let row = Tuple::default().bytes(&answer.key.0.to_be_bytes()).int(answer.request as i64);
            row.bytes(&packed).int(answer.at.unix_ms())
        });
        let head = format!("INSERT INTO {today} (id, request, answered, at)");
        literal::insert(link, "write answers", &head, rows, "")
    }
}

fn find(link: &mut Link, table: &str, keys: &BTreeSet<AnswerKey>) -> Result<Vec<Answer>, StoreError> {
    let mut found = Vec::new();
    literal::in_lists(keys.iter().map(|key| literal(*key)), ",", |list, _| {
        let sql = format!(
            "SELECT id, request, answered, at FROM {table} FORCE INDEX (PRIMARY) WHERE id IN ({list}) \
             ORDER BY id FOR UPDATE"
        );
        for row in link.rows("lock keys", &sql)? {
            found.extend(read(&mut row.into())?);
        }
        Ok(())
    })?;
    Ok(found)
}

/// An answer; a placeholder is none.
fn read(cells: &mut Cells) -> Result<Option<Answer>, StoreError> {
    let key = cells.bytes()?.try_into().map_err(|_| cells.senseless())?;
    let (key, request) = (AnswerKey(u128::from_be_bytes(key)), cells.int()? as u64);
    let packed = cells.bytes()?;
    if packed.is_empty() {
        return Ok(None);
    }
    let answered = postcard::from_bytes(&packed).map_err(|_| cells.senseless())?;
    Ok(Some(Answer { key, request, answered, at: cells.time()? }))
}

fn delete_empty(link: &mut Link, table: &str, keys: &[AnswerKey]) -> Result<(), StoreError> {
    literal::in_lists(keys.iter().map(|key| literal(*key)), ",", |list, _| {
        let sql = format!(
            "DELETE a FROM {table} a FORCE INDEX (PRIMARY) WHERE a.id IN ({list}) AND a.answered = ''"
        );
        link.run("take placeholders away", &sql).map(drop)
    })
}

/// Empties a slice of the table whose answers are over a day old; whether there may be more.
pub(crate) fn empty_slice(link: &mut Link, now: Timestamp) -> Result<bool, StoreError> {
    if now.unix_ms().rem_euclid(DAY_MS) < TURN_SLACK_MS {
        return Ok(false);
    }
    let oldest = TABLES[(turn(now) + 1) % 3];
    let sql = format!("SELECT id FROM {oldest} ORDER BY id LIMIT {SLICE}");
    let rows = link.rows("forget old answers", &sql)?;
    let mut ids = Vec::with_capacity(rows.len());
    for row in rows {
        ids.push(literal::bytes(&Cells::from(row).bytes()?));
    }
    let is_full = ids.len() == SLICE;
    literal::in_lists(ids, ",", |list, _| {
        // A second look at the time: a clock that was set forward must not cost an answer.
        let kept_from = now.unix_ms() - DAY_MS;
        let sql = format!(
            "DELETE a FROM {oldest} a FORCE INDEX (PRIMARY) WHERE a.id IN ({list}) AND a.at < {kept_from}"
        );
        link.run("forget old answers", &sql).map(drop)
    })?;
    Ok(is_full)
}
