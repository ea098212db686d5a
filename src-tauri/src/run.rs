//! Puts the window together.

use std::time::Instant;

use tauri::{App, AppHandle, Emitter, Manager, WebviewWindowBuilder, generate_context};
use tokio::sync::broadcast::error::RecvError;
use xunfang_phone::{Change, Phone};

use crate::start::Core;
use crate::{commands, log_to_stderr, navigation, pages, photos, start};

/// Label of the one window; `capabilities/main.json` gives its rights to this name.
pub(crate) const WINDOW: &str = "main";

/// Opens the window and runs until it is closed.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    let started = Instant::now();
    log_to_stderr();
    // For the rescue file. The window gets no permission of either: `capabilities/main.json`.
    let builder = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_fs::init());
    #[cfg(mobile)]
    let builder = builder.plugin(tauri_plugin_geolocation::init());
    let outcome = builder
        .register_asynchronous_uri_scheme_protocol(photos::SCHEME, photos::serve)
        .invoke_handler(tauri::generate_handler![
            commands::command,
            commands::stage_photo,
            commands::save_rescue
        ])
        .setup(move |app| Ok(set_up(app, started)?))
        .run(generate_context!());
    if let Err(error) = outcome {
        tracing::error!(event = "window_failed", %error);
        std::process::exit(1);
    }
}

/// Opens the core and then the window, whose pages may call the core from their first line on.
fn set_up(app: &App, started: Instant) -> tauri::Result<()> {
    let core = Core::new(start::open(app.handle(), started));
    if let Ok(phone) = core.phone() {
        forward_changes(app.handle().clone(), phone);
    }
    app.manage(core);
    for config in &app.config().app.windows {
        let handle = app.handle().clone();
        WebviewWindowBuilder::from_config(app.handle(), config)?
            .on_navigation(navigation::stays_inside)
            .on_web_resource_request(move |_, file| pages::fill(&handle, file))
            .build()?;
    }
    Ok(())
}

/// Tells the window what to ask again, for as long as the core lives.
fn forward_changes(app: AppHandle, phone: &Phone) {
    let mut changes = phone.changes();
    tauri::async_runtime::spawn(async move {
        loop {
            let news: &[Change] = match changes.recv().await {
                Ok(change) => &[change],
                // Some were overwritten before they were read: asking for everything again
                // is cheap, a screen that stays wrong is not.
                Err(RecvError::Lagged(_)) => &[
                    Change::Sync,
                    Change::Reference,
                    Change::Findings,
                    Change::Position,
                ],
                Err(RecvError::Closed) => break,
            };
            for change in news {
                if let Err(error) = app.emit_to(WINDOW, "change", change) {
                    tracing::warn!(event = "change_not_shown", %error);
                }
            }
        }
    });
}
