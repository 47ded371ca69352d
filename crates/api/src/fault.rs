//! What is wrong with one member of a request, in words.

use crate::lang::Lang;

/// A member at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The member, parameter or header.
    pub field: Field,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// The name of a member: ours, or one that the client made up.
pub type Field = std::borrow::Cow<'static, str>;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is required and not there.
    Missing,
    /// It must be an integer in a range, both ends included.
    NotInteger {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// It must be 1 to 64 plain characters.
    NotName,
    /// It must be a whole amount of minor units, not negative.
    NotMoney,
    /// It must be above zero.
    NotPositive,
    /// It must be at most this.
    TooMuch(u64),
    /// It must be a string of so many characters.
    NotText {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// It must be `true` or `false`.
    NotBool,
    /// It must be a time.
    NotTime,
    /// It must be an ISO 8601 duration in a range, both ends included.
    NotDuration {
        /// The shortest, as written.
        min: &'static str,
        /// The longest, as written.
        max: &'static str,
    },
    /// It must be one of these.
    NotOneOf(&'static [&'static str]),
    /// It must be a list of so many things.
    NotList {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// It names something twice.
    NamedTwice,
    /// Only one of it and this member may be given.
    NotBoth(&'static str),
    /// It must be the same as in the path.
    NotAsInPath,
    /// It must be before this member.
    NotBefore(&'static str),
    /// It must be after this member.
    NotAfter(&'static str),
    /// It must not be after this member.
    TooLate(&'static str),
    /// Price times seats must be at most 10^15.
    HouseTooDear,
    /// It must be a hold's id, or `reservation-` and one.
    NotHoldName,
    /// It must be an `http://` or `https://` address.
    NotUrl,
    /// It must come from `nextCursor` of the same list.
    NotCursor,
    /// It must be 1 to 255 visible ASCII characters.
    NotKey,
    /// This route knows no such member.
    Unknown,
    /// It is given twice.
    WrittenTwice,
}

impl Wrong {
    /// A sentence without a subject: the field stands beside it.
    pub fn words(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Ko => self.korean(),
        }
    }

    fn english(&self) -> String {
        match self {
            Wrong::Missing => "is required".into(),
            Wrong::NotInteger { min, max } => format!("must be an integer from {min} to {max}"),
            Wrong::NotName => "must be 1 to 64 characters of A-Z a-z 0-9 . _ @ -".into(),
            Wrong::NotMoney => "must be a whole, non-negative number of minor units".into(),
            Wrong::NotPositive => "must be above zero".into(),
            Wrong::TooMuch(max) => format!("must be at most {max}"),
            Wrong::NotText { min: 0, max } => format!("must be a string of at most {max} characters"),
            Wrong::NotText { min, max } => format!("must be a string of {min} to {max} characters"),
            Wrong::NotBool => "must be true or false".into(),
            Wrong::NotTime => "must be a time such as 2026-07-10T20:00:00 or 2026-07-10T11:00:00Z".into(),
            Wrong::NotDuration { min, max } => {
                format!("must be an ISO 8601 duration from {min} to {max}, such as PT2H")
            }
            Wrong::NotOneOf(choices) => format!("must be one of {}", choices.join(", ")),
            Wrong::NotList { min, max } => format!("must be a list of {min} to {max} entries"),
            Wrong::NamedTwice => "must not name anything twice".into(),
            Wrong::NotBoth(other) => format!("must not be given together with {other}"),
            Wrong::NotAsInPath => "must be the same as in the path".into(),
            Wrong::NotBefore(other) => format!("must be before {other}"),
            Wrong::NotAfter(other) => format!("must be after {other}"),
            Wrong::TooLate(other) => format!("must not be after {other}"),
            Wrong::HouseTooDear => "price times maxSeats must be at most 1000000000000000".into(),
            Wrong::NotHoldName => {
                "must be a temporalReservationId as a string, or reservation- followed by it".into()
            }
            Wrong::NotUrl => "must be an http:// or https:// address of at most 2000 characters".into(),
            Wrong::NotCursor => "must be a nextCursor of this list".into(),
            Wrong::NotKey => "must be 1 to 255 visible ASCII characters".into(),
            Wrong::Unknown => "is not known on this route".into(),
            Wrong::WrittenTwice => "must not be given twice".into(),
        }
    }

    fn korean(&self) -> String {
        match self {
            Wrong::Missing => "필수 항목입니다".into(),
            Wrong::NotInteger { min, max } => format!("{min}부터 {max}까지의 정수여야 합니다"),
            Wrong::NotName => "A-Z a-z 0-9 . _ @ - 로 된 1~64자여야 합니다".into(),
            Wrong::NotMoney => "통화의 최소 단위로 된 0 이상의 정수 금액이어야 합니다".into(),
            Wrong::NotPositive => "0보다 커야 합니다".into(),
            Wrong::TooMuch(max) => format!("{max} 이하여야 합니다"),
            Wrong::NotText { min: 0, max } => format!("{max}자 이하의 문자열이어야 합니다"),
            Wrong::NotText { min, max } => format!("{min}~{max}자의 문자열이어야 합니다"),
            Wrong::NotBool => "true 또는 false여야 합니다".into(),
            Wrong::NotTime => "2026-07-10T20:00:00 또는 2026-07-10T11:00:00Z와 같은 시각이어야 합니다".into(),
            Wrong::NotDuration { min, max } => {
                format!("PT2H와 같은 ISO 8601 기간으로 {min}부터 {max}까지여야 합니다")
            }
            Wrong::NotOneOf(choices) => format!("다음 중 하나여야 합니다: {}", choices.join(", ")),
            Wrong::NotList { min, max } => format!("{min}~{max}개의 목록이어야 합니다"),
            Wrong::NamedTwice => "같은 것을 두 번 적을 수 없습니다".into(),
            Wrong::NotBoth(other) => format!("{other}와(과) 함께 보낼 수 없습니다"),
            Wrong::NotAsInPath => "경로의 값과 같아야 합니다".into(),
            Wrong::NotBefore(other) => format!("{other}보다 앞서야 합니다"),
            Wrong::NotAfter(other) => format!("{other}보다 뒤여야 합니다"),
            Wrong::TooLate(other) => format!("{other}보다 늦을 수 없습니다"),
            Wrong::HouseTooDear => "price와 maxSeats의 곱은 1000000000000000 이하여야 합니다".into(),
            Wrong::NotHoldName => {
                "문자열로 된 temporalReservationId 또는 그 앞에 reservation-을 붙인 값이어야 합니다".into()
            }
            Wrong::NotUrl => "2000자 이하의 http:// 또는 https:// 주소여야 합니다".into(),
            Wrong::NotCursor => "이 목록의 nextCursor 값이어야 합니다".into(),
            Wrong::NotKey => "눈에 보이는 ASCII 문자 1~255자여야 합니다".into(),
            Wrong::Unknown => "이 경로에서 받지 않는 항목입니다".into(),
            Wrong::WrittenTwice => "두 번 보낼 수 없습니다".into(),
        }
    }
}
