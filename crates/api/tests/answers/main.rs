//! What we answer: names and order of members, and that the documented shapes are what is rendered.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

mod buyers;
mod house;
mod operators;

/// The rendered bytes as the shape, provided that the shape says all of it and nothing else.
#[track_caller]
fn shaped<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> T {
    let value: Value = serde_json::from_slice(bytes).expect("an answer is JSON");
    let shape: T = serde_json::from_slice(bytes).expect("an answer has its shape");
    assert_eq!(
        serde_json::to_value(&shape).unwrap(),
        value,
        "the shape and the answer have the same members"
    );
    shape
}
