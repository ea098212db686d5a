//! The phone: what a shell opens once and then asks.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;
use xunfang_domain::{CaptureSource, DeviceId, Sha256Hex, UnixMillis, Wgs84};
use xunfang_protocol::SessionView;
use xunfang_store::{Capture, Installation, PhotoFile, PhotoSize, SaveDraft, Store};
use xunfang_sync::Clock;

use crate::annotations::NewDrawing;
use crate::captures::{self, Recovery};
use crate::clock::WallClock;
use crate::photos::{self, Darkroom, PhotoPlace, Shot};
use crate::points::{self, Window};
use crate::position::PositionSource;
use crate::session::{self, Credentials};
use crate::syncing::{Syncing, Worker};
use crate::view::{CaptureView, Change, Notice, PhotoView, Settings, StartView, SyncView};
use crate::{Command, CommandError, ErrorCode, Patience, device_key, findings, http, inspections};

/// What a shell knows and the phone does not.
pub struct PhoneConfig {
    /// Folder for everything this installation keeps.
    pub data_dir: PathBuf,
    /// Server address to offer at the first sign-in; may be empty.
    pub default_server: String,
    /// The folder in which the camera leaves its photos, where it does.
    pub camera: Option<PathBuf>,
    /// Where positions come from.
    pub position: Arc<dyn PositionSource>,
    /// How long to wait for a server.
    pub patience: Patience,
    /// Whether to show the developer's panel.
    pub developer: bool,
    /// When the process began, to tell how long the start took.
    pub started: Instant,
}

/// A handle on the phone's core; clones share it. The last one to go stops the thread.
#[derive(Clone)]
pub struct Phone {
    core: Arc<Core>,
    // Declared after `core`, so that the thread is joined while the storage is still open.
    _thread: Arc<SyncThread>,
}

struct Core {
    store: Arc<Store>,
    device: DeviceId,
    client: reqwest::Client,
    position: Arc<dyn PositionSource>,
    syncing: Arc<Syncing>,
    darkroom: Darkroom,
    default_server: String,
    developer: bool,
    /// Where the camera leaves its photos.
    camera: Option<PathBuf>,
    /// When this process opened the storage.
    opened: UnixMillis,
    started: Instant,
}

struct SyncThread {
    stop: watch::Sender<bool>,
    handle: Option<JoinHandle<()>>,
}

impl Drop for SyncThread {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(handle) = self.handle.take()
            && handle.join().is_err()
        {
            tracing::error!("the sync thread ended by a panic");
        }
    }
}

pub(crate) fn internal(error: &dyn std::fmt::Display) -> CommandError {
    CommandError::new(ErrorCode::Internal, &error.to_string())
}

impl Phone {
    /// Opens the storage and starts the sync thread.
    ///
    /// A database that cannot be used is set aside; [`StartView::notices`] then says so.
    ///
    /// # Errors
    /// [`CommandError`] where the folder itself cannot be used.
    pub fn open(config: PhoneConfig) -> Result<Self, CommandError> {
        let opened = WallClock.now();
        let storage = Store::open(&config.data_dir, opened)?;
        let store = Arc::new(storage.store);
        if let Some(set_aside) = storage.set_aside {
            let folder = set_aside.folder.display().to_string();
            store.add_notice("database_set_aside", &folder, opened)?;
        }
        let fresh = DeviceId::from_uuid(Uuid::now_v7());
        let device = store.installation(fresh)?.device;
        let key = device_key::open(&config.data_dir)?;
        let darkroom = Darkroom::new(device, Box::new(key));
        let syncing = Arc::new(Syncing::new());
        let client = http::client(config.patience).map_err(|error| internal(&error))?;
        let (stop, stopped) = watch::channel(false);
        let worker = Worker {
            store: Arc::clone(&store),
            position: Arc::clone(&config.position),
            follow: config.developer,
            device,
            key: darkroom.public_key().to_string(),
            client: client.clone(),
            syncing: Arc::clone(&syncing),
            stop: stopped,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| internal(&error))?;
        let handle = std::thread::Builder::new()
            .name("sync".to_owned())
            .spawn(move || {
                // While the window is being made; 10,000 points take 40 ms.
                if let Err(error) = worker.store.warm_points() {
                    tracing::warn!(%error, "the points are read when they are asked for");
                }
                runtime.block_on(worker.run());
            })
            .map_err(|error| internal(&error))?;
        Ok(Self {
            core: Arc::new(Core {
                store,
                device,
                client,
                position: config.position,
                syncing,
                darkroom,
                default_server: config.default_server,
                developer: config.developer,
                camera: config.camera,
                opened,
                started: config.started,
            }),
            _thread: Arc::new(SyncThread {
                stop,
                handle: Some(handle),
            }),
        })
    }

