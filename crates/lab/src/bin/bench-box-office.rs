//! The box office bench: presses a running house, one phase a call, and reports what it did.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use clap::{Args, Parser, Subcommand};

use usher_lab::acks::now_ms;
use usher_lab::bare::Bare;
use usher_lab::bars::{self, Bar};
use usher_lab::boxoffice::reads::{Read, Readable, read};
use usher_lab::boxoffice::steady::{Steady, churn};
use usher_lab::boxoffice::{Bench, Press, holds, line, performances_ahead, purchases};
use usher_lab::report::{Phase, page};
use usher_lab::target::Target;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Presses the box office of a running house and says what it did.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The house, on this machine.
    #[arg(long, global = true, default_value = "http://127.0.0.1:8080")]
    target: Target,
    /// Its admin listener: its counters are compared.
    #[arg(long, global = true)]
    admin: Option<Target>,
    /// Its process: its CPU time is compared.
    #[arg(long, global = true)]
    pid: Option<u32>,
    /// Adds every answer to this record.
    #[arg(long, global = true)]
    acks: Option<PathBuf>,
    /// Adds the report to this file, as one line of JSON.
    #[arg(long, global = true)]
    json: Option<PathBuf>,
    /// The share of acknowledged changes that is read back after the run.
    #[arg(long, global = true, default_value_t = 1.0)]
    read_back: f64,
    /// Seeds every choice of seats and users.
    #[arg(long, global = true, default_value_t = 1)]
    rng: u64,
    #[command(subcommand)]
    phase: PhaseArgs,
}

#[derive(Args, Clone, Copy)]
struct PressArgs {
    /// Keep-alive connections, one request in flight on each.
    #[arg(long, default_value_t = 256)]
    in_flight: usize,
    /// How long.
    #[arg(long = "for", default_value = "20s", value_parser = duration)]
    lasting: Duration,
}

impl From<PressArgs> for Press {
    fn from(PressArgs { in_flight, lasting }: PressArgs) -> Self {
        Self { in_flight, lasting }
    }
}

#[derive(Args, Clone)]
struct ReadArgs {
    #[command(flatten)]
    press: PressArgs,
    /// Reads a second, whatever the house does; as fast as it answers if not given.
    #[arg(long)]
    rate: Option<f64>,
    /// Concerts whose dates, or whose performances' seats, are read.
    #[arg(long, default_value = "1..1000")]
    concerts: Ids,
    /// At most so many performances.
    #[arg(long, default_value_t = 1_000)]
    performances: usize,
    /// Users of the dataset whose histories are read.
    #[arg(long, default_value = "1..1000000")]
    users: Ids,
}

#[derive(Args, Clone)]
struct LineArgs {
    #[command(flatten)]
    press: PressArgs,
    /// The numbers in the names of the fans.
    #[arg(long, default_value = "1..1000000")]
    fans: Ids,
}

