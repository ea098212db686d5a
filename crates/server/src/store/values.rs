//! How values of the domain are stored.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use xunfang_domain::{
    Grant, Grants, PersonId, PointId, ReviewState, Role, Scope, Sha256Hex, UnitId,
};

use super::StoreError;
use super::db::Row;

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

/// Reads a role, and how far it reaches, out of a row with the columns of `person_grant`.
pub(super) fn grant(row: Row<'_>) -> Result<Grant, StoreError> {
    let word: String = row.get("role")?;
    let role = Role::named(&word).ok_or_else(|| StoreError::Value {
        what: "role",
        reason: format!("{word} is none"),
    })?;
    let unit: Option<Uuid> = row.get("unit_id")?;
    let point: Option<Uuid> = row.get("point_id")?;
    let scope = match (unit, point) {
        (Some(unit), _) => Scope::Unit(UnitId::from_uuid(unit)),
        (None, Some(point)) => Scope::Point(PointId::from_uuid(point)),
        (None, None) => Scope::District,
    };
    Ok(Grant { role, scope })
}

/// Puts the grants of a person together.
pub(super) fn grants(grants: Vec<Grant>) -> Result<Grants, StoreError> {
    Grants::new(grants).map_err(|error| StoreError::Value {
        what: "grants",
        reason: error.to_string(),
    })
}

/// Reads whose record it is, and of which point.
pub(super) fn author_and_point(row: Row<'_>) -> Result<(PersonId, PointId), StoreError> {
    Ok((
        PersonId::from_uuid(row.get("author_id")?),
        PointId::from_uuid(row.get("point_id")?),
    ))
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
