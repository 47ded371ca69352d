//! `usher demo`: an on-sale with a crowd of simulated fans over HTTP, and what came of it.

mod report;
mod sale;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use usher_lab::acks::Recorder;
use usher_lab::crowd::{self, Homeward, Tally};
use usher_lab::operator::Operator;
use usher_lab::target::Target;

use crate::cli::Demo;
use crate::config::{self, Config};
use crate::failed::Failed;
use crate::verify::examine_with;
use crate::wiring::{Store, refuse_data};
use crate::{logs, say, serve};
use report::Outcome;
use sale::Sale;

/// The record of what fans were told, beside the data.
const RECORD: &str = "acks.jsonl";
/// A sale that does not sell out ends by itself.
const LASTING_MAX: Duration = Duration::from_secs(600);
/// Once all is sold, those who still wait have so long to hear of it.
const AFTER_THE_LAST_SEAT: Duration = Duration::from_secs(30);

/// Serves a sale, lets a crowd at it, and reports.
pub fn run(asked: &Demo) -> Result<(), Failed> {
    let temporary = match &asked.data {
        Some(dir) => {
            refuse_data(dir)?;
            None
        }
        None => Some(
            tempfile::tempdir()
                .map_err(|error| Failed::environment(format!("no temporary directory: {error}")))?,
        ),
    };
    let data = asked.data.as_deref().or(temporary.as_ref().map(|dir| dir.path()));
    let data = data.expect("a directory is given or temporary");
    let config = settings(asked, data)?;
    logs::start(&config.log.level)?;
    let store = Store::of(&config)?;
    let serving = serve::open(&config, &store)?;
    let sale = Sale::for_fans(asked.fans, asked.lasting);
    let hall = Hall {
        front: Target::from(serving.server.address()),
        admin: Target::from(serving.server.admin_address()),
        record: data.join(RECORD),
        lasting: asked.lasting.unwrap_or(LASTING_MAX),
    };
    let sold = hall.sell(&sale);
    serving.stop();
    let (tally, took) = sold?;
    let mut reader = store.open_to_read()?.ok_or_else(|| Failed::environment("the store is gone"))?;
    let report = examine_with(&mut *reader, Some(&hall.record))?;
    report::conclude(&Outcome { sale, tally, took, report })
}

fn settings(asked: &Demo, data: &Path) -> Result<Config, Failed> {
    let listen = asked.listen.map(|address| address.to_string());
    let given = asked.settings.with([
        ("--data", "data", Some(data.display().to_string())),
        ("--listen", "listen", listen),
        ("demo", "auth.mode", Some("open".into())),
        ("demo", "admin.listen", Some("127.0.0.1:0".into())),
    ]);
    let (config, _) = config::load(&given)?;
    if !config.listen.ip().is_loopback() {
        return Err(Failed::usage(format!(
            "a demo is for this machine alone: {} is no loopback address",
            config.listen
        )));
    }
    Ok(config)
}

/// Where it takes place.
struct Hall {
    front: Target,
    admin: Target,
    record: PathBuf,
    lasting: Duration,
}

impl Hall {
    /// Opens the sale, and returns when it is sold out, when its time is over, or at Ctrl-C.
    fn sell(&self, sale: &Sale) -> Result<(Tally, Duration), Failed> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failed::environment(format!("no runtime: {error}")))?;
        let unwritable =
            |error| Failed::environment(format!("{} cannot be written: {error}", self.record.display()));
        let mut record = Recorder::append(&self.record).map_err(unwritable)?;
        let (tally, record, took) = runtime.block_on(async {
            let mut operator = Operator::of(self.front.clone(), self.admin.clone());
            let concert = sale.prepare(&mut operator).await.map_err(failed)?;
            say(format_args!("the sale is on http://{}/c/{concert}", self.front.address()));
            say(format_args!("the operator's side is on http://{}/", self.admin.address()));
            sale.open(&mut operator, &mut record).await.map_err(failed)?;
            Ok::<_, Failed>(self.let_in(sale, concert, record).await)
        })?;
        record.finish().map_err(unwritable)?;
        Ok((tally, took))
    }

    async fn let_in(&self, sale: &Sale, concert: u64, record: Recorder) -> (Tally, Recorder, Duration) {
        let homeward = Homeward::new();
        let mut sold_out_at = None;
        let mut took = Duration::ZERO;
        let is_terminal = std::io::stderr().is_terminal();
        let watch = |tally: &Tally, elapsed: Duration| {
            if is_terminal {
                eprintln!("{}", report::progress(sale, tally, elapsed));
            }
            if tally.sold >= sale.seats() {
                let at = *sold_out_at.get_or_insert(elapsed);
                if elapsed >= at + AFTER_THE_LAST_SEAT {
                    homeward.go();
                }
            }
            took = elapsed;
        };
        let crowd = crowd::run(sale.crowd(self.front.clone(), concert), record, &homeward, watch);
        let closing = async {
            tokio::select! {
                () = tokio::time::sleep(self.lasting) => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            homeward.go();
            std::future::pending::<()>().await;
        };
        let (tally, record) = tokio::select! {
            done = crowd => done,
            () = closing => unreachable!("closing time has no end: the crowd's way home has"),
        };
        (tally, record, took)
    }
}

fn failed(error: anyhow::Error) -> Failed {
    Failed::check(format!("{error:#}"))
}
