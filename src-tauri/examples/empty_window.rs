//! The same shell with nothing in it: what the app's start is measured against (P4).
//!
//! It opens the app's window with one small page, which says when it can be used as the app's
//! first screen does: after a microtask and the next frame. The time from `main`'s first line to
//! there is logged as the app logs it, and the window stays open until it is closed or killed.

use std::time::Instant;

use tauri::http::header::CONTENT_TYPE;
use tauri::http::{HeaderValue, Request, Response};
use tauri::{State, UriSchemeContext, WebviewUrl, WebviewWindowBuilder, Wry};

const PAGE: &str = r#"<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>空窗口</title>
<p>空窗口</p>
<script>
Promise.resolve().then(() => requestAnimationFrame(() =>
  window.__TAURI_INTERNALS__.invoke("command", { command: { cmd: "usable" } })
));
</script>
"#;

struct Started(Instant);

/// Named as in the app, because the app's permissions name it so.
#[tauri::command]
fn command(started: State<'_, Started>) {
    let elapsed_ms = u64::try_from(started.0.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(event = "usable", elapsed_ms);
}

fn page(_context: UriSchemeContext<'_, Wry>, _request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let mut response = Response::new(PAGE.as_bytes().to_vec());
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
}

fn main() -> anyhow::Result<()> {
    let started = Instant::now();
    xunfang_app_lib::log_to_stderr();
    let page_url: tauri::Url = "empty://localhost/".parse()?;
    tauri::Builder::default()
        .manage(Started(started))
        .register_uri_scheme_protocol("empty", page)
        .invoke_handler(tauri::generate_handler![command])
        .setup(move |app| {
            for config in &app.config().app.windows {
                let mut config = config.clone();
                config.url = WebviewUrl::CustomProtocol(page_url.clone());
                WebviewWindowBuilder::from_config(app.handle(), &config)?.build()?;
            }
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}
