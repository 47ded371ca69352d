//! Evenings of a waiting room: a crowd comes early, the doors open, and its own record says whether what it was told was
//! so. [`eta`] judges expected times, [`doors`] who was let in and what the others heard.

pub mod doors;
pub mod eta;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::acks::{self, Ack, Recorder};
use crate::crowd::plan::Group;
use crate::crowd::{self, Homeward, Plan, Tally};
use crate::operator::{Night, Operator};
use crate::target::Target;

/// Keep-alive connections that fans take turns on.
const CONNECTIONS: usize = 64;
/// Fans near the front who watch a stream instead of asking.
const STREAMS_MAX: usize = 20;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Whoever walks away from a hold blocks its seats for so long.
const HOLD_SECS: u32 = 10;
const PRICE: u64 = 1_000;

/// A room, its crowd, and how long they are watched.
#[derive(Clone, Debug)]
pub struct Evening {
    pub room: &'static str,
    pub live_passes_max: u32,
    pub admits_per_second: u32,
    /// From the first fan to the opening.
    pub opens_in: Duration,
    /// From the first fan until everybody goes home.
    pub lasting: Duration,
    pub groups: Vec<Group>,
    /// Seats on sale; 0: none, nobody buys.
    pub seats: u32,
    pub dice: u64,
}

impl Evening {
    /// Lets it happen; every answer is in the record at `acks` afterwards.
    pub fn happen(&self, target: &Target, admin: &Target, acks: &Path) -> anyhow::Result<Tally> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut record = Recorder::append(acks)?;
            let mut operator = Operator::of(target.clone(), admin.clone());
            let concert = self.prepare(&mut operator, &mut record).await?;
            let homeward = Homeward::new();
            let plan = self.plan(target.clone(), concert);
            let (tally, mut record) = crowd::run(plan, record, &homeward, |_, elapsed| {
                if elapsed >= self.lasting {
                    homeward.go();
                }
            })
            .await;
            // The first connection has been idle all evening, and the house may have closed it.
            let mut operator = Operator::of(target.clone(), admin.clone());
            operator.room(self.room, &mut record).await?;
            record.finish()?;
            Ok(tally)
        })
    }

    async fn prepare(&self, operator: &mut Operator, record: &mut Recorder) -> anyhow::Result<u64> {
        let opens_at = jiff::Timestamp::now().checked_add(self.opens_in)?;
        let Self { live_passes_max, admits_per_second, .. } = self;
        let patch = format!(
            r#"{{"opensAt":"{opens_at:.3}","livePassesMax":{live_passes_max},"admitsPerSecond":{admits_per_second}}}"#
        );
        operator.change(self.room, &patch, record).await?;
        let concert = operator.concert("An evening").await?;
        if self.seats > 0 {
            let night = Night {
                title: "The only night".to_owned(),
                begins_in: DAY,
                price: PRICE,
                seats: self.seats,
                hold_secs: HOLD_SECS,
                room: self.room.to_owned(),
            };
            operator.night(concert, &night).await?;
        }
        Ok(concert)
    }

    fn plan(&self, target: Target, concert: u64) -> Plan {
        Plan {
            target,
            room: self.room.to_owned(),
            name: self.room.to_owned(),
            groups: self.groups.clone(),
            concert,
            price: PRICE,
            connections: CONNECTIONS,
            streams_max: STREAMS_MAX,
            dice: self.dice,
        }
    }
}

/// What each user was told, in order.
fn by_user(acks: &Path) -> anyhow::Result<BTreeMap<String, Vec<Ack<'static>>>> {
    let mut users: BTreeMap<String, Vec<Ack<'static>>> = BTreeMap::new();
    for ack in acks::read(acks)? {
        let ack = ack?;
        users.entry(ack.user.clone().into_owned()).or_default().push(ack);
    }
    users.values_mut().for_each(|told| told.sort_by_key(|ack| ack.at_ms));
    Ok(users)
}
