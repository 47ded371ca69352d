//! A fan's way: the list of concerts, and a concert's page, which joins, waits and lets in.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use moka::future::Cache;
use usher_api::{Lang, Problem, ProblemCode, render};
use usher_core::{Concert, ConcertId, Effect, Performance, Programme, SaleState, Stage};
use usher_engine::{ConcertRead, RowKind};

use super::page::{Encoded, Page, escaped, in_script, language, other, squeezed};
use super::words::{Words, clock, count, date, moment, money};
use crate::answer::{Answer, JSON, found};
use crate::call::Call;
use crate::front::Front;

pub(super) const THEME: &str = include_str!("../../pages/theme.css");

static CONCERT: LazyLock<Page> = LazyLock::new(|| {
    let style = [THEME, include_str!("../../pages/fan/wait.css")].concat();
    let script = [include_str!("../../pages/fan/range.js"), include_str!("../../pages/fan/wait.js")].concat();
    Page::new(include_str!("../../pages/fan/wait.html"), &style, &script)
});

static KOREAN: LazyLock<Words> = LazyLock::new(|| Words::of(include_str!("../../pages/fan/page.ko.json")));
static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::of(include_str!("../../pages/fan/page.en.json")));

/// What the server writes into a fan's pages.
pub(super) fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Ko => &KOREAN,
        Lang::En => &ENGLISH,
    }
}

static HOME: LazyLock<Page> = LazyLock::new(|| {
    let style = [THEME, include_str!("../../pages/home/home.css")].concat();
    Page::new(include_str!("../../pages/home/home.html"), &style, "")
});

/// A crowd that opens one page at once is served what was made for the first, for this long.
const MADE_FOR: Duration = Duration::from_secs(1);
/// Concerts whose pages are kept.
const MADE_MAX: u64 = 256;
/// Concerts on the list.
const LISTED_MAX: usize = 20;
/// Dates that a fan can choose from.
pub(super) const DATES_MAX: usize = 40;
/// Dates that the waiting page lists: it must stay small.
const JOIN_DATES_MAX: usize = 4;

/// Pages of concerts, by concert and language.
pub(crate) struct Made(Cache<(ConcertId, &'static str), Encoded>);

impl Default for Made {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MADE_MAX).time_to_live(MADE_FOR).build())
    }
}

