//! How a fan asks: sends, writes the answer down, and sends again what got none, with the same key.

use std::time::Duration;

use super::fan::Fan;
use super::ground::problem;
use super::plan::Habit;
use crate::acks::{Ack, Op};
use crate::client::Answer;
use crate::draft::Draft;

/// How often a request is sent before a fan gives up on it.
const SENDS_MAX: u32 = 12;
/// The shortest rest before sending again; it doubles up to 32 times that.
const REST: Duration = Duration::from_millis(50);
/// Longest time after which a retrying fan hangs up.
const CUT_AFTER_MICROS: u64 = 3_000;

impl Fan {
    /// Asks until there is an answer: a success, or a refusal that asking again would not change. Each answer goes into
    /// the record as `ack` with what `read` finds in it. Whatever is asked here is safe to repeat.
    pub async fn ask(
        &mut self,
        ack: &Ack<'static>,
        write: &dyn Fn(&mut Draft),
        read: &dyn Fn(&Answer, &mut Ack<'static>),
    ) -> Option<Answer> {
        let mut cut_after = self.hangs_up();
        for sends in 0..SENDS_MAX {
            let exchange = self.ground.exchange(write, cut_after.take()).await;
            let mut told = Ack { sent_ms: Some(exchange.sent_ms), cut: exchange.cut, ..ack.clone() };
            told.at_ms = crate::acks::now_ms();
            let mut rest = REST * (1 << sends.min(5));
            match exchange.outcome {
                Ok(answer) => {
                    told.status = answer.status.as_u16();
                    if answer.is_ok() {
                        read(&answer, &mut told);
                    }
                    self.ground.record(&told);
                    match ask_again_after(&answer) {
                        None => return Some(answer),
                        Some(after) => rest = rest.max(after),
                    }
                }
                Err(_) => {
                    told.status = 0;
                    self.ground.record(&told);
                }
            }
            tokio::time::sleep(rest).await;
        }
        None
    }

    /// A retrying fan hangs up on every fourth request.
    fn hangs_up(&mut self) -> Option<Duration> {
        match self.habit {
            Habit::Retrying if self.dice.u32(..4) == 0 => {
                Some(Duration::from_micros(self.dice.u64(..CUT_AFTER_MICROS)))
            }
            Habit::Retrying | Habit::Steady | Habit::Silent | Habit::Leaving { .. } => None,
        }
    }

    /// A record of something that this fan asks.
    pub fn ack(&self, op: Op) -> Ack<'static> {
        Ack::now(op, self.name.clone(), 0)
    }

    /// A key that this fan has not used before.
    pub fn fresh_key(&mut self) -> String {
        self.keys += 1;
        format!("{}-{}", self.name, self.keys)
    }
}

/// When the answer only says that the same request should be sent again.
fn ask_again_after(answer: &Answer) -> Option<Duration> {
    if answer.is_ok() || !matches!(answer.status.as_u16(), 409 | 429 | 503) {
        return None;
    }
    let problem = problem(answer);
    let is_passing = ["request-in-flight", "try-again", "outcome-unknown"].contains(&problem.code.as_str());
    is_passing.then(|| Duration::from_millis(problem.retry_after_ms.unwrap_or(0).min(5_000)))
}
