//! What administrators ask of units, people and their devices, and what people ask of their own.

use serde::{Deserialize, Serialize};
use xunfang_domain::{
    DeviceId, Grants, Person, PersonId, Sealed, SessionId, Sha256Hex, UnitId, UnitLevel, UnixMillis,
};

/// Most characters of a person's name, of an account's and of a device's.
pub const NAME_CHARS_MAX: usize = 60;

/// `POST /api/v1/units` and `PUT /api/v1/units/{id}`; the answer is the unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UnitSave {
    /// The unit that it belongs to; null for one that stands on top.
    pub parent: Option<UnitId>,
    /// How high it stands.
    pub level: UnitLevel,
    /// Its name.
    pub name: String,
}

/// A person with their account, as administrators see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// The name with which they sign in; null where they cannot.
    pub account: Option<String>,
    /// Whether nobody may sign in with it.
    pub disabled: bool,
    /// Whether their password was drawn and is to be changed.
    pub password_must_change: bool,
}

/// `GET /api/v1/people`: one page, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PersonPage {
    /// At most `limit` rows.
    pub rows: Vec<PersonRow>,
    /// Ask for the next page with this; null where there is none.
    pub next_after: Option<PersonId>,
}

/// `POST /api/v1/people`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonAdd {
    /// The name with which they will sign in.
    pub account: String,
    /// Name shown beside their records.
    pub display_name: String,
    /// Their roles, and how far each reaches.
    pub grants: Grants,
}

/// A person whose password was drawn. It is in this answer and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PersonWithPassword {
    /// The person.
    pub row: PersonRow,
    /// Made of syllables that can be read out.
    pub password: String,
}

/// `PUT /api/v1/people/{id}`; the answer is their row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// Name shown beside their records.
    pub display_name: String,
    /// Their roles, and how far each reaches.
    pub grants: Grants,
    /// Whether nobody may sign in with their account; ends their sessions.
    pub disabled: bool,
}

/// `PUT /api/v1/session/password`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password as it is.
    pub current: String,
    /// The password that is to be.
    pub new: String,
}

/// Where a person is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct SessionRow {
    /// By which it is ended.
    pub id: SessionId,
    /// The installation; null for a browser.
    pub device: Option<DeviceId>,
    /// When they signed in.
    pub created_at: UnixMillis,
    /// When it was last used, to the hour.
    pub last_used_at: UnixMillis,
    /// When it ends by itself.
    pub expires_at: UnixMillis,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// An installation of the phone app that a person signed in on last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct DeviceRow {
    /// Which.
    pub id: DeviceId,
    /// What it calls itself; may be empty.
    pub name: String,
    /// When somebody first signed in on it.
    pub enrolled_at: UnixMillis,
    /// Since when nobody may sign in on it; null: they may.
    pub revoked_at: Option<UnixMillis>,
}

/// `GET /api/v1/people/{id}/sessions`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct SessionList {
    /// Where they are signed in, the last used first.
    pub sessions: Vec<SessionRow>,
    /// Their devices, the newest first.
    pub devices: Vec<DeviceRow>,
}

/// `POST /api/v1/people/{id}/enrolment`: lets a device in without a password, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct EnrolmentCode {
    /// What the square code says: capitals and digits.
    pub code: String,
    /// Until when it is good.
    pub expires_at: UnixMillis,
}

/// What a device signs with its key to be let in: that it is this device, with this code.
///
/// It is sealed like the record of a photo: the text is the JSON of these fields, and what is signed
/// is `xunfang.enrolment`, a line break, and the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EnrolmentClaim {
    /// SHA-256 of the code, letter for letter.
    pub code: Sha256Hex,
    /// The installation.
    pub device: DeviceId,
}

/// `POST /api/v1/enrolment`; the answer is that of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct EnrolmentRequest {
    /// What the square code says.
    pub code: String,
    /// The installation.
    pub device: DeviceId,
    /// What it calls itself.
    #[serde(default)]
    pub device_name: Option<String>,
    /// Its public key: 66 hexadecimal digits.
    pub key: String,
    /// The [`EnrolmentClaim`], signed with that key.
    pub claim: Sealed,
}

/// Why a person cannot be so; `details.fault` of the code `person_invalid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PersonFault {
    /// The name shown is empty or too long.
    Name,
    /// The name of the account is empty, too long, or has spaces.
    Account,
    /// A role reaches a unit that is not one of the district.
    UnitUnknown,
    /// A role reaches a point that is not one of the district.
    PointUnknown,
}
