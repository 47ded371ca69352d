//! One request, written into buffers that are used again.

use std::fmt::{Arguments, Write};

use bytes::{Bytes, BytesMut};
use http_body_util::Full;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};

use crate::target::Target;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A request being written. [`Draft::start`] begins a new one.
#[derive(Debug)]
pub struct Draft {
    kind: &'static str,
    method: Method,
    path: BytesMut,
    body: BytesMut,
    scratch: BytesMut,
    headers: HeaderMap,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            kind: "",
            method: Method::GET,
            path: BytesMut::new(),
            body: BytesMut::new(),
            scratch: BytesMut::new(),
            headers: HeaderMap::new(),
        }
    }
}

impl Draft {
    /// Begins a request. Requests of one `kind` share a line in the report; `path` includes the query.
    pub fn start(&mut self, kind: &'static str, method: Method, path: Arguments<'_>) -> &mut Self {
        self.kind = kind;
        self.method = method;
        self.path.clear();
        self.body.clear();
        self.headers.clear();
        write(&mut self.path, path);
        self
    }

    /// Gives it a JSON body.
    pub fn json(&mut self, body: Arguments<'_>) -> &mut Self {
        self.body.clear();
        write(&mut self.body, body);
        self.headers.insert(header::CONTENT_TYPE, JSON);
        self
    }

    /// Gives it an idempotency key, of visible ASCII.
    pub fn key(&mut self, key: Arguments<'_>) -> &mut Self {
        self.header(IDEMPOTENCY_KEY, key)
    }

    /// Gives it a header; the value is visible ASCII.
    pub fn header(&mut self, name: HeaderName, value: Arguments<'_>) -> &mut Self {
        write(&mut self.scratch, value);
        let value = HeaderValue::from_maybe_shared(self.scratch.split().freeze());
        self.headers.insert(name, value.expect("scripts write visible ASCII into headers"));
        self
    }

    /// The line of the report that the request belongs to.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The request as hyper wants it; the buffers are this draft's again once it has been sent.
    pub(crate) fn request(&mut self, target: &Target) -> Request<Full<Bytes>> {
        let path = Uri::from_maybe_shared(self.path.split().freeze());
        let mut request = Request::new(Full::new(self.body.split().freeze()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = path.expect("scripts write valid paths");
        self.headers.insert(header::HOST, target.host().clone());
        *request.headers_mut() = std::mem::take(&mut self.headers);
        request
    }
}

fn write(buffer: &mut BytesMut, text: Arguments<'_>) {
    buffer.write_fmt(text).expect("a buffer grows");
}
