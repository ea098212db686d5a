//! Checks passwords without becoming a way to stop the server.
//!
//! One check takes 19 MiB and tens of milliseconds, on purpose. Two run at a time; whoever waits
//! longer than five seconds is told to come back. An account that does not exist costs the same
//! work against a hash that nothing matches, so that the time tells nothing about names.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::StartError;
use crate::error::ApiError;

/// Memory of one check in KiB, passes over it, and lanes: OWASP's first choice for Argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Checks at a time: one per core of the smallest machine.
const CHECKS_AT_ONCE: usize = 2;
const WAIT_MAX: Duration = Duration::from_secs(5);
/// What somebody who waited in vain is asked to wait.
const RETRY_AFTER_S: u32 = 10;
/// Syllables of a password, six random bits each.
const PASSWORD_SYLLABLES: usize = 8;
const CONSONANTS: &[u8; 16] = b"bcdfghjkmnprstwz";
const VOWELS: &[u8; 4] = b"aeiu";

/// Hashes and checks passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    /// Matches nothing that can be typed: its password is random and was dropped.
    nobody: String,
    free: Arc<Semaphore>,
}

impl Passwords {
    /// Prepares the hash that unknown accounts are checked against, once in a process.
    pub(crate) fn new() -> Result<Self, StartError> {
        static NOBODY: OnceLock<String> = OnceLock::new();
        let nobody = match NOBODY.get() {
            Some(nobody) => nobody.clone(),
            None => {
                let mut password = [0; 32];
                getrandom::fill(&mut password)?;
                let made = hash(&hex::encode(password))?;
                NOBODY.get_or_init(|| made).clone()
            }
        };
        Ok(Self {
            nobody,
            free: Arc::new(Semaphore::new(CHECKS_AT_ONCE)),
        })
    }

    /// Says whether the password belongs to the hash; `None` is an account that does not exist.
    pub(crate) async fn matches(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<bool, ApiError> {
        let permit = self.place().await?;
        let exists = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let checked = spawn_blocking(move || {
            // Held here, so that a request which goes away does not free the place early.
            let _permit = permit;
            let parsed = PasswordHash::new(&stored)
                .map_err(|_| ApiError::Broken("a stored password does not read"))?;
            // The parameters are those of the stored hash; old ones stay valid.
            Ok(Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok())
        });
        let matches: Result<bool, ApiError> = checked.await?;
        Ok(matches? && exists)
    }

    /// Hashes a password, in its turn like one that is checked.
    pub(crate) async fn hash(&self, password: String) -> Result<String, ApiError> {
        let permit = self.place().await?;
        let hashed = spawn_blocking(move || {
            let _permit = permit;
            hash(&password)
        });
        hashed.await?.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            ApiError::Broken("the password could not be hashed")
        })
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        timeout(WAIT_MAX, Arc::clone(&self.free).acquire_owned())
            .await
            .map_err(|_| ApiError::Busy {
                retry_after_s: RETRY_AFTER_S,
            })?
            .map_err(|_| ApiError::Broken("no password is checked any more"))
    }
}

/// Hashes a password with a salt of its own. Takes tens of milliseconds.
pub(crate) fn hash(password: &str) -> Result<String, StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError::Passwords(error.to_string());
    let mut salt = [0; 16];
    getrandom::fill(&mut salt)?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| failed(&error))?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| failed(&error))?;
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| failed(&error))?;
    Ok(hash.to_string())
}

/// Draws a password of 48 random bits, like `kavu-rite-subi-mepa`.
pub(crate) fn draw() -> Result<String, StartError> {
    let mut bits = [0; PASSWORD_SYLLABLES];
    getrandom::fill(&mut bits)?;
    let mut password = String::new();
    for (index, bits) in bits.into_iter().enumerate() {
        if index > 0 && index % 2 == 0 {
            password.push('-');
        }
        let (consonant, vowel) = (usize::from(bits & 15), usize::from(bits >> 6));
        let letters = CONSONANTS
            .get(consonant)
            .into_iter()
            .chain(VOWELS.get(vowel));
        password.extend(letters.map(|&letter| char::from(letter)));
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_an_unknown_account_matches_nothing() {
        let stored = hash("kavo-ripu").unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        let passwords = Passwords::new().unwrap();
        let check = |password: &str, stored| passwords.matches(password.to_owned(), stored);
        assert!(check("kavo-ripu", Some(stored.clone())).await.unwrap());
        assert!(!check("kavo-ripa", Some(stored)).await.unwrap());
        assert!(!check("kavo-ripu", None).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_for_a_check_is_told_when_to_come_back() {
        let passwords = Passwords::new().unwrap();
        let _all = passwords.free.acquire_many(2).await.unwrap();
        let refused = passwords.matches("kavo-ripu".to_owned(), None).await;
        assert!(matches!(
            refused,
            Err(ApiError::Busy {
                retry_after_s: RETRY_AFTER_S
            })
        ));
    }

    #[test]
    fn a_password_can_be_read_out() {
        let password = draw().unwrap();
        assert_eq!(password.len(), 19);
        assert!(
            password.split('-').all(|group| group.len() == 4),
            "{password}"
        );
    }
}
