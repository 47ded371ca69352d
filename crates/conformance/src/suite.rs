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
    let cases: Vec<Trial> = cases::<F>().into_iter().map(|case| trial(store, &fixture, case)).collect();
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

fn cases<F: Fixture>() -> Vec<Case<F>> {
    [crate::cases::all(), crate::crowd::all(), crate::lockstep::cases()].concat()
}

fn trial<F: Fixture>(store: &str, fixture: &Arc<F>, (name, run): Case<F>) -> Trial {
    let fixture = fixture.clone();
    let run = move || {
        run(&fixture);
        Ok(())
    };
    Trial::test(name, run).with_kind(store)
}
