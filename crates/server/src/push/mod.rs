//! Applies a device's operations, each once and each by itself.
//!
//! A push is one transaction; its answer is sent after the commit is synced. Inside it, every
//! operation has a savepoint: one that is refused, or that meets a rule of the schema which nobody
//! thought of, takes nothing back but itself and blocks no other. A failure of the database or the
//! disk takes all of it back, and the phone sends the batch again.
//!
//! An operation is the same one when its author, id, kind, entity and body are the same. Sent
//! again it is a duplicate and gets the place it has; the same id with anything else is refused,
//! and the first stands.

mod checked;
mod record;

use crate::store::db::Db;
use xunfang_domain::{Actor, DeviceId, Receipt, Sha256Hex, UnixMillis, Verb, allows};
use xunfang_evidence::PublicKey;
use xunfang_protocol::{LiveNotice, Op, OpResult, OpStatus, codes};

use self::checked::Checked;
use self::record::{Meets, Record, Stored, Unread};
use crate::App;
use crate::store::evidence::{self, KeyOwner};
use crate::store::feed::{self, NewEvent};
use crate::store::ops::{self, AppliedOp};
use crate::store::{StoreError, StoreFault, blobs, likeness, reference};

/// Largest number that the database holds.
const DEV_SEQ_MAX: u64 = i64::MAX as u64;

/// Who pushes, and when.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    pub(crate) actor: Actor,
    pub(crate) device: DeviceId,
    /// The key with which the device signs, where it says so.
    pub(crate) key: Option<PublicKey>,
    pub(crate) now: UnixMillis,
}

/// What a push came to.
#[derive(Debug, Default)]
pub(crate) struct Pushed {
    pub(crate) ack_dev_seq: u64,
    pub(crate) results: Vec<OpResult>,
    /// What receipts to sign after the commit: the place of the result, and what it says.
    pub(crate) receipts: Vec<(usize, Receipt)>,
    /// To be told after the commit.
    notices: Vec<LiveNotice>,
    /// Whether there are photos now that wait to be compared.
    brought_photos: bool,
}

/// What became of one operation.
enum Verdict {
    Applied {
        seq: u64,
        events: Vec<NewEvent>,
        notice: LiveNotice,
        receipts: Vec<Receipt>,
        has_photos: bool,
    },
    Duplicate {
        seq: u64,
        receipts: Vec<Receipt>,
    },
    Conflict {
        code: &'static str,
        message: String,
    },
    Rejected {
        code: &'static str,
        message: String,
    },
    Retry {
        code: &'static str,
        message: String,
        need_blobs: Vec<Sha256Hex>,
    },
}

/// Applies the operations in a transaction of their own, and tells everybody whom that concerns.
pub(crate) async fn take(app: &App, push: Push, ops: Vec<Op>) -> Result<Pushed, StoreError> {
    let (district, now) = (push.actor.district, push.now);
    let ops = checked::all(&push, ops).await?;
    let mut pushed = app
        .database()
        .write(district, move |db| apply(db, &push, &ops))
        .await?;
    for result in &pushed.results {
        app.metrics().pushed(result.status);
    }
    if pushed.brought_photos {
        app.comparing().wake();
    }
    for notice in std::mem::take(&mut pushed.notices) {
        app.live().tell(district, now, notice);
    }
    Ok(pushed)
}

/// Applies the operations in their order.
fn apply(db: &Db, push: &Push, ops: &[Checked]) -> Result<Pushed, StoreError> {
    let mut pushed = Pushed::default();
    let mut events = Vec::new();
    if let Some(key) = &push.key {
        let owner = KeyOwner {
            district: push.actor.district,
            device: push.device,
            person: push.actor.person,
        };
        evidence::add_key(db, owner, key, push.now)?;
    }
    for checked in ops {
        let (verdict, op) = (apply_alone(db, push, checked)?, &checked.op);
        let mut result = OpResult {
            id: op.id,
            status: OpStatus::Applied,
            seq: None,
            code: None,
            message: None,
            need_blobs: Vec::new(),
            receipts: Vec::new(),
        };
        let place = pushed.results.len();
        let mut signed_later = |receipts: Vec<Receipt>| {
            let receipts = receipts.into_iter().map(|receipt| (place, receipt));
            pushed.receipts.extend(receipts);
        };
        match verdict {
            Verdict::Applied {
                seq,
                events: told,
                notice,
                receipts,
                has_photos,
            } => {
                result.seq = Some(seq);
                signed_later(receipts);
                pushed.brought_photos |= has_photos;
                events.extend(told);
                pushed.notices.push(notice);
            }
            Verdict::Duplicate { seq, receipts } => {
                result.status = OpStatus::Duplicate;
                result.seq = Some(seq);
                signed_later(receipts);
            }
            Verdict::Conflict { code, message } => {
                result.status = OpStatus::Conflict;
                result.code = Some(code.to_owned());
                result.message = Some(message);
            }
            Verdict::Rejected { code, message } => {
                result.status = OpStatus::Rejected;
                result.code = Some(code.to_owned());
                result.message = Some(message);
            }
            Verdict::Retry {
                code,
                message,
                need_blobs,
            } => {
                result.status = OpStatus::Retry;
                result.code = Some(code.to_owned());
                result.message = Some(message);
                result.need_blobs = need_blobs;
            }
        }
        pushed.results.push(result);
    }
    let district = push.actor.district;
    pushed.ack_dev_seq = ops::last_dev_seq(db, district, push.device)?;
    // The last statements, so that the feed's counters are held for as short as possible.
    feed::append(db, district, &events)?;
    Ok(pushed)
}

