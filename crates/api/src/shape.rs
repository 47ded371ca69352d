//! The shapes of requests and answers, for the generated OpenAPI document. Tests hold them against what is rendered.
