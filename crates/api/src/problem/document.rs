//! The problems as pages and as the table of `docs/problems.md`.

use std::fmt::Write;

use super::ProblemCode;
use crate::lang::Lang;

/// The page behind `/problems/<code>`: a small HTML document in both languages.
pub fn page(code: ProblemCode) -> String {
    let (en, ko) = (code.words(Lang::En), code.words(Lang::Ko));
    let statuses = statuses(code);
    let name = code.code();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{name}</title>\
         <style>body{{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}}</style>\
         </head>\n<body>\n<h1><code>{name}</code></h1>\n<p>HTTP {statuses}</p>\n\
         <section lang=\"en\"><h2>{}</h2>\n<p>{}</p>\n<p><strong>What to do:</strong> {}</p></section>\n\
         <section lang=\"ko\"><h2>{}</h2>\n<p>{}</p>\n<p><strong>다음에 할 일:</strong> {}</p></section>\n\
         </body></html>\n",
        en.title, en.meaning, en.advice, ko.title, ko.meaning, ko.advice
    )
}

/// The whole of `docs/problems.md`.
pub fn document() -> String {
    let mut text = String::from(
        "# Problems: every way Usher says no\n\n\
         Each is an RFC 9457 `application/problem+json` body with `type` (`/problems/<code>`, a page that the server\n\
         serves), `title`, `status`, `detail`, `instance`, `code` and, where they help, `retryAfterMs`, `seatNumbers` and\n\
         `errors: [{field, message}]`. `code` is stable; `title` and `detail` are in Korean or English by `Accept-Language`.\n\
         Routes are numbered as in the API.\n\n\
         | code | status | routes | meaning | what to do | 뜻 | 다음에 할 일 |\n|---|---|---|---|---|---|---|\n",
    );
    for code in ProblemCode::ALL.iter().copied() {
        let (en, ko) = (code.words(Lang::En), code.words(Lang::Ko));
        writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            code.code(),
            statuses(code),
            code.routes(),
            en.meaning,
            en.advice,
            ko.meaning,
            ko.advice
        )
        .expect("writing to memory cannot fail");
    }
    text
}

fn statuses(code: ProblemCode) -> String {
    code.statuses().iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}
