//! Everything that goes wrong in the field, on purpose and by seed.
//!
//! Power cuts, as the disk sees them: a real phone core works through a day while `strace` writes down each of its writes, syncs and
//! renames. From that recording any moment can be set up again as a cut would leave it: what was
//! synced is there; what was not is lost, there, or torn. The store is opened on it, and everything
//! the phone had acknowledged by then must be there, and every photo whole with its row or absent
//! with it (promises R1 and R2).
//!
//! Bad networks, in simulated time: see [`net`].
//!
//! Connections that are cut at any byte: see [`proxy`].
//!
//! Many writers against one reader of a feed: see [`feed`].
//!
//! A server that is killed at any of its system calls: see [`killed`].
//!
//! A backup that is made under load and restored: see [`restored`].
//!
//! Phones that send as fast as they are answered: see [`load`].
//!
//! Bugs that are planted, to prove that each would be noticed. This crate is never part of a product.

pub mod disk;
pub mod feed;
pub mod inject;
pub mod judge;
pub mod killed;
pub mod load;
pub mod net;
pub mod plant;
mod prepare;
pub mod proxy;
pub mod record;
pub mod replay;
pub mod restored;
pub mod scene;
mod trace;
pub mod upgrade;

use std::path::Path;

use tempfile::TempDir;

use crate::judge::Acknowledged;
use crate::prepare::{Served, prepare};
use crate::record::{Kill, read_folder, record};
use crate::replay::Recording;

/// Prepares a phone and records the scene on it. With `kill` the app is first killed in the middle
/// of the scene and then goes through the same once more: what it had not synced is in the system's
/// memory, looks as if it were safe, and is not.
///
/// # Errors
/// Where the phone cannot be prepared or recorded.
pub async fn record_scene(program: &Path, kill: Option<Kill>) -> anyhow::Result<Recording> {
    let place = memory_folder()?;
    let folder = place.path().canonicalize()?.join("phone");
    std::fs::create_dir(&folder)?;
    prepare(&folder, &Served::start().await?).await?;
    let key = scene::key(&folder)?;
    let before = read_folder(&folder)?;
    let data = folder.to_string_lossy();
    let scene = ["scene", "--data", &*data];
    let mut steps = Vec::new();
    if kill.is_some() {
        let killed = record(&folder, program, &scene, kill)?;
        anyhow::ensure!(!killed.ended, "the scene ended before it was killed");
        steps = killed.steps;
    }
    steps.extend(record(&folder, program, &scene, None)?.steps);
    Ok(Recording {
        key,
        told: Acknowledged::default(),
        before,
        steps,
    })
}

/// A folder that is gone when it is dropped; in memory where the system has such a place.
///
/// # Errors
/// Where it cannot be made.
pub fn memory_folder() -> std::io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
}

/// How many processors there are.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Does something on each processor, which is told its number, and returns what each came to.
///
/// # Errors
/// The first error of one of them.
pub(crate) fn on_all_processors<T: Send>(
    work: impl Fn(usize) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<Vec<T>> {
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..processors())
            .map(|number| scope.spawn(move || work(number)))
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .map_err(|_| anyhow::anyhow!("a thread panicked"))?
            })
            .collect()
    })
}

/// Copies a folder with everything in it.
///
/// # Errors
/// Where it cannot be read or written.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
