//! Notices for open consoles.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::sleep;
use tokio_stream::wrappers::BroadcastStream;
use xunfang_domain::{Actor, Object, ObjectKind, UnixMillis, Verb};
use xunfang_protocol::{ErrorBody, LiveBegun, LiveNotice, ShownIn};

use super::openapi::SessionRefusals;
use crate::App;
use crate::error::ApiError;
use crate::live::{self, Told};
use crate::reuse;
use crate::session::Session;
use crate::store::StoreError;

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
    let actor = session.actor.clone();
    let mine = actor.district;
    session.require(Verb::Read, &Object::ReviewQueue { district: mine })?;
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
    let missed = stream::iter(missed).map(move |notice| (now, notice));
    let heard = heard
        // Whoever lags behind hears an error here. Either ends the stream, and the next one begins
        // where this one was.
        .take_while(|told| std::future::ready(matches!(told, Ok(Told::Notice { .. }))))
        .filter_map(move |told| {
            std::future::ready(match told {
                Ok(Told::Notice {
                    district,
                    at,
                    notice,
                }) if district == mine => Some((at, notice)),
                _ => None,
            })
        });
    let notices = missed.chain(heard).filter_map(move |(at, notice)| {
        let (app, actor) = (app.clone(), actor.clone());
        async move {
            let heard = may_hear(&app, &actor, &notice).await;
            heard.then(|| event(at, &notice)).flatten()
        }
    });
    let events = stream::iter(begun)
        .chain(notices)
        .map(Ok)
        .take_until(Box::pin(over));
    Ok(Sse::new(Box::pin(events)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// Whether somebody may read what a notice is about. Whoever reads all of the district is not asked
/// about each.
async fn may_hear(app: &App, actor: &Actor, notice: &LiveNotice) -> bool {
    let (kind, record) = match *notice {
        LiveNotice::Finding { id, .. } => (ObjectKind::Finding, ShownIn::Finding { id }),
        LiveNotice::Inspection { id } => (ObjectKind::Inspection, ShownIn::Inspection { id }),
    };
    if actor.reads_all(kind) {
        return true;
    }
    let actor = actor.clone();
    let read = app.database();
    let read = read.read(move |db| reuse::may_read(db, &actor, record));
    read.await.unwrap_or_else(|error: StoreError| {
        // A hint that is missed is made good when the console asks again.
        tracing::warn!(%error, "a notice was held back");
        false
    })
}

/// The time of what the listener heard last, where they say so and it is not too long ago.
fn last_heard(headers: &HeaderMap, now: UnixMillis) -> Option<UnixMillis> {
    let last = headers.get("last-event-id")?.to_str().ok()?.parse().ok()?;
    let last = UnixMillis::new(last);
    // Of another server's clock that is ahead nobody knows what it has told already.
    (0..=RESUMED_MAX_MS)
        .contains(&now.since(last))
        .then_some(last)
}

fn event(at: UnixMillis, notice: &LiveNotice) -> Option<Event> {
    let event = Event::default().event("notice").json_data(notice).ok()?;
    Some(event.id(at.get().to_string()))
}
