//! What a photo's record is worth: kept when it comes, held against everything else when somebody
//! asks.
//!
//! A record whose signature does not hold is part of its finding all the same, and is told as
//! such; nobody's work is refused for it. What is examined is examined anew each time, so that a
//! record that came late, or a row that was changed, shows.

use crate::store::db::Db;
use xunfang_domain::{
    Beacon, DeviceId, DistrictId, PersonId, PhotoAnnotation, PhotoEvidence, PhotoRef, PhotoSubject,
    PointId, Receipt, Sealed, Sha256Hex, UnixMillis,
};
use xunfang_evidence::{
    CodeBasis, PublicKey, SealError, Statement, chain_start, digest, open, photo_code,
};
use xunfang_protocol::{CheckOutcome, EvidenceCheck, PhotoCheck, PhotoReport, TimeBracket};

use crate::reuse;
use crate::store::{StoreError, blobs, evidence};

/// How far the phone's clock may differ from the time that the server's word and the clock that
/// nobody can set give together, in milliseconds.
const CLOCK_OFF_MS_MAX: i64 = 5 * 60_000;
/// Places in a device's chain end before this: the database is asked for the one behind, too.
const SEQ_END: u64 = i64::MAX as u64;

/// Keeps the record of a photo that was taken with `device`, where its signature holds, and which
/// file is the copy that was drawn on; returns what the receipt says.
pub(crate) fn keep(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    photo: &PhotoRef,
    now: UnixMillis,
) -> Result<Option<Receipt>, StoreError> {
    let Some(sealed) = &photo.evidence else {
        return Ok(None);
    };
    let Some(read) = admitted(db, district, device, sealed)? else {
        return Ok(None);
    };
    let name = digest(sealed.text.as_bytes());
    evidence::add(db, district, &name, &read, sealed, now)?;
    if let Some(annotation) = annotation(db, district, device, photo)? {
        evidence::add_annotated(db, district, &name, &annotation.copy.sha256)?;
    }
    let at = evidence::received_at(db, district, &name)?.unwrap_or(now);
    Ok(Some(Receipt {
        evidence: name,
        original: read.original.sha256,
        at,
    }))
}

/// Reads what was drawn on a photo: signed by the device that signed the photo's record, and about
/// that record. None: nothing was drawn, or what says so does not hold.
pub(crate) fn annotation(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    photo: &PhotoRef,
) -> Result<Option<PhotoAnnotation>, StoreError> {
    let (Some(sealed), Some(of)) = (&photo.annotation, &photo.evidence) else {
        return Ok(None);
    };
    let read: PhotoAnnotation = match signed(db, district, device, sealed)? {
        Ok(read) => read,
        Err(fault) => {
            tracing::warn!(%device, %fault, "a drawing on a photo does not hold");
            return Ok(None);
        }
    };
    let about = read.original == photo.sha256 && read.evidence == digest(of.text.as_bytes());
    Ok(Some(read).filter(|_| about))
}

/// Names the files that stand in for a photo's original until it comes: those of a record whose
/// signature holds. None: only the original will do.
pub(crate) fn stand_ins(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    photo: &PhotoRef,
) -> Result<Option<[Sha256Hex; 2]>, StoreError> {
    let Some(sealed) = &photo.evidence else {
        return Ok(None);
    };
    let read = admitted(db, district, device, sealed)?;
    let read = read.filter(|read| read.original.sha256 == photo.sha256);
    Ok(read.map(|read| [read.copies.thumb.sha256, read.copies.working.sha256]))
}

/// Names the device that took a photo: the one that sends it, or another of the author's, as the
/// photo's record says. Whoever believes that verifies the signature with that device's key.
pub(crate) fn taken_with(photo: &PhotoRef, author: PersonId, sender: DeviceId) -> DeviceId {
    let read = photo.evidence.as_ref();
    let read = read.and_then(|sealed| serde_json::from_str::<PhotoEvidence>(&sealed.text).ok());
    read.filter(|read| read.person == author)
        .map_or(sender, |read| read.device)
}

/// Reads a record that is kept: signed by the device that took the photo.
fn admitted(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    sealed: &Sealed,
) -> Result<Option<PhotoEvidence>, StoreError> {
    let read: PhotoEvidence = match signed(db, district, device, sealed)? {
        Ok(read) => read,
        Err(fault) => {
            tracing::warn!(%device, %fault, "a photo's record does not hold");
            return Ok(None);
        }
    };
    // A number that the database does not hold is no place in a chain.
    if read.device != device || !(1..SEQ_END).contains(&read.seq) {
        tracing::warn!(%device, "a photo's record is of another device");
        return Ok(None);
    }
    Ok(Some(read))
}

pub(crate) fn signed<T: Statement>(
    db: &Db,
    district: DistrictId,
    device: DeviceId,
    sealed: &Sealed,
) -> Result<Result<T, SealError>, StoreError> {
    let key = evidence::key(db, district, device, &sealed.key)?;
    Ok(key.map_or(Err(SealError::OtherKey), |key| open(sealed, &key)))
}

/// The record that shows a photo, as far as the photo's own record has to agree with it.
#[derive(Debug, Clone)]
pub(crate) struct Shown<'a> {
    pub(crate) district: DistrictId,
    pub(crate) author: PersonId,
    pub(crate) point: PointId,
    pub(crate) subject: PhotoSubject,
    pub(crate) photo: &'a PhotoRef,
    /// When the record that shows it was durable here.
    pub(crate) received_at: UnixMillis,
}

