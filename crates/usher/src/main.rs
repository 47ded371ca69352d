//! The binary: configuration, wiring, subcommands.

mod cli;
mod config;
mod demo;
mod failed;
mod logs;
mod seed;
mod serve;
mod verify;
mod wiring;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command};
use failed::Failed;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("usher: {failed}");
            failed.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<(), Failed> {
    match cli.command {
        Command::Serve(asked) => serve::run(&asked),
        Command::Demo(asked) => demo::run(&asked),
        Command::Seed(asked) => seed::run(&asked),
        Command::Verify(asked) => verify::run(&asked),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "usher", &mut std::io::stdout());
            Ok(())
        }
    }
}

/// Prints a result. A reader that has gone away, as behind `| head`, is no failure.
fn say(result: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{result}").and_then(|()| out.flush());
}
