//! `usher serve`: from settings to a house that is open, and from a signal to one that is closed.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use usher_api::ParseSettings;
use usher_events::{Note, Patience, Reach, Relay, RelayConfig};
use usher_server::{Delivered, Mode, Server, ServerConfig, Timeouts};

use crate::cli::Serve;
use crate::config::{self, AuthMode, Config};
use crate::failed::Failed;
use crate::wiring::{Opened, Store};
use crate::{logs, say};

/// Serves until SIGTERM or SIGINT.
pub fn run(asked: &Serve) -> Result<(), Failed> {
    let given = asked.settings.with([
        ("--data", "data", asked.data.as_ref().map(|dir| dir.display().to_string())),
        ("--listen", "listen", asked.listen.map(|address| address.to_string())),
        ("--admin", "admin.listen", asked.admin.map(|address| address.to_string())),
        ("--mode", "auth.mode", asked.mode.map(|mode| mode.name().to_string())),
    ]);
    let (config, notes) = config::load(&given)?;
    logs::start(&config.log.level)?;
    notes.iter().for_each(|note| tracing::warn!("{note}"));
    refuse_what_is_not_safe(&config, asked.i_know_this_is_open)?;
    tracing::warn!("mode open: a caller is whoever the request says it is");

    let mut signals = Signals::catch()?;
    let serving = open(&config, &Store::of(&config)?)?;
    let server = &serving.server;
    say(format_args!("listening on http://{} admin on http://{}", server.address(), server.admin_address()));
    signals.wait();
    tracing::info!("ending: finishing the requests in flight; a second signal ends at once");
    signals.end_at_the_next();
    serving.stop();
    Ok(())
}

/// A house that is served, with the relay of its events.
pub struct Serving {
    pub server: Server,
    relay: Relay,
}

impl Serving {
    /// Finishes the requests in flight and closes the house. Events that are not delivered yet are after the next start.
    pub fn stop(self) {
        self.relay.stop();
        self.server.stop();
    }
}

/// Opens the store and begins to serve it in mode open.
pub fn open(config: &Config, store: &Store) -> Result<Serving, Failed> {
    let Opened { backing, bell } = store.open_house(config)?;
    let server = ServerConfig {
        listen: config.listen,
        admin_listen: config.admin.listen,
        mode: Mode::Open,
        parse: ParseSettings { timezone: config.zone()? },
        workers: config.server.workers,
        timeouts: Timeouts {
            head: config.server.head_timeout.get(),
            body: config.server.body_timeout.get(),
            order: config.server.order_timeout.get(),
            in_flight: config.server.in_flight_wait.get(),
            drain: config.server.drain_timeout.get(),
            ..Timeouts::default()
        },
    };
    let metrics = backing.metrics.clone();
    let deliver = RelayConfig {
        reach: Reach::Anywhere,
        patience: Patience::default(),
        clock: backing.clock.clone(),
        note: Arc::new(move |note| {
            metrics.sent(match note {
                Note::Delivered => Delivered::Yes,
                Note::Failed => Delivered::NotYet,
                Note::Parked => Delivered::Never,
            });
        }),
    };
    let house = backing.house.clone();
    let server = usher_server::serve(server, backing).map_err(|error| {
        let (listen, admin) = (config.listen, config.admin.listen);
        Failed::environment(format!("cannot listen on {listen} and {admin}: {error}; choose other ports"))
    })?;
    let relay = usher_events::start(house, bell, deliver)
        .map_err(|error| Failed::environment(format!("cannot start the relay of events: {error}")))?;
    Ok(Serving { server, relay })
}

fn refuse_what_is_not_safe(config: &Config, known_to_be_open: bool) -> Result<(), Failed> {
    match config.auth.mode {
        AuthMode::Open => {}
        AuthMode::Token | AuthMode::Jwt => {
            return Err(Failed::usage(
                "this version knows no access tokens yet, and will not serve openly unless it is told to: \
                 `usher serve --mode open` believes whoever a request names, on loopback only",
            ));
        }
    }
    let others_reach = |address: &SocketAddr| !address.ip().is_loopback();
    match [config.listen, config.admin.listen].into_iter().find(others_reach) {
        Some(address) if !known_to_be_open => Err(Failed::usage(format!(
            "mode open on {address} lets whoever reaches it be anybody: listen on a loopback address, \
             or say --i-know-this-is-open"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// SIGTERM and SIGINT, caught from the start so that none is missed while a store opens.
struct Signals {
    runtime: tokio::runtime::Runtime,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn catch() -> Result<Signals, Failed> {
        let failed = |error: std::io::Error| Failed::environment(format!("cannot catch signals: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let entered = runtime.enter();
        let terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        drop(entered);
        Ok(Signals { runtime, terminate, interrupt })
    }

    fn wait(&mut self) {
        let Signals { runtime, terminate, interrupt } = self;
        runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
    }

    fn end_at_the_next(mut self) {
        let wait = move || {
            self.wait();
            tracing::warn!("ended at once by a second signal; requests in flight got no answer");
            std::process::exit(130);
        };
        std::thread::Builder::new().name("signals".into()).spawn(wait).expect("a thread can be started");
    }
}