/// The first concerts there are, each with a link to its page.
pub(crate) async fn home(call: Call) -> Result<Answer, Problem> {
    let lang = language(&call);
    let mut list = String::new();
    for concert in first_concerts(&call.front).await? {
        let (id, title) = (concert.id.get(), escaped(&concert.title));
        write!(list, r#"<li><a href="/c/{id}?lang={}">{title}</a></li>"#, lang.tag())
            .expect("writing to memory cannot fail");
    }
    let (heading, docs, none) = match lang {
        Lang::Ko => ("어떤 공연으로 갈까요?", "API 문서", "아직 공연이 없어요."),
        Lang::En => ("Which event?", "API documentation", "There is no event yet."),
    };
    if list.is_empty() {
        write!(list, r#"<li class="none">{none}</li>"#).expect("writing to memory cannot fail");
    }
    let mut texts = names(lang, "Usher").to_vec();
    texts.extend([("heading", heading), ("docs", docs)]);
    Ok(HOME.answer(&call, lang, &HOME.fill(&texts, &[("data", &list)])))
}

/// The first concerts there are.
pub(super) async fn first_concerts(front: &Front) -> Result<Vec<Arc<Concert>>, Problem> {
    let (rows, _) = front.read(|reader| reader.scan(RowKind::Concert, None, LISTED_MAX)).await?;
    let concert = |row| if let Effect::Concert(concert) = row { Some(concert) } else { None };
    Ok(rows.into_iter().filter_map(concert).collect())
}

/// A concert's page.
pub(crate) async fn concert(call: Call) -> Result<Answer, Problem> {
    let (lang, concert) = (language(&call), call.concert()?);
    let made = make(&call.front, concert, lang);
    let page = call.front.pages.0.try_get_with((concert, lang.tag()), made).await;
    let page = page.map_err(Arc::unwrap_or_clone)?;
    Ok(CONCERT.answer(&call, lang, &page))
}

/// Every date ahead of a concert, as the seats need it, once a fan is let in.
pub(crate) async fn dates(call: Call) -> Result<Answer, Problem> {
    let id = call.concert()?;
    let read = read(&call.front, id).await?;
    let performances = ahead(&call.front, &read).map(|(performance, stage)| {
        let mut option = Vec::new();
        let programme = Programme { performance: performance.clone(), concert: read.concert.clone() };
        render::option(&mut option, &programme, stage.state);
        text(option)
    });
    let body = format!(r#"{{"performances":[{}]}}"#, performances.collect::<Vec<_>>().join(","));
    Ok(found(JSON, body))
}

pub(super) async fn read(front: &Front, id: ConcertId) -> Result<ConcertRead, Problem> {
    let read = front.read(move |reader| reader.concert(id)).await?;
    read.ok_or_else(|| Problem::new(ProblemCode::ConcertNotFound))
}

/// Performances that have not begun and are not called off.
pub(super) fn ahead<'r>(
    front: &Front,
    read: &'r ConcertRead,
) -> impl Iterator<Item = &'r (Arc<Performance>, Stage)> {
    let now = front.now();
    let is_ahead = move |(performance, stage): &&(Arc<Performance>, Stage)| match stage.state {
        SaleState::OnSale | SaleState::Closed => performance.begins_at > now,
        SaleState::Cancelled => false,
    };
    read.performances.iter().filter(is_ahead).take(DATES_MAX)
}

async fn make(front: &Front, id: ConcertId, lang: Lang) -> Result<Encoded, Problem> {
    let read = read(front, id).await?;
    let (words, zone) = (words(lang), &front.parse.timezone);
    let shown: Vec<_> = ahead(front, &read).collect();
    let mut days: Vec<String> = shown.iter().map(|(shown, _)| date(lang, zone, shown.begins_at)).collect();
    days.dedup();
    if days.len() > 2 {
        days = vec![format!("{}{}{}", days[0], words.say("until", &[]), days[days.len() - 1])];
    }
    let minutes = (front.backing.waiting.pass_ttl().ms() / 60_000).to_string();
    let (id, days, lead) = (id.get().to_string(), days.join(", "), lead(front, lang, &shown));
    let sound = words.say("soundText", &[("n", &minutes)]);
    let mut texts = names(lang, &read.concert.title).to_vec();
    texts.extend([("id", id.as_str()), ("days", &days), ("lead", &lead), ("soundText", &sound)]);
    texts.push(("closed", if shown.is_empty() { "hidden" } else { "" }));
    texts.extend(words.all());
    let (list, data) = (join_list(front, lang, &shown), data(front, &read, lang, &minutes));
    Ok(CONCERT.fill(&texts, &[("list", &list), ("data", &in_script(&data))]))
}

/// When doors open, if that is ahead.
fn lead(front: &Front, lang: Lang, shown: &[&(Arc<Performance>, Stage)]) -> String {
    let Some((first, _)) = shown.first() else { return words(lang).say("noDates", &[]) };
    let opens_at = front.backing.waiting.overview(&first.room).and_then(|room| room.row.opens_at);
    let on_sale = shown.iter().map(|(performance, _)| performance.sale_opens_at).min();
    match opens_at.or(on_sale).filter(|opens_at| *opens_at > front.now()) {
        Some(opens_at) => {
            let time = clock(lang, &front.parse.timezone, opens_at);
            words(lang).say("joinBefore", &[("time", &time)])
        }
        None => words(lang).say("joinLead", &[]),
    }
}

/// The first dates, with price and free seats.
fn join_list(front: &Front, lang: Lang, shown: &[&(Arc<Performance>, Stage)]) -> String {
    let (words, mut list) = (words(lang), String::new());
    for (performance, stage) in shown.iter().take(JOIN_DATES_MAX) {
        let at = moment(lang, &front.parse.timezone, performance.begins_at);
        let price = money(lang, performance.price);
        let free = seats_free(lang, performance, stage);
        write!(list, "<li><b>{at}</b><span>{price}</span><span class=full>{free}</span></li>")
            .expect("writing to memory cannot fail");
    }
    if shown.len() > JOIN_DATES_MAX {
        let more = words.say("moreDates", &[("n", &(shown.len() - JOIN_DATES_MAX).to_string())]);
        write!(list, "<li><span>{more}</span></li>").expect("writing to memory cannot fail");
    }
    list
}

/// How many seats of a performance are free, in words.
pub(super) fn seats_free(lang: Lang, performance: &Performance, stage: &Stage) -> String {
    let free = stage.available(performance.seats_max);
    if free == 0 {
        return words(lang).say("soldOut", &[]);
    }
    let [free, total] = [u64::from(free), u64::from(performance.seats_max)].map(count);
    words(lang).say("seatsFree", &[("free", &free), ("total", &total)])
}

fn names(lang: Lang, title: &str) -> [(&'static str, &str); 4] {
    let (other, other_name) = other(lang);
    [("lang", lang.tag()), ("title", title), ("other", other), ("other-name", other_name)]
}

/// What the page's script begins with.
fn data(front: &Front, read: &ConcertRead, lang: Lang, minutes: &str) -> String {
    let words = match lang {
        Lang::Ko => include_str!("../../pages/fan/wait.ko.json"),
        Lang::En => include_str!("../../pages/fan/wait.en.json"),
    };
    let room = ahead(front, read).next().map_or("main", |(performance, _)| performance.room.as_str());
    format!(
        r#"{{"lang":"{}","zone":"{}","room":"{room}","passMinutes":{minutes},"concert":{{"concertId":{}}},"words":{}}}"#,
        lang.tag(),
        front.parse.timezone.iana_name().unwrap_or("UTC"),
        read.concert.id.get(),
        squeezed(words),
    )
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("JSON that we write is UTF-8")
}
