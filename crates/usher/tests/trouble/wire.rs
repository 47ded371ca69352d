//! One connection of a client that sees what happens on it, byte for byte.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;

use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }

    /// Whether it is the last of its connection.
    pub fn is_last(&self) -> bool {
        self.head.contains("connection: close")
    }
}

/// A connection that is kept alive.
pub struct Wire(BufReader<TcpStream>);

impl Wire {
    pub fn connect(url: &str) -> Result<Wire> {
        let stream = TcpStream::connect(url.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(super::SOON))?;
        Ok(Wire(BufReader::new(stream)))
    }

    /// Sends a request and waits for its answer.
    pub fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        self.send(method, path, body)?;
        self.receive()
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> Result<()> {
        let length = body.len();
        let head = "host: here\r\ncontent-type: application/json\r\ncontent-length";
        let request = format!("{method} {path} HTTP/1.1\r\n{head}: {length}\r\n\r\n{body}");
        self.0.get_mut().write_all(request.as_bytes())
    }

    fn receive(&mut self) -> Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        let mut body = vec![0; length.parse().map_err(Error::other)?];
        self.0.read_exact(&mut body)?;
        let body = String::from_utf8(body).map_err(Error::other)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Answer { status: status.ok_or(ErrorKind::InvalidData)?, head, body })
    }
}

/// Asks on a connection of its own.
pub fn ask(url: &str, method: &str, path: &str, body: &str) -> Answer {
    Wire::connect(url).and_then(|mut wire| wire.ask(method, path, body)).unwrap()
}
