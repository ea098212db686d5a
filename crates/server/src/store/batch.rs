//! Changes that wait for a writer are done together.
//!
//! Making a transaction durable takes longer than most of what is done in one. While one is synced,
//! the changes that come in meanwhile wait; whoever gets the writer next does all of them in one
//! transaction, each in a savepoint of its own, and each is answered after the one commit. So a
//! busy server syncs once for many phones, and an idle one lets nobody wait.
//!
//! A change that fails takes back nothing but itself. Where the transaction fails, none of them is
//! answered as done.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, oneshot};
use tokio::task::spawn_blocking;
use xunfang_domain::DistrictId;

use super::StoreError;
use super::db::{Db, Purpose};
use super::measured::{Measured, WRITE};
use super::pool::Pool;

/// Changes of one transaction; those behind them wait for the next.
const TOGETHER_MAX: usize = 64;

/// Changes that may wait. At a few hundred a second, which a slow disk makes durable one by one, the
/// last of them waits for seconds; whoever comes later is told to come back instead.
const WAITING_MAX: usize = 2_000;

/// The changes that wait, and the writers.
pub(super) struct Batches {
    writers: Arc<Pool>,
    measured: Measured,
    /// Whether a transaction takes changes of one district only, as it does where several of them
    /// can be under way.
    apart: bool,
    waiting: Mutex<Waiting>,
    /// Told when a transaction ended.
    ended: Notify,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Box<dyn Job>>,
    /// Districts that are written for now.
    busy: Vec<DistrictId>,
}

/// A change that waits.
trait Job: Send {
    fn district(&self) -> DistrictId;
    /// Since when it waits.
    fn since(&self) -> Instant;
    /// Whether somebody still waits for it.
    fn is_wanted(&self) -> bool;
    /// Does it, and says whether it is to stay.
    fn run(&mut self, db: &Db) -> bool;
    /// Says that it cannot stay although it was done.
    fn undo(&mut self, error: StoreError);
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Change<T, E, F> {
    district: DistrictId,
    since: Instant,
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Change<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&Db) -> Result<T, E> + Send,
{
    fn district(&self) -> DistrictId {
        self.district
    }

    fn since(&self) -> Instant {
        self.since
    }

    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    fn run(&mut self, db: &Db) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        // What breaks here must not break the others; its transaction is told apart from theirs.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(db)))
            .unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        let stays = outcome.is_ok();
        self.outcome = Some(outcome);
        stays
    }

    fn undo(&mut self, error: StoreError) {
        self.outcome = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let outcome = match (self.outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(done)), Ok(())) => Ok(done),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        // The request may have gone away; what is done is done.
        drop(self.answer.send(outcome));
    }
}

impl Batches {
    pub(super) fn new(writers: Arc<Pool>, apart: bool, measured: Measured) -> Arc<Self> {
        Arc::new(Self {
            writers,
            measured,
            apart,
            waiting: Mutex::default(),
            ended: Notify::new(),
        })
    }

    /// Counts the changes that nobody has begun.
    pub(super) fn queued(&self) -> usize {
        self.waiting().jobs.len()
    }

    pub(super) fn writers_in_use(&self) -> usize {
        self.writers.in_use()
    }

    /// Does a change, with others that wait. `Ok` means committed and synced; `Err` means unchanged.
    ///
    /// A request that goes away while it waits changes nothing; once its transaction runs, it runs
    /// to its end.
    pub(super) async fn change<T, E, F>(
        self: &Arc<Self>,
        district: DistrictId,
        work: F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Db) -> Result<T, E> + Send + 'static,
    {
        let (answer, mut answered) = oneshot::channel();
        let change = Box::new(Change {
            district,
            since: Instant::now(),
            work: Some(work),
            outcome: None,
            answer,
        });
        {
            let mut waiting = self.waiting();
            if waiting.jobs.len() >= WAITING_MAX {
                waiting.jobs.retain(|job| job.is_wanted());
            }
            if waiting.jobs.len() >= WAITING_MAX {
                return Err(StoreError::Crowded.into());
            }
            waiting.jobs.push_back(change);
        }
        loop {
            let ended = self.ended.notified();
            let place = tokio::select! {
                biased;
                answer = &mut answered => return answer.map_err(|_| StoreError::Closed)?,
                place = self.writers.place() => place?,
            };
            if let Some(batch) = self.next() {
                let done = spawn_blocking(move || batch.run(place));
                done.await.map_err(StoreError::from)?;
            } else {
                drop(place);
                tokio::select! {
                    biased;
                    answer = &mut answered => return answer.map_err(|_| StoreError::Closed)?,
                    () = ended => {}
                }
            }
        }
    }

