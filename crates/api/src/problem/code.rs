//! The closed set of problem codes, with everything that is said about each.

use crate::lang::Lang;

/// What is said about a code in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// A few words.
    pub title: &'static str,
    /// What happened.
    pub meaning: &'static str,
    /// What to do next.
    pub advice: &'static str,
}

macro_rules! problems {
    ($($name:ident $code:literal [$($status:literal),+] $routes:literal
        ko: $ko_title:literal, $ko_meaning:literal, $ko_advice:literal;
        en: $en_title:literal, $en_meaning:literal, $en_advice:literal;)+) => {
        /// Why a request was refused or failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemCode {$(
            #[doc = $en_meaning]
            $name,
        )+}

        impl ProblemCode {
            /// Every code.
            pub const ALL: &[ProblemCode] = &[$(ProblemCode::$name),+];

            /// The stable name on the wire.
            pub const fn code(self) -> &'static str {
                match self {$(ProblemCode::$name => $code,)+}
            }

            /// The HTTP statuses it comes with, the usual one first.
            pub const fn statuses(self) -> &'static [u16] {
                match self {$(ProblemCode::$name => &[$($status),+],)+}
            }

            /// The routes that answer it, as the documents number them.
            pub const fn routes(self) -> &'static str {
                match self {$(ProblemCode::$name => $routes,)+}
            }

            /// What is said about it.
            pub const fn words(self, lang: Lang) -> Words {
                match (self, lang) {$(
                    (ProblemCode::$name, Lang::Ko) => {
                        Words { title: $ko_title, meaning: $ko_meaning, advice: $ko_advice }
                    }
                    (ProblemCode::$name, Lang::En) => {
                        Words { title: $en_title, meaning: $en_meaning, advice: $en_advice }
                    }
                )+}
            }
        }
    };
}

impl ProblemCode {
    /// The code of that name.
    pub fn named(name: &str) -> Option<ProblemCode> {
        ProblemCode::ALL.iter().copied().find(|code| code.code() == name)
    }
}

