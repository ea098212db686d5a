//! What is for whoever runs the server, on an address of its own: figures and health.
//!
//! Nobody signs in there, so it is never the public address, and nothing of it is told to anybody
//! whom the address is not open to.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::App;
use crate::api::health;
use crate::error::ApiError;
use crate::metrics;

/// The form of the answer, which scrapers ask for by name.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers until the server stops.
///
/// # Errors
/// The operating system's, where connections cannot be accepted any more.
pub async fn serve_admin(app: App, listener: TcpListener) -> std::io::Result<()> {
    let stopping = app.stopping().clone();
    let router = Router::new()
        .route("/metrics", get(figures))
        .route("/livez", get(health::live))
        .route("/healthz", get(health::show))
        .with_state(app);
    axum::serve(listener, router)
        .with_graceful_shutdown(async move { stopping.cancelled().await })
        .await
}

async fn figures(State(app): State<App>) -> Result<Response, ApiError> {
    let figures = metrics::scrape(&app).await?;
    Ok(([(CONTENT_TYPE, OPEN_METRICS)], figures).into_response())
}