#[derive(Subcommand)]
enum PhaseArgs {
    /// Holds on hot performances, one after another.
    Holds {
        #[command(flatten)]
        press: PressArgs,
        /// Seats of each performance.
        #[arg(long, default_value_t = 100_000)]
        seats: u32,
    },
    /// Holds spread over the performances of the dataset that lie ahead.
    Spread {
        #[command(flatten)]
        press: PressArgs,
        /// Concerts whose performances are taken.
        #[arg(long, default_value = "1..10000")]
        concerts: Ids,
    },
    /// Full purchases: hold, then pay.
    Purchases {
        #[command(flatten)]
        press: PressArgs,
        /// Buyers, who take turns.
        #[arg(long, default_value_t = 50_000)]
        buyers: u64,
    },
    /// One performance, until every seat is paid.
    SellOut {
        #[arg(long, default_value_t = 256)]
        in_flight: usize,
        #[arg(long, default_value_t = 50_000)]
        seats: u32,
    },
    /// Holds and gives-back, with seat and history reads beside.
    Steady {
        #[command(flatten)]
        press: PressArgs,
        #[arg(long, default_value_t = 100)]
        performances: u64,
        /// Seats of each.
        #[arg(long, default_value_t = 50)]
        seats: u32,
        /// Users, who take turns.
        #[arg(long, default_value_t = 100_000)]
        buyers: u64,
        /// Seat reads a second beside, and as many history reads.
        #[arg(long, default_value_t = 500.0)]
        reads: f64,
        /// Users of the dataset whose histories are read.
        #[arg(long, default_value = "1..1000000")]
        users: Ids,
        /// The write-ahead log whose size is watched.
        #[arg(long)]
        wal: Option<PathBuf>,
    },
    /// Free seats of a performance.
    Seats(ReadArgs),
    /// Dates of a concert.
    Dates(ReadArgs),
    /// Movements of a user's balance.
    History(ReadArgs),
    /// Fans join, until all have or the time is over.
    Joins(LineArgs),
    /// Fans who have joined ask where they stand.
    Polls {
        #[command(flatten)]
        line: LineArgs,
        /// What the phase is called.
        #[arg(long, default_value = "polls-256")]
        name: String,
    },
    /// The same polls of a bare server that gives the same answer.
    PollsBare(LineArgs),
    /// What the generator itself costs, against a bare server that answers 300 bytes.
    Calibrate {
        #[command(flatten)]
        press: PressArgs,
        /// Requests a second; as fast as they are answered if not given.
        #[arg(long)]
        rate: Option<f64>,
    },
    /// Makes a page and one JSON document of the reports in a file that `--json` has written.
    Page(PageArgs),
}

#[derive(Args)]
struct PageArgs {
    /// Where `--json` has added them.
    #[arg(long)]
    from: PathBuf,
    #[arg(long, default_value = "The box office, measured")]
    title: String,
    /// A fact of the page's head, `machine=2 cores`; may be given several times.
    #[arg(long = "fact", value_parser = fact)]
    facts: Vec<(String, String)>,
    /// Puts the bars of the line on the page, and these, `restart, s=1.2<=3`; may be given several times.
    #[arg(long = "bar")]
    bars: Vec<Bar>,
    /// The page.
    #[arg(long)]
    markdown: PathBuf,
    /// The document.
    #[arg(long)]
    document: PathBuf,
}

/// Ids from the first to the last, `1..10000`.
#[derive(Clone, Debug)]
struct Ids(RangeInclusive<u64>);

impl FromStr for Ids {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (first, last) = text.split_once("..").context("ids are written FIRST..LAST")?;
        let ids = first.parse()?..=last.parse()?;
        anyhow::ensure!(!ids.is_empty(), "there are no ids from {first} to {last}");
        Ok(Self(ids))
    }
}

fn duration(text: &str) -> anyhow::Result<Duration> {
    let duration: jiff::SignedDuration = text.parse()?;
    Ok(duration.try_into()?)
}

fn fact(text: &str) -> anyhow::Result<(String, String)> {
    let (name, value) = text.split_once('=').context("a fact is written NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("bench-box-office: {error:#}");
            ExitCode::from(3)
        }
    }
}

