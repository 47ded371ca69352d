//! Rules: values in, answers out. No I/O, no async, no clock, no randomness.
