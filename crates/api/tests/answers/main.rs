//! What we answer: names and order of members, and that the documented shapes are what is rendered.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use usher_api::shape;
use utoipa::PartialSchema;

mod buyers;
mod house;
mod operators;

/// The rendered bytes as the shape, provided that the shape says all of it and nothing else.
#[track_caller]
fn shaped<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> T {
    let value: Value = serde_json::from_slice(bytes).expect("an answer is JSON");
    let shape: T = serde_json::from_slice(bytes).expect("an answer has its shape");
    assert_eq!(
        serde_json::to_value(&shape).expect("a shape is JSON"),
        value,
        "the shape and the answer have the same members"
    );
    shape
}

#[test]
fn the_documented_schemas_name_members_as_they_travel() {
    let schema = serde_json::to_value(<shape::ConcertOption as PartialSchema>::schema()).unwrap();
    assert_eq!(schema["properties"]["concertOptionId"]["type"], "integer");
    assert_eq!(schema["properties"]["concertDate"]["format"], "date-time");
    let required = schema["required"].as_array().unwrap();
    assert!(required.iter().any(|name| name == "waitingQueueId"), "{required:?}");
}
