//! Who is let in when a third of the line is silent, and what the others hear until the last seat is gone.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::{Evening, by_user};
use crate::acks::{Ack, Op};
use crate::crowd::plan::{Arrivals, Group, Habit, Purpose, Shape};
use crate::seen::{Outlook, Place, Status};

/// Silent fans have joined so long before the doors open, at least.
const SILENT_BEFORE: Duration = Duration::from_secs(60);
const POLLING_SHARE_MIN: f64 = 0.98;
/// From the last seat's sale until everybody who asks hears of it.
const HEARD_WITHIN_MS: u64 = 1_000;
const SEATS: u32 = 600;

/// Cap 50 and rate 20; the first 30 % join and are never heard of again.
pub fn evening() -> Evening {
    let spread = Duration::from_secs(5);
    let group = |fans, habit, from, lasting| {
        let arrivals = Arrivals { from, lasting, shape: Shape::Even };
        Group { fans, habit, arrivals, purpose: Purpose::Buy }
    };
    Evening {
        room: "doors",
        live_passes_max: 50,
        admits_per_second: 20,
        opens_in: spread + SILENT_BEFORE + Duration::from_secs(1),
        lasting: Duration::from_secs(240),
        groups: vec![
            group(600, Habit::Silent, Duration::ZERO, spread),
            group(1_400, Habit::Steady, Duration::from_secs(3), Duration::from_secs(55)),
        ],
        seats: SEATS,
        dice: 204,
    }
}

/// What the record shows.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    pub polling_let_in: u64,
    pub given: u64,
    pub positions: u64,
    pub rises: u64,
    pub sold: u64,
    /// Answers to requests sent a second or more after the last seat was sold, to fans who waited.
    pub told_after: u64,
    pub not_told_sold_out: u64,
}

impl Doors {
    /// Each claim, the figure, and whether it is so.
    pub fn claims(&self) -> Vec<(&'static str, String, bool)> {
        let share = self.polling_let_in as f64 / self.given.max(1) as f64;
        vec![
            (
                "of the passes given, to fans who poll (>= 98 %)",
                format!("{} of {}, {:.1} %", self.polling_let_in, self.given, 100.0 * share),
                self.given > 0 && share >= POLLING_SHARE_MIN,
            ),
            (
                "positions shown that rise for their fan (0)",
                format!("{} of {}", self.rises, self.positions),
                self.positions > 0 && self.rises == 0,
            ),
            (
                "seats sold, by the fans' answers (all)",
                format!("{} of {SEATS}", self.sold),
                self.sold == u64::from(SEATS),
            ),
            (
                "answers a second after the last seat that do not say sold-out (0)",
                format!("{} of {}", self.not_told_sold_out, self.told_after),
                self.told_after > 0 && self.not_told_sold_out == 0,
            ),
        ]
    }
}

impl fmt::Display for Doors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (claim, figure, is_so) in self.claims() {
            let says = if is_so { "met" } else { "**missed**" };
            writeln!(out, "| {claim} | {figure} | {says} |")?;
        }
        Ok(())
    }
}

/// Reads it off the record; passes given are counted by the operator's last look at the room.
pub fn judge(acks: &Path) -> anyhow::Result<Doors> {
    let users = by_user(acks)?;
    let mut doors = Doors::default();
    let everything = || users.values().flatten();
    let sales = everything().filter(|ack| ack.op == Op::Pay && (200..300).contains(&ack.status));
    let mut last_sale_ms = 0;
    for sale in sales {
        doors.sold += sale.seat_numbers.len() as u64;
        last_sale_ms = last_sale_ms.max(sale.at_ms);
    }
    let rooms = everything().filter_map(|ack| ack.room.as_ref());
    doors.given = rooms.map(|room| room.admitted).max().unwrap_or_default();
    let heard_from = last_sale_ms.saturating_add(HEARD_WITHIN_MS);
    for told in users.values() {
        let places: Vec<(&Ack<'_>, &Place)> =
            told.iter().filter_map(|ack| Some((ack, ack.place.as_ref()?))).collect();
        let let_in = places.iter().filter(|(_, place)| place.status == Status::Processing);
        doors.polling_let_in += let_in.map(|(_, place)| place.number).collect::<BTreeSet<_>>().len() as u64;
        let positions: Vec<u64> = places.iter().filter_map(|(_, place)| place.position).collect();
        doors.positions += positions.len() as u64;
        doors.rises += positions.windows(2).filter(|pair| pair[1] > pair[0]).count() as u64;
        let late = places.iter().filter(|(ack, place)| {
            ack.op == Op::Poll
                && place.status == Status::Waiting
                && ack.sent_ms.is_some_and(|sent| sent >= heard_from)
        });
        for (_, place) in late {
            doors.told_after += 1;
            doors.not_told_sold_out += u64::from(place.outlook != Outlook::SoldOut);
        }
    }
    Ok(doors)
}
