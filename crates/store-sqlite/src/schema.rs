//! The schema: lean rows, no secondary index on what the hot path writes, constraints as the last line.

/// Raised with every change that an older binary could not serve.
pub(crate) const VERSION: i64 = 2;
/// "Ushr": says that a file is ours.
pub(crate) const APPLICATION_ID: i64 = 0x5573_6872;

/// Why each table looks as it does: docs/adr/0001-lean-rows.md.
pub(crate) const CREATE: &str = "
CREATE TABLE concerts(
  id INTEGER PRIMARY KEY, title TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;

CREATE TABLE performances(
  id INTEGER PRIMARY KEY, concert INTEGER NOT NULL, begins_at INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
  title TEXT NOT NULL, description TEXT, price INTEGER NOT NULL CHECK(price >= 0),
  seats_max INTEGER NOT NULL CHECK(seats_max > 0), sale_opens_at INTEGER NOT NULL, sale_closes_at INTEGER NOT NULL,
  hold_ttl_ms INTEGER NOT NULL, seats_per_user_max INTEGER NOT NULL, room TEXT NOT NULL,
  created_at INTEGER NOT NULL) STRICT;
CREATE INDEX performances_by_concert ON performances(concert);

CREATE TABLE stages(
  performance INTEGER PRIMARY KEY, state INTEGER NOT NULL, version INTEGER NOT NULL, event_sequence INTEGER NOT NULL,
  held INTEGER NOT NULL CHECK(held >= 0), sold INTEGER NOT NULL CHECK(sold >= 0),
  blocked INTEGER NOT NULL CHECK(blocked >= 0), bookings INTEGER NOT NULL CHECK(bookings >= 0),
  bookings_when_cancelled INTEGER NOT NULL, refunded INTEGER NOT NULL,
  -- Bit n: seat n is taken. Refuses a second claim.
  taken BLOB NOT NULL) STRICT;
CREATE INDEX stages_unfinished ON stages(performance) WHERE state = 2 AND (held > 0 OR bookings > 0);

-- Live claims, where a sale appends them; hold 0: blocked by the operator.
CREATE TABLE claims(
  performance INTEGER NOT NULL, hold INTEGER NOT NULL, seat INTEGER NOT NULL, state INTEGER NOT NULL, user TEXT,
  PRIMARY KEY(performance, hold, seat)) STRICT, WITHOUT ROWID;

CREATE TABLE holds(
  id INTEGER PRIMARY KEY, performance INTEGER NOT NULL, user TEXT NOT NULL, seats BLOB NOT NULL,
  amount INTEGER NOT NULL CHECK(amount >= 0), created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  state INTEGER NOT NULL, booking INTEGER, payment INTEGER, room TEXT, place INTEGER) STRICT;

CREATE TABLE bookings(
  id INTEGER PRIMARY KEY, hold INTEGER NOT NULL UNIQUE, payment INTEGER NOT NULL, performance INTEGER NOT NULL,
  user TEXT NOT NULL, created_at INTEGER NOT NULL, closed_when_booked INTEGER NOT NULL,
  cancelled INTEGER NOT NULL) STRICT;

CREATE TABLE payments(
  id INTEGER PRIMARY KEY, hold INTEGER NOT NULL UNIQUE, booking INTEGER NOT NULL, performance INTEGER NOT NULL,
  user TEXT NOT NULL, amount INTEGER NOT NULL CHECK(amount >= 0), method INTEGER, created_at INTEGER NOT NULL,
  refunded_at INTEGER, refund INTEGER) STRICT;

CREATE TABLE accounts(
  user TEXT PRIMARY KEY, id INTEGER NOT NULL, balance INTEGER NOT NULL CHECK(balance >= 0),
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, event_sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE movements(
  id INTEGER PRIMARY KEY, user TEXT NOT NULL, reason INTEGER NOT NULL, amount INTEGER NOT NULL CHECK(amount > 0),
  balance_after INTEGER NOT NULL CHECK(balance_after >= 0), hold INTEGER, created_at INTEGER NOT NULL) STRICT;

-- Transfers and payments by user, written behind in sorted slices; kind: 0 transfer, 1 both, 2 payment alone.
CREATE TABLE history(
  user TEXT NOT NULL, id INTEGER NOT NULL, kind INTEGER NOT NULL, PRIMARY KEY(user, id)) STRICT, WITHOUT ROWID;

-- Rooms are few; a place is written at the end of its room, and found by its user in memory.
CREATE TABLE rooms(
  id TEXT PRIMARY KEY, packed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE places(
  room TEXT NOT NULL, number INTEGER NOT NULL, user TEXT NOT NULL, joined_at INTEGER NOT NULL,
  event_sequence INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY(room, number)) STRICT, WITHOUT ROWID;

-- Two tables by turns: one takes new answers for 24 h while the other, older one is still looked up.
CREATE TABLE answers_new(
  id INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;
CREATE TABLE answers_0(
  key BLOB PRIMARY KEY, request INTEGER NOT NULL, answered BLOB NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE answers_1(
  key BLOB PRIMARY KEY, request INTEGER NOT NULL, answered BLOB NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- One row a batch: its events, packed.
CREATE TABLE events(
  first INTEGER PRIMARY KEY, last INTEGER NOT NULL, at INTEGER NOT NULL, packed BLOB NOT NULL) STRICT;

CREATE TABLE webhooks(
  id INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;
CREATE TABLE deliveries(
  webhook INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;

CREATE TABLE meta(
  name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES
  ('secret', randomblob(16)), ('history_until', 0), ('answers_turn', 0), ('answers_since', 0), ('hold_ttl_max_ms', 0),
  ('balance_last', 0), ('webhook_last', 0);
";
