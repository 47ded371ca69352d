//! A page: its template with style and script inside, and the policy that allows these two and nothing else inline.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName,
    HeaderValue, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use sha2::{Digest, Sha256};
use usher_api::Lang;

use crate::answer::{Answer, HTML, found, not_modified, tagged};
use crate::call::Call;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A template whose style and script stand inside.
pub(crate) struct Page {
    template: String,
    policy: HeaderValue,
}

impl Page {
    /// Puts style and script into a template. Either may be empty.
    pub(crate) fn new(template: &str, style: &str, script: &str) -> Self {
        let (style, script) = (squeezed_style(style), squeezed_script(script));
        let policy = format!(
            "default-src 'none'; script-src 'self' '{}'; style-src 'self' '{}'; connect-src 'self'; img-src 'self' \
             data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            hash(&script),
            hash(&style),
        );
        Self {
            template: squeezed(template).replace("{{style}}", &style).replace("{{script}}", &script),
            policy: HeaderValue::try_from(policy).expect("a policy of base64 and words is a header"),
        }
    }

    /// The page with its values filled in: texts are escaped, what is `raw` stands as it is.
    pub(crate) fn fill(&self, texts: &[(&str, &str)], raw: &[(&str, &str)]) -> Encoded {
        let mut page = String::with_capacity(self.template.len() * 2);
        let mut rest = self.template.as_str();
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").expect("our templates close what they open");
            page.push_str(before);
            rest = after;
            let value = |values: &[(&str, &str)]| {
                values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_string())
            };
            let text = value(raw).or_else(|| value(texts).map(|text| escaped(&text)));
            page.push_str(&text.unwrap_or_default());
        }
        page.push_str(rest);
        Encoded::new(page.into())
    }

    /// The answer that shows it.
    pub(crate) fn answer(&self, call: &Call, lang: Lang, page: &Encoded) -> Answer {
        let mut answer = page.answer(&call.head.headers, HTML);
        let headers = answer.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
        headers.insert(VARY, HeaderValue::from_static("Accept-Language, Accept-Encoding"));
        headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
        answer
    }
}

/// Bytes as they are and compressed, with a version that is theirs alone.
#[derive(Clone)]
pub(crate) struct Encoded {
    plain: Bytes,
    gzip: Bytes,
    tag: HeaderValue,
}

impl Encoded {
    pub(crate) fn new(plain: Bytes) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let gzip = encoder.write_all(&plain).and_then(|()| encoder.finish());
        let digest = STANDARD.encode(&Sha256::digest(&plain)[..12]);
        Self {
            gzip: gzip.expect("writing to memory cannot fail").into(),
            tag: HeaderValue::try_from(format!("\"{digest}\"")).expect("base64 makes a header"),
            plain,
        }
    }

    /// Them, or 304.
    pub(crate) fn answer(&self, asked: &HeaderMap, media_type: HeaderValue) -> Answer {
        let accepted = asked.get(ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok());
        let is_compressed = accepted.is_some_and(|accepted| accepted.contains("gzip"));
        let mut answer = not_modified(asked, &self.tag).unwrap_or_else(|| {
            let body = if is_compressed { &self.gzip } else { &self.plain };
            let mut answer = tagged(found(media_type, body.clone()), &self.tag);
            if is_compressed {
                answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            answer
        });
        let headers = answer.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
        answer
    }
}

/// The language of a page: `?lang=`, otherwise what the browser prefers.
pub(crate) fn language(call: &Call) -> Lang {
    let asked = query(call, "lang").filter(|lang| matches!(*lang, "ko" | "en"));
    let accepted = call.head.headers.get(hyper::header::ACCEPT_LANGUAGE);
    Lang::accepted(asked.or_else(|| accepted.and_then(|accepted| accepted.to_str().ok())))
}

/// A value of the query, as sent.
fn query<'c>(call: &'c Call, name: &str) -> Option<&'c str> {
    let mut members = call.query()?.split('&').filter_map(|member| member.split_once('='));
    members.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The other language, and how it calls itself.
pub(crate) fn other(lang: Lang) -> (&'static str, &'static str) {
    match lang {
        Lang::Ko => ("en", "English"),
        Lang::En => ("ko", "한국어"),
    }
}