/// Applies one operation in a savepoint.
fn apply_alone(db: &Db, push: &Push, checked: &Checked) -> Result<Verdict, StoreError> {
    match db.savepoint(|db| judge(db, push, checked)) {
        Err(error) if error.fault() == StoreFault::Refused => {
            tracing::error!(op = %checked.op.id, %error, "an operation met a rule that it was not checked for");
            let message = "the server could not store it".to_owned();
            Ok(Verdict::Retry {
                code: codes::INTERNAL,
                message,
                need_blobs: Vec::new(),
            })
        }
        Err(error) if error.fault() == StoreFault::Unstorable => {
            Ok(rejected(codes::RECORD_INVALID, &error.to_string()))
        }
        judged => judged,
    }
}

/// Checks an operation and stores it where nothing stands against it.
fn judge(db: &Db, push: &Push, checked: &Checked) -> Result<Verdict, StoreError> {
    let district = push.actor.district;
    let op = &checked.op;
    if let Err(fault) = &checked.signature {
        tracing::warn!(op = %op.id, %fault, "an operation is asked for again");
        let message = format!("the signature does not hold: {fault}");
        return Ok(later(codes::SIGNATURE_INVALID, message));
    }
    if let Some(first) = ops::find(db, district, op.id)? {
        let same = first.digest == checked.digest && first.author == push.actor.person;
        if !same {
            return Ok(rejected(
                codes::OP_ID_REUSED,
                "another operation has this id",
            ));
        }
        // A phone that missed the answer gets its receipts again.
        let receipts = match Record::read(op) {
            Ok(record) => receipts(db, push, &record)?,
            Err(_) => Vec::new(),
        };
        return Ok(Verdict::Duplicate {
            seq: first.seq,
            receipts,
        });
    }
    let record = match Record::read(op) {
        Ok(record) => record,
        Err(Unread::Invalid(message)) => return Ok(rejected(codes::RECORD_INVALID, &message)),
        Err(Unread::KindUnknown(kind)) => {
            let message = format!("this server does not know {kind} yet");
            return Ok(later(codes::KIND_UNKNOWN, message));
        }
    };
    if op.dev_seq > DEV_SEQ_MAX {
        return Ok(rejected(codes::RECORD_INVALID, "dev_seq is out of range"));
    }
    let object = record.object(district, push.actor.person);
    if !allows(&push.actor, Verb::Submit, &object) {
        let message = "only those who inspect submit records";
        return Ok(rejected(codes::FORBIDDEN, message));
    }
    let meets = record.meets(db, push)?;
    if let Meets::Itself { seq } = meets {
        remember(db, push, checked, seq)?;
        let receipts = receipts(db, push, &record)?;
        return Ok(Verdict::Duplicate { seq, receipts });
    }
    if let Some(verdict) = stands_against(meets) {
        return Ok(verdict);
    }
    if reference::point(db, district, record.point())?.is_none() {
        return Ok(rejected(
            codes::POINT_UNKNOWN,
            "the point is not one of this district",
        ));
    }
    if !record.standard_is_known(db, district)? {
        // A server that came back from a backup gets its standards again.
        let message = "the district does not have this version of the standard".to_owned();
        return Ok(later(codes::STANDARD_UNKNOWN, message));
    }
    let need_blobs = missing_photos(db, push, &record)?;
    if !need_blobs.is_empty() {
        let message = format!("{} photos have to be uploaded first", need_blobs.len());
        return Ok(Verdict::Retry {
            code: codes::PHOTOS_MISSING,
            message,
            need_blobs,
        });
    }
    store(db, push, checked, &record)
}

