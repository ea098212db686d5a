//! The built screens, with the bridge's token written into the page.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; \
    style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; object-src 'none'; \
    base-uri 'none'; frame-ancestors 'none'; form-action 'none'";
/// What the page carries in place of a token until it is served.
const TOKEN_PLACE: &str = r#"name="xunfang-bridge" content="""#;

#[derive(RustEmbed)]
#[folder = "../../ui/phone/dist"]
struct Screens;

/// Serves a file of the screens; everything that is none of them is the page itself, which `fill`
/// completes.
pub(crate) fn serve(path: &str, token: &str, fill: impl FnOnce(&str) -> String) -> Response {
    let path = path.trim_start_matches('/');
    let (name, file) = match Screens::get(path).filter(|_| !path.is_empty()) {
        Some(file) if path != "index.html" => (path, file),
        _ => match Screens::get("index.html") {
            Some(page) => ("index.html", page),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let media_type = file.metadata.mimetype().to_owned();
    let body = if name == "index.html" {
        let page = String::from_utf8_lossy(&file.data);
        let filled = TOKEN_PLACE.replace(r#"content="""#, &format!(r#"content="{token}""#));
        fill(&page.replace(TOKEN_PLACE, &filled)).into_bytes()
    } else {
        file.data.into_owned()
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_one_place_for_the_token() {
        let page = Screens::get("index.html").unwrap();
        let page = String::from_utf8_lossy(&page.data);
        assert_eq!(page.matches(TOKEN_PLACE).count(), 1);
    }
}
