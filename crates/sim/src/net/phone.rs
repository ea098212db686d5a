//! A simulated phone: the real storage and the real engine, without a screen.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use uuid::Uuid;
use xunfang_domain::{
    BatchId, CaptureSource, DeviceId, FindingId, OpId, PointId, PositionEvidence, PositionMissing,
    Sha256Hex, StandardId,
};
use xunfang_evidence::{SecretKey, digest};
use xunfang_phone::HttpServer;
use xunfang_protocol::SessionView;
use xunfang_store::{
    DraftPhoto, FindingQuery, NamedBytes, PhotoFacts, SaveFinding, SendState, StorageKey, Store,
};
use xunfang_sync::{
    BundleSize, Clock, Exchange, ExchangeError, Failure, Link, LinkEvent, exchange,
};

use super::clock::SimClock;
use super::revising::Revised;
use super::wire::Way;

/// What a phone is, whether its app runs or not.
pub(super) struct Device {
    pub(super) number: usize,
    pub(super) folder: PathBuf,
    pub(super) key: StorageKey,
    pub(super) id: DeviceId,
    pub(super) session: SessionView,
    pub(super) token: String,
    pub(super) clock: Arc<SimClock>,
    pub(super) way: Way,
}

/// A phone, its person and its app.
pub(super) struct SimPhone {
    pub(super) device: Device,
    /// What its person has saved.
    pub(super) saved: Vec<Saved>,
    /// What its person has revised.
    pub(super) revised: Vec<Revised>,
    app: Option<RunningApp>,
    news: Arc<Mutex<News>>,
}

/// What the app's thread has seen.
#[derive(Debug, Clone, Copy, Default)]
struct News {
    /// Times that it found its session ended; nobody ends one here.
    signed_out: u32,
    /// Times that the storage refused what an exchange had brought.
    failures: u32,
    /// When the last exchange that succeeded began.
    exchanged: Option<Instant>,
}

/// A finding that the phone has said to be saved.
#[derive(Debug, Clone)]
pub(super) struct Saved {
    pub(super) finding: FindingId,
    pub(super) photos: Vec<Sha256Hex>,
    /// Whether the server has to refuse it.
    pub(super) refused: bool,
    /// Whether its photo cannot be sent.
    pub(super) broken: bool,
}

struct RunningApp {
    store: Arc<Store>,
    wake: Arc<Notify>,
    syncing: JoinHandle<()>,
}

/// What somebody saves.
pub(super) struct NewFinding {
    pub(super) id: u128,
    pub(super) point: PointId,
    pub(super) photos: Vec<Vec<u8>>,
    /// Whether the server does not know the point.
    pub(super) refused: bool,
}

