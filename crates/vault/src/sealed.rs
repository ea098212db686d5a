//! Files that are encrypted in chunks, each of them authenticated.
//!
//! ```text
//! "XFS1"  salt, 16 bytes  chunk  chunk  …  last chunk
//! ```
//!
//! The salt is random; with the installation's secret it gives the file a key of its own, so that
//! a chunk's number can be its nonce. A chunk is 64 KiB of the file, encrypted with AES-256-GCM, and
//! 16 bytes that authenticate it with its number, the file's name and whether it is the last one:
//! nothing can be changed, moved, left out or cut off unseen. Any place in a file is read by
//! opening the chunks that it lies in, so an upload goes on in the middle without reading the rest.
//!
//! Rejected: one seal over the whole file, which has to be read whole before its first byte may be
//! believed; `SQLite` for photos, whose log would write each of them twice.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use xunfang_durable::DiskError;

use crate::Secret;

/// Length of what is sealed in one piece, in bytes.
pub const CHUNK_BYTES: usize = 64 * 1024;

const MAGIC: [u8; 4] = *b"XFS1";
const SALT_BYTES: usize = 16;
const HEADER_BYTES: usize = MAGIC.len() + SALT_BYTES;
/// Length of a full chunk once it is sealed, in bytes.
pub(crate) const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + MAX_TAG_LEN;

/// Why a sealed file is not read.
#[derive(Debug, thiserror::Error)]
pub enum UnsealError {
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The file is none of this format.
    #[error("the file is not sealed")]
    NotSealed,
    /// It was changed, cut off, or belongs under another name or to another installation.
    #[error("the file does not open with this installation's key, or was changed")]
    Broken,
}

/// Seals and opens the files of one installation.
#[derive(Debug, Clone)]
pub struct FileSeal {
    secret: Secret,
}

/// Returns how long a file of so many bytes is when it is sealed. An empty one has a chunk too.
pub const fn sealed_bytes(plain: u64) -> u64 {
    let chunks = match plain.div_ceil(CHUNK_BYTES as u64) {
        0 => 1,
        chunks => chunks,
    };
    HEADER_BYTES as u64 + plain + chunks * MAX_TAG_LEN as u64
}

impl FileSeal {
    /// Seals with keys that are derived from `secret`.
    pub fn new(secret: Secret) -> Self {
        Self { secret }
    }

    /// Seals a file that is to lie under `name`.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn seal(&self, name: &str, plain: &[u8]) -> io::Result<Vec<u8>> {
        let length = usize::try_from(sealed_bytes(plain.len() as u64)).unwrap_or(usize::MAX);
        let mut writer = self.writer(name, Vec::with_capacity(length))?;
        writer.write_all(plain)?;
        writer.finish()
    }

    /// Seals what is written, as it comes.
    ///
    /// # Errors
    /// Where the system gives no random numbers, or `to` takes no bytes.
    pub fn writer<W: Write>(&self, name: &str, mut to: W) -> io::Result<SealWriter<W>> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        to.write_all(&MAGIC)?;
        to.write_all(&salt)?;
        let chunks = self.chunks(name, &salt).ok_or_else(impossible)?;
        Ok(SealWriter::new(chunks, to))
    }

    /// Opens a sealed file that lies under `name` there.
    ///
    /// # Errors
    /// [`UnsealError`] of the disk, or where the file is not sealed or its length impossible.
    pub fn open(&self, name: &str, path: &Path) -> Result<SealedFile, UnsealError> {
        let mut file = File::open(path).map_err(DiskError::at("open", path))?;
        let length = file
            .metadata()
            .map_err(DiskError::at("measure", path))?
            .len();
        let mut header = [0; HEADER_BYTES];
        match file.read_exact(&mut header) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(UnsealError::NotSealed);
            }
            Err(error) => return Err(DiskError::at("read", path)(error).into()),
        }
        let Some(salt) = header.strip_prefix(&MAGIC) else {
            return Err(UnsealError::NotSealed);
        };
        let body = length - HEADER_BYTES as u64;
        let chunks = body.div_ceil(SEALED_CHUNK_BYTES as u64);
        let bytes = body
            .checked_sub(chunks * MAX_TAG_LEN as u64)
            .filter(|_| chunks > 0)
            .ok_or(UnsealError::Broken)?;
        Ok(SealedFile {
            chunks: self.chunks(name, salt).ok_or(UnsealError::Broken)?,
            last: chunks - 1,
            bytes,
            file,
            path: path.to_owned(),
        })
    }

    fn chunks(&self, name: &str, salt: &[u8]) -> Option<Chunks> {
        Chunks::new(
            &self.secret.derive_salted(salt, "file"),
            name.as_bytes().to_vec(),
        )
    }
}

/// What is said where a cipher does not do what it is made for.
pub(crate) fn impossible() -> io::Error {
    io::Error::other("the cipher refuses a key of its own length")
}

/// The chunks of one file, or of one letter.
pub(crate) struct Chunks {
    key: LessSafeKey,
    context: Vec<u8>,
}

