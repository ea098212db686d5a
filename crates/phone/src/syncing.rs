//! The thread that exchanges with the server, and tells screens what changed.
//!
//! It sleeps until something wakes it: a save, a sign-in, 立即同步, or the time that [`Link`] has
//! named. Commands never wait for it, but for one: who is signed in changes between exchanges, and
//! cuts the one that runs ([`Syncing::between_exchanges`]).

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, MutexGuard, Notify, broadcast, watch};
use uuid::Uuid;
use xunfang_domain::{
    BatchId, DeviceId, DistrictId, InspectionId, OriginalsGo, PersonId, PositionEvidence,
    UnixMillis,
};
use xunfang_evidence::DeviceSigner;
use xunfang_store::{Store, StoreError, Tally};
use xunfang_sync::{
    BundleSize, Clock, Exchange, ExchangeError, ExchangeReport, Failure, Link, LinkEvent, exchange,
};

use crate::address;
use crate::clock::WallClock;
use crate::http::HttpServer;
use crate::position::PositionSource;
use crate::surroundings::Surroundings;
use crate::view::{Change, LinkState, SyncView};
use crate::walking;

/// How often a receiver is looked at where it is watched.
const POSITION_EVERY: Duration = Duration::from_secs(2);
/// A move that is worth drawing again, metres.
const POSITION_MOVED_M: f64 = 5.0;

/// An inspection that nobody touched for so long is not under way: 2 hours.
const INSPECTING_MS: i64 = 2 * 60 * 60 * 1000;

/// What commands and the thread share.
#[derive(Debug)]
pub(crate) struct Syncing {
    status: Mutex<Status>,
    wake: Notify,
    changes: broadcast::Sender<Change>,
    /// As the window has told them last.
    surroundings: Mutex<Surroundings>,
    /// How large bundles of small files are, by what the link has let through.
    bundles: BundleSize,
    /// Whether the person wants the originals sent over whatever network there is.
    originals_now: AtomicBool,
    /// Held by the exchange that runs.
    exchanging: AsyncMutex<()>,
    /// Counts the wishes to cut it.
    cuts: watch::Sender<u64>,
}

#[derive(Debug, Clone)]
struct Status {
    link: Link,
    last_error: Option<String>,
}

/// What the thread works with.
pub(crate) struct Worker {
    pub(crate) store: Arc<Store>,
    pub(crate) position: Arc<dyn PositionSource>,
    /// Whether to watch the receiver always: a simulated one may be replaying a track. A real one
    /// is asked when a screen or a capture needs it, and while an inspection is under way.
    pub(crate) follow: bool,
    pub(crate) device: DeviceId,
    /// Signs operations, as it signs the photos' records.
    pub(crate) signer: Arc<dyn DeviceSigner>,
    pub(crate) client: reqwest::Client,
    pub(crate) syncing: Arc<Syncing>,
    pub(crate) stop: watch::Receiver<bool>,
}

impl Syncing {
    pub(crate) fn new() -> Self {
        let status = Status {
            link: Link::SignedOut,
            last_error: None,
        };
        // A screen that falls this far behind asks for everything again anyway.
        let (changes, _) = broadcast::channel(64);
        Self {
            status: Mutex::new(status),
            wake: Notify::new(),
            changes,
            surroundings: Mutex::default(),
            bundles: BundleSize::default(),
            originals_now: AtomicBool::new(false),
            exchanging: AsyncMutex::new(()),
            cuts: watch::Sender::new(0),
        }
    }

