//! A disk that keeps what was synced, and of the rest whatever it likes.
//!
//! Stricter than the file systems of phones: a file's bytes are durable with the sync of the file,
//! its name with the sync of the folder; what was not synced is lost, kept or torn at sectors, each
//! write for itself. One thing every file system gives is taken for granted: a rename gives the new
//! name no later than it takes the old one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use fastrand::Rng;

use crate::record::Step;

/// What a disk writes whole, in bytes.
const SECTOR: usize = 512;

type FileId = usize;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Folder,
    File(FileId),
}

#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    Length(usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Write { offset, data } => write_at(bytes, *offset, data),
        }
    }

    /// Applies some of the sectors.
    fn tear(&self, bytes: &mut Vec<u8>, rng: &mut Rng) {
        match self {
            Self::Length(_) => self.apply(bytes),
            Self::Write { offset, data } => {
                for (number, sector) in data.chunks(SECTOR).enumerate() {
                    if rng.bool() {
                        write_at(bytes, offset + number * SECTOR, sector);
                    }
                }
            }
        }
    }
}

fn write_at(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    if let Some(place) = bytes.get_mut(offset..end) {
        place.copy_from_slice(data);
    }
}

#[derive(Debug, Clone, Default)]
struct FileState {
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
enum NameChange {
    Add(PathBuf, Node),
    Remove(PathBuf),
    /// Takes the old name of a rename; goes only where the new name has come.
    Leave(PathBuf, PathBuf),
}

impl NameChange {
    fn path(&self) -> &Path {
        match self {
            Self::Add(path, _) | Self::Remove(path) | Self::Leave(path, _) => path,
        }
    }
}

/// The files and names of one folder, as a running system sees them and as they are on the disk.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    files: Vec<FileState>,
    names: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    pending: Vec<NameChange>,
}

/// What is found after the power is back: each file's bytes; nothing for a folder.
pub type Image = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Kinds of cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Nothing that was not synced has come through.
    Lost,
    /// Everything has: the app was killed, the system went on.
    Kept,
    /// Anything.
    Mixed,
}

impl Disk {
    /// A disk on which these files and folders have long been durable.
    pub fn holding(found: Vec<(PathBuf, Option<Vec<u8>>)>) -> Self {
        let mut disk = Self::default();
        for (path, bytes) in found {
            let node = match bytes {
                Some(durable) => {
                    disk.files.push(FileState {
                        durable,
                        pending: Vec::new(),
                    });
                    Node::File(disk.files.len() - 1)
                }
                None => Node::Folder,
            };
            disk.durable.insert(path.clone(), node);
            disk.names.insert(path, node);
        }
        disk
    }