/// Says what becomes of a record for what it meets; nothing where that is no obstacle.
fn stands_against(meets: Meets) -> Option<Verdict> {
    Some(match meets {
        Meets::Nothing | Meets::Itself { .. } => return None,
        Meets::Namesake => rejected(
            codes::RECORD_INVALID,
            "another operation submitted this record",
        ),
        // A server that came back from a backup gets it again.
        Meets::Unknown => later(
            codes::FINDING_UNKNOWN,
            "the finding that is revised is not here".to_owned(),
        ),
        Meets::MovedOn => moved_on(),
        Meets::OfAnother => rejected(codes::FORBIDDEN, "only its author revises a finding"),
        Meets::Other(error) => rejected(codes::RECORD_INVALID, &error.to_string()),
    })
}

/// Keeps the records of the photos, and says what the receipts for them say.
fn receipts(db: &Db, push: &Push, record: &Record) -> Result<Vec<Receipt>, StoreError> {
    let mut receipts = Vec::new();
    for photo in record.photos() {
        let device = crate::evidence::taken_with(photo, push.actor.person, push.device);
        let receipt = crate::evidence::keep(db, push.actor.district, device, photo, push.now)?;
        // The author's other phones get theirs with what they send.
        receipts.extend(receipt.filter(|_| device == push.device));
    }
    Ok(receipts)
}

fn moved_on() -> Verdict {
    Verdict::Conflict {
        code: codes::FINDING_MOVED_ON,
        message: "the finding was decided on or revised since".to_owned(),
    }
}

fn later(code: &'static str, message: String) -> Verdict {
    Verdict::Retry {
        code,
        message,
        need_blobs: Vec::new(),
    }
}

fn rejected(code: &'static str, message: &str) -> Verdict {
    Verdict::Rejected {
        code,
        message: message.to_owned(),
    }
}

/// Lists the files that have to come first: of each photo the original, or the small copies that
/// its record names; and the copy that was drawn on.
fn missing_photos(db: &Db, push: &Push, record: &Record) -> Result<Vec<Sha256Hex>, StoreError> {
    let district = push.actor.district;
    let is_missing = |sha256: &Sha256Hex| -> Result<bool, StoreError> {
        Ok(blobs::find(db, district, sha256)?.is_none())
    };
    let mut missing = Vec::new();
    for photo in record.photos() {
        let device = crate::evidence::taken_with(photo, push.actor.person, push.device);
        let drawn = crate::evidence::annotation(db, district, device, photo)?;
        if let Some(drawn) = drawn
            && is_missing(&drawn.copy.sha256)?
        {
            missing.push(drawn.copy.sha256);
        }
        if !is_missing(&photo.sha256)? {
            continue;
        }
        match crate::evidence::stand_ins(db, district, device, photo)? {
            None => missing.push(photo.sha256.clone()),
            Some(copies) => {
                for copy in copies {
                    if is_missing(&copy)? {
                        missing.push(copy);
                    }
                }
            }
        }
    }
    Ok(missing)
}

fn store(db: &Db, push: &Push, checked: &Checked, record: &Record) -> Result<Verdict, StoreError> {
    // As it came: a field that a newer phone added is kept for a newer server.
    let body = checked.op.body.to_string();
    let Some(Stored { seq, events }) = record.store(db, push, &body)? else {
        return Ok(moved_on());
    };
    let photos = record.photos();
    for photo in &photos {
        likeness::add_due(db, push.actor.district, &photo.sha256, push.now)?;
    }
    remember(db, push, checked, seq)?;
    Ok(Verdict::Applied {
        has_photos: !photos.is_empty(),
        receipts: receipts(db, push, record)?,
        seq,
        events,
        notice: record.notice(),
    })
}

/// Remembers an operation, so that it is known when it comes again.
fn remember(db: &Db, push: &Push, checked: &Checked, seq: u64) -> Result<(), StoreError> {
    let Checked {
        op,
        digest,
        signature,
    } = checked;
    let applied = AppliedOp {
        device: push.device,
        dev_seq: op.dev_seq,
        author: push.actor.person,
        kind: String::from(op.kind.clone()),
        digest: *digest,
        seq,
    };
    // One whose signature does not hold never comes so far.
    let signature = signature.as_ref().ok().and_then(Option::as_ref);
    ops::add(
        db,
        push.actor.district,
        op.id,
        &applied,
        signature,
        push.now,
    )
}
