//! The key with which this device signs its photos' records.
//!
//! It is 32 random bytes in a file that only this user may read. A platform that keeps keys in
//! hardware takes its place behind [`DeviceSigner`].

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use xunfang_durable::{DiskError, Incoming, rename};
use xunfang_evidence::SecretKey;

use crate::{CommandError, ErrorCode};

const FILE: &str = "device.key";
const FILE_MADE: &str = "device.key.new";
/// Where a file goes that holds no key: it may tell what happened to the disk.
const FILE_SET_ASIDE: &str = "device.key.damaged";

/// Reads the key, or makes one where there is none. A file that holds none is moved aside: photos
/// signed so far stay signed by the key that the server knows, and the next are signed by a new one.
pub(crate) fn open(folder: &Path) -> Result<SecretKey, CommandError> {
    let path = folder.join(FILE);
    match fs::read(&path) {
        Ok(bytes) => {
            let key = <[u8; 32]>::try_from(bytes).ok();
            if let Some(key) = key.and_then(|bytes| SecretKey::from_bytes(&bytes)) {
                return Ok(key);
            }
            tracing::error!("the device's key is damaged; a new one is made");
            rename(&path, &folder.join(FILE_SET_ASIDE)).map_err(refuse)?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(refuse(DiskError::at("read", &path)(error))),
    }
    make(folder)
}

fn make(folder: &Path) -> Result<SecretKey, CommandError> {
    let mut bytes = [0; 32];
    let key = loop {
        getrandom::fill(&mut bytes)
            .map_err(|error| CommandError::new(ErrorCode::Internal, &error.to_string()))?;
        if let Some(key) = SecretKey::from_bytes(&bytes) {
            break key;
        }
    };
    let made = folder.join(FILE_MADE);
    // What a killed app left half-written would come before the new key.
    if made.exists() {
        fs::remove_file(&made).map_err(|error| refuse(DiskError::at("remove", &made)(error)))?;
    }
    let write = || {
        let mut file = Incoming::open(&made)?;
        only_for_this_user(&made)?;
        file.write(&bytes)?;
        file.keep(&folder.join(FILE))
    };
    write().map_err(refuse)?;
    Ok(key)
}

#[cfg(unix)]
fn only_for_this_user(path: &Path) -> Result<(), DiskError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        .map_err(DiskError::at("protect", path))
}

#[cfg(not(unix))]
fn only_for_this_user(_: &Path) -> Result<(), DiskError> {
    // The app's folder is the user's own.
    Ok(())
}

fn refuse(error: DiskError) -> CommandError {
    xunfang_store::StoreError::from(error).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use xunfang_evidence::DeviceSigner;

    #[test]
    fn a_key_is_made_once_and_a_damaged_one_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path()).unwrap().public_key();
        assert_eq!(open(folder.path()).unwrap().public_key(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(FILE))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(folder.path().join(FILE), b"half").unwrap();
        let second = open(folder.path()).unwrap().public_key();
        assert_ne!(second, first);
        assert_eq!(
            fs::read(folder.path().join(FILE_SET_ASIDE)).unwrap(),
            b"half"
        );
        assert_eq!(open(folder.path()).unwrap().public_key(), second);
    }
}
