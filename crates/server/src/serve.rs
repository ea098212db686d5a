//! Accepts connections until it is told to stop, and then finishes what it began.
//!
//! On a stop, the server first says so to whoever asks for its health, for as long as the settings
//! want. Then no connection is accepted any more, live streams end at once, and requests that
//! were begun have ten seconds. What is cut then was never acknowledged.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use tower::ServiceExt;

use crate::App;
use crate::blobs;
use crate::live::relay;
use crate::origin::Peer;
use crate::reuse;
use crate::start::StartError;

/// Connections at a time; later ones wait in the operating system's queue.
const CONNECTIONS_MAX: usize = 4096;
/// Longest time to agree on TLS.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Longest time to send the head of a request, and longest pause between two requests.
const HEAD_MAX: Duration = Duration::from_secs(30);
/// Time for requests that were begun when the server was told to stop.
const FINISH_MAX: Duration = Duration::from_secs(10);
/// Pause after the operating system gave no connection, for example for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Takes an address.
///
/// # Errors
/// [`StartError::AddressTaken`] where another program has it, [`StartError::Listen`] otherwise.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => StartError::AddressTaken { address },
            _ => StartError::Listen { address, source },
        })
}

/// Serves until `shutdown` is ready.
pub async fn serve(app: App, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    let router = app.router();
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let accepting = async {
        // The semaphore is never closed, so this loop ends only by the shutdown.
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let way = Way {
                        router: router.clone(),
                        watcher: graceful.watcher(),
                        place,
                    };
                    tokio::spawn(greet(app.clone(), stream, peer, way));
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection was accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        // Cut where it waits; what it was committing is committed.
        () = reuse::run(&app) => {}
        () = blobs::sweep(&app) => {}
        () = relay::run(&app) => {}
        () = async {
            shutdown.await;
            tracing::info!("draining");
            app.begin_draining();
            sleep(app.drain()).await;
        } => {}
    }
    drop(listener);
    tracing::info!("stopping");
    app.stopping().cancel();
    app.tasks().close();
    let finished = async {
        graceful.shutdown().await;
        app.tasks().wait().await;
    };
    if timeout(FINISH_MAX, finished).await.is_err() {
        tracing::warn!("requests were cut; none of them was acknowledged");
    }
}

/// What a connection needs of its server.
struct Way {
    router: Router,
    watcher: Watcher,
    place: OwnedSemaphorePermit,
}

/// Agrees on TLS, where the server speaks it, and answers.
async fn greet(app: App, stream: TcpStream, peer: SocketAddr, way: Way) {
    // Answers are small and complete; waiting to fill a packet would only delay them.
    drop(stream.set_nodelay(true));
    let peer = |over_tls| Peer {
        address: peer.ip(),
        over_tls,
    };
    let Some(tls) = app.tls() else {
        return answer(stream, peer(false), way).await;
    };
    let agreed = tokio::select! {
        agreed = timeout(HANDSHAKE_MAX, tls.acceptor().accept(stream)) => agreed,
        // Nothing was asked yet.
        () = app.stopping().cancelled() => return,
    };
    match agreed {
        Ok(Ok(stream)) => answer(stream, peer(true), way).await,
        Ok(Err(error)) => tracing::debug!(%error, "TLS was not agreed on"),
        Err(_) => tracing::debug!("TLS was not agreed on in time"),
    }
}

/// Answers what is asked on a connection until it ends.
async fn answer<S>(stream: S, peer: Peer, way: Way)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Way {
        router,
        watcher,
        place: _place,
    } = way;
    let router = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // A connection that breaks is the network's doing, and the request was answered or not.
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}