/// Runs one phase; whether all that was expected is so.
fn run(cli: Cli) -> anyhow::Result<bool> {
    let bench = Bench {
        target: cli.target,
        admin: cli.admin,
        server_pid: cli.pid,
        acks: cli.acks,
        read_back_share: cli.read_back,
        rng: cli.rng,
        run: format!("b{:x}", now_ms()),
    };
    let mut report = match cli.phase {
        PhaseArgs::Holds { press, seats } => holds::hot(&bench, press.into(), seats)?,
        PhaseArgs::Spread { press, concerts } => holds::spread(&bench, press.into(), concerts.0)?,
        PhaseArgs::Purchases { press, buyers } => purchases::lasting(&bench, press.into(), buyers)?,
        PhaseArgs::SellOut { in_flight, seats } => purchases::sell_out(&bench, in_flight, seats)?,
        PhaseArgs::Steady { press, performances, seats, buyers, reads, users, wal } => {
            let users = users.0;
            let steady = Steady { performances, seats, buyers, reads_per_second: reads, users, wal };
            churn(&bench, press.into(), &steady)?
        }
        PhaseArgs::Seats(args) => reads(&bench, Read::Seats, args)?,
        PhaseArgs::Dates(args) => reads(&bench, Read::Dates, args)?,
        PhaseArgs::History(args) => reads(&bench, Read::History, args)?,
        PhaseArgs::Calibrate { press, rate } => calibrate(&bench, press.into(), rate)?,
        PhaseArgs::Joins(LineArgs { press, fans }) => line::joins(&bench, press.into(), fans.0)?,
        PhaseArgs::Polls { line: LineArgs { press, fans }, name } => {
            line::polls(&bench, press.into(), fans.0, &name)?
        }
        PhaseArgs::PollsBare(LineArgs { press, fans }) => line::polls_bare(&bench, press.into(), fans.0)?,
        PhaseArgs::Page(args) => return write_page(args),
    };
    report.command =
        std::env::args().skip(1).fold("bench-box-office".to_owned(), |line, arg| line + " " + &arg);
    print!("{report}");
    if let Some(path) = &cli.json {
        add_line(path, &report).with_context(|| format!("{} could not be written", path.display()))?;
    }
    Ok(report.failures.is_empty())
}

fn reads(bench: &Bench, what: Read, args: ReadArgs) -> anyhow::Result<Phase> {
    let mut performances = Vec::new();
    if what == Read::Seats {
        let ahead = performances_ahead(&bench.target, args.concerts.0.clone())?;
        performances.extend(ahead.iter().map(|ahead| ahead.performance).take(args.performances));
    }
    let readable = Readable { performances, concerts: args.concerts.0, users: args.users.0 };
    read(bench, args.press.into(), args.rate, what, readable)
}

/// The answer of the bare server, as long as that of a poll.
const BARE_ANSWER_BYTES: usize = 300;

fn calibrate(bench: &Bench, press: Press, rate: Option<f64>) -> anyhow::Result<Phase> {
    let bare = Bare::answering(Bytes::from(vec![b' '; BARE_ANSWER_BYTES]))?;
    let there = Bench { target: bare.address().into(), admin: None, server_pid: None, ..bench.clone() };
    let readable = Readable { performances: vec![1], concerts: 1..=1, users: 1..=1 };
    let mut report = read(&there, press, rate, Read::Seats, readable)?;
    report.phase = format!("calibrate-{}", report.phase);
    let micros = usher_lab::cpu::micros_per_request(bare.end(), report.requests());
    report.server_micros_per_request = Some(micros);
    Ok(report)
}

fn add_line(path: &Path, report: &Phase) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(report)?;
    line.push(b'\n');
    let mut file = std::fs::File::options().create(true).append(true).open(path)?;
    Ok(file.write_all(&line)?)
}

/// Writes page and document; whether every bar is met.
fn write_page(args: PageArgs) -> anyhow::Result<bool> {
    let lines = std::fs::read_to_string(&args.from)
        .with_context(|| format!("{} could not be read", args.from.display()))?;
    let phases: Vec<Phase> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let facts: BTreeMap<_, _> = args.facts.into_iter().collect();
    let mut all = page(&args.title, &facts, &phases);
    let mut bars = args.bars;
    if !bars.is_empty() {
        bars.splice(0..0, bars::of_the_line(&phases));
        all.insert_str(all.find('*').unwrap_or(all.len()), &(bars::table(&bars) + "\n"));
    }
    std::fs::write(&args.markdown, all)?;
    let whole = serde_json::json!({ "facts": facts, "bars": bars, "phases": phases });
    std::fs::write(&args.document, serde_json::to_string_pretty(&whole)? + "\n")?;
    Ok(bars.iter().all(Bar::is_met))
}
