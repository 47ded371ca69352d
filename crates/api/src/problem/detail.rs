//! The particulars of one refusal, in words.

use usher_core::{Money, Timestamp};

use crate::lang::Lang;
use crate::time::write_time;

/// What a problem's general words do not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Nothing more.
    General,
    /// The body is not UTF-8.
    NotUtf8,
    /// The body is not JSON, near this byte (counted from 0).
    NotJson {
        /// Where.
        byte: usize,
    },
    /// The body nests too deeply.
    TooDeep,
    /// The body must be a JSON object.
    NotAnObject,
    /// The sale opens then.
    OpensAt(Timestamp),
    /// So many seats are allowed, so many the user has.
    SeatLimit {
        /// The most.
        seats_max: u32,
        /// Held and booked now.
        seats_now: u32,
    },
    /// What the balance holds and what is needed.
    Balance {
        /// What there is.
        balance: Money,
        /// What it takes.
        needed: Money,
    },
    /// The price of the hold.
    Price(Money),
    /// The most bytes that are taken.
    LimitBytes(usize),
}

impl Detail {
    /// A sentence that stands in place of the code's general meaning.
    pub(super) fn words(&self, lang: Lang) -> Option<String> {
        match lang {
            Lang::En => self.english(),
            Lang::Ko => self.korean(),
        }
    }

    fn english(&self) -> Option<String> {
        Some(match self {
            Detail::General => return None,
            Detail::NotUtf8 => "The body is not UTF-8.".into(),
            Detail::NotJson { byte } => format!("The body is not valid JSON near byte {byte}."),
            Detail::TooDeep => "The body nests objects or lists too deeply.".into(),
            Detail::NotAnObject => "The body must be a JSON object.".into(),
            Detail::OpensAt(at) => format!("The sale opens at {}.", time(*at)),
            Detail::SeatLimit { seats_max, seats_now } => {
                format!(
                    "One user may hold and book {seats_max} seats of this performance; you have {seats_now}."
                )
            }
            Detail::Balance { balance, needed } => format!("The balance is {balance}; {needed} is needed."),
            Detail::Price(price) => {
                format!("The amount named is not the price of the hold, which is {price}.")
            }
            Detail::LimitBytes(max) => format!("At most {max} bytes are taken here."),
        })
    }

    fn korean(&self) -> Option<String> {
        Some(match self {
            Detail::General => return None,
            Detail::NotUtf8 => "본문이 UTF-8이 아닙니다.".into(),
            Detail::NotJson { byte } => format!("본문의 {byte}번째 바이트 부근이 올바른 JSON이 아닙니다."),
            Detail::TooDeep => "본문의 객체나 목록이 너무 깊게 중첩되었습니다.".into(),
            Detail::NotAnObject => "본문은 JSON 객체여야 합니다.".into(),
            Detail::OpensAt(at) => format!("판매는 {}에 시작됩니다.", time(*at)),
            Detail::SeatLimit { seats_max, seats_now } => {
                format!(
                    "한 사람이 이 공연에서 {seats_max}석까지 선점·예매할 수 있으며 지금 {seats_now}석을 갖고 있습니다."
                )
            }
            Detail::Balance { balance, needed } => format!("잔액은 {balance}이고 {needed}이(가) 필요합니다."),
            Detail::Price(price) => format!("보낸 금액이 선점한 좌석의 가격 {price}와(과) 다릅니다."),
            Detail::LimitBytes(max) => format!("여기서는 {max}바이트까지만 받습니다."),
        })
    }
}

fn time(at: Timestamp) -> String {
    let mut out = Vec::with_capacity(24);
    write_time(&mut out, at);
    String::from_utf8(out).expect("times are written in ASCII")
}
