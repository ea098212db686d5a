//! Findings: what an inspector recorded, and what a supervisor said of it.

use serde::{Deserialize, Serialize};

use crate::{
    FindingId, InspectionId, PointId, PositionEvidence, Sealed, StandardId, Standing, UnixMillis,
};

/// Longest note of a finding, in characters.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// Longest reason of a review, in characters.
pub const REASON_CHARS_MAX: usize = 500;
/// Most photos of one finding.
pub const PHOTOS_PER_FINDING_MAX: usize = 20;

/// The SHA-256 of a file, as 64 lower-case hexadecimal digits; the name of a photo.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(ts_rs::TS, utoipa::ToSchema),
    ts(type = "string")
)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Hex(String);

/// A text that is no SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a photo is named by 64 lower-case hexadecimal digits")]
pub struct Sha256HexError;

impl Sha256Hex {
    /// Returns the 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes the hash in digits.
    pub fn from_bytes(hash: [u8; 32]) -> Self {
        let digit = |nibble: u8| char::from(if nibble < 10 { b'0' } else { b'a' - 10 } + nibble);
        let digits = hash
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        Self(digits.collect())
    }

    /// Reads the digits.
    pub fn to_bytes(&self) -> [u8; 32] {
        let mut digits = self.0.bytes().map(|digit| match digit {
            b'a'..=b'f' => digit - b'a' + 10,
            _ => digit - b'0',
        });
        std::array::from_fn(|_| digits.next().unwrap_or(0) << 4 | digits.next().unwrap_or(0))
    }
}

impl TryFrom<String> for Sha256Hex {
    type Error = Sha256HexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() == 64 && digits {
            Ok(Self(text))
        } else {
            Err(Sha256HexError)
        }
    }
}

impl std::str::FromStr for Sha256Hex {
    type Err = Sha256HexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl From<Sha256Hex> for String {
    fn from(hash: Sha256Hex) -> Self {
        hash.0
    }
}

impl std::fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the bytes of a photo reached the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaptureSource {
    /// Through the phone's camera.
    Camera,
    /// Chosen from files, so it may be older than the visit.
    File,
}

/// One photo of a finding, by the hash of its unchanged original.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PhotoRef {
    /// Hash of the original bytes.
    pub sha256: Sha256Hex,
    /// Length of the original in bytes.
    pub bytes: u64,
    /// Media type, for example `image/jpeg`.
    pub media_type: String,
    /// Width in pixels as stored, before orientation.
    pub width: u32,
    /// Height in pixels as stored, before orientation.
    pub height: u32,
    /// How it reached the app.
    pub source: CaptureSource,
    /// When the app received it, by the device's wall clock.
    pub taken_at: UnixMillis,
    /// Where the phone was when the app received it.
    pub position: PositionEvidence,
    /// What the device signed of it, a [`crate::PhotoEvidence`]; an app that knew of none left it
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Sealed>,
    /// What was drawn on a copy of it, a [`crate::PhotoAnnotation`]; none: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotation: Option<Sealed>,
}

/// A finding 问题 as the phone submits it. It changes only by a revision of its author, which is a
/// record of its own; see [`FindingRecord::check_revision`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct FindingRecord {
    /// Its id, minted on the phone.
    pub id: FindingId,
    /// The point it was found at.
    pub point: PointId,
    /// The standard it is judged by.
    pub standard: StandardId,
    /// The version of that standard.
    pub standard_version: u32,
    /// Code of the criterion that is not met.
    pub criterion: String,
    /// What the inspector wrote; may be empty.
    pub note: String,
    /// When it was saved, by the device's wall clock.
    pub found_at: UnixMillis,
    /// Where the phone was when it was saved.
    pub position: PositionEvidence,
    /// How that lay to the point's zone, as the phone computed it.
    pub standing: Option<Standing>,
    /// Its photos in the order in which they were taken.
    pub photos: Vec<PhotoRef>,
    /// The inspection during which it was found, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection: Option<InspectionId>,
}

/// What is wrong with a record that parses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RecordError {
    /// No criterion was chosen.
    #[error("a finding names a criterion")]
    CriterionMissing,
    /// The note is too long.
    #[error("a note has at most {NOTE_CHARS_MAX} characters")]
    NoteTooLong,
    /// There is no photo.
    #[error("a finding has at least one photo")]
    PhotoMissing,
    /// There are too many photos.
    #[error("a finding has at most {PHOTOS_PER_FINDING_MAX} photos")]
    TooManyPhotos,
    /// The same photo is listed twice.
    #[error("a finding lists each photo once")]
    PhotoTwice,
}

