//! House rules as failing tests.
