//! Serves photos to the window at `photo://localhost/<sha256>/<size>`.
//!
//! On Android and Windows a web view knows such a scheme as `http://photo.localhost/…`; the path
//! is the same. A photo never changes under its hash, so the web view may keep it for good.

use tauri::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use tauri::http::{HeaderValue, Method, Request, Response, StatusCode};
use tauri::{Manager, UriSchemeContext, UriSchemeResponder, Wry};
use xunfang_domain::Sha256Hex;
use xunfang_phone::{CommandError, ErrorCode, PhotoFile, PhotoSize};

use crate::run::WINDOW;
use crate::start::Core;

/// Name of the scheme.
pub(crate) const SCHEME: &str = "photo";

/// Answers one request of the window.
pub(crate) fn serve(
    context: UriSchemeContext<'_, Wry>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    if context.webview_label() != WINDOW {
        return responder.respond(empty(StatusCode::FORBIDDEN));
    }
    if request.method() != Method::GET {
        return responder.respond(empty(StatusCode::METHOD_NOT_ALLOWED));
    }
    let Some((sha256, size)) = wanted(request.uri().path()) else {
        return responder.respond(empty(StatusCode::NOT_FOUND));
    };
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let answer = match app.try_state::<Core>() {
            Some(core) => match core.phone() {
                Ok(phone) => phone.photo_file(sha256, size).await,
                Err(error) => Err(error),
            },
            None => return responder.respond(empty(StatusCode::SERVICE_UNAVAILABLE)),
        };
        responder.respond(respond(answer));
    });
}

/// Reads `/<sha256>/<size>`.
fn wanted(path: &str) -> Option<(Sha256Hex, PhotoSize)> {
    let (sha256, size) = path.strip_prefix('/')?.split_once('/')?;
    Some((sha256.parse().ok()?, size.parse().ok()?))
}

fn respond(answer: Result<PhotoFile, CommandError>) -> Response<Vec<u8>> {
    let file = match answer {
        Ok(file) => file,
        Err(error) if error.code == ErrorCode::NotFound => return empty(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::warn!(event = "photo_not_shown", code = ?error.code, message = %error.message);
            return empty(StatusCode::INTERNAL_SERVER_ERROR);
        }
    };
    let mut response = Response::new(file.bytes);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, image_type(&file.media_type));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    forbid_pages(&mut response);
    response
}

/// Tauri counts every scheme of the app as the app itself, with the right to call commands. So
/// bytes from outside must never become a page here, whatever type was written down for them.
fn image_type(media_type: &str) -> HeaderValue {
    HeaderValue::from_static(match media_type {
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        "image/webp" => "image/webp",
        _ => "application/octet-stream",
    })
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    forbid_pages(&mut response);
    response
}

fn forbid_pages(response: &mut Response<Vec<u8>>) {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn file(media_type: &str) -> Result<PhotoFile, CommandError> {
        Ok(PhotoFile {
            media_type: media_type.into(),
            bytes: vec![1, 2, 3],
        })
    }

    fn failure(code: ErrorCode) -> Result<PhotoFile, CommandError> {
        Err(CommandError {
            code,
            message: String::new(),
        })
    }

    #[test]
    fn an_address_names_a_hash_and_a_size() {
        for size in ["thumb", "working", "original"] {
            let (sha256, _) = wanted(&format!("/{HASH}/{size}")).unwrap();
            assert_eq!(sha256.as_str(), HASH);
        }
    }

    #[test]
    fn any_other_address_is_no_photo() {
        for path in [
            String::new(),
            "/".into(),
            format!("/{HASH}"),
            format!("/{HASH}/"),
            format!("/{HASH}/huge"),
            format!("/{HASH}/thumb/"),
            format!("//{HASH}/thumb"),
            format!("/{}/thumb", HASH.to_uppercase()),
            "/../../etc/passwd/thumb".into(),
            "/%2e%2e/thumb".into(),
        ] {
            assert!(wanted(&path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_photo_is_served_with_its_type_and_kept() {
        let response = respond(file("image/webp"));
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CONTENT_TYPE], "image/webp");
        assert_eq!(
            response.headers()[CACHE_CONTROL],
            "private, max-age=31536000, immutable"
        );
        assert_eq!(response.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(response.body(), &[1, 2, 3]);
    }

    #[test]
    fn bytes_of_another_type_never_become_a_page() {
        for media_type in ["text/html", "image/svg+xml", "image/jpeg\r\nx: y", ""] {
            let response = respond(file(media_type));
            assert_eq!(response.headers()[CONTENT_TYPE], "application/octet-stream");
            assert_eq!(
                response.headers()[CONTENT_SECURITY_POLICY],
                "default-src 'none'; sandbox"
            );
        }
    }

    #[test]
    fn a_failure_is_a_status_and_is_not_kept() {
        for (code, status) in [
            (ErrorCode::NotFound, StatusCode::NOT_FOUND),
            (ErrorCode::DiskFailed, StatusCode::INTERNAL_SERVER_ERROR),
        ] {
            let response = respond(failure(code));
            assert_eq!(response.status(), status);
            assert!(!response.headers().contains_key(CACHE_CONTROL));
        }
    }
}
