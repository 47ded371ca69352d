//! Rules: values in, answers out. No I/O, no async, no clock, no randomness.
//!
//! Start reading at [`decide`]: an [`Order`] is decided against [`Rows`] and answered with a [`Reply`] and
//! [`Effect`]s, or with a [`Refusal`].

mod answer;
mod command;
pub mod dataset;
mod decide;
mod effect;
mod event;
mod fold;
mod id;
pub mod invariant;
pub mod line;
mod money;
mod needs;
mod room;
mod row;
mod rows;
mod time;

pub use answer::{Outcome, Programme, Refusal, Reply};
pub use command::{Command, NewPerformance, Order, RequestKey};
pub use decide::{Decision, Moment, Settings, decide};
pub use effect::Effect;
pub use event::{Aggregate, Event, Fact};
pub use fold::{Changes, ClaimChange};
pub use id::{
    BalanceId, BookingId, ConcertId, EventId, HoldId, ID_MAX, IdKind, Ids, PerformanceId, RoomId, SeatNumber,
    TransferId, UserId, WebhookId,
};
pub use money::Money;
pub use needs::{
    FactId, Facts, HoldFact, Key, Keys, PaymentFact, Reads, facts_needed, keys, reads, replay_reads,
};
pub use room::{Pass, PassRef, PassShown, Place, PlaceEnd, PlaceState, Room, RoomPatch};
pub use row::{
    Account, Answer, AnswerKey, Answered, Booking, Claim, ClaimState, Concert, Delivery, Hold, HoldState,
    Movement, Parked, Payment, PaymentMethod, Performance, Reason, Refund, SaleState, Stage, Webhook,
};
pub use rows::{House, Rows};
pub use time::{Span, Timestamp};
