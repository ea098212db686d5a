//! Folders that are there for good.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::{DiskError, make_folder, sync_folder};

/// The folders below one root, made when they are needed.
///
/// That a folder is there does not say that it stays: a process that was killed between making it
/// and syncing the one above has left it in the system's memory only. So the first time that a
/// process needs anything in a folder, it syncs what is there already.
#[derive(Debug)]
pub struct Folders {
    root: PathBuf,
    /// Folders whose folders were synced by this process, or made by it.
    sure: Mutex<HashSet<PathBuf>>,
}

impl Folders {
    /// Looks after the folders below `root`, which is there for good itself.
    pub fn below(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            sure: Mutex::default(),
        }
    }

    /// Makes a folder where it is not there. When it returns the folder survives a power cut.
    ///
    /// # Errors
    /// [`DiskError`] with the folder that could not be made or synced.
    pub fn ensure(&self, folder: &Path) -> Result<(), DiskError> {
        // Held while a folder is made, so that nobody takes one that is not synced yet for safe.
        // The set only ever says what was done, so a panic elsewhere leaves it right.
        let mut sure = self.sure.lock().unwrap_or_else(PoisonError::into_inner);
        self.ensure_with(&mut sure, folder)
    }

    fn ensure_with(&self, sure: &mut HashSet<PathBuf>, folder: &Path) -> Result<(), DiskError> {
        let Some(above) = folder.parent().filter(|_| folder != self.root) else {
            return Ok(());
        };
        if !folder.starts_with(&self.root) {
            return make_folder(folder);
        }
        if sure.contains(above) {
            return make_folder(folder);
        }
        self.ensure_with(sure, above)?;
        make_folder(folder)?;
        sync_folder(above)?;
        sure.insert(above.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_below_the_root_and_anywhere_else() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("root");
        make_folder(&root).unwrap();
        let folders = Folders::below(&root);
        for name in ["root", "root/a/b", "root/a/c", "root/d", "elsewhere/e"] {
            let folder = place.path().join(name);
            folders.ensure(&folder).unwrap();
            assert!(folder.is_dir(), "{name}");
        }
        // One that somebody removed is made again.
        std::fs::remove_dir(root.join("a/c")).unwrap();
        folders.ensure(&root.join("a/c")).unwrap();
        assert!(root.join("a/c").is_dir());
    }
}
