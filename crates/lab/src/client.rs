//! One keep-alive connection with one request in flight, on hyper's connection API.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{HeaderMap, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::draft::Draft;
use crate::target::Target;

type Connection = http1::Connection<TokioIo<TcpStream>, Full<Bytes>>;

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Whether it is a 2xx: the only answers that count as done.
    pub fn is_ok(&self) -> bool {
        self.status.is_success()
    }
}

/// Why no answer came. The request may or may not have had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// Nobody accepted the connection: the request was not sent.
    #[error("connection refused")]
    Refused,
    /// The connection ended before the whole answer had come.
    #[error("connection lost")]
    Lost,
    /// The answer took longer than the client waits.
    #[error("timed out")]
    TimedOut,
}

/// A buyer's connection: opened when needed, kept between requests, opened anew after it broke.
pub struct Client {
    target: Target,
    patience: Duration,
    wire: Option<Wire>,
}

impl Client {
    /// A client that waits up to `patience` for an answer.
    pub fn new(target: Target, patience: Duration) -> Self {
        Self { target, patience, wire: None }
    }

    /// Opens the connection ahead of the first request, so that it is not measured.
    pub async fn connect(&mut self) -> Result<(), Silence> {
        if self.wire.is_none() {
            self.wire = Some(Wire::open(&self.target).await?);
        }
        Ok(())
    }

    /// Sends the drafted request and waits for the whole answer.
    ///
    /// A connection that the server closed while it was idle is opened anew before anything is sent; a request
    /// that was sent is never sent again.
    pub async fn send(&mut self, draft: &mut Draft) -> Result<Answer, Silence> {
        let request = draft.request(&self.target);
        let target = &self.target;
        let wire = &mut self.wire;
        let exchange = async {
            let mut open = match wire.take() {
                Some(mut open) => match open.ready().await {
                    Ok(()) => open,
                    Err(_) => Wire::open(target).await?,
                },
                None => Wire::open(target).await?,
            };
            let answer = open.exchange(request).await?;
            *wire = Some(open);
            Ok(answer)
        };
        tokio::time::timeout(self.patience, exchange).await.unwrap_or(Err(Silence::TimedOut))
    }
}

/// Both halves of hyper's connection, driven by the same task: no hand-over between tasks per request.
struct Wire {
    sender: SendRequest<Full<Bytes>>,
    connection: Pin<Box<Connection>>,
}

impl Wire {
    async fn open(target: &Target) -> Result<Self, Silence> {
        let stream = TcpStream::connect(target.address()).await.map_err(|_| Silence::Refused)?;
        stream.set_nodelay(true).map_err(|_| Silence::Refused)?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|_| Silence::Refused)?;
        let mut wire = Self { sender, connection: Box::pin(connection) };
        wire.ready().await.map_err(|_| Silence::Refused)?;
        Ok(wire)
    }

    async fn ready(&mut self) -> Result<(), Silence> {
        let Self { sender, connection } = self;
        beside(connection, sender.ready()).await?.map_err(|_| Silence::Lost)
    }

    async fn exchange(&mut self, request: hyper::Request<Full<Bytes>>) -> Result<Answer, Silence> {
        let Self { sender, connection } = self;
        let work = async {
            let response = sender.send_request(request).await?;
            whole(response).await
        };
        beside(connection, work).await?.map_err(|_| Silence::Lost)
    }
}

/// Drives the connection while `work` waits for it.
async fn beside<W: Future>(connection: &mut Pin<Box<Connection>>, work: W) -> Result<W::Output, Silence> {
    let mut work = pin!(work);
    let mut step = |context: &mut Context<'_>| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(done));
        }
        let is_over = connection.as_mut().poll(context).is_ready();
        match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending if is_over => Poll::Ready(Err(Silence::Lost)),
            Poll::Pending => Poll::Pending,
        }
    };
    poll_fn(move |context| step(context)).await
}

async fn whole(response: Response<Incoming>) -> Result<Answer, hyper::Error> {
    let (parts, mut body) = response.into_parts();
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if joined.is_empty() && first.is_empty() {
            first = data;
        } else {
            if joined.is_empty() {
                joined.extend_from_slice(&first);
            }
            joined.extend_from_slice(&data);
        }
    }
    let body = if joined.is_empty() { first } else { joined.freeze() };
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}
