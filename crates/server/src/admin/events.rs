//! What happened, oldest first.

use std::collections::BTreeMap;

use hyper::StatusCode;
use usher_api::{Fault, Problem, Wrong, address, render, shape};
use usher_core::{EventId, PerformanceId, Programme};
use usher_engine::{Reader, StoreError, WaitingEvent};

use crate::answer::{Answer, json};
use crate::call::Call;

/// Events of one page.
const PAGE: usize = 100;

/// Events after one, oldest first.
#[utoipa::path(
    get, path = "/admin/events", tag = "operator", params(("after" = Option<u64>, Query)),
    responses(
        (status = 200, body = shape::Events),
        (status = 400, body = shape::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(call: Call) -> Result<Answer, Problem> {
    let after = address::query_after(call.query())?;
    let page = call.front.read(move |reader| read(reader, after)).await?;
    let (events, programmes) =
        page.ok_or_else(|| Problem::fault(Fault { field: "after".into(), wrong: Wrong::NotCursor }))?;
    let rendered = events.iter().filter_map(|waiting| {
        let needed = render::programme_needed(&waiting.event.fact);
        let programme = needed.and_then(|id| programmes.get(&id));
        let mut out = Vec::with_capacity(512);
        render::event(&mut out, &waiting.event, programme).ok().map(|()| out)
    });
    let rendered: Vec<Vec<u8>> = rendered.collect();
    let next_after = events.last().map(|waiting| waiting.event.id).or(after);
    Ok(json(StatusCode::OK, render::events_page(rendered.iter().map(Vec::as_slice), next_after)))
}

type Page = (Vec<WaitingEvent>, BTreeMap<PerformanceId, Programme>);

/// `None`: the event is not kept (any more).
fn read(reader: &mut dyn Reader, after: Option<EventId>) -> Result<Option<Page>, StoreError> {
    let position = match after {
        None => 0,
        Some(id) => match reader.event_position(Some(id))? {
            Some(position) => position,
            None => return Ok(None),
        },
    };
    let events = reader.events(position, PAGE)?;
    let mut programmes = BTreeMap::new();
    for id in events.iter().filter_map(|waiting| render::programme_needed(&waiting.event.fact)) {
        if let std::collections::btree_map::Entry::Vacant(place) = programmes.entry(id)
            && let Some((programme, _)) = reader.programme(id)?
        {
            place.insert(programme);
        }
    }
    Ok(Some((events, programmes)))
}
