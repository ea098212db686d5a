//! Where secrets are kept.

use zeroize::Zeroizing;

use crate::Secret;

/// Why a store could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyStoreError {
    /// The store does not answer: it is locked, or not running.
    #[error("the key store does not answer: {0}")]
    Unreachable(String),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

/// Keeps small secrets where other apps, and whoever copies the app's folder, do not find them.
pub trait KeyStore: Send + Sync {
    /// Reads what is kept under a name; none where nothing ever was.
    ///
    /// # Errors
    /// [`KeyStoreError`] where that cannot be told.
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError>;

    /// Keeps a secret under a name. Durable when it returns.
    ///
    /// # Errors
    /// [`KeyStoreError`]; nothing is kept then.
    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), KeyStoreError>;
}

/// A store with another one behind it, for machines on which the first does not always run.
///
/// What is kept goes into the first that takes it and is found in whichever has it.
pub struct Layered {
    /// Asked first.
    pub first: Box<dyn KeyStore>,
    /// Asked where the first has nothing or does not answer.
    pub second: Box<dyn KeyStore>,
}

impl KeyStore for Layered {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        match self.first.read(name) {
            Ok(Some(secret)) => Ok(Some(secret)),
            Ok(None) => self.second.read(name),
            // Having nothing, the second does not say that the first has nothing either.
            Err(error) => match self.second.read(name)? {
                Some(secret) => Ok(Some(secret)),
                None => Err(error),
            },
        }
    }

    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), KeyStoreError> {
        let Err(error) = self.first.keep(name, secret) else {
            return Ok(());
        };
        tracing::info!(%error, "a secret is kept in the second place");
        self.second.keep(name, secret)
    }
}

/// Reads a secret, or makes it where nothing depends on an earlier one.
///
/// `needed` says whether something is sealed with it already. Then a secret that is gone, or damaged,
/// is an answer of its own, `None`, and not a reason to make another one.
///
/// # Errors
/// [`KeyStoreError`] where the store does not answer although a secret is needed, or takes none.
pub fn settle_secret(
    keys: &dyn KeyStore,
    name: &str,
    needed: bool,
) -> Result<Option<Secret>, KeyStoreError> {
    let kept = match keys.read(name) {
        Ok(kept) => kept,
        // Nothing depends on it: wherever the new one can be kept is good.
        Err(KeyStoreError::Unreachable(_)) if !needed => None,
        Err(error) => return Err(error),
    };
    if let Some(kept) = kept {
        match <[u8; 32]>::try_from(kept.as_slice()) {
            Ok(bytes) => return Ok(Some(Secret::from_bytes(bytes))),
            Err(_) => tracing::error!(name, bytes = kept.len(), "what is kept is no secret"),
        }
    }
    if needed {
        return Ok(None);
    }
    let secret = Secret::random().map_err(|error| KeyStoreError::Random(error.to_string()))?;
    keys.keep(name, secret.as_bytes())?;
    Ok(Some(secret))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A keyring that can be locked.
    #[derive(Default, Clone)]
    struct Keyring(Arc<Mutex<Inner>>);

    #[derive(Default)]
    struct Inner {
        locked: bool,
        kept: BTreeMap<String, Vec<u8>>,
    }

    impl Keyring {
        fn lock(&self, locked: bool) {
            self.0.lock().unwrap().locked = locked;
        }

        fn open<T>(
            &self,
            look: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T,
        ) -> Result<T, KeyStoreError> {
            let mut inner = self.0.lock().unwrap();
            if inner.locked {
                return Err(KeyStoreError::Unreachable("locked".into()));
            }
            Ok(look(&mut inner.kept))
        }
    }

    impl KeyStore for Keyring {
        fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
            self.open(|kept| kept.get(name).cloned().map(Zeroizing::new))
        }

        fn keep(&self, name: &str, secret: &[u8]) -> Result<(), KeyStoreError> {
            self.open(|kept| drop(kept.insert(name.into(), secret.into())))
        }
    }

    fn bytes(secret: Option<Secret>) -> Option<[u8; 32]> {
        secret.map(|secret| *secret.as_bytes())
    }

    #[test]
    fn a_secret_is_made_once_and_never_while_something_depends_on_it() {
        let keys = Keyring::default();
        assert_eq!(bytes(settle_secret(&keys, "a", true).unwrap()), None);
        let made = bytes(settle_secret(&keys, "a", false).unwrap()).unwrap();
        for needed in [false, true] {
            let found = settle_secret(&keys, "a", needed).unwrap();
            assert_eq!(bytes(found), Some(made));
        }
        keys.lock(true);
        for needed in [false, true] {
            let refused = settle_secret(&keys, "a", needed).unwrap_err();
            assert_eq!(refused, KeyStoreError::Unreachable("locked".into()));
        }
        keys.lock(false);
        assert_eq!(bytes(settle_secret(&keys, "a", true).unwrap()), Some(made));
        keys.keep("b", b"short").unwrap();
        assert_eq!(bytes(settle_secret(&keys, "b", true).unwrap()), None);
        assert!(settle_secret(&keys, "b", false).unwrap().is_some());
    }

    #[test]
    fn a_locked_keyring_is_not_taken_for_an_empty_one() {
        let (keyring, behind) = (Keyring::default(), Keyring::default());
        let keys = Layered {
            first: Box::new(keyring.clone()),
            second: Box::new(behind.clone()),
        };
        let made = bytes(settle_secret(&keys, "a", false).unwrap());
        keyring.lock(true);
        assert!(settle_secret(&keys, "a", true).is_err());
        keyring.lock(false);
        assert_eq!(bytes(settle_secret(&keys, "a", true).unwrap()), made);

        // Made while the keyring was locked, it is found when it is open again, and when not.
        keyring.lock(true);
        let made = bytes(settle_secret(&keys, "b", false).unwrap());
        assert!(made.is_some());
        assert_eq!(bytes(settle_secret(&keys, "b", true).unwrap()), made);
        keyring.lock(false);
        assert_eq!(bytes(settle_secret(&keys, "b", true).unwrap()), made);
    }
}
