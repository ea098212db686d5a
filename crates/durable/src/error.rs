//! Failures of the disk, told apart by what a person can do about them.

use std::io;
use std::path::{Path, PathBuf};

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiskFault {
    /// There is no room: a full disk, a quota or a file-size limit.
    Full,
    /// The place may not be written.
    ReadOnly,
    /// There is no such file or folder.
    Missing,
    /// Anything else, for example a failing disk.
    Failed,
}

impl DiskFault {
    /// Sorts an error of the operating system.
    pub fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Failed,
        }
    }
}

/// A step on the disk that failed.
#[derive(Debug, thiserror::Error)]
#[error("could not {step} {path}: {source}")]
pub struct DiskError {
    /// What was attempted, as a verb.
    pub step: &'static str,
    /// On which path.
    pub path: PathBuf,
    /// The operating system's answer.
    pub source: io::Error,
}

impl DiskError {
    /// Sorts the failure by what can be done about it.
    pub fn fault(&self) -> DiskFault {
        DiskFault::of(&self.source)
    }

    /// Returns a closure for `map_err` that adds what was attempted and where.
    pub fn at(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self {
            step,
            path: path.to_owned(),
            source,
        }
    }
}
