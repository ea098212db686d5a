//! What became of a rescue file on the server.

use serde::{Deserialize, Serialize};
use xunfang_domain::{DeviceId, UnixMillis};

/// `POST /api/v1/rescue`: what is counted here is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct RescueReport {
    /// Name of the person whose records they are.
    pub person: String,
    /// The installation that made it.
    pub device: DeviceId,
    /// When it was made, by the phone's clock.
    pub made_at: UnixMillis,
    /// How many records the phone put into it.
    pub records: u32,
    /// How many files of photos the phone put into it.
    pub files: u32,
    /// Records that are here now and were not before.
    pub applied: u32,
    /// Records that had been here before.
    pub already: u32,
    /// Files that are here now and were not before.
    pub files_stored: u32,
    /// Files that had been here before.
    pub files_already: u32,
    /// Records and files that were not taken. The phone still has them.
    pub refused: Vec<RescueRefusal>,
    /// Whether the file was read to its end. What came before the place where it broke off was
    /// taken all the same.
    pub complete: bool,
    /// Where it is not complete, why.
    pub broken: Option<RescueFault>,
}

/// A record or a file that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct RescueRefusal {
    /// Id of the record, or hash of the file.
    pub id: String,
    /// The kind of operation, or `photo` for a file.
    pub kind: String,
    /// Stable reason, from [`crate::codes`].
    pub code: String,
    /// The same for a log.
    pub message: String,
}

/// Why a rescue file is not taken, or not all of it; `details.fault` of the code `rescue_refused`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RescueFault {
    /// It is something else.
    NoRescueFile,
    /// It is sealed to another server, or to this one before its database was made anew.
    OtherServer,
    /// Something in it was changed on its way.
    Damaged,
    /// It broke off on its way, or while it was written.
    CutShort,
    /// It holds something that this server does not know.
    Unknown,
    /// It is of a district that is not here, or not the one that was asked about.
    District,
    /// The person is not here, or may not submit records.
    Person,
    /// The person has never signed in on that phone.
    Device,
    /// The phone signs with another key than the one that is known here.
    Key,
}
