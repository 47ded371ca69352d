//! Reading a slice of the outbox for one receiver.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use usher_api::{event_type, render};
use usher_core::{Fact, PerformanceId, Programme};
use usher_engine::{Reader, StoreError};

use crate::sink::Letter;

/// Events of one slice.
pub(crate) const SLICE: usize = 128;

/// A position of the outbox, with the event that stands there if the receiver wants it.
pub(crate) struct Found {
    pub(crate) position: u64,
    pub(crate) letter: Option<Letter>,
}

/// Whether a receiver wants an event; one that names no types wants all.
pub(crate) fn wants(types: &[Arc<str>], fact: &Fact) -> bool {
    types.is_empty() || types.iter().any(|wanted| **wanted == *event_type(fact))
}

/// At most [`SLICE`] positions after one; fewer: these are the last.
pub(crate) fn read(
    reader: &mut dyn Reader,
    after: u64,
    types: &[Arc<str>],
) -> Result<Vec<Found>, StoreError> {
    let mut programmes: BTreeMap<PerformanceId, Option<Programme>> = BTreeMap::new();
    let mut found = Vec::new();
    for waiting in reader.events(after, SLICE)? {
        let (position, event) = (waiting.position, waiting.event);
        if !wants(types, &event.fact) {
            found.push(Found { position, letter: None });
            continue;
        }
        let needed = render::programme_needed(&event.fact);
        if let Some(id) = needed
            && !programmes.contains_key(&id)
        {
            programmes.insert(id, reader.programme(id)?.map(|(programme, _)| programme));
        }
        let programme = needed.and_then(|id| programmes.get(&id)?.as_ref());
        let mut body = Vec::with_capacity(512);
        render::event(&mut body, &event, programme).map_err(|missing| StoreError::Corrupt {
            store: "the outbox",
            what: format!("event {} of performance {}, which is not there", event.id, missing.0),
        })?;
        let (event, aggregate) = (event.id, event.fact.aggregate());
        let letter = Letter { position, event, aggregate, body: Bytes::from(body) };
        found.push(Found { position, letter: Some(letter) });
    }
    Ok(found)
}