    /// Tells what to ask again; carries no data.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.core.syncing.changes()
    }

    /// Runs one command of a screen.
    ///
    /// # Errors
    /// [`CommandError`] with the code that the screen has words for; nothing is half done.
    pub async fn run(&self, command: Command) -> Result<Value, CommandError> {
        match command {
            Command::SignIn {
                server,
                account,
                password,
            } => {
                let credentials = Credentials {
                    server,
                    account,
                    password,
                };
                self.sign_in(credentials).await
            }
            Command::SignOut => self.sign_out().await,
            command => self.block(move |core| core.run(command)).await,
        }
    }

    /// Answers a question that waits for nothing but the disk, on the caller's own thread.
    pub(crate) fn answer_now(&self, question: Command) -> Result<Value, CommandError> {
        self.core.run(question)
    }

    /// Takes in a photo's bytes for the draft of a point, or for an item of the inspection that
    /// is open there. The photo is durable when it returns.
    ///
    /// # Errors
    /// [`CommandError`] where the bytes are no photo or the disk refuses them; nothing is kept.
    pub async fn stage_photo(
        &self,
        place: PhotoPlace,
        source: CaptureSource,
        bytes: Vec<u8>,
    ) -> Result<PhotoView, CommandError> {
        self.block(move |core| {
            let session = core.session()?;
            let installation = core.installation()?;
            let shot = Shot {
                session: &session,
                server: &installation.server,
                language: &core.settings(&installation)?.language,
                place: &place,
                source,
                found_after_ms: None,
                bytes: &bytes,
            };
            let taken = core
                .darkroom
                .take_in(&core.store, core.position.as_ref(), shot)?;
            if source == CaptureSource::Camera {
                captures::clear(core.camera.as_deref(), &bytes);
            }
            Ok(taken)
        })
        .await
    }

    /// Reads one copy of a photo.
    ///
    /// # Errors
    /// [`CommandError`] where this device does not have it.
    pub async fn photo_file(
        &self,
        sha256: Sha256Hex,
        size: PhotoSize,
    ) -> Result<PhotoFile, CommandError> {
        self.block(move |core| photos::file(&core.store, &sha256, size))
            .await
    }

    async fn sign_in(&self, credentials: Credentials) -> Result<Value, CommandError> {
        let core = &self.core;
        let signed_in = session::sign_in(core.client.clone(), core.device, credentials).await?;
        self.between_exchanges(move |core| {
            core.store.sign_in(&signed_in)?;
            answer(core.start()?)
        })
        .await
    }

    async fn sign_out(&self) -> Result<Value, CommandError> {
        let (ended, view) = self
            .between_exchanges(|core| {
                let ended = core.installation()?;
                core.store.sign_out(true)?;
                Ok((ended, answer(core.start()?)?))
            })
            .await?;
        if let Some(token) = ended.token {
            let client = self.core.client.clone();
            tokio::spawn(session::end_on_server(client, ended.server, token));
        }
        Ok(view)
    }

    /// Changes who is signed in while no exchange runs, and has the next one begin.
    async fn between_exchanges<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Core) -> Result<T, CommandError> + Send + 'static,
    ) -> Result<T, CommandError> {
        let syncing = &self.core.syncing;
        let quiet = syncing.between_exchanges().await;
        let done = self.block(work).await;
        drop(quiet);
        syncing.wake();
        done
    }

    /// Runs work that waits for the disk away from the shell's event loop.
    async fn block<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Core) -> Result<T, CommandError> + Send + 'static,
    ) -> Result<T, CommandError> {
        let core = Arc::clone(&self.core);
        tokio::task::spawn_blocking(move || work(&core))
            .await
            .map_err(|error| internal(&error))?
    }
}

fn answer<T: Serialize>(view: T) -> Result<Value, CommandError> {
    serde_json::to_value(view).map_err(|error| internal(&error))
}

