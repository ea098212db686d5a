//! Notices from server to server, by PostgreSQL's LISTEN and NOTIFY.
//!
//! They go over a connection of their own and outside of the transactions that they tell of: a
//! notice inside a transaction would let all commits of the database wait for each other. What is
//! put in while the last was on its way goes together. While the connection is gone notices are
//! lost; once it is back every server lets its consoles go, and these come back, say what they heard
//! last and hear the rest.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep;
use tokio_postgres::{AsyncMessage, Connection};
use uuid::Uuid;
use xunfang_domain::{DistrictId, UnixMillis};
use xunfang_protocol::LiveNotice;

use super::Told;
use crate::App;
use crate::store::StoreError;
use crate::store::db::PostgresSource;

const CHANNEL: &str = "xunfang_live";
/// Bytes of one message; PostgreSQL takes 8,000 at most.
const MESSAGE_BYTES_MAX: usize = 7_500;
/// Notices that wait to be told; where there are more the consoles of others ask for themselves.
const NOTES_KEPT: usize = 4096;
/// Notices taken out of the queue at a time.
const BATCH: usize = 512;
/// Pause before a connection that broke is made again.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// What other servers have to be told.
#[derive(Debug)]
pub(crate) struct Queue {
    /// Which of the servers this is.
    own: Uuid,
    put: mpsc::Sender<Note>,
    taken: Mutex<mpsc::Receiver<Note>>,
    /// Whether some did not fit.
    missed: AtomicBool,
}

/// A notice on its way, as short as that can be said.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note(DistrictId, UnixMillis, LiveNotice);

/// What goes over the channel.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    from: Uuid,
    notes: Vec<Note>,
    /// Whether notices before these were lost.
    #[serde(default)]
    missed: bool,
}

impl Queue {
    pub(super) fn new() -> Self {
        let (put, taken) = mpsc::channel(NOTES_KEPT);
        Self {
            own: Uuid::new_v4(),
            put,
            taken: Mutex::new(taken),
            missed: AtomicBool::new(false),
        }
    }

    pub(super) fn put(&self, district: DistrictId, at: UnixMillis, notice: LiveNotice) {
        // Nobody waits for it: the consoles of others ask for themselves then.
        if self.put.try_send(Note(district, at, notice)).is_err() {
            self.missed.store(true, Ordering::Release);
        }
    }
}

/// Tells other servers and hears them for as long as the server runs.
pub(crate) async fn run(app: &App) {
    let (Some(queue), Some(source)) = (&app.live().relay, app.postgres()) else {
        return std::future::pending().await;
    };
    loop {
        if let Err(error) = connected(app, queue, source).await {
            tracing::warn!(%error, "notices of other servers are not heard for a moment");
        }
        // What is put in until then is told late, and what others told is missed.
        queue.missed.store(true, Ordering::Release);
        sleep(AGAIN_AFTER).await;
    }
}

/// Tells and hears over one connection until it breaks.
async fn connected(app: &App, queue: &Queue, source: &PostgresSource) -> Result<(), StoreError> {
    let (client, connection) = source.connect().await?;
    let hearing = hear(app, queue.own, connection);
    let telling = async {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        // What was told before is missed, also at the start: consoles come sooner than this.
        app.live().hear(Told::Missed);
        let mut taken = queue.taken.lock().await;
        let mut notes = Vec::new();
        loop {
            if notes.is_empty() && !queue.missed.load(Ordering::Acquire) {
                taken.recv_many(&mut notes, BATCH).await;
            }
            let missed = queue.missed.swap(false, Ordering::AcqRel);
            let (text, rest) = written(queue.own, std::mem::take(&mut notes), missed);
            notes = rest;
            if let Err(error) = client
                .execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &text])
                .await
            {
                queue.missed.store(true, Ordering::Release);
                return Err(StoreError::from(error));
            }
        }
    };
    tokio::select! {
        heard = hearing => heard,
        told = telling => told,
    }
}

/// Writes as many notes as go into one message, and returns the others.
fn written(from: Uuid, mut notes: Vec<Note>, missed: bool) -> (String, Vec<Note>) {
    let mut rest = Vec::new();
    loop {
        let message = Message {
            from,
            notes,
            missed,
        };
        // What these hold can always be written.
        let text = serde_json::to_string(&message).unwrap_or_default();
        notes = message.notes;
        if text.len() <= MESSAGE_BYTES_MAX || notes.len() <= 1 {
            return (text, rest);
        }
        let mut later = notes.split_off(notes.len() / 2);
        later.append(&mut rest);
        rest = later;
    }
}

/// Passes on what other servers tell, until the connection ends.
async fn hear<S, T>(
    app: &App,
    own: Uuid,
    mut connection: Connection<S, T>,
) -> Result<(), StoreError>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) =
        poll_fn(|context| Pin::new(&mut connection).get_mut().poll_message(context)).await
    {
        let AsyncMessage::Notification(message) = message? else {
            continue;
        };
        match serde_json::from_str::<Message>(message.payload()) {
            Ok(message) if message.from == own => {}
            Ok(Message { notes, missed, .. }) => {
                if missed {
                    app.live().hear(Told::Missed);
                }
                for Note(district, at, notice) in notes {
                    app.live().hear(Told::Notice {
                        district,
                        at,
                        notice,
                    });
                }
            }
            // A newer server tells of something that this one does not know.
            Err(error) => {
                tracing::debug!(%error, "a notice of another server does not read");
                app.live().hear(Told::Missed);
            }
        }
    }
    Err(StoreError::Closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use xunfang_domain::{FindingId, ReviewState};

    #[test]
    fn notes_go_in_their_order_in_messages_that_fit() {
        let [district, from] = [1, 2].map(Uuid::from_u128);
        let note = |n: u128| {
            let id = FindingId::from_uuid(Uuid::from_u128(n));
            let state = ReviewState::Pending;
            let notice = LiveNotice::Finding { id, state };
            Note(DistrictId::from_uuid(district), UnixMillis::new(5), notice)
        };
        let all: Vec<Note> = (0..300).map(note).collect();
        let (mut left, mut seen, mut missed) = (all.clone(), Vec::new(), true);
        while !left.is_empty() {
            let (text, rest) = written(from, left, missed);
            assert!(text.len() <= MESSAGE_BYTES_MAX, "{}", text.len());
            let message: Message = serde_json::from_str(&text).unwrap();
            assert_eq!(message.missed, missed);
            seen.extend(message.notes);
            (left, missed) = (rest, false);
        }
        assert_eq!(format!("{seen:?}"), format!("{all:?}"));
    }
}
