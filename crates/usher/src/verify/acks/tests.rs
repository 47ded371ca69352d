//! A record of answers against a store that lost one.
