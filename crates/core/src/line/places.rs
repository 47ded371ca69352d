//! All places of a room by number, in blocks of 512 with their users' ids and their live bits.

use std::collections::VecDeque;

use super::live_count::{LiveCount, queue_bytes};
use super::place::{Ordinal, Place, State};
use crate::{Timestamp, UserId};

/// Places in a block. A block's text is at most 512 · 64 bytes, so that 16 bits point into it.
const BLOCK_PLACES: usize = 512;
const WORDS: usize = BLOCK_PLACES / 64;

/// 512 places that were taken one after the other.
#[derive(Debug)]
struct Block {
    /// Joins are counted from here in milliseconds.
    joined_from: Timestamp,
    /// One bit a place.
    live: [u64; WORDS],
    places: Vec<Place>,
    /// The ids of the users, one after the other.
    text: Vec<u8>,
    /// How many of its places are remembered.
    remembered: u32,
}

/// A block's first number, which outlives the block.
#[derive(Debug)]
struct Shelf {
    first_number: u64,
    block: Option<Box<Block>>,
}

/// Every place that is not forgotten. A block is given back once all its places are.
#[derive(Debug, Default)]
pub(super) struct Places {
    shelves: VecDeque<Shelf>,
    /// Shelves that were taken down at the front.
    taken_down: u32,
    live: LiveCount,
    live_total: u32,
    last_number: Option<u64>,
}

impl Block {
    fn live_before(&self, at: usize) -> u32 {
        let whole: u32 = self.live[..at / 64].iter().map(|word| word.count_ones()).sum();
        whole + (self.live[at / 64] & ((1 << (at % 64)) - 1)).count_ones()
    }

    fn live_count(&self) -> u32 {
        self.live.iter().map(|word| word.count_ones()).sum()
    }

    fn text_of(&self, at: usize) -> &[u8] {
        let begins = if at == 0 { 0 } else { self.places[at - 1].text_end };
        &self.text[usize::from(begins)..usize::from(self.places[at].text_end)]
    }
}

impl Places {
    /// Adds a live place at the end. `None` unless its number is the highest so far.
    pub fn push(
        &mut self,
        number: u64,
        user: &UserId,
        joined_at: Timestamp,
        until: Timestamp,
    ) -> Option<Ordinal> {
        if self.last_number.is_some_and(|last| number <= last) {
            return None;
        }
        self.last_number = Some(number);
        if !self.last_takes(number, joined_at) {
            self.open_block(number, joined_at);
        }
        let index = self.shelves.len() - 1;
        let shelf = &mut self.shelves[index];
        let block = shelf.block.as_mut().expect("the last block is open and never given back");
        let at = block.places.len();
        block.text.extend_from_slice(user.as_str().as_bytes());
        let text_end = block.text.len() as u16;
        let joined_ms = joined_at.since(block.joined_from).ms() as u32;
        let number_offset = (number - shelf.first_number) as u32;
        block.places.push(Place::new(number_offset, joined_ms, text_end, until));
        block.remembered += 1;
        if block.places.len() == BLOCK_PLACES {
            block.text.shrink_to_fit();
        }
        let ordinal = (self.taken_down + index as u32) * BLOCK_PLACES as u32 + at as u32;
        self.set_live(ordinal, true);
        Some(ordinal)
    }

    /// Whether the last block has room and its offsets reach that far.
    fn last_takes(&self, number: u64, joined_at: Timestamp) -> bool {
        self.shelves.back().is_some_and(|shelf| {
            shelf.block.as_ref().is_some_and(|block| {
                block.places.len() < BLOCK_PLACES
                    && number - shelf.first_number <= u64::from(u32::MAX)
                    && joined_at >= block.joined_from
                    && joined_at.since(block.joined_from).ms() <= u64::from(u32::MAX)
            })
        })
    }

    fn open_block(&mut self, first_number: u64, joined_from: Timestamp) {
        let before = self.shelves.len().checked_sub(1);
        let (places, text) = (Vec::new(), Vec::new());
        let block = Block { joined_from, live: [0; WORDS], places, text, remembered: 0 };
        self.shelves.push_back(Shelf { first_number, block: Some(Box::new(block)) });
        self.live.push_block();
        if let Some(before) = before {
            self.give_back(before);
        }
    }

    /// The place with this number.
    pub fn find(&self, number: u64) -> Option<Ordinal> {
        let shelf = self.shelf_of(number)?;
        let block = self.shelves[shelf].block.as_ref()?;
        let offset = u32::try_from(number - self.shelves[shelf].first_number).ok()?;
        let guess = offset as usize;
        let at = match block.places.get(guess) {
            Some(place) if place.number_offset == offset => guess,
            _ => block.places.binary_search_by_key(&offset, |place| place.number_offset).ok()?,
        };
        let ordinal = (self.taken_down + shelf as u32) * BLOCK_PLACES as u32 + at as u32;
        (block.places[at].state != State::Forgotten).then_some(ordinal)
    }

    /// The shelf on which a number would stand: where it does if none was skipped, else by halving.
    fn shelf_of(&self, number: u64) -> Option<usize> {
        let first = self.shelves.front()?.first_number;
        let guess = (number.checked_sub(first)? / BLOCK_PLACES as u64) as usize;
        let begins_by = |shelf: Option<&Shelf>| shelf.is_some_and(|shelf| shelf.first_number <= number);
        if begins_by(self.shelves.get(guess)) && !begins_by(self.shelves.get(guess + 1)) {
            return Some(guess);
        }
        self.shelves.partition_point(|shelf| shelf.first_number <= number).checked_sub(1)
    }

    fn split(&self, ordinal: Ordinal) -> (usize, usize) {
        let shelf = ordinal as usize / BLOCK_PLACES - self.taken_down as usize;
        (shelf, ordinal as usize % BLOCK_PLACES)
    }