impl Chunks {
    /// Chunks that `key` encrypts, and nothing else ever does, and that open with the same
    /// `context` only. None where the cipher refuses the key.
    pub(crate) fn new(key: &Secret, context: Vec<u8>) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, key.as_bytes()).ok()?;
        Some(Self {
            key: LessSafeKey::new(key),
            context,
        })
    }

    /// The key is the file's own, so a number is never used twice with it.
    fn nonce(number: u64, is_last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        let [flag, .., _, _, _, _, _, _, _, _] = &mut nonce;
        *flag = u8::from(is_last);
        for (place, byte) in nonce.iter_mut().rev().zip(number.to_le_bytes()) {
            *place = byte;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    fn seal(&self, number: u64, is_last: bool, chunk: &mut Vec<u8>) -> io::Result<()> {
        let nonce = Self::nonce(number, is_last);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(&self.context), chunk)
            .map_err(|_| impossible())
    }

    /// Opens a chunk in its place. Where it does not open, nothing of it may be used.
    ///
    /// # Errors
    /// [`UnsealError::Broken`] where anything of it, its place or its context is another one.
    pub(crate) fn open(
        &self,
        number: u64,
        is_last: bool,
        chunk: &mut Vec<u8>,
    ) -> Result<(), UnsealError> {
        let nonce = Self::nonce(number, is_last);
        let length = self
            .key
            .open_in_place(nonce, Aad::from(&self.context), chunk)
            .map_err(|_| UnsealError::Broken)?
            .len();
        chunk.truncate(length);
        Ok(())
    }
}

/// Seals what is written. What was not [finished](Self::finish) does not open.
pub struct SealWriter<W> {
    chunks: Chunks,
    number: u64,
    gathered: Vec<u8>,
    /// Whether a chunk was not written whole. Sealing anything else in its place would use its
    /// number twice, which is what this cipher must not be asked.
    stopped: bool,
    to: W,
}

impl<W: Write> SealWriter<W> {
    /// Writes the chunks of a file whose header is written already.
    pub(crate) fn new(chunks: Chunks, to: W) -> Self {
        Self {
            chunks,
            number: 0,
            gathered: Vec::with_capacity(SEALED_CHUNK_BYTES),
            stopped: false,
            to,
        }
    }

    /// Seals the last chunk and returns what was written to.
    ///
    /// # Errors
    /// Those of the writer beneath, and where an earlier write failed.
    pub fn finish(mut self) -> io::Result<W> {
        self.pass_on(true)?;
        Ok(self.to)
    }

    fn pass_on(&mut self, is_last: bool) -> io::Result<()> {
        if std::mem::replace(&mut self.stopped, true) {
            return Err(io::Error::other("an earlier chunk could not be written"));
        }
        self.chunks.seal(self.number, is_last, &mut self.gathered)?;
        self.to.write_all(&self.gathered)?;
        self.gathered.clear();
        self.number += 1;
        self.stopped = false;
        Ok(())
    }
}

