//! How long somebody in line will wait, given how many will be let in and how many drop out.

use super::turnover::STEP;
use crate::Span;

/// Admissions from now on, and the share of waiters that drops out.
///
/// With outflow `mu(t)` and a drop-out hazard `h` per waiter, the `p` people up to oneself follow `dp/dt = -mu - h p`:
/// the fluid limit of a queue with impatient customers (Garnett, Mandelbaum, Reiman, "Designing a call center with
/// impatient customers", 2002; Whitt, "Fluid models for multiserver queues with abandonments", 2006). They are gone
/// at the time `T` at which the integral of `mu(t) exp(h t)` from 0 to `T` reaches `p`. For an even `mu` that is
/// `T = ln(1 + h p / mu) / h`, and `p / mu` as `h` goes to 0.
#[derive(Debug, PartialEq)]
pub(super) struct Forecast {
    /// For each step: how many people stand up to one whose turn comes at its beginning, and `mu` in it by ms.
    steps: Vec<(f64, f64)>,
    dropouts_per_ms: f64,
}

impl Forecast {
    /// From the admissions of each step. After the last, it goes on as in the latter half of them.
    /// `None` if nobody is let in then.
    pub fn new(admissions: &[f64], dropouts_per_ms: f64) -> Option<Self> {
        let step_ms = STEP.ms() as f64;
        let half = &admissions[admissions.len() / 2..];
        let even = half.iter().sum::<f64>() / half.len().max(1) as f64;
        if even <= 0.0 {
            return None;
        }
        let mut steps = Vec::with_capacity(admissions.len() + 1);
        let (mut reached, mut weight) = (0.0, 1.0);
        let grows = (dropouts_per_ms * step_ms).exp();
        let weight_of_step = if dropouts_per_ms > 0.0 { (grows - 1.0) / dropouts_per_ms } else { step_ms };
        for admitted in admissions.iter().chain([&even]) {
            let per_ms = admitted / step_ms;
            steps.push((reached, per_ms));
            reached += per_ms * weight * weight_of_step;
            weight *= grows;
        }
        Some(Self { steps, dropouts_per_ms })
    }

    /// The wait of somebody with so many ahead: until the admission that is one's own.
    pub fn wait(&self, position: u32) -> Span {
        let people = f64::from(position) + 1.0;
        let step = self.steps.partition_point(|(reached, _)| *reached < people).saturating_sub(1);
        let (reached, per_ms) = self.steps[step];
        let begins_ms = step as f64 * STEP.ms() as f64;
        let h = self.dropouts_per_ms;
        let alone = (people - reached) / (per_ms * (h * begins_ms).exp());
        let ms = if h * alone < 1e-6 { alone } else { (h * alone).ln_1p() / h };
        Span::from_ms((begins_ms + ms).round() as u64)
    }

    pub fn heap_bytes(&self) -> usize {
        self.steps.capacity() * size_of::<(f64, f64)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_outflow_gives_the_closed_formula() {
        for (per_second, h_per_second) in [(20.0, 0.0), (20.0, 0.001), (0.5, 0.01)] {
            let admissions = vec![per_second * STEP.ms() as f64 / 1e3; 300];
            let forecast = Forecast::new(&admissions, h_per_second / 1e3).expect("people are let in");
            for position in [0u32, 10, 1_000, 100_000] {
                let people = f64::from(position) + 1.0;
                let seconds = match h_per_second {
                    0.0 => people / per_second,
                    h => f64::ln_1p(h * people / per_second) / h,
                };
                let told = forecast.wait(position).ms() as f64 / 1e3;
                assert!((told - seconds).abs() < 0.01, "{position} at {per_second}: {told}, not {seconds}");
            }
        }
    }

    #[test]
    fn nobody_is_promised_a_turn_in_steps_in_which_nobody_is_let_in() {
        let mut admissions = vec![0.0; 10];
        admissions.resize(20, 4.0);
        let forecast = Forecast::new(&admissions, 0.0).expect("people are let in later");
        assert_eq!(
            forecast.wait(3).ms(),
            11 * STEP.ms(),
            "the fourth of four, at the end of the eleventh step"
        );
        assert_eq!(forecast.wait(4).ms(), 11 * STEP.ms() + STEP.ms() / 4);
        assert_eq!(Forecast::new(&[1.0, 0.0, 0.0], 0.0), None);
    }
}