    fn block(&self, shelf: usize) -> &Block {
        self.shelves[shelf].block.as_ref().expect("a place that is remembered keeps its block")
    }

    /// A place that is remembered.
    pub fn place(&self, ordinal: Ordinal) -> &Place {
        let (shelf, at) = self.split(ordinal);
        &self.block(shelf).places[at]
    }

    /// A place that is remembered, to be changed.
    pub fn place_mut(&mut self, ordinal: Ordinal) -> &mut Place {
        let (shelf, at) = self.split(ordinal);
        let block = self.shelves[shelf].block.as_mut().expect("a place that is remembered keeps its block");
        &mut block.places[at]
    }

    pub fn number(&self, ordinal: Ordinal) -> u64 {
        let (shelf, at) = self.split(ordinal);
        self.shelves[shelf].first_number + u64::from(self.block(shelf).places[at].number_offset)
    }

    pub fn joined_at(&self, ordinal: Ordinal) -> Timestamp {
        let (shelf, at) = self.split(ordinal);
        let block = self.block(shelf);
        let ms = i64::from(block.places[at].joined_offset_ms);
        Timestamp::from_unix_ms(block.joined_from.unix_ms().saturating_add(ms))
    }

    /// The user's id as bytes.
    pub fn text(&self, ordinal: Ordinal) -> &[u8] {
        let (shelf, at) = self.split(ordinal);
        self.block(shelf).text_of(at)
    }

    pub fn user(&self, ordinal: Ordinal) -> UserId {
        UserId::stored(std::str::from_utf8(self.text(ordinal)).expect("it was written from a user's id"))
    }

    /// Sets or clears the live bit of a place.
    pub fn set_live(&mut self, ordinal: Ordinal, is_live: bool) {
        let (shelf, at) = self.split(ordinal);
        let block = self.shelves[shelf].block.as_mut().expect("a place that is remembered keeps its block");
        let (word, bit) = (&mut block.live[at / 64], 1 << (at % 64));
        if (*word & bit != 0) == is_live {
            return;
        }
        *word ^= bit;
        self.live.change(shelf, is_live);
        self.live_total = if is_live { self.live_total + 1 } else { self.live_total - 1 };
    }

    /// How many live.
    pub fn live_total(&self) -> u32 {
        self.live_total
    }

    /// How many live places have a lower number.
    pub fn live_ahead(&self, ordinal: Ordinal) -> u32 {
        let (shelf, at) = self.split(ordinal);
        self.live.before(shelf) + self.block(shelf).live_before(at)
    }

    /// The live places, lowest number first.
    pub fn live(&self) -> impl Iterator<Item = Ordinal> {
        let mut ahead = 0;
        let blocks = std::iter::from_fn(move || {
            let shelf = self.live.block_of(ahead)?;
            let block = self.block(shelf);
            ahead += block.live_count();
            Some((shelf, block))
        });
        blocks.flat_map(move |(shelf, block)| {
            let first = (self.taken_down + shelf as u32) * BLOCK_PLACES as u32;
            block
                .live
                .iter()
                .enumerate()
                .flat_map(move |(word, bits)| set_bits(*bits).map(move |bit| first + word as u32 * 64 + bit))
        })
    }

    /// Every place that is remembered, lowest number first.
    pub fn remembered(&self) -> impl Iterator<Item = Ordinal> {
        let shelves =
            self.shelves.iter().enumerate().filter_map(|(at, shelf)| Some((at, shelf.block.as_ref()?)));
        shelves.flat_map(|(shelf, block)| {
            let first = (self.taken_down + shelf as u32) * BLOCK_PLACES as u32;
            let places = block.places.iter().enumerate();
            places.filter(|(_, place)| place.state != State::Forgotten).map(move |(at, _)| first + at as u32)
        })
    }

    /// Forgets a place that has ended.
    pub fn forget(&mut self, ordinal: Ordinal) {
        let (shelf, at) = self.split(ordinal);
        let block = self.shelves[shelf].block.as_mut().expect("a place that is remembered keeps its block");
        block.places[at].state = State::Forgotten;
        block.remembered -= 1;
        self.give_back(shelf);
    }

    /// Gives a block's memory back if it is not the last and all its places are forgotten. Empty shelves at the
    /// front are taken down once they are half of all, so that each costs a constant time.
    fn give_back(&mut self, shelf: usize) {
        let is_over = self.shelves[shelf].block.as_ref().is_some_and(|block| block.remembered == 0);
        if !is_over || shelf + 1 == self.shelves.len() {
            return;
        }
        self.shelves[shelf].block = None;
        let empty = self.shelves.iter().take_while(|shelf| shelf.block.is_none()).count();
        if empty * 2 >= self.shelves.len() {
            self.shelves.drain(..empty);
            self.shelves.shrink_to(self.shelves.len() * 2);
            self.taken_down += empty as u32;
            let counts = self.shelves.iter().map(|shelf| shelf.block.as_ref().map_or(0, |b| b.live_count()));
            self.live.rebuild(counts);
        }
    }

    pub fn heap_bytes(&self) -> usize {
        let blocks = self.shelves.iter().filter_map(|shelf| shelf.block.as_ref());
        let in_blocks: usize = blocks
            .map(|b| size_of::<Block>() + b.places.capacity() * size_of::<Place>() + b.text.capacity())
            .sum();
        in_blocks + queue_bytes(&self.shelves) + self.live.heap_bytes()
    }
}

/// The bits that are set, lowest first.
fn set_bits(mut bits: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (bits != 0).then(|| bits.trailing_zeros())?;
        bits &= bits - 1;
        Some(bit)
    })
}
