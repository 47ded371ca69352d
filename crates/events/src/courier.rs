//! One receiver's courier: reads, sends, records.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until, timeout_at};
use usher_core::{Command, Delivery, Order, Parked, Webhook};
use usher_engine::{House, ReadError};

use crate::post::{Attempt, Came, Post};
use crate::relay::{Note, RelayConfig};
use crate::sink::{Sent, Sink};
use crate::slice::{self, Found, SLICE};

/// How far a receiver has come is recorded at most so often.
const RECORD_EVERY: Duration = Duration::from_millis(200);
/// The outbox is read at most so often while little happens, so that events come in slices.
const READ_EVERY: Duration = Duration::from_millis(10);
/// Without a bell, the outbox is looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// When the relay ends, letters under way may still arrive for so long; others are sent again after the next start.
const LAST_LETTERS: Duration = Duration::from_secs(2);
/// And the last record may take so long.
const LAST_RECORD: Duration = Duration::from_secs(2);

/// Something that a courier waits for.
enum Done {
    Sent(Attempt, Sent),
    Read(Result<Vec<Found>, ReadError>),
    Recorded(Option<Delivery>),
}

/// One receiver's courier.
pub(crate) struct Courier<S> {
    webhook: Webhook,
    sink: Arc<S>,
    house: House,
    config: RelayConfig,
    bell: watch::Receiver<()>,
    post: Post,
    delivery: Delivery,
    recorded: Delivery,
    recording: bool,
    record_at: Instant,
    reading: bool,
    /// Whether the last look found the end of the outbox.
    at_the_end: bool,
    read_at: Instant,
}

impl<S: Sink> Courier<S> {
    /// A courier that goes on where `delivery` says.
    pub(crate) fn new(
        (webhook, delivery): (Webhook, Delivery),
        sink: S,
        house: House,
        bell: watch::Receiver<()>,
        config: RelayConfig,
    ) -> Self {
        let now = Instant::now();
        Courier {
            webhook,
            sink: Arc::new(sink),
            house,
            bell,
            post: Post::new(config.patience, delivery.position, delivery.delivered),
            config,
            recorded: delivery.clone(),
            delivery,
            recording: false,
            record_at: now,
            reading: false,
            at_the_end: false,
            read_at: now,
        }
    }