/// Holds a photo against its record, and the record against everything else that is known.
pub(crate) fn examine(
    db: &Db,
    server: &PublicKey,
    shown: &Shown<'_>,
) -> Result<PhotoReport, StoreError> {
    let photo = shown.photo;
    let mut report = PhotoReport {
        sha256: photo.sha256.clone(),
        code: None,
        checks: Vec::new(),
        marks: Vec::new(),
        used_before: Vec::new(),
        annotated: None,
        time: TimeBracket {
            not_before: None,
            estimated: None,
            not_after: shown.received_at,
            clock_off_ms: None,
        },
    };
    let checks = &mut report.checks;
    let mut check = |what, outcome| checks.push(EvidenceCheck { what, outcome });
    // The hash was taken when the photo came; a row without its file is never written. Where the
    // phone has sent the small copies only, nothing can be said of the original yet.
    let here = blobs::find(db, shown.district, &photo.sha256)?;
    check(
        PhotoCheck::Original,
        match here {
            Some(blob) if blob.bytes == photo.bytes => CheckOutcome::Passed,
            Some(_) => CheckOutcome::Failed,
            None => CheckOutcome::Unknown,
        },
    );
    let (first_use, used_before) = reuse::earlier(db, shown)?;
    check(PhotoCheck::FirstUse, first_use);
    report.used_before = used_before;
    let Some(sealed) = &photo.evidence else {
        return Ok(report);
    };
    let read: PhotoEvidence = match serde_json::from_str(&sealed.text) {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(%error, "the record of a photo does not parse");
            check(PhotoCheck::Signature, CheckOutcome::Failed);
            return Ok(report);
        }
    };
    let signature = match signed::<PhotoEvidence>(db, shown.district, read.device, sealed)? {
        Ok(_) if evidence::keys_before(db, shown.district, read.device, &sealed.key)? > 0 => {
            CheckOutcome::Unknown
        }
        Ok(_) => CheckOutcome::Passed,
        Err(_) => CheckOutcome::Failed,
    };
    check(PhotoCheck::Signature, signature);
    check(PhotoCheck::Facts, outcome(agrees(&read, shown)));
    check(PhotoCheck::Chain, chain(db, shown.district, &read, sealed)?);
    let (clock, time) = clock(&read, server, shown.received_at);
    check(PhotoCheck::Clock, clock);
    if photo.annotation.is_some() {
        let annotation = annotation(db, shown.district, read.device, photo)?;
        check(PhotoCheck::Annotation, outcome(annotation.is_some()));
        report.annotated = annotation.map(|annotation| annotation.copy.sha256);
    }
    report.code = Some(read.code);
    report.marks = read.marks;
    report.time = time;
    Ok(report)
}

const fn outcome(holds: bool) -> CheckOutcome {
    if holds {
        CheckOutcome::Passed
    } else {
        CheckOutcome::Failed
    }
}

/// Whether the record is about this photo, of this author, at this point, for this purpose, and
/// its code the one that these facts give.
fn agrees(read: &PhotoEvidence, shown: &Shown<'_>) -> bool {
    let photo = shown.photo;
    let code = photo_code(CodeBasis::from(read)).ok();
    read.original.sha256 == photo.sha256
        && read.original.bytes == photo.bytes
        && read.source == photo.source
        && read.clocks.wall == photo.taken_at
        && read.position == photo.position
        && read.person == shown.author
        && read.point == shown.point
        && read.subject == shown.subject
        && code == Some(read.code)
}

/// Whether the record hangs together with the ones before and behind it.
fn chain(
    db: &Db,
    district: DistrictId,
    read: &PhotoEvidence,
    sealed: &Sealed,
) -> Result<CheckOutcome, StoreError> {
    // No device counts that far, and the database could not be asked for it.
    if read.seq >= SEQ_END {
        return Ok(CheckOutcome::Failed);
    }
    let own = digest(sealed.text.as_bytes());
    let (mut before, mut follows) = (None, true);
    for link in evidence::around(db, district, read.device, read.seq)? {
        if link.seq == read.seq {
            // Two records of one place: somebody has a copy of the key.
            follows &= link.digest == own.as_str();
        } else if link.seq < read.seq {
            before = Some(link.digest);
        } else {
            follows &= link.prev == own.as_str();
        }
    }
    Ok(match before {
        _ if !follows => CheckOutcome::Failed,
        Some(before) => outcome(before == read.prev.as_str()),
        None if read.seq == 1 => outcome(read.prev == chain_start()),
        // Photos that were taken and taken back, or are still on the phone.
        None => CheckOutcome::Unknown,
    })
}

/// When the photo was taken, by the server's word before it and its arrival after it.
fn clock(
    read: &PhotoEvidence,
    server: &PublicKey,
    received_at: UnixMillis,
) -> (CheckOutcome, TimeBracket) {
    let mut time = TimeBracket {
        not_before: None,
        estimated: None,
        not_after: received_at,
        clock_off_ms: None,
    };
    let Some(held) = &read.beacon else {
        return (CheckOutcome::Unknown, time);
    };
    let beacon: Beacon = match open(&held.beacon, server) {
        Ok(beacon) => beacon,
        // Another server's word, from before the phone signed in here, says nothing.
        Err(SealError::OtherKey) => return (CheckOutcome::Unknown, time),
        Err(_) => return (CheckOutcome::Failed, time),
    };
    time.not_before = Some(beacon.at);
    let Some(elapsed) = read.clocks.elapsed_ms(&held.came) else {
        return (outcome(beacon.device == read.device), time);
    };
    let estimated = beacon
        .at
        .plus_ms(i64::try_from(elapsed).unwrap_or(i64::MAX));
    let off_ms = read.clocks.wall.since(estimated);
    time.estimated = Some(estimated);
    time.clock_off_ms = Some(off_ms);
    let holds = beacon.device == read.device && off_ms.abs() <= CLOCK_OFF_MS_MAX;
    (outcome(holds), time)
}