impl FindingRecord {
    /// Checks what types cannot say; phone and server both ask.
    ///
    /// # Errors
    /// The first rule that the record breaks.
    pub fn check(&self) -> Result<(), RecordError> {
        if self.criterion.is_empty() {
            return Err(RecordError::CriterionMissing);
        }
        if self.note.chars().count() > NOTE_CHARS_MAX {
            return Err(RecordError::NoteTooLong);
        }
        if self.photos.is_empty() {
            return Err(RecordError::PhotoMissing);
        }
        if self.photos.len() > PHOTOS_PER_FINDING_MAX {
            return Err(RecordError::TooManyPhotos);
        }
        let mut hashes: Vec<_> = self.photos.iter().map(|photo| &photo.sha256).collect();
        hashes.sort();
        hashes.dedup();
        if hashes.len() < self.photos.len() {
            return Err(RecordError::PhotoTwice);
        }
        Ok(())
    }
}

/// Why a record is no revision of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RevisionError {
    /// It tells of something else.
    #[error("a revision keeps the finding's point, its time and its inspection")]
    OtherFinding,
    /// It leaves out photos, or says something else of them. Whoever wrote it had not seen them:
    /// there is no way to take one back.
    #[error("a revision keeps the photos that were submitted, as they were")]
    PhotoMissing,
}

impl FindingRecord {
    /// Checks whether this is a revision 补充 of an earlier record of the finding: what was found
    /// when and where stays, and so do the photos. The words may change, and photos may be added.
    ///
    /// # Errors
    /// [`RevisionError`] where it is none.
    pub fn check_revision(&self, earlier: &Self) -> Result<(), RevisionError> {
        let told = |record: &Self| (record.id, record.point, record.found_at, record.inspection);
        if told(self) != told(earlier) {
            return Err(RevisionError::OtherFinding);
        }
        let told = |photo: &PhotoRef| (photo.taken_at, photo.source, photo.evidence.clone());
        let shows = |photo: &PhotoRef| {
            let mut same = self.photos.iter().filter(|one| one.sha256 == photo.sha256);
            same.any(|one| told(one) == told(photo))
        };
        if !earlier.photos.iter().all(shows) {
            return Err(RevisionError::PhotoMissing);
        }
        Ok(())
    }

    /// Takes over the photos of another record of the finding that this one lacks, before its own:
    /// they came first.
    pub fn take_photos_of(&mut self, other: &Self) {
        let own = std::mem::take(&mut self.photos);
        let is_new = |photo: &&PhotoRef| other.photos.iter().all(|one| one.sha256 != photo.sha256);
        let added: Vec<PhotoRef> = own.iter().filter(is_new).cloned().collect();
        self.photos.clone_from(&other.photos);
        self.photos.extend(added);
    }
}

/// How far a finding has come on a supervisor's desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Nobody has looked at it yet.
    Pending,
    /// It stands.
    Accepted,
    /// It went back to the inspector with a reason.
    Returned,
}

/// What a supervisor says of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// It stands.
    Accept,
    /// It goes back.
    Return {
        /// Why, in words for the inspector.
        reason: String,
    },
}

/// Why a decision cannot be taken as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DecisionError {
    /// A finding goes back only with a reason.
    #[error("returning a finding needs a reason")]
    ReasonMissing,
    /// The reason is too long.
    #[error("a reason has at most {REASON_CHARS_MAX} characters")]
    ReasonTooLong,
}

impl Decision {
    /// Checks the reason.
    ///
    /// # Errors
    /// [`DecisionError`] where a reason is missing or too long.
    pub fn check(&self) -> Result<(), DecisionError> {
        match self {
            Self::Accept => Ok(()),
            Self::Return { reason } if reason.trim().is_empty() => {
                Err(DecisionError::ReasonMissing)
            }
            Self::Return { reason } if reason.chars().count() > REASON_CHARS_MAX => {
                Err(DecisionError::ReasonTooLong)
            }
            Self::Return { .. } => Ok(()),
        }
    }

    /// Returns the state that follows from it.
    pub const fn state(&self) -> ReviewState {
        match self {
            Self::Accept => ReviewState::Accepted,
            Self::Return { .. } => ReviewState::Returned,
        }
    }
}

/// Highest number of a review, far beyond what anybody decides.
pub const REVIEW_REV_MAX: u64 = 1_000_000;

