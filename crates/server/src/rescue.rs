//! Takes in what a phone could not send: a rescue file, carried here any way there is.
//!
//! The file is a letter to this server, whose content is a row of files and operations. Each of
//! them is taken as if the phone had sent it: photos like uploads, operations by a push of one. So
//! whatever was here before stays as it is, the same file can be imported again, and the phone that
//! sends the same later is told that it has arrived.
//!
//! Anybody can seal a letter to this server. Whose records they are is shown by the signature of each
//! operation, with the key that is known here of the device; an unsigned one is not taken.
//!
//! What can go wrong, and what is left:
//! - The file was changed or broke off: what is whole before that place is taken, and the report
//!   says that there was more.
//! - The server stops, or its disk is full: what was taken is durable, and importing the file again
//!   goes on from there.
//!
//! One file of a photo is in memory at a time. This module must not know where the letter comes from.

mod spool;

use std::io::{self, Read};

use crate::store::db::Db;
use tokio::task::spawn_blocking;
use xunfang_domain::{Actor, DistrictId, Object, Sha256Hex, Verb, allows};
use xunfang_evidence::{OpAuthor, PublicKey, verify_op};
use xunfang_protocol::{
    Op, OpStatus, RescueFault, RescueManifest, RescueRefusal, RescueReport, RescueSection, codes,
    read_section,
};
use xunfang_vault::{LetterError, LetterReader};

pub(crate) use self::spool::{RESCUE_BYTES_MAX, spool, too_large};
use crate::App;
use crate::error::ApiError;
use crate::push::{self, Push};
use crate::store::{devices, people, reference};
use crate::uploads::{self, Held, UploadKey};

/// Most sections of a file. A phone has some thousands after a year without a network.
const SECTIONS_MAX: u32 = 200_000;
/// When to try again where a server that stops has broken off an import.
const RETRY_AFTER_S: u32 = 30;

/// Why a rescue file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum RescueError {
    /// It is not for here; nothing changed.
    #[error("{}. Nothing was changed.", reason(*.0))]
    Refused(RescueFault),
    /// Something on this side failed. What was imported before stays.
    #[error("{0}. What was imported before that is safe; import the file again.")]
    Failed(String),
}

impl From<ApiError> for RescueError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::RescueRefused(fault) => Self::Refused(fault),
            error => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
                Self::Failed(format!("{error}{cause}"))
            }
        }
    }
}

/// Says in English why a rescue file, or the rest of it, was not taken.
pub fn reason(fault: RescueFault) -> &'static str {
    match fault {
        RescueFault::NoRescueFile => "this is no rescue file",
        RescueFault::OtherServer => {
            "the rescue file is sealed to another server, or to this one before its database was \
             made anew"
        }
        RescueFault::Damaged => {
            "the rescue file was changed on its way: copy it from the phone again"
        }
        RescueFault::CutShort => {
            "the rescue file is cut short: copy the whole of it from the phone, or make it again"
        }
        RescueFault::Unknown => {
            "the rescue file holds something that this server does not know: update the server"
        }
        RescueFault::District => "the rescue file is of another district",
        RescueFault::Person => "the person is not known here, or may not submit records",
        RescueFault::Device => {
            "the person has never signed in here on the phone that made the rescue file"
        }
        RescueFault::Key => "the phone's key is another one than is known here",
    }
}

/// Imports a rescue file, of whichever district of this server.
///
/// # Errors
/// [`RescueError`]. A file that breaks off or was changed inside is imported up to there, and that
/// is no error: the report says so.
pub async fn import(
    app: &App,
    from: impl Read + Send + 'static,
) -> Result<RescueReport, RescueError> {
    Ok(take(app, None, from).await?)
}

/// Imports a rescue file, where `only` is given of no other district.
pub(crate) async fn take(
    app: &App,
    only: Option<DistrictId>,
    from: impl Read + Send + 'static,
) -> Result<RescueReport, ApiError> {
    let key = app.database().letter_key().clone();
    let opened = spawn_blocking(move || LetterReader::open(&key, from)).await?;
    let reader = opened.map_err(not_begun)?;
    let (reader, first) = step(reader, read_section).await?;
    // A letter may hold anything.
    let RescueSection::Manifest(manifest) = first.map_err(not_begun)? else {
        return Err(ApiError::RescueRefused(RescueFault::NoRescueFile));
    };
    if only.is_some_and(|only| only != manifest.district) {
        return Err(ApiError::RescueRefused(RescueFault::District));
    }
    let (sender, report) = app
        .database()
        .read(move |db| {
            let (sender, person) = sender(db, &manifest)?;
            Ok::<_, ApiError>((sender, empty_report(&manifest, person)))
        })
        .await?;
    let mut import = Import {
        app,
        sender,
        report,
    };
    import.run(reader).await?;
    let RescueReport {
        applied,
        already,
        files_stored,
        complete,
        ..
    } = import.report;
    let refused = import.report.refused.len();
    tracing::info!(
        applied,
        already,
        refused,
        files_stored,
        complete,
        "a rescue file was imported"
    );
    Ok(import.report)
}

