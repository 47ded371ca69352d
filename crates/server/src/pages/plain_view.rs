//! What the page without script shows, as HTML.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use usher_api::{Lang, Problem, ProblemCode};
use usher_core::line::Wait;
use usher_core::{Hold, Money, Performance, PerformanceId, Room, RoomId, Stage, Timestamp, UserId};
use usher_engine::waiting::{Outlook, Shown};
use usher_engine::{ConcertRead, HoldLine};

use super::fan::{THEME, ahead, seats_free, words};
use super::form::Form;
use super::page::{Page, escaped, other};
use super::words::{clock, count, moment, money};
use crate::answer::Answer;
use crate::call::Call;

static PLAIN: LazyLock<Page> = LazyLock::new(|| {
    let styles = [THEME, include_str!("../../pages/fan/wait.css"), include_str!("../../pages/fan/plain.css")];
    Page::new(include_str!("../../pages/fan/plain.html"), &styles.concat(), "")
});

/// Seats on one page: more would be slow to load and long to walk through.
const SEATS_SHOWN: u32 = 100;

/// Who looks, and at what.
pub(crate) struct Fan {
    pub(crate) lang: Lang,
    pub(crate) user: UserId,
    pub(crate) room: RoomId,
    pub(crate) concert: ConcertRead,
}

/// Where the fan is.
pub(crate) enum Screen {
    Join,
    Wait { shown: Shown, wait: Wait, outlook: Outlook, pause: Option<Arc<Room>> },
    Dates { until: Timestamp },
    Seats { until: Timestamp, date: PerformanceId, bitmap: Bytes },
    Pay { line: Box<HoldLine>, balance: Money },
    Booked { lines: Vec<HoldLine> },
}

/// The page of a screen. Who waits is asked for again by the browser itself.
pub(crate) fn answer(call: &Call, fan: &Fan, form: &Form, screen: &Screen) -> Answer {
    let view = View { call, fan, key: fastrand::u128(..) };
    let body = match screen {
        Screen::Join => view.join(),
        Screen::Wait { shown, wait, outlook, pause } => view.wait(*shown, *wait, *outlook, pause.as_deref()),
        Screen::Dates { until } => view.dates(*until),
        Screen::Seats { until, date, bitmap } => view.seats(*until, *date, bitmap, form.number("from")),
        Screen::Pay { line, balance } => view.pay(&line.hold, *balance),
        Screen::Booked { lines } => {
            lines.iter().map(|line| view.booked(line)).collect::<String>() + &view.join()
        }
    };
    let body = view.said(form) + &body;
    let refresh = match screen {
        Screen::Wait { wait, .. } => {
            format!(
                r#"<meta http-equiv="refresh" content="{}; url={}">"#,
                wait.poll_after.ms().div_ceil(1000),
                view.here("")
            )
        }
        Screen::Join
        | Screen::Dates { .. }
        | Screen::Seats { .. }
        | Screen::Pay { .. }
        | Screen::Booked { .. } => String::new(),
    };
    let (other, other_name) = other(fan.lang);
    let title = fan.concert.concert.title.as_ref();
    let texts = [
        ("lang", fan.lang.tag()),
        ("title", title),
        ("other", other),
        ("other-name", other_name),
        ("user", fan.user.as_str()),
    ];
    PLAIN.answer(call, fan.lang, &PLAIN.fill(&texts, &[("refresh", &refresh), ("body", &body)]))
}

struct View<'v> {
    call: &'v Call,
    fan: &'v Fan,
    /// The idempotency key of this page's forms: sending one twice does its work once.
    key: u128,
}

