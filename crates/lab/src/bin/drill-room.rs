//! Lets evenings of a waiting room happen against a running house, and judges them by the fans' own record.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use usher_lab::evening::{doors, eta};
use usher_lab::target::Target;

/// Plays evenings of a waiting room and judges what its fans were told.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The house, on this machine.
    #[arg(long)]
    target: Target,
    /// Its admin listener.
    #[arg(long)]
    admin: Target,
    /// Where the records of answers go.
    #[arg(long)]
    work: PathBuf,
    #[command(subcommand)]
    drill: DrillName,
}

#[derive(Clone, Copy, Subcommand)]
enum DrillName {
    /// Are expected times true? Three evenings at once, each in a room of its own.
    Eta,
    /// Who is let in, with cap 50 and rate 20, until all seats are sold?
    Room,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let drilled = match cli.drill {
        DrillName::Eta => drill_eta(&cli),
        DrillName::Room => drill_room(&cli),
    };
    match drilled {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("drill-room: {error:#}");
            ExitCode::from(3)
        }
    }
}

/// Whether the times told came true in every evening.
fn drill_eta(cli: &Cli) -> anyhow::Result<bool> {
    let evenings = eta::evenings();
    std::thread::scope(|scope| {
        let happening = evenings.each_ref().map(|evening| {
            let acks = cli.work.join(evening.room);
            scope.spawn(move || evening.happen(&cli.target, &cli.admin, &acks))
        });
        happening.into_iter().try_for_each(|evening| {
            let tally = evening.join().expect("an evening does not panic")?;
            anyhow::ensure!(tally.failed.is_empty(), "answers that no fan should get: {:?}", tally.failed);
            Ok(())
        })
    })?;
    println!(
        "| room | rate, cap | fans | estimates | median error | 90 % within | all, also of waits under 10 s | median | 90 % within | |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|");
    let mut are_true = true;
    for evening in &evenings {
        let errors = eta::judge(&cli.work.join(evening.room))?;
        are_true &= errors.are_within_the_bars();
        let fans: u32 = evening.groups.iter().map(|group| group.fans).sum();
        let (rate, cap) = (evening.admits_per_second, evening.live_passes_max);
        println!("| {} | {rate}, {cap} | {fans} {errors}", evening.room);
    }
    Ok(are_true)
}

/// Whether every claim holds.
fn drill_room(cli: &Cli) -> anyhow::Result<bool> {
    let evening = doors::evening();
    let acks = cli.work.join(evening.room);
    let tally = evening.happen(&cli.target, &cli.admin, &acks)?;
    anyhow::ensure!(tally.failed.is_empty(), "answers that no fan should get: {:?}", tally.failed);
    let doors = doors::judge(&acks)?;
    println!("| claim | seen | |\n|---|---|---|\n{doors}");
    Ok(doors.claims().iter().all(|(_, _, is_so)| *is_so))
}
