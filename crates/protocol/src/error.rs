//! What every refusal looks like on the wire.

use serde::{Deserialize, Serialize};

/// The body of every answer that is not a success.
///
/// Programs branch on `code`; `message` is English for a log; `details` holds figures that a
/// client may put into its own words. None of them carries personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ErrorBody {
    /// Stable name from [`codes`].
    pub code: String,
    /// What happened, for a log.
    pub message: String,
    /// Figures that belong to the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        ts(type = "Record<string, unknown> | null", optional)
    )]
    pub details: Option<serde_json::Value>,
}

/// The codes of [`ErrorBody`], each with the state it leaves behind.
pub mod codes {
    /// The request does not parse; nothing changed.
    pub const BAD_REQUEST: &str = "bad_request";
    /// Account and password do not match; nothing changed.
    pub const WRONG_PASSWORD: &str = "wrong_password";
    /// Too many wrong passwords; the right one is refused as well until the given time is over.
    pub const LOCKED: &str = "locked";
    /// The password has to be changed before anything else.
    pub const PASSWORD_MUST_CHANGE: &str = "password_must_change";
    /// The password is not taken; nothing changed. `details.fault` says why.
    pub const PASSWORD_REFUSED: &str = "password_refused";
    /// Nobody may sign in on this device any more; what is on it stays there.
    pub const DEVICE_REVOKED: &str = "device_revoked";
    /// The code for a device is wrong, over or used; nothing changed. Ask for a new one.
    pub const ENROLMENT_REFUSED: &str = "enrolment_refused";
    /// Somebody signs in with this name already; nothing changed.
    pub const ACCOUNT_TAKEN: &str = "account_taken";
    /// The person cannot be so; nothing changed. `details.fault` says why.
    pub const PERSON_INVALID: &str = "person_invalid";
    /// The unit cannot be so; nothing changed. `details.fault` says why.
    pub const UNIT_INVALID: &str = "unit_invalid";
    /// Nobody would be left who administers the district; nothing changed.
    pub const LAST_ADMINISTRATOR: &str = "last_administrator";
    /// There is no valid session; sign in and repeat.
    pub const SIGNED_OUT: &str = "signed_out";
    /// The session may not do this; nothing changed.
    pub const FORBIDDEN: &str = "forbidden";
    /// There is no such thing, or this session may not see it.
    pub const NOT_FOUND: &str = "not_found";
    /// Somebody else decided first; `details.rev` is the newer revision.
    pub const REVIEW_MOVED_ON: &str = "review_moved_on";
    /// A returned finding needs a reason of at most 500 characters.
    pub const REASON_INVALID: &str = "reason_invalid";
    /// Somebody else published a version first; `details.version` is the one in force.
    pub const STANDARD_MOVED_ON: &str = "standard_moved_on";
    /// The change of a standard does not fit; nothing changed. The message says why.
    pub const STANDARD_INVALID: &str = "standard_invalid";
    /// The file is no register of points; nothing changed. The message says why.
    pub const FILE_UNREADABLE: &str = "file_unreadable";
    /// Rows of the file are refused, and a file is taken whole or not at all; nothing changed.
    pub const IMPORT_REFUSED: &str = "import_refused";
    /// The points or the file changed since the preview; nothing changed. Preview again.
    pub const IMPORT_MOVED_ON: &str = "import_moved_on";
    /// Somebody else changed the point first; nothing changed. Look again.
    pub const POINT_MOVED_ON: &str = "point_moved_on";
    /// The point cannot be so; nothing changed. `details.reasons` are those of a register's row.
    pub const POINT_INVALID: &str = "point_invalid";
    /// The rescue file is not taken; nothing changed. `details.fault` says why.
    pub const RESCUE_REFUSED: &str = "rescue_refused";
    /// The body is larger than this address takes.
    pub const TOO_LARGE: &str = "too_large";
    /// The upload continues at another offset: ask with HEAD and go on there.
    pub const OFFSET_MISMATCH: &str = "offset_mismatch";
    /// A piece arrived otherwise than it was sent; it was dropped, send it again.
    pub const PIECE_DAMAGED: &str = "piece_damaged";
    /// The bytes that arrived are not the photo that was announced; they were dropped.
    pub const HASH_MISMATCH: &str = "hash_mismatch";
    /// The bytes are no photo that this server takes.
    pub const NOT_A_PHOTO: &str = "not_a_photo";
    /// The server's disk is full; what it acknowledged is safe, repeat later.
    pub const STORAGE_FULL: &str = "storage_full";
    /// The client is older than this server answers to; pushing still works.
    pub const TOO_OLD: &str = "too_old";
    /// Something broke on the server; repeat later.
    pub const INTERNAL: &str = "internal";
    /// Too much is asked of the server at once; repeat after the given time.
    pub const BUSY: &str = "busy";
    /// This session or address asks too often; repeat after the given time.
    pub const TOO_OFTEN: &str = "too_often";
    /// The server cannot do its work just now; `details.reasons` says why.
    pub const NOT_READY: &str = "not_ready";

    /// An operation's id came again with other bytes; the first one stands.
    pub const OP_ID_REUSED: &str = "op_id_reused";
    /// The device's signature does not fit the operation; it is asked for again.
    pub const SIGNATURE_INVALID: &str = "signature_invalid";
    /// The record breaks a rule; `message` says which.
    pub const RECORD_INVALID: &str = "record_invalid";
    /// The record names a point of no or another district.
    pub const POINT_UNKNOWN: &str = "point_unknown";
    /// The district does not have the version of the standard that the record is judged by.
    pub const STANDARD_UNKNOWN: &str = "standard_unknown";
    /// The kind of operation is newer than this server.
    pub const KIND_UNKNOWN: &str = "kind_unknown";
    /// The finding was decided on, or revised, since the revision that came; nothing changed.
    pub const FINDING_MOVED_ON: &str = "finding_moved_on";
    /// The finding that is revised is not here yet; it is asked for again.
    pub const FINDING_UNKNOWN: &str = "finding_unknown";
    /// Photos of the record are not here yet; upload them and push again.
    pub const PHOTOS_MISSING: &str = "photos_missing";
}
