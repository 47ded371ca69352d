//! HTTP, pages and metrics.
