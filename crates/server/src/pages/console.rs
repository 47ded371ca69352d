//! The operator's pages: the console, and the why-page of one fan; and what the console draws besides `/metrics` and
//! the rooms.

use std::fmt::Write;
use std::sync::LazyLock;

use usher_api::{Lang, Problem, ProblemCode};

use super::fan::first_concerts;
use super::page::{Page, in_script, language, other};
use crate::answer::{Answer, JSON, found};
use crate::call::Call;

const THEME: &str = include_str!("../../pages/theme.css");

static CONSOLE: LazyLock<Page> =
    LazyLock::new(|| Page::new(include_str!("../../pages/console/console.html"), THEME, ""));

static WHY: LazyLock<Page> =
    LazyLock::new(|| Page::new(include_str!("../../pages/console/why.html"), THEME, ""));

/// The console.
pub(crate) async fn console(call: Call) -> Result<Answer, Problem> {
    let mut concerts = Vec::new();
    for concert in first_concerts(&call.front).await? {
        let mut text = Vec::new();
        usher_api::render::concert(&mut text, &concert);
        concerts.push(String::from_utf8(text).expect("JSON that we write is UTF-8"));
    }
    Ok(show(&call, &CONSOLE, &format!("[{}]", concerts.join(","))))
}

/// Why things went for one fan as they did.
pub(crate) async fn why(call: Call) -> Result<Answer, Problem> {
    Ok(show(&call, &WHY, ""))
}

fn show(call: &Call, page: &Page, data: &str) -> Answer {
    let lang = language(call);
    let (other, other_name) = other(lang);
    let title = match lang {
        Lang::Ko => "Usher 운영",
        Lang::En => "Usher console",
    };
    let zone = call.front.parse.timezone.iana_name().unwrap_or("UTC");
    let texts = [
        ("lang", lang.tag()),
        ("title", title),
        ("other", other),
        ("other-name", other_name),
        ("zone", zone),
    ];
    page.answer(call, lang, &page.fill(&texts, &[("data", &in_script(data))]))
}

/// How many seats of a concert's performances are held, sold and blocked, and at what price.
pub(crate) async fn hall(call: Call) -> Result<Answer, Problem> {
    let id = call.concert()?;
    let read = call.front.read(move |reader| reader.concert(id)).await?;
    let read = read.ok_or_else(|| Problem::new(ProblemCode::ConcertNotFound))?;
    let mut concert = Vec::new();
    usher_api::render::concert(&mut concert, &read.concert);
    let concert = String::from_utf8(concert).expect("JSON that we write is UTF-8");
    let mut halls = String::new();
    for (performance, stage) in &read.performances {
        let comma = if halls.is_empty() { "" } else { "," };
        write!(
            halls,
            r#"{comma}{{"concertOptionId":{},"waitingQueueId":"{}","price":{},"seatsTotal":{},"held":{},"sold":{},"blocked":{},"bookings":{}}}"#,
            performance.id.get(),
            performance.room.as_str(),
            performance.price.minor_units(),
            performance.seats_max,
            stage.held,
            stage.sold,
            stage.blocked,
            stage.bookings,
        )
        .expect("writing to memory cannot fail");
    }
    Ok(found(JSON, format!(r#"{{"concert":{concert},"performances":[{halls}]}}"#)))
}