    /// Does one step of a recording.
    ///
    /// # Errors
    /// Where the step does not fit what is there: the recording has a gap.
    pub fn apply(&mut self, step: &Step) -> anyhow::Result<()> {
        match step {
            Step::Said(_) => {}
            Step::Open { path } => {
                if !self.names.contains_key(path) {
                    self.files.push(FileState::default());
                    self.add(path, Node::File(self.files.len() - 1));
                }
            }
            Step::Folder { path } => self.add(path, Node::Folder),
            Step::Write { path, offset, data } => {
                let change = Change::Write {
                    offset: usize::try_from(*offset)?,
                    data: data.clone(),
                };
                self.file(path)?.pending.push(change);
            }
            Step::Length { path, length } => {
                let change = Change::Length(usize::try_from(*length)?);
                self.file(path)?.pending.push(change);
            }
            Step::Room { path, length } => {
                let length = usize::try_from(*length)?;
                let file = self.file(path)?;
                let mut bytes = file.durable.clone();
                file.pending
                    .iter()
                    .for_each(|change| change.apply(&mut bytes));
                if bytes.len() < length {
                    file.pending.push(Change::Length(length));
                }
            }
            Step::Sync { path } => self.sync(path),
            Step::Remove { path } => {
                self.names.remove(path).context("removed twice")?;
                self.pending.push(NameChange::Remove(path.clone()));
            }
            Step::Rename { from, to } => {
                let node = self.names.remove(from).context("renamed from nothing")?;
                self.add(to, node);
                self.pending
                    .push(NameChange::Leave(from.clone(), to.clone()));
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, node: Node) {
        self.names.insert(path.to_owned(), node);
        self.pending.push(NameChange::Add(path.to_owned(), node));
    }

    fn file(&mut self, path: &Path) -> anyhow::Result<&mut FileState> {
        match self.names.get(path) {
            Some(Node::File(id)) => self.files.get_mut(*id),
            _ => None,
        }
        .with_context(|| format!("{} is no file", path.display()))
    }

    fn sync(&mut self, path: &Path) {
        if let Ok(file) = self.file(path) {
            let FileState { durable, pending } = file;
            pending.drain(..).for_each(|change| change.apply(durable));
            return;
        }
        let ours = |name: &Path| name.parent() == Some(path);
        // The new names of renames out of here, which cannot come later than the old ones go.
        let mut come: BTreeSet<PathBuf> = BTreeSet::new();
        for change in &self.pending {
            if let NameChange::Leave(from, to) = change
                && ours(from)
            {
                come.insert(to.clone());
            }
        }
        let (now, later) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|change| ours(change.path()) || come.contains(change.path()));
        self.pending = later;
        let now: Vec<NameChange> = now;
        now.iter().for_each(|change| put(&mut self.durable, change));
    }

    /// Whether a cut now could leave more than one state.
    pub fn is_settled(&self) -> bool {
        self.pending.is_empty() && self.files.iter().all(|file| file.pending.is_empty())
    }

    /// Cuts the power and returns what the disk then holds.
    pub fn cut(&self, rng: &mut Rng) -> Image {
        let cut = match rng.u8(..8) {
            0 => Cut::Lost,
            1 => Cut::Kept,
            _ => Cut::Mixed,
        };
        let names = self.names_after(cut, rng);
        let mut bytes: BTreeMap<FileId, Vec<u8>> = BTreeMap::new();
        let mut image = Image::new();
        for (path, node) in &names {
            // Without its folder a name leads nowhere. Folders come before what they hold.
            let parent = path.parent().filter(|parent| *parent != Path::new(""));
            if parent.is_some_and(|parent| image.get(parent) != Some(&None)) {
                continue;
            }
            let found = match node {
                Node::Folder => None,
                Node::File(id) => {
                    let content = bytes
                        .entry(*id)
                        .or_insert_with(|| self.content_after(*id, cut, rng));
                    Some(content.clone())
                }
            };
            image.insert(path.clone(), found);
        }
        image
    }

    fn names_after(&self, cut: Cut, rng: &mut Rng) -> BTreeMap<PathBuf, Node> {
        let mut names = self.durable.clone();
        let mut lost: BTreeSet<&Path> = BTreeSet::new();
        for change in &self.pending {
            let after_lost = match change {
                NameChange::Leave(from, to) => {
                    lost.contains(from.as_path()) || lost.contains(to.as_path())
                }
                other => lost.contains(other.path()),
            };
            let comes = match cut {
                Cut::Lost => false,
                Cut::Kept => true,
                Cut::Mixed => rng.bool(),
            };
            if comes && !after_lost {
                put(&mut names, change);
            } else {
                lost.insert(change.path());
            }
        }
        names
    }

    fn content_after(&self, id: FileId, cut: Cut, rng: &mut Rng) -> Vec<u8> {
        let Some(file) = self.files.get(id) else {
            return Vec::new();
        };
        let mut bytes = file.durable.clone();
        for change in &file.pending {
            match cut {
                Cut::Lost => {}
                Cut::Kept => change.apply(&mut bytes),
                Cut::Mixed => match rng.u8(..4) {
                    0 => {}
                    1 => change.tear(&mut bytes, rng),
                    _ => change.apply(&mut bytes),
                },
            }
        }
        bytes
    }
}

fn put(names: &mut BTreeMap<PathBuf, Node>, change: &NameChange) {
    match change {
        NameChange::Add(path, node) => {
            names.insert(path.clone(), *node);
        }
        NameChange::Remove(path) | NameChange::Leave(path, _) => {
            names.remove(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> PathBuf {
        PathBuf::from(text)
    }

    fn write(file: &str, data: &[u8]) -> [Step; 2] {
        let path = path(file);
        let written = Step::Write {
            path: path.clone(),
            offset: 0,
            data: data.to_vec(),
        };
        [Step::Open { path }, written]
    }

    fn images(disk: &Disk) -> BTreeSet<Vec<(PathBuf, Option<Vec<u8>>)>> {
        let mut rng = Rng::with_seed(7);
        (0..2_000)
            .map(|_| disk.cut(&mut rng).into_iter().collect())
            .collect()
    }

    #[test]
    fn what_was_not_synced_is_lost_kept_or_torn() {
        let mut disk = Disk::holding(vec![(path("kept"), Some(b"before".to_vec()))]);
        for step in write("new", &[1; 1_024]) {
            disk.apply(&step).unwrap();
        }
        let lengths: BTreeSet<Option<usize>> = images(&disk)
            .into_iter()
            .map(|image| {
                assert!(image.contains(&(path("kept"), Some(b"before".to_vec()))));
                let new = image.into_iter().find(|(name, _)| *name == path("new"));
                new.map(|(_, bytes)| bytes.unwrap().len())
            })
            .collect();
        assert_eq!(lengths, [None, Some(0), Some(512), Some(1_024)].into());
    }

    #[test]
    fn a_synced_file_without_a_synced_folder_may_have_no_name() {
        let mut disk = Disk::holding(vec![(path("a"), None), (path("b"), None)]);
        let [open, written] = write("a/part", b"whole");
        let rename = Step::Rename {
            from: path("a/part"),
            to: path("b/name"),
        };
        let sync = |name: &str| Step::Sync { path: path(name) };
        for step in [open, written, sync("a/part"), sync("a"), rename] {
            disk.apply(&step).unwrap();
        }
        let found: BTreeSet<Vec<PathBuf>> = images(&disk)
            .into_iter()
            .map(|image| {
                let files = image.into_iter().filter(|(_, bytes)| bytes.is_some());
                files
                    .map(|(name, bytes)| {
                        assert_eq!(bytes.unwrap(), b"whole");
                        name
                    })
                    .collect()
            })
            .collect();
        // Under the old name, under the new one or under both, and never gone.
        let (old, new) = (path("a/part"), path("b/name"));
        assert_eq!(
            found,
            [vec![old.clone()], vec![new.clone()], vec![old, new.clone()]].into()
        );
        disk.apply(&sync("b")).unwrap();
        for image in images(&disk) {
            assert!(image.iter().any(|(name, _)| *name == new));
        }
        disk.apply(&sync("a")).unwrap();
        assert!(disk.is_settled());
        assert_eq!(images(&disk).len(), 1);
    }
}
