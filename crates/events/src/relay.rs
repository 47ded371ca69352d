//! The relay: a courier for every receiver, as receivers come and go.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task;
use tokio::time::timeout;
use usher_core::{Delivery, Webhook, WebhookId};
use usher_engine::{Clock, House};

use crate::address::Reach;
use crate::bell::Bell;
use crate::courier::Courier;
use crate::patience::Patience;
use crate::webhook::Caller;

/// What came of one attempt to deliver an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The receiver has it.
    Delivered,
    /// It is tried again.
    Failed,
    /// It was refused once too often and is given up.
    Parked,
}

/// What a relay is started with.
#[derive(Clone)]
pub struct RelayConfig {
    /// How far events may go.
    pub reach: Reach,
    /// How long to wait for receivers.
    pub patience: Patience,
    /// What signatures and parked events are dated by.
    pub clock: Arc<dyn Clock>,
    /// Counts attempts. Called for each; must be quick.
    pub note: Arc<dyn Fn(Note) + Send + Sync>,
}

/// A relay that delivers until it is told to stop.
pub struct Relay {
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

/// Receivers are looked up so often without a bell.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Couriers end within so long, what they record included.
const STOPPED_WITHIN: Duration = Duration::from_secs(5);

/// Starts to deliver a house's events from a thread of its own. `bell` must be among the followers of the house.
///
/// # Errors
/// If the system has no thread or no descriptors for it.
pub fn start(house: House, bell: Arc<Bell>, config: RelayConfig) -> io::Result<Relay> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (stop, stopped) = watch::channel(false);
    let run = move || runtime.block_on(Couriers::new(house, bell, config).run(stopped));
    let thread = std::thread::Builder::new().name("relay".into()).spawn(run)?;
    Ok(Relay { stop, thread })
}

impl Relay {
    /// Sends nothing more, records how far each receiver has come, and returns. Blocks for a few seconds at most.
    /// The house must still be open, or events are delivered again after the next start.
    pub fn stop(self) {
        self.stop.send_replace(true);
        // A relay that panicked has said so; ending goes on.
        let _ = self.thread.join();
    }
}

/// The couriers at work.
struct Couriers {
    house: House,
    bell: Arc<Bell>,
    config: RelayConfig,
    caller: Caller,
    at_work: BTreeMap<WebhookId, AtWork>,
}

struct AtWork {
    stop: watch::Sender<bool>,
    task: task::JoinHandle<()>,
}

impl Couriers {
    fn new(house: House, bell: Arc<Bell>, config: RelayConfig) -> Self {
        let caller = Caller::new(config.reach, config.clock.clone(), config.patience.answer);
        Couriers { house, bell, config, caller, at_work: BTreeMap::new() }
    }

    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut changed = self.bell.webhooks();
        loop {
            match self.house.reads().run(|reader| reader.webhooks()).await {
                Ok(webhooks) => self.match_up(webhooks),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "receivers of events could not be read; trying again");
                }
            }
            tokio::select! {
                _ = stopped.wait_for(|told| *told) => break,
                Ok(()) = changed.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        self.stop_all().await;
    }

    /// Starts couriers of receivers that have none and stops those whose receiver is gone.
    fn match_up(&mut self, webhooks: Vec<(Webhook, Delivery)>) {
        let known = |id: &WebhookId| webhooks.iter().any(|(webhook, _)| webhook.id == *id);
        self.at_work.retain(|id, courier| {
            let stays = known(id);
            if !stays {
                courier.stop.send_replace(true);
            }
            // One that panicked has said so, and goes on from what is recorded.
            stays && !courier.task.is_finished()
        });
        for (webhook, delivery) in webhooks {
            self.at_work.entry(webhook.id).or_insert_with(|| {
                let sink = self.caller.receiver(&webhook);
                let (house, rung) = (self.house.clone(), self.bell.events());
                let courier = Courier::new((webhook, delivery), sink, house, rung, self.config.clone());
                let (stop, told) = watch::channel(false);
                AtWork { stop, task: task::spawn(courier.run(told)) }
            });
        }
    }

    async fn stop_all(self) {
        for courier in self.at_work.values() {
            courier.stop.send_replace(true);
        }
        let all = async {
            for courier in self.at_work.into_values() {
                let _ = courier.task.await;
            }
        };
        if timeout(STOPPED_WITHIN, all).await.is_err() {
            tracing::warn!("how far some receivers have come was not recorded; they get some events again");
        }
    }
}
