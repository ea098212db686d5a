//! The keys of this installation: what its storage is sealed with, and what it signs with.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use xunfang_durable::{DiskError, sync_folder};
use xunfang_evidence::SecretKey;
use xunfang_store::{StorageKey, Store, StoreError};
use xunfang_vault::{KeyStore, KeyStoreError, Secret, settle_secret};

use crate::phone::internal;
use crate::{CommandError, ErrorCode};

const STORAGE: &str = "storage";
const SIGNING: &str = "signing";
/// Where an app kept the key before there was a key store.
const SIGNING_FILE: &str = "device.key";

fn refuse(error: &KeyStoreError) -> CommandError {
    CommandError::new(ErrorCode::KeysUnavailable, &error.to_string())
}

/// Returns the key of the storage in `folder`, and makes it where nothing is sealed there yet.
///
/// Where the key is gone for good another one is made: what is there does not open with it, is set
/// aside, and the person is told.
///
/// # Errors
/// [`CommandError`] of code [`ErrorCode::KeysUnavailable`] where the key store does not answer.
pub fn storage(keys: &dyn KeyStore, folder: &Path) -> Result<StorageKey, CommandError> {
    let needed = Store::needs_key(folder)?;
    let mut secret = settle_secret(keys, STORAGE, needed).map_err(|error| refuse(&error))?;
    if secret.is_none() {
        tracing::error!("the key of the storage is gone");
        secret = settle_secret(keys, STORAGE, false).map_err(|error| refuse(&error))?;
    }
    let secret = secret.ok_or_else(|| internal(&"a secret that was made is not there"))?;
    Ok(StorageKey::new(&secret))
}

/// Returns the key with which this device signs, and makes it where there is none. What an earlier
/// key has signed stays signed by that one, which the server knows; `has_signed` says whether there
/// is such a thing, and then a store that does not answer is no reason for another key.
pub(crate) fn signing(
    keys: &dyn KeyStore,
    folder: &Path,
    has_signed: bool,
) -> Result<SecretKey, CommandError> {
    let kept = match settle_secret(keys, SIGNING, true) {
        Err(KeyStoreError::Unreachable(_)) if !has_signed => None,
        kept => kept.map_err(|error| refuse(&error))?,
    };
    if let Some(key) = kept.and_then(|secret| SecretKey::from_bytes(secret.as_bytes())) {
        return Ok(key);
    }
    let path = folder.join(SIGNING_FILE);
    let before = match fs::read(&path) {
        Ok(bytes) => <[u8; 32]>::try_from(bytes).ok().map(Secret::from_bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(disk(DiskError::at("read", &path)(error))),
    };
    let (secret, key) = match before.and_then(pair) {
        Some(pair) => pair,
        None => make()?,
    };
    keys.keep(SIGNING, secret.as_bytes())
        .map_err(|error| refuse(&error))?;
    // A key beside what it protects protects nothing.
    if path.exists() {
        fs::remove_file(&path).map_err(|error| disk(DiskError::at("remove", &path)(error)))?;
        sync_folder(folder).map_err(disk)?;
    }
    Ok(key)
}

fn pair(secret: Secret) -> Option<(Secret, SecretKey)> {
    SecretKey::from_bytes(secret.as_bytes()).map(|key| (secret, key))
}

fn make() -> Result<(Secret, SecretKey), CommandError> {
    loop {
        // One in 2^32 is no key.
        if let Some(pair) = pair(Secret::random().map_err(|error| internal(&error))?) {
            return Ok(pair);
        }
    }
}

fn disk(error: DiskError) -> CommandError {
    StoreError::from(error).into()
}

#[cfg(test)]
mod tests {
    use xunfang_evidence::DeviceSigner;
    use xunfang_vault::{KeyFiles, Layered, Zeroizing};

    use super::*;

    #[test]
    fn a_device_signs_with_one_key_and_takes_over_that_of_an_older_app() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("app");
        fs::create_dir(&folder).unwrap();
        let keys = KeyFiles::beside(&folder);
        let (secret, key) = make().unwrap();
        fs::write(folder.join(SIGNING_FILE), secret.as_bytes()).unwrap();
        for _ in 0..2 {
            let found = signing(&keys, &folder, true).unwrap().public_key();
            assert_eq!(found, key.public_key());
            assert!(
                !folder.join(SIGNING_FILE).exists(),
                "and leaves none behind"
            );
        }
        keys.keep(SIGNING, b"half").unwrap();
        let other = signing(&keys, &folder, true).unwrap().public_key();
        assert_ne!(other, key.public_key());
        assert_eq!(signing(&keys, &folder, true).unwrap().public_key(), other);
    }

    /// A desk without a keyring.
    struct Away;

    impl KeyStore for Away {
        fn read(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
            Err(KeyStoreError::Unreachable("no session".into()))
        }

        fn keep(&self, _: &str, _: &[u8]) -> Result<(), KeyStoreError> {
            Err(KeyStoreError::Unreachable("no session".into()))
        }
    }

    #[test]
    fn a_desk_without_a_keyring_starts_and_goes_on_with_keys_in_files() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("app");
        fs::create_dir(&folder).unwrap();
        let keys = Layered {
            first: Box::new(Away),
            second: Box::new(KeyFiles::beside(&folder)),
        };
        let key = storage(&keys, &folder).unwrap();
        let now = xunfang_domain::UnixMillis::new(0);
        drop(Store::open(&folder, &key, now).unwrap());
        let made = signing(&keys, &folder, false).unwrap().public_key();
        let key = storage(&keys, &folder).unwrap();
        assert_eq!(Store::open(&folder, &key, now).unwrap().set_aside, None);
        assert_eq!(signing(&keys, &folder, true).unwrap().public_key(), made);
        fs::remove_file(place.path().join("app.keys/signing.key")).unwrap();
        let error = signing(&keys, &folder, true).unwrap_err();
        assert_eq!(
            error.code,
            ErrorCode::KeysUnavailable,
            "it has signed with another"
        );
    }

    #[test]
    fn a_key_store_that_does_not_answer_keeps_the_app_from_opening_and_harms_nothing() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("app");
        fs::create_dir(&folder).unwrap();
        let keys = KeyFiles::beside(&folder);
        let now = xunfang_domain::UnixMillis::new(0);
        let key = storage(&keys, &folder).unwrap();
        drop(Store::open(&folder, &key, now).unwrap());

        // A folder where the secret was cannot be read.
        let kept = place.path().join("app.keys/storage.key");
        fs::rename(&kept, place.path().join("kept")).unwrap();
        fs::create_dir(&kept).unwrap();
        let error = storage(&keys, &folder).unwrap_err();
        assert_eq!(error.code, ErrorCode::KeysUnavailable);
        fs::remove_dir(&kept).unwrap();
        fs::rename(place.path().join("kept"), &kept).unwrap();
        let key = storage(&keys, &folder).unwrap();
        assert_eq!(Store::open(&folder, &key, now).unwrap().set_aside, None);

        fs::remove_file(&kept).unwrap();
        let key = storage(&keys, &folder).unwrap();
        let opened = Store::open(&folder, &key, now).unwrap();
        assert!(opened.set_aside.is_some(), "gone for good, it is told");
    }
}
