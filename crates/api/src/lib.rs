//! What travels over HTTP, and every way we say no.
