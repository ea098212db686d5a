//! A file on its way to its name.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::DiskError;

/// A file that has no lasting name yet. Its path may be opened again to go on writing.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    path: PathBuf,
    /// Where the next bytes go.
    end: u64,
}

impl Incoming {
    /// Opens the file at `path`, making it where it is not there, and goes to its end.
    ///
    /// # Errors
    /// [`DiskError`] with the step that failed.
    pub fn open(path: &Path) -> Result<Self, DiskError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(DiskError::at("open", path))?;
        let metadata = file.metadata().map_err(DiskError::at("measure", path))?;
        Ok(Self {
            end: metadata.len(),
            file,
            path: path.to_owned(),
        })
    }

    /// Appends bytes. They are not durable before [`Self::sync`] or [`Self::keep`].
    ///
    /// # Errors
    /// [`DiskError`] where the disk takes no more; what was written before stays, and the next
    /// bytes go where these should have gone.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        write_at(&self.file, bytes, self.end).map_err(DiskError::at("write", &self.path))?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// Returns the length in bytes.
    ///
    /// # Errors
    /// [`DiskError`] where the file cannot be asked.
    pub fn length(&self) -> Result<u64, DiskError> {
        let metadata = self
            .file
            .metadata()
            .map_err(DiskError::at("measure", &self.path))?;
        Ok(metadata.len())
    }

    /// Takes back what was written from `length` on, and makes that durable.
    ///
    /// # Errors
    /// [`DiskError`] where the disk does not confirm it.
    pub fn cut(self, length: u64) -> Result<(), DiskError> {
        self.file
            .set_len(length)
            .map_err(DiskError::at("cut", &self.path))?;
        self.sync()
    }

    /// Makes what was written durable, still without a lasting name.
    ///
    /// # Errors
    /// [`DiskError`] where the disk does not confirm it.
    pub fn sync(&self) -> Result<(), DiskError> {
        self.file
            .sync_data()
            .map_err(DiskError::at("sync", &self.path))
    }

    /// Syncs the file, gives it its name and syncs the folder: from here on it survives.
    ///
    /// # Errors
    /// [`DiskError`]; the file then has no lasting name, or has it and is asked for again.
    pub fn keep(self, name: &Path) -> Result<(), DiskError> {
        self.file
            .sync_all()
            .map_err(DiskError::at("sync", &self.path))?;
        rename(&self.path, name)
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(not(unix))]
fn write_at(mut file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

/// Makes several files durable together: each is synced and gets its name, and then each folder is
/// synced once, with those of `named`, which have their names already. When it returns all of them
/// survive; before, any of them may.
///
/// # Errors
/// [`DiskError`] with the step that failed. Files that have their name by then keep it.
pub fn keep_all(files: Vec<(Incoming, PathBuf)>, named: &[PathBuf]) -> Result<(), DiskError> {
    for (file, _) in &files {
        file.file
            .sync_all()
            .map_err(DiskError::at("sync", &file.path))?;
    }
    let mut folders: BTreeSet<&Path> = named.iter().filter_map(|name| name.parent()).collect();
    for (file, name) in &files {
        fs::rename(&file.path, name).map_err(DiskError::at("rename", &file.path))?;
        folders.extend(name.parent());
    }
    folders.into_iter().try_for_each(sync_folder)
}

/// Renames a synced file and syncs the folder that holds the new name.
///
/// # Errors
/// [`DiskError`] with the step that failed.
pub fn rename(from: &Path, to: &Path) -> Result<(), DiskError> {
    fs::rename(from, to).map_err(DiskError::at("rename", from))?;
    match to.parent() {
        Some(folder) => sync_folder(folder),
        None => Ok(()),
    }
}

/// Syncs a file that another process has written, with its name, where there is such a file.
///
/// Whoever reads what a killed process had not synced and passes it on as safe has to do this.
///
/// # Errors
/// [`DiskError`] with the step that failed.
pub fn settle(path: &Path) -> Result<(), DiskError> {
    match File::open(path) {
        Ok(file) => {
            file.sync_data().map_err(DiskError::at("sync", path))?;
            path.parent().map_or(Ok(()), sync_folder)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(DiskError::at("open", path)(error)),
    }
}

/// Makes the names in a folder durable.
///
/// # Errors
/// [`DiskError`] where the disk does not confirm it.
pub fn sync_folder(folder: &Path) -> Result<(), DiskError> {
    File::open(folder)
        .and_then(|handle| handle.sync_all())
        .map_err(DiskError::at("sync the folder", folder))
}

/// Makes a folder, and those above it, so that their names are durable too.
///
/// # Errors
/// [`DiskError`] with the folder that could not be made.
pub fn make_folder(folder: &Path) -> Result<(), DiskError> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        make_folder(parent)?;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(DiskError::at("make the folder", folder)(error));
            }
            _ => return sync_folder(parent),
        }
    }
    fs::create_dir_all(folder).map_err(DiskError::at("make the folder", folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DiskFault;

    #[test]
    fn a_file_has_its_name_only_when_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (part, name) = (folder.path().join("part"), folder.path().join("a/b/whole"));
        make_folder(name.parent().unwrap()).unwrap();
        let mut incoming = Incoming::open(&part).unwrap();
        incoming.write(b"first ").unwrap();
        incoming.sync().unwrap();
        drop(incoming);
        assert!(!name.exists());

        let mut resumed = Incoming::open(&part).unwrap();
        assert_eq!(resumed.length().unwrap(), 6);
        resumed.write(b"second").unwrap();
        resumed.keep(&name).unwrap();
        assert_eq!(fs::read(&name).unwrap(), b"first second");
        assert!(!part.exists());
    }

    #[test]
    fn several_files_get_their_names_together_or_say_which_did_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        make_folder(&at("one")).unwrap();
        make_folder(&at("two")).unwrap();
        let file = |name: &str, to: &str| {
            let mut incoming = Incoming::open(&at(name)).unwrap();
            incoming.write(name.as_bytes()).unwrap();
            (incoming, at(to))
        };
        keep_all(
            vec![file("a", "one/a"), file("b", "one/b"), file("c", "two/c")],
            &[at("one/a")],
        )
        .unwrap();
        for (name, to) in [("a", "one/a"), ("b", "one/b"), ("c", "two/c")] {
            assert_eq!(fs::read(at(to)).unwrap(), name.as_bytes());
            assert!(!at(name).exists());
        }
        let error = keep_all(vec![file("d", "three/d")], &[]).unwrap_err();
        assert_eq!((error.step, error.fault()), ("rename", DiskFault::Missing));
    }

    #[test]
    fn a_failure_says_the_step_the_path_and_what_kind_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let error = Incoming::open(&folder.path().join("none/part")).unwrap_err();
        assert_eq!((error.step, error.fault()), ("open", DiskFault::Missing));
        assert!(error.to_string().contains("none/part"), "{error}");
        for (errno, fault) in [
            (28, DiskFault::Full),     // ENOSPC
            (27, DiskFault::Full),     // EFBIG
            (122, DiskFault::Full),    // EDQUOT
            (30, DiskFault::ReadOnly), // EROFS
            (13, DiskFault::ReadOnly), // EACCES
            (5, DiskFault::Failed),    // EIO
        ] {
            assert_eq!(
                DiskFault::of(&io::Error::from_raw_os_error(errno)),
                fault,
                "{errno}"
            );
        }
    }
}
