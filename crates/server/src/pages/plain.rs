//! A fan's way without script: one page of forms that shows where the fan is, and does what a form asks. It follows the
//! same rules by the same commands as the API.

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use usher_api::fingerprint::{answer_key, request_hash};
use usher_api::{Problem, ProblemCode};
use usher_core::{
    Command, HoldId, HoldState, Money, Order, PassShown, PaymentMethod, PerformanceId, RequestKey, RoomId,
    TransferId, UserId,
};
use usher_engine::waiting::Seen;
use usher_engine::{ConcertRead, HoldLine};

use super::fan::{ahead, read};
use super::form::Form;
use super::page::language;
use super::plain_view::{self, Fan, Screen};
use crate::answer::Answer;
use crate::call::Call;
use crate::config::Gate;
use crate::front::read_problem;

/// Dates at which a fan's seats are looked for.
const STATUSES_MAX: usize = 12;
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Where a fan is, with forms for what can be done.
pub(crate) async fn show(call: Call) -> Result<Answer, Problem> {
    let form = Form::of(call.query().unwrap_or_default());
    let (lang, concert) = (language(&call), read(&call.front, call.concert()?).await?);
    let Some(user) = form.user() else {
        return Ok(to(&format!("/c/{}?lang={}", concert.concert.id.get(), lang.tag())));
    };
    call.caller.may_be(&user)?;
    let fan = Fan { lang, user, room: room_of(&call, &concert), concert };
    let screen = screen(&call, &fan, &form).await?;
    let mut answer = plain_view::answer(&call, &fan, &form, &screen);
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// Does what a form asks, and shows where that led. What a form of another site asks is not done.
pub(crate) async fn act(mut call: Call) -> Result<Answer, Problem> {
    let body = call.form().await?;
    let form = Form::of(&String::from_utf8_lossy(&body));
    let (lang, concert) = (language(&call), read(&call.front, call.concert()?).await?);
    let Some(user) = form.user() else {
        return Ok(to(&format!("/c/{}?lang={}", concert.concert.id.get(), lang.tag())));
    };
    let fan = Fan { lang, user, room: room_of(&call, &concert), concert };
    let is_foreign = call.head.headers.get(SEC_FETCH_SITE).is_some_and(|site| site == "cross-site");
    let refused = if is_foreign { None } else { obey(&call, &fan, &form).await.err() };
    let mut place = format!("/c/{}/plain?lang={}&as={}", fan.concert.concert.id.get(), lang.tag(), fan.user);
    if let Some(problem) = refused {
        place += &format!("&said={}", problem.code.code());
        for seat in &problem.seat_numbers {
            place += &format!("&seat={seat}");
        }
        for kept in ["date", "from"] {
            if let Some(kept_at) = form.number(kept) {
                place += &format!("&{kept}={kept_at}");
            }
        }
    }
    Ok(to(&place))
}

/// 303: seen with GET, so that loading again does nothing twice.
fn to(place: &str) -> Answer {
    let mut answer = crate::answer::no_content();
    *answer.status_mut() = StatusCode::SEE_OTHER;
    answer.headers_mut().insert(LOCATION, HeaderValue::try_from(place).expect("our addresses are ASCII"));
    answer
}

fn room_of(call: &Call, concert: &ConcertRead) -> RoomId {
    ahead(&call.front, concert).next().map_or_else(RoomId::main, |(performance, _)| performance.room.clone())
}

async fn obey(call: &Call, fan: &Fan, form: &Form) -> Result<(), Problem> {
    let (user, room) = (fan.user.clone(), fan.room.clone());
    let unknown = || Problem::new(ProblemCode::InvalidRequest);
    let hold = || form.number("hold").map(HoldId::new).ok_or_else(unknown);
    let command = match form.get("do") {
        "join" => {
            if let Seen::Waiting(..) | Seen::Passed(..) = call.front.backing.waiting.look(&room, &user) {
                return Ok(());
            }
            call.front.backing.waiting.may_join(&room).map_err(crate::waiting::join_problem)?;
            Command::Join { user, room }
        }
        "leave" => return call.leave_line(user, room).await,
        "hold" => Command::PlaceHold {
            performance: form.number("date").map(PerformanceId::new).ok_or_else(unknown)?,
            seats: Some(form.seats())
                .filter(|seats| (1..=10).contains(&seats.len()))
                .ok_or_else(unknown)?
                .into(),
            pass: pass(call, &room, &user),
            user,
        },
        "pay" => {
            let amount = form.number("amount").map(Money::from_minor_units);
            Command::Pay { user, hold: hold()?, amount, method: PaymentMethod::CreditCard }
        }
        "top-up" => {
            let amount = form.number("amount").filter(|amount| *amount > 0).ok_or_else(unknown)?;
            Command::Charge { user, amount: Money::from_minor_units(amount) }
        }
        "give-back" => Command::GiveBack { user: Some(user), hold: hold()? },
        "refund" => {
            let payment = form.number("payment").map(TransferId::new).ok_or_else(unknown)?;
            Command::CancelPayment { user: Some(user), payment }
        }
        _ => return Err(unknown()),
    };
    let key = form.get("key");
    let key = (!key.is_empty()).then(|| RequestKey {
        key: answer_key(call.front.hash_key, Some(&fan.user), key),
        request: request_hash(call.front.hash_key, "POST", call.head.uri.path(), None),
    });
    call.decide(Order { command, key }).await.map(|_| ())
}

/// What the fan's own pass allows.
fn pass(call: &Call, room: &RoomId, user: &UserId) -> PassShown {
    match (call.front.backing.gate, call.front.backing.waiting.look(room, user)) {
        (Gate::Off, _) => PassShown::NotNeeded,
        (Gate::Bookings | Gate::All, Seen::Passed(shown, _)) => {
            PassShown::Signed { room: room.clone(), user: user.clone(), number: shown.number }
        }
        (Gate::Bookings | Gate::All, Seen::Waiting(..) | Seen::Ended(_) | Seen::NotInLine) => {
            PassShown::Missing
        }
    }
}

/// Where the fan is: a hold that waits for its payment comes first, then the line.
async fn screen(call: &Call, fan: &Fan, form: &Form) -> Result<Screen, Problem> {
    let mut mine = lines_of(call, fan).await?;
    let now = call.front.now();
    let is_live = |line: &HoldLine| matches!(line.hold.state, HoldState::Live) && now < line.hold.expires_at;
    if let Some(live) = mine.iter().position(is_live) {
        let balance = call.front.read({
            let user = fan.user.clone();
            move |reader| reader.account(&user)
        });
        let balance = balance.await?.map_or(Money::ZERO, |account| account.balance);
        return Ok(Screen::Pay { line: Box::new(mine.swap_remove(live)), balance });
    }
    mine.retain(|line| line.booking.as_ref().is_some_and(|booking| !booking.cancelled));
    let waiting = &call.front.backing.waiting;
    match waiting.poll(&fan.room, &fan.user, fastrand::u16(..)) {
        Seen::Waiting(shown, wait) => Ok(Screen::Wait {
            shown,
            wait,
            outlook: waiting.outlook(&fan.room, wait.position_shown.into()),
            pause: waiting.row(&fan.room).filter(|row| row.paused),
        }),
        Seen::Passed(_, pass) => {
            if !pass.is_fetched {
                let (user, room) = (fan.user.clone(), fan.room.clone());
                call.submit_line(Command::FetchPass { user, room }).await?;
            }
            choosing(call, form, pass.valid_until).await
        }
        Seen::Ended(_) | Seen::NotInLine if mine.is_empty() => Ok(Screen::Join),
        Seen::Ended(_) | Seen::NotInLine => Ok(Screen::Booked { lines: mine }),
    }
}

async fn choosing(call: &Call, form: &Form, until: usher_core::Timestamp) -> Result<Screen, Problem> {
    let Some(date) = form.number("date").map(PerformanceId::new) else { return Ok(Screen::Dates { until }) };
    let backing = &call.front.backing;
    let seats = backing.views.seats(date, backing.house.reads(), || {}).await;
    let seats = seats.map_err(|error| read_problem(&error))?;
    let seats = seats.ok_or_else(|| Problem::new(ProblemCode::ConcertOptionNotFound))?;
    Ok(Screen::Seats { until, date, bitmap: seats.bitmap.clone() })
}

/// What the fan holds and has booked at the dates ahead.
async fn lines_of(call: &Call, fan: &Fan) -> Result<Vec<HoldLine>, Problem> {
    let dates: Vec<PerformanceId> =
        ahead(&call.front, &fan.concert).take(STATUSES_MAX).map(|(performance, _)| performance.id).collect();
    let user = fan.user.clone();
    let read = call.front.read(move |reader| {
        let mut lines = Vec::new();
        for date in dates {
            lines.extend(reader.holds_of(&user, date)?);
        }
        Ok(lines)
    });
    read.await
}
