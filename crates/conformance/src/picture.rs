//! A picture of a store: everything that can be read from it, as lines, so that two stores can be compared.

use std::collections::{BTreeMap, BTreeSet};

use usher_core::{
    Aggregate, ConcertId, Effect, Event, HoldId, PerformanceId, SeatNumber, TransferId, UserId,
};
use usher_engine::{Reader, RowKind};

use crate::scene::scan;

/// Everything readable, one thing a line.
pub(crate) struct Picture {
    lines: Vec<String>,
    counts: Vec<String>,
}

/// Fails if the two differ, naming the first difference and where in a history it was seen.
pub(crate) fn compare(at: &str, expected: &Picture, found: &Picture) {
    same(at, &expected.lines, &found.lines);
    // Only stores that keep counts as rows have any.
    if !found.counts.is_empty() {
        same(at, &expected.counts, &found.counts);
    }
}

fn same(at: &str, expected: &[String], found: &[String]) {
    for (expected, found) in expected.iter().zip(found) {
        assert!(expected == found, "{at}: the stores differ\n   model: {expected}\n   store: {found}");
    }
    assert_eq!(expected.len(), found.len(), "{at}: one store shows more than the other");
}

/// What there is to ask about.
#[derive(Default)]
struct Names {
    concerts: BTreeSet<ConcertId>,
    performances: BTreeSet<PerformanceId>,
    holds: BTreeSet<HoldId>,
    payments: BTreeSet<TransferId>,
    users: BTreeSet<UserId>,
}

const SCANNED: [RowKind; 12] = [
    RowKind::Concert,
    RowKind::Performance,
    RowKind::Stage,
    RowKind::Claim,
    RowKind::Hold,
    RowKind::Booking,
    RowKind::Payment,
    RowKind::Account,
    RowKind::Movement,
    RowKind::Event,
    RowKind::Room,
    RowKind::Place,
];
/// Small, so that every history has pages.
const PAGE: usize = 3;

pub(crate) fn take(reader: &mut dyn Reader) -> Picture {
    let mut lines = Vec::new();
    let mut names = Names::default();
    for kind in SCANNED {
        let rows = scan(reader, kind, 7);
        rows.iter().for_each(|row| names.add(row));
        lines.extend(sorted(&rows));
    }
    let counts = sorted(&scan(reader, RowKind::Count, 7));
    for id in &names.concerts {
        lines.push(format!("concert {id}: {:?}", reader.concert(*id).expect("a concert can be read")));
    }
    for id in &names.performances {
        performance(reader, *id, &names, &mut lines);
    }
    for id in &names.holds {
        lines.push(format!("hold {id}: {:?}", reader.hold(*id).expect("a hold can be read")));
    }
    for id in &names.payments {
        lines.push(format!("payment {id}: {:?}", reader.payment(*id).expect("a payment can be read")));
    }
    for id in &names.users {
        user(reader, id, &mut lines);
    }
    let ids: Vec<PerformanceId> = names.performances.into_iter().collect();
    let mut stages = reader.stages(&ids).expect("stages can be read");
    stages.sort_by_key(|stage| stage.performance);
    lines.push(format!("stages: {stages:?}"));
    let mut unfinished = reader.unfinished_cancellations().expect("cancellations can be read");
    unfinished.sort_unstable();
    lines.push(format!("unfinished: {unfinished:?}"));
    lines.push(format!("due: {:?}", reader.due(1_000).expect("due holds can be read")));
    lines.push(format!("webhooks: {:?}", reader.webhooks().expect("webhooks can be read")));
    lines.push(format!("mark: {:?}", reader.mark().expect("the mark can be read")));
    lines.extend(outbox(reader).into_iter().map(|event| format!("event: {event:?}")));
    Picture { lines, counts }
}

