//! Events leave in order, at least once: signed webhooks.
