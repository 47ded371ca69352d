//! SQL text for many rows at once. Statements differ in their number of rows, so they are text, not prepared; what
//! is not a number or a plain name is written as hexadecimal digits, so that no value can be read as SQL.

use std::fmt::Write;

use usher_engine::StoreError;

use crate::link::Link;

/// Rows of one statement at most. Well under the thousand from which MariaDB rewrites an IN list as a join.
pub(crate) const ROWS_MAX: usize = 500;
/// Text of one statement, about; well under the smallest `max_allowed_packet` in use, of 4 MiB.
const BYTES_MAX: usize = 1 << 20;

/// A row as SQL: `(1,'kim',NULL)`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tuple(String);

impl Tuple {
    fn next(&mut self) -> &mut String {
        self.0.push(if self.0.is_empty() { '(' } else { ',' });
        &mut self.0
    }

    pub(crate) fn int(mut self, number: i64) -> Self {
        let _ = write!(self.next(), "{number}");
        self
    }

    pub(crate) fn id(mut self, number: u64) -> Self {
        let _ = write!(self.next(), "{number}");
        self
    }

    pub(crate) fn maybe(mut self, number: Option<i64>) -> Self {
        match number {
            Some(number) => self.int(number),
            None => {
                self.next().push_str("NULL");
                self
            }
        }
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        push_text(self.next(), text);
        self
    }

    pub(crate) fn maybe_text(mut self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => {
                self.next().push_str("NULL");
                self
            }
        }
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        push_bytes(self.next(), bytes);
        self
    }

    pub(crate) fn close(mut self) -> String {
        self.0.push(')');
        self.0
    }
}

fn push_text(sql: &mut String, text: &str) {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'_' | b'@' | b'-');
    if text.bytes().all(is_plain) {
        let _ = write!(sql, "'{text}'");
    } else {
        sql.push_str("_utf8mb4 ");
        push_bytes(sql, text.as_bytes());
    }
}

fn push_bytes(sql: &mut String, bytes: &[u8]) {
    sql.push_str("x'");
    for byte in bytes {
        let _ = write!(sql, "{byte:02x}");
    }
    sql.push('\'');
}

/// Text as a literal.
pub(crate) fn text(text: &str) -> String {
    let mut sql = String::new();
    push_text(&mut sql, text);
    sql
}

/// Bytes as a literal.
pub(crate) fn bytes(bytes: &[u8]) -> String {
    let mut sql = String::new();
    push_bytes(&mut sql, bytes);
    sql
}

/// Calls `run` with comma-separated lists of literals, each of a bounded length; with none if there are none.
pub(crate) fn in_lists(
    literals: impl IntoIterator<Item = String>,
    separator: &str,
    mut run: impl FnMut(&str, usize) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (mut list, mut rows) = (String::new(), 0);
    for literal in literals {
        if rows > 0 && (rows == ROWS_MAX || list.len() + literal.len() > BYTES_MAX) {
            run(&list, rows)?;
            list.clear();
            rows = 0;
        }
        if rows > 0 {
            list.push_str(separator);
        }
        list.push_str(&literal);
        rows += 1;
    }
    if rows > 0 {
        run(&list, rows)?;
    }
    Ok(())
}

/// Inserts rows, a bounded number a statement: `head` goes before them, `tail` after.
pub(crate) fn insert(
    link: &mut Link,
    what: &'static str,
    head: &str,
    rows: impl IntoIterator<Item = Tuple>,
    tail: &str,
) -> Result<(), StoreError> {
    in_lists(rows.into_iter().map(Tuple::close), ",", |list, _| {
        link.run(what, &format!("{head} VALUES {list} {tail}")).map(drop)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_end_its_literal() {
        for text in ["'; DROP TABLE holds; --", "\\", "밤의 노래", "a\0b", "\""] {
            let sql = Tuple::default().text(text).close();
            assert!(sql.starts_with("(_utf8mb4 x'") && !sql[12..sql.len() - 2].contains('\''), "{sql}");
        }
        assert_eq!(Tuple::default().text("kim.minji_7@example-1").close(), "('kim.minji_7@example-1')");
    }

    #[test]
    fn many_rows_go_in_lists_of_a_bounded_length() {
        let mut sizes = Vec::new();
        let rows = (0..1_201).map(|n: u32| n.to_string());
        in_lists(rows, ",", |_, rows| {
            sizes.push(rows);
            Ok(())
        })
        .expect("nothing fails here");
        assert_eq!(sizes, [500, 500, 201]);
    }
}
