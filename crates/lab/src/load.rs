//! The driver: a script over N keep-alive connections, one request in flight on each, on one thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::LocalSet;

use crate::client::{Answer, Client, Silence};
use crate::cpu;
use crate::draft::Draft;
use crate::measure::{Measure, Moments};
use crate::pace::{Due, Pace, PaceClock, Pacer};
use crate::target::Target;

/// What a crowd asks and what it makes of the answers. One thread owns it.
///
/// A journey of several steps keeps what comes next: the connection that was answered asks again at once.
pub trait Script {
    /// What a request was about, kept until its answer.
    type Errand;

    /// Writes the next request; `None` when nothing is left to ask, which ends the connection that asked.
    fn ask(&mut self, draft: &mut Draft) -> Option<Self::Errand>;

    /// Takes the answer, or the silence in its place.
    fn answered(&mut self, errand: Self::Errand, outcome: Result<Answer, Silence>);
}

/// How a script is driven.
#[derive(Clone, Debug)]
pub struct Load {
    pub target: Target,
    /// Keep-alive connections; as many requests are in flight at most.
    pub connections: usize,
    pub pace: Pace,
    /// How long a request may take before it counts as unanswered.
    pub patience: Duration,
}

impl Load {
    /// As many requests in flight as connections, for so long; an answer may take ten seconds.
    pub fn saturating(target: Target, connections: usize, lasting: Duration) -> Self {
        Self { target, connections, pace: Pace::Saturating { lasting }, patience: Duration::from_secs(10) }
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    pub measure: Measure,
    /// From the start to the last answer.
    pub lasted: Duration,
    /// CPU time of the generator's threads.
    pub generator_cpu: Duration,
    /// Arrivals of the plan for which no request was sent.
    pub unsent: u64,
}

/// Why a run could not take place.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{target} does not accept {connections} connections ({silence})")]
    NoSuchTarget { target: std::net::SocketAddr, connections: usize, silence: Silence },
    #[error("this machine gave no runtime")]
    Machine(#[from] std::io::Error),
}

/// Times are kept apart for each tenth of a run, but for no more than a minute.
fn slice_of(lasting: Duration) -> Duration {
    (lasting / 10).clamp(Duration::from_secs(1), Duration::from_secs(60))
}

/// Drives the script on this thread until its pace or its errands end and every request is answered.
pub fn run<S: Script + 'static>(load: &Load, script: S) -> Result<(Run, S), LoadError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let crowd = LocalSet::new();
    crowd.block_on(&runtime, drive(load, script))
}

struct Shared<S> {
    script: RefCell<S>,
    measure: RefCell<Measure>,
    pacer: Pacer,
    unsent: Cell<u64>,
}

async fn drive<S: Script + 'static>(load: &Load, script: S) -> Result<(Run, S), LoadError> {
    let clients = connect(load).await?;
    let start = Instant::now();
    let cpu_before = cpu::of_this_thread();
    let shared = Rc::new(Shared {
        script: RefCell::new(script),
        measure: RefCell::new(Measure::new(start, slice_of(load.pace.lasting()))),
        pacer: Pacer::new(load.pace, start),
        unsent: Cell::new(0),
    });
    let buyers: Vec<_> =
        clients.into_iter().map(|client| tokio::task::spawn_local(visit(shared.clone(), client))).collect();
    let everybody = async {
        for buyer in buyers {
            if let Err(panic) = buyer.await {
                std::panic::resume_unwind(panic.into_panic());
            }
        }
    };
    let clock = shared.pacer.clock();
    tokio::select! {
        () = everybody => {}
        () = shared.pacer.wake() => {}
    }
    let lasted = start.elapsed();
    let clock_cpu = clock.map(PaceClock::stop).unwrap_or_default();
    let generator_cpu = cpu::of_this_thread() - cpu_before + clock_cpu;
    let shared = Rc::into_inner(shared).expect("every buyer has gone");
    let unsent = shared.unsent.get() + shared.pacer.untaken();
    let run = Run { measure: shared.measure.into_inner(), lasted, generator_cpu, unsent };
    Ok((run, shared.script.into_inner()))
}

async fn connect(load: &Load) -> Result<Vec<Client>, LoadError> {
    let mut clients = Vec::with_capacity(load.connections);
    for _ in 0..load.connections {
        let mut client = Client::new(load.target.clone(), load.patience);
        client.connect().await.map_err(|silence| LoadError::NoSuchTarget {
            target: load.target.address(),
            connections: load.connections,
            silence,
        })?;
        clients.push(client);
    }
    Ok(clients)
}

/// How long a connection rests after a silence, so that a dead server is not asked in a tight loop.
const REST_AFTER_SILENCE: Duration = Duration::from_millis(5);

/// One connection's life.
async fn visit<S: Script>(shared: Rc<Shared<S>>, mut client: Client) {
    let mut draft = Draft::default();
    let woken = Rc::new(Notify::new());
    while let Some(due) = shared.pacer.next(&woken).await {
        let Some(errand) = shared.script.borrow_mut().ask(&mut draft) else {
            if let Due::At(_) = due {
                shared.unsent.set(shared.unsent.get() + 1);
            }
            return;
        };
        let sent = Instant::now();
        let outcome = client.send(&mut draft).await;
        let answered = Instant::now();
        let due = match due {
            Due::Now => sent,
            Due::At(due) => due,
        };
        shared.measure.borrow_mut().record(draft.kind(), Moments { due, sent, answered }, &outcome);
        let is_silent = outcome.is_err();
        shared.script.borrow_mut().answered(errand, outcome);
        if is_silent {
            tokio::time::sleep(REST_AFTER_SILENCE).await;
        }
    }
}
