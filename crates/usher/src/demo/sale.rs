//! The sale of a demo and the crowd that comes for it: everything scales with the number of fans.

use std::time::Duration;

use usher_lab::acks::Recorder;
use usher_lab::crowd::Plan;
use usher_lab::crowd::plan::{Arrivals, Group, Habit, Purpose, Shape};
use usher_lab::operator::{Night, Operator};
use usher_lab::target::Target;

/// The room that fans wait in.
const ROOM: &str = "main";
/// The price of a seat, in won.
const PRICE: u64 = 99_000;
/// Whoever walks away from a hold blocks its seats for so long.
const HOLD_SECS: u32 = 10;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// From the first fan to the opening, unless the demo is shorter than four times that.
const GATHERING: Duration = Duration::from_secs(5);
const CONNECTIONS: usize = 128;
const STREAMS_MAX: usize = 64;

/// What is sold, to how many, and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Sale {
    pub fans: u32,
    /// Of each of two nights.
    pub seats_a_night: u32,
    pub admits_per_second: u32,
    pub live_passes_max: u32,
    /// From the first fan to the opening.
    pub opens_in: Duration,
}

impl Sale {
    /// Seats for half of the fans or so, and a door through which they pass in less than half a minute.
    pub fn for_fans(fans: u32, lasting: Option<Duration>) -> Self {
        let admits_per_second = (fans / 25).clamp(2, 400);
        Self {
            fans,
            seats_a_night: (fans * 3 / 10).clamp(2, 100_000),
            admits_per_second,
            live_passes_max: admits_per_second * 8,
            opens_in: lasting.map_or(GATHERING, |lasting| GATHERING.min(lasting / 4)),
        }
    }

    pub fn seats(&self) -> u32 {
        2 * self.seats_a_night
    }

    /// Puts two nights on sale; the concert's id.
    pub async fn prepare(&self, operator: &mut Operator) -> anyhow::Result<u64> {
        let concert = operator.concert("한여름밤의 공연 · A Midsummer Night").await?;
        for (days, title) in [(1, "첫째 날 · The first night"), (2, "둘째 날 · The second night")] {
            let night = Night {
                title: title.into(),
                begins_in: DAY * days,
                price: PRICE,
                seats: self.seats_a_night,
                hold_secs: HOLD_SECS,
                room: ROOM.into(),
            };
            operator.night(concert, &night).await?;
        }
        Ok(concert)
    }

    /// Sets the room's pace, and when it opens.
    pub async fn open(&self, operator: &mut Operator, record: &mut Recorder) -> anyhow::Result<()> {
        let opens_at = jiff::Timestamp::now().checked_add(self.opens_in)?;
        let Self { live_passes_max, admits_per_second, .. } = self;
        let patch = format!(
            r#"{{"opensAt":"{opens_at:.3}","livePassesMax":{live_passes_max},"admitsPerSecond":{admits_per_second}}}"#
        );
        operator.change(ROOM, &patch, record).await?;
        Ok(())
    }

    /// Most are steady; some are never heard of again, some leave, some hang up and ask again.
    pub fn crowd(&self, target: Target, concert: u64) -> Plan {
        let spike = Arrivals { from: Duration::ZERO, lasting: self.opens_in * 2, shape: Shape::Heaviside };
        let early = Arrivals { from: Duration::ZERO, lasting: self.opens_in, shape: Shape::Even };
        let part = |percent: u32| self.fans * percent / 100;
        let leaving = |says_so| Habit::Leaving {
            after: Duration::from_secs(5),
            at_most: Duration::from_secs(40),
            says_so,
        };
        let some = [
            (part(3), Habit::Silent, early),
            (part(10), leaving(true), spike),
            (part(5), leaving(false), spike),
            (part(10), Habit::Retrying, spike),
        ];
        let steady = self.fans - some.iter().map(|(fans, ..)| fans).sum::<u32>();
        let group = |(fans, habit, arrivals)| Group { fans, habit, arrivals, purpose: Purpose::Buy };
        Plan {
            target,
            room: ROOM.into(),
            name: "fan".into(),
            groups: some.into_iter().chain([(steady, Habit::Steady, spike)]).map(group).collect(),
            concert,
            price: PRICE,
            connections: CONNECTIONS,
            streams_max: STREAMS_MAX,
            dice: 1,
        }
    }
}