impl Core {
    /// Runs a command that needs no network.
    fn run(&self, command: Command) -> Result<Value, CommandError> {
        let store = &self.store;
        let position = self.position.as_ref();
        match command {
            Command::Start => answer(self.start()?),
            Command::Usable => self.usable(),
            Command::Points {
                query,
                kind,
                offset,
                limit,
            } => {
                let window = Window {
                    query: &query,
                    kind,
                    offset,
                    limit,
                };
                answer(points::page(store, position, &self.session()?, &window)?)
            }
            Command::Point { id } => {
                let session = self.session()?;
                answer(points::detail(
                    store,
                    position,
                    &session,
                    self.syncing.link(),
                    id,
                )?)
            }
            Command::SaveDraft {
                point,
                criterion,
                note,
            } => {
                let person = self.session()?.person.id;
                let (criterion, note) = (criterion.as_str(), note.as_str());
                store.save_draft(SaveDraft {
                    person,
                    point,
                    criterion,
                    note,
                })?;
                answer(points::draft(store, person, point)?)
            }
            Command::RemoveDraftPhoto { point, sha256 } => {
                let person = self.session()?.person.id;
                store.remove_draft_photo(person, point, &sha256)?;
                answer(points::draft(store, person, point)?)
            }
            Command::ExpectPhoto { point, item } => {
                store.expect_capture(&Capture {
                    person: self.session()?.person.id,
                    point,
                    item,
                    began_at: WallClock.now(),
                })?;
                Ok(Value::Null)
            }
            Command::EndCapture => {
                store.end_capture()?;
                Ok(Value::Null)
            }
            Command::RecoverCapture => answer(self.recover_capture()?),
            Command::Annotate {
                point,
                item,
                sha256,
                shapes,
            } => {
                let session = self.session()?;
                let installation = self.installation()?;
                let new = NewDrawing {
                    session: &session,
                    server: &installation.server,
                    language: &self.settings(&installation)?.language,
                    place: &PhotoPlace { point, item },
                    original: &sha256,
                    shapes: &shapes,
                };
                answer(self.darkroom.annotate(store, new)?)
            }
            Command::BeginInspection { point } => answer(inspections::begin(
                store,
                position,
                &self.session()?,
                point,
            )?),
            Command::Inspection { id } => answer(inspections::show(store, &self.session()?, id)?),
            Command::InspectionItem { id, criterion } => {
                let session = self.session()?;
                answer(inspections::one_answer(store, &session, id, &criterion)?)
            }
            Command::SaveAnswer {
                id,
                criterion,
                value,
            } => {
                let session = self.session()?;
                answer(inspections::save_answer(
                    store, position, &session, id, &criterion, value,
                )?)
            }
            Command::SaveAnswerNote {
                id,
                criterion,
                note,
            } => {
                let session = self.session()?;
                answer(inspections::save_answer_note(
                    store, &session, id, &criterion, note,
                )?)
            }
            Command::DiscardInspection { id } => {
                answer(inspections::discard(store, &self.session()?, id)?)
            }
            Command::WalkLine {
                id,
                criterion,
                step,
            } => {
                let session = self.session()?;
                answer(inspections::walk_line(
                    store, position, &session, id, &criterion, step,
                )?)
            }
            Command::RemoveAnswerPhoto {
                id,
                criterion,
                sha256,
            } => {
                let session = self.session()?;
                let now = WallClock.now();
                store.remove_answer_photo(session.person.id, id, &criterion, &sha256, now)?;
                answer(inspections::one_answer(store, &session, id, &criterion)?)
            }
            Command::SubmitInspection { id } => {
                let view = inspections::submit(store, position, &self.session()?, id)?;
                self.syncing.tell(Change::Findings);
                self.syncing.tell(Change::Sync);
                self.syncing.wake();
                answer(view)
            }
            Command::SaveFinding {
                point,
                criterion,
                note,
            } => {
                let session = self.session()?;
                let saved = findings::save(store, position, &session, point, criterion, note)?;
                self.syncing.tell(Change::Findings);
                self.syncing.tell(Change::Sync);
                self.syncing.wake();
                answer(saved)
            }
            Command::Findings {
                filter,
                offset,
                limit,
            } => {
                let person = self.session()?.person.id;
                let link = self.syncing.link();
                answer(findings::page(store, person, link, filter, offset, limit)?)
            }
            Command::Finding { id } => {
                let person = self.session()?.person.id;
                answer(findings::one(store, person, self.syncing.link(), id)?)
            }
            Command::Sync => answer(self.sync_view()?),
            Command::SyncNow => {
                store.wake_queue(self.session()?.person.id)?;
                self.syncing.wake();
                answer(self.sync_view()?)
            }
            Command::SendOriginals => {
                store.wake_queue(self.session()?.person.id)?;
                self.syncing.send_originals();
                answer(self.sync_view()?)
            }
            Command::Network { metered } => {
                self.syncing.set_metered(metered);
                answer(())
            }
            Command::SaveSettings { settings } => {
                let text = serde_json::to_string(&settings).map_err(|error| internal(&error))?;
                store.save_settings(&text)?;
                answer(settings)
            }
            Command::DismissNotice { id } => {
                store.dismiss_notice(id)?;
                answer(self.notices()?)
            }
            Command::Position => answer(position.current()),
            Command::SimulatePosition {
                lat,
                lng,
                accuracy_m,
            } => self.simulate(lat, lng, accuracy_m),
            Command::SignIn { .. } | Command::SignOut => Err(internal(
                &"a command that needs the network came the wrong way",
            )),
        }
    }

