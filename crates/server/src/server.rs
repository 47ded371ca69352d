//! Starting and ending: listeners, one thread per core, draining.
//!
//! One thread takes connections and hands them round; each worker serves its own on a runtime of its own, so that a
//! request never moves between cores. The operator is served by the thread at the door.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use usher_engine::House;

use crate::config::{Backing, ServerConfig, Timeouts};
use crate::connection::{Stop, serve as serve_connection};
use crate::dispatch::Dispatch;
use crate::front::Front;
use crate::table::Table;
use crate::{admin, routes};

/// A server that serves until it is told to stop.
pub struct Server {
    address: SocketAddr,
    admin_address: SocketAddr,
    stop: Arc<Stop>,
    close: Arc<Stop>,
    linger: Duration,
    threads: Vec<JoinHandle<()>>,
    house: House,
}

/// Connections that wait to be taken.
const BACKLOG: u32 = 4096;
/// Connections that wait for one worker.
const HANDED_MAX: usize = 1024;
/// Without a free descriptor, taking connections pauses for so long.
const PAUSE: Duration = Duration::from_millis(50);

/// Binds both listeners and serves from threads of its own; returns at once, ready.
///
/// # Errors
/// If an address cannot be bound.
pub fn serve(config: ServerConfig, backing: Backing) -> io::Result<Server> {
    let door = runtime()?;
    let listener = listen(&door, config.listen)?;
    let admin_listener = listen(&door, config.admin_listen)?;
    let (address, admin_address) = (listener.local_addr()?, admin_listener.local_addr()?);
    let house = backing.house.clone();
    let (stop, close) = (Arc::new(Stop::default()), Arc::new(Stop::default()));
    let metrics = backing.metrics.clone();
    let front = Arc::new(Front::new(&config, backing, stop.clone()));
    let buyers = Dispatch::new(front.clone(), Arc::new(Table::new(routes::table(), &metrics)));
    let operator = Dispatch::new(front.clone(), Arc::new(Table::new(admin::table(), &metrics)));
    let workers = match config.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let mut threads = Vec::new();
    let mut hands = Vec::new();
    for n in 0..workers {
        let (hand, handed) = mpsc::channel(HANDED_MAX);
        let worker = Worker {
            dispatch: buyers.clone(),
            close: close.clone(),
            timeouts: config.timeouts,
            front: front.clone(),
        };
        let runtime = runtime()?;
        threads.push(thread(format!("http-{n}"), move || runtime.block_on(worker.run(handed)))?);
        hands.push(hand);
    }
    let worker = Worker { dispatch: operator, close: close.clone(), timeouts: config.timeouts, front };
    let (hand, handed) = mpsc::channel(HANDED_MAX);
    let run = move || {
        door.block_on(async {
            tokio::join!(
                take(listener, hands, worker.close.clone()),
                take(admin_listener, vec![hand], worker.close.clone()),
                worker.run(handed),
            )
        });
    };
    threads.push(thread("http-door".into(), run)?);
    let linger = config.timeouts.linger;
    Ok(Server { address, admin_address, stop, close, linger, threads, house })
}

impl Server {
    /// Where buyers are served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the operator is served.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin_address
    }

    /// Answers what has been sent, takes no new connections, closes the house, and returns. Blocks.
    pub fn stop(self) {
        self.stop.tell();
        std::thread::sleep(self.linger);
        self.close.tell();
        for thread in self.threads {
            // A worker that panicked has said so; ending goes on.
            let _ = thread.join();
        }
        self.house.close();
    }
}

/// Serves the connections that it is handed.
struct Worker {
    dispatch: Dispatch,
    close: Arc<Stop>,
    timeouts: Timeouts,
    front: Arc<Front>,
}

impl Worker {
    /// Ends when nobody hands connections any more and those that are open are done, or after the time to drain.
    async fn run(self, mut handed: mpsc::Receiver<std::net::TcpStream>) {
        let (open, mut all_closed) = mpsc::channel::<()>(1);
        while let Some(stream) = handed.recv().await {
            // A stream that cannot be registered is closed, and its client tries again.
            let Ok(stream) = TcpStream::from_std(stream) else { continue };
            let serving =
                serve_connection(stream, self.dispatch.clone(), self.close.clone(), self.timeouts.head);
            let (open, front) = (open.clone(), self.front.clone());
            tokio::spawn(async move {
                front.backing.metrics.connections().inc();
                serving.await;
                front.backing.metrics.connections().dec();
                drop(open);
            });
        }
        drop(open);
        if tokio::time::timeout(self.timeouts.drain, all_closed.recv()).await.is_err() {
            tracing::warn!("requests were still running when the time to drain was over");
        }
    }
}

/// Takes connections and hands them round until told to close.
async fn take(listener: TcpListener, hands: Vec<mpsc::Sender<std::net::TcpStream>>, close: Arc<Stop>) {
    let mut told = std::pin::pin!(close.told());
    for hand in hands.iter().cycle() {
        let taken = tokio::select! {
            taken = listener.accept() => taken,
            () = &mut told => return,
        };
        match taken.and_then(|(stream, _)| stream.into_std()) {
            // A worker that is gone has panicked; the connection is closed.
            Ok(stream) => drop(hand.send(stream).await),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken; raise the limit of open files if this persists");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn listen(runtime: &Runtime, address: SocketAddr) -> io::Result<TcpListener> {
    let _within = runtime.enter();
    let bound = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound().map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

fn thread(name: String, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name).spawn(run)
}
