//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::config::Given;

/// Sells seats to a crowd that arrives in the same second: each seat exactly once, the money once.
#[derive(Debug, Parser)]
#[command(name = "usher", version, about, after_help = EXIT_STATUS)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_STATUS: &str = "Exit status: 0 done, 1 a check failed, 2 usage or configuration, 3 the environment failed.\n\
                           Results go to stdout, progress and logs to stderr. NO_COLOR is honoured.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves buyers and the operator until it is told to stop
    Serve(Serve),
    /// Lets a crowd of simulated fans at a small sale, and proves what came of it
    Demo(Demo),
    /// Writes the dataset into an empty data directory
    Seed(Seed),
    /// Examines every invariant of a store and changes nothing
    Verify(Verify),
    /// Prints completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// Settings by file and by key.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Reads settings from a file; config/usher.toml explains them
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Sets one setting, as in --set hold.ttl=120s
    #[arg(long, value_name = "K=V", value_parser = pair)]
    pub set: Vec<(String, String)>,
}

impl Settings {
    /// With the flags that a command has for settings of its own.
    pub fn with(
        &self,
        flags: impl IntoIterator<Item = (&'static str, &'static str, Option<String>)>,
    ) -> Given {
        let flags = flags.into_iter().filter_map(|(flag, key, value)| Some((flag, key, value?))).collect();
        Given { file: self.config.clone(), set: self.set.clone(), flags }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_string(), value.to_string())),
        Some(_) | None => Err("write it as KEY=VALUE".into()),
    }
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The data directory [default: ./usher-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where buyers are served; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Where the operator is served [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDRESS")]
    pub admin: Option<SocketAddr>,
    /// Who a caller is taken to be [default: token]
    #[arg(long, value_enum)]
    pub mode: Option<Mode>,
    /// Allows mode open on an address that other machines reach
    #[arg(long)]
    pub i_know_this_is_open: bool,
    #[command(flatten)]
    pub settings: Settings,
}

/// Modes as they are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Mode {
    /// Whoever the request names; for loopback and trusted networks
    Open,
    /// Access tokens that Usher mints (not in this version)
    Token,
    /// Access tokens of an outside issuer (not in this version)
    Jwt,
}

impl Mode {
    /// As the setting `auth.mode` has it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Open => "open",
            Mode::Token => "token",
            Mode::Jwt => "jwt",
        }
    }
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Ends it after so long, as in 20s, if it has not sold out before
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    pub lasting: Option<std::time::Duration>,
    /// How many fans come
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub fans: u32,
    /// Where it is served; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Keeps the sale in this directory, which must hold no data [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub settings: Settings,
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    text.parse::<crate::config::Ms>().map(crate::config::Ms::get)
}

#[derive(Debug, Args)]
pub struct Seed {
    /// The data directory, which must hold no data [default: ./usher-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// How large: 1 is 8.01 million rows, 0.0001 to 10
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// What its dice are thrown with: the same number, the same rows
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub rng: u64,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// The data directory, served or not [default: ./usher-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Asks a running server by the address of its operator's side, as in http://127.0.0.1:8081
    #[arg(long, value_name = "ADMIN_URL", conflicts_with = "data")]
    pub target: Option<String>,
    /// The record of what clients were told, which a lab run writes
    #[arg(long, value_name = "FILE")]
    pub acks: Option<PathBuf>,
    #[command(flatten)]
    pub settings: Settings,
}
