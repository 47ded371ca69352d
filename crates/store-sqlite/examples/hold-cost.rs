//! Where the microseconds of a hold go, without HTTP: `cargo run --release -p usher-store-sqlite --example hold-cost`.
//!
//! Sells performances of 100,000 seats one after another in random order and prints what each step took per hold.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use usher_core::{
    AnswerKey, Changes, Command, Money, NewPerformance, Order, PassShown, PerformanceId, Reply, RequestKey,
    SeatNumber, Settings, Span, Timestamp, UserId,
};
use usher_engine::{BatchReport, Follower, House, HouseConfig, Reader, Step};
use usher_store_sqlite::{Options, open};

const SEATS: u32 = 100_000;

#[derive(Default)]
struct Sum(Mutex<(usize, BatchReport)>);

impl Follower for Sum {
    fn committed(&self, _changes: &Changes, _at: Timestamp) {}
    fn ran(&self, report: &BatchReport) {
        let mut sum = self.0.lock().expect("no holder of this lock panics");
        sum.0 += 1;
        sum.1.orders += report.orders;
        sum.1.took += report.took;
        for (total, step) in sum.1.steps.iter_mut().zip(report.steps) {
            *total += step;
        }
    }
}

fn main() {
    let argument =
        |at: usize, default: u64| std::env::args().nth(at).and_then(|n| n.parse().ok()).unwrap_or(default);
    let (in_flight, seconds) = (argument(1, 256), argument(2, 10));
    let dir = tempfile::tempdir_in(".").expect("the working directory is writable");
    let opened = open(dir.path(), Options::default()).expect("a fresh store opens");
    let sum = Arc::new(Sum::default());
    let readers = opened.readers.into_iter().map(|reader| Box::new(reader) as Box<dyn Reader>).collect();
    let config = HouseConfig {
        settings: Settings::default(),
        followers: vec![sum.clone()],
        fatal: Arc::new(|error| panic!("{error}")),
        waiting: None,
    };
    let desks = vec![(opened.desk, Box::new(opened.ids) as Box<dyn usher_core::Ids + Send>)];
    let house = House::open(desks, readers, config).expect("a fresh house opens");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be built");
    let (holds, took) = runtime.block_on(sell(&house, in_flight, Duration::from_secs(seconds)));
    house.close();
    let sum = sum.0.lock().expect("no holder of this lock panics");
    let per_hold = |span: Duration| span.as_secs_f64() * 1e6 / holds as f64;
    println!(
        "{holds} holds, {:.0}/s, batches of {:.0}",
        holds as f64 / took.as_secs_f64(),
        holds as f64 / sum.0 as f64
    );
    println!("desk busy: {:.2} us a hold", per_hold(sum.1.took));
    for (step, name) in Step::ALL {
        println!("  {name:8} {:.2} us", per_hold(sum.1.steps[step as usize]));
    }
}

async fn sell(house: &House, in_flight: u64, span: Duration) -> (u64, Duration) {
    let began = Instant::now();
    let mut sold = 0;
    while began.elapsed() < span {
        let performance = make_performance(house).await;
        let mut seats: Vec<u32> = (1..=SEATS).collect();
        let mut dice = 0x9E37_79B9_7F4A_7C15_u64 ^ sold;
        for at in (1..seats.len()).rev() {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seats.swap(at, (dice >> 33) as usize % (at + 1));
        }
        let seats = Arc::new(Mutex::new(seats));
        let buyers = (0..in_flight).map(|_| buy(house.clone(), performance, seats.clone(), began + span));
        let local = tokio::task::LocalSet::new();
        let buyers: Vec<_> = buyers.map(|buyer| local.spawn_local(buyer)).collect();
        local.await;
        for buyer in buyers {
            sold += buyer.await.expect("no buyer panics");
        }
    }
    (sold, began.elapsed())
}

async fn buy(house: House, performance: PerformanceId, seats: Arc<Mutex<Vec<u32>>>, until: Instant) -> u64 {
    let mut held = 0;
    while Instant::now() < until {
        let Some(seat) = seats.lock().expect("no holder of this lock panics").pop() else { break };
        let user = UserId::parse(&format!("user{}", (performance.get() << 20) + u64::from(seat)))
            .expect("a plain name");
        let key = (u128::from(seat) << 64 | u128::from(performance.get()))
            .wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        let command = Command::PlaceHold {
            user,
            performance,
            seats: Arc::new([SeatNumber::new(seat)]),
            pass: PassShown::NotNeeded,
        };
        let order = Order { command, key: Some(RequestKey { key: AnswerKey(key), request: 1 }) };
        let answer = house.submit(order).await.expect("the store answers");
        assert!(matches!(answer, Ok(outcome) if matches!(outcome.reply, Reply::Held { .. })));
        held += 1;
    }
    held
}

async fn make_performance(house: &House) -> PerformanceId {
    let title: Arc<str> = "Cost".into();
    let made = house.submit(Order::unkeyed(Command::MakeConcert { title: title.clone() })).await;
    let Ok(Ok(Reply::Concert(concert))) = made.map(|answer| answer.map(|outcome| outcome.reply)) else {
        panic!("a concert can be made");
    };
    let new = NewPerformance {
        concert: concert.id,
        begins_at: Timestamp::from_unix_ms(4_000_000_000_000),
        duration: Span::from_secs(7200),
        title,
        description: None,
        price: Money::from_minor_units(10_000),
        seats_max: SEATS,
        sale_opens_at: None,
        sale_closes_at: None,
        hold_ttl: None,
        seats_per_user_max: None,
        room: None,
    };
    let made = house.submit(Order::unkeyed(Command::MakePerformance(new))).await;
    let Ok(Ok(Reply::Performance(made))) = made.map(|answer| answer.map(|outcome| outcome.reply)) else {
        panic!("a performance can be made");
    };
    made.performance.id
}
