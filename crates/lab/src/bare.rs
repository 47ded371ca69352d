//! A bare hyper server: what a machine can do at best, to measure servers and the generator itself against.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

use crate::cpu;

/// A bare server on a thread of its own, on a free loopback port. It ends when dropped.
pub struct Bare {
    address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<Duration>>,
}

impl Bare {
    /// Answers every request by `respond`.
    pub fn serve<F>(respond: F) -> std::io::Result<Self>
    where
        F: Fn(Parts, Bytes) -> Response<Full<Bytes>> + Send + Sync + 'static,
    {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (end, ended) = oneshot::channel();
        let respond = Arc::new(respond);
        let thread = std::thread::spawn(move || {
            LocalSet::new().block_on(&runtime, accept(listener, respond, ended));
            cpu::of_this_thread()
        });
        Ok(Self { address, end: Some(end), thread: Some(thread) })
    }

    /// Answers every request with the same bytes.
    pub fn answering(body: Bytes) -> std::io::Result<Self> {
        Self::serve(move |_, _| Response::new(Full::new(body.clone())))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it; the CPU time it has used in all.
    pub fn end(mut self) -> Duration {
        self.stop().unwrap_or_default()
    }

    fn stop(&mut self) -> Option<Duration> {
        drop(self.end.take());
        self.thread.take()?.join().ok()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn accept<F>(listener: std::net::TcpListener, respond: Arc<F>, ended: oneshot::Receiver<()>)
where
    F: Fn(Parts, Bytes) -> Response<Full<Bytes>> + 'static,
{
    let listener = TcpListener::from_std(listener).expect("the listener is non-blocking");
    let accepting = async {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::task::spawn_local(converse(stream, respond.clone()));
        }
    };
    tokio::select! {
        () = accepting => {}
        _ = ended => {}
    }
}

async fn converse<F>(stream: TcpStream, respond: Arc<F>)
where
    F: Fn(Parts, Bytes) -> Response<Full<Bytes>> + 'static,
{
    let service = service_fn(|request: Request<Incoming>| async {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok::<_, hyper::Error>(respond(parts, body))
    });
    if stream.set_nodelay(true).is_ok() {
        // A client that goes away in the middle of a request is no concern of a bare server.
        let _gone = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }
}
