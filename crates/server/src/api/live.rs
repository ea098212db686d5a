//! Notices for open consoles.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use tokio::time::sleep;
use tokio_stream::wrappers::BroadcastStream;
use xunfang_domain::{Actor, Object, ObjectKind, Verb};
use xunfang_protocol::{ErrorBody, LiveNotice, ShownIn};

use super::openapi::SessionRefusals;
use crate::App;
use crate::error::ApiError;
use crate::reuse;
use crate::session::Session;
use crate::store::StoreError;

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
    let notices = BroadcastStream::new(app.live().listen())
        // A lagged listener is an error here, and ends the stream.
        .take_while(|notice| std::future::ready(notice.is_ok()))
        .filter_map(move |notice| {
            let notice = notice.ok().filter(|(district, _)| *district == mine);
            let (app, actor) = (app.clone(), actor.clone());
            async move {
                let (_, notice) = notice?;
                if may_hear(&app, &actor, &notice).await {
                    event(&notice)
                } else {
                    None
                }
            }
        })
        .map(Ok)
        .take_until(Box::pin(over));
    Ok(Sse::new(Box::pin(notices)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
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

fn event(notice: &LiveNotice) -> Option<Event> {
    Event::default().event("notice").json_data(notice).ok()
}
