//! A recording: what a program did to a folder, call by call.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::trace::{CALLS, Reader, is_memory};

/// One change of the folder, or something the program said. Paths are below the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A file was opened, and made where it was not there.
    Open {
        /// Which file.
        path: PathBuf,
    },
    /// Bytes were written.
    Write {
        /// Which file.
        path: PathBuf,
        /// From which byte.
        offset: u64,
        /// What.
        data: Vec<u8>,
    },
    /// The length was set.
    Length {
        /// Which file.
        path: PathBuf,
        /// In bytes.
        length: u64,
    },
    /// The file was made at least this long.
    Room {
        /// Which file.
        path: PathBuf,
        /// In bytes.
        length: u64,
    },
    /// A file or a folder was synced.
    Sync {
        /// Which file or folder.
        path: PathBuf,
    },
    /// A folder was made.
    Folder {
        /// Which folder.
        path: PathBuf,
    },
    /// A name was removed.
    Remove {
        /// Which name.
        path: PathBuf,
    },
    /// A file got another name.
    Rename {
        /// The name before.
        from: PathBuf,
        /// The name after.
        to: PathBuf,
    },
    /// A line on standard output: what was acknowledged to the person.
    Said(String),
}

impl Step {
    pub(crate) const fn folder(path: PathBuf) -> Self {
        Self::Folder { path }
    }

    pub(crate) const fn removal(path: PathBuf) -> Self {
        Self::Remove { path }
    }

    pub(crate) fn said(line: &str) -> Self {
        Self::Said(line.to_owned())
    }
}

/// When the traced program is killed.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    /// On entering which call, for example `fsync`.
    pub call: &'static str,
    /// The how manieth of them, from 1.
    pub when: u32,
}

/// A program run under `strace`.
#[derive(Debug)]
pub struct Recorded {
    /// What it did.
    pub steps: Vec<Step>,
    /// Whether it came to its end.
    pub ended: bool,
}

/// Runs `program` and writes down what it does to the folder `root`.
///
/// # Errors
/// Where `strace` is missing, or a call changed the folder in a way that is not followed, or the
/// program failed by itself.
pub fn record(
    root: &Path,
    program: &Path,
    arguments: &[&str],
    kill: Option<Kill>,
) -> anyhow::Result<Recorded> {
    let trace = tempfile::NamedTempFile::new()?;
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-xx", "-s", "16777216", "-e", "signal=none"])
        .arg("-e")
        .arg(format!("trace={CALLS}"));
    if let Some(Kill { call, when }) = kill {
        strace
            .arg("-e")
            .arg(format!("inject={call}:signal=KILL:when={when}"));
    }
    let output = strace
        .arg("-o")
        .arg(trace.path())
        .arg(program)
        .args(arguments)
        .output()
        .context("run strace: is it installed?")?;
    ensure!(
        kill.is_some() || output.status.success(),
        "{} failed: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = fs::read_to_string(trace.path())?;
    let steps = Reader::new(root).read(&text)?;
    Ok(Recorded {
        steps,
        ended: output.status.success(),
    })
}

/// Reads a folder as it lies on the disk: the state before the recording.
///
/// # Errors
/// Where it cannot be read.
pub fn read_folder(root: &Path) -> anyhow::Result<Vec<(PathBuf, Option<Vec<u8>>)>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.strip_prefix(root)?.to_owned();
            if path.is_dir() {
                found.push((name, None));
                folders.push(path);
            } else if !is_memory(&name) {
                found.push((name, Some(fs::read(&path)?)));
            }
        }
    }
    Ok(found)
}
