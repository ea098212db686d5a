//! Photos for whoever may see a finding that shows them.

use crate::store::db::Db;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use xunfang_domain::{Actor, DistrictId, Object, Sha256Hex, Verb, allows};
use xunfang_protocol::ErrorBody;

use super::address::InPath;
use super::openapi::SessionRefusals;
use crate::App;
use crate::blobs::Outgoing;
use crate::error::ApiError;
use crate::renditions::Copy;
use crate::session::Session;
use crate::store::blobs::{self, Blob};
use crate::store::evidence::{self, NamedFile};
use crate::store::{StoreError, findings, inspections, units};

/// A photo's name is its content, so a browser need not ask twice; others must not keep it.
const CACHE: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
const INLINE: HeaderValue = HeaderValue::from_static("inline");
const JPEG: HeaderValue = HeaderValue::from_static("image/jpeg");

/// Shows a photo as thumbnail (320 px), working copy (1920 px) or unchanged original. The copy that
/// somebody drew on is a photo of its own here, by the name that the photo's report gives.
#[utoipa::path(
    get,
    path = "/api/v1/photos/{sha256}/{copy}",
    tag = "console",
    params(
        ("sha256" = Sha256Hex, Path, description = "The photo's name"),
        ("copy" = String, Path, description = "`thumb`, `working` or `original`"),
    ),
    security(("phone" = []), ("browser" = [])),
    responses(
        SessionRefusals,
        (status = 200, description = "The picture", content_type = "image/jpeg", body = Vec<u8>),
        (status = 400, description = "bad_request: no photo has such a name", body = ErrorBody),
        (status = 404, description = "not_found, not for this session, or an original that has not come yet", body = ErrorBody),
        (status = 422, description = "not_a_photo: it is damaged further in", body = ErrorBody),
        (status = 503, description = "busy: repeat after Retry-After", body = ErrorBody),
    )
)]
pub(super) async fn show(
    State(app): State<App>,
    session: Session,
    InPath((name, copy)): InPath<(String, String)>,
) -> Result<Response, ApiError> {
    let sha256 = photo_name(&name)?;
    let (actor, asked_for) = (session.actor, sha256.clone());
    let district = actor.district;
    let copy = match copy.as_str() {
        "thumb" => Some(Copy::Thumb),
        "working" => Some(Copy::Working),
        "original" => None,
        _ => return Err(ApiError::NotFound),
    };
    let here = app
        .database()
        .read(move |db| here(db, &actor, &asked_for, copy))
        .await?
        .ok_or(ApiError::NotFound)?;
    let jpeg = match (here, copy) {
        (Here::Original(_), Some(copy)) => {
            app.renditions().get(&app, district, &sha256, copy).await?
        }
        (Here::Original(blob), None) => return original(&app, district, &sha256, &blob).await,
        (Here::Copy(name), _) => {
            let read = app.blobs().read(district, &name).await?;
            read.ok_or(ApiError::Broken("a copy of a photo is lost"))?
        }
    };
    let headers = [
        (CONTENT_TYPE, JPEG),
        (CACHE_CONTROL, CACHE),
        (CONTENT_DISPOSITION, INLINE),
    ];
    Ok((headers, jpeg).into_response())
}

/// Reads a photo's name out of an address: 64 lower-case digits and nothing else.
pub(super) fn photo_name(text: &str) -> Result<Sha256Hex, ApiError> {
    text.parse()
        .map_err(|error: xunfang_domain::Sha256HexError| ApiError::BadRequest(error.to_string()))
}

/// What there is of a photo.
enum Here {
    /// The original, from which any copy can be made.
    Original(Blob),
    /// The copy that was asked for, as the phone made it.
    Copy(Sha256Hex),
}

/// Finds a photo, if a finding or an inspection shows it that the actor may read.
///
/// The server's own copy of an original that is here comes before the phone's: it cannot show
/// anything else than the original does.
fn here(
    db: &Db,
    actor: &Actor,
    sha256: &Sha256Hex,
    copy: Option<Copy>,
) -> Result<Option<Here>, StoreError> {
    if !may_see(db, actor, sha256)? {
        return Ok(None);
    }
    if let Some(blob) = blobs::find(db, actor.district, sha256)? {
        return Ok(Some(Here::Original(blob)));
    }
    let Some(copy) = copy else {
        return Ok(None);
    };
    let sent = evidence::copy_here(db, actor.district, sha256, copy.name())?;
    Ok(sent.map(Here::Copy))
}

fn may_see(db: &Db, actor: &Actor, sha256: &Sha256Hex) -> Result<bool, StoreError> {
    let district = actor.district;
    // A copy that was drawn on is for whoever may see the photo.
    let copied = evidence::copied_from(db, district, sha256)?.into_iter();
    let drawn = copied.filter(|(_, what)| *what == NamedFile::Annotated);
    let mut names: Vec<Sha256Hex> = drawn.map(|(original, _)| original).collect();
    names.push(sha256.clone());
    for name in names {
        for (author, point) in findings::of_photo(db, district, &name)? {
            let place = Some(units::place(db, district, point)?);
            let object = Object::Finding {
                district,
                author,
                place,
            };
            if allows(actor, Verb::Read, &object) {
                return Ok(true);
            }
        }
        for (author, point) in inspections::of_photo(db, district, &name)? {
            let place = Some(units::place(db, district, point)?);
            let object = Object::Inspection {
                district,
                author,
                place,
            };
            if allows(actor, Verb::Read, &object) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

async fn original(
    app: &App,
    district: DistrictId,
    sha256: &Sha256Hex,
    blob: &Blob,
) -> Result<Response, ApiError> {
    let found = app.blobs().stream(district, sha256).await?;
    let Outgoing { bytes, stream } = found.ok_or(ApiError::Broken("a photo is lost"))?;
    let media_type = HeaderValue::from_str(&blob.media_type)
        .map_err(|_| ApiError::Broken("a stored media type is not a header"))?;
    let headers = [
        (CONTENT_TYPE, media_type),
        (CONTENT_LENGTH, HeaderValue::from(bytes)),
        (CACHE_CONTROL, CACHE),
        (CONTENT_DISPOSITION, INLINE),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}
