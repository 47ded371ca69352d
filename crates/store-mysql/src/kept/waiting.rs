//! Rooms and places. A row may be a placeholder of the transaction's own: then there is no room, no place yet.

use usher_core::{Place, Room, RoomId};
use usher_engine::StoreError;

use super::Kept;
use crate::cells::Cells;
use crate::literal::Tuple;

/// A room, and when it last changed: no later decision about it may be dated before.
pub(crate) struct DatedRoom {
    pub(crate) id: RoomId,
    pub(crate) room: Option<Room>,
    pub(crate) changed_at_ms: i64,
}

impl Kept for DatedRoom {
    const TABLE: &'static str = "rooms";
    const COLUMNS: &'static str = "id, packed, changed_at";
    const CHANGE: &'static str =
        "ON DUPLICATE KEY UPDATE packed = VALUES(packed), changed_at = VALUES(changed_at)";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        let (id, packed) = (RoomId::stored(&cells.string()?), cells.bytes()?);
        let room = match packed.is_empty() {
            true => None,
            false => Some(postcard::from_bytes(&packed).map_err(|_| cells.senseless())?),
        };
        Ok(DatedRoom { id, room, changed_at_ms: cells.int()? })
    }

    fn tuple(&self) -> Tuple {
        let packed = self
            .room
            .as_ref()
            .map_or(Vec::new(), |room| postcard::to_allocvec(room).expect("a room is a plain value"));
        Tuple::default().text(self.id.as_str()).bytes(&packed).int(self.changed_at_ms)
    }
}

/// A place, and when it last changed.
pub(crate) struct DatedPlace {
    pub(crate) key: (RoomId, usher_core::UserId),
    pub(crate) place: Option<Place>,
    pub(crate) changed_at_ms: i64,
}

impl Kept for DatedPlace {
    const TABLE: &'static str = "places";
    const COLUMNS: &'static str = "room, user, number, joined_at, event_sequence, state, changed_at";
    // Another user with the same number lands here too: number -1 is what the schema refuses.
    const CHANGE: &'static str = "ON DUPLICATE KEY UPDATE number = IF(user = VALUES(user), VALUES(number), -1), \
         joined_at = VALUES(joined_at), event_sequence = VALUES(event_sequence), state = VALUES(state), \
         changed_at = VALUES(changed_at)";

    fn read(cells: &mut Cells) -> Result<Self, StoreError> {
        let (room, user) = (RoomId::stored(&cells.string()?), cells.user()?);
        let (number, joined_at, event_sequence) = (cells.maybe_id()?, cells.time()?, cells.id()?);
        let packed = cells.bytes()?;
        let place = match number {
            None => None,
            Some(number) => {
                let state = postcard::from_bytes(&packed).map_err(|_| cells.senseless())?;
                let (room, user) = (room.clone(), user.clone());
                Some(Place { room, user, number, joined_at, state, event_sequence })
            }
        };
        Ok(DatedPlace { key: (room, user), place, changed_at_ms: cells.int()? })
    }

    fn tuple(&self) -> Tuple {
        let (room, user) = &self.key;
        let row = Tuple::default().text(room.as_str()).text(user.as_str());
        let row = match &self.place {
            None => row.maybe(None).int(0).int(0).text(""),
            Some(place) => {
                let state = postcard::to_allocvec(&place.state).expect("a state is a plain value");
                let row = row.id(place.number).int(place.joined_at.unix_ms());
                row.id(place.event_sequence).bytes(&state)
            }
        };
        row.int(self.changed_at_ms)
    }
}
