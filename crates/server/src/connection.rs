//! One connection: HTTP/1.1, kept alive until it is idle for long or the server ends.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::dispatch::Dispatch;

/// Tells whoever listens that something is over: that the server ends, or that its time to linger has passed.
#[derive(Default)]
pub(crate) struct Stop {
    told: AtomicBool,
    wake: Notify,
}

impl Stop {
    pub(crate) fn tell(&self) {
        self.told.store(true, Ordering::SeqCst);
        self.wake.notify_waiters();
    }

    pub(crate) fn is_told(&self) -> bool {
        self.told.load(Ordering::Relaxed)
    }

    /// Ends once it was told.
    pub(crate) async fn told(&self) {
        let told = self.wake.notified();
        if !self.told.load(Ordering::SeqCst) {
            told.await;
        }
    }
}

/// The most bytes of a head that are taken in before it is judged; beyond, it gets a bare 431.
const HEAD_MAX: usize = 64 * 1024;

/// Serves a connection until it closes. Once told to close, it finishes the request in flight, and one that has
/// come in already.
pub(crate) async fn serve(stream: TcpStream, dispatch: Dispatch, close: Arc<Stop>, head_timeout: Duration) {
    // Answers are small and whole: waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .half_close(true)
        .max_buf_size(HEAD_MAX)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(stream), dispatch);
    let mut connection = pin!(connection);
    let mut told = pin!(close.wake.notified());
    let mut is_watching = false;
    let mut is_ending = false;
    let served = poll_fn(|cx| {
        // Polled once to be woken; then a flag is cheaper than asking again with every request.
        if !is_watching {
            is_watching = true;
            let _ = told.as_mut().poll(cx);
        }
        // First what has come in: a connection that looks idle is closed at once, with a request unread in it.
        let served = connection.as_mut().poll(cx);
        if served.is_ready() || is_ending || !close.is_told() {
            return served;
        }
        is_ending = true;
        connection.as_mut().graceful_shutdown();
        connection.as_mut().poll(cx)
    });
    if let Err(error) = served.await {
        tracing::debug!(%error, "a connection ended early");
    }
}
