//! What the commands of a screen are carried out with, on a thread that may wait for the disk.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;
use xunfang_domain::{DeviceId, PhotoSubject, UnixMillis, Wgs84};
use xunfang_evidence::DeviceSigner;
use xunfang_protocol::SessionView;
use xunfang_store::{Capture, Installation, SaveDraft, Store, StoreError};
use xunfang_sync::Clock;

use crate::annotations::{self, NewDrawing};
use crate::captures::{self, Recovery};
use crate::clock::WallClock;
use crate::phone::internal;
use crate::photos::{Darkroom, PhotoPlace};
use crate::points::{self, Window};
use crate::position::PositionSource;
use crate::session;
use crate::syncing::Syncing;
use crate::view::{CaptureView, Change, Notice, Settings, StartView, SyncView};
use crate::{Command, CommandError, ErrorCode, findings, inspections};

/// Everything that a command needs.
pub(crate) struct Core {
    pub(crate) store: Arc<Store>,
    pub(crate) device: DeviceId,
    pub(crate) client: reqwest::Client,
    pub(crate) position: Arc<dyn PositionSource>,
    pub(crate) syncing: Arc<Syncing>,
    pub(crate) darkroom: Darkroom,
    /// Signs what leaves the phone.
    pub(crate) signer: Arc<dyn DeviceSigner>,
    pub(crate) default_server: String,
    pub(crate) developer: bool,
    /// Where the camera leaves its photos.
    pub(crate) camera: Option<PathBuf>,
    /// When this process opened the storage.
    pub(crate) opened: UnixMillis,
    pub(crate) started: Instant,
}

pub(crate) fn answer<T: Serialize>(view: T) -> Result<Value, CommandError> {
    serde_json::to_value(view).map_err(|error| internal(&error))
}

impl Core {
    /// Runs a command that needs no network.
    pub(crate) fn run(&self, command: Command) -> Result<Value, CommandError> {
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
                if let Some(id) = store.draft(person, point)?.finding {
                    let subject = PhotoSubject::Finding { id };
                    annotations::forget(store, person, point, &subject, &sha256)?;
                }
                store.remove_draft_photo(person, point, &sha256)?;
                answer(points::draft(store, person, point)?)
            }
            Command::ExpectPhoto { point, item } => {
                let capture = Capture {
                    person: self.session()?.person.id,
                    point,
                    item,
                    began_at: WallClock.now(),
                };
                store.expect_capture(&capture, self.opened)?;
                Ok(Value::Null)
            }
            Command::EndCapture => {
                self.end_capture()?;
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
                let (person, subject) = (
                    session.person.id,
                    PhotoSubject::Answer {
                        inspection: id,
                        criterion: criterion.clone(),
                    },
                );
                let point = store.inspection(person, id)?.point;
                annotations::forget(store, person, point, &subject, &sha256)?;
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
            Command::ReviseFinding { id } => {
                answer(findings::begin_revision(store, &self.session()?, id)?)
            }
            Command::GiveUpRevision { point } => {
                let person = self.session()?.person.id;
                store.give_up_revision(person, point)?;
                answer(points::draft(store, person, point)?)
            }
            Command::SettleConflict { id, keep, rev } => {
                let session = self.session()?;
                findings::settle(store, &session, id, keep, rev)?;
                self.syncing.tell(Change::Findings);
                self.syncing.tell(Change::Sync);
                self.syncing.wake();
                let link = self.syncing.link();
                answer(findings::one(store, session.person.id, link, id)?)
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
            Command::Rescue => answer(self.rescue_view()?),
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
            Command::Surroundings { now } => {
                self.syncing.learn(now);
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

    pub(crate) fn installation(&self) -> Result<Installation, CommandError> {
        Ok(self.store.installation(self.device)?)
    }

    pub(crate) fn session(&self) -> Result<SessionView, CommandError> {
        session::person_of(&self.store, self.device)
    }

    pub(crate) fn settings(&self, installation: &Installation) -> Result<Settings, CommandError> {
        if installation.settings.is_empty() {
            return Ok(Settings::default());
        }
        serde_json::from_str(&installation.settings).map_err(|error| internal(&error))
    }

    pub(crate) fn start(&self) -> Result<StartView, CommandError> {
        let installation = self.installation()?;
        let settings = self.settings(&installation)?;
        let server = if installation.server.is_empty() {
            self.default_server.clone()
        } else {
            installation.server
        };
        let session = installation.session.as_ref();
        let interrupted = captures::interrupted(&self.store, session, self.opened)?;
        Ok(StartView {
            interrupted: !interrupted.is_empty(),
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
        let captures = captures::interrupted(&self.store, Some(&session), self.opened)?;
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
        captures::recover(recovery, &captures)
    }

    /// Forgets what the camera was opened for since the app was.
    pub(crate) fn end_capture(&self) -> Result<(), StoreError> {
        let is_waited_for = |captures: Vec<Capture>| {
            let mut began = captures.iter().map(|one| one.began_at);
            began.any(|began| began >= self.opened)
        };
        // Most photos come without; those need no write.
        if is_waited_for(self.store.expected_captures()?) {
            let for_ever = UnixMillis::new(i64::MAX);
            self.store.end_captures(self.opened, for_ever)?;
        }
        Ok(())
    }

    pub(crate) fn sync_view(&self) -> Result<SyncView, CommandError> {
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
