//! A remembered answer, made again from what never changes.

use crate::{Answer, Answered, HoldId, HoldState, PerformanceId, Programme, Reply, Rows};

/// The reply as it was first given. Everything it shows is immutable: see [`crate::replay_reads`].
pub(super) fn reply(rows: &Rows, answer: &Answer) -> Reply {
    match &answer.answered {
        Answered::Hold(id) => {
            let hold = rows.holds[id].clone();
            let programme = programme(rows, hold.performance);
            Reply::Held { hold, programme }
        }
        Answered::Booking(id) => booked(rows, *id),
        Answered::Payment(id) => {
            let mut payment = rows.payments[id].clone();
            payment.refund = None;
            Reply::Paid(payment)
        }
        Answered::Cancel(id) => Reply::Cancelled(rows.payments[id].clone()),
        Answered::Movement(user, id) => {
            Reply::Moved { account: rows.accounts[user].clone(), movement: rows.movements[id].clone() }
        }
        Answered::Concert(id) => Reply::Concert(rows.concerts[id].clone()),
        Answered::Performance(id) => Reply::Performance(programme(rows, *id)),
        Answered::Closed(id) => Reply::Closed(programme(rows, *id)),
        Answered::Cancelled(performance, bookings, refunded) => Reply::PerformanceCancelled {
            performance: *performance,
            bookings: *bookings,
            refunded: *refunded,
        },
        Answered::Blocked(_, seats) => Reply::Blocked(seats.clone()),
        Answered::Webhook(webhook) => Reply::Webhook(webhook.clone()),
    }
}

fn booked(rows: &Rows, id: HoldId) -> Reply {
    let hold = rows.holds[&id].clone();
    let (HoldState::Booked(booking, _) | HoldState::Cancelled(booking, _)) = hold.state else {
        unreachable!("an answer that a hold is booked is written in the transaction that books it");
    };
    let programme = programme(rows, hold.performance);
    Reply::Booked { booking: rows.bookings[&booking].clone(), hold, programme }
}

fn programme(rows: &Rows, id: PerformanceId) -> Programme {
    let house = &rows.houses[&id];
    Programme { performance: house.performance.clone(), concert: house.concert.clone() }
}
