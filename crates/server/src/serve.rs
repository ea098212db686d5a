//! Accepts connections until it is told to stop, and then finishes what it began.
//!
//! On a stop, no connection is accepted any more, live streams end at once, and requests that
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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use tower::ServiceExt;

use crate::App;
use crate::reuse;
use crate::start::StartError;
use crate::uploads;
use crate::visitors::Peer;

/// Connections at a time; later ones wait in the operating system's queue.
const CONNECTIONS_MAX: usize = 4096;
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
                    answer(stream, peer, router.clone(), graceful.watcher(), place);
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
        () = uploads::drop_abandoned(&app) => {}
        () = shutdown => {}
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

fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
    place: OwnedSemaphorePermit,
) {
    let router = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        request
    });
    // Answers are small and complete; waiting to fill a packet would only delay them.
    drop(stream.set_nodelay(true));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = watcher.watch(connection);
    tokio::spawn(async move {
        let _place = place;
        // A connection that breaks is the network's doing, and the request was answered or not.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke");
        }
    });
}
