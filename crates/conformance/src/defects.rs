//! Planted defects: the suite must fail on an adapter that is broken. A suite that finds nothing proves nothing.

mod broken;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::{Arc, Once};

use crate::fixture::Fixture;
use crate::suite::Case;
use broken::Broken;
pub(crate) use broken::{Defect, Lost};

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, a panic of this thread is expected and not printed.
struct Quiet;

impl Quiet {
    fn begin() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let print = take_hook();
            set_hook(Box::new(move |panic| {
                if !IS_QUIET.get() {
                    print(panic)
                }
            }));
        });
        IS_QUIET.set(true);
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        IS_QUIET.set(false);
    }
}

/// A case for each defect: it fails unless the suite finds the defect.
pub(crate) fn cases<F: Fixture>() -> Vec<Case<Arc<F>>> {
    vec![
        ("defects::a_lost_stage_is_found", |f| is_found(f, Defect::LostEffect(Lost::Stages))),
        ("defects::a_lost_claim_is_found", |f| is_found(f, Defect::LostEffect(Lost::Claims))),
        ("defects::a_lost_hold_is_found", |f| is_found(f, Defect::LostEffect(Lost::Holds))),
        ("defects::a_lost_booking_is_found", |f| is_found(f, Defect::LostEffect(Lost::Bookings))),
        ("defects::a_lost_payment_is_found", |f| is_found(f, Defect::LostEffect(Lost::Payments))),
        ("defects::a_lost_account_is_found", |f| is_found(f, Defect::LostEffect(Lost::Accounts))),
        ("defects::a_lost_movement_is_found", |f| is_found(f, Defect::LostEffect(Lost::Movements))),
        ("defects::a_lost_answer_is_found", |f| is_found(f, Defect::LostEffect(Lost::Answers))),
        ("defects::a_lost_event_is_found", |f| is_found(f, Defect::LostEffect(Lost::Events))),
        ("defects::a_lost_delivery_is_found", |f| is_found(f, Defect::LostEffect(Lost::Deliveries))),
        ("defects::a_lost_room_is_found", |f| is_found(f, Defect::LostEffect(Lost::Rooms))),
        ("defects::a_lost_place_is_found", |f| is_found(f, Defect::LostEffect(Lost::Places))),
        ("defects::an_overwritten_claim_is_found", |f| is_found(f, Defect::OverwrittenClaim)),
        ("defects::a_commit_that_is_none_is_found", |f| is_found(f, Defect::CommitThatIsNone)),
    ]
}

/// Runs the suite on a broken adapter until a case fails.
fn is_found<F: Fixture>(fixture: &Arc<F>, defect: Defect) {
    let broken = Broken { fixture: fixture.clone(), defect };
    let _quiet = Quiet::begin();
    for (name, run) in crate::suite::promises::<Broken<F>>() {
        // A store is the case's own: nothing of it outlives the panic.
        if catch_unwind(AssertUnwindSafe(|| run(&broken))).is_err() {
            println!("    {defect:?} is found by {name}");
            return;
        }
    }
    panic!("no case of the suite finds {defect:?}");
}
