//! The room as its operator sees it, beside all that its fans were told: counts, ranks, order.

use super::fan::{Fan, Standing};
use crate::seen::Room;

/// What of a room that stands still is not as its fans were told. Each of them has just asked.
pub(super) fn differs(fans: &[Fan], room: &Room) -> Vec<String> {
    let count = |standing| fans.iter().filter(|fan| fan.standing == standing).count() as u64;
    let (waiting, inside) = (count(Standing::Waiting), count(Standing::Inside));
    let let_in = fans.iter().filter(|fan| fan.pass.is_some()).count() as u64;
    let mut differing = Vec::new();
    if (room.waiting, room.live_passes) != (waiting, inside) {
        let (shown, passes) = (room.waiting, room.live_passes);
        differing.push(format!(
            "{shown} wait and {passes} passes live by the operator; {waiting} and {inside} by the fans"
        ));
    }
    if room.live_passes > u64::from(room.live_passes_max) {
        differing.push(format!("{} passes live, {} allowed", room.live_passes, room.live_passes_max));
    }
    if room.admitted < let_in {
        differing.push(format!("{} let in by the operator, {let_in} by the fans", room.admitted));
    }
    differing.extend(ranks(fans));
    differing
}

/// Everybody who waits is live: each position is the number of fans ahead, and nobody behind was let in.
fn ranks(fans: &[Fan]) -> Vec<String> {
    let mut waiting: Vec<_> = fans.iter().filter(|fan| fan.standing == Standing::Waiting).collect();
    waiting.sort_unstable_by_key(|fan| fan.number);
    let misplaced = waiting.iter().zip(0..).filter(|(fan, rank)| fan.position != Some(*rank));
    let mut differing: Vec<_> = misplaced
        .map(|(fan, rank)| format!("place {:?} is told {:?}, and {rank} are ahead", fan.number, fan.position))
        .collect();
    let first = waiting.first().and_then(|fan| fan.number);
    let overtook = fans.iter().filter(|fan| fan.pass.is_some() && first.is_some() && fan.number > first);
    differing.extend(overtook.map(|fan| format!("place {:?} was let in, {first:?} waits", fan.number)));
    differing
}

/// Of two joins, one answered before the other was first sent, the earlier has the lower number.
pub(super) fn out_of_order(fans: &[Fan]) -> Vec<String> {
    let mut answered: Vec<_> = fans.iter().filter_map(|fan| fan.joined_ms.zip(fan.number)).collect();
    let mut asked: Vec<_> = fans.iter().filter_map(|fan| fan.asked_ms.zip(fan.number)).collect();
    answered.sort_unstable();
    asked.sort_unstable();
    let (mut answered, mut highest) = (answered.into_iter().peekable(), 0);
    let mut late = Vec::new();
    for (asked_ms, number) in asked {
        while let Some((_, before)) = answered.next_if(|(answered_ms, _)| *answered_ms < asked_ms) {
            highest = highest.max(before);
        }
        if number < highest {
            late.push(format!("place {number} was asked for after place {highest} was answered"));
        }
    }
    late
}

#[cfg(test)]
mod tests {
    use super::super::fan::Wish;
    use super::*;

    fn fan(number: u64, position: Option<u64>) -> Fan {
        let mut fan = Fan::who_wants(Wish::Book);
        fan.standing = if position.is_some() { Standing::Waiting } else { Standing::Inside };
        (fan.number, fan.position) = (Some(number), position);
        fan.pass = position.is_none().then(|| "pass".to_owned());
        fan
    }

    fn room(waiting: u64, live_passes: u64) -> Room {
        Room {
            waiting_queue_id: "main".to_owned(),
            opens_at: None,
            paused: true,
            live_passes_max: 2,
            admits_per_second: 1,
            waiting,
            live_passes,
            admitted: live_passes,
        }
    }

    #[test]
    fn a_room_that_is_as_its_fans_were_told_passes_and_any_other_does_not() {
        let fans = [fan(1, None), fan(3, Some(0)), fan(4, Some(1))];
        assert_eq!(differs(&fans, &room(2, 1)), Vec::<String>::new());
        assert_eq!(differs(&fans, &room(3, 1)).len(), 1, "one too many waits");
        assert_eq!(differs(&fans, &room(2, 2)).len(), 1, "a pass that nobody has");
        let overtaken = [fan(1, Some(0)), fan(2, None)];
        assert_eq!(differs(&overtaken, &room(1, 1)).len(), 1);
        let misplaced = [fan(1, Some(0)), fan(2, Some(0))];
        assert_eq!(differs(&misplaced, &room(2, 0)).len(), 1);
        let crowded = [fan(1, None), fan(2, None), fan(3, None)];
        assert_eq!(differs(&crowded, &room(0, 3)).len(), 1, "over the cap");
    }

    #[test]
    fn only_a_join_sent_after_the_answer_to_another_must_come_behind_it() {
        let joins = |sent_later_ms| {
            let (mut first, mut second) = (fan(2, None), fan(1, None));
            (first.asked_ms, first.joined_ms) = (Some(100), Some(105));
            (second.asked_ms, second.joined_ms) = (Some(sent_later_ms), Some(110));
            out_of_order(&[first, second])
        };
        assert_eq!(joins(105), Vec::<String>::new());
        assert_eq!(joins(106).len(), 1);
    }
}
