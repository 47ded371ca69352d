//! The house's front: orders go to a desk, reads to a reader; and what the house does by itself.

mod chores;

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, TrySendError, bounded};
use rustc_hash::FxHasher;
use tokio::sync::oneshot;
use usher_core::{Command, Ids, Order, Settings};

use crate::desk::{Answer, DeskLoop, Fatal, Follower, Job};
use crate::port::{Desk, Reader, StoreError};
use crate::reads::Reads;
use crate::waiting::Waiting;

/// Why an order got no answer from the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing happened; it may work in a moment.
    #[error("nothing happened; try again")]
    TryAgain,
    /// It may or may not have happened: try again with the same key only.
    #[error("the outcome is unknown; try again with the same key only")]
    OutcomeUnknown,
    /// A bug: the schema refused what the rules allowed. Nothing happened.
    #[error("the store refused what the rules allowed")]
    Internal,
}

/// What a house is opened with.
pub struct HouseConfig {
    /// Settings that decisions depend on.
    pub settings: Settings,
    /// Who watches what is committed.
    pub followers: Vec<Arc<dyn Follower>>,
    /// What to do when the store must not be used any more.
    pub fatal: Fatal,
    /// The waiting room, if the house has one; it follows what is committed.
    pub waiting: Option<Arc<Waiting>>,
}

/// A house that is open. Cheap to clone; [`House::close`] ends it for all.
#[derive(Clone)]
pub struct House {
    desks: Arc<[Sender<Job>]>,
    reads: Reads,
    threads: Arc<std::sync::Mutex<Vec<JoinHandle<()>>>>,
    chores: Arc<chores::Chores>,
}

impl House {
    /// Orders that may wait at one desk; one more is told to try again.
    pub const WAITING_MAX: usize = 65_536;

    /// Opens a house on desks, each with its source of ids, and readers.
    ///
    /// # Errors
    /// If a desk cannot read what it must know before it serves.
    pub fn open<D: Desk + 'static>(
        desks: Vec<(D, Box<dyn Ids + Send>)>,
        readers: Vec<Box<dyn Reader>>,
        config: HouseConfig,
    ) -> Result<House, StoreError> {
        let (reads, mut threads) = Reads::start(readers);
        let mut followers = config.followers;
        followers.extend(config.waiting.clone().map(|waiting| waiting as Arc<dyn Follower>));
        let mut senders = Vec::new();
        for (n, (desk, ids)) in desks.into_iter().enumerate() {
            let (sender, inbox) = bounded(Self::WAITING_MAX);
            let desk = DeskLoop::new(desk, ids, config.settings, followers.clone(), config.fatal.clone())?;
            let named = std::thread::Builder::new().name(format!("desk-{n}"));
            threads.push(named.spawn(move || desk.run(&inbox)).expect("a thread can be started"));
            senders.push(sender);
        }
        let threads = Arc::new(std::sync::Mutex::new(threads));
        let house = House { desks: senders.into(), reads, threads, chores: Arc::default() };
        chores::start(&house, !D::ALONE);
        if let Some(waiting) = &config.waiting {
            crate::waiting::start(waiting, &house);
        }
        Ok(house)
    }

    /// Has an order decided, made durable and answered.
    pub async fn submit(&self, order: Order) -> Answer {
        let answered = self.hand_in(order)?;
        // A desk that went away without an answer may have committed.
        answered.await.unwrap_or(Err(Failure::OutcomeUnknown))
    }

    /// The same for code that may block.
    pub fn submit_blocking(&self, order: Order) -> Answer {
        let answered = self.hand_in(order)?;
        answered.blocking_recv().unwrap_or(Err(Failure::OutcomeUnknown))
    }

    fn hand_in(&self, order: Order) -> Result<oneshot::Receiver<Answer>, Failure> {
        let desk = &self.desks[route(&order.command, self.desks.len())];
        let (reply, answered) = oneshot::channel();
        match desk.try_send(Job::Order(Box::new(order), reply)) {
            Ok(()) => Ok(answered),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(Failure::TryAgain),
        }
    }

    /// Committed rows.
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// Orders that wait, over all desks.
    pub fn waiting(&self) -> usize {
        self.desks.iter().map(Sender::len).sum()
    }

    /// Stops taking orders, answers those that wait, and returns when the desks are done.
    pub fn close(&self) {
        self.chores.stop();
        for desk in self.desks.iter() {
            // A desk that is gone already needs no telling.
            let _ = desk.send(Job::Stop);
        }
        let mut threads = self.threads.lock().expect("no holder of this lock panics");
        for thread in threads.drain(..).filter(|thread| thread.thread().name().is_some_and(is_awaited)) {
            // A desk that panicked has said so; closing goes on.
            let _ = thread.join();
        }
    }
}

fn is_awaited(thread: &str) -> bool {
    // Readers end with the last handle to them, which the caller of `close` still holds.
    !thread.starts_with("reader-")
}

/// Which desk decides: routing only spreads work, locks keep it right.
fn route(command: &Command, desks: usize) -> usize {
    if desks == 1 {
        return 0;
    }
    let mut hasher = FxHasher::default();
    match command {
        Command::PlaceHold { performance, .. }
        | Command::Block { performance, .. }
        | Command::Unblock { performance, .. }
        | Command::Close { performance }
        | Command::CancelPerformance { performance } => performance.hash(&mut hasher),
        Command::Confirm { user, .. }
        | Command::Pay { user, .. }
        | Command::Charge { user, .. }
        | Command::Use { user, .. } => user.hash(&mut hasher),
        Command::GiveBack { hold, .. } | Command::ExpireHold { hold } => hold.hash(&mut hasher),
        Command::CancelPayment { payment, .. } => payment.hash(&mut hasher),
        Command::Join { room, .. }
        | Command::Leave { room, .. }
        | Command::FetchPass { room, .. }
        | Command::Admit { room, .. }
        | Command::EndPass { room, .. }
        | Command::PatchRoom { room, .. } => room.hash(&mut hasher),
        Command::MakeConcert { .. }
        | Command::MakePerformance(_)
        | Command::AddWebhook { .. }
        | Command::RemoveWebhook { .. }
        | Command::RecordDelivery(_) => {}
    }
    (hasher.finish() >> 32) as usize % desks
}
