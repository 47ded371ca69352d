//! The suite as a test binary: cargo test and nextest list, filter and run its cases like any other test.

use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use crate::fixture::Fixture;

/// What one case does to a fixture; it panics if a promise is broken.
pub(crate) type Case<F> = (&'static str, fn(&F));

/// Runs every case against an adapter, says how many, and ends the process.
///
/// A store that cannot run on this machine is skipped, loudly; with `CI=true` that is a failure.
pub fn prove<F: Fixture>(store: &'static str, fixture: F) -> ! {
    let arguments = Arguments::from_args();
    let fixture = Arc::new(fixture);
    let mut cases: Vec<Trial> = Vec::new();
    for (name, run) in promises::<F>() {
        let fixture = fixture.clone();
        cases.push(trial(store, name, move || run(&fixture)));
    }
    for (name, run) in crate::defects::cases::<F>() {
        let fixture = fixture.clone();
        cases.push(trial(store, name, move || run(&fixture)));
    }
    if !arguments.list
        && let Err(why) = fixture.create()
    {
        println!("SKIPPED: {} cases on {store}: {why}", cases.len());
        std::process::exit(i32::from(std::env::var("CI").is_ok_and(|ci| ci == "true")));
    }
    let lists = arguments.list;
    let conclusion = libtest_mimic::run(&arguments, cases);
    if !lists {
        println!("cases run on {store}: {}", conclusion.num_passed + conclusion.num_failed);
    }
    conclusion.exit()
}

/// Every promise of a store.
pub(crate) fn promises<F: Fixture>() -> Vec<Case<F>> {
    [crate::lockstep::cases(), crate::cases::all(), crate::crowd::all()].concat()
}

fn trial(store: &str, name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    let run = move || {
        run();
        Ok(())
    };
    Trial::test(name, run).with_kind(store)
}
