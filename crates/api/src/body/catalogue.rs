//! Endpoints 4 and 5: making concerts and performances, with every limit of a performance.

use usher_core::{Command, ConcertId, Money, NewPerformance, Span};

use crate::fault::Wrong;
use crate::fields::{Fields, ParseSettings};
use crate::json::Json;
use crate::problem::Problem;
use crate::read;

const TITLE_MAX: usize = 200;
const DESCRIPTION_MAX: usize = 4000;
const SEATS_MAX: u32 = 100_000;

/// Endpoint 4 as [`Command::MakeConcert`].
pub fn concert(body: &Json<'_>, settings: &ParseSettings) -> Result<Command, Problem> {
    let mut fields = Fields::of(body, settings)?;
    match fields.required("title", |json| read::text(json, 1, TITLE_MAX)) {
        Some(title) if fields.sound() => Ok(Command::MakeConcert { title }),
        _ => Err(fields.problem()),
    }
}

/// Endpoint 5 as [`Command::MakePerformance`].
pub fn performance(
    concert: ConcertId,
    body: &Json<'_>,
    settings: &ParseSettings,
) -> Result<Command, Problem> {
    let mut fields = Fields::of(body, settings)?;
    let zone = fields.zone();
    let begins_at = fields.required("concertDate", |json| read::time(json, zone));
    let duration = fields.required("concertDuration", read::performance_duration);
    let title = fields.required("title", |json| read::text(json, 1, TITLE_MAX));
    let description = fields.optional("description", |json| read::text(json, 0, DESCRIPTION_MAX));
    let price = fields.required("price", price);
    let seats_max = fields.required("maxSeats", |json| read::count(json, 1, SEATS_MAX));
    let sale_opens_at = fields.optional("saleOpensAt", |json| read::time(json, zone));
    let sale_closes_at = fields.optional("saleClosesAt", |json| read::time(json, zone));
    let hold_ttl = fields.optional("holdSeconds", |json| read::integer(json, 10, 3600)).map(Span::from_secs);
    let seats_per_user_max = fields.optional("maxSeatsPerUser", |json| read::count(json, 1, SEATS_MAX));
    let room = fields.optional("waitingQueueId", read::room_id);
    let (Some(begins_at), Some(duration), Some(title), Some(price), Some(seats_max)) =
        (begins_at, duration, title, price, seats_max)
    else {
        return Err(fields.problem());
    };
    let new = NewPerformance {
        concert,
        begins_at,
        duration,
        title,
        description,
        price,
        seats_max,
        sale_opens_at,
        sale_closes_at,
        hold_ttl,
        seats_per_user_max,
        room,
    };
    check_house(&mut fields, &new);
    check_window(&mut fields, &new);
    if fields.sound() { Ok(Command::MakePerformance(new)) } else { Err(fields.problem()) }
}

/// Both members are named: either may be the one that was meant otherwise.
fn check_house(fields: &mut Fields<'_, '_>, new: &NewPerformance) {
    let all = new.price.times(new.seats_max.into());
    if all.is_none_or(|all| all > Money::BALANCE_MAX) {
        fields.fault::<()>("price", Wrong::HouseTooDear);
        fields.fault::<()>("maxSeats", Wrong::HouseTooDear);
    }
}

fn check_window(fields: &mut Fields<'_, '_>, new: &NewPerformance) {
    let closes_at = new.sale_closes_at.unwrap_or(new.begins_at);
    if closes_at > new.begins_at {
        fields.fault::<()>("saleClosesAt", Wrong::TooLate("concertDate"));
    }
    if new.sale_opens_at.is_none_or(|opens_at| opens_at < closes_at) {
        return;
    }
    if new.sale_closes_at.is_some() {
        fields.fault::<()>("saleOpensAt", Wrong::NotBefore("saleClosesAt"));
        fields.fault::<()>("saleClosesAt", Wrong::NotAfter("saleOpensAt"));
    } else {
        fields.fault::<()>("saleOpensAt", Wrong::NotBefore("concertDate"));
    }
}

fn price(json: &Json<'_>) -> Result<Money, Wrong> {
    let price = read::money(json)?;
    if price > Money::PRICE_MAX { Err(Wrong::TooMuch(Money::PRICE_MAX.minor_units())) } else { Ok(price) }
}