/// Whose file it is, as far as it is known here.
#[derive(Debug, Clone)]
struct Sender {
    actor: Actor,
    author: OpAuthor,
    key: PublicKey,
}

/// Holds the manifest against what is known here, and returns the person's name.
fn sender(db: &Db, manifest: &RescueManifest) -> Result<(Sender, String), ApiError> {
    let refused = |fault| ApiError::RescueRefused(fault);
    let &RescueManifest {
        device,
        person,
        district,
        ..
    } = manifest;
    reference::district(db, district)?.ok_or(refused(RescueFault::District))?;
    let known = people::person(db, district, person)?.ok_or(refused(RescueFault::Person))?;
    let actor = Actor {
        person,
        district,
        grants: known.grants,
    };
    let theirs = Object::Finding {
        district,
        author: person,
        place: None,
    };
    if !allows(&actor, Verb::Submit, &theirs) {
        return Err(refused(RescueFault::Person));
    }
    if !devices::is_used_by(db, district, device, person)? {
        return Err(refused(RescueFault::Device));
    }
    let key: PublicKey = manifest
        .key
        .parse()
        .map_err(|_| refused(RescueFault::Key))?;
    let keys = devices::keys(db, district, device)?;
    if !keys.is_empty() && !keys.contains(&key.to_string()) {
        return Err(refused(RescueFault::Key));
    }
    let author = OpAuthor { device, person };
    Ok((Sender { actor, author, key }, known.display_name))
}

fn empty_report(manifest: &RescueManifest, person: String) -> RescueReport {
    RescueReport {
        person,
        device: manifest.device,
        made_at: manifest.made_at,
        records: manifest.ops,
        files: manifest.files,
        applied: 0,
        already: 0,
        files_stored: 0,
        files_already: 0,
        refused: Vec::new(),
        complete: false,
        broken: None,
    }
}

/// An import that has begun.
struct Import<'a> {
    app: &'a App,
    sender: Sender,
    report: RescueReport,
}

impl Import<'_> {
    /// Takes one section after the other, until the last or as far as they hold.
    async fn run<R>(&mut self, mut reader: LetterReader<R>) -> Result<(), ApiError>
    where
        R: Read + Send + 'static,
    {
        for _ in 0..SECTIONS_MAX {
            if self.app.stopping().is_cancelled() {
                return Err(ApiError::Busy {
                    retry_after_s: RETRY_AFTER_S,
                });
            }
            let (back, section) = step(reader, read_section).await?;
            reader = back;
            let went_on = match section {
                Ok(RescueSection::File { sha256, bytes }) => {
                    let (back, taken) = self.file(reader, sha256, bytes).await?;
                    reader = back;
                    taken
                }
                Ok(RescueSection::Op(op)) => {
                    self.op(*op).await?;
                    Ok(())
                }
                Ok(RescueSection::End) => {
                    let (_, end) = step(reader, at_end).await?;
                    self.report.complete = end.is_ok();
                    self.report.broken = end.err().map(broken).transpose()?;
                    return Ok(());
                }
                Ok(RescueSection::Manifest(_)) => Err(io::ErrorKind::InvalidData.into()),
                Err(error) => Err(error),
            };
            if let Err(error) = went_on {
                self.report.broken = Some(broken(error)?);
                return Ok(());
            }
        }
        self.report.broken = Some(RescueFault::Unknown);
        Ok(())
    }

    /// Takes a photo's file where it is not here. What reading it came to is the second.
    async fn file<R>(
        &mut self,
        reader: LetterReader<R>,
        sha256: Sha256Hex,
        length: u64,
    ) -> Result<(LetterReader<R>, io::Result<()>), ApiError>
    where
        R: Read + Send + 'static,
    {
        let key = UploadKey {
            district: self.sender.actor.district,
            owner: self.sender.author.device.uuid(),
            sha256,
        };
        if let Held::Whole { .. } = uploads::held(self.app, &key).await? {
            let (reader, passed) = step(reader, move |from| pass_over(from, length)).await?;
            // One that breaks off is not in the file, and is here all the same.
            self.report.files_already += 1;
            return Ok((reader, passed));
        }
        let (reader, bytes) = step(reader, move |from| read_file(from, length)).await?;
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => return Ok((reader, Err(error))),
        };
        match uploads::take_whole(self.app, &key, bytes).await {
            Ok(()) => self.report.files_stored += 1,
            // The file itself is wrong, and stays so however often it comes.
            Err(error @ (ApiError::HashMismatch | ApiError::NotAPhoto(_))) => {
                self.refuse(
                    key.sha256.to_string(),
                    "photo",
                    error.code(),
                    error.to_string(),
                );
            }
            Err(error) => return Err(error),
        }
        Ok((reader, Ok(())))
    }

    /// Applies an operation, as a push of the phone would.
    async fn op(&mut self, op: Op) -> Result<(), ApiError> {
        let Sender { actor, author, key } = self.sender.clone();
        let (id, kind) = (op.id.to_string(), String::from(op.kind.clone()));
        // A push proves by its session whose it is. Here nothing else does.
        if let Err(fault) = verify_op(&op, author, &key) {
            let message = format!("the signature does not hold: {fault}");
            self.refuse(id, &kind, codes::SIGNATURE_INVALID, message);
            return Ok(());
        }
        let push = Push {
            actor,
            device: author.device,
            key: Some(key),
            now: self.app.now(),
        };
        let pushed = push::take(self.app, push, vec![op]).await?;
        for result in pushed.results {
            match result.status {
                OpStatus::Applied => self.report.applied += 1,
                OpStatus::Duplicate => self.report.already += 1,
                OpStatus::Conflict | OpStatus::Rejected | OpStatus::Retry => {
                    let code = result.code.unwrap_or_else(|| codes::INTERNAL.to_owned());
                    let message = result.message.unwrap_or_default();
                    self.refuse(id.clone(), &kind, &code, message);
                }
            }
        }
        Ok(())
    }

    fn refuse(&mut self, id: String, kind: &str, code: &str, message: String) {
        self.report.refused.push(RescueRefusal {
            id,
            kind: kind.to_owned(),
            code: code.to_owned(),
            message,
        });
    }
}

