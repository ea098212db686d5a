//! One request at a time per part, and a word to the one before that somebody waits.
//!
//! A healthy request is left to finish. One that hears nothing more from its phone gives way soon
//! after [`Turn::overtaken`], so that the same phone on a new connection need not wait for the
//! old one to time out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::error::ApiError;

/// Parts worked on at a time.
const PARTS_MAX: usize = 1024;
/// Longest wait for a turn.
const WAIT_MAX: Duration = Duration::from_secs(20);
const RETRY_AFTER_S: u32 = 5;

/// The queues, one per part that somebody works on.
#[derive(Debug, Default)]
pub(super) struct Turns {
    queues: Mutex<HashMap<String, Queue>>,
}

#[derive(Debug, Default)]
struct Queue {
    gate: Arc<AsyncMutex<()>>,
    /// Belongs to whoever came last.
    last: CancellationToken,
    /// How many hold or wait for the gate.
    length: usize,
}

/// The right to work on a part until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    overtaken: CancellationToken,
    // Dropped in this order: the gate opens before the place in the queue is given up.
    _gate: OwnedMutexGuard<()>,
    _place: Place,
}

/// A place in a queue; the last one to leave takes the queue away.
#[derive(Debug)]
struct Place {
    turns: Arc<Turns>,
    part: String,
}

impl Turn {
    /// Ends when somebody else asks for the same part.
    pub(super) async fn overtaken(&self) {
        self.overtaken.cancelled().await;
    }
}

impl Turns {
    /// Waits for the turn at a part.
    pub(super) async fn take(self: &Arc<Self>, part: String) -> Result<Turn, ApiError> {
        let (place, gate, overtaken) = self.queue_up(part)?;
        let gate = timeout(WAIT_MAX, gate.lock_owned())
            .await
            .map_err(|_| ApiError::Busy {
                retry_after_s: RETRY_AFTER_S,
            })?;
        Ok(Turn {
            overtaken,
            _gate: gate,
            _place: place,
        })
    }

    fn queue_up(
        self: &Arc<Self>,
        part: String,
    ) -> Result<(Place, Arc<AsyncMutex<()>>, CancellationToken), ApiError> {
        let mut queues = self.lock();
        if queues.len() >= PARTS_MAX && !queues.contains_key(&part) {
            return Err(ApiError::Busy {
                retry_after_s: RETRY_AFTER_S,
            });
        }
        let queue = queues.entry(part.clone()).or_default();
        queue.length += 1;
        let mine = CancellationToken::new();
        std::mem::replace(&mut queue.last, mine.clone()).cancel();
        let gate = Arc::clone(&queue.gate);
        Ok((
            Place {
                turns: Arc::clone(self),
                part,
            },
            gate,
            mine,
        ))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queues = self.turns.lock();
        if let Some(queue) = queues.get_mut(&self.part) {
            queue.length -= 1;
            if queue.length == 0 {
                queues.remove(&self.part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_waits_tells_the_first_and_nothing_is_left_behind() {
        let turns = Arc::new(Turns::default());
        let first = turns.take("part".into()).await.unwrap();
        let waiting = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move { turns.take("part".into()).await }
        });
        first.overtaken().await;
        assert!(!waiting.is_finished());
        let other = turns.take("another part".into()).await.unwrap();
        drop(first);
        drop(waiting.await.unwrap().unwrap());
        drop(other);
        assert!(turns.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_is_told_when_to_come_back() {
        let turns = Arc::new(Turns::default());
        let held = turns.take("part".into()).await.unwrap();
        let refused = turns.take("part".into()).await;
        assert!(matches!(
            refused,
            Err(ApiError::Busy {
                retry_after_s: RETRY_AFTER_S
            })
        ));
        drop(held);
        assert!(turns.lock().is_empty());
    }
}
