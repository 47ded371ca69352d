//! A fan's way: the list of concerts, and a concert's page, which joins, waits and lets in.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use moka::future::Cache;
use usher_api::{Lang, Problem, ProblemCode, render};
use usher_core::{Concert, ConcertId, Effect, Performance, Programme, SaleState, Stage};
use usher_engine::{ConcertRead, RowKind};

use super::page::{Encoded, Page, escaped, in_script, language, other, squeezed};
use crate::answer::Answer;
use crate::call::Call;
use crate::front::Front;

const THEME: &str = include_str!("../../pages/theme.css");

static CONCERT: LazyLock<Page> = LazyLock::new(|| {
    let style = [THEME, include_str!("../../pages/fan/wait.css")].concat();
    Page::new(include_str!("../../pages/fan/wait.html"), &style, include_str!("../../pages/fan/wait.js"))
});

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
/// Dates on a page.
const DATES_MAX: usize = 40;

static MADE: LazyLock<Cache<(usize, ConcertId, &'static str), Encoded>> =
    LazyLock::new(|| Cache::builder().max_capacity(MADE_MAX).time_to_live(MADE_FOR).build());

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
    Ok(HOME.answer(&call, lang, &HOME.fill(&texts, &list)))
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
    // Servers of one process, as in tests, must not see each other's pages.
    let key = (Arc::as_ptr(&call.front) as usize, concert, lang.tag());
    let page = MADE.try_get_with(key, make(&call.front, concert, lang)).await;
    let page = page.map_err(Arc::unwrap_or_clone)?;
    Ok(CONCERT.answer(&call, lang, &page))
}

async fn make(front: &Front, id: ConcertId, lang: Lang) -> Result<Encoded, Problem> {
    let read = front.read(move |reader| reader.concert(id)).await?;
    let read = read.ok_or_else(|| Problem::new(ProblemCode::ConcertNotFound))?;
    let data = data(front, &read, lang);
    Ok(CONCERT.fill(&names(lang, &read.concert.title), &in_script(&data)))
}

fn names(lang: Lang, title: &str) -> [(&'static str, &str); 5] {
    let (other, other_name) = other(lang);
    let noscript = match lang {
        Lang::Ko => "이 화면은 자바스크립트로 줄을 확인해요. 자바스크립트를 켜고 다시 열어 주세요.",
        Lang::En => "This page checks the line with JavaScript. Turn it on and open the page again.",
    };
    [
        ("lang", lang.tag()),
        ("title", title),
        ("other", other),
        ("other-name", other_name),
        ("noscript", noscript),
    ]
}

/// What the page's script begins with: words, the concert, its dates ahead and how many seats each has left.
fn data(front: &Front, read: &ConcertRead, lang: Lang) -> String {
    let now = front.now();
    let is_shown = |(performance, stage): &&(Arc<Performance>, Stage)| match stage.state {
        SaleState::OnSale | SaleState::Closed => performance.begins_at > now,
        SaleState::Cancelled => false,
    };
    let shown: Vec<_> = read.performances.iter().filter(is_shown).take(DATES_MAX).collect();
    let words = match lang {
        Lang::Ko => include_str!("../../pages/fan/wait.ko.json"),
        Lang::En => include_str!("../../pages/fan/wait.en.json"),
    };
    let room = shown.first().and_then(|(performance, _)| front.backing.waiting.overview(&performance.room));
    let opens_at = room.and_then(|room| room.row.opens_at);
    let mut concert = Vec::new();
    render::concert(&mut concert, &read.concert);
    let performances = shown.iter().map(|(performance, stage)| {
        let mut option = Vec::new();
        let programme = Programme { performance: performance.clone(), concert: read.concert.clone() };
        render::option(&mut option, &programme, stage.state);
        text(option)
    });
    let free = shown.iter().map(|(performance, stage)| stage.available(performance.seats_max).to_string());
    format!(
        r#"{{"lang":"{}","mode":"{}","zone":"{}","passMinutes":{},"opensAt":{},"concert":{},"performances":[{}],"free":[{}],"words":{}}}"#,
        lang.tag(),
        front.mode.name(),
        front.parse.timezone.iana_name().unwrap_or("UTC"),
        front.backing.waiting.pass_ttl().ms() / 60_000,
        opens_at.map_or(0, usher_core::Timestamp::unix_ms),
        text(concert),
        performances.collect::<Vec<_>>().join(","),
        free.collect::<Vec<_>>().join(","),
        squeezed(words),
    )
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("JSON that we write is UTF-8")
}
