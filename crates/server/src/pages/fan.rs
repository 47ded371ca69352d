//! A fan's way: the list of concerts, and a concert's page, which joins, waits and lets in.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use moka::future::Cache;
use usher_api::{Lang, Problem, ProblemCode, render};
use usher_core::{ConcertId, Effect, Performance, Programme, SaleState, Stage};
use usher_engine::{ConcertRead, RowKind};

use super::page::{Encoded, Page, language, other};
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
    Page::new(include_str!("../../pages/home/home.html"), &style, include_str!("../../pages/home/home.js"))
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

/// The first concerts there are.
pub(crate) async fn home(call: Call) -> Result<Answer, Problem> {
    let lang = language(&call);
    let read =
        call.front.read(|reader| Ok(reader.scan(RowKind::Concert, None, LISTED_MAX)?.0)).await?;
    let concerts = read.iter().filter_map(|row| match row {
        Effect::Concert(concert) => Some(concert),
        _ => None,
    });
    let mut data = Vec::from(&b"["[..]);
    for (n, concert) in concerts.enumerate() {
        if n > 0 {
            data.push(b',');
        }
        render::concert(&mut data, concert);
    }
    data.push(b']');
    let page = HOME.fill(&names(lang, "Usher"), &text(data));
    Ok(HOME.answer(&call, lang, &page))
}

/// A concert's page.
pub(crate) async fn concert(call: Call) -> Result<Answer, Problem> {
    let (lang, concert) = (language(&call), call.concert()?);
    // Servers of one process, as in tests, must not see each other's pages.
    let key = (Arc::as_ptr(&call.front) as usize, concert, lang.tag());
    let page = MADE.try_get_with(key, make(&call.front, concert, lang)).await;
    let page = page.map_err(|problem| Arc::unwrap_or_clone(problem))?;
    Ok(CONCERT.answer(&call, lang, &page))
}

async fn make(front: &Front, id: ConcertId, lang: Lang) -> Result<Encoded, Problem> {
    let read = front.read(move |reader| reader.concert(id)).await?;
    let read = read.ok_or_else(|| Problem::new(ProblemCode::ConcertNotFound))?;
    let data = data(front, &read, lang);
    Ok(CONCERT.fill(&names(lang, &read.concert.title), &data))
}

fn names(lang: Lang, title: &str) -> [(&'static str, &str); 5] {
    let (other, other_name) = other(lang);
    let noscript = match lang {
        Lang::Ko => "이 화면은 자바스크립트로 줄을 확인해요. 자바스크립트를 켜고 다시 열어 주세요.",
        Lang::En => "This page checks the line with JavaScript. Turn it on and open the page again.",
    };
    [("lang", lang.tag()), ("title", title), ("other", other), ("other-name", other_name), ("noscript", noscript)]
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
        r#"{{"lang":"{}","mode":"{}","zone":"{}","passMinutes":{},"concert":{},"performances":[{}],"free":[{}],"words":{}}}"#,
        lang.tag(),
        front.mode.name(),
        front.parse.timezone.iana_name().unwrap_or("UTC"),
        5,
        text(concert),
        performances.collect::<Vec<_>>().join(","),
        free.collect::<Vec<_>>().join(","),
        super::page::squeezed(words),
    )
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("JSON that we write is UTF-8")
}
