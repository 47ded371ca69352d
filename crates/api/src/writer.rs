//! Writing JSON straight into bytes. Answers are written hundreds of thousands of times a second, and their shape
//! is known: no tree, no reflection, no allocation but the buffer.

use usher_core::Timestamp;

use crate::time::write_time;

/// An object being written. Names are ours and need no escaping.
pub(crate) struct Object<'o> {
    out: &'o mut Vec<u8>,
    begun: bool,
}

impl<'o> Object<'o> {
    pub(crate) fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, begun: false }
    }

    fn name(&mut self, name: &'static str) -> &mut Vec<u8> {
        self.out.extend_from_slice(if self.begun { b",\"" } else { b"\"" });
        self.begun = true;
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    /// A member whose value `write` appends.
    pub(crate) fn with(&mut self, name: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        write(self.name(name));
    }

    pub(crate) fn number(&mut self, name: &'static str, value: u64) {
        write_number(self.name(name), value);
    }

    pub(crate) fn null(&mut self, name: &'static str) {
        self.name(name).extend_from_slice(b"null");
    }

    pub(crate) fn bool(&mut self, name: &'static str, value: bool) {
        self.name(name).extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// A string of characters that JSON never escapes: ids of users and rooms, names of states.
    pub(crate) fn plain(&mut self, name: &'static str, value: &str) {
        write_plain(self.name(name), value);
    }

    /// Any string.
    pub(crate) fn text(&mut self, name: &'static str, value: &str) {
        write_text(self.name(name), value);
    }

    /// Any string, or null.
    pub(crate) fn text_or_null(&mut self, name: &'static str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.null(name),
        }
    }

    pub(crate) fn time(&mut self, name: &'static str, value: Timestamp) {
        let out = self.name(name);
        out.push(b'"');
        write_time(out, value);
        out.push(b'"');
    }

    pub(crate) fn close(self) {
        self.out.push(b'}');
    }
}

/// Appends a list, each item by `write`.
pub(crate) fn list<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (n, item) in items.into_iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

pub(crate) fn write_number(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

pub(crate) fn write_plain(out: &mut Vec<u8>, value: &str) {
    debug_assert!(value.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'));
    out.push(b'"');
    out.extend_from_slice(value.as_bytes());
    out.push(b'"');
}

pub(crate) fn write_text(out: &mut Vec<u8>, value: &str) {
    serde_json::to_writer(out, value).expect("a string is always JSON, and memory takes it");
}
