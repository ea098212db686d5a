//! Gives the window's page the answers that its first screen needs, with its first bytes.

use std::borrow::Cow;

use tauri::http::Response;
use tauri::http::header::CONTENT_TYPE;
use tauri::{AppHandle, Manager};

use crate::start::Core;

/// A file of the app on its way to the window.
pub(crate) type File = Response<Cow<'static, [u8]>>;

/// Fills a page; any other file stays as it is.
pub(crate) fn fill(app: &AppHandle, file: &mut File) {
    if !is_page(file) {
        return;
    }
    let core = app.state::<Core>();
    // Without a core the page asks, and is told the reason.
    let (Ok(phone), Ok(page)) = (core.phone(), std::str::from_utf8(file.body())) else {
        return;
    };
    *file.body_mut() = Cow::Owned(phone.fill_page(page).into_bytes());
}

fn is_page(file: &File) -> bool {
    file.headers()
        .get(CONTENT_TYPE)
        .is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_are_filled() {
        for (media_type, page) in [
            (Some("text/html"), true),
            (Some("text/html; charset=utf-8"), true),
            (Some("text/javascript"), false),
            (Some("application/json"), false),
            (None, false),
        ] {
            let mut response = Response::new(Cow::Borrowed(&b""[..]));
            if let Some(media_type) = media_type {
                response
                    .headers_mut()
                    .insert(CONTENT_TYPE, media_type.parse().unwrap());
            }
            assert_eq!(is_page(&response), page, "{media_type:?}");
        }
    }
}
