//! Where a photo's verification code comes from.

use serde::Serialize;
use sha2::{Digest, Sha256};
use xunfang_domain::{
    Clocks, DeviceId, PersonId, PhotoCode, PhotoEvidence, PhotoSubject, PointId, PositionEvidence,
    Sha256Hex,
};

/// What is known of a photo before its watermark is printed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CodeBasis<'a> {
    /// Hash of the original.
    pub original: &'a Sha256Hex,
    /// The installation.
    pub device: DeviceId,
    /// Who is signed in.
    pub person: PersonId,
    /// At which point.
    pub point: PointId,
    /// For what.
    pub subject: &'a PhotoSubject,
    /// When.
    pub clocks: &'a Clocks,
    /// Where.
    pub position: &'a PositionEvidence,
}

impl<'a> From<&'a PhotoEvidence> for CodeBasis<'a> {
    fn from(evidence: &'a PhotoEvidence) -> Self {
        Self {
            original: &evidence.original.sha256,
            device: evidence.device,
            person: evidence.person,
            point: evidence.point,
            subject: &evidence.subject,
            clocks: &evidence.clocks,
            position: &evidence.position,
        }
    }
}

/// Makes the code that is printed into the watermark. The same facts give the same code, so that a
/// record can be held against it.
///
/// # Errors
/// The serializer's, which these types do not cause.
pub fn photo_code(basis: CodeBasis<'_>) -> serde_json::Result<PhotoCode> {
    let mut hash = Sha256::new();
    hash.update(b"xunfang.photo-code\n");
    hash.update(serde_json::to_vec(&basis)?);
    Ok(PhotoCode::from_digest(&hash.finalize().into()))
}
