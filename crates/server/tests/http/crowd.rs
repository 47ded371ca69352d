//! Crowds: what many do at once comes out exactly.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use crate::house::{Reply, TestHouse};

async fn all<F>(house: &Arc<TestHouse>, times: u32, ask: impl Fn(Arc<TestHouse>, u32) -> F) -> Vec<Reply>
where
    F: Future<Output = Reply> + Send + 'static,
{
    let asks: Vec<_> = (0..times).map(|n| tokio::spawn(ask(house.clone(), n))).collect();
    let mut replies = Vec::new();
    for ask in asks {
        replies.push(ask.await.unwrap());
    }
    replies
}

fn statuses(replies: &[Reply]) -> BTreeMap<u16, usize> {
    let mut statuses = BTreeMap::new();
    for reply in replies {
        *statuses.entry(reply.status).or_default() += 1;
    }
    statuses
}

#[tokio::test]
async fn of_200_buyers_of_one_seat_one_gets_it() {
    let house = Arc::new(TestHouse::open());
    let performance = house.performance(json!({})).await;
    let replies = all(&house, 200, move |house, n| async move {
        house.try_hold(&format!("buyer{n}"), performance, &[1]).await
    })
    .await;
    assert_eq!(statuses(&replies), BTreeMap::from([(201, 1), (409, 199)]));
    for refused in replies.iter().filter(|reply| reply.status == 409) {
        refused.refused(409, "seat-taken");
    }
}

#[tokio::test]
async fn of_300_charges_and_300_uses_none_is_lost() {
    let house = Arc::new(TestHouse::open());
    house.charge("kim", 300 * 3).await;
    let replies = all(&house, 600, |house, n| async move {
        let (verb, amount) = if n % 2 == 0 { ("charge", 5) } else { ("use", 3) };
        house.put(&format!("/api/user-balance/{verb}/kim"), json!({"amount": amount})).await
    })
    .await;
    assert_eq!(statuses(&replies), BTreeMap::from([(200, 600)]));
    assert_eq!(house.balance("kim").await, 300 * 5);
}

#[tokio::test]
async fn of_100_cancels_one_refunds() {
    let house = Arc::new(TestHouse::open());
    let performance = house.performance(json!({})).await;
    let payment = house.buy("kim", performance, &[1]).await;
    let replies = all(&house, 100, move |house, _| async move { house.cancel(payment).await }).await;
    assert_eq!(statuses(&replies), BTreeMap::from([(200, 100)]));
    assert!(replies.iter().all(|reply| reply.body == replies[0].body));
    assert_eq!(house.balance("kim").await, 10_000);
}

#[tokio::test]
async fn a_hold_paid_100_times_at_once_is_paid_once() {
    let house = Arc::new(TestHouse::open());
    let performance = house.performance(json!({})).await;
    house.charge("kim", 1_000_000).await;
    let hold = house.hold("kim", performance, &[1]).await;
    let replies = all(&house, 100, move |house, _| async move { house.try_pay("kim", hold).await }).await;
    assert_eq!(statuses(&replies), BTreeMap::from([(200, 1), (409, 99)]));
    assert_eq!(house.balance("kim").await, 990_000);
}

#[tokio::test]
async fn overlapping_holds_of_100_buyers_never_share_a_seat_and_never_stand_still() {
    let house = Arc::new(TestHouse::open());
    let performance = house.performance(json!({})).await;
    let replies = all(&house, 100, move |house, n| async move {
        let seats: Vec<u32> = (0..4).map(|step| (n * 7 + step * 11) % 50 + 1).collect();
        house.try_hold(&format!("buyer{n}"), performance, &seats).await
    })
    .await;
    let mut sold: Vec<u64> = Vec::new();
    for granted in replies.iter().filter(|reply| reply.status == 201) {
        let seats = granted.json()["seats"].as_array().unwrap().clone();
        sold.extend(seats.iter().map(|seat| seat["seatNumber"].as_u64().unwrap()));
    }
    let seats = sold.len();
    sold.sort_unstable();
    sold.dedup();
    assert_eq!(sold.len(), seats, "a seat was held twice");
    assert_eq!(house.free_seats(performance).await.len(), 50 - seats);
}
