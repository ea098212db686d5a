//! Connections that go from hand to hand.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::StoreError;
use super::db::{Db, Purpose, Source};

/// Connections for one purpose. They are opened as they are needed.
pub(super) struct Pool {
    open: fn(&Source) -> Result<Db, StoreError>,
    source: Source,
    size: usize,
    idle: Mutex<Vec<Db>>,
    /// Counts those that nobody has, opened or not.
    free: Arc<Semaphore>,
}

impl Pool {
    /// At most `size` connections, of which `first` is open already.
    pub(super) fn new(
        source: Source,
        size: usize,
        first: Option<Db>,
        open: fn(&Source) -> Result<Db, StoreError>,
    ) -> Arc<Self> {
        Arc::new(Self {
            open,
            source,
            size,
            idle: Mutex::new(first.into_iter().collect()),
            free: Arc::new(Semaphore::new(size)),
        })
    }

    /// Counts those that somebody has.
    pub(super) fn in_use(&self) -> usize {
        self.size.saturating_sub(self.free.available_permits())
    }

    /// Waits until a connection is free, as a task and not as a thread.
    pub(super) async fn place(self: &Arc<Self>) -> Result<Place, StoreError> {
        let free = Arc::clone(&self.free).acquire_owned().await;
        let free = free.map_err(|_| StoreError::Closed)?;
        let db = self.idle().pop();
        Ok(Place {
            pool: Arc::clone(self),
            db,
            _free: free,
        })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Db>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in somebody's hand. It goes back to the others, whatever became of their work or
/// their request.
pub(super) struct Place {
    pool: Arc<Pool>,
    db: Option<Db>,
    /// Given up after the connection is back.
    _free: OwnedSemaphorePermit,
}

impl Place {
    /// The connection, opened where it is not. Blocks the thread.
    pub(super) fn db(&mut self) -> Result<&Db, StoreError> {
        if self.db.as_ref().is_none_or(|db| !db.is_usable()) {
            self.db = Some((self.pool.open)(&self.pool.source)?);
        }
        self.db.as_ref().ok_or(StoreError::Closed)
    }

    /// Whether the connection turned out to be gone.
    pub(super) fn is_lost(&self) -> bool {
        self.db.as_ref().is_some_and(|db| !db.is_usable())
    }

    /// Begins a transaction. A connection that turns out to be gone is replaced by another one:
    /// nothing was asked of it yet.
    pub(super) fn begin(&mut self, purpose: Purpose) -> Result<&Db, StoreError> {
        if let Err(error) = self.db()?.begin(purpose) {
            if !self.is_lost() {
                return Err(error);
            }
            self.db()?.begin(purpose)?;
        }
        self.db()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(db) = self.db.take() else { return };
        // Only where work broke off there is something to take back, on the thread of that work.
        if db.is_usable() && db.rollback().is_ok() {
            self.pool.idle().push(db);
        }
    }
}
