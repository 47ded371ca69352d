//! A proxy between a desk and its server that loses a commit, or its answer.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// What happens to the next commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toxic {
    /// Nothing.
    None,
    /// It never reaches the server.
    LoseCommit,
    /// The server gets it; its answer is lost.
    LoseAnswer,
    /// Its answer is lost, and nobody reaches the server any more.
    LoseServer,
}

const TOXICS: [Toxic; 4] = [Toxic::None, Toxic::LoseCommit, Toxic::LoseAnswer, Toxic::LoseServer];

/// A proxy on a port of its own. It ends with the process.
#[derive(Clone)]
pub struct Proxy {
    port: u16,
    toxic: Arc<AtomicU8>,
}

impl Proxy {
    /// Stands before `server` (host:port).
    pub fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let proxy = Self { port, toxic: Arc::default() };
        let (server, accepting) = (server.to_string(), proxy.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.toxic() != Toxic::LoseServer {
                    let server = TcpStream::connect(&server).expect("the server is there");
                    accepting.join(client, server);
                }
            }
        });
        proxy
    }

    /// Sets what happens to the next commit.
    pub fn set(&self, toxic: Toxic) {
        self.toxic.store(toxic as u8, Ordering::SeqCst);
    }

    fn toxic(&self) -> Toxic {
        TOXICS[usize::from(self.toxic.load(Ordering::SeqCst))]
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    fn join(&self, client: TcpStream, server: TcpStream) {
        let back = (server.try_clone(), client.try_clone());
        let (Ok(mut from), Ok(mut to)) = back else { return };
        std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        let proxy = self.clone();
        std::thread::spawn(move || proxy.forward(client, server));
    }

    fn forward(&self, mut client: TcpStream, mut server: TcpStream) {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = client.read(&mut buffer) {
            let sent = &buffer[..length];
            let toxic = self.toxic();
            if toxic != Toxic::None && sent.windows(6).any(|word| word == b"COMMIT") {
                // The client hears nothing from now on; what the server gets, it does.
                let _ = client.shutdown(Shutdown::Both);
                if toxic != Toxic::LoseCommit {
                    let _ = server.write_all(sent);
                    std::thread::sleep(std::time::Duration::from_millis(200));
                }
                let _ = server.shutdown(Shutdown::Both);
                if toxic != Toxic::LoseServer {
                    self.set(Toxic::None);
                }
                return;
            }
            if server.write_all(sent).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Both);
    }
}