/// A finding's review as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Review {
    /// Which finding.
    pub finding: FindingId,
    /// How it stands.
    pub state: ReviewState,
    /// Why it went back; empty otherwise.
    pub reason: String,
    /// Counts up with each decision and each revision of the record, from 0; a decision or a
    /// revision names the one it saw.
    pub rev: u64,
    /// When it was decided, by the server's clock.
    pub decided_at: Option<UnixMillis>,
    /// Who decided, as a name to show.
    pub decided_by: Option<String>,
}

impl Review {
    /// The review of a finding whose author has revised it, at `rev`: somebody has to look again.
    pub const fn pending(finding: FindingId, rev: u64) -> Self {
        Self {
            finding,
            state: ReviewState::Pending,
            reason: String::new(),
            rev,
            decided_at: None,
            decided_by: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn photo(number: u8) -> PhotoRef {
        PhotoRef {
            sha256: Sha256Hex::from_bytes([number; 32]),
            bytes: 1,
            media_type: "image/jpeg".to_owned(),
            width: 1,
            height: 1,
            source: CaptureSource::Camera,
            taken_at: UnixMillis::new(0),
            position: PositionEvidence::Missing {
                why: crate::PositionMissing::NoFix,
            },
            evidence: None,
            annotation: None,
        }
    }

    fn finding(photos: &[u8]) -> FindingRecord {
        FindingRecord {
            id: FindingId::from_uuid(Uuid::from_u128(1)),
            point: PointId::from_uuid(Uuid::from_u128(2)),
            standard: StandardId::from_uuid(Uuid::from_u128(3)),
            standard_version: 1,
            criterion: "cables-tidy".to_owned(),
            note: String::new(),
            found_at: UnixMillis::new(5),
            position: photo(0).position,
            standing: None,
            photos: photos.iter().map(|&number| photo(number)).collect(),
            inspection: None,
        }
    }

    #[test]
    fn a_revision_changes_the_words_and_adds_photos_and_nothing_else() {
        let first = finding(&[1, 2]);
        let words = FindingRecord {
            note: "补拍一张近照".to_owned(),
            criterion: "manhole-covers".to_owned(),
            ..finding(&[1, 2, 3])
        };
        assert_eq!(words.check_revision(&first), Ok(()));
        let elsewhere = FindingRecord {
            point: PointId::from_uuid(Uuid::from_u128(9)),
            ..finding(&[1, 2])
        };
        let later = FindingRecord {
            found_at: UnixMillis::new(6),
            ..finding(&[1, 2])
        };
        for other in [elsewhere, later] {
            assert_eq!(
                other.check_revision(&first),
                Err(RevisionError::OtherFinding)
            );
        }
        let mut retold = finding(&[1, 2]);
        retold
            .photos
            .iter_mut()
            .for_each(|photo| photo.taken_at = UnixMillis::new(7));
        for other in [finding(&[2, 3]), retold] {
            assert_eq!(
                other.check_revision(&first),
                Err(RevisionError::PhotoMissing)
            );
        }
    }

    #[test]
    fn photos_of_two_revisions_come_together_each_once() {
        let mut mine = finding(&[1, 3, 4]);
        mine.take_photos_of(&finding(&[1, 2, 3]));
        assert_eq!(mine.photos, finding(&[1, 2, 3, 4]).photos);
    }

    #[test]
    fn a_photo_name_is_64_lower_case_hexadecimal_digits() {
        let good = "a".repeat(64);
        assert_eq!(good.parse::<Sha256Hex>().unwrap().as_str(), good);
        for bad in [
            "",
            "a",
            &"A".repeat(64),
            &"g".repeat(64),
            &"a".repeat(65),
            "../../etc/passwd",
        ] {
            assert_eq!(bad.parse::<Sha256Hex>(), Err(Sha256HexError), "{bad}");
        }
    }

    #[test]
    fn a_finding_goes_back_only_with_a_reason_of_bounded_length() {
        let returned = |reason: &str| {
            Decision::Return {
                reason: reason.to_owned(),
            }
            .check()
        };
        assert_eq!(Decision::Accept.check(), Ok(()));
        assert_eq!(returned("照片看不清井盖"), Ok(()));
        assert_eq!(returned("  \n "), Err(DecisionError::ReasonMissing));
        assert_eq!(returned(&"长".repeat(REASON_CHARS_MAX)), Ok(()));
        assert_eq!(
            returned(&"长".repeat(REASON_CHARS_MAX + 1)),
            Err(DecisionError::ReasonTooLong)
        );
    }
}
