//! Whether a history of concurrent calls can be explained by doing them one after another (Wing and Gong's search,
//! with Lowe's memory of what was tried). One seat or one account at a time, which is enough: linearizability is local.

use std::collections::HashSet;
use std::hash::Hash;

/// One call's part in the life of one object: between `began` and `ended` it took effect, at one moment.
#[derive(Clone, Debug)]
pub(super) struct Step<T> {
    pub(super) began: u64,
    pub(super) ended: u64,
    pub(super) what: T,
}

/// So many positions are looked at before giving up.
const POSITIONS_MAX: usize = 4_000_000;

/// Whether the steps of clients, each client's in its own order, have an order that respects their times and that
/// `apply` allows, from `start` on.
pub(super) fn is_explained<T, S: Clone + Eq + Hash>(
    clients: &[Vec<Step<T>>],
    start: S,
    apply: impl Fn(&S, &T) -> Option<S>,
) -> bool {
    let mut tried: HashSet<(Vec<u32>, S)> = HashSet::new();
    let mut open = vec![(vec![0_u32; clients.len()], start)];
    while let Some((at, state)) = open.pop() {
        if !tried.insert((at.clone(), state.clone())) {
            continue;
        }
        assert!(tried.len() < POSITIONS_MAX, "a history this long cannot be judged");
        let mut next: Vec<(usize, &Step<T>)> = at
            .iter()
            .enumerate()
            .filter_map(|(client, at)| Some((client, clients[client].get(*at as usize)?)))
            .collect();
        // Nothing may come before a step that had ended when it began.
        let Some(first_end) = next.iter().map(|(_, step)| step.ended).min() else { return true };
        next.retain(|(_, step)| step.began <= first_end);
        next.sort_by_key(|(_, step)| std::cmp::Reverse(step.ended));
        for (client, step) in next {
            if let Some(state) = apply(&state, &step.what) {
                let mut at = at.clone();
                at[client] += 1;
                open.push((at, state));
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A register: what was written, or seen.
    #[derive(Clone, Debug)]
    enum Call {
        Write(u8),
        See(u8),
    }

    fn apply(state: &u8, call: &Call) -> Option<u8> {
        match call {
            Call::Write(value) => Some(*value),
            Call::See(value) => (value == state).then_some(*state),
        }
    }

    fn step(began: u64, ended: u64, what: Call) -> Step<Call> {
        Step { began, ended, what }
    }

    #[test]
    fn calls_at_once_may_take_effect_in_either_order() {
        for seen in [1, 2] {
            let clients = [
                vec![step(0, 10, Call::Write(1)), step(20, 21, Call::See(seen))],
                vec![step(1, 11, Call::Write(2))],
            ];
            assert!(is_explained(&clients, 0, apply));
        }
    }

    #[test]
    fn an_acknowledged_write_that_is_not_seen_is_found() {
        let clients = [vec![step(0, 1, Call::Write(1))], vec![step(2, 3, Call::See(0))]];
        assert!(!is_explained(&clients, 0, apply));
    }

    #[test]
    fn a_value_seen_and_then_gone_again_is_found() {
        let clients =
            [vec![step(0, 9, Call::Write(1))], vec![step(1, 2, Call::See(1)), step(3, 4, Call::See(0))]];
        assert!(!is_explained(&clients, 0, apply));
    }
}
