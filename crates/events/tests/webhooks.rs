//! A house, a relay and receivers that listen on loopback: what arrives, in which order, and what is given up.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]

mod house;
mod receiver;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use usher_core::Command;
use usher_events::Note;

use house::{QUICK, Stage, wait_until};
use receiver::{Receiver, every_event_in_order, nowhere};

const AT_ONCE: Duration = Duration::ZERO;

#[test]
fn a_receiver_that_was_down_then_failed_then_was_slow_has_every_event_in_order() {
    let stage = Stage::open();
    let address = nowhere();
    let webhook = stage.add_webhook(&format!("http://{address}/hook?from=usher"), &[]);
    let mut events = stage.charge(20, 5);
    std::thread::sleep(QUICK.longest * 2);

    let fails = Arc::new(AtomicBool::new(true));
    let still_fails = fails.clone();
    let receiver = Receiver::listen(address, move |_| match still_fails.load(Ordering::Relaxed) {
        true => (500, AT_ONCE),
        false => (200, Duration::from_millis(10)),
    });
    events += stage.charge(20, 5);
    std::thread::sleep(QUICK.longest * 4);
    let failed = receiver.got();
    fails.store(false, Ordering::Relaxed);
    let delivery = stage.wait_for_all(webhook.id);

    let taken = receiver.taken();
    assert_eq!(every_event_in_order(&taken), events);
    assert_eq!(taken.len(), events, "an event that was taken is not sent again");
    assert_eq!((delivery.delivered, delivery.parked_total), (events as u64, 0));
    let gaps: Vec<Duration> = failed.windows(2).map(|two| two[1].at - two[0].at).collect();
    assert!(gaps.len() >= 3, "it is tried while it fails: {gaps:?}");
    let late = Duration::from_millis(150);
    assert!(gaps.iter().all(|gap| *gap < QUICK.longest + late), "back-off has a longest wait: {gaps:?}");
    assert!(stage.noted(Note::Failed) > 0);
    assert_eq!(stage.noted(Note::Delivered), events as u64);
}

#[test]
fn an_event_refused_five_times_is_parked_and_listed_and_later_ones_go_on() {
    let stage = Stage::open();
    let refuses =
        |got: &receiver::Got| got.json()["data"]["userId"] == "user3" && got.json()["sequence"] == 2;
    let receiver = Receiver::start(move |got| (if refuses(got) { 400 } else { 200 }, AT_ONCE));
    let webhook = stage.add_webhook(&receiver.url(), &[]);
    let events = stage.charge(8, 4);
    let delivery = stage.wait_for_all(webhook.id);

    let refused: Vec<_> = receiver.got().into_iter().filter(|got| got.status == 400).collect();
    assert_eq!(refused.len(), 5);
    let parked: Vec<(String, u16)> =
        delivery.parked.iter().map(|parked| (parked.event.to_string(), parked.status)).collect();
    assert_eq!(parked, [(refused[0].id.clone(), 400)]);
    assert_eq!((delivery.delivered, delivery.parked_total), (events as u64 - 1, 1));
    let of_user = |got: &receiver::Got| {
        (got.json()["data"]["userId"] == "user3").then(|| got.json()["sequence"].clone())
    };
    let taken: Vec<_> = receiver.taken().iter().filter_map(of_user).collect();
    assert_eq!(taken, [1, 3, 4], "the same user's later events go on");
    let others: Vec<_> = receiver.taken().into_iter().filter(|got| of_user(got).is_none()).collect();
    assert_eq!(every_event_in_order(&others), 28);
    assert!(
        others.iter().all(|got| got.at <= refused[4].at),
        "others did not wait for the one that was refused"
    );
}

#[test]
fn every_event_is_signed_with_the_secret_of_its_receiver() {
    let stage = Stage::open();
    let receiver = Receiver::start(|_| (200, AT_ONCE));
    let webhook = stage.add_webhook(&receiver.url(), &[]);
    stage.charge(3, 2);
    stage.wait_for_all(webhook.id);
    let taken = receiver.taken();
    assert_eq!(taken.len(), 6);
    for got in taken {
        let mut signed = format!("{}.{}.", got.id, got.timestamp).into_bytes();
        signed.extend_from_slice(&got.body);
        assert_eq!(got.signature, format!("v1,{}", STANDARD.encode(hmac_sha256(&webhook.secret, &signed))));
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        assert!(now.abs_diff(got.timestamp.parse().unwrap()) <= 5);
    }
}