/// Reads where it does not hold up other requests.
async fn step<R, T>(
    mut reader: LetterReader<R>,
    read: impl FnOnce(&mut LetterReader<R>) -> io::Result<T> + Send + 'static,
) -> Result<(LetterReader<R>, io::Result<T>), ApiError>
where
    R: Read + Send + 'static,
    T: Send + 'static,
{
    let done = spawn_blocking(move || {
        let read = read(&mut reader);
        (reader, read)
    });
    Ok(done.await?)
}

/// Reads a file's bytes; `length` was checked with its section.
fn read_file(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    all_of(bytes.len() as u64, length)?;
    Ok(bytes)
}

fn pass_over(from: &mut impl Read, length: u64) -> io::Result<()> {
    let passed = io::copy(&mut from.take(length), &mut io::sink())?;
    all_of(passed, length)
}

fn all_of(came: u64, length: u64) -> io::Result<()> {
    if came < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// Makes sure that nothing follows. Only here does a letter show that it is whole.
fn at_end(from: &mut impl Read) -> io::Result<()> {
    match from.read(&mut [0])? {
        0 => Ok(()),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// What is wrong with the file; none where reading it failed for another reason.
fn fault(error: &io::Error) -> Option<RescueFault> {
    match LetterError::of(error) {
        Some(LetterError::NotALetter) => Some(RescueFault::NoRescueFile),
        Some(LetterError::ForAnother { .. }) => Some(RescueFault::OtherServer),
        Some(LetterError::Damaged) => Some(RescueFault::Damaged),
        Some(LetterError::CutShort) => Some(RescueFault::CutShort),
        None => match error.kind() {
            io::ErrorKind::UnexpectedEof => Some(RescueFault::CutShort),
            io::ErrorKind::InvalidData => Some(RescueFault::Unknown),
            _ => None,
        },
    }
}

/// Says what broke the file off.
fn broken(error: io::Error) -> Result<RescueFault, ApiError> {
    fault(&error).ok_or_else(|| unreadable(&error))
}

/// Says why nothing of the file can be taken.
fn not_begun(error: io::Error) -> ApiError {
    match fault(&error) {
        // The letter is whole and for this server, but what it begins with is no manifest.
        Some(RescueFault::Unknown) => ApiError::RescueRefused(RescueFault::NoRescueFile),
        Some(fault) => ApiError::RescueRefused(fault),
        None => unreadable(&error),
    }
}

fn unreadable(error: &io::Error) -> ApiError {
    tracing::error!(%error, "a rescue file cannot be read");
    ApiError::Broken("the rescue file cannot be read from the disk")
}