    fn installation(&self) -> Result<Installation, CommandError> {
        Ok(self.store.installation(self.device)?)
    }

    fn session(&self) -> Result<SessionView, CommandError> {
        session::person_of(&self.store, self.device)
    }

    fn settings(&self, installation: &Installation) -> Result<Settings, CommandError> {
        if installation.settings.is_empty() {
            return Ok(Settings::default());
        }
        serde_json::from_str(&installation.settings).map_err(|error| internal(&error))
    }

    fn start(&self) -> Result<StartView, CommandError> {
        let installation = self.installation()?;
        let settings = self.settings(&installation)?;
        let server = if installation.server.is_empty() {
            self.default_server.clone()
        } else {
            installation.server
        };
        let session = installation.session.as_ref();
        let interrupted = captures::interrupted(&self.store, session, self.opened)?.is_some();
        Ok(StartView {
            interrupted,
            session: installation.session,
            server,
            settings,
            sync: self.sync_view()?,
            notices: self.notices()?,
            developer: self.developer,
        })
    }

    fn recover_capture(&self) -> Result<Option<CaptureView>, CommandError> {
        let session = self.session()?;
        let Some(capture) = captures::interrupted(&self.store, Some(&session), self.opened)? else {
            return Ok(None);
        };
        let installation = self.installation()?;
        let recovery = Recovery {
            store: &self.store,
            darkroom: &self.darkroom,
            position: self.position.as_ref(),
            camera: self.camera.as_deref(),
            session: &session,
            server: &installation.server,
            language: &self.settings(&installation)?.language,
            now: WallClock.now(),
        };
        captures::recover(recovery, capture)
    }

    fn sync_view(&self) -> Result<SyncView, CommandError> {
        let Installation {
            session, synced_at, ..
        } = self.installation()?;
        // On the sign-in page the count tells that somebody's work still waits on this phone.
        let person = session.as_ref().map(|session| session.person.id);
        let policy = session.map_or_else(Default::default, |session| session.district.photos);
        let tally = self.store.tally(person)?;
        Ok(self.syncing.view(tally, synced_at, policy.originals))
    }

    fn notices(&self) -> Result<Vec<Notice>, CommandError> {
        let notices = self.store.notices()?;
        Ok(notices
            .into_iter()
            .map(|notice| Notice {
                id: notice.id,
                code: notice.code,
                detail: notice.detail,
                at: notice.at,
            })
            .collect())
    }

    fn usable(&self) -> Result<Value, CommandError> {
        let elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            event = "usable",
            elapsed_ms,
            "the list of points is on the screen"
        );
        // Reading every page takes a while, so it comes after what the person waits for.
        let verdict = self.store.verify();
        if let Err(error) = verdict {
            tracing::error!(%error, "the database is damaged");
            return Err(error.into());
        }
        Ok(Value::Null)
    }

    fn simulate(&self, lat: f64, lng: f64, accuracy_m: f64) -> Result<Value, CommandError> {
        let place = Wgs84::new(lat, lng)
            .map_err(|error| CommandError::new(ErrorCode::BadCommand, &error.to_string()))?;
        let sane = accuracy_m.is_finite() && accuracy_m > 0.0;
        if !self.developer || !sane || !self.position.simulate(place, accuracy_m) {
            return Err(CommandError::new(
                ErrorCode::BadCommand,
                "positions are real here",
            ));
        }
        self.syncing.tell(Change::Position);
        answer(self.position.current())
    }
}
