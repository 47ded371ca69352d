//! What the rules refuse, as problems. No `_` arm: a new refusal does not compile until it has its words.

use usher_core::Refusal;

use super::{Detail, Problem, ProblemCode};

/// When a full line may be tried again.
const LINE_FULL_RETRY_MS: u64 = 10_000;

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let problem = Problem::new(code(refusal));
        match refusal {
            Refusal::SeatNotFound(seats) | Refusal::SeatsTaken(seats) => problem.seats(seats.clone()),
            Refusal::HoldLimitReached { seats_max, seats_now } => {
                problem.detail(Detail::SeatLimit { seats_max: *seats_max, seats_now: *seats_now })
            }
            Refusal::SaleNotOpen { opens_at } => problem.detail(Detail::OpensAt(*opens_at)),
            Refusal::InsufficientBalance { balance, needed } => {
                problem.detail(Detail::Balance { balance: *balance, needed: *needed })
            }
            Refusal::AmountMismatch { price } => problem.detail(Detail::Price(*price)),
            Refusal::ConcertNotFound
            | Refusal::PerformanceNotFound
            | Refusal::SaleClosed
            | Refusal::PerformanceCancelled
            | Refusal::HoldNotFound
            | Refusal::HoldExpired
            | Refusal::HoldReleased
            | Refusal::AlreadyPaid
            | Refusal::HoldLives
            | Refusal::PaymentNotFound
            | Refusal::RefundClosed
            | Refusal::BalanceNotFound
            | Refusal::AmountNotPositive
            | Refusal::AmountTooLarge
            | Refusal::PassRequired
            | Refusal::PassNotActive
            | Refusal::PassOfAnotherUser
            | Refusal::PassLives
            | Refusal::NotInLine
            | Refusal::KeyReused => problem,
            Refusal::LineFull => problem.retry_after_ms(LINE_FULL_RETRY_MS),
        }
    }
}

fn code(refusal: &Refusal) -> ProblemCode {
    match refusal {
        Refusal::ConcertNotFound => ProblemCode::ConcertNotFound,
        Refusal::PerformanceNotFound => ProblemCode::ConcertOptionNotFound,
        Refusal::SeatNotFound(_) => ProblemCode::SeatNotFound,
        Refusal::SeatsTaken(_) => ProblemCode::SeatTaken,
        Refusal::HoldLimitReached { .. } => ProblemCode::HoldLimitReached,
        Refusal::SaleNotOpen { .. } => ProblemCode::SaleNotOpen,
        Refusal::SaleClosed => ProblemCode::SaleClosed,
        Refusal::PerformanceCancelled => ProblemCode::PerformanceCancelled,
        Refusal::HoldNotFound => ProblemCode::HoldNotFound,
        Refusal::HoldExpired => ProblemCode::HoldExpired,
        Refusal::HoldReleased => ProblemCode::HoldReleased,
        Refusal::AlreadyPaid => ProblemCode::AlreadyPaid,
        Refusal::InsufficientBalance { .. } => ProblemCode::InsufficientBalance,
        Refusal::AmountMismatch { .. } => ProblemCode::AmountMismatch,
        Refusal::PaymentNotFound => ProblemCode::PaymentNotFound,
        Refusal::RefundClosed => ProblemCode::RefundClosed,
        Refusal::BalanceNotFound => ProblemCode::BalanceNotFound,
        Refusal::AmountNotPositive => ProblemCode::AmountNotPositive,
        Refusal::AmountTooLarge => ProblemCode::AmountTooLarge,
        Refusal::KeyReused => ProblemCode::IdempotencyKeyReused,
        Refusal::PassRequired => ProblemCode::PassRequired,
        Refusal::PassNotActive => ProblemCode::PassNotActive,
        Refusal::PassOfAnotherUser => ProblemCode::PassOfAnotherUser,
        Refusal::LineFull => ProblemCode::LineFull,
        Refusal::NotInLine => ProblemCode::NotInLine,
        // Only the house itself proposes such an end, and it drops this answer: no request can meet it.
        Refusal::PassLives | Refusal::HoldLives => ProblemCode::Internal,
    }
}