/// A text without what only its authors read: indentation, empty lines and comments. `//` is taken for a comment at
/// the beginning of a line only, `/*` everywhere: our files have neither in a string.
pub(crate) fn squeezed(text: &str) -> String {
    let mut spoken = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        spoken.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    spoken.push_str(rest);
    let lines = spoken.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A style sheet without blanks that say nothing: after `:`, `;`, `,` and around braces. A blank before a colon may part
/// two selectors and stays.
pub(crate) fn squeezed_style(text: &str) -> String {
    let mut style = String::with_capacity(text.len());
    for character in squeezed(text).chars() {
        let is_blank = character == ' ' || character == '\n';
        if is_blank && style.ends_with([':', ';', ',', '{', '}']) {
            continue;
        }
        if matches!(character, '{' | '}') {
            style.truncate(style.trim_end_matches([' ', ';']).len());
        }
        style.push(character);
    }
    style
}

/// A script without blanks around its signs, where that is plain to see: a line with a template, an expression or a
/// `"` stays as it is, and so does what stands between two `'`.
pub(crate) fn squeezed_script(text: &str) -> String {
    let mut script = String::with_capacity(text.len());
    for line in squeezed(text).split_inclusive('\n') {
        if line.contains(['"', '`', '/', '\\']) {
            script.push_str(line);
            continue;
        }
        for (n, part) in line.split('\'').enumerate() {
            if n > 0 {
                script.push('\'');
            }
            if n % 2 == 0 { tighten(&mut script, part) } else { script.push_str(part) }
        }
    }
    script
}

/// Appends code without the blanks before and after its signs. Of `+` and `-` they may be needed: `a - -b`.
fn tighten(script: &mut String, code: &str) {
    const SIGNS: &[char] =
        &['{', '}', '(', ')', '[', ']', ',', ';', ':', '?', '=', '*', '<', '>', '&', '|', '!'];
    let from = script.len();
    for character in code.chars() {
        let after_sign = script[from..].ends_with(SIGNS);
        if character == ' ' && after_sign {
            continue;
        }
        if SIGNS.contains(&character) && script[from..].ends_with(' ') {
            script.pop();
        }
        script.push(character);
    }
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// JSON for the element that a page's script reads: no `<` of a title may end that element.
pub(crate) fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c")
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_not_sent() {
        let text =
            "/* Says\n   much. */\n  a {\n\n    b: c; }\n// no\nlet x = 1; // kept\n/** a type */ y();\n";
        assert_eq!(squeezed(text), "a {\nb: c; }\nlet x = 1; // kept\ny();\n");
    }

    #[test]
    fn a_script_keeps_the_blanks_of_its_texts_and_those_that_part_words() {
        let script =
            "const a = { b: 'c : d', e: [1, 2] };\nif (a !== b) return x - -y;\nlet t = `a : ${b}`;\n";
        let squeezed = "const a={b:'c : d',e:[1,2]};\nif(a!==b)return x - -y;\nlet t = `a : ${b}`;\n";
        assert_eq!(squeezed_script(script), squeezed);
    }

    #[test]
    fn a_style_sheet_keeps_the_blanks_that_part_selectors() {
        let style = "a :hover,\nb > i { margin: 0 auto; content: \"!\"; }\n@media (width: 1px) and (hover) { a { b: c } }\n";
        let squeezed = "a :hover,b > i{margin:0 auto;content:\"!\"}@media (width:1px) and (hover){a{b:c}}";
        assert_eq!(squeezed_style(style), squeezed);
    }

    #[test]
    fn the_policy_allows_the_style_and_script_inside_and_a_title_cannot_add_to_them() {
        let page = Page::new("<style>{{style}}</style><b>{{title}}</b>{{data}}", "a{}", "f()");
        let policy = page.policy.to_str().unwrap();
        assert!(policy.contains(&hash("a{}")) && policy.contains(&hash("f()\n")));
        let data = in_script(r#"{"t":"</script>"}"#);
        let filled = page.fill(&[("title", "<script>{{data}}")], &[("data", &data)]);
        let text = std::str::from_utf8(&filled.plain).unwrap();
        assert!(!text.contains("<script>") && !text.contains("</script>"), "{text}");
        assert_eq!(text.matches("\"t\"").count(), 1, "a title can name a place of the template: {text}");
    }
}
