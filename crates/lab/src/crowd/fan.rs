//! One fan's life: comes, waits, is let in, does what they came for, goes home.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::ground::Ground;
use super::plan::{Habit, Purpose};
use super::shopping::Shopped;
use super::waiting::Waited;

/// Somebody who wants to be there.
pub(super) struct Fan {
    pub name: String,
    pub comes_at: Instant,
    pub habit: Habit,
    pub purpose: Purpose,
    pub dice: fastrand::Rng,
    /// Idempotency keys used so far.
    pub keys: u64,
    /// Money on the balance, in minor units.
    pub charged: u64,
    pub ground: Rc<Ground>,
}

/// Times that a fan joins anew, after a pass that ran out unused, before giving up.
const VISITS_MAX: u32 = 3;

impl Fan {
    pub async fn live(mut self) {
        if !self.ground.rest(self.comes_at.saturating_duration_since(Instant::now())).await {
            return;
        }
        self.ground.tally.borrow_mut().came += 1;
        let why = self.visit_until_done().await;
        if let Some(why) = why {
            self.ground.tally.borrow_mut().gave_up(why);
        }
    }

    /// Why the fan went without a seat; `None`: with one.
    async fn visit_until_done(&mut self) -> Option<&'static str> {
        let tired_at = self.tired_at();
        for _ in 0..VISITS_MAX {
            let pass = match self.wait_in_line(tired_at).await {
                Waited::LetIn(pass) => pass,
                Waited::Home(why) => return Some(why),
            };
            self.ground.tally.borrow_mut().inside += 1;
            let shopped = match self.purpose {
                Purpose::Buy => self.shop(&pass).await,
                Purpose::Linger { from, to } => self.linger(from, to).await,
            };
            self.ground.tally.borrow_mut().inside -= 1;
            match shopped {
                Shopped::Bought => return None,
                Shopped::Home(why) => return Some(why),
                Shopped::PassOver => {}
            }
        }
        Some("tired of waiting again")
    }

    fn tired_at(&mut self) -> Option<Instant> {
        match self.habit {
            Habit::Leaving { after, at_most, .. } => Some(Instant::now() + self.between(after, at_most)),
            Habit::Steady | Habit::Silent | Habit::Retrying => None,
        }
    }

    async fn linger(&mut self, from: Duration, to: Duration) -> Shopped {
        let time = self.between(from, to);
        self.ground.rest(time).await;
        self.leave().await;
        Shopped::Home("looked around")
    }

    /// A time between two, by the fan's dice.
    pub fn between(&mut self, from: Duration, to: Duration) -> Duration {
        from + to.saturating_sub(from).mul_f64(self.dice.f64())
    }

    /// Thinks for a time between two; false if it is time to go home.
    pub async fn think(&mut self, from_ms: u64, to_ms: u64) -> bool {
        let time = self.between(Duration::from_millis(from_ms), Duration::from_millis(to_ms));
        self.ground.rest(time).await
    }
}
