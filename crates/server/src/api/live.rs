//! Notices for open consoles.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::sleep;
use tokio_stream::wrappers::BroadcastStream;
use xunfang_domain::{Object, UnixMillis, Verb};
use xunfang_protocol::{ErrorBody, LiveBegun, LiveNotice};

use super::openapi::SessionRefusals;
use crate::App;
use crate::error::ApiError;
use crate::live::{self, Told};
use crate::session::Session;

/// Keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// After this long the browser connects again, and a session that was revoked is noticed.
const STREAM_MAX: Duration = Duration::from_secs(600);
/// Whoever was away for longer asks for everything: an hour, in milliseconds.
const RESUMED_MAX_MS: i64 = 60 * 60_000;

/// Streams server-sent events: first `begun`, which says whether it goes on where the listener left
/// off, then a `notice` for every change. Each carries an id; a browser that comes back sends the last
/// one as `Last-Event-ID`, and hears first what changed since.
///
/// The stream ends when the listener falls behind or the server stops. The browser then connects
/// again by itself. Where `begun` does not go on, it asks for everything once.
#[utoipa::path(
    get,
    path = "/api/v1/live",
    tag = "console",
    params(
        ("last-event-id" = Option<String>, Header, description = "Id of the last event that came"),
    ),
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
    headers: HeaderMap,
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
    // It hears before it looks, so that nothing falls in between.
    let heard = BroadcastStream::new(app.live().listen());
    let now = app.now();
    let missed = match last_heard(&headers, now) {
        Some(last) => {
            let database = app.database();
            database.read(move |db| live::since(db, mine, last)).await?
        }
        None => None,
    };
    let begun = Event::default()
        .event("begun")
        .json_data(LiveBegun {
            resumed: missed.is_some(),
        })
        .ok()
        .map(|event| event.id(now.get().to_string()));
    let missed = missed.unwrap_or_default().into_iter();
    let missed = missed.filter_map(move |notice| event(now, &notice));
    let notices = heard
        // Whoever lags behind hears an error here. Either ends the stream, and the next one begins
        // where this one was.
        .take_while(|told| std::future::ready(matches!(told, Ok(Told::Notice { .. }))))
        .filter_map(move |told| {
            let event = match told {
                Ok(Told::Notice {
                    district,
                    at,
                    notice,
                }) if district == mine => event(at, &notice),
                _ => None,
            };
            std::future::ready(event)
        });
    let events = stream::iter(begun.into_iter().chain(missed))
        .chain(notices)
        .map(Ok)
        .take_until(Box::pin(over));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// The time of what the listener heard last, where they say so and it is not too long ago.
fn last_heard(headers: &HeaderMap, now: UnixMillis) -> Option<UnixMillis> {
    let last = headers.get("last-event-id")?.to_str().ok()?.parse().ok()?;
    let last = UnixMillis::new(last);
    (now.since(last) <= RESUMED_MAX_MS).then_some(last)
}

fn event(at: UnixMillis, notice: &LiveNotice) -> Option<Event> {
    let event = Event::default().event("notice").json_data(notice).ok()?;
    Some(event.id(at.get().to_string()))
}