    /// Takes the changes that are done next, where there are any that nobody else is busy with.
    fn next(self: &Arc<Self>) -> Option<Batch> {
        let mut waiting = self.waiting();
        waiting.jobs.retain(|job| job.is_wanted());
        let Waiting { jobs, busy } = &mut *waiting;
        let first = jobs.iter().find(|job| !busy.contains(&job.district()))?;
        let district = first.district();
        let mut taken = Vec::new();
        let mut left = VecDeque::with_capacity(jobs.len());
        for job in jobs.drain(..) {
            let fits = !self.apart || job.district() == district;
            if fits && taken.len() < TOGETHER_MAX {
                taken.push(job);
            } else {
                left.push_back(job);
            }
        }
        *jobs = left;
        busy.push(district);
        Some(Batch {
            of: Arc::clone(self),
            district: Some(district),
            jobs: taken,
        })
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Changes that are done in one transaction.
struct Batch {
    of: Arc<Batches>,
    /// None once others may write for it.
    district: Option<DistrictId>,
    jobs: Vec<Box<dyn Job>>,
}

impl Batch {
    fn run(mut self, mut place: super::pool::Place) {
        for job in &self.jobs {
            self.of.measured.waited(WRITE, job.since());
        }
        let began = Instant::now();
        let failed = match self.district {
            Some(district) => transact(&mut place, district, &mut self.jobs).err(),
            None => Some(StoreError::Closed),
        };
        self.of.measured.worked(WRITE, began);
        // The writer goes on to the next before anybody is answered.
        self.free();
        drop(place);
        self.of.ended.notify_waiters();
        let failed = failed.map(Arc::new);
        for job in std::mem::take(&mut self.jobs) {
            job.answer(match &failed {
                None => Ok(()),
                Some(error) => Err(StoreError::Together(Arc::clone(error))),
            });
        }
    }

    /// Lets others write for its district.
    fn free(&mut self) {
        if let Some(district) = self.district.take() {
            let mut waiting = self.of.waiting();
            let busy = &mut waiting.busy;
            if let Some(at) = busy.iter().position(|other| *other == district) {
                busy.swap_remove(at);
            }
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // Where it broke off.
        self.free();
        self.of.ended.notify_waiters();
    }
}

fn transact(
    place: &mut super::pool::Place,
    district: DistrictId,
    jobs: &mut [Box<dyn Job>],
) -> Result<(), StoreError> {
    let db = place.begin(Purpose::Write(district))?;
    let done = if let [job] = jobs {
        if job.run(db) { Ok(()) } else { Err(None) }
    } else {
        jobs.iter_mut()
            .try_for_each(|job| run_apart(db, job.as_mut()).map_err(Some))
    };
    let ended = match done {
        Ok(()) => db.commit(),
        Err(None) => return db.rollback(),
        Err(Some(error)) => Err(error),
    };
    if let Err(error) = ended {
        if let Err(error) = db.rollback() {
            // The connection is given up with it.
            tracing::warn!(%error, "a transaction could not be taken back");
        }
        return Err(error);
    }
    Ok(())
}

/// What takes a savepoint back.
enum Stop {
    /// The change failed and says why itself.
    Undone,
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Does one of several changes. An error means that none of them can stay.
fn run_apart(db: &Db, job: &mut dyn Job) -> Result<(), StoreError> {
    let done = db.savepoint(|db| {
        if job.run(db) {
            Ok(())
        } else {
            Err(Stop::Undone)
        }
    });
    match done {
        Ok(()) => Ok(()),
        Err(Stop::Undone) if db.is_open() => Ok(()),
        Err(Stop::Undone) => Err(StoreError::TakenBack),
        // Done, it said; but a part of it had failed.
        Err(Stop::Store(StoreError::TakenBack)) if db.is_open() => {
            job.undo(StoreError::TakenBack);
            Ok(())
        }
        Err(Stop::Store(error)) => Err(error),
    }
}
