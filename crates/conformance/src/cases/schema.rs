//! The last line: what the rules never ask for, the store refuses by itself.

use usher_core::{
    Account, Answer, AnswerKey, Answered, BalanceId, Changes, Claim, ClaimChange, ClaimState, Hold, HoldId,
    HoldState, Key, Keys, Money, Payment, Rows, TransferId, UserId,
};
use usher_engine::{CommitError, Desk, RowKind, StoreError, Tx};

use super::cases;
use crate::fixture::{Fixture, Store};
use crate::orders;
use crate::scene::Scene;

cases!("schema":
    a_second_claim_on_a_seat_is_refused,
    a_claim_is_not_sold_from_under_its_hold,
    a_claim_that_is_not_there_is_not_ended,
    a_second_payment_for_a_hold_is_refused,
    a_second_answer_to_a_key_is_refused,
    a_user_has_one_account,
    a_refused_batch_leaves_nothing_behind,
    a_transaction_that_is_dropped_leaves_nothing_behind,
);

/// Writes changes that no rule has allowed.
fn write<S: Store>(scene: &mut Scene<S>, locks: &[Key], changes: &Changes) -> Result<(), StoreError> {
    let keys = Keys { locks: locks.iter().cloned().collect(), ..Keys::default() };
    scene.at_the_desk(|desk| {
        let mut tx = desk.begin()?;
        tx.lock(&keys, &mut Rows::default())?;
        tx.write(changes)?;
        tx.commit().map_err(|error| match error {
            CommitError::Failed(error) | CommitError::Unknown(error) => error,
        })
    })
}

fn is_refused<S: Store>(scene: &mut Scene<S>, locks: &[Key], changes: &Changes) {
    match write(scene, locks, changes) {
        Err(StoreError::Constraint { .. }) => {}
        other => panic!("a constraint must refuse what the rules never ask for, not: {other:?}"),
    }
}

/// Another hold on the seats of this one, as a bug would grant it.
fn rival(hold: &Hold) -> Hold {
    Hold { id: HoldId::new(hold.id.get() + 1_000_000), user: UserId::stored("rival"), ..hold.clone() }
}

fn claim(hold: &Hold, before: Option<Option<HoldId>>, state: ClaimState) -> Changes {
    let (performance, seat) = (hold.performance, hold.seats[0]);
    let claim = Claim { performance, seat, state, hold: Some(hold.id), user: Some(hold.user.clone()) };
    let change = ClaimChange { before, after: Some(claim) };
    Changes { claims: [((performance, seat), change)].into(), ..Changes::default() }
}

fn a_second_claim_on_a_seat_is_refused<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 9);
    let held = scene.hold("kim", show, &[1]);
    let sold = scene.hold("kim", show, &[2]);
    scene.pay(&sold);
    scene.done(usher_core::Command::Block { performance: show, seats: orders::seats(&[3]) });
    let before = scene.reader().seats(show).expect("seats can be read").expect("it is there").claims;
    let blocked = Hold { seats: orders::seats(&[3]), ..held.clone() };
    for seat in [&held, &sold, &blocked] {
        is_refused(&mut scene, &[Key::Performance(show)], &claim(&rival(seat), None, ClaimState::Held));
    }
    let after = scene.reader().seats(show).expect("seats can be read").expect("it is there").claims;
    assert_eq!(after, before, "a seat was sold twice");
}

fn a_claim_is_not_sold_from_under_its_hold<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 9);
    let hold = scene.hold("kim", show, &[1]);
    let rival = rival(&hold);
    for before in [Some(Some(rival.id)), Some(None)] {
        is_refused(&mut scene, &[Key::Performance(show)], &claim(&rival, before, ClaimState::Sold));
    }
    let claims = scene.reader().seats(show).expect("seats can be read").expect("it is there").claims;
    assert_eq!((claims[0].hold, claims[0].state), (Some(hold.id), ClaimState::Held));
}

