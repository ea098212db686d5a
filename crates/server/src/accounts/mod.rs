//! Who is let in, and who may be what.
//!
//! Requests and commands of the machine's administrator go through here alike, so that neither can
//! do what the other refuses. Whoever may ask for it is settled before.

pub(crate) mod enrolment;
pub(crate) mod passwords;
pub(crate) mod people;
pub(crate) mod sign_in;
pub(crate) mod units;

use uuid::Uuid;
use xunfang_domain::{DeviceId, DistrictId, PersonId, SessionId, UnixMillis};
use xunfang_protocol::{NAME_CHARS_MAX, SessionView};

use crate::error::ApiError;
use crate::session::Token;
use crate::store::db::Db;
use crate::store::sessions::{self, NewSession};
use crate::store::{devices, people as stored, reference};

/// For how long a session lasts that nobody ends.
pub(crate) const SESSION_DAYS: i64 = 90;
pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// An installation that somebody signs in on.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) id: DeviceId,
    /// What it calls itself; may be empty.
    pub(crate) name: String,
}

impl Installation {
    /// Takes what a device calls itself, as far as a list can show it.
    pub(crate) fn new(id: DeviceId, name: Option<String>) -> Self {
        let name = name.unwrap_or_default();
        let name = name.trim().chars().take(NAME_CHARS_MAX).collect();
        Self { id, name }
    }
}

/// Who is let in, and where.
#[derive(Debug)]
pub(crate) struct Entrance<'a> {
    pub(crate) district: DistrictId,
    pub(crate) person: PersonId,
    /// None for a browser.
    pub(crate) device: Option<&'a Installation>,
    /// Whether nothing can be done but change the password.
    pub(crate) must_change: bool,
}

/// Opens a session.
pub(crate) fn let_in(
    db: &Db,
    entrance: &Entrance<'_>,
    token: &Token,
    now: UnixMillis,
) -> Result<(SessionId, SessionView), ApiError> {
    let &Entrance {
        district,
        person,
        device,
        must_change,
    } = entrance;
    if let Some(device) = device
        && !devices::let_in(db, district, device.id, person, &device.name, now)?
    {
        return Err(ApiError::DeviceRevoked);
    }
    let id = SessionId::from_uuid(Uuid::now_v7());
    sessions::add(
        db,
        &NewSession {
            token_hash: token.hash(),
            id,
            district,
            person,
            device: device.map(|device| device.id),
            created_at: now,
            expires_at: now.plus_ms(SESSION_DAYS * DAY_MS),
            must_change,
        },
    )?;
    Ok((id, view(db, district, person, must_change)?))
}

/// What a session shows of itself.
pub(crate) fn view(
    db: &Db,
    district: DistrictId,
    person: PersonId,
    password_must_change: bool,
) -> Result<SessionView, ApiError> {
    let person = stored::person(db, district, person)?.ok_or(ApiError::SignedOut)?;
    let district = reference::district(db, district)?.ok_or(ApiError::SignedOut)?;
    Ok(SessionView {
        person,
        district,
        password_must_change,
    })
}
