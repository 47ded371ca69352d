//! Opening: what was acknowledged is there again, ids go on, a dataset serves as if it had been sold here.

use usher_core::{Command, Effect, IdKind, Reply};
use usher_engine::RowKind;

use super::cases;
use crate::clock::TestClock;
use crate::fixture::{Fixture, Store};
use crate::lockstep::{Dataset, Pace, play_one};
use crate::model::{ModelStore, Models};
use crate::orders;
use crate::picture;
use crate::scene::Scene;

cases!("opening":
    what_was_acknowledged_is_there_after_a_restart,
    an_id_is_never_given_twice_even_after_a_restart,
    a_dataset_serves_as_if_it_had_been_sold_here,
    ids_go_on_after_a_dataset,
    a_store_that_holds_data_takes_no_dataset,
);

fn what_was_acknowledged_is_there_after_a_restart<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    sell_some(&mut scene);
    let before = picture::take(scene.reader());
    for _ in 0..3 {
        scene.restart();
        picture::compare("after a restart", &before, &picture::take(scene.reader()));
    }
}

/// A little of everything.
fn sell_some<S: Store>(scene: &mut Scene<S>) {
    let (show, free) = (scene.sale(1_000, 12), scene.sale(0, 5));
    for (user, seat) in [("kim", 1), ("lee", 3), ("park", 5), ("choi", 7)] {
        scene.sold(user, show, &[seat, seat + 1]);
    }
    let refunded = scene.sold("kim", show, &[12]);
    scene.done(orders::cancel(refunded.id));
    scene.sold("lee", free, &[2]);
    let ended = scene.hold("park", free, &[4]);
    scene.done(orders::give_back(&ended));
    scene.done(orders::charge("jung", 77));
    scene.done(orders::spend("jung", 7));
    scene.done(Command::Block { performance: free, seats: orders::seats(&[5]) });
}

/// Ids of every kind, each fresh.
fn draw<S: Store>(scene: &mut Scene<S>) -> Vec<u64> {
    let show = scene.sale(10, 9);
    let user = format!("user{}", show.get());
    let payment = scene.sold(&user, show, &[1]);
    let account = scene.reader().account(&usher_core::UserId::stored(&user)).expect("it can be read");
    let hook = Command::AddWebhook {
        url: "http://127.0.0.1:9/".into(),
        types: std::sync::Arc::new([]),
        secret: [1; 32].into(),
        since: 0,
    };
    let Reply::Webhook(webhook) = scene.done(hook) else { panic!("a webhook was asked for") };
    scene.done(Command::RemoveWebhook { webhook: webhook.id });
    let (programme, _) = scene.reader().programme(show).expect("it can be read").expect("it is there");
    let newest = picture::outbox(scene.reader()).pop().expect("a sale has events");
    vec![
        programme.concert.id.get(),
        show.get(),
        payment.hold.get(),
        payment.booking.get(),
        payment.id.get(),
        account.expect("a buyer has an account").id.get(),
        newest.id.get(),
        webhook.id.get(),
    ]
}

fn an_id_is_never_given_twice_even_after_a_restart<F: Fixture>(fixture: &F) {
    let mut scene = Scene::fresh(fixture);
    let mut last = vec![0; IdKind::ALL.len()];
    for _ in 0..4 {
        let ids = draw(&mut scene);
        assert!(
            ids.iter().zip(&last).all(|(id, last)| id > last),
            "an id came again: {ids:?} after {last:?}"
        );
        last = ids;
        scene.restart();
    }
}

/// What a model has after some sales, without events, as a dataset comes.
fn dataset() -> Dataset {
    let mut model: Scene<ModelStore<true>> = Scene::fresh(&Models::<true>);
    sell_some(&mut model);
    let kinds = [
        (RowKind::Concert, Some(IdKind::Concert)),
        (RowKind::Performance, Some(IdKind::Performance)),
        (RowKind::Stage, None),
        (RowKind::Claim, None),
        (RowKind::Count, None),
        (RowKind::Hold, Some(IdKind::Hold)),
        (RowKind::Booking, Some(IdKind::Booking)),
        (RowKind::Payment, None),
        (RowKind::Account, Some(IdKind::Balance)),
        (RowKind::Movement, Some(IdKind::Transfer)),
    ];
    let mut dataset = Dataset::default();
    for (rows, counted) in kinds {
        let found: Vec<Effect> = model.all(rows).into_iter().map(without_events).collect();
        // A payment of nothing has a transfer's id without a transfer.
        let free = usize::from(rows == RowKind::Movement);
        dataset.mark.extend(counted.map(|kind| (kind, (found.len() + free) as u64)));
        dataset.effects.extend(found);
    }
    dataset.mark.extend([(IdKind::Event, 0), (IdKind::Webhook, 0)]);
    dataset.mark.sort_unstable();
    dataset
}

fn without_events(row: Effect) -> Effect {
    match row {
        Effect::Stage(stage) => Effect::Stage(usher_core::Stage { event_sequence: 0, ..stage }),
        Effect::Account(account) => Effect::Account(usher_core::Account { event_sequence: 0, ..account }),
        other => other,
    }
}

fn a_dataset_serves_as_if_it_had_been_sold_here<F: Fixture>(fixture: &F) {
    play_one(fixture, Pace::SINGLE, 7, Some(&dataset()));
    play_one(fixture, Pace::ROOM, 8, Some(&dataset()));
}

fn load<S: Store>(store: &S) -> Result<(), usher_engine::StoreError> {
    let Dataset { effects, mark } = dataset();
    store.load(std::sync::Arc::<TestClock>::default(), &mut effects.into_iter(), &mark)
}

fn ids_go_on_after_a_dataset<F: Fixture>(fixture: &F) {
    let store = fixture.create().expect("the fixture made a store a moment ago");
    load(&store).expect("an empty store takes a dataset");
    let mut scene = Scene::on(store, Default::default(), None);
    let mark = scene.reader().mark().expect("the mark can be read").expect("a dataset has a mark");
    let ids = draw(&mut scene);
    for ((kind, count), id) in mark.into_iter().zip(ids) {
        assert!(id > count, "{kind:?} {id} may be one of the dataset's {count}");
    }
}

fn a_store_that_holds_data_takes_no_dataset<F: Fixture>(fixture: &F) {
    let store = fixture.create().expect("the fixture made a store a moment ago");
    load(&store).expect("an empty store takes a dataset");
    assert!(load(&store).is_err(), "a second dataset must be refused");
    let mut scene = Scene::on(store, Default::default(), None);
    assert_eq!(scene.all(RowKind::Concert).len(), 2);
}