problems! {
    InvalidRequest "invalid-request" [400] "all"
        ko: "올바르지 않은 요청", "요청의 JSON, 형식 또는 값이 올바르지 않습니다.",
            "errors에 적힌 항목을 고쳐 다시 보내십시오.";
        en: "Invalid request", "The request's JSON, types or values are not valid.",
            "Correct the members listed in errors and send it again.";
    NotFound "not-found" [404] "all"
        ko: "없는 경로", "그런 경로가 없습니다.",
            "주소를 확인하십시오. 모든 경로는 /docs에 있습니다.";
        en: "No such path", "There is no such path.",
            "Check the address; /docs lists every path.";
    MethodNotAllowed "method-not-allowed" [405] "all"
        ko: "허용되지 않는 메서드", "이 경로에는 그런 메서드가 없습니다.",
            "Allow 헤더에 있는 메서드를 사용하십시오.";
        en: "Method not allowed", "The path does not have this method.",
            "Use a method of the Allow header.";
    TooLarge "too-large" [413, 414, 431] "all"
        ko: "너무 큰 요청", "본문, URL 또는 헤더가 허용된 크기를 넘습니다.",
            "크기를 줄여 다시 보내십시오.";
        en: "Too large", "The body, the URL or the headers are larger than allowed.",
            "Send less.";
    UnsupportedMediaType "unsupported-media-type" [415] "all with a body"
        ko: "지원하지 않는 형식", "본문이 application/json이 아닙니다.",
            "Content-Type: application/json으로 JSON을 보내십시오.";
        en: "Unsupported media type", "The body is not application/json.",
            "Send JSON with Content-Type: application/json.";
    TryAgain "try-again" [429, 503] "all"
        ko: "잠시 후 다시 시도", "지금은 처리할 수 없으며 아무것도 바뀌지 않았습니다.",
            "Retry-After만큼 기다린 뒤 같은 멱등 키로 다시 보내십시오.";
        en: "Try again", "It cannot be done at the moment, and nothing has changed.",
            "Wait as long as Retry-After says and send it again with the same idempotency key.";
    OutcomeUnknown "outcome-unknown" [503] "all that change something"
        ko: "결과를 알 수 없음", "처리되었을 수도, 처리되지 않았을 수도 있습니다.",
            "반드시 같은 멱등 키로만 다시 보내십시오.";
        en: "Outcome unknown", "It may or may not have happened.",
            "Send it again with the same idempotency key only.";
    Internal "internal" [500] "all"
        ko: "내부 오류", "서버의 잘못으로 처리하지 못했습니다.",
            "같은 멱등 키로 다시 보내고, 계속되면 운영자에게 알리십시오.";
        en: "Internal error", "The server failed through a fault of its own.",
            "Send it again with the same idempotency key; if it persists, tell the operator.";
    IdempotencyKeyRequired "idempotency-key-required" [400] "8, 13, 14"
        ko: "멱등 키 필요", "이 경로에는 Idempotency-Key 헤더가 필요합니다.",
            "요청마다 새 키를, 재시도에는 같은 키를 보내십시오.";
        en: "Idempotency key required", "This route requires an Idempotency-Key header.",
            "Send a new key with every request, and the same one when you try again.";
    IdempotencyKeyReused "idempotency-key-reused" [422] "1, 2, 4, 5, 8, 9, 13, 14, operator's POSTs"
        ko: "다른 요청에 쓰인 멱등 키", "이 멱등 키는 이미 다른 요청에 쓰였습니다.",
            "이 요청에는 새 키를 사용하십시오.";
        en: "Idempotency key reused", "This idempotency key was used for another request.",
            "Use a new key for this request.";
    RequestInFlight "request-in-flight" [409] "1, 2, 4, 5, 8, 9, 13, 14, operator's POSTs"
        ko: "처리 중인 요청", "같은 멱등 키의 요청이 아직 처리되고 있습니다.",
            "Retry-After만큼 기다린 뒤 같은 키로 다시 보내십시오.";
        en: "Request in flight", "A request with the same idempotency key is still running.",
            "Wait as long as Retry-After says and send it again with the same key.";
    ConcertNotFound "concert-not-found" [404] "5, 6"
        ko: "없는 콘서트", "그런 콘서트가 없습니다.",
            "concertId를 확인하십시오.";
        en: "No such concert", "There is no such concert.",
            "Check the concertId.";
    ConcertOptionNotFound "concert-option-not-found" [404] "1, 3, 7, operator's verbs"
        ko: "없는 공연", "그런 공연이 없습니다.",
            "concertOptionId를 확인하십시오.";
        en: "No such performance", "There is no such performance.",
            "Check the concertOptionId.";
    SeatNotFound "seat-not-found" [404] "1, block, unblock"
        ko: "없는 좌석", "이 공연에 seatNumbers의 좌석이 없습니다.",
            "1부터 maxSeats까지의 번호에서 고르십시오.";
        en: "No such seat", "The performance has no seats with the numbers in seatNumbers.",
            "Choose numbers from 1 to maxSeats.";
    SeatTaken "seat-taken" [409] "1, block"
        ko: "이미 나간 좌석", "seatNumbers의 좌석은 이미 선점되었거나 팔렸거나 막혀 있습니다. 아무 좌석도 잡히지 않았습니다.",
            "좌석 현황을 다시 읽고 다른 좌석을 고르십시오.";
        en: "Seat taken", "The seats in seatNumbers are held, sold or blocked; none was taken for you.",
            "Read the seats again and choose others.";
    HoldLimitReached "hold-limit-reached" [409] "1"
        ko: "좌석 한도 도달", "한 사람이 가질 수 있는 좌석 또는 선점 수를 넘습니다.",
            "더 적은 좌석을 고르거나 갖고 있는 선점을 반납하십시오.";
        en: "Limit reached", "It would be more seats or holds than one user may have.",
            "Choose fewer seats or give a hold back.";
    SaleNotOpen "sale-not-open" [409] "1"
        ko: "판매 시작 전", "아직 판매가 시작되지 않았습니다.",
            "판매 시작 시각 이후에 다시 시도하십시오.";
        en: "Sale not open", "The sale has not opened yet.",
            "Try again once it has opened.";
    SaleClosed "sale-closed" [409] "1"
        ko: "판매 종료", "판매가 끝났습니다. 이미 잡은 좌석은 아직 결제할 수 있습니다.",
            "다른 공연을 고르십시오.";
        en: "Sale closed", "The sale has ended; live holds may still be paid.",
            "Choose another performance.";
    PerformanceCancelled "performance-cancelled" [409] "1, 2, 8, close"
        ko: "취소된 공연", "공연이 취소되었습니다. 선점은 해제되고 예매는 환불됩니다.",
            "다른 공연을 고르십시오.";
        en: "Performance cancelled", "The performance is cancelled; holds are released and bookings refunded.",
            "Choose another performance.";
    PassRequired "pass-required" [403] "1; 6, 7 if the gate is `all`"
        ko: "입장권 필요", "이 요청에는 대기열을 통과한 입장권이 필요합니다.",
            "대기열에 들어가 입장한 뒤 tokenValue를 X-Queue-Token 헤더로 보내십시오.";
        en: "Pass required", "This needs a pass from the waiting room.",
            "Join the line and, once let in, send tokenValue as X-Queue-Token.";
    PassMissing "pass-missing" [400] "15, 16"
        ko: "입장권 없음", "X-Queue-Token 헤더가 없습니다.",
            "입장했을 때 받은 tokenValue를 X-Queue-Token 헤더로 보내십시오.";
        en: "Pass missing", "There is no X-Queue-Token header.",
            "Send the tokenValue you got when let in as X-Queue-Token.";
    PassNotActive "pass-not-active" [403, 404] "1, 15, 16; 6, 7 if the gate is `all`"
        ko: "유효하지 않은 입장권", "입장권이 만료되었거나 사용되었거나 이 대기실의 것이 아닙니다.",
            "대기열에서 상태를 확인하고 필요하면 다시 들어가십시오.";
        en: "Pass not active", "The pass has expired, is used up or belongs to another room.",
            "Ask for your place in line and join again if need be.";
    PassOfAnotherUser "pass-of-another-user" [403] "1, 15; 6, 7 if the gate is `all`"
        ko: "다른 사람의 입장권", "입장권이 다른 사용자의 것입니다.",
            "자신의 입장권을 보내십시오.";
        en: "Pass of another user", "The pass belongs to another user.",
            "Send your own pass.";
    HoldNotFound "hold-not-found" [404] "2, 8, give back"
        ko: "없는 선점", "그런 선점이 없거나 다른 사람의 것입니다.",
            "temporalReservationId와 userId를 확인하십시오.";
        en: "No such hold", "There is no such hold, or it is somebody else's.",
            "Check the temporalReservationId and the userId.";
    HoldExpired "hold-expired" [409] "2, 8"
        ko: "만료된 선점", "결제하기 전에 선점 시간이 지나 좌석이 풀렸습니다. 결제되지 않았습니다.",
            "좌석을 다시 선점하십시오.";
        en: "Hold expired", "Its time passed before the payment and its seats are free again; nothing was charged.",
            "Hold seats again.";
    HoldReleased "hold-released" [409] "2, 8"
        ko: "반납된 선점", "선점이 반납되었거나 예매가 취소되었습니다.",
            "좌석을 다시 선점하십시오.";
        en: "Hold released", "The hold was given back, or its booking was cancelled.",
            "Hold seats again.";
    AlreadyPaid "already-paid" [409] "8, give back"
        ko: "이미 결제됨", "이 선점은 이미 결제되어 예매되었습니다.",
            "더 할 일이 없습니다. 되돌리려면 결제를 취소하십시오.";
        en: "Already paid", "This hold is paid and booked already.",
            "There is nothing more to do; to undo it, cancel the payment.";
    InsufficientBalance "insufficient-balance" [402] "2, 8, 14"
        ko: "잔액 부족", "잔액이 금액보다 적습니다.",
            "잔액을 충전한 뒤 다시 시도하십시오.";
        en: "Insufficient balance", "The balance does not cover the amount.",
            "Charge the balance and try again.";
    AmountMismatch "amount-mismatch" [422] "8"
        ko: "금액 불일치", "보낸 금액이 선점한 좌석의 가격과 다릅니다.",
            "선점의 amount를 보내거나 amount를 빼십시오.";
        en: "Amount mismatch", "The amount named is not the price of the hold.",
            "Send the hold's amount, or leave amount out.";
    PaymentNotFound "payment-not-found" [404] "9"
        ko: "없는 결제", "그런 결제가 없거나 다른 사람의 것입니다.",
            "transactionId를 확인하십시오.";
        en: "No such payment", "There is no such payment, or it is somebody else's.",
            "Check the transactionId.";
    RefundClosed "refund-closed" [409] "9"
        ko: "환불 마감", "공연이 시작되어 더는 환불되지 않습니다.",
            "문의는 주최자에게 하십시오.";
        en: "Refunds closed", "The performance has begun; refunds are closed.",
            "Ask the organiser.";
    BalanceNotFound "balance-not-found" [404] "11, 14"
        ko: "없는 잔액", "이 사용자는 잔액이 없습니다.",
            "먼저 충전하십시오.";
        en: "No balance", "This user has no balance.",
            "Charge it first.";
    AmountNotPositive "amount-not-positive" [400] "13, 14"
        ko: "0 이하의 금액", "금액은 0보다 커야 합니다.",
            "0보다 큰 정수 금액을 보내십시오.";
        en: "Amount not positive", "The amount must be above zero.",
            "Send a whole amount above zero.";
    AmountTooLarge "amount-too-large" [400] "13, 14"
        ko: "너무 큰 금액", "금액 또는 처리 후의 잔액이 1000000000000000을 넘습니다.",
            "더 적은 금액을 보내십시오.";
        en: "Amount too large", "The amount, or the balance after it, would be over 1000000000000000.",
            "Send a smaller amount.";
    RoomNotFound "room-not-found" [404] "17, rooms"
        ko: "없는 대기실", "그런 대기실이 없습니다.",
            "waitingQueueId를 확인하십시오.";
        en: "No such room", "There is no such waiting room.",
            "Check the waitingQueueId.";
    LineFull "line-full" [503] "17"
        ko: "가득 찬 대기열", "대기열이 가득 찼습니다. 이미 기다리는 사람은 자리를 지킵니다.",
            "잠시 후 다시 시도하십시오.";
        en: "Line full", "The line is full; who waits already keeps the place.",
            "Try again later.";
    LineClosed "line-closed" [403] "17"
        ko: "닫힌 대기열", "이 대기실의 모든 공연이 시작되었거나 취소되었습니다.",
            "다른 공연을 고르십시오.";
        en: "Line closed", "All performances of this room have begun or are cancelled.",
            "Choose another performance.";
    NotInLine "not-in-line" [404] "18, events"
        ko: "대기열에 없음", "이 사용자는 대기열에 없습니다.",
            "대기열에 들어가십시오.";
        en: "Not in line", "This user is not in line.",
            "Join the line.";
    PassExpired "pass-expired" [404] "18"
        ko: "만료된 입장권", "입장권의 시간이 지났습니다.",
            "다시 대기열에 들어가십시오. 맨 뒤에 서게 됩니다.";
        en: "Pass expired", "The time of the pass has passed.",
            "Join again; the new place is at the back.";
    PassUsed "pass-used" [404] "18"
        ko: "사용된 입장권", "입장권을 예매에 사용했습니다.",
            "더 예매하려면 다시 대기열에 들어가십시오.";
        en: "Pass used", "The pass was used for a booking.",
            "To book more, join again.";
    LeftLine "left-line" [404] "18"
        ko: "나간 대기열", "대기열에서 나갔습니다.",
            "다시 들어가십시오. 맨 뒤에 서게 됩니다.";
        en: "Left the line", "You have left the line.",
            "Join again; the new place is at the back.";
    PollInstead "poll-instead" [409] "events"
        ko: "이벤트 대신 조회", "이벤트 스트림은 앞의 1,000명과 입장한 사람에게만 열립니다.",
            "pollAfterMs 간격으로 자리를 조회하십시오.";
        en: "Poll instead", "The event stream is for the first 1,000 in line and those let in.",
            "Ask for your place every pollAfterMs.";
}
