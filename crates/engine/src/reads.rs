//! Reading committed rows from asynchronous code: a few threads, each with a reader of its own.

use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};
use tokio::sync::oneshot;

use crate::port::{Reader, StoreError};

type Job = Box<dyn FnOnce(&mut dyn Reader) + Send>;

/// A handle to the readers. Cheap to clone.
#[derive(Clone)]
pub struct Reads {
    jobs: Sender<Job>,
}

/// Why a read gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// More reads wait than the house allows, or it is closing: try again.
    #[error("too many reads are waiting")]
    Busy,
    /// The store failed.
    #[error("a read failed")]
    Store(#[source] StoreError),
}

impl Reads {
    /// Reads that may wait; one more is answered `Busy`.
    pub const WAITING_MAX: usize = 10_000;

    /// Starts a thread for every reader. They end once every handle is gone.
    pub fn start(readers: Vec<Box<dyn Reader>>) -> (Self, Vec<JoinHandle<()>>) {
        let (jobs, inbox) = bounded::<Job>(Self::WAITING_MAX);
        let start_one = |(n, mut reader): (usize, Box<dyn Reader>)| {
            let inbox = inbox.clone();
            let run = move || {
                for job in inbox {
                    job(&mut *reader);
                }
            };
            std::thread::Builder::new()
                .name(format!("reader-{n}"))
                .spawn(run)
                .expect("a thread can be started")
        };
        let threads = readers.into_iter().enumerate().map(start_one).collect();
        (Self { jobs }, threads)
    }

    /// Reads that wait for a reader.
    pub fn waiting(&self) -> usize {
        self.jobs.len()
    }

    /// Runs `read` on a reader and returns what it returned.
    pub async fn run<T, F>(&self, read: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |reader| drop(answer.send(read(reader))));
        self.jobs.try_send(job).map_err(|_| ReadError::Busy)?;
        answered.await.map_err(|_| ReadError::Busy)?.map_err(ReadError::Store)
    }

    /// The same for code that may block.
    pub fn run_blocking<T, F>(&self, read: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |reader| drop(answer.send(read(reader))));
        self.jobs.send(job).map_err(|_| ReadError::Busy)?;
        answered.blocking_recv().map_err(|_| ReadError::Busy)?.map_err(ReadError::Store)
    }
}
