//! The sale and its crowd: every fan on a connection of their own.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use http::Method;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::LocalSet;
use usher_lab::client::Client;
use usher_lab::draft::Draft;
use usher_lab::target::Target;

use super::Tally;
use super::fan::{self, Fan};
use crate::failed::Failed;

/// What is sold, to how many, and for how long at most.
pub struct Sale {
    pub target: Target,
    pub seats: u32,
    pub fans: u32,
    pub lasting: Option<Duration>,
}

/// What fans share: a count of what they were told.
pub type Told = Rc<RefCell<Tally>>;

/// The price of a seat, in won.
pub const PRICE: u32 = 50_000;

const PATIENCE: Duration = Duration::from_secs(10);
/// A sale that does not sell out ends by itself.
const LASTING_MAX: Duration = Duration::from_secs(600);

/// Opens a sale and returns when it is sold out, when its time is over, or at Ctrl-C.
pub fn sell_out(sale: &Sale) -> Result<Tally, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failed::environment(format!("no runtime: {error}")))?;
    let told = Told::default();
    let crowd = LocalSet::new();
    crowd.block_on(&runtime, async {
        let performance = open_the_sale(sale).await?;
        let bar = bar(sale.seats);
        let everybody = everybody(sale, performance, &told, &bar);
        tokio::select! {
            () = everybody => {}
            () = tokio::time::sleep(sale.lasting.unwrap_or(LASTING_MAX)) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        bar.finish_and_clear();
        Ok::<(), Failed>(())
    })?;
    // Fans who are not done are cut off with the crowd; what they were told by then stands.
    drop(crowd);
    Ok(told.take())
}

async fn everybody(sale: &Sale, performance: u64, told: &Told, bar: &ProgressBar) {
    let fans: Vec<_> = (0..sale.fans)
        .map(|number| {
            let fan = Fan {
                name: format!("fan-{number}"),
                client: Client::new(sale.target.clone(), PATIENCE),
                draft: Draft::default(),
                performance,
                seats_on_sale: sale.seats,
                told: told.clone(),
                bar: bar.clone(),
                dice: u64::from(number) + 1,
            };
            tokio::task::spawn_local(fan::come(fan))
        })
        .collect();
    for fan in fans {
        if let Err(panic) = fan.await {
            std::panic::resume_unwind(panic.into_panic());
        }
    }
}

async fn open_the_sale(sale: &Sale) -> Result<u64, Failed> {
    let mut client = Client::new(sale.target.clone(), PATIENCE);
    let mut draft = Draft::default();
    draft
        .start("concert", Method::POST, format_args!("/api/concerts"))
        .json(format_args!(r#"{{"title":"한 여름밤의 공연 · A Midsummer Night"}}"#));
    let concert = made(&mut client, &mut draft, "concertId").await?;
    let date = tomorrow();
    draft
        .start("option", Method::POST, format_args!("/api/concerts/{concert}/options"))
        .json(format_args!(
            r#"{{"concertDate":"{date}","concertDuration":"PT2H","title":"The first night","price":{PRICE},"maxSeats":{}}}"#,
            sale.seats
        ));
    made(&mut client, &mut draft, "concertOptionId").await
}

async fn made(client: &mut Client, draft: &mut Draft, id: &str) -> Result<u64, Failed> {
    let answer =
        client.send(draft).await.map_err(|silence| Failed::environment(format!("no answer: {silence}")))?;
    let made: Option<u64> = fan::parse(&answer.body).and_then(|made| made.get(id)?.as_u64());
    made.ok_or_else(|| Failed::check(format!("{} was answered with {}", draft.kind(), answer.status)))
}

fn tomorrow() -> jiff::Timestamp {
    let tomorrow = SystemTime::now() + Duration::from_secs(24 * 3600);
    jiff::Timestamp::try_from(tomorrow).expect("tomorrow lies within the range of timestamps")
}

fn bar(seats: u32) -> ProgressBar {
    let style = "sold {bar:40} {pos} of {len} seats, {elapsed}";
    let style = ProgressStyle::with_template(style).expect("the template is a constant, seen in tests");
    ProgressBar::new(u64::from(seats)).with_style(style)
}
