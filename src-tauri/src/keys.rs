//! Where this platform keeps the app's keys.
//!
//! On Android the secrets lie in the app's preferences, encrypted by a key of the Keystore that
//! never leaves its hardware; on iOS in the Keychain. A desk has the keyring of its session and,
//! where that does not run, a file that only the user may read, beside the app's folder. What a
//! phone keeps there is not in its backups (`allowBackup` is off): a key that came back without the
//! Keystore's would open nothing.

use std::path::Path;
use std::sync::Arc;

use keyring_core::Entry;
use keyring_core::api::CredentialStore;
use xunfang_phone::KeyStore;
use xunfang_vault::{KeyStoreError, Zeroizing};

/// Under which name the platform lists what belongs to this app.
const SERVICE: &str = "cn.xunfang.app";

/// Returns the key store for an installation in `data_dir`.
pub(crate) fn of(data_dir: &Path) -> Arc<dyn KeyStore> {
    let platform = Platform {
        // A phone has one installation; on a developer's desk there may be several.
        scope: if cfg!(desktop) {
            format!("@{}", data_dir.display())
        } else {
            String::new()
        },
    };
    #[cfg(mobile)]
    return Arc::new(platform);
    #[cfg(desktop)]
    Arc::new(xunfang_vault::Layered {
        first: Box::new(platform),
        second: Box::new(xunfang_vault::KeyFiles::beside(data_dir)),
    })
}

/// The platform's own store. It is opened for each question, of which there are two at each start:
/// a keyring may be unlocked meanwhile.
struct Platform {
    scope: String,
}

fn unreachable(error: impl std::fmt::Display) -> KeyStoreError {
    KeyStoreError::Unreachable(error.to_string())
}

impl Platform {
    fn entry(&self, name: &str) -> Result<Entry, KeyStoreError> {
        let user = format!("{name}{}", self.scope);
        store()
            .and_then(|store| store.build(SERVICE, &user, None))
            .map_err(unreachable)
    }
}

#[cfg(target_os = "android")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(android_native_keyring_store::Store::new()?)
}

#[cfg(target_os = "ios")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::protected::Store::new()?)
}

#[cfg(target_os = "linux")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    // Without a session the library would start a bus of its own, on which no keyring is.
    let runs = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
        || std::env::var_os("XDG_RUNTIME_DIR")
            .is_some_and(|folder| Path::new(&folder).join("bus").exists());
    if !runs {
        return Err(keyring_core::Error::NoDefaultStore);
    }
    Ok(dbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "android", target_os = "ios", target_os = "linux")))]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    // Nothing is shipped for these desks; a developer's keys lie in a file.
    Err(keyring_core::Error::NoDefaultStore)
}

impl KeyStore for Platform {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        match self.entry(name)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(keyring_core::Error::NoEntry) => Ok(None),
            Err(error) => Err(unreachable(error)),
        }
    }

    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), KeyStoreError> {
        self.entry(name)?.set_secret(secret).map_err(unreachable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_keeps_keys_whether_a_keyring_runs_or_not() {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("app");
        let keys = of(&data);
        // Whichever it is, what was kept is found, by a store that is opened anew as well.
        keys.keep("test", b"kept").unwrap();
        for keys in [keys, of(&data)] {
            assert_eq!(keys.read("test").unwrap().unwrap().as_slice(), b"kept");
        }
        // Leaves nothing in a developer's keyring.
        if let Ok(entry) = (Platform {
            scope: format!("@{}", data.display()),
        })
        .entry("test")
        {
            drop(entry.delete_credential());
        }
    }
}
