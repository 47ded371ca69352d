//! Files that pages load: modules and style sheets, each with a version, compressed once.

use std::sync::LazyLock;

use bytes::Bytes;
use hyper::header::HeaderValue;
use usher_api::{Problem, ProblemCode};

use super::page::{Encoded, squeezed_script, squeezed_style};
use crate::answer::Answer;
use crate::call::Call;

const JAVASCRIPT: HeaderValue = HeaderValue::from_static("text/javascript; charset=utf-8");
const CSS: HeaderValue = HeaderValue::from_static("text/css; charset=utf-8");

type File = (&'static str, HeaderValue, Encoded);

macro_rules! files {
    ($folder:literal: $($name:literal)+) => {
        vec![$(file($name, include_str!(concat!("../../pages/", $folder, "/", $name)))),+]
    };
}

static OF_FANS: LazyLock<Vec<File>> = LazyLock::new(
    || files!("fan": "shop.css" "aside.js" "sound.js" "shop.js" "parts.js" "seats.js" "hall.js" "map.js" "canvas.js" "list.js" "shop.ko.js" "shop.en.js"),
);

static OF_CONSOLE: LazyLock<Vec<File>> = LazyLock::new(|| {
    files!("console":
        "console.css" "console.js" "why.js" "figures.js" "verdict.js" "charts.js" "panels.js" "room.js" "fan.js"
        "words.js" "words.ko.js" "words.en.js")
});

fn file(name: &'static str, text: &str) -> File {
    let (media_type, text) = if name.ends_with(".css") {
        (CSS, squeezed_style(text))
    } else {
        (JAVASCRIPT, squeezed_script(text))
    };
    (name, media_type, Encoded::new(Bytes::from(text)))
}

/// A file of the fans' pages.
pub(crate) async fn of_fans(call: Call) -> Result<Answer, Problem> {
    answer(&call, &OF_FANS)
}

/// A file of the console.
pub(crate) async fn of_console(call: Call) -> Result<Answer, Problem> {
    answer(&call, &OF_CONSOLE)
}

fn answer(call: &Call, files: &[File]) -> Result<Answer, Problem> {
    let wanted = call.param("file");
    let (_, media_type, text) =
        files.iter().find(|(name, ..)| *name == wanted).ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    Ok(text.answer(&call.head.headers, media_type.clone()))
}
