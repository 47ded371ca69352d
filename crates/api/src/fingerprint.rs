//! Fingerprints behind idempotency keys: which key this is, and whether the request under it is the same.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;
use siphasher::sip128::{Hasher128, SipHasher13 as SipHasher128};
use usher_core::{AnswerKey, UserId};

use crate::json::Json;

/// The key of the hashes. Every node of a house and every restart must use the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashKey(pub u64, pub u64);

/// 128 bits of (user, idempotency key); `None` for verbs that nobody owns.
pub fn answer_key(hash_key: HashKey, user: Option<&UserId>, idempotency_key: &str) -> AnswerKey {
    let mut hasher = SipHasher128::new_with_keys(hash_key.0, hash_key.1);
    text(&mut hasher, user.map_or("", UserId::as_str));
    text(&mut hasher, idempotency_key);
    AnswerKey(hasher.finish128().as_u128())
}

/// 64 bits of a request: its method, its path as sent (with parameters), and its body. Bodies are the same if they
/// are the same JSON but for the order of members and a top-level `requestAt`; numbers count by value.
pub fn request_hash(hash_key: HashKey, method: &str, path: &str, body: Option<&Json<'_>>) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(hash_key.0, hash_key.1);
    text(&mut hasher, method);
    text(&mut hasher, path);
    match body {
        None => hasher.write_u8(NOTHING),
        Some(Json::Object(members)) => object(&mut hasher, members, Some("requestAt")),
        Some(other) => value(&mut hasher, other),
    }
    hasher.finish()
}

const NOTHING: u8 = 0;
const NULL: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
const NUMBER: u8 = 4;
const TEXT: u8 = 5;
const LIST: u8 = 6;
const OBJECT: u8 = 7;

fn value(hasher: &mut SipHasher13, json: &Json<'_>) {
    match json {
        Json::Null => hasher.write_u8(NULL),
        Json::Bool(false) => hasher.write_u8(FALSE),
        Json::Bool(true) => hasher.write_u8(TRUE),
        Json::Number(number) => {
            let decimal = number.decimal();
            hasher.write_u8(NUMBER);
            hasher.write_u8(u8::from(decimal.negative));
            text(hasher, &decimal.digits);
            hasher.write_i64(decimal.exponent);
        }
        Json::Text(written) => {
            hasher.write_u8(TEXT);
            text(hasher, written);
        }
        Json::List(items) => {
            hasher.write_u8(LIST);
            hasher.write_u64(items.len() as u64);
            items.iter().for_each(|item| value(hasher, item));
        }
        Json::Object(members) => object(hasher, members, None),
    }
}

fn object(hasher: &mut SipHasher13, members: &[(impl AsRef<str>, Json<'_>)], leave_out: Option<&str>) {
    let mut sorted: Vec<(&str, &Json<'_>)> = members
        .iter()
        .map(|(name, json)| (name.as_ref(), json))
        .filter(|(name, _)| Some(*name) != leave_out)
        .collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    hasher.write_u8(OBJECT);
    hasher.write_u64(sorted.len() as u64);
    for (name, json) in sorted {
        text(hasher, name);
        value(hasher, json);
    }
}

/// Length first, so that no two pairs of texts run together.
fn text(hasher: &mut impl Hasher, text: &str) {
    hasher.write_u64(text.len() as u64);
    hasher.write(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: HashKey = HashKey(1, 2);

    fn hash(body: &str) -> u64 {
        request_hash(KEY, "POST", "/api/reservations", Some(&Json::parse(body.as_bytes()).unwrap()))
    }

    #[test]
    fn the_same_request_is_known_in_another_spelling() {
        let first = hash(r#"{"userId":"kim","amount":10000,"seats":{"a":1,"b":[1,2]}}"#);
        assert_eq!(first, hash(r#" {"seats":{"b":[1.0,2],"a":1},"amount":10000.00, "userId":"\u006bim"}"#));
        assert_eq!(
            first,
            hash(r#"{"userId":"kim","amount":1e4,"requestAt":"now","seats":{"a":1,"b":[1,2]}}"#)
        );
    }

    #[test]
    fn another_request_is_another() {
        let first = hash(r#"{"userId":"1","seats":[1,2]}"#);
        for other in [
            r#"{"userId":1,"seats":[1,2]}"#,
            r#"{"userId":"1","seats":[2,1]}"#,
            r#"{"userId":"1","seats":[1,2,3]}"#,
            r#"{"userId":"1","seats":[1,2],"x":null}"#,
            r#"{"userId":"1","seats":[1,-2]}"#,
            r#"{"userId":"1","seats":[1,20]}"#,
        ] {
            assert_ne!(first, hash(other), "{other}");
        }
        assert_ne!(
            hash(r#"{"a":{"requestAt":1}}"#),
            hash(r#"{"a":{"requestAt":2}}"#),
            "only the top one is left out"
        );
        let path = |method, path| request_hash(KEY, method, path, None);
        assert_ne!(path("POST", "/a"), path("POST", "/b"));
        assert_ne!(path("POST", "/a"), path("PUT", "/a"));
    }

    #[test]
    fn a_key_belongs_to_its_user() {
        let user = |text| UserId::parse(text).unwrap();
        let key = |user: Option<&UserId>, text| answer_key(KEY, user, text);
        assert_ne!(key(Some(&user("a")), "k"), key(Some(&user("b")), "k"));
        assert_ne!(key(Some(&user("a")), "bk"), key(Some(&user("ab")), "k"));
        assert_ne!(key(None, "k"), key(Some(&user("a")), "k"));
        assert_eq!(key(Some(&user("a")), "k"), key(Some(&user("a")), "k"));
    }
}
