//! Notices for open consoles.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use tokio::time::sleep;
use tokio_stream::wrappers::BroadcastStream;
use xunfang_domain::{Object, Verb};
use xunfang_protocol::{ErrorBody, LiveNotice};

use super::openapi::SessionRefusals;
use crate::App;
use crate::error::ApiError;
use crate::session::Session;

/// Keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// After this long the browser connects again, and a session that was revoked is noticed.
const STREAM_MAX: Duration = Duration::from_secs(600);

/// Streams server-sent events named `notice`.
///
/// The stream ends when the listener falls behind or the server stops. The browser then connects
/// again by itself and asks for everything once.
#[utoipa::path(
    get,
    path = "/api/v1/live",
    tag = "console",
    security(("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "Events", content_type = "text/event-stream", body = LiveNotice),
        (status = 403, description = "forbidden", body = ErrorBody),
    )
)]
pub(super) async fn stream(
    State(app): State<App>,
    session: Session,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let mine = session.actor.district;
    session.require(Verb::Read, Object::ReviewQueue { district: mine })?;
    let stopping = app.stopping().clone();
    let over = async move {
        tokio::select! {
            () = stopping.cancelled() => {}
            () = sleep(STREAM_MAX) => {}
        }
    };
    let notices = BroadcastStream::new(app.live().listen())
        // A lagged listener is an error here, and ends the stream.
        .take_while(|notice| std::future::ready(notice.is_ok()))
        .filter_map(move |notice| {
            let notice = notice.ok().filter(|(district, _)| *district == mine);
            std::future::ready(notice.and_then(|(_, notice)| event(&notice)))
        })
        .map(Ok)
        .take_until(Box::pin(over));
    Ok(Sse::new(notices).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn event(notice: &LiveNotice) -> Option<Event> {
    Event::default().event("notice").json_data(notice).ok()
}