/// RFC 2104, written out for a key of less than a block.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let padded = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[test]
fn a_restart_in_the_middle_loses_nothing() {
    let mut stage = Stage::open();
    let receiver = Receiver::start(|_| (200, Duration::from_millis(10)));
    let webhook = stage.add_webhook(&receiver.url(), &[]);
    let mut events = stage.charge(10, 10);
    wait_until("some events arrive", || receiver.taken().len() >= 10);
    stage.restart();
    assert!(receiver.taken().len() < events, "the restart comes in the middle");
    events += stage.charge(10, 5);
    wait_until("more events arrive", || receiver.taken().len() >= 60);
    stage.crash();
    events += stage.charge(10, 5);
    let delivery = stage.wait_for_all(webhook.id);
    let taken = receiver.taken();
    assert_eq!(every_event_in_order(&taken), events);
    assert_eq!(delivery.delivered, events as u64, "an event that came again counts once");
}

#[test]
fn an_orderly_restart_sends_nothing_again() {
    let mut stage = Stage::open();
    let receiver = Receiver::start(|_| (200, Duration::from_millis(3)));
    let webhook = stage.add_webhook(&receiver.url(), &[]);
    let events = stage.charge(1, 60);
    wait_until("some events arrive", || receiver.taken().len() >= 5);
    stage.restart();
    assert!(receiver.taken().len() < events, "the restart comes in the middle");
    stage.wait_for_all(webhook.id);
    assert_eq!((receiver.got().len(), every_event_in_order(&receiver.taken())), (events, events));
}

#[test]
fn a_receiver_gets_the_types_it_asked_for_and_its_position_passes_the_others() {
    let stage = Stage::open();
    let receiver = Receiver::start(|_| (200, AT_ONCE));
    let webhook = stage.add_webhook(&receiver.url(), &["balance.used", "place.joined"]);
    let events = stage.charge(5, 3) as u64;
    let user = usher_core::UserId::stored("user1");
    stage.done(Command::Use { user, amount: usher_core::Money::from_minor_units(1) });
    let delivery = stage.wait_for_all(webhook.id);
    assert_eq!((delivery.position, delivery.delivered), (events + 1, 1));
    let types: Vec<_> = receiver.taken().iter().map(|got| got.json()["type"].clone()).collect();
    assert_eq!(types, ["balance.used"]);
}

#[test]
fn a_receiver_added_while_running_gets_events_within_a_second_and_a_removed_one_no_more() {
    let stage = Stage::open();
    let receiver = Receiver::start(|_| (200, AT_ONCE));
    let webhook = stage.add_webhook(&receiver.url(), &[]);
    let added_at = Instant::now();
    stage.charge(1, 1);
    wait_until("the event arrives", || receiver.taken().len() == 1);
    assert!(added_at.elapsed() < Duration::from_secs(1));
    stage.done(Command::RemoveWebhook { webhook: webhook.id });
    std::thread::sleep(Duration::from_millis(300));
    stage.charge(1, 5);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!((receiver.got().len(), stage.delivery(webhook.id)), (1, None));
}

#[test]
fn a_receiver_that_does_not_answer_in_time_is_tried_again_and_holds_no_other_up() {
    let stage = Stage::open();
    let tries = AtomicU32::new(0);
    let slow = Receiver::start(move |_| match tries.fetch_add(1, Ordering::Relaxed) {
        0 => (200, QUICK.answer * 3),
        _ => (200, AT_ONCE),
    });
    let quick = Receiver::start(|_| (200, AT_ONCE));
    let (slow_hook, quick_hook) = (stage.add_webhook(&slow.url(), &[]), stage.add_webhook(&quick.url(), &[]));
    stage.charge(1, 3);
    assert_eq!(stage.wait_for_all(quick_hook.id).delivered, 3);
    let delivery = stage.wait_for_all(slow_hook.id);
    assert_eq!((delivery.delivered, delivery.parked_total), (3, 0));
    let ids: Vec<String> = slow.got().into_iter().map(|got| got.id).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(ids[0], ids[1], "what came again has the same id");
}