impl View<'_> {
    fn say(&self, name: &str, values: &[(&str, &str)]) -> String {
        escaped(&words(self.fan.lang).say(name, values)).replace('\n', "<br>")
    }

    fn here(&self, rest: &str) -> String {
        format!("?lang={}&amp;as={}{rest}", self.fan.lang.tag(), self.fan.user)
    }

    fn clock(&self, at: Timestamp) -> String {
        clock(self.fan.lang, &self.call.front.parse.timezone, at)
    }

    fn moment(&self, at: Timestamp) -> String {
        moment(self.fan.lang, &self.call.front.parse.timezone, at)
    }

    fn money(&self, amount: Money) -> String {
        money(self.fan.lang, amount)
    }

    /// A form around `inside` whose button does `act`.
    fn form(&self, act: &str, label: &str, kind: &str, inside: &str) -> String {
        format!(
            r#"<form method="post" action="?lang={}"><input type="hidden" name="as" value="{}"><input type="hidden" name="key" value="{:x}">{inside}<button class="button {kind} wide" name="do" value="{act}">{label}</button></form>"#,
            self.fan.lang.tag(),
            self.fan.user,
            self.key,
        )
    }

    /// Why what was asked for was not done.
    fn said(&self, form: &Form) -> String {
        let Some(code) = ProblemCode::named(form.get("said")) else { return String::new() };
        let seats: Vec<String> = form.seats().iter().map(ToString::to_string).collect();
        let text = if code == ProblemCode::SeatTaken && !seats.is_empty() {
            self.say("taken", &[("n", &seats.join(", "))])
        } else {
            escaped(&Problem::new(code).detail_words(self.fan.lang))
        };
        format!(r#"<p class="fact warn" role="alert">{text}</p>"#)
    }

    fn join(&self) -> String {
        let title = self.say("joinTitle", &[]);
        let lead = self.say("joinLead", &[]);
        let form = self.form("join", &self.say("join", &[]), "primary", "");
        format!(r#"<h2 class="ending">{title}</h2><p class="lead">{lead}</p><div class="foot">{form}</div>"#)
    }

    fn wait(&self, shown: Shown, wait: Wait, outlook: Outlook, pause: Option<&Room>) -> String {
        let ahead = u64::from(wait.position_shown);
        let mut out = match ahead {
            0 => format!(r#"<p class="big next">{}</p>"#, self.say("next", &[])),
            _ => format!(
                r#"<h2 class="ahead-label">{}</h2><p class="big num">{}<small>{}</small></p>"#,
                self.say("ahead", &[]),
                count(ahead),
                self.say("people", &[]),
            ),
        };
        let time = self.time_left(wait);
        let (left, number) = (self.say("timeLeft", &[]), self.say("placeNumber", &[]));
        out += &format!(
            r#"<dl class="pair"><div><dt>{left}</dt><dd class="num">{time}</dd></div><div><dt>{number}</dt><dd class="num">{}</dd></div></dl>"#,
            count(shown.number),
        );
        if let Some(room) = pause {
            let message = escaped(room.message.as_deref().unwrap_or_default());
            out += &self.fact("warn", "paused", &message);
        }
        out += &match outlook {
            Outlook::Enough => self.fact("ok", "enough", ""),
            Outlook::Unlikely => self.fact("warn", "unlikely", ""),
            Outlook::SoldOut => self.fact("warn", "soldOut", ""),
        };
        let seconds = wait.poll_after.ms().div_ceil(1000).to_string();
        out += &self.fact("clock", "kept", &self.say("refresh", &[("n", &seconds)]));
        let leave = self.form("leave", &self.say("leave", &[]), "", "");
        out + &format!(r#"<div class="foot">{leave}</div>"#)
    }

    /// As the script says it: 0.85 to 1.25 of the estimate, in whole minutes.
    fn time_left(&self, wait: Wait) -> String {
        let Some(eta) = wait.eta else { return self.say("unknown", &[]) };
        let minutes = |hundredths: u64| eta.ms() * hundredths / 6_000_000;
        let (low, high) = (minutes(85), minutes(125) + 1);
        if high == 1 {
            return self.say("soon", &[]);
        }
        self.say("minutes", &[("from", &low.to_string()), ("to", &high.to_string())])
    }

    /// A mark, a sentence, why, and what else is to be said.
    fn fact(&self, kind: &str, name: &str, more: &str) -> String {
        let (title, text) = (self.say(&format!("{name}Title"), &[]), self.say(&format!("{name}Text"), &[]));
        let more = if more.is_empty() { String::new() } else { format!("<p>{more}</p>") };
        format!(
            r#"<div class="fact {kind}"><span class="mark {kind}"></span><div><h2>{title}</h2>{more}<p>{text}</p></div></div>"#
        )
    }

    fn let_in(&self, until: Timestamp) -> String {
        let text = self.say("letIn", &[("time", &self.clock(until))]);
        format!(r#"<p class="torch">{text}</p>"#)
    }

    fn offered(&self) -> impl Iterator<Item = &(Arc<Performance>, Stage)> {
        ahead(&self.call.front, &self.fan.concert)
    }

    fn dates(&self, until: Timestamp) -> String {
        let mut out = self.let_in(until);
        write!(out, r#"<h2 class="ending">{}</h2><ul class="rows">"#, self.say("whichDate", &[]))
            .expect(MEMORY);
        for (performance, stage) in self.offered() {
            let (at, price) = (self.moment(performance.begins_at), self.money(performance.price));
            let link = self.here(&format!("&amp;date={}", performance.id.get()));
            let free = seats_free(self.fan.lang, performance, stage);
            write!(out, r#"<li><b><a href="{link}">{at}</a></b><span>{price}</span><span class="full">{free}</span></li>"#)
                .expect(MEMORY);
        }
        out + "</ul>" + &self.foot_leave()
    }

    fn foot_leave(&self) -> String {
        format!(r#"<div class="foot">{}</div>"#, self.form("leave", &self.say("leave", &[]), "", ""))
    }

    fn seats(&self, until: Timestamp, date: PerformanceId, bitmap: &Bytes, from: Option<u64>) -> String {
        let Some((performance, stage)) = self.offered().find(|(performance, _)| performance.id == date)
        else {
            return self.dates(until);
        };
        let mut out = self.let_in(until);
        let free = seats_free(self.fan.lang, performance, stage);
        write!(
            out,
            r#"<h2 class="ending">{}</h2><p class="lead">{free}</p>"#,
            self.moment(performance.begins_at)
        )
        .expect(MEMORY);
        let last = performance.seats_max;
        let first = from.and_then(|from| u32::try_from(from).ok()).filter(|from| (1..=last).contains(from));
        let first = first.unwrap_or_else(|| (1..=last).find(|seat| is_free(bitmap, *seat)).unwrap_or(1));
        let first = (first - 1) / SEATS_SHOWN * SEATS_SHOWN + 1;
        out += &self.sections(date, last, first, bitmap);
        let mut boxes = format!(
            r#"<input type="hidden" name="date" value="{date}"><input type="hidden" name="from" value="{first}"><fieldset class="boxes"><legend>{}</legend>"#,
            self.say("tick", &[("n", &performance.seats_per_user_max.min(10).to_string())])
        );
        for seat in (first..=last.min(first + SEATS_SHOWN - 1)).filter(|seat| is_free(bitmap, *seat)) {
            write!(boxes, r#"<label><input type="checkbox" name="seat" value="{seat}">{seat}</label>"#)
                .expect(MEMORY);
        }
        boxes += "</fieldset>";
        let price = self.say("each", &[("price", &self.money(performance.price))]);
        out += &self.form(
            "hold",
            &self.say("hold", &[]),
            "primary",
            &(boxes + &format!("<p class=note>{price}</p>")),
        );
        out + &format!(
            r#"<p class="foot"><a href="{}">{}</a></p>"#,
            self.here(""),
            self.say("otherDate", &[])
        )
    }

    /// Links to the parts of a hall that have free seats, if it has more than one part.
    fn sections(&self, date: PerformanceId, last: u32, shown: u32, bitmap: &Bytes) -> String {
        if last <= SEATS_SHOWN {
            return String::new();
        }
        let mut out = format!(r#"<nav class="parts" aria-label="{}">"#, self.say("parts", &[]));
        for first in (1..=last).step_by(SEATS_SHOWN as usize) {
            let to = last.min(first + SEATS_SHOWN - 1);
            let free = (first..=to).filter(|seat| is_free(bitmap, *seat)).count();
            let link = self.here(&format!("&amp;date={date}&amp;from={first}"));
            let current = if first == shown { r#" aria-current="true""# } else { "" };
            let text = self.say(
                "part",
                &[("from", &count(first.into())), ("to", &count(to.into())), ("n", &free.to_string())],
            );
            if free > 0 || first == shown {
                write!(out, r#"<a href="{link}"{current}>{text}</a> "#).expect(MEMORY);
            }
        }
        out + "</nav>"
    }

    fn pay(&self, hold: &Hold, balance: Money) -> String {
        let until = self.say("heldUntil", &[("time", &self.clock(hold.expires_at))]);
        let seats: Vec<String> = hold.seats.iter().map(ToString::to_string).collect();
        let id = format!(r#"<input type="hidden" name="hold" value="{}">"#, hold.id);
        let short = hold.amount.minor_units().saturating_sub(balance.minor_units());
        let amount = |units: u64| format!(r#"<input type="hidden" name="amount" value="{units}">"#);
        let main = if short > 0 {
            let price = self.money(Money::from_minor_units(short));
            let text = self.say("short", &[("price", &price)]);
            format!(r#"<p class="fact warn">{text}</p>"#)
                + &self.form("top-up", &self.say("topUp", &[("price", &price)]), "primary", &amount(short))
        } else {
            let label = self.say("pay", &[("price", &self.money(hold.amount))]);
            self.form("pay", &label, "primary", &(id.clone() + &amount(hold.amount.minor_units())))
        };
        let mut out =
            format!(r#"<p class="torch">{until}</p><h2 class="ending">{}</h2>"#, self.when(hold.performance));
        out += &self.bill(&[
            ("seats", seats.join(", ")),
            ("toPay", self.money(hold.amount)),
            ("balance", self.money(balance)),
        ]);
        out + &format!(
            r#"<div class="foot">{main}{}</div>"#,
            self.form("give-back", &self.say("giveBack", &[]), "", &id)
        )
    }

    fn booked(&self, line: &HoldLine) -> String {
        let Some(booking) = &line.booking else { return String::new() };
        let seats: Vec<String> = line.hold.seats.iter().map(ToString::to_string).collect();
        let mut out = format!(
            r#"<h2 class="ending">{}</h2><p class="lead">{}</p>"#,
            self.say("booked", &[]),
            self.when(booking.performance)
        );
        out += &self.bill(&[
            ("seats", seats.join(", ")),
            ("booking", booking.id.to_string()),
            ("toPay", self.money(line.hold.amount)),
        ]);
        let id = format!(r#"<input type="hidden" name="payment" value="{}">"#, booking.payment);
        out + &format!(
            r#"<div class="foot">{}</div>"#,
            self.form("refund", &self.say("refund", &[]), "", &id)
        )
    }

    fn when(&self, performance: PerformanceId) -> String {
        let known = self.offered().find(|(known, _)| known.id == performance);
        known.map_or_else(String::new, |(known, _)| self.moment(known.begins_at))
    }

    fn bill(&self, lines: &[(&str, String)]) -> String {
        let line = |(name, value): &(&str, String)| {
            format!("<dt>{}</dt><dd class=num>{value}</dd>", self.say(name, &[]))
        };
        format!(r#"<dl class="record">{}</dl>"#, lines.iter().map(line).collect::<String>())
    }
}

const MEMORY: &str = "writing to memory cannot fail";

/// Two bits a seat, 0 is free.
fn is_free(bitmap: &Bytes, seat: u32) -> bool {
    let place = (seat - 1) as usize;
    bitmap.get(place / 4).is_some_and(|byte| (byte >> (2 * (place % 4))) & 3 == 0)
}
