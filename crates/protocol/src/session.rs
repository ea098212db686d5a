//! Signing in and out.

use serde::{Deserialize, Serialize};
use xunfang_domain::{DeviceId, District, Person};

/// `POST /api/v1/session`
///
/// With a `device` the answer carries a token for a phone. Without one it sets an `HttpOnly`
/// cookie for a browser and the token stays out of reach of scripts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct SignInRequest {
    /// Account name.
    pub account: String,
    /// Password.
    pub password: String,
    /// The installation that signs in; absent for a browser.
    #[serde(default)]
    pub device: Option<DeviceId>,
    /// What the installation calls itself.
    #[serde(default)]
    pub device_name: Option<String>,
}

/// Who a session belongs to; also the answer of `GET /api/v1/session`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct SessionView {
    /// The person.
    pub person: Person,
    /// Their district.
    pub district: District,
    /// Whether nothing can be done but change the password; never on a phone.
    #[serde(default)]
    pub password_must_change: bool,
}

/// The answer to a sign-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct SignedIn {
    /// Who signed in.
    pub session: SessionView,
    /// Opaque token for a phone: 256 random bits in hexadecimal. Null for a browser.
    pub token: Option<String>,
}