fn a_claim_that_is_not_there_is_not_ended<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 9);
    let hold = scene.hold("kim", show, &[1]);
    let other = rival(&hold);
    let mut changes = claim(&other, Some(Some(other.id)), ClaimState::Held);
    changes.claims.values_mut().for_each(|change| change.after = None);
    is_refused(&mut scene, &[Key::Performance(show)], &changes);
    assert_eq!(scene.taken(show), [1], "one buyer's seat was freed in another's name");
}

fn a_second_payment_for_a_hold_is_refused<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(100, 9);
    let payment = scene.sold("kim", show, &[1]);
    let second = Payment { id: TransferId::new(payment.id.get() + 1_000_000), ..payment.clone() };
    let changes = Changes { payments: [(second.id, second)].into(), ..Changes::default() };
    is_refused(&mut scene, &[Key::Performance(show)], &changes);
    assert_eq!(scene.all(RowKind::Payment).len(), 1, "one hold was paid twice");
}

fn a_second_answer_to_a_key_is_refused<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let order = orders::keyed(1, orders::charge("kim", 5));
    let first = scene.answer(order.clone()).expect("nothing speaks against it");
    let key = AnswerKey(1);
    let answered = Answered::Concert(usher_core::ConcertId::new(1));
    let at = crate::clock::TestClock::START;
    let changes = Changes { answers: vec![Answer { key, request: 7, answered, at }], ..Changes::default() };
    is_refused(&mut scene, &[Key::Answer(key)], &changes);
    assert_eq!(scene.answer(order).expect("it is answered again").reply, first.reply);
}

fn a_user_has_one_account<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    scene.charge("kim", 5);
    let kim = UserId::stored("kim");
    let account = scene.reader().account(&kim).expect("it can be read").expect("it is there");
    let second = Account {
        id: BalanceId::new(account.id.get() + 1_000_000),
        balance: Money::from_minor_units(1),
        ..account.clone()
    };
    let changes = Changes { accounts: [(kim.clone(), second)].into_iter().collect(), ..Changes::default() };
    // Refused, or taken for the account that is there: a store may do either, but never keep two.
    let _ = write(&mut scene, &[Key::Account(kim.clone())], &changes);
    assert_eq!(scene.all(RowKind::Account).len(), 1, "one user has two accounts");
    let found = scene.reader().account(&kim).expect("it can be read").expect("it is there");
    assert_eq!(found.id, account.id, "an account changed its id");
}

fn a_refused_batch_leaves_nothing_behind<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 9);
    let hold = scene.hold("kim", show, &[1]);
    let rival = rival(&hold);
    let mut changes = claim(&rival, None, ClaimState::Held);
    let free = Hold { seats: orders::seats(&[5]), ..rival.clone() };
    changes.claims.extend(claim(&free, None, ClaimState::Held).claims);
    changes.holds.insert(rival.id, rival.clone());
    is_refused(&mut scene, &[Key::Performance(show)], &changes);
    assert_eq!(scene.taken(show), [1]);
    assert!(scene.reader().hold(rival.id).expect("a hold can be read").is_none());
}

fn a_transaction_that_is_dropped_leaves_nothing_behind<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let show = scene.sale(0, 9);
    let hold = scene.hold("kim", show, &[1]);
    let free = Hold { seats: orders::seats(&[5]), state: HoldState::Live, ..rival(&hold) };
    let mut changes = claim(&free, None, ClaimState::Held);
    changes.holds.insert(free.id, free.clone());
    let keys = Keys { locks: [Key::Performance(show)].into(), ..Keys::default() };
    scene.at_the_desk(|desk| {
        let mut tx = desk.begin().expect("a transaction begins");
        tx.lock(&keys, &mut Rows::default()).expect("rows can be locked");
        tx.write(&changes).expect("a free seat can be claimed");
        drop(tx);
        // The desk goes on as if nothing had been.
        let mut tx = desk.begin().expect("a transaction begins");
        tx.lock(&keys, &mut Rows::default()).expect("rows can be locked");
    });
    assert_eq!(scene.taken(show), [1], "what was not committed took effect");
    assert!(scene.reader().hold(free.id).expect("a hold can be read").is_none());
}
