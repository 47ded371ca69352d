//! A crowd of simulated fans, each a small state machine on one thread: they come, wait, are let in, look for seats, pay
//! or change their minds, and go home. They know the public HTTP API and nothing else, and write down every answer.

mod asking;
mod fan;
mod ground;
pub mod plan;
mod shopping;
mod stream;
mod tally;
mod waiting;

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::LocalSet;

use crate::acks::Recorder;
use fan::Fan;
use ground::Ground;
pub use plan::Plan;
pub use tally::Tally;

/// Tells a crowd to go home.
pub struct Homeward(watch::Sender<bool>);

impl Homeward {
    /// A way home that nobody has been told of yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Everybody goes home: who waits or thinks stops, who has asked still hears the answer.
    pub fn go(&self) {
        self.0.send_replace(true);
    }
}

impl Default for Homeward {
    fn default() -> Self {
        Self::new()
    }
}

/// How often `watch` hears of the crowd.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Lets a crowd do what it came for, until all have gone home. `watch` sees the count every second.
///
/// Every answer is in the record afterwards, and no request is left without its answer or its silence.
pub async fn run(
    plan: Plan,
    record: Recorder,
    homeward: &Homeward,
    mut watch: impl FnMut(&Tally, Duration),
) -> (Tally, Recorder) {
    let ground = Rc::new(Ground::new(plan, record, homeward.0.subscribe()));
    let local = LocalSet::new();
    let walking: Vec<_> = everybody(&ground).into_iter().map(|fan| local.spawn_local(fan.live())).collect();
    let all_home = async {
        for fan in walking {
            if let Err(panic) = fan.await {
                std::panic::resume_unwind(panic.into_panic());
            }
        }
    };
    let looks = async {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            watch(&ground.tally.borrow(), ground.began.elapsed());
        }
    };
    local
        .run_until(async {
            tokio::select! {
                () = all_home => {}
                () = looks => {}
            }
        })
        .await;
    Rc::into_inner(ground).expect("every fan has gone home").end()
}

fn everybody(ground: &Rc<Ground>) -> Vec<Fan> {
    let plan = &ground.plan;
    let mut fans = Vec::new();
    for group in &plan.groups {
        for index in 0..group.fans {
            let number = fans.len() as u64;
            let due = group.arrivals.due(index, group.fans);
            fans.push(Fan {
                name: format!("{}-{number}", plan.name),
                comes_at: ground.began + due,
                habit: group.habit,
                purpose: group.purpose,
                dice: fastrand::Rng::with_seed(plan.dice.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number),
                keys: 0,
                charged: 0,
                ground: ground.clone(),
            });
        }
    }
    fans
}
