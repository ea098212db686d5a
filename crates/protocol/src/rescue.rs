//! What a phone could not send, as one stream: the rescue file's content.
//!
//! The content is a row of sections. Each begins with four bytes, highest first, that tell the length of
//! a [`RescueSection`] in JSON; behind that of a file come the file's bytes. The first section says
//! whose it is, then come the photos' files and the operations, and the last says that nothing is
//! missing. The file itself is a letter, sealed to the server's address (`xunfang_vault`), so that it
//! can go any way: nobody on that way can read it. Who has made it is told by the operations'
//! signatures alone.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use xunfang_domain::{DeviceId, DistrictId, PersonId, Sha256Hex, UnixMillis};

use crate::{Op, PUSH_BYTES_MAX, UPLOAD_PHOTO_BYTES_MAX};

/// How the name of a rescue file ends.
pub const RESCUE_EXTENSION: &str = "xfrescue";
/// Largest section without a file's bytes: an operation.
const SECTION_BYTES_MAX: usize = PUSH_BYTES_MAX;

/// Whose rescue file it is, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct RescueManifest {
    /// The installation.
    pub device: DeviceId,
    /// Public key with which it signs: 66 hexadecimal digits.
    pub key: String,
    /// Whose records they are.
    pub person: PersonId,
    /// Their district.
    pub district: DistrictId,
    /// When it was made, by the phone's clock.
    pub made_at: UnixMillis,
    /// How many operations are in it.
    pub ops: u32,
    /// How many files of photos were to be in it; one that cannot be read any more is left out.
    pub files: u32,
}

/// One part of a rescue file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum RescueSection {
    /// Comes first.
    Manifest(RescueManifest),
    /// A photo's file; so many bytes follow.
    File {
        /// Its hash.
        sha256: Sha256Hex,
        /// Its length.
        bytes: u64,
    },
    /// An operation with its signature. Its photos come before it.
    Op(Box<Op>),
    /// Comes last.
    End,
}

/// Writes the head of a section. The bytes of a file are written behind it by the caller.
///
/// # Errors
/// The writer's.
pub fn write_section(to: &mut impl Write, section: &RescueSection) -> io::Result<()> {
    let text = serde_json::to_vec(section)?;
    let length = u32::try_from(text.len())
        .map_err(|_| io::Error::other("a section of a rescue file is too long"))?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(&text)
}

/// Reads the head of the next section. The bytes of a file are read behind it by the caller, all of
/// them, before the next is asked for.
///
/// # Errors
/// The reader's, and [`io::ErrorKind::InvalidData`] where this is no section or one that is longer
/// than any can be.
pub fn read_section(from: &mut impl Read) -> io::Result<RescueSection> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > SECTION_BYTES_MAX {
        return Err(invalid("a section of a rescue file is too long"));
    }
    let mut text = vec![0; length];
    from.read_exact(&mut text)?;
    let section = serde_json::from_slice(&text)?;
    match section {
        RescueSection::File { bytes, .. } if bytes > UPLOAD_PHOTO_BYTES_MAX => {
            Err(invalid("a photo of a rescue file is too long"))
        }
        section => Ok(section),
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn sections_come_back_as_they_were_written() {
        let manifest = RescueSection::Manifest(RescueManifest {
            device: DeviceId::from_uuid(Uuid::from_u128(1)),
            key: "02".repeat(33),
            person: PersonId::from_uuid(Uuid::from_u128(2)),
            district: DistrictId::from_uuid(Uuid::from_u128(3)),
            made_at: UnixMillis::new(4),
            ops: 0,
            files: 1,
        });
        let file = RescueSection::File {
            sha256: Sha256Hex::from_bytes([7; 32]),
            bytes: 3,
        };
        let mut written = Vec::new();
        for section in [&manifest, &file] {
            write_section(&mut written, section).unwrap();
        }
        written.extend([1, 2, 3]);
        write_section(&mut written, &RescueSection::End).unwrap();
        let mut from = written.as_slice();
        assert_eq!(read_section(&mut from).unwrap(), manifest);
        assert_eq!(read_section(&mut from).unwrap(), file);
        let mut bytes = [0; 3];
        from.read_exact(&mut bytes).unwrap();
        assert_eq!(bytes, [1, 2, 3]);
        assert_eq!(read_section(&mut from).unwrap(), RescueSection::End);
        assert!(read_section(&mut from).is_err());
    }

    #[test]
    fn what_is_longer_than_anything_can_be_is_refused_before_it_is_read() {
        let mut from = [0xff; 8].as_slice();
        let error = read_section(&mut from).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let huge = RescueSection::File {
            sha256: Sha256Hex::from_bytes([7; 32]),
            bytes: UPLOAD_PHOTO_BYTES_MAX + 1,
        };
        let mut written = Vec::new();
        write_section(&mut written, &huge).unwrap();
        let error = read_section(&mut written.as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