impl<W: Write> Write for SealWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits for the next byte: it may be the last one.
        // After a failure it is longer, being sealed already, and is not passed on again.
        if self.gathered.len() >= CHUNK_BYTES && !bytes.is_empty() {
            self.pass_on(false)?;
        }
        let room = CHUNK_BYTES.saturating_sub(self.gathered.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.gathered.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A sealed file, to be read in pieces.
pub struct SealedFile {
    chunks: Chunks,
    /// Number of the last chunk.
    last: u64,
    bytes: u64,
    file: File,
    path: std::path::PathBuf,
}

impl std::fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedFile")
            .field("path", &self.path)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl SealedFile {
    /// Returns the length of what is sealed, in bytes. It is believed when the last chunk was read.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads at most `most` bytes from `offset` on; fewer only at the end.
    ///
    /// # Errors
    /// [`UnsealError`] of the disk, or where one of the chunks was changed.
    pub fn read_at(&mut self, offset: u64, most: usize) -> Result<Vec<u8>, UnsealError> {
        let end = self.bytes.min(offset.saturating_add(most as u64));
        let mut read = Vec::new();
        // An empty file has a chunk too, which has to be looked at.
        let first = (offset / CHUNK_BYTES as u64).min(self.last);
        let last = (end.saturating_sub(1) / CHUNK_BYTES as u64).max(first);
        for number in first..=last.min(self.last) {
            let chunk = self.chunk(number)?;
            let begins = number * CHUNK_BYTES as u64;
            let within = |place: u64| {
                let place = place.saturating_sub(begins);
                usize::try_from(place).map_or(chunk.len(), |place| place.min(chunk.len()))
            };
            read.extend_from_slice(chunk.get(within(offset)..within(end)).unwrap_or_default());
        }
        Ok(read)
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// [`UnsealError`] of the disk, or where it was changed.
    pub fn read_all(&mut self) -> Result<Vec<u8>, UnsealError> {
        self.read_at(0, usize::MAX)
    }

    fn chunk(&mut self, number: u64) -> Result<Vec<u8>, UnsealError> {
        let at = HEADER_BYTES as u64 + number * SEALED_CHUNK_BYTES as u64;
        let mut chunk = Vec::with_capacity(SEALED_CHUNK_BYTES);
        self.file
            .seek(SeekFrom::Start(at))
            .and_then(|_| {
                (&mut self.file)
                    .take(SEALED_CHUNK_BYTES as u64)
                    .read_to_end(&mut chunk)
            })
            .map_err(DiskError::at("read", &self.path))?;
        self.chunks.open(number, number == self.last, &mut chunk)?;
        Ok(chunk)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

    fn seal() -> FileSeal {
        FileSeal::new(Secret::from_bytes([9; 32]))
    }

    fn plain(length: usize) -> Vec<u8> {
        (0..length).map(|place| (place * 7 % 251) as u8).collect()
    }

    fn written(sealed: &[u8]) -> (TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, sealed).unwrap();
        (folder, path)
    }

    fn read(sealed: &[u8], name: &str) -> Result<Vec<u8>, UnsealError> {
        let (_folder, path) = written(sealed);
        seal().open(name, &path)?.read_all()
    }

    #[test]
    fn any_length_comes_back_and_nothing_of_it_can_be_seen() {
        for length in [
            0,
            1,
            15,
            CHUNK_BYTES - 1,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            200_000,
        ] {
            let plain = plain(length);
            let sealed = seal().seal("a", &plain).unwrap();
            assert_eq!(sealed.len() as u64, sealed_bytes(length as u64));
            assert_eq!(read(&sealed, "a").unwrap(), plain);
            if length > 64 {
                let sample = &plain[32..48];
                assert!(!sealed.windows(16).any(|window| window == sample));
            }
        }
        let twice = [
            seal().seal("a", b"x").unwrap(),
            seal().seal("a", b"x").unwrap(),
        ];
        assert_ne!(twice[0], twice[1]);
    }

    #[test]
    fn a_file_cut_at_any_chunk_or_under_another_name_or_key_does_not_open() {
        let plain = plain(3 * CHUNK_BYTES);
        let sealed = seal().seal("a", &plain).unwrap();
        for cut in [
            0,
            3,
            HEADER_BYTES,
            HEADER_BYTES + 5,
            HEADER_BYTES + SEALED_CHUNK_BYTES,
            HEADER_BYTES + 2 * SEALED_CHUNK_BYTES,
            sealed.len() - 1,
        ] {
            assert!(read(&sealed[..cut], "a").is_err(), "cut at {cut}");
        }
        assert!(matches!(read(&sealed, "b"), Err(UnsealError::Broken)));
        let (_folder, path) = written(&sealed);
        let other = FileSeal::new(Secret::from_bytes([8; 32]));
        assert!(other.open("a", &path).unwrap().read_all().is_err());
        let (_folder, path) = written(&plain);
        let error = seal().open("a", &path).unwrap_err();
        assert!(matches!(error, UnsealError::NotSealed), "{error}");
        // Two chunks in each other's places.
        let mut swapped = sealed.clone();
        let (one, two) = swapped[HEADER_BYTES..].split_at_mut(SEALED_CHUNK_BYTES);
        one.swap_with_slice(&mut two[..SEALED_CHUNK_BYTES]);
        assert!(read(&swapped, "a").is_err());
    }

    /// A disk that is full after so many bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_writer_that_failed_seals_nothing_more() {
        let mut writer = seal().writer("a", Full(1000)).unwrap();
        writer.write_all(&plain(CHUNK_BYTES)).unwrap();
        let full = writer.write(b"x").unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::WriteZero);
        writer.to.0 = usize::MAX;
        let before = writer.to.0;
        assert!(writer.write(b"x").is_err());
        assert_eq!(writer.to.0, before);
        assert!(writer.finish().is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_piece_is_read_as_it_was(
            length in 0..300_000_usize, offset in 0..320_000_u64, most in 0..150_000_usize,
        ) {
            let plain = plain(length);
            let (_folder, path) = written(&seal().seal("a", &plain).unwrap());
            let mut file = seal().open("a", &path).unwrap();
            prop_assert_eq!(file.bytes(), length as u64);
            let from = usize::try_from(offset).unwrap().min(length);
            let to = (from + most).min(length);
            prop_assert_eq!(file.read_at(offset, most).unwrap(), &plain[from..to]);
        }

        #[test]
        fn any_changed_byte_is_noticed(
            length in 0..200_000_usize, place: proptest::sample::Index, change in 1..=255_u8,
        ) {
            let mut sealed = seal().seal("a", &plain(length)).unwrap();
            let place = place.index(sealed.len());
            sealed[place] ^= change;
            prop_assert!(read(&sealed, "a").is_err());
        }

        #[test]
        fn writing_in_pieces_seals_the_same(pieces in prop::collection::vec(0..90_000_usize, 0..6)) {
            let mut writer = seal().writer("a", Vec::new()).unwrap();
            let mut all = Vec::new();
            for length in pieces {
                let piece = plain(length);
                writer.write_all(&piece).unwrap();
                all.extend(piece);
            }
            prop_assert_eq!(read(&writer.finish().unwrap(), "a").unwrap(), all);
        }
    }
}
