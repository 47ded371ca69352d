//! Who comes, when, and how they behave: fixed before the first one moves, the same for the same dice.

use std::time::Duration;

use crate::target::Target;

/// A crowd and what it comes for.
#[derive(Clone, Debug)]
pub struct Plan {
    pub target: Target,
    /// The room they wait in.
    pub room: String,
    /// Fans are called by this and a number.
    pub name: String,
    pub groups: Vec<Group>,
    /// The concert whose dates they choose from.
    pub concert: u64,
    /// What a seat costs, in minor units.
    pub price: u64,
    /// Keep-alive connections that fans take turns on, as behind one proxy.
    pub connections: usize,
    /// Fans near the front who may watch their place by a stream at the same time; the others poll.
    pub streams_max: usize,
    /// The seed of every fan's dice.
    pub dice: u64,
}

/// Fans who are alike.
#[derive(Clone, Debug)]
pub struct Group {
    pub fans: u32,
    pub habit: Habit,
    pub arrivals: Arrivals,
    pub purpose: Purpose,
}

/// What sets fans apart while they wait and ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Asks when told to, until let in.
    Steady,
    /// Joins, and is never heard from again.
    Silent,
    /// Grows tired after a time between these two, and leaves the line, or just stops asking.
    Leaving { after: Duration, at_most: Duration, says_so: bool },
    /// Hangs up on every fourth request before it is answered, and sends it again with the same key.
    Retrying,
}

/// What fans do once they are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Look for seats, hold, and pay, mostly.
    Buy,
    /// Look around for a time between these two and leave: a pass that lives so long.
    Linger { from: Duration, to: Duration },
}

/// When the fans of a group come, counted from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrivals {
    pub from: Duration,
    pub lasting: Duration,
    pub shape: Shape,
}

/// How arrivals spread over their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Evenly.
    Even,
    /// Few at first and at last, most in the middle: a smooth step, as load tools call `heaviside`.
    Heaviside,
}

impl Arrivals {
    /// When fan `index` of `count` comes.
    pub fn due(&self, index: u32, count: u32) -> Duration {
        let share = (f64::from(index) + 0.5) / f64::from(count.max(1));
        let at = match self.shape {
            Shape::Even => share,
            Shape::Heaviside => step_inverse(share),
        };
        self.from + self.lasting.mul_f64(at)
    }
}

/// When a logistic step from 0 to 1, six times as steep as it is long, has risen to a share: it stands for the error
/// function, whose inverse has no closed form, to within 2 %.
fn step_inverse(share: f64) -> f64 {
    const STEEPNESS: f64 = 12.0;
    let share = share.clamp(0.002, 0.998);
    (0.5 + (share / (1.0 - share)).ln() / STEEPNESS).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_arrivals_is_steepest_in_the_middle_and_stays_in_its_time() {
        let lasting = Duration::from_secs(10);
        let arrivals = Arrivals { from: Duration::from_secs(5), lasting, shape: Shape::Heaviside };
        let due: Vec<Duration> = (0..1_000).map(|index| arrivals.due(index, 1_000)).collect();
        assert!(due.is_sorted());
        assert!(due[0] >= Duration::from_secs(5) && due[999] <= Duration::from_secs(15), "{due:?}");
        let second = |from: u64| due.iter().filter(|at| (from..from + 1).contains(&at.as_secs())).count();
        assert!(second(9) > 200 && second(10) > 200 && second(5) < 30 && second(14) < 30);
    }
}
