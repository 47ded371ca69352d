//! How far a receiver has come: the positions that were read and are not yet passed without a gap.

use std::collections::VecDeque;

/// What stands at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An event that is still to be delivered.
    Waiting,
    /// One that is delivered.
    Delivered,
    /// One that the receiver does not want, or that was given up.
    Passed,
}

/// Positions in order. Everything up to [`Window::position`] is delivered, given up or not wanted.
pub(crate) struct Window {
    position: u64,
    delivered: u64,
    slots: VecDeque<(u64, Standing)>,
}

impl Window {
    pub(crate) fn after(position: u64, delivered: u64) -> Window {
        Window { position, delivered, slots: VecDeque::new() }
    }

    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Events delivered up to the position, since the receiver was added.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// The last position that was read.
    pub(crate) fn read_to(&self) -> u64 {
        self.slots.back().map_or(self.position, |(position, _)| *position)
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Adds the next position.
    pub(crate) fn push(&mut self, position: u64, standing: Standing) {
        self.slots.push_back((position, standing));
        self.advance();
    }

    /// Notes what came of a position.
    pub(crate) fn settle(&mut self, position: u64, standing: Standing) {
        if let Ok(found) = self.slots.binary_search_by_key(&position, |(position, _)| *position) {
            self.slots[found].1 = standing;
        }
        self.advance();
    }

    fn advance(&mut self) {
        while let Some((position, standing)) = self.slots.front().copied() {
            match standing {
                Standing::Waiting => return,
                Standing::Delivered => self.delivered += 1,
                Standing::Passed => {}
            }
            self.position = position;
            self.slots.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_position_moves_only_over_what_is_settled() {
        let mut window = Window::after(5, 2);
        window.push(6, Standing::Passed);
        assert_eq!((window.position(), window.delivered(), window.len()), (6, 2, 0));
        for position in [8, 9, 12] {
            window.push(position, Standing::Waiting);
        }
        window.settle(9, Standing::Delivered);
        assert_eq!((window.position(), window.read_to(), window.delivered()), (6, 12, 2));
        window.settle(8, Standing::Delivered);
        assert_eq!((window.position(), window.delivered()), (9, 4));
        window.settle(12, Standing::Passed);
        assert_eq!((window.position(), window.read_to(), window.delivered()), (12, 12, 4));
    }
}
