//! The rescue file: everything that waits, sealed to the server, to go another way than the network.
//!
//! Nothing on the phone changes by making one. Whatever of it the office imports, the server then
//! says that it has it already when the phone sends it after all.

use std::io::{self, BufWriter, Write};

use xunfang_domain::Clocks;
use xunfang_evidence::{OpAuthor, sign_op};
use xunfang_protocol::{RESCUE_EXTENSION, RescueManifest, RescueSection, write_section};
use xunfang_store::{QueuedPhoto, StoreError, Unsent};
use xunfang_sync::Clock;
use xunfang_vault::{LetterAddress, LetterWriter};

use crate::clock::WallClock;
use crate::dispatch::Core;
use crate::view::RescueView;
use crate::{CommandError, ErrorCode};

/// Operations that are read at a time.
const OPS_AT_ONCE: usize = 50;
/// What an operation takes, about, in bytes.
const OP_BYTES: u64 = 2_500;

impl Core {
    /// Counts what a rescue file would hold.
    pub(crate) fn rescue_view(&self) -> Result<RescueView, CommandError> {
        let person = self.session()?.person.id;
        let unsent = self.store.unsent(person)?;
        let can_be_made = self.store.rescue_address()?.is_some();
        Ok(view(&unsent, can_be_made))
    }

    /// Writes a rescue file with everything that waits.
    pub(crate) fn write_rescue(&self, to: impl Write) -> Result<RescueView, CommandError> {
        let session = self.session()?;
        let unsent = self.store.unsent(session.person.id)?;
        if unsent == Unsent::default() {
            let code = ErrorCode::RescueEmpty;
            return Err(CommandError::new(code, "nothing waits"));
        }
        let address = self.store.rescue_address()?;
        let unknown = |why: &str| CommandError::new(ErrorCode::RescueAddressUnknown, why);
        let address = address.ok_or_else(|| unknown("the server has told no address"))?;
        let address: LetterAddress = address
            .parse()
            .map_err(|_| unknown("the server has told no usable address"))?;
        let to = BufWriter::with_capacity(1 << 16, to);
        let mut letter = LetterWriter::new(&address, to).map_err(not_written)?;
        let manifest = RescueManifest {
            device: self.device,
            key: self.signer.public_key().to_string(),
            person: session.person.id,
            district: session.district.id,
            made_at: WallClock.now(),
            ops: count(unsent.ops.len()),
            files: count(unsent.files.len()),
        };
        let manifest = RescueSection::Manifest(manifest);
        write_section(&mut letter, &manifest).map_err(not_written)?;
        for photo in &unsent.files {
            let Some(bytes) = self.read_queued(photo)? else {
                continue;
            };
            let section = RescueSection::File {
                sha256: photo.sha256.clone(),
                bytes: bytes.len() as u64,
            };
            write_section(&mut letter, &section).map_err(not_written)?;
            letter.write_all(&bytes).map_err(not_written)?;
        }
        let author = OpAuthor {
            device: self.device,
            person: session.person.id,
        };
        for ids in unsent.ops.chunks(OPS_AT_ONCE) {
            // One that was acknowledged meanwhile is not among them any more.
            for mut op in self.store.ops(ids)? {
                match sign_op(&op, author, self.signer.as_ref()) {
                    Ok(signature) => op.sig = Some(signature),
                    // A key that refuses must not keep anybody's work on the phone.
                    Err(error) => {
                        tracing::error!(op = %op.id, %error, "an operation goes unsigned");
                    }
                }
                let section = RescueSection::Op(Box::new(op));
                write_section(&mut letter, &section).map_err(not_written)?;
            }
        }
        write_section(&mut letter, &RescueSection::End).map_err(not_written)?;
        let mut to = letter.finish().map_err(not_written)?;
        to.flush().map_err(not_written)?;
        Ok(view(&unsent, true))
    }

    /// Reads a file; one that was damaged is left out, and keeps no other here.
    fn read_queued(&self, photo: &QueuedPhoto) -> Result<Option<Vec<u8>>, CommandError> {
        let opened = self.store.open_queued(photo);
        match opened.and_then(|mut file| file.read_all()) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error @ (StoreError::NotFound(_) | StoreError::Unseal(_))) => {
                tracing::error!(photo = %photo.sha256, %error, "a photo is not in the rescue file");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn view(unsent: &Unsent, can_be_made: bool) -> RescueView {
    let files: u64 = unsent.files.iter().map(|file| file.bytes).sum();
    let mut photos: Vec<_> = unsent.files.iter().map(|file| &file.of).collect();
    photos.sort_unstable();
    photos.dedup();
    let records = count(unsent.ops.len());
    RescueView {
        records,
        photos: count(photos.len()),
        bytes: files + u64::from(records) * OP_BYTES,
        can_be_made,
        file_name: file_name(&WallClock.all()),
    }
}

/// `xunfang-20261123-0652.xfrescue`, by the local time.
fn file_name(clocks: &Clocks) -> String {
    let offset_ms = i64::from(clocks.offset_min) * 60_000;
    let local = chrono::DateTime::from_timestamp_millis(clocks.wall.plus_ms(offset_ms).get());
    let when = local.map_or_else(String::new, |local| {
        local.format("-%Y%m%d-%H%M").to_string()
    });
    format!("xunfang{when}.{RESCUE_EXTENSION}")
}

fn not_written(error: io::Error) -> CommandError {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::RescueNotWritten,
    };
    CommandError::new(code, &error.to_string())
}
