//! Counts wrong passwords, so that nobody guesses one.
//!
//! Five wrong ones in a row lock a name for fifteen minutes, in which the right one is refused as
//! well. The count is kept by name, in memory, whether somebody is called so or not: kept beside
//! the account it would tell, after a restart or on another server, which names there are. A
//! restart forgets it, which nobody who guesses can bring about. What is remembered is bounded;
//! whoever fills it with other names has to wait for as many checks of a password.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use xunfang_domain::UnixMillis;

use crate::error::ApiError;

/// Wrong passwords in a row that lock a name.
const WRONG_MAX: u32 = 5;
/// For how long.
const LOCK_MS: i64 = 15 * 60_000;
/// Names that are remembered; those of which nobody asked for longest are forgotten first.
const REMEMBERED: usize = 20_000;
/// What somebody is asked to wait whose name is being tried as often as it may already.
const RETRY_AFTER_S: u32 = 10;

/// SHA-256 of a name: names are as long as whoever types them likes.
type NameHash = [u8; 32];

#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    /// Those that are being checked.
    pending: u32,
    locked_until: Option<UnixMillis>,
    at: UnixMillis,
}

/// The counts of all names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempts(Arc<Mutex<HashMap<NameHash, Tries>>>);

/// A password that is being checked. Dropped before it is known to be right or wrong, it does not
/// count.
#[derive(Debug)]
pub(crate) struct Attempt {
    all: Attempts,
    name: NameHash,
}

impl Attempts {
    /// Begins to check a password for a name, where that may be tried.
    pub(crate) fn begin(&self, name: &str, now: UnixMillis) -> Result<Attempt, ApiError> {
        let name: NameHash = Sha256::digest(name.as_bytes()).into();
        self.with(|all| {
            if all.len() >= REMEMBERED && !all.contains_key(&name) {
                let oldest = all.iter().min_by_key(|(_, tries)| tries.at);
                if let Some(oldest) = oldest.map(|(name, _)| *name) {
                    all.remove(&oldest);
                }
            }
            let tries = all.entry(name).or_insert(Tries {
                wrong: 0,
                pending: 0,
                locked_until: None,
                at: now,
            });
            tries.at = now;
            if let Some(until) = tries.locked_until {
                let left_ms = until.since(now);
                if left_ms > 0 {
                    // Of a clock that was set back nobody waits longer than from now.
                    let left_s = left_ms.min(LOCK_MS).unsigned_abs().div_ceil(1000);
                    return Err(ApiError::Locked {
                        retry_after_s: u32::try_from(left_s).unwrap_or(u32::MAX),
                    });
                }
                tries.locked_until = None;
            }
            if tries.wrong + tries.pending >= WRONG_MAX {
                return Err(ApiError::Busy {
                    retry_after_s: RETRY_AFTER_S,
                });
            }
            tries.pending += 1;
            Ok(())
        })?;
        Ok(Attempt {
            all: self.clone(),
            name,
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<NameHash, Tries>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Attempt {
    /// Notes that the password was wrong.
    pub(crate) fn was_wrong(self, now: UnixMillis) {
        self.all.with(|all| {
            if let Some(tries) = all.get_mut(&self.name) {
                tries.wrong += 1;
                if tries.wrong >= WRONG_MAX {
                    tries.wrong = 0;
                    tries.locked_until = Some(now.plus_ms(LOCK_MS));
                }
            }
        });
    }

    /// Notes that it was right: what was wrong before does not count any more.
    pub(crate) fn was_right(self) {
        self.all.with(|all| {
            if let Some(tries) = all.get_mut(&self.name) {
                tries.wrong = 0;
            }
        });
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.all.with(|all| {
            let Some(tries) = all.get_mut(&self.name) else {
                return;
            };
            tries.pending = tries.pending.saturating_sub(1);
            if tries.pending == 0 && tries.wrong == 0 && tries.locked_until.is_none() {
                all.remove(&self.name);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> UnixMillis {
        UnixMillis::new(ms)
    }

    fn locked(tried: Result<Attempt, ApiError>) -> Option<u32> {
        match tried {
            Err(ApiError::Locked { retry_after_s }) => Some(retry_after_s),
            _ => None,
        }
    }

    #[test]
    fn x5_five_wrong_in_a_row_lock_a_name_for_fifteen_minutes() {
        let attempts = Attempts::default();
        for _ in 0..4 {
            attempts.begin("lin", at(0)).unwrap().was_wrong(at(0));
        }
        // The right one begins the count anew.
        attempts.begin("lin", at(0)).unwrap().was_right();
        for _ in 0..5 {
            attempts.begin("lin", at(0)).unwrap().was_wrong(at(1_000));
        }
        assert_eq!(locked(attempts.begin("lin", at(1_000))), Some(900));
        assert_eq!(locked(attempts.begin("lin", at(900_500))), Some(1));
        assert!(attempts.begin("wang", at(1_000)).is_ok());
        // Tried while it is locked, it is not locked for longer.
        for _ in 0..5 {
            attempts
                .begin("lin", at(901_000))
                .unwrap()
                .was_wrong(at(901_000));
        }
        assert_eq!(locked(attempts.begin("lin", at(901_000))), Some(900));
    }

    #[test]
    fn x5_many_at_once_are_not_more_than_five() {
        let attempts = Attempts::default();
        let begun: Vec<_> = (0..5)
            .map(|_| attempts.begin("lin", at(0)).unwrap())
            .collect();
        let sixth = attempts.begin("lin", at(0));
        assert!(matches!(sixth, Err(ApiError::Busy { .. })));
        // What was not checked to its end does not count, and nothing of it is kept.
        drop(begun);
        assert!(attempts.0.lock().unwrap().is_empty());
    }

    #[test]
    fn names_are_remembered_up_to_a_number() {
        let attempts = Attempts::default();
        for number in 0..=REMEMBERED {
            let time = at(i64::try_from(number).unwrap());
            attempts
                .begin(&number.to_string(), time)
                .unwrap()
                .was_wrong(time);
        }
        assert_eq!(attempts.0.lock().unwrap().len(), REMEMBERED);
    }
}
