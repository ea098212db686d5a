//! Photo files, sealed, each under the hash of what it holds.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use xunfang_domain::Sha256Hex;
use xunfang_durable::{DiskError, DiskFault, Folders, Incoming, keep_all, make_folder};
use xunfang_vault::{FileSeal, SealedFile, UnsealError, sealed_bytes};

use crate::StoreError;
use crate::photos::NamedBytes;

/// The folders in which photos lie.
#[derive(Debug)]
pub(crate) struct PhotoFolder {
    seal: FileSeal,
    places: PhotoPlaces,
    incoming: PathBuf,
    folders: Folders,
}

/// A photo's file, to be read in pieces.
#[derive(Debug)]
pub struct PhotoReader(Inner);

#[derive(Debug)]
enum Inner {
    Sealed(Box<SealedFile>),
    /// Of an app without encryption.
    Plain(File),
}

impl PhotoReader {
    /// Reads at most `most` bytes from `offset` on; fewer only at the end.
    ///
    /// # Errors
    /// [`StoreError`] where the disk fails or the file was changed.
    pub fn read_at(&mut self, offset: u64, most: usize) -> Result<Vec<u8>, StoreError> {
        match &mut self.0 {
            Inner::Sealed(file) => Ok(file.read_at(offset, most)?),
            Inner::Plain(file) => {
                let mut piece = Vec::new();
                file.seek(SeekFrom::Start(offset))
                    .and_then(|_| file.take(most as u64).read_to_end(&mut piece))
                    .map_err(DiskError::at("read", Path::new("a photo")))?;
                Ok(piece)
            }
        }
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// [`StoreError`] where the disk fails or the file was changed.
    pub fn read_all(&mut self) -> Result<Vec<u8>, StoreError> {
        self.read_at(0, usize::MAX)
    }
}

/// Where photos lie in the app's folder.
#[derive(Debug)]
pub(crate) struct PhotoPlaces {
    originals: PathBuf,
    copies: PathBuf,
}

impl PhotoPlaces {
    pub(crate) fn below(folder: &Path) -> Self {
        Self {
            originals: folder.join("photos"),
            copies: folder.join("copies"),
        }
    }

    pub(crate) fn original(&self, sha256: &Sha256Hex) -> PathBuf {
        self.originals.join(digits(sha256)).join(sha256.as_str())
    }

    /// Copies lie beside those of the same original, so that one sync of a folder keeps all.
    pub(crate) fn copy(&self, original: &Sha256Hex, copy: &Sha256Hex) -> PathBuf {
        self.copies.join(digits(original)).join(copy.as_str())
    }
}

/// Two digits spread the files over 256 folders. The type holds 64 hexadecimal digits.
fn digits(sha256: &Sha256Hex) -> &str {
    sha256.as_str().get(..2).unwrap_or("00")
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, DiskError> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(DiskError::at("list", folder))
}

impl PhotoFolder {
    pub(crate) fn open(folder: &Path, seal: &FileSeal) -> Result<Self, StoreError> {
        let photos = Self {
            seal: seal.clone(),
            places: PhotoPlaces::below(folder),
            incoming: folder.join("incoming"),
            folders: Folders::below(folder),
        };
        let places = &photos.places;
        for folder in [&places.originals, &places.copies, &photos.incoming] {
            make_folder(folder)?;
        }
        photos.clear_incoming()?;
        Ok(photos)
    }

    /// Removes what a killed app left half-written. It has no row, no name and was never shown as
    /// saved; the person's camera still has it.
    fn clear_incoming(&self) -> Result<(), DiskError> {
        for path in list(&self.incoming)? {
            fs::remove_file(&path).map_err(DiskError::at("remove", &path))?;
        }
        Ok(())
    }

    pub(crate) fn original(&self, sha256: &Sha256Hex) -> PathBuf {
        self.places.original(sha256)
    }

    pub(crate) fn copy(&self, original: &Sha256Hex, copy: &Sha256Hex) -> PathBuf {
        self.places.copy(original, copy)
    }

    /// Names a file on its way. Two threads may take in the same file at once.
    fn part(&self, name: &str) -> PathBuf {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        self.incoming.join(format!("{name}.{number}"))
    }

    fn write(&self, part: &Path, file: &NamedBytes<'_>) -> Result<Incoming, DiskError> {
        let sealed = self.seal.seal(file.sha256.as_str(), file.bytes);
        let mut writing = Incoming::open(part)?;
        writing.write(&sealed.map_err(DiskError::at("seal", part))?)?;
        Ok(writing)
    }

    /// Opens the file that lies at `path`, sealed or, of an older app, plain.
    pub(crate) fn read(&self, path: &Path) -> Result<PhotoReader, StoreError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match self.seal.open(&name, path) {
            Ok(sealed) => Ok(PhotoReader(Inner::Sealed(Box::new(sealed)))),
            Err(UnsealError::NotSealed) => {
                let file = File::open(path).map_err(DiskError::at("open", path))?;
                Ok(PhotoReader(Inner::Plain(file)))
            }
            Err(UnsealError::Disk(error)) if error.fault() == DiskFault::Missing => {
                Err(StoreError::NotFound("photo file"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the original of a photo, where it is there.
    pub(crate) fn remove_original(&self, sha256: &Sha256Hex) -> Result<(), DiskError> {
        let path = self.original(sha256);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(DiskError::at("remove", &path)(error))
            }
            _ => Ok(()),
        }
    }

    /// Seals every file that is not, and returns how many those were.
    pub(crate) fn seal_all(&self) -> Result<u32, StoreError> {
        let mut count = 0;
        for folder in [&self.places.originals, &self.places.copies] {
            for digits in list(folder)? {
                for path in list(&digits)? {
                    let PhotoReader(Inner::Plain(mut plain)) = self.read(&path)? else {
                        continue;
                    };
                    let mut bytes = Vec::new();
                    plain
                        .read_to_end(&mut bytes)
                        .map_err(DiskError::at("read", &path))?;
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    let part = self.part(&name);
                    let sealed = self.seal.seal(&name, &bytes);
                    let mut writing = Incoming::open(&part)?;
                    writing.write(&sealed.map_err(DiskError::at("seal", &path))?)?;
                    writing.keep(&path)?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    /// Makes files durable under their names. What is there already with the same length stays:
    /// names are hashes, and a file gets its name only when it is whole. Its name may not have been
    /// synced yet, where the app was killed just then.
    pub(crate) fn keep(&self, files: &[(NamedBytes<'_>, PathBuf)]) -> Result<(), DiskError> {
        let is_missing = |file: &NamedBytes<'_>, name: &Path| {
            let bytes = file.bytes.len() as u64;
            // Plain ones are of an app without encryption, and sealed when their turn comes.
            let whole = |found: fs::Metadata| [bytes, sealed_bytes(bytes)].contains(&found.len());
            !name.metadata().is_ok_and(whole)
        };
        let mut parts = Vec::new();
        let written = (|| {
            let (mut incoming, mut named) = (Vec::new(), Vec::new());
            for (file, name) in files {
                if let Some(folder) = name.parent() {
                    self.folders.ensure(folder)?;
                }
                if !is_missing(file, name) {
                    named.push(name.clone());
                    continue;
                }
                let part = self.part(file.sha256.as_str());
                parts.push(part.clone());
                incoming.push((self.write(&part, file)?, name.clone()));
            }
            keep_all(incoming, &named)
        })();
        if written.is_err() {
            // Give the room back at once; a full disk has little of it.
            for part in parts.iter().filter(|part| part.exists()) {
                fs::remove_file(part).map_err(DiskError::at("remove", part))?;
            }
        }
        written
    }
}
