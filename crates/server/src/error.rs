//! Every refusal, and the one place where it gets its status, code and figures.
//!
//! A refusal says what happened in its code; the message is for a log and holds no names, no
//! contents and no paths. What broke inside is logged once, here, where the answer is made.

use axum::Json;
use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::task::JoinError;
use xunfang_domain::{DecisionError, PasswordFault, RowRefusal, UnitError};
use xunfang_durable::{DiskError, DiskFault};
use xunfang_photo::PhotoError;
use xunfang_protocol::{
    ErrorBody, FileFault, NAME_CHARS_MAX, PersonFault, RescueFault, UPLOAD_OFFSET, codes,
};
use xunfang_report::ReadError;

use crate::blobs::BucketError;
use crate::readiness::Reason;
use crate::store::{StoreError, StoreFault};

/// When a server that has more changes waiting than it may is asked again.
const CROWDED_S: u32 = 2;
/// How long somebody waits before they try the photo store again.
const BUCKET_RETRY_AFTER_S: u32 = 30;

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("{0}")]
    BadRequest(String),
    #[error("this address takes {0}")]
    MediaType(&'static str),
    #[error("this address does not take this method")]
    Method,
    #[error("account and password do not match")]
    WrongPassword,
    #[error("too many wrong passwords for this name")]
    Locked { retry_after_s: u32 },
    #[error("the password has to be changed before anything else")]
    PasswordMustChange,
    #[error("{0}")]
    PasswordRefused(#[from] PasswordFault),
    #[error("nobody may sign in on this device any more; what is on it stays there")]
    DeviceRevoked,
    #[error("the code is wrong, over or used")]
    EnrolmentRefused,
    #[error("somebody signs in with this name already")]
    AccountTaken,
    #[error("the person cannot be so: {}", person_fault(*.0))]
    PersonInvalid(PersonFault),
    #[error("{0}")]
    UnitInvalid(#[from] UnitError),
    #[error("nobody would be left who administers the district")]
    LastAdministrator,
    #[error("there is no valid session")]
    SignedOut,
    #[error("this session may not do this")]
    Forbidden,
    #[error("there is no such thing, or this session may not see it")]
    NotFound,
    #[error("somebody else decided first")]
    ReviewMovedOn { rev: u64 },
    #[error("somebody else published version {version} first")]
    StandardMovedOn { version: u32 },
    #[error("{0}")]
    StandardInvalid(String),
    #[error("{0}")]
    FileUnreadable(#[from] ReadError),
    #[error("{refused} rows are refused, and a file is taken whole or not at all")]
    ImportRefused { refused: u32 },
    #[error("the points or the file changed since the preview")]
    ImportMovedOn,
    #[error("somebody else changed the point first")]
    PointMovedOn,
    #[error("the point cannot be so, for {} reasons", .0.len())]
    PointInvalid(Vec<RowRefusal>),
    #[error("{}", crate::rescue::reason(*.0))]
    RescueRefused(RescueFault),
    #[error("{0}")]
    ReasonInvalid(#[from] DecisionError),
    #[error("at most {most} {unit} are taken here")]
    TooLarge { most: u64, unit: &'static str },
    #[error("the upload continues at {offset}")]
    OffsetMismatch { offset: u64 },
    #[error("the piece arrived otherwise than it was sent; it was dropped")]
    PieceDamaged,
    #[error("the bytes are not the photo that was announced; they were dropped")]
    HashMismatch,
    #[error("{0}")]
    NotAPhoto(#[from] PhotoError),
    #[error("this server answers to protocol {minimum} and later")]
    TooOld { minimum: u16 },
    #[error("this server speaks tus 1.0.0")]
    TusVersion,
    #[error("too many at once")]
    Busy { retry_after_s: u32 },
    #[error("too often: {retry_after_s} seconds are to pass")]
    TooOften { retry_after_s: u32 },
    #[error("{}", in_words(.0))]
    NotReady(Vec<Reason>),
    #[error("the body came too slowly or broke off; what arrived of a photo is kept")]
    BodyBrokeOff,
    #[error("the database failed")]
    Store(#[from] StoreError),
    #[error("the disk failed")]
    Disk(#[from] DiskError),
    #[error("the photo store failed; nothing was taken")]
    Bucket(#[from] BucketError),
    #[error("work in the background broke off")]
    BrokeOff(#[from] JoinError),
    #[error("something on the server broke: {0}")]
    Broken(&'static str),
}

/// What a refusal looks like from outside.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    details: Option<Value>,
    header: Option<(HeaderName, u64)>,
}

impl ApiError {
    /// The stable name by which clients know it.
    pub(crate) fn code(&self) -> &'static str {
        self.refusal().code
    }

    fn refusal(&self) -> Refusal {
        use StatusCode as S;
        let plain = |status, code| Refusal {
            status,
            code,
            details: None,
            header: None,
        };
        let full = || plain(S::INSUFFICIENT_STORAGE, codes::STORAGE_FULL);
        let broken = || plain(S::INTERNAL_SERVER_ERROR, codes::INTERNAL);
        match self {
            Self::BadRequest(_) => plain(S::BAD_REQUEST, codes::BAD_REQUEST),
            Self::MediaType(_) => plain(S::UNSUPPORTED_MEDIA_TYPE, codes::BAD_REQUEST),
            Self::Method => plain(S::METHOD_NOT_ALLOWED, codes::BAD_REQUEST),
            Self::WrongPassword => plain(S::UNAUTHORIZED, codes::WRONG_PASSWORD),
            Self::Locked { retry_after_s } => Refusal {
                details: Some(json!({ "retry_after_s": retry_after_s })),
                header: Some((RETRY_AFTER, u64::from(*retry_after_s))),
                ..plain(S::TOO_MANY_REQUESTS, codes::LOCKED)
            },
            Self::PasswordMustChange => plain(S::FORBIDDEN, codes::PASSWORD_MUST_CHANGE),
            Self::PasswordRefused(fault) => Refusal {
                details: Some(json!({ "fault": fault })),
                ..plain(S::UNPROCESSABLE_ENTITY, codes::PASSWORD_REFUSED)
            },
            Self::DeviceRevoked => plain(S::FORBIDDEN, codes::DEVICE_REVOKED),
            Self::EnrolmentRefused => plain(S::FORBIDDEN, codes::ENROLMENT_REFUSED),
            Self::AccountTaken => plain(S::CONFLICT, codes::ACCOUNT_TAKEN),
            Self::PersonInvalid(fault) => Refusal {
                details: Some(json!({ "fault": fault })),
                ..plain(S::UNPROCESSABLE_ENTITY, codes::PERSON_INVALID)
            },
            Self::UnitInvalid(fault) => Refusal {
                details: Some(json!({ "fault": fault })),
                ..plain(S::UNPROCESSABLE_ENTITY, codes::UNIT_INVALID)
            },
            Self::LastAdministrator => plain(S::CONFLICT, codes::LAST_ADMINISTRATOR),
            Self::SignedOut => plain(S::UNAUTHORIZED, codes::SIGNED_OUT),
            Self::Forbidden => plain(S::FORBIDDEN, codes::FORBIDDEN),
            Self::NotFound => plain(S::NOT_FOUND, codes::NOT_FOUND),
            Self::ReviewMovedOn { rev } => Refusal {
                details: Some(json!({ "rev": rev })),
                ..plain(S::CONFLICT, codes::REVIEW_MOVED_ON)
            },
            Self::StandardMovedOn { version } => Refusal {
                details: Some(json!({ "version": version })),
                ..plain(S::CONFLICT, codes::STANDARD_MOVED_ON)
            },
            Self::StandardInvalid(_) => plain(S::UNPROCESSABLE_ENTITY, codes::STANDARD_INVALID),
            Self::FileUnreadable(error) => Refusal {
                details: serde_json::to_value(file_fault(error)).ok(),
                ..plain(S::UNPROCESSABLE_ENTITY, codes::FILE_UNREADABLE)
            },
            Self::ImportRefused { refused } => Refusal {
                details: Some(json!({ "refused": refused })),
                ..plain(S::CONFLICT, codes::IMPORT_REFUSED)
            },
            Self::ImportMovedOn => plain(S::CONFLICT, codes::IMPORT_MOVED_ON),
            Self::PointMovedOn => plain(S::CONFLICT, codes::POINT_MOVED_ON),
            Self::PointInvalid(reasons) => Refusal {
                details: Some(json!({ "reasons": reasons })),
                ..plain(S::UNPROCESSABLE_ENTITY, codes::POINT_INVALID)
            },
            Self::RescueRefused(fault) => Refusal {
                details: Some(json!({ "fault": fault })),
                ..plain(S::UNPROCESSABLE_ENTITY, codes::RESCUE_REFUSED)
            },
            Self::ReasonInvalid(_) => plain(S::BAD_REQUEST, codes::REASON_INVALID),
            Self::TooLarge { most, unit } => Refusal {
                details: Some(json!({ "most": most, "unit": unit })),
                ..plain(S::PAYLOAD_TOO_LARGE, codes::TOO_LARGE)
            },
            Self::OffsetMismatch { offset } => Refusal {
                details: Some(json!({ "offset": offset })),
                header: Some((HeaderName::from_static(UPLOAD_OFFSET), *offset)),
                ..plain(S::CONFLICT, codes::OFFSET_MISMATCH)
            },
            // tus has a status of its own for it.
            Self::PieceDamaged => plain(
                S::from_u16(460).unwrap_or(S::BAD_REQUEST),
                codes::PIECE_DAMAGED,
            ),
            Self::HashMismatch => plain(S::UNPROCESSABLE_ENTITY, codes::HASH_MISMATCH),
            Self::NotAPhoto(_) => plain(S::UNPROCESSABLE_ENTITY, codes::NOT_A_PHOTO),
            Self::TooOld { minimum } => Refusal {
                details: Some(json!({ "minimum": minimum })),
                ..plain(S::UPGRADE_REQUIRED, codes::TOO_OLD)
            },
            Self::TusVersion => plain(S::PRECONDITION_FAILED, codes::BAD_REQUEST),
            Self::Busy { retry_after_s } => Refusal {
                details: Some(json!({ "retry_after_s": retry_after_s })),
                header: Some((RETRY_AFTER, u64::from(*retry_after_s))),
                ..plain(S::SERVICE_UNAVAILABLE, codes::BUSY)
            },
            Self::TooOften { retry_after_s } => Refusal {
                details: Some(json!({ "retry_after_s": retry_after_s })),
                header: Some((RETRY_AFTER, u64::from(*retry_after_s))),
                ..plain(S::TOO_MANY_REQUESTS, codes::TOO_OFTEN)
            },
            Self::NotReady(reasons) => Refusal {
                details: Some(json!({ "reasons": reasons })),
                ..plain(S::SERVICE_UNAVAILABLE, codes::NOT_READY)
            },
            Self::BodyBrokeOff => plain(S::REQUEST_TIMEOUT, codes::BAD_REQUEST),
            Self::Store(error) => match error.fault() {
                StoreFault::Crowded => Refusal {
                    details: Some(json!({ "retry_after_s": CROWDED_S })),
                    header: Some((RETRY_AFTER, u64::from(CROWDED_S))),
                    ..plain(S::SERVICE_UNAVAILABLE, codes::BUSY)
                },
                StoreFault::Full => full(),
                StoreFault::Unstorable => plain(S::BAD_REQUEST, codes::BAD_REQUEST),
                StoreFault::Damaged
                | StoreFault::ReadOnly
                | StoreFault::Refused
                | StoreFault::Failed => broken(),
            },
            Self::Disk(error) => match error.fault() {
                DiskFault::Full => full(),
                DiskFault::ReadOnly | DiskFault::Missing | DiskFault::Failed => broken(),
            },
            // It comes back, and what the phone has stays there until then.
            Self::Bucket(_) => Refusal {
                details: Some(json!({ "retry_after_s": BUCKET_RETRY_AFTER_S })),
                header: Some((RETRY_AFTER, u64::from(BUCKET_RETRY_AFTER_S))),
                ..plain(S::SERVICE_UNAVAILABLE, codes::BUSY)
            },
            Self::BrokeOff(_) | Self::Broken(_) => broken(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Refusal {
            status,
            code,
            details,
            header,
        } = self.refusal();
        let passes = [codes::BUSY, codes::NOT_READY].contains(&code);
        if status.is_server_error() && (!passes || matches!(self, Self::Bucket(_))) {
            let cause = std::error::Error::source(&self).map(ToString::to_string);
            tracing::error!(code, error = %self, cause, "a request failed");
        }
        let body = ErrorBody {
            code: code.to_owned(),
            message: self.to_string(),
            details,
        };
        let mut response = (status, Json(body)).into_response();
        if let Some((name, figure)) = header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from(figure));
        }
        response
    }
}

fn in_words(reasons: &[Reason]) -> String {
    let words: Vec<_> = reasons.iter().map(|reason| reason.words()).collect();
    words.join("; ")
}

/// What is wrong with a file, as a console says it.
fn file_fault(error: &ReadError) -> FileFault {
    match error {
        ReadError::Xlsx(_) | ReadError::NoSheet | ReadError::Archive(_) | ReadError::Order => {
            FileFault::Spreadsheet
        }
        ReadError::TooLarge | ReadError::TooManyRows => FileFault::TooLarge,
        ReadError::Encoding => FileFault::Encoding,
        ReadError::Csv { line, .. } => FileFault::Line { line: *line },
        ReadError::GeoJson(_) => FileFault::Geojson,
        ReadError::Titles { missing } => {
            // Latitude and longitude are two columns of one field.
            let mut missing = missing.clone();
            missing.dedup();
            FileFault::Titles { missing }
        }
        ReadError::ColumnTwice(title) => FileFault::ColumnTwice {
            title: (*title).to_owned(),
        },
    }
}

/// What is wrong with a person, for a log and a command.
fn person_fault(fault: PersonFault) -> String {
    match fault {
        PersonFault::Name => format!("a name has 1 to {NAME_CHARS_MAX} characters"),
        PersonFault::Account => {
            format!("an account has 1 to {NAME_CHARS_MAX} characters and no spaces")
        }
        PersonFault::UnitUnknown => "a role reaches a unit that the district does not have".into(),
        PersonFault::PointUnknown => {
            "a role reaches a point that the district does not have".into()
        }
    }
}
