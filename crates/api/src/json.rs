//! Strict JSON: a member written twice is refused at any depth, and numbers are kept as they were written.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::number::Number;

/// A parsed JSON value that borrows from the request.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, exactly as written: no digit is lost to floating point.
    Number(Number<'a>),
    /// A string, escapes resolved.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Json<'a>>),
    /// An object; no name twice, in the order written.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Why bytes are no JSON that we take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonFault {
    /// They are not UTF-8.
    NotUtf8,
    /// They are not JSON; the parser stopped near this byte, counted from 0.
    Syntax {
        /// Where.
        byte: usize,
    },
    /// A member stands twice in one object.
    WrittenTwice(String),
    /// Objects and lists nested deeper than [`DEPTH_MAX`].
    TooDeep,
}

/// How deep objects and lists may nest. Our deepest request nests two; more only costs time.
pub const DEPTH_MAX: usize = 32;

impl<'a> Json<'a> {
    /// Parses one JSON value that fills `bytes`.
    pub fn parse(bytes: &'a [u8]) -> Result<Json<'a>, JsonFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| JsonFault::NotUtf8)?;
        // Checks the grammar of all of it once; `value` then only takes it apart.
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| syntax(text, &error))?;
        value(raw.get(), DEPTH_MAX)
    }
}

fn syntax(text: &str, error: &serde_json::Error) -> JsonFault {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    JsonFault::Syntax { byte: (before + error.column().saturating_sub(1)).min(text.len()) }
}

fn value(text: &str, depth: usize) -> Result<Json<'_>, JsonFault> {
    match text.as_bytes()[0] {
        b'n' => Ok(Json::Null),
        b't' => Ok(Json::Bool(true)),
        b'f' => Ok(Json::Bool(false)),
        b'"' => read::<Str<'_>>(text).map(|text| Json::Text(text.0)),
        b'[' | b'{' if depth == 0 => Err(JsonFault::TooDeep),
        b'[' => list(text, depth),
        b'{' => object(text, depth),
        _ => Ok(Json::Number(Number::written(text))),
    }
}

fn list(text: &str, depth: usize) -> Result<Json<'_>, JsonFault> {
    let items = read::<Items<'_>>(text)?.0;
    items.into_iter().map(|item| value(item, depth - 1)).collect::<Result<_, _>>().map(Json::List)
}

fn object(text: &str, depth: usize) -> Result<Json<'_>, JsonFault> {
    let members = read::<Members<'_>>(text)?.0;
    if let Some(name) = written_twice(&members) {
        return Err(JsonFault::WrittenTwice(name.to_owned()));
    }
    let read = |(name, text)| Ok((name, value(text, depth - 1)?));
    members.into_iter().map(read).collect::<Result<_, _>>().map(Json::Object)
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, JsonFault> {
    // A lone surrogate passes the grammar and fails only here.
    serde_json::from_str(text).map_err(|error| syntax(text, &error))
}

fn written_twice<'m>(members: &'m [(Cow<'_, str>, &str)]) -> Option<&'m str> {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

struct Str<'a>(Cow<'a, str>);
struct Items<'a>(Vec<&'a str>);
struct Members<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'de> Deserialize<'de> for Str<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Str<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Reader)
    }
}

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Items<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Items<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element::<&RawValue>()? {
                    items.push(item.get());
                }
                Ok(Items(items))
            }
        }
        from.deserialize_seq(Reader)
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((name, text)) = map.next_entry::<Str<'de>, &RawValue>()? {
                    members.push((name.0, text.get()));
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twice(name: &str) -> Result<Json<'static>, JsonFault> {
        Err(JsonFault::WrittenTwice(name.to_owned()))
    }

    #[test]
    fn a_member_written_twice_is_refused_at_any_depth() {
        assert_eq!(Json::parse(br#"{"a":1,"b":2,"a":1}"#), twice("a"));
        assert_eq!(Json::parse(br#"{"x":[{"y":{"a":1,"a":2}}]}"#), twice("a"));
        assert_eq!(Json::parse("{\"\u{ac00}\":1,\"\\uac00\":2}".as_bytes()), twice("\u{ac00}"));
        assert!(
            Json::parse(br#"{"a":{"a":{"a":1}}}"#).is_ok(),
            "the same name one level down is another member"
        );
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for (bytes, byte) in [(&b"{\"a\":}"[..], 5), (b"{\"a\":1}x", 7), (b"{\n\"a\":01}", 7)] {
            assert_eq!(Json::parse(bytes), Err(JsonFault::Syntax { byte }), "{}", bytes.escape_ascii());
        }
        for bytes in
            [&b""[..], b" ", b"{", b"NaN", b"'a'", b"[1,]", b"\"\\ud800\"", b"\"a\nb\"", b"1.", b"+1"]
        {
            assert!(matches!(Json::parse(bytes), Err(JsonFault::Syntax { .. })), "{}", bytes.escape_ascii());
        }
        assert_eq!(Json::parse(b"\"\xff\""), Err(JsonFault::NotUtf8));
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::parse(nested(DEPTH_MAX).as_bytes()).is_ok());
        assert_eq!(Json::parse(nested(DEPTH_MAX + 1).as_bytes()), Err(JsonFault::TooDeep));
    }

    #[test]
    fn numbers_keep_every_digit() {
        let json = Json::parse(br#"[9007199254740993, 1e400, 0.10]"#).unwrap();
        let written = |text| Json::Number(Number::written(text));
        assert_eq!(json, Json::List(vec![written("9007199254740993"), written("1e400"), written("0.10")]));
    }
}
