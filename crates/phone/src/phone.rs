//! The phone: what a shell opens once and then asks.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use serde_json::Value;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;
use xunfang_domain::{CaptureSource, DeviceId, Sha256Hex};
use xunfang_evidence::DeviceSigner;
use xunfang_store::{PhotoFile, PhotoSize, Store};
use xunfang_sync::Clock;
use xunfang_vault::KeyStore;

use crate::clock::WallClock;
use crate::dispatch::{Core, answer};
use crate::photos::{self, Darkroom, PhotoPlace, Shot};
use crate::position::PositionSource;
use crate::session::{self, Credentials};
use crate::syncing::{Syncing, Worker};
use crate::view::{Change, PhotoView, RescueView};
use crate::{Command, CommandError, ErrorCode, Patience, captures, http, keys};

/// What a shell knows and the phone does not.
pub struct PhoneConfig {
    /// Folder for everything this installation keeps.
    pub data_dir: PathBuf,
    /// Where its keys are kept, outside of that folder.
    pub keys: Arc<dyn KeyStore>,
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
    /// A database that cannot be used is set aside; [`crate::StartView::notices`] then says so.
    ///
    /// # Errors
    /// [`CommandError`] where the folder itself cannot be used.
    pub fn open(config: PhoneConfig) -> Result<Self, CommandError> {
        let opened = WallClock.now();
        let sealed_with = keys::storage(config.keys.as_ref(), &config.data_dir)?;
        let storage = Store::open(&config.data_dir, &sealed_with, opened)?;
        let store = Arc::new(storage.store);
        if let Some(set_aside) = storage.set_aside {
            let folder = set_aside.folder.display().to_string();
            store.add_notice("database_set_aside", &folder, opened)?;
            if set_aside.recovered.rows > 0 {
                store.add_notice("database_recovered", "", opened)?;
            }
        }
        let fresh = DeviceId::from_uuid(Uuid::now_v7());
        let device = store.installation(fresh)?.device;
        let has_signed = store.last_record()?.is_some();
        let key = keys::signing(config.keys.as_ref(), &config.data_dir, has_signed)?;
        let signer: Arc<dyn DeviceSigner> = Arc::new(key);
        let darkroom = Darkroom::new(device, Arc::clone(&signer));
        let syncing = Arc::new(Syncing::new());
        let client = http::client(config.patience).map_err(|error| internal(&error))?;
        let (stop, stopped) = watch::channel(false);
        let worker = Worker {
            store: Arc::clone(&store),
            position: Arc::clone(&config.position),
            follow: config.developer,
            device,
            signer: Arc::clone(&signer),
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
                if let Err(error) = worker.store.seal_photos() {
                    tracing::error!(%error, "photos of an older app are not encrypted yet");
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
                signer,
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
                // The photo is safe; at worst it is looked for once more, and found to be there.
                if let Err(error) = core.end_capture() {
                    tracing::warn!(%error, "the camera is still waited for");
                }
            }
            Ok(taken)
        })
        .await
    }

    /// Writes a rescue file: everything that the server has not confirmed, sealed to it.
    ///
    /// # Errors
    /// [`CommandError`] where nothing waits, the server has not told its address yet, or `to` takes
    /// no more. Nothing on the phone changes either way; what was written then is no rescue file.
    pub async fn write_rescue(
        &self,
        to: impl std::io::Write + Send + 'static,
    ) -> Result<RescueView, CommandError> {
        self.block(move |core| core.write_rescue(to)).await
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
