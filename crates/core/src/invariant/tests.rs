//! A house that was only ever decided about keeps every invariant, and losing any one row of it is found.

use std::sync::Arc;

use super::*;
use crate::dataset::Dataset;
use crate::{
    Command, Effect, EventId, HoldId, IdKind, Ids, Moment, Money, NewPerformance, Order, PaymentMethod,
    PerformanceId, Rows, SeatNumber, Settings, Span, Timestamp, TransferId, UserId, decide,
};

pub(super) const NOW: Timestamp = Timestamp::from_unix_ms(1_795_564_800_000);

/// Every row in the order in which an audit sees them.
pub(super) fn walk(effects: &[Effect]) -> Vec<&Effect> {
    let place = |effect: &&Effect| match effect {
        Effect::Performance(_) => (0, None),
        Effect::Concert(_) => (1, None),
        Effect::Claim(claim) => (2, Some((claim.performance, claim.seat))),
        Effect::Event(_) => (4, None),
        _ => (3, None),
    };
    let mut effects: Vec<&Effect> = effects.iter().collect();
    effects.sort_by_key(place);
    effects
}

pub(super) fn examine(effects: &[Effect], scope: &Scope) -> Report {
    let mut audit = Audit::new(scope.clone());
    walk(effects).into_iter().for_each(|effect| audit.see(effect));
    let mut walked = audit.end();
    let mut findings = walked.findings;
    findings.extend(
        walked.missing_concerts.iter().map(|id| Finding {
            invariant: Invariant::NoDoubleSale,
            says: format!("concert {id} is missing"),
        }),
    );
    while !walked.suspects.is_empty() {
        let mut recount = Recount::new(scope.clone(), &walked.suspects.take_some());
        walk(effects).into_iter().for_each(|effect| recount.see(effect));
        let off = recount.end();
        assert!(!off.is_empty(), "what is off in a bucket is found in it");
        findings.extend(off.into_values().map(Unequal::into_finding));
    }
    Report::new(&walked.tally, walked.digest, scope, &findings, &[])
}

pub(super) fn broken(report: &Report) -> Vec<(Invariant, Vec<String>)> {
    let broken = report.invariants.iter().filter(|line| line.verdict == Verdict::Violated);
    broken.map(|line| (line.invariant, line.violations.clone())).collect()
}

fn dataset() -> (Vec<Effect>, Scope) {
    let dataset = Dataset::at_scale(0.0001, 1, NOW).expect("a scale within bounds");
    (dataset.effects().collect(), Scope::new(Some(dataset.mark()), None, NOW))
}

struct Counting([u64; IdKind::ALL.len()]);

impl Ids for Counting {
    fn next(&mut self, kind: IdKind) -> u64 {
        self.0[kind as usize] += 1;
        self.0[kind as usize]
    }
}

/// A house in which everything has happened: seats 1 to 6 of performance 1 are held, sold, refunded, given back,
/// blocked and held; performance 2 was closed and called off with a booking that is refunded.
pub(super) fn lived_in() -> (Vec<Effect>, Scope) {
    let user = |name: &str| UserId::stored(name);
    let seats = |seat: u32| -> Arc<[SeatNumber]> { Arc::new([SeatNumber::new(seat)]) };
    let hold = |who: &str, performance: u64, seat: u32| Command::PlaceHold {
        user: user(who),
        performance: PerformanceId::new(performance),
        seats: seats(seat),
        pass: crate::PassShown::NotNeeded,
    };
    let pay = |who: &str, hold: u64| Command::Pay {
        user: user(who),
        hold: HoldId::new(hold),
        amount: None,
        method: PaymentMethod::Paypal,
    };
    let charge =
        |who: &str, amount: u64| Command::Charge { user: user(who), amount: Money::from_minor_units(amount) };
    let first = PerformanceId::new(1);
    let commands = [
        Command::MakeConcert { title: "An evening".into() },
        performance(30_000),
        performance(0),
        charge("kim", 100_000),
        charge("lee", 50_000),
        Command::Use { user: user("lee"), amount: Money::from_minor_units(5_000) },
        hold("kim", 1, 1),
        hold("kim", 1, 2),
        pay("kim", 2),
        hold("lee", 1, 3),
        pay("lee", 3),
        Command::CancelPayment { user: None, payment: TransferId::new(5) },
        hold("park", 1, 4),
        Command::GiveBack { user: None, hold: HoldId::new(4) },
        Command::Block { performance: first, seats: seats(5) },
        hold("park", 2, 1),
        Command::Confirm { user: user("park"), hold: HoldId::new(5) },
        Command::Close { performance: PerformanceId::new(2) },
        Command::CancelPerformance { performance: PerformanceId::new(2) },
        Command::CancelPayment { user: None, payment: TransferId::new(7) },
        hold("lee", 1, 6),
    ];
    let mut rows = Rows::default();
    let mut ids = Counting([0; IdKind::ALL.len()]);
    for (n, command) in commands.into_iter().enumerate() {
        let settings = Settings::default();
        let now = NOW.plus(Span::from_secs(n as u64));
        let mut moment = Moment { now, ids: &mut ids, settings: &settings };
        let decision = decide(&rows, &Order::unkeyed(command.clone()), &mut moment)
            .unwrap_or_else(|refusal| panic!("{command:?} is refused: {refusal:?}"));
        decision.effects.iter().for_each(|effect| rows.apply(effect));
    }
    (all_rows(&rows), Scope::new(None, Some((EventId::new(1), NOW)), NOW))
}

