//! How values of the domain are stored.

use serde::Serialize;
use serde::de::DeserializeOwned;
use xunfang_domain::{ReviewState, Role, Sha256Hex};

use super::StoreError;

/// Reads a value that is stored as JSON.
pub(super) fn from_json<T: DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Value {
        what,
        reason: error.to_string(),
    })
}

/// Writes a value that is stored as JSON.
pub(super) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Value {
        what,
        reason: error.to_string(),
    })
}

/// Reads a hash.
pub(super) fn hash(text: &str) -> Result<Sha256Hex, StoreError> {
    text.parse()
        .map_err(|error: xunfang_domain::Sha256HexError| StoreError::Value {
            what: "hash",
            reason: error.to_string(),
        })
}

pub(super) const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Inspector => "inspector",
        // Marked in a column of its own.
        Role::Supervisor | Role::Administrator => "supervisor",
    }
}

pub(super) fn role(word: &str, administrator: bool) -> Result<Role, StoreError> {
    match word {
        "inspector" => Ok(Role::Inspector),
        "supervisor" if administrator => Ok(Role::Administrator),
        "supervisor" => Ok(Role::Supervisor),
        _ => Err(StoreError::Value {
            what: "role",
            reason: format!("{word} is none"),
        }),
    }
}

pub(super) const fn state_word(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Pending => "pending",
        ReviewState::Accepted => "accepted",
        ReviewState::Returned => "returned",
    }
}

pub(super) fn state(word: &str) -> Result<ReviewState, StoreError> {
    match word {
        "pending" => Ok(ReviewState::Pending),
        "accepted" => Ok(ReviewState::Accepted),
        "returned" => Ok(ReviewState::Returned),
        _ => Err(StoreError::Value {
            what: "review state",
            reason: format!("{word} is none"),
        }),
    }
}
