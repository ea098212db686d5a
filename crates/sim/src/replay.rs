//! Cuts the power again and again during a recording.

use std::collections::HashSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::Context;
use fastrand::Rng;

use crate::disk::{Disk, Image};
use crate::judge::{Acknowledged, judge};
use crate::record::Step;
use xunfang_store::StorageKey;

/// What a phone did, and what its disk held before.
#[derive(Debug, Clone)]
pub struct Recording {
    /// What the phone's storage is sealed with.
    pub key: StorageKey,
    /// What had been acknowledged before.
    pub told: Acknowledged,
    /// The folder before.
    pub before: Vec<(PathBuf, Option<Vec<u8>>)>,
    /// Each change.
    pub steps: Vec<Step>,
}

/// A state that breaks a promise.
#[derive(Debug, Clone)]
pub struct Violation {
    /// After which step of the recording the power went.
    pub after: usize,
    /// What is not as promised.
    pub wrong: Vec<String>,
}

/// What a replay found.
#[derive(Debug, Default)]
pub struct Replay {
    /// States that were opened and judged.
    pub states: usize,
    /// How many of them differ from each other.
    pub distinct: usize,
    /// By what the different ones are told apart.
    seen: HashSet<u64>,
    /// Those that break a promise, at most [`VIOLATIONS_KEPT`].
    pub violations: Vec<Violation>,
}

impl Replay {
    /// Adds what another replay of the same recording found.
    pub fn add(&mut self, other: Self) {
        self.states += other.states;
        self.seen.extend(other.seen);
        self.violations.extend(other.violations);
        self.distinct = self.seen.len();
    }
}

/// After so many violations a replay stops: what is wrong is known.
pub const VIOLATIONS_KEPT: usize = 5;

/// Judges `states` states, spread evenly over the moments at which something was not settled, in
/// `folder`, which should be in memory.
///
/// # Errors
/// Where the recording has a gap, or the folder cannot be written.
pub fn replay(
    recording: &Recording,
    states: usize,
    seed: u64,
    folder: &Path,
) -> anyhow::Result<Replay> {
    let moments = unsettled(recording)?;
    let mut rng = Rng::with_seed(seed);
    let mut found = Replay::default();
    let mut disk = Disk::holding(recording.before.clone());
    let mut told = recording.told.clone();
    let mut laid = Image::new();
    let mut done = 0;
    for (number, step) in recording.steps.iter().enumerate() {
        disk.apply(step)
            .with_context(|| format!("step {number} of the recording"))?;
        if let Step::Said(line) = step {
            told.hear(line)?;
        }
        let Ok(place) = moments.binary_search(&number) else {
            continue;
        };
        let until = states * (place + 1) / moments.len();
        while done < until {
            done += 1;
            let image = disk.cut(&mut rng);
            let mut hash = DefaultHasher::new();
            // The same disk with more acknowledged is another state.
            (&image, place).hash(&mut hash);
            found.states += 1;
            if !found.seen.insert(hash.finish()) {
                continue;
            }
            lay_out(folder, &mut laid, image)?;
            let wrong = judge(folder, &recording.key, &told)
                .with_context(|| format!("after step {number}"))?;
            if !wrong.is_empty() {
                found.violations.push(Violation {
                    after: number,
                    wrong,
                });
                if found.violations.len() >= VIOLATIONS_KEPT {
                    found.distinct = found.seen.len();
                    return Ok(found);
                }
            }
        }
    }
    found.distinct = found.seen.len();
    Ok(found)
}

/// [`replay`] on every processor, each with chances of its own.
///
/// # Errors
/// Those of [`replay`].
pub fn replay_on_all_processors(
    recording: &Recording,
    states: usize,
    seed: u64,
) -> anyhow::Result<Replay> {
    let parts = crate::processors();
    let found = crate::on_all_processors(|part| {
        let folder = crate::memory_folder()?;
        let share = states * (part + 1) / parts - states * part / parts;
        let seed = Rng::with_seed(seed.wrapping_add(part as u64)).u64(..);
        replay(recording, share, seed, folder.path())
    })?;
    let mut all = Replay::default();
    found.into_iter().for_each(|part| all.add(part));
    Ok(all)
}

/// The steps after which a cut could leave more than one state.
fn unsettled(recording: &Recording) -> anyhow::Result<Vec<usize>> {
    let mut disk = Disk::holding(recording.before.clone());
    let mut moments = Vec::new();
    for (number, step) in recording.steps.iter().enumerate() {
        disk.apply(step)
            .with_context(|| format!("step {number} of the recording"))?;
        if !disk.is_settled() || matches!(step, Step::Said(_)) {
            moments.push(number);
        }
    }
    Ok(moments)
}

/// Makes `folder` hold exactly the image. `laid` is the image that was laid out before; what the
/// judged store changed since then is found by looking.
fn lay_out(folder: &Path, laid: &mut Image, image: Image) -> anyhow::Result<()> {
    // The store writes its database and empties its folder of incoming files; photos it only
    // reads. What it may have changed is laid out anew, the rest where it differs.
    for (path, bytes) in laid.iter().rev() {
        let changed = bytes.is_some() && path.parent() == Some(Path::new(""));
        if changed || image.get(path) != Some(bytes) {
            remove(&folder.join(path), bytes.is_none())?;
        }
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // Folders stay where the image has them; files of the top are all laid out anew.
        if path.is_file() {
            fs::remove_file(&path)?;
        }
    }
    for (path, bytes) in &image {
        let place = folder.join(path);
        match bytes {
            None if !place.is_dir() => fs::create_dir(&place)?,
            Some(bytes) if !place.is_file() => fs::write(&place, bytes)?,
            _ => {}
        }
    }
    *laid = image;
    Ok(())
}

fn remove(path: &Path, is_folder: bool) -> anyhow::Result<()> {
    let removed = if is_folder {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
