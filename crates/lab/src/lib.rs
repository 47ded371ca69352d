//! Crowds, drills and verdicts, from outside: over HTTP and in no other way.
