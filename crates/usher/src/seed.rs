//! `usher seed`: the dataset, into an empty store.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressStyle};
use usher_core::Timestamp;
use usher_core::dataset::Dataset;

use crate::cli::Seed;
use crate::config;
use crate::failed::Failed;
use crate::wiring::Store;
use crate::{logs, say};

/// Effects between two looks at the bar.
const STEP: usize = 10_000;

/// Writes the dataset and says how long it took.
pub fn run(asked: &Seed) -> Result<(), Failed> {
    let data = asked.data.as_ref().map(|dir| dir.display().to_string());
    let (config, _) = config::load(&asked.settings.with([("--data", "data", data)]))?;
    logs::start(&config.log.level)?;
    let dataset = Dataset::at_scale(asked.scale, asked.rng, today()).ok_or_else(|| {
        Failed::usage(format!("--scale: {} is not within 0.0001 to {}", asked.scale, Dataset::SCALE_MAX))
    })?;
    let began = Instant::now();
    let bar = bar(dataset.effects_total());
    let mut written = 0;
    let mut effects = dataset.effects().inspect(|_| {
        written += 1;
        if written % STEP == 0 {
            bar.inc(STEP as u64);
        }
    });
    Store::of(&config)?.open_empty()?.load(&mut effects, &dataset.mark())?;
    bar.finish_and_clear();
    say(format_args!(
        "seeded {} concerts, {} performances with a booking each, {} users in {:.1} s",
        dataset.concerts(),
        dataset.performances(),
        dataset.users(),
        began.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn bar(effects: u64) -> ProgressBar {
    let style = "seeding {bar:40} {percent} %, {human_pos} of {human_len} rows, {eta} left";
    let style = ProgressStyle::with_template(style).expect("the template is a constant, seen in tests");
    ProgressBar::new(effects).with_style(style)
}

/// The beginning of this day, UTC.
fn today() -> Timestamp {
    const DAY_MS: i64 = 24 * 3600 * 1000;
    Timestamp::from_unix_ms(now().unix_ms() / DAY_MS * DAY_MS)
}

/// The wall clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_ms(since.as_millis() as i64)
}
