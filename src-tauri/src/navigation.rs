//! Keeps the window on the app's own pages.
//!
//! The content security policy limits what a page may load, not where it may go: without this, a
//! planted script could carry data away in the address of a foreign page.

use tauri::Url;

/// Tells whether an address is one of the app's pages.
///
/// They are at `tauri://localhost`, on Android and Windows at `http://tauri.localhost`.
pub(crate) fn stays_inside(url: &Url) -> bool {
    matches!(
        (url.scheme(), url.host_str()),
        ("tauri", Some("localhost")) | ("http", Some("tauri.localhost"))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_apps_own_pages_are_inside() {
        for (address, inside) in [
            ("tauri://localhost/", true),
            ("tauri://localhost/index.html#/points", true),
            ("http://tauri.localhost/index.html", true),
            ("tauri://elsewhere/", false),
            ("http://tauri.localhost.example.com/", false),
            ("https://example.com/?stolen=1", false),
            ("http://localhost/", false),
            ("photo://localhost/x/thumb", false),
            ("file:///etc/passwd", false),
            ("data:text/html,x", false),
            ("about:blank", false),
        ] {
            assert_eq!(stays_inside(&address.parse().unwrap()), inside, "{address}");
        }
    }
}
