//! The server's folder: where each file lies, and that one server at a time uses it.
//!
//! ```text
//! server.lock              held while a server or a command works on the folder
//! server.db, -wal, -shm    the database
//! blobs/<district>/<aa>/<sha256>                photos, whole and synced, unless a store has them
//! parts/<district>/<owner>/<sha256>[.length]    photos on their way, see `uploads`; likewise
//! renditions/<district>/<aa>/<sha256>.<copy>    can be made again at any time
//! restoring/               a backup that is being restored; the next restore removes what is left
//! rescue-<uuid>            a rescue file that comes in; it has this name for a moment only
//! set-aside/<millis>/      damaged databases, never deleted
//! ```
//!
//! Invariant: a name below these folders is made of UUIDs and checked hashes only, so that no
//! request can point elsewhere.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};
use rustix::io::Errno;
use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex, UnixMillis};
use xunfang_durable::{DiskError, Folders, make_folder, sync_folder};

use crate::StartError;

/// What can still be put into a folder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Bytes that are free on its disk.
    pub(crate) free: u64,
    /// Whether this process may put anything there.
    pub(crate) writable: bool,
}

/// A folder that this process holds the lock of, or only looks at.
#[derive(Debug)]
pub(crate) struct DataDir {
    root: PathBuf,
    folders: Folders,
    /// The operating system releases the lock with the file, also when the process is killed.
    _lock: Option<File>,
}

impl DataDir {
    /// Makes the folder where it is not there, and takes its lock.
    pub(crate) fn open(root: &Path) -> Result<Self, StartError> {
        make_folder(root)?;
        let path = root.join("server.lock");
        let lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(DiskError::at("open", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                root: root.to_owned(),
                folders: Folders::below(root),
                _lock: Some(lock),
            }),
            Err(TryLockError::WouldBlock) => Err(StartError::FolderInUse {
                folder: root.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(DiskError::at("lock", &path)(source).into()),
        }
    }

    /// Says how much more there can be.
    pub(crate) fn room(&self) -> Result<Room, DiskError> {
        let look = |error: Errno| DiskError::at("look at", &self.root)(error.into());
        let disk = statvfs(&self.root).map_err(look)?;
        let read_only = disk.f_flag.contains(StatVfsMountFlags::RDONLY);
        let denied = access(&self.root, Access::WRITE_OK | Access::EXEC_OK).is_err();
        Ok(Room {
            free: disk.f_bavail.saturating_mul(disk.f_frsize),
            writable: !read_only && !denied,
        })
    }

    /// Names what lies in a folder that a server may be using, for somebody who changes nothing; or
    /// in one that nobody else knows of.
    pub(crate) fn unlocked(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            folders: Folders::below(root),
            _lock: None,
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("server.db")
    }

    pub(crate) fn sample_accounts(&self) -> PathBuf {
        self.root.join("sample-accounts.json")
    }

    pub(crate) fn blob(&self, district: DistrictId, sha256: &Sha256Hex) -> PathBuf {
        self.hashed("blobs", district, sha256).join(sha256.as_str())
    }

    /// The folder of all photos.
    pub(crate) fn all_blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    /// The folder of a slice of a district's photos.
    pub(crate) fn blobs(&self, district: DistrictId, slice: u8) -> PathBuf {
        let district = self.all_blobs().join(district.to_string());
        district.join(format!("{slice:02x}"))
    }

    /// Where a backup is unpacked; what lies there moves out of it when all of it is there.
    pub(crate) fn restoring(&self) -> PathBuf {
        self.root.join("restoring")
    }

    pub(crate) fn rendition(
        &self,
        district: DistrictId,
        sha256: &Sha256Hex,
        copy: &'static str,
    ) -> PathBuf {
        self.hashed("renditions", district, sha256)
            .join(format!("{sha256}.{copy}"))
    }

    /// Where a rescue file is opened. It loses this name at once.
    pub(crate) fn spooled(&self, id: Uuid) -> PathBuf {
        self.root.join(format!("rescue-{id}"))
    }

    /// The folder of a district's uploads.
    pub(crate) fn all_parts(&self, district: DistrictId) -> PathBuf {
        self.root.join("parts").join(district.to_string())
    }

    /// The folder of one owner's uploads: nobody else's requests reach into it.
    pub(crate) fn parts(&self, district: DistrictId, owner: Uuid) -> PathBuf {
        self.all_parts(district).join(owner.to_string())
    }

    /// Makes a folder of this one so that it survives a power cut.
    pub(crate) fn ensure(&self, folder: &Path) -> Result<(), DiskError> {
        self.folders.ensure(folder)
    }

    /// Spreads files over 256 folders, so that none of them grows without bound.
    fn hashed(&self, kind: &str, district: DistrictId, sha256: &Sha256Hex) -> PathBuf {
        let first_digits = sha256.as_str().get(..2).unwrap_or_default();
        self.root
            .join(kind)
            .join(district.to_string())
            .join(first_digits)
    }

    /// Moves a damaged database out of the way and returns where it lies now.
    ///
    /// Nothing is deleted: it may hold the only copy of somebody's work.
    pub(crate) fn set_database_aside(&self, now: UnixMillis) -> Result<PathBuf, DiskError> {
        let folder = self.root.join("set-aside").join(now.get().to_string());
        make_folder(&folder)?;
        // The log goes first: a database without its log is incomplete, a log alone is ignored.
        for name in ["server.db-wal", "server.db-shm", "server.db"] {
            let from = self.root.join(name);
            if from.exists() {
                fs::rename(&from, folder.join(name)).map_err(DiskError::at("move", &from))?;
            }
        }
        sync_folder(&folder)?;
        sync_folder(&self.root)?;
        Ok(folder)
    }
}
