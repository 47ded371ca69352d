//! A stream of events about one's own place, on a connection of its own.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::seen::Place;
use crate::target::Target;

/// How long a stream may take to begin.
const PATIENCE: Duration = Duration::from_secs(5);
/// An event is far smaller.
const EVENT_MAX: usize = 64 * 1024;

pub(super) struct Stream {
    body: Incoming,
    unread: BytesMut,
    connection: JoinHandle<()>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Stream {
    /// Opens it; `None` if the house would rather be asked.
    pub async fn open(target: &Target, path: &str) -> Option<Self> {
        tokio::time::timeout(PATIENCE, Self::begin(target, path)).await.ok().flatten()
    }

    async fn begin(target: &Target, path: &str) -> Option<Self> {
        let stream = TcpStream::connect(target.address()).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        let connection = tokio::task::spawn_local(async move {
            // How it ended shows in the body.
            let _ = connection.await;
        });
        let request = Request::get(path)
            .header(header::HOST, target.host())
            .header(header::ACCEPT, "text/event-stream")
            .body(Empty::<Bytes>::new())
            .expect("the path is visible ASCII");
        let answer = sender.send_request(request).await.ok();
        match answer.filter(|answer| answer.status().is_success()) {
            Some(answer) => Some(Self { body: answer.into_body(), unread: BytesMut::new(), connection }),
            None => {
                connection.abort();
                None
            }
        }
    }

    /// The next word about the place; `None` once the stream has ended.
    pub async fn next(&mut self) -> Option<Place> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|two| two == b"\n\n") {
                let event = self.unread.split_to(end + 2);
                if let Some(place) = place(&event) {
                    return Some(place);
                }
                continue;
            }
            if self.unread.len() > EVENT_MAX {
                return None;
            }
            let frame = self.body.frame().await?.ok()?;
            if let Ok(data) = frame.into_data() {
                self.unread.extend_from_slice(&data);
            }
        }
    }
}

/// What an event says; `None` for a comment.
fn place(event: &[u8]) -> Option<Place> {
    let lines = event.split(|byte| *byte == b'\n');
    let data = lines.filter_map(|line| line.strip_prefix(b"data: ")).next()?;
    serde_json::from_slice(data).ok()
}
