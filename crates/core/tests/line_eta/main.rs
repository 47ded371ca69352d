//! How true the expected times are, judged by what each fan was told and how long each then waited.

mod crowd;

use crowd::{Crowd, Lasts, Told};

const STEADY: Crowd = Crowd {
    name: "steady",
    early: 12_000,
    joins_per_second: 0.0,
    admits_per_second: 20,
    live_passes_max: 100_000,
    shops_for: Lasts::Between(10.0, 40.0),
    patience: Lasts::Forever,
    silent: 0.5,
    absent: 0.0,
    runs_for_s: 700,
    seed: 1,
};

const CROWDS: [Crowd; 8] = [
    STEADY,
    Crowd {
        name: "impatient",
        early: 30_000,
        admits_per_second: 50,
        patience: Lasts::Random(1_000.0),
        absent: 0.3,
        ..STEADY
    },
    Crowd {
        name: "many leave early",
        early: 6_000,
        joins_per_second: 4.0,
        admits_per_second: 7,
        patience: Lasts::Mixed(0.3, 60.0, 3_000.0),
        silent: 1.0,
        ..STEADY
    },
    Crowd {
        name: "as many as the cap lets in",
        early: 5_000,
        admits_per_second: 50,
        live_passes_max: 200,
        shops_for: Lasts::Random(25.0),
        ..STEADY
    },
    Crowd {
        name: "cap, drop-outs and joins",
        early: 6_000,
        joins_per_second: 5.0,
        admits_per_second: 200,
        live_passes_max: 500,
        shops_for: Lasts::Between(15.0, 60.0),
        patience: Lasts::Random(1_500.0),
        ..STEADY
    },
    Crowd {
        name: "small",
        early: 600,
        admits_per_second: 20,
        live_passes_max: 20,
        shops_for: Lasts::Between(8.0, 30.0),
        ..STEADY
    },
    Crowd {
        name: "quick shoppers in a room that fills at once",
        early: 5_000,
        admits_per_second: 90,
        live_passes_max: 140,
        shops_for: Lasts::Between(3.0, 8.0),
        patience: Lasts::Mixed(0.1, 200.0, 1e9),
        silent: 1.0,
        runs_for_s: 240,
        ..STEADY
    },
    Crowd {
        name: "patience runs out",
        early: 20_000,
        admits_per_second: 20,
        patience: Lasts::Between(0.0, 1_800.0),
        ..STEADY
    },
];

/// Looked at once, after the formula stood: their rates and drop-outs tuned nothing.
const UNSEEN: [Crowd; 4] = [
    Crowd {
        name: "unseen: impatient",
        early: 40_000,
        admits_per_second: 33,
        patience: Lasts::Random(400.0),
        silent: 0.7,
        absent: 0.2,
        seed: 101,
        ..STEADY
    },
    Crowd {
        name: "unseen: the defaults",
        early: 15_000,
        admits_per_second: 200,
        live_passes_max: 1_000,
        shops_for: Lasts::Random(90.0),
        seed: 103,
        ..STEADY
    },
    Crowd {
        name: "unseen: slow, half leave soon",
        early: 2_500,
        admits_per_second: 3,
        patience: Lasts::Mixed(0.5, 120.0, 5_000.0),
        seed: 104,
        ..STEADY
    },
    Crowd {
        name: "unseen: passes that run out",
        early: 8_000,
        joins_per_second: 3.0,
        admits_per_second: 100,
        live_passes_max: 300,
        shops_for: Lasts::Mixed(0.2, 300.0, 40.0),
        patience: Lasts::Random(2_500.0),
        silent: 0.9,
        absent: 0.3,
        seed: 105,
        ..STEADY
    },
];

/// The front of such a line moves mostly by those who give up, and they are missed late.
const GIVING_UP: Crowd = Crowd {
    name: "nearly as many drop out as are let in",
    early: 4_000,
    joins_per_second: 8.0,
    live_passes_max: 50,
    shops_for: Lasts::Between(3.0, 12.0),
    patience: Lasts::Random(900.0),
    seed: 102,
    ..STEADY
};

struct Judged {
    told: usize,
    median: f64,
    p90: f64,
    late_share: f64,
}

/// The relative errors of what was told from a minute of outflow on, but for waits under 10 s: there the time to
/// the next poll is most of the wait.
fn judge(told: &[Told]) -> Judged {
    let judged = told.iter().filter(|told| told.after_s >= 60.0 && told.waited_s >= 10.0);
    let mut errors: Vec<f64> = judged.map(|told| (told.eta_s - told.waited_s) / told.waited_s).collect();
    let late = errors.iter().filter(|error| **error < 0.0).count();
    errors.iter_mut().for_each(|error| *error = error.abs());
    errors.sort_by(f64::total_cmp);
    let quantile = |share: f64| errors[(errors.len() as f64 * share) as usize];
    let late_share = late as f64 / errors.len() as f64;
    Judged { told: errors.len(), median: quantile(0.5), p90: quantile(0.9), late_share }
}

fn must_be_true(crowds: &[Crowd]) {
    let mut failed = Vec::new();
    for crowd in crowds {
        let Judged { told, median, p90, late_share } = judge(&crowd.play());
        let says = format!(
            "{}: {told} estimates, median error {:.1} %, 90 % within {:.1} %, {:.0} % waited longer than told",
            crowd.name,
            median * 100.0,
            p90 * 100.0,
            late_share * 100.0
        );
        println!("{says}");
        if told < 1_000 || median > 0.10 || p90 > 0.25 {
            failed.push(says);
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn expected_times_come_true_after_a_minute_of_outflow() {
    must_be_true(&CROWDS);
}

#[test]
fn expected_times_come_true_for_crowds_that_tuned_nothing() {
    must_be_true(&UNSEEN);
}

#[test]
fn expected_times_come_true_where_nearly_as_many_give_up_as_are_let_in() {
    must_be_true(&[GIVING_UP]);
}
