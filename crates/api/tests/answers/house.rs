//! A small house to render answers from.

use std::sync::Arc;

use usher_core::{
    Account, BalanceId, Booking, BookingId, Concert, ConcertId, Hold, HoldId, HoldState, Money, Movement,
    Payment, PaymentMethod, Performance, PerformanceId, Programme, Reason, Refund, RoomId, SeatNumber, Span,
    Stage, Timestamp, TransferId, UserId,
};

pub struct House {
    user: UserId,
    granted_at: Timestamp,
}

impl House {
    pub fn new() -> Self {
        let user = UserId::parse("kim").expect("a plain name");
        Self { user, granted_at: Timestamp::from_unix_ms(1_782_864_000_123) }
    }

    pub fn programme(&self) -> Programme {
        self.programme_titled("첫\"날\"\n", None)
    }

    pub fn programme_titled(&self, title: &str, description: Option<&str>) -> Programme {
        let concert =
            Concert { id: ConcertId::new(3), title: "봄".into(), created_at: Timestamp::default() };
        let begins_at = self.granted_at.plus(Span::from_secs(9 * 86_400));
        let performance = Performance {
            id: PerformanceId::new(7),
            concert: concert.id,
            begins_at,
            duration: Span::from_secs(5400),
            title: title.into(),
            description: description.map(Arc::from),
            price: Money::from_minor_units(110_000),
            seats_max: 10,
            sale_opens_at: self.granted_at,
            sale_closes_at: begins_at,
            hold_ttl: Span::from_secs(300),
            seats_per_user_max: 4,
            room: RoomId::main(),
            created_at: self.granted_at,
        };
        Programme { performance: Arc::new(performance), concert: Arc::new(concert) }
    }

    pub fn stage(&self) -> Stage {
        Stage { held: 1, sold: 2, blocked: 3, version: 77, ..Stage::new(PerformanceId::new(7)) }
    }

    pub fn hold(&self) -> Hold {
        Hold {
            id: HoldId::new(11),
            performance: PerformanceId::new(7),
            user: self.user.clone(),
            seats: Arc::from([SeatNumber::new(3), SeatNumber::new(4)]),
            amount: Money::from_minor_units(220_000),
            created_at: self.granted_at,
            expires_at: self.granted_at.plus(Span::from_secs(300)),
            pass: None,
            state: HoldState::Live,
        }
    }

    pub fn booked_state(&self) -> HoldState {
        HoldState::Booked(BookingId::new(21), TransferId::new(31))
    }

    pub fn booking(&self) -> Booking {
        Booking {
            id: BookingId::new(21),
            hold: HoldId::new(11),
            payment: TransferId::new(31),
            performance: PerformanceId::new(7),
            user: self.user.clone(),
            created_at: self.granted_at,
            closed_when_booked: false,
            cancelled: false,
        }
    }

    pub fn payment(&self) -> Payment {
        Payment {
            id: TransferId::new(31),
            hold: HoldId::new(11),
            booking: BookingId::new(21),
            performance: PerformanceId::new(7),
            user: self.user.clone(),
            amount: Money::from_minor_units(220_000),
            method: Some(PaymentMethod::Paypal),
            created_at: self.granted_at,
            refund: None,
        }
    }

    pub fn refunded_payment(&self) -> Payment {
        Payment { refund: Some(Refund { at: self.granted_at, transfer: None }), ..self.payment() }
    }

    pub fn account(&self) -> Account {
        Account {
            id: BalanceId::new(41),
            user: self.user.clone(),
            balance: Money::from_minor_units(900),
            created_at: self.granted_at,
            updated_at: self.granted_at.plus(Span::from_secs(60)),
            event_sequence: 2,
        }
    }

    pub fn movement(&self) -> Movement {
        Movement {
            id: TransferId::new(32),
            user: self.user.clone(),
            reason: Reason::Refund,
            amount: Money::from_minor_units(300),
            balance_after: Money::from_minor_units(500),
            hold: None,
            created_at: self.granted_at.plus(Span::from_ms(877)),
        }
    }
}
