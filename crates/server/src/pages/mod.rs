//! The pages that people see: a fan's way, the operator's console. Files of `crates/server/pages`, compiled in; no page
//! asks anything of another machine.

mod console;
mod fan;
mod file;
mod form;
mod page;
mod plain;
mod plain_view;
mod words;

pub(crate) use fan::Made;

use crate::table::{Line, get, post};

/// The paths of the buyers' listener.
pub(crate) fn of_buyers() -> Vec<Line> {
    vec![
        get("/", fan::home),
        get("/c/{concertId}", fan::concert),
        get("/c/{concertId}/dates", fan::dates),
        get("/c/{concertId}/plain", plain::show),
        post("/c/{concertId}/plain", plain::act),
        get("/pages/{file}", file::of_fans),
    ]
}

/// The paths of the operator's listener.
pub(crate) fn of_operator() -> Vec<Line> {
    vec![
        get("/", console::console),
        get("/why", console::why),
        get("/pages/{file}", file::of_console),
        get("/admin/concerts/{concertId}/hall", console::hall),
    ]
}