fn performance(price: u64) -> Command {
    Command::MakePerformance(NewPerformance {
        concert: crate::ConcertId::new(1),
        begins_at: NOW.plus(Span::from_secs(1_000_000)),
        duration: Span::from_secs(7_200),
        title: "The first night".into(),
        description: None,
        price: Money::from_minor_units(price),
        seats_max: 10,
        sale_opens_at: None,
        sale_closes_at: None,
        hold_ttl: None,
        seats_per_user_max: None,
        room: None,
    })
}

fn all_rows(rows: &Rows) -> Vec<Effect> {
    let mut effects = Vec::new();
    effects.extend(rows.concerts.values().cloned().map(Effect::Concert));
    for house in rows.houses.values() {
        effects.push(Effect::Performance(house.performance.clone()));
        effects.push(Effect::Stage(house.stage));
        effects.extend(house.claims.values().cloned().map(Effect::Claim));
        effects.extend(house.counts.iter().map(|(user, seats)| Effect::Count {
            performance: house.performance.id,
            user: user.clone(),
            seats: *seats,
        }));
    }
    effects.extend(rows.holds.values().cloned().map(Effect::Hold));
    effects.extend(rows.bookings.values().cloned().map(Effect::Booking));
    effects.extend(rows.payments.values().cloned().map(Effect::Payment));
    effects.extend(rows.accounts.values().cloned().map(Effect::Account));
    effects.extend(rows.movements.values().cloned().map(Effect::Movement));
    effects.extend(rows.events.iter().cloned().map(Effect::Event));
    effects
}

#[test]
fn the_dataset_keeps_every_invariant() {
    let (effects, scope) = dataset();
    let report = examine(&effects, &scope);
    assert_eq!(broken(&report), []);
    for line in &report.invariants {
        let expected = if line.invariant.needs_acks() { Verdict::NeedsAcks } else { Verdict::Holds };
        assert_eq!(line.verdict, expected, "{line}");
    }
    assert_eq!((report.rows, report.seats_sold), (1_001, 100));
}

#[test]
fn a_house_in_which_everything_has_happened_keeps_every_invariant() {
    let (effects, scope) = lived_in();
    let report = examine(&effects, &scope);
    assert_eq!(broken(&report), []);
    assert!(
        report.to_string().contains("150,000 in = 30,000 revenue + 5,000 spent elsewhere + 115,000 left"),
        "{report}"
    );
}

#[test]
fn losing_any_one_row_of_the_dataset_is_found() {
    let (effects, scope) = dataset();
    for lost in 0..effects.len() {
        let mut rest = effects.clone();
        let lost = rest.swap_remove(lost);
        assert!(!examine(&rest, &scope).is_clean(), "nobody misses {lost:?}");
    }
}

#[test]
fn losing_any_one_row_of_a_house_in_which_everything_has_happened_is_found() {
    let (effects, scope) = lived_in();
    for lost in 0..effects.len() {
        let mut rest = effects.clone();
        let lost = rest.swap_remove(lost);
        assert!(!examine(&rest, &scope).is_clean(), "nobody misses {lost:?}");
    }
}

#[test]
fn an_empty_house_passes_nothing() {
    let report = examine(&[], &Scope::default());
    assert!(report.invariants.iter().all(|line| line.verdict != Verdict::Holds), "{report}");
}

#[test]
fn the_digest_does_not_depend_on_the_order_of_rows() {
    let (mut effects, scope) = lived_in();
    let before = examine(&effects, &scope).digest;
    effects.reverse();
    assert_eq!(examine(&effects, &scope).digest, before);
    effects.pop();
    assert_ne!(examine(&effects, &scope).digest, before);
}

#[test]
fn events_that_are_forgotten_by_age_are_accounted_for() {
    let (effects, _) = lived_in();
    let rest: Vec<Effect> = effects
        .into_iter()
        .filter(|row| !matches!(row, Effect::Event(event) if event.id.get() < 9))
        .collect();
    let later = Scope::new(None, Some((EventId::new(9), NOW.plus(Span::from_secs(7)))), NOW);
    assert_eq!(broken(&examine(&rest, &later)), []);
    let report = examine(&rest, &later).to_string();
    assert!(report.contains("are forgotten, so changes since then and no sequences"), "{report}");
}
