//! Making concerts and performances.

use std::sync::Arc;

use super::Done;
use super::draft::Draft;
use crate::{
    Answered, Concert, ConcertId, Effect, Fact, IdKind, NewPerformance, Performance, PerformanceId,
    Programme, Refusal, Reply, RoomId, Stage,
};

pub(super) fn make_concert(draft: &mut Draft<'_, '_>, title: &Arc<str>) -> Done {
    let id = ConcertId::new(draft.fresh(IdKind::Concert));
    let concert = Arc::new(Concert { id, title: title.clone(), created_at: draft.now });
    draft.push(Effect::Concert(concert.clone()));
    Ok((Reply::Concert(concert), Some(Answered::Concert(id))))
}

pub(super) fn make_performance(draft: &mut Draft<'_, '_>, new: &NewPerformance) -> Done {
    let concert = draft.rows.concerts.get(&new.concert).ok_or(Refusal::ConcertNotFound)?.clone();
    let id = PerformanceId::new(draft.fresh(IdKind::Performance));
    let performance = Arc::new(Performance {
        id,
        concert: new.concert,
        begins_at: new.begins_at,
        duration: new.duration,
        title: new.title.clone(),
        description: new.description.clone(),
        price: new.price,
        seats_max: new.seats_max,
        sale_opens_at: new.sale_opens_at.unwrap_or(draft.now),
        sale_closes_at: new.sale_closes_at.unwrap_or(new.begins_at),
        hold_ttl: new.hold_ttl.unwrap_or(draft.settings.hold_ttl),
        seats_per_user_max: new.seats_per_user_max.unwrap_or(draft.settings.seats_per_user_max),
        room: new.room.clone().unwrap_or_else(RoomId::main),
        created_at: draft.now,
    });
    draft.push(Effect::Performance(performance.clone()));
    let mut stage = Stage::new(id);
    draft.tell(&mut stage, Fact::PerformanceCreated(id));
    draft.push(Effect::Stage(stage));
    Ok((Reply::Performance(Programme { performance, concert }), Some(Answered::Performance(id))))
}
