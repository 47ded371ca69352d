//! The record of what clients were told: one JSON object a line, for `usher verify --acks` and for drills.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::seen::{Place, Room};

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    Hold,
    GiveBack,
    Confirm,
    Pay,
    Cancel,
    Charge,
    Use,
    /// A place in line was asked for.
    Join,
    /// A fan asked where they stand.
    Poll,
    /// A stream told a fan where they stand.
    Watch,
    /// A stream ended.
    WatchEnd,
    /// The line was left.
    Leave,
    /// The operator looked at a room or changed it.
    Room,
}

/// One answer, or the lack of one. Members that an operation does not have are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ack<'a> {
    pub op: Op,
    pub user: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Cow<'a, str>>,
    /// HTTP status; 0 when no answer came, so that the effect may or may not exist.
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concert_option_id: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seat_numbers: Vec<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporal_reservation_id: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// What was said of the place in line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What was said of the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Box<Room>>,
    /// The client hung up before the answer, on purpose: that tells nothing of the server.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// When the request was sent, by the same clock as `at_ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_ms: Option<u64>,
    /// When the answer came, by the client's wall clock, in milliseconds since 1970.
    pub at_ms: u64,
}

impl<'a> Ack<'a> {
    /// An answer that came now; what else is known is set on its members.
    pub fn now(op: Op, user: impl Into<Cow<'a, str>>, status: u16) -> Self {
        Self {
            op,
            user: user.into(),
            key: None,
            status,
            concert_option_id: None,
            seat_numbers: Vec::new(),
            temporal_reservation_id: None,
            transaction_id: None,
            amount: None,
            place: None,
            room: None,
            cut: false,
            sent_ms: None,
            at_ms: now_ms(),
        }
    }
}

/// The wall clock, in milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).expect("this fits for millions of years")
}

/// Lines collected before they are handed to the writing thread.
const CHUNK_BYTES: usize = 256 * 1024;
/// Chunks that may wait for the disk before the generator waits for it.
const CHUNKS_WAITING_MAX: usize = 64;

/// Writes a record on a thread of its own, so that a slow disk does not show as a slow server.
pub struct Recorder {
    chunk: Vec<u8>,
    chunks: SyncSender<Vec<u8>>,
    writer: std::thread::JoinHandle<std::io::Result<()>>,
}

impl Recorder {
    /// Adds to the file, making it if it is not there.
    pub fn append(path: &Path) -> std::io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        let (chunks, waiting) = sync_channel(CHUNKS_WAITING_MAX);
        let writer = std::thread::spawn(move || write_all(file, &waiting));
        Ok(Self { chunk: Vec::with_capacity(CHUNK_BYTES), chunks, writer })
    }

    /// Records one answer.
    pub fn record(&mut self, ack: &Ack<'_>) {
        serde_json::to_writer(&mut self.chunk, ack).expect("an ack is plain data, written to memory");
        self.chunk.push(b'\n');
        if self.chunk.len() >= CHUNK_BYTES {
            self.hand_over();
        }
    }

    /// Writes what is left and waits until it is in the file.
    pub fn finish(mut self) -> std::io::Result<()> {
        self.hand_over();
        drop(self.chunks);
        self.writer.join().expect("the writing thread does not panic")
    }

    fn hand_over(&mut self) {
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK_BYTES));
        // A writer that is gone has failed, and `finish` tells why.
        let _gone = self.chunks.send(chunk);
    }
}

fn write_all(file: File, chunks: &Receiver<Vec<u8>>) -> std::io::Result<()> {
    let mut file = BufWriter::new(file);
    for chunk in chunks {
        file.write_all(&chunk)?;
    }
    file.flush()
}

/// Why a record could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{path} could not be read")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path}:{line} is not an answer")]
    Line { path: PathBuf, line: usize, source: serde_json::Error },
}

/// Reads a record, line by line.
pub fn read(path: &Path) -> Result<impl Iterator<Item = Result<Ack<'static>, ReadError>>, ReadError> {
    let unreadable = |source| ReadError::File { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let owned = path.to_owned();
    Ok(BufReader::new(file).lines().enumerate().map(move |(index, line)| {
        let line = line.map_err(|source| ReadError::File { path: owned.clone(), source })?;
        let broken = |source| ReadError::Line { path: owned.clone(), line: index + 1, source };
        serde_json::from_str(&line).map_err(broken)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_were_told_is_read_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acks");
        let mut hold = Ack::now(Op::Hold, "fan-1", 201);
        (hold.key, hold.concert_option_id) = (Some("k-1".into()), Some(5));
        (hold.seat_numbers, hold.temporal_reservation_id) = (vec![3], Some(99));
        let unanswered = Ack::now(Op::GiveBack, "fan-2", 0);
        for ack in [&hold, &unanswered] {
            let mut recorder = Recorder::append(&path).unwrap();
            recorder.record(ack);
            recorder.finish().unwrap();
        }
        let told: Vec<_> = read(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(told, [hold, unanswered]);
    }
}