impl SimPhone {
    pub(super) fn new(device: Device) -> Self {
        Self {
            device,
            saved: Vec::new(),
            revised: Vec::new(),
            app: None,
            news: Arc::default(),
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.app.is_some()
    }

    /// Opens the app, as it is opened after anything.
    pub(super) fn open(&mut self) -> anyhow::Result<()> {
        if self.app.is_some() {
            return Ok(());
        }
        let opened = Store::open(
            &self.device.folder,
            &self.device.key,
            Clock::now(self.device.clock.as_ref()),
        )?;
        anyhow::ensure!(opened.set_aside.is_none(), "a database was set aside");
        let store = Arc::new(opened.store);
        let wake = Arc::new(Notify::new());
        let syncing = tokio::spawn(run(Syncing {
            store: Arc::clone(&store),
            wake: Arc::clone(&wake),
            clock: Arc::clone(&self.device.clock),
            server: HttpServer::new(
                self.device.way.clone(),
                "http://server".parse()?,
                Some(self.device.token.clone()),
            ),
            signer: signer(self.device.number)?,
            device: self.device.id,
            session: self.device.session.clone(),
            news: Arc::clone(&self.news),
        }));
        self.app = Some(RunningApp {
            store,
            wake,
            syncing,
        });
        Ok(())
    }

    /// Ends the app at whatever it is doing.
    pub(super) async fn kill(&mut self) {
        if let Some(app) = self.app.take() {
            app.syncing.abort();
            // Either it was cut or it had ended; both are well.
            drop(app.syncing.await);
        }
    }

    pub(super) fn store(&self) -> anyhow::Result<&Store> {
        let app = self.app.as_ref().context("the app is closed")?;
        Ok(&app.store)
    }

    pub(super) fn wake(&self) {
        if let Some(app) = &self.app {
            app.wake.notify_one();
        }
    }

    fn news(&self) -> News {
        *self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often the server has ended the session.
    pub(super) fn signed_out(&self) -> u32 {
        self.news().signed_out
    }

    /// How often the storage refused what an exchange had brought.
    pub(super) fn failures(&self) -> u32 {
        self.news().failures
    }

    /// Whether an exchange that began after a moment has succeeded.
    pub(super) fn has_exchanged_since(&self, moment: Instant) -> bool {
        let began = self.news().exchanged;
        began.is_some_and(|began| began >= moment)
    }

    /// Saves a finding with its photos, as the screens do.
    pub(super) fn save(&mut self, new: &NewFinding) -> anyhow::Result<()> {
        let person = self.device.session.person.id;
        let now = Clock::now(self.device.clock.as_ref());
        let position = PositionEvidence::Missing {
            why: PositionMissing::NoFix,
        };
        let photos = new.photos.iter();
        let photos = photos
            .map(|bytes| self.take(new.point, bytes))
            .collect::<anyhow::Result<_>>()?;
        let store = self.store()?;
        let finding = FindingId::from_uuid(Uuid::from_u128(new.id));
        store.save_finding(SaveFinding {
            inspection: None,
            id: finding,
            op: OpId::from_uuid(Uuid::from_u128(new.id | 1 << 64)),
            person,
            point: new.point,
            standard: StandardId::from_uuid(Uuid::from_u128(1)),
            standard_version: 1,
            criterion: "cables-tidy".to_owned(),
            note: format!("第 {} 条", new.id),
            found_at: now,
            position,
            standing: None,
        })?;
        self.saved.push(Saved {
            finding,
            photos,
            refused: new.refused,
            broken: false,
        });
        self.wake();
        Ok(())
    }

    /// Takes a photo for the draft of a point.
    pub(super) fn take(&self, point: PointId, bytes: &[u8]) -> anyhow::Result<Sha256Hex> {
        let sha256 = digest(bytes);
        let original = NamedBytes {
            sha256: &sha256,
            bytes,
        };
        let store = self.store()?;
        store.keep_photo_files(original, &[])?;
        let photo = DraftPhoto {
            facts: PhotoFacts {
                sha256: sha256.clone(),
                bytes: bytes.len() as u64,
                media_type: "image/jpeg".to_owned(),
                width: 16,
                height: 16,
                shown_width: 16,
                shown_height: 16,
            },
            source: CaptureSource::Camera,
            taken_at: Clock::now(self.device.clock.as_ref()),
            position: PositionEvidence::Missing {
                why: PositionMissing::NoFix,
            },
            record: None,
            annotation: None,
        };
        store.add_draft_photo(self.device.session.person.id, point, &photo)?;
        Ok(sha256)
    }

    /// Changes rows that came from the server behind the app's back; returns how many.
    pub(super) fn damage_row(&self, what: usize) -> anyhow::Result<u64> {
        let damage = DAMAGES.get(what % DAMAGES.len()).context("a damage")?;
        Ok(self.database()?.execute(damage, [])? as u64)
    }

    /// Damages the file of a photo that waits; its finding cannot be sent any more.
    pub(super) fn damage_waiting_photo(&mut self) -> anyhow::Result<()> {
        let person = self.device.session.person.id;
        let store = self.store()?;
        let waiting = store.findings(person, FindingQuery::Unsent, 0, 1_000)?.0;
        let is_waiting = |saved: &Saved| {
            waiting.iter().any(|row| {
                let none_sent = SendState::Queued {
                    photos_stored: 0,
                    stuck: None,
                };
                row.record.id == saved.finding && row.send == none_sent
            })
        };
        let Some(place) = self.saved.iter().position(is_waiting) else {
            return Ok(());
        };
        let saved = self.saved.get_mut(place).context("it was just there")?;
        let photo = saved.photos.first().context("a finding without photos")?;
        let digits = photo.as_str().get(..2).context("a hash")?;
        let path = self
            .device
            .folder
            .join("photos")
            .join(digits)
            .join(photo.as_str());
        let mut bytes = fs::read(&path)?;
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 0xff;
        }
        fs::write(&path, bytes)?;
        saved.broken = true;
        Ok(())
    }
}

/// What a disk or a mistake does to rows that came from the server: one of some.
const DAMAGES: [&str; 5] = [
    "UPDATE point SET name = name || '?' WHERE id = (SELECT min(id) FROM point)",
    "UPDATE point SET lat = 0, retired = 1 - retired",
    "DELETE FROM point WHERE id = (SELECT max(id) FROM point)",
    "UPDATE finding SET review_state = 'accepted', review = NULL WHERE applied",
    "DELETE FROM standard",
];

/// The key with which a phone signs.
pub(super) fn signer(number: usize) -> anyhow::Result<SecretKey> {
    let byte = u8::try_from(number)? + 1;
    SecretKey::from_bytes(&[byte; 32]).context("a key")
}

/// What the app's thread works with.
struct Syncing {
    store: Arc<Store>,
    wake: Arc<Notify>,
    clock: Arc<SimClock>,
    server: HttpServer<Way>,
    signer: SecretKey,
    device: DeviceId,
    session: SessionView,
    news: Arc<Mutex<News>>,
}

/// Exchanges for as long as the app runs, by the same [`Link`] as the product's thread.
async fn run(app: Syncing) {
    let mut link = Link::SignedOut;
    let bundles = BundleSize::default();
    loop {
        let clock = app.clock.as_ref();
        link = link.on(LinkEvent::Wake, Clock::now(clock));
        let work = Exchange {
            store: &app.store,
            transport: &app.server,
            device: app.device,
            person: app.session.person.id,
            district: app.session.district.id,
            batch: BatchId::from_uuid(Uuid::nil()),
            signer: &app.signer,
            bundles: &bundles,
            may_send_originals: &|| true,
        };
        let began = Instant::now();
        let result = exchange(&work, clock, &|_| {}).await;
        let now = Clock::now(clock);
        let event = match result {
            Ok(word) => {
                let done = app.store.synced(now, word.beacon.as_ref()).and_then(|()| {
                    let Some(server_now) = word.now else {
                        return Ok(0);
                    };
                    app.store.settle_receipts(server_now)?;
                    app.store.let_go(server_now)
                });
                let mut news = app.news.lock().unwrap_or_else(PoisonError::into_inner);
                news.exchanged = Some(began);
                news.failures += u32::from(done.is_err());
                LinkEvent::Succeeded { jitter: 0.5 }
            }
            Err(error) => {
                if matches!(error, ExchangeError::Link(Failure::SignedOut)) {
                    let mut news = app.news.lock().unwrap_or_else(PoisonError::into_inner);
                    news.signed_out += 1;
                }
                LinkEvent::Failed {
                    waiting: true,
                    retry_after_ms: None,
                    jitter: 0.5,
                }
            }
        };
        link = link.on(event, now);
        let wait = link
            .next()
            .map_or(0, |next| next.since(now))
            .clamp(0, 60_000);
        tokio::select! {
            () = sleep(Duration::from_millis(wait.unsigned_abs())) => {}
            () = app.wake.notified() => {}
        }
    }
}