    /// Delivers until told to stop.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut work = JoinSet::new();
        loop {
            let wake_at = self.begin(&mut work, Instant::now());
            tokio::select! {
                _ = stop.wait_for(|told| *told) => break,
                Some(done) = work.join_next() => self.take(done),
                Ok(()) = self.bell.changed(), if self.at_the_end => self.at_the_end = false,
                () = sleep_until(wake_at) => {}
            }
        }
        self.end(work).await;
    }

    /// Begins what can be begun now; when to look again if nothing happens.
    fn begin(&mut self, work: &mut JoinSet<Done>, now: Instant) -> Instant {
        let mut wake_at = now + LOOK_EVERY;
        if self.at_the_end && now >= self.read_at + LOOK_EVERY {
            self.at_the_end = false;
        }
        if !self.reading && !self.at_the_end && self.post.has_room() {
            if now >= self.read_at {
                self.read(work);
            } else {
                wake_at = wake_at.min(self.read_at);
            }
        }
        while let Some(attempt) = self.post.next(now) {
            let sink = self.sink.clone();
            work.spawn(async move {
                let sent = sink.send(&attempt.letter).await;
                Done::Sent(attempt, sent)
            });
        }
        if !self.recording && self.delivery != self.recorded {
            if now >= self.record_at {
                self.record(work);
            } else {
                wake_at = wake_at.min(self.record_at);
            }
        }
        self.post.wake_at(now).map_or(wake_at, |next| next.min(wake_at))
    }

    fn read(&mut self, work: &mut JoinSet<Done>) {
        // What is committed from here on rings again.
        self.bell.borrow_and_update();
        self.reading = true;
        let (reads, after) = (self.house.reads().clone(), self.post.read_to());
        let types = self.webhook.types.clone();
        work.spawn(
            async move { Done::Read(reads.run(move |reader| slice::read(reader, after, &types)).await) },
        );
    }

    fn record(&mut self, work: &mut JoinSet<Done>) {
        self.recording = true;
        let (house, delivery) = (self.house.clone(), self.delivery.clone());
        work.spawn(async move {
            let order = Order::unkeyed(Command::RecordDelivery(delivery.clone()));
            let answer = house.submit(order).await;
            Done::Recorded(matches!(answer, Ok(Ok(_))).then_some(delivery))
        });
    }

    fn take(&mut self, done: Result<Done, JoinError>) {
        match done.expect("a courier's work does not panic and is not aborted") {
            Done::Sent(attempt, sent) => self.came_back(attempt, sent),
            Done::Read(Ok(found)) => {
                self.reading = false;
                self.read_at = Instant::now() + READ_EVERY;
                self.at_the_end = found.len() < SLICE;
                if !self.at_the_end {
                    self.read_at = Instant::now();
                }
                found.into_iter().for_each(|found| self.take_in(found));
                self.note_position();
            }
            Done::Read(Err(error)) => {
                let (webhook, error) = (self.webhook.id.get(), &error as &dyn std::error::Error);
                tracing::warn!(webhook, error, "events could not be read for a receiver; trying again");
                self.reading = false;
                self.read_at = Instant::now() + LOOK_EVERY;
            }
            Done::Recorded(recorded) => {
                self.recording = false;
                self.record_at = Instant::now() + RECORD_EVERY;
                // What was not recorded is recorded with what follows.
                self.recorded = recorded.unwrap_or_else(|| self.recorded.clone());
            }
        }
    }

    /// An event that was given up stays so, also when the position had not passed it before a restart.
    fn take_in(&mut self, mut found: Found) {
        let is_parked = |event| self.delivery.parked.iter().any(|parked| parked.event == event);
        found.letter = found.letter.filter(|letter| !is_parked(letter.event));
        self.post.take(found);
    }

    fn came_back(&mut self, attempt: Attempt, sent: Sent) {
        let was_ill = self.post.is_ill();
        let webhook = self.webhook.id.get();
        match self.post.came_back(attempt, sent, Instant::now()) {
            Came::Delivered => (self.config.note)(Note::Delivered),
            Came::Again => (self.config.note)(Note::Failed),
            Came::GivenUp { event, status } => {
                (self.config.note)(Note::Parked);
                tracing::warn!(
                    webhook,
                    event = event.get(),
                    status,
                    "a receiver kept refusing an event; it is parked"
                );
                if self.delivery.parked.len() == Delivery::PARKED_LISTED {
                    self.delivery.parked.remove(0);
                }
                self.delivery.parked.push(Parked { event, status, at: self.config.clock.now() });
                self.delivery.parked_total += 1;
            }
        }
        match (was_ill, self.post.is_ill(), sent) {
            (false, true, Sent::Unavailable { why, .. }) => {
                tracing::warn!(webhook, why, "a receiver takes no events; they wait for it");
            }
            (true, false, _) => tracing::info!(webhook, "a receiver takes events again"),
            (true, true, _) | (false, true, Sent::Delivered | Sent::Refused { .. }) | (false, false, _) => {}
        }
        self.note_position();
    }

    fn note_position(&mut self) {
        (self.delivery.position, self.delivery.delivered) = (self.post.position(), self.post.delivered());
    }

    /// Waits for the letters under way, not for long, and records how far the receiver has come.
    async fn end(mut self, mut work: JoinSet<Done>) {
        let until = Instant::now() + LAST_LETTERS;
        while let Ok(Some(done)) = timeout_at(until, work.join_next()).await {
            self.take(done);
        }
        drop(work);
        if self.delivery != self.recorded {
            let mut work = JoinSet::new();
            self.record(&mut work);
            let _ = timeout_at(Instant::now() + LAST_RECORD, work.join_next()).await;
        }
    }
}
