//! Secrets in files that only their user may read.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use xunfang_durable::{DiskError, Incoming, make_folder};
use zeroize::Zeroizing;

use crate::{KeyStore, KeyStoreError};

/// A folder of secrets, one file each, for machines without a keyring.
///
/// It protects against whoever gets hold of the app's own folder, in a backup or on a disk that is
/// read elsewhere, and not against the user's other programs. So it has to lie outside that folder.
#[derive(Debug, Clone)]
pub struct KeyFiles {
    folder: PathBuf,
}

impl KeyFiles {
    /// Keeps secrets in `folder`, which is made when the first one is kept.
    pub fn within(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Keeps secrets beside the app's folder: `…/cn.xunfang.app` has its own in
    /// `…/cn.xunfang.app.keys`.
    pub fn beside(data_dir: &Path) -> Self {
        let mut name = data_dir.file_name().unwrap_or_default().to_owned();
        name.push(".keys");
        Self {
            folder: data_dir.with_file_name(name),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }
}

fn unreachable(error: impl std::fmt::Display) -> KeyStoreError {
    KeyStoreError::Unreachable(error.to_string())
}

impl KeyStore for KeyFiles {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreachable(DiskError::at("read", &path)(error))),
        }
    }

    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), KeyStoreError> {
        let (path, new) = (self.path(name), self.folder.join(format!("{name}.new")));
        let keep = || {
            make_folder(&self.folder)?;
            only_for_this_user(&self.folder, 0o700)?;
            match fs::remove_file(&new) {
                // What a killed app left half-written would come before the secret.
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(DiskError::at("remove", &new)(error));
                }
                _ => {}
            }
            let mut file = Incoming::open(&new)?;
            only_for_this_user(&new, 0o600)?;
            file.write(secret)?;
            file.keep(&path)
        };
        keep().map_err(unreachable)
    }
}

#[cfg(unix)]
fn only_for_this_user(path: &Path, mode: u32) -> Result<(), DiskError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(DiskError::at("protect", path))
}

#[cfg(not(unix))]
fn only_for_this_user(_: &Path, _: u32) -> Result<(), DiskError> {
    // The folder is within the user's own.
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_lie_beside_the_app_and_for_its_user_alone() {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("cn.xunfang.app");
        let keys = KeyFiles::beside(&data);
        assert_eq!(keys.read("storage").unwrap(), None);
        keys.keep("storage", b"first").unwrap();
        // Left by an app that was killed while it wrote.
        let folder = place.path().join("cn.xunfang.app.keys");
        fs::write(folder.join("storage.new"), b"half").unwrap();
        keys.keep("storage", b"second").unwrap();
        let kept = KeyFiles::within(&folder).read("storage").unwrap().unwrap();
        assert_eq!(kept.as_slice(), b"second");
        #[cfg(unix)]
        for (path, mode) in [(folder.join("storage.key"), 0o600), (folder, 0o700)] {
            use std::os::unix::fs::PermissionsExt;
            let found = fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(found & 0o777, mode);
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_taken_for_nothing() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("storage.key")).unwrap();
        let error = KeyFiles::within(place.path()).read("storage").unwrap_err();
        assert!(matches!(error, KeyStoreError::Unreachable(_)), "{error}");
    }
}