    /// Cuts the exchange that runs, and keeps the next from beginning while the guard lives.
    ///
    /// An exchange belongs to one person on one server. What it still had to say after another
    /// has signed in, that its session has ended or which events it has seen, would be taken for
    /// theirs.
    pub(crate) async fn between_exchanges(&self) -> MutexGuard<'_, ()> {
        let quiet = self.exchanging.lock();
        let mut quiet = pin!(quiet);
        tokio::select! {
            biased;
            guard = &mut quiet => return guard,
            // In the queue by now, so that no other exchange comes in between.
            () = async { self.cuts.send_modify(|count| *count += 1) } => {}
        }
        quiet.await
    }

    /// Learns what is around the phone now.
    pub(crate) fn learn(&self, now: Surroundings) {
        let before = std::mem::replace(&mut *self.locked_surroundings(), now);
        if now.calls_for_an_exchange(before) {
            self.wake();
        }
    }

    fn surroundings(&self) -> Surroundings {
        *self.locked_surroundings()
    }

    fn locked_surroundings(&self) -> std::sync::MutexGuard<'_, Surroundings> {
        // Whoever held it has only copied a few words.
        self.surroundings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the originals that wait now, over whatever network there is.
    pub(crate) fn send_originals(&self) {
        self.originals_now.store(true, Ordering::Relaxed);
        self.wake();
    }

    /// Whether originals go now.
    pub(crate) fn may_send_originals(&self, policy: OriginalsGo) -> bool {
        policy == OriginalsGo::Always
            || self.surroundings().originals_may_go()
            || self.originals_now.load(Ordering::Relaxed)
    }

    /// Asks for an exchange now.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    pub(crate) fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    pub(crate) fn tell(&self, change: Change) {
        // Nobody listening is no failure: no screen is open.
        drop(self.changes.send(change));
    }

    pub(crate) fn link(&self) -> LinkState {
        self.status().link.into()
    }

    pub(crate) fn view(
        &self,
        tally: Tally,
        last_success_at: Option<UnixMillis>,
        policy: OriginalsGo,
    ) -> SyncView {
        let status = self.status();
        SyncView {
            link: status.link.into(),
            unsent: tally.unsent,
            rejected: tally.rejected,
            conflicts: tally.conflicts,
            originals: tally.originals,
            originals_wait: !self.may_send_originals(policy),
            last_error: status.last_error,
            last_success_at,
        }
    }

    fn status(&self) -> Status {
        match self.status.lock() {
            Ok(status) => status.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    fn update(&self, change: impl FnOnce(&mut Status)) -> Link {
        let mut status = match self.status.lock() {
            Ok(status) => status,
            Err(poisoned) => poisoned.into_inner(),
        };
        change(&mut status);
        let link = status.link;
        drop(status);
        self.tell(Change::Sync);
        link
    }
}

impl From<Link> for LinkState {
    fn from(link: Link) -> Self {
        match link {
            Link::SignedOut => Self::SignedOut,
            Link::Busy { .. } => Self::Syncing,
            Link::Online { .. } => Self::Online,
            Link::Offline { .. } => Self::Offline,
        }
    }
}

/// A session that exchanges can use.
struct Session {
    server: HttpServer,
    person: PersonId,
    district: DistrictId,
    originals: OriginalsGo,
}

impl Worker {
    /// Runs until the phone is closed.
    pub(crate) async fn run(self) {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = async { tokio::join!(self.exchange_for_ever(), self.follow_position()); } => {}
            // Dropping the other branch cuts an exchange at an await; what it had finished is
            // committed, and the rest is done by the next one.
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
    }

    async fn exchange_for_ever(&self) {
        loop {
            let link = self.exchange_once().await;
            self.tidy();
            match link.next() {
                Some(next) => {
                    let due = next.since(WallClock.now()).clamp(0, 60_000).unsigned_abs();
                    let pause = self.syncing.surroundings().pause_ms(due, self.waits());
                    let pause = async {
                        match pause {
                            Some(pause) => tokio::time::sleep(Duration::from_millis(pause)).await,
                            None => std::future::pending().await,
                        }
                    };
                    tokio::select! {
                        () = pause => {}
                        () = self.syncing.wake.notified() => {}
                    }
                }
                None => self.syncing.wake.notified().await,
            }
        }
    }

    /// Whether anything is left that could be sent now.
    fn waits(&self) -> bool {
        let counted = self.session().and_then(|session| {
            let Some(session) = session else {
                return Ok(false);
            };
            let tally = self.store.tally(Some(session.person))?;
            let originals_go = self.syncing.may_send_originals(session.originals);
            Ok(tally.unsent > 0 || (tally.originals > 0 && originals_go))
        });
        counted.unwrap_or_else(|error| {
            // What cannot be counted may be there.
            tracing::warn!(%error, "what waits was not counted");
            true
        })
    }

    fn tidy(&self) {
        if let Err(error) = self.store.tidy() {
            tracing::warn!(%error, "the log stays long for now");
        }
    }

    /// Lets go what the server has had for long, by its own clock.
    fn make_room(&self, server_now: UnixMillis) {
        let done = self
            .store
            .settle_receipts(server_now)
            .and_then(|()| self.store.let_go(server_now));
        match done {
            Ok(0) => {}
            Ok(freed) => tracing::info!(freed, "originals that the server has were removed"),
            Err(error) => tracing::warn!(%error, "no room was made"),
        }
    }

    /// Exchanges, unless it is cut; what it had finished by then is committed, and the next one,
    /// which whoever cut it asks for, does the rest.
    async fn exchange_once(&self) -> Link {
        let mut cuts = self.syncing.cuts.subscribe();
        let _running = self.syncing.exchanging.lock().await;
        tokio::select! {
            link = self.exchange_uncut() => link,
            // The sender lives as long as the phone.
            _ = cuts.changed() => self.syncing.status().link,
        }
    }

    async fn exchange_uncut(&self) -> Link {
        let session = match self.session() {
            Ok(Some(session)) => session,
            Ok(None) => {
                return self.syncing.update(|status| {
                    status.link = status.link.on(LinkEvent::SignedOut, WallClock.now());
                });
            }
            Err(error) => return self.failed(None, &error),
        };
        self.syncing.update(|status| {
            status.link = status.link.on(LinkEvent::Wake, WallClock.now());
        });
        let work = Exchange {
            store: &self.store,
            transport: &session.server,
            device: self.device,
            person: session.person,
            district: session.district,
            batch: BatchId::from_uuid(Uuid::now_v7()),
            signer: self.signer.as_ref(),
            bundles: &self.syncing.bundles,
            may_send_originals: &|| self.syncing.may_send_originals(session.originals),
        };
        let report = |report: ExchangeReport| {
            // Each step commits, and after a week without signal there are thousands.
            self.tidy();
            if report.findings {
                self.syncing.tell(Change::Findings);
                self.syncing.tell(Change::Sync);
            }
            if report.reference {
                self.syncing.tell(Change::Reference);
            }
        };
        let result = exchange(&work, &WallClock, &report).await;
        match result {
            Ok(word) => {
                // All that were due have gone; the next ones wait for the network again.
                self.syncing.originals_now.store(false, Ordering::Relaxed);
                let now = WallClock.now();
                if let Err(error) = self.store.synced(now, word.beacon.as_ref()) {
                    return self.failed(Some(session.person), &error.into());
                }
                if let Some(server_now) = word.now {
                    self.make_room(server_now);
                }
                self.syncing.update(|status| {
                    status.link = status
                        .link
                        .on(LinkEvent::Succeeded { jitter: jitter() }, now);
                    status.last_error = None;
                })
            }
            Err(ExchangeError::Link(Failure::SignedOut)) => {
                if let Err(error) = self.store.sign_out(false) {
                    tracing::error!(%error, "could not note that the session ended");
                }
                self.syncing.update(|status| {
                    status.link = status.link.on(LinkEvent::SignedOut, WallClock.now());
                    status.last_error = Some(Failure::SignedOut.code().to_owned());
                })
            }
            Err(error) => self.failed(Some(session.person), &error),
        }
    }

    fn session(&self) -> Result<Option<Session>, ExchangeError> {
        let installation = self.store.installation(self.device)?;
        let (Some(view), Some(token)) = (installation.session, installation.token) else {
            return Ok(None);
        };
        let base = address::parse(&installation.server).map_err(|error| Failure::Garbled {
            detail: error.message,
        })?;
        let server = HttpServer::new(self.client.clone(), base, Some(token));
        Ok(Some(Session {
            server,
            person: view.person.id,
            district: view.person.district,
            originals: view.district.photos.originals,
        }))
    }

    fn failed(&self, person: Option<PersonId>, error: &ExchangeError) -> Link {
        let (code, retry_after_ms) = match error {
            ExchangeError::Link(failure) => {
                tracing::info!(code = failure.code(), "the exchange failed");
                let wish = match failure {
                    Failure::Transient { retry_after_ms, .. } => *retry_after_ms,
                    _ => None,
                };
                (failure.code().to_owned(), wish)
            }
            ExchangeError::Store(error) => {
                tracing::error!(%error, "the exchange stopped at this device's storage");
                ("storage".to_owned(), None)
            }
        };
        // Where the queue cannot be counted, it is treated as one that waits.
        let waiting = self
            .store
            .tally(person)
            .map_or(true, |tally| tally.unsent > 0);
        self.syncing.update(|status| {
            let event = LinkEvent::Failed {
                waiting,
                retry_after_ms,
                jitter: jitter(),
            };
            status.link = status.link.on(event, WallClock.now());
            status.last_error = Some(code);
        })
    }

    /// Follows a simulated receiver always, and a real one while somebody inspects.
    async fn follow_position(&self) {
        let mut every = tokio::time::interval(POSITION_EVERY);
        let mut last: Option<PositionEvidence> = None;
        loop {
            every.tick().await;
            let inspecting = self.inspecting().unwrap_or_else(|error| {
                tracing::warn!(%error, "the track misses a place");
                None
            });
            if !self.follow && inspecting.is_none() {
                last = None;
                continue;
            }
            let now = self.position.current();
            if last.as_ref().is_some_and(|last| !moved(last, &now)) {
                continue;
            }
            if let Some(open) = inspecting
                && let Err(error) = walking::follow(&self.store, self.position.as_ref(), open)
            {
                tracing::warn!(%error, "the track misses a place");
            }
            // Screens ask again when they hear of it, and what was walked is there by then.
            if last.is_some() {
                self.syncing.tell(Change::Position);
            }
            last = Some(now);
        }
    }

    /// Says which inspection is under way.
    fn inspecting(&self) -> Result<Option<InspectionId>, StoreError> {
        let Some(session) = self.store.installation(self.device)?.session else {
            return Ok(None);
        };
        let person = session.person.id;
        let now = WallClock.now();
        self.store
            .active_inspection(person, now.plus_ms(-INSPECTING_MS), now)
    }
}

fn moved(before: &PositionEvidence, now: &PositionEvidence) -> bool {
    match (before.fix(), now.fix()) {
        (Some(before), Some(now)) => before.place.distance_m(now.place) >= POSITION_MOVED_M,
        (None, None) => before != now,
        _ => true,
    }
}

/// Returns a random number in 0..1; without randomness, the middle.
fn jitter() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}