impl Names {
    fn add(&mut self, row: &Effect) {
        match row {
            Effect::Concert(concert) => drop(self.concerts.insert(concert.id)),
            Effect::Performance(performance) => drop(self.performances.insert(performance.id)),
            Effect::Hold(hold) => {
                self.holds.insert(hold.id);
                self.users.insert(hold.user.clone());
            }
            Effect::Payment(payment) => drop(self.payments.insert(payment.id)),
            Effect::Account(account) => drop(self.users.insert(account.user.clone())),
            Effect::Stage(_)
            | Effect::Claim(_)
            | Effect::ClaimEnded { .. }
            | Effect::Count { .. }
            | Effect::Booking(_)
            | Effect::Movement(_)
            | Effect::Room(_)
            | Effect::Place(_)
            | Effect::PlaceReplaced { .. }
            | Effect::Answer(_)
            | Effect::Event(_)
            | Effect::Webhook(_)
            | Effect::WebhookRemoved(_)
            | Effect::Delivery(_) => {}
        }
    }
}

fn sorted(rows: &[Effect]) -> Vec<String> {
    let mut lines: Vec<String> = rows.iter().map(|row| format!("row: {row:?}")).collect();
    lines.sort_unstable();
    let all = lines.len();
    lines.dedup();
    assert_eq!(all, lines.len(), "a scan shows a row twice");
    lines
}

fn performance(reader: &mut dyn Reader, id: PerformanceId, names: &Names, lines: &mut Vec<String>) {
    lines.push(format!("programme {id}: {:?}", reader.programme(id).expect("a programme can be read")));
    lines.push(format!("seats {id}: {:?}", reader.seats(id).expect("seats can be read")));
    for user in &names.users {
        let holds = reader.holds_of(user, id).expect("holds can be read");
        lines.push(format!("{user} at {id}: {holds:?}"));
    }
    let mut left: Vec<String> = reader
        .unfinished(id, 1_000)
        .expect("what is left can be read")
        .into_iter()
        .map(|ended| format!("left at {id}: {ended:?}"))
        .collect();
    left.sort_unstable();
    lines.append(&mut left);
    let mut after: Option<SeatNumber> = None;
    loop {
        let page = reader.bookings(id, after, PAGE).expect("bookings can be read");
        lines.extend(page.iter().map(|line| format!("booking at {id}: {line:?}")));
        let Some(last) = page.last() else { break };
        after = last.hold.seats.first().copied();
    }
}

fn user(reader: &mut dyn Reader, user: &UserId, lines: &mut Vec<String>) {
    lines.push(format!("account {user}: {:?}", reader.account(user).expect("an account can be read")));
    let mut before = None;
    loop {
        let page = reader.movements(user, before, PAGE).expect("movements can be read");
        lines.extend(page.iter().map(|movement| format!("movement: {movement:?}")));
        let Some(last) = page.last() else { break };
        before = Some(last.id);
    }
    let mut before = None;
    loop {
        let page = reader.payments(user, before, PAGE).expect("payments can be read");
        lines.extend(page.iter().map(|payment| format!("paid: {payment:?}")));
        let Some(last) = page.last() else { break };
        before = Some(last.id);
    }
}

/// Every event by position. Fails if an aggregate's sequence has a gap, or a position is not where it should be.
pub(crate) fn outbox(reader: &mut dyn Reader) -> Vec<Event> {
    let mut events = Vec::new();
    let mut sequences: BTreeMap<Aggregate, u64> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = reader.events(after, 50).expect("events can be read");
        if page.is_empty() {
            break;
        }
        for waiting in page {
            assert!(waiting.position > after, "positions in the outbox must ascend");
            after = waiting.position;
            let known = reader.event_position(Some(waiting.event.id)).expect("a position can be read");
            assert_eq!(known, Some(after), "an event must be found at its position");
            let last = sequences.entry(waiting.event.fact.aggregate()).or_insert(0);
            assert_eq!(waiting.event.sequence, *last + 1, "an aggregate's events must be dense and in order");
            *last += 1;
            events.push(waiting.event);
        }
    }
    let newest = reader.event_position(None).expect("a position can be read");
    assert_eq!(newest, Some(after), "the newest position must be the last event's");
    events
}
