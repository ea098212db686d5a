//! Opens the core with what this platform offers, and keeps the reason where that fails.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tauri::{AppHandle, Manager};
use xunfang_phone::{CommandError, ErrorCode, Patience, Phone, PhoneConfig, PositionSource};

use crate::keys;

/// The core, or why there is none: the window opens all the same and shows the reason, because
/// an app that vanishes at start tells nobody what to repair.
pub(crate) struct Core(Result<Phone, CommandError>);

impl Core {
    pub(crate) fn new(opened: Result<Phone, CommandError>) -> Self {
        if let Err(error) = &opened {
            tracing::error!(event = "core_failed", code = ?error.code, message = %error.message);
        }
        Self(opened)
    }

    /// Returns the core, or the reason for the screen that asked.
    pub(crate) fn phone(&self) -> Result<&Phone, CommandError> {
        self.0.as_ref().map_err(CommandError::clone)
    }
}

/// Opens the core.
pub(crate) fn open(app: &AppHandle, started: Instant) -> Result<Phone, CommandError> {
    let desktop = cfg!(desktop);
    let data_dir = match folder("XUNFANG_DATA") {
        Some(folder) => folder,
        None => app.path().app_data_dir().map_err(|error| CommandError {
            code: ErrorCode::Internal,
            message: format!("the system names no folder for the app's data: {error}"),
        })?,
    };
    Phone::open(PhoneConfig {
        keys: keys::of(&data_dir),
        data_dir,
        default_server: default_server(desktop, std::env::var("XUNFANG_SERVER").ok()),
        camera: camera(app, desktop),
        patience: Patience::default(),
        position: position(app)?,
        developer: desktop,
        started,
    })
}

/// The folder that a variable of the environment names.
pub(crate) fn folder(variable: &str) -> Option<PathBuf> {
    chosen(cfg!(desktop), std::env::var_os(variable)).map(PathBuf::from)
}

/// A folder named by the environment counts on a developer's machine only, and only if named.
fn chosen(desktop: bool, folder: Option<OsString>) -> Option<OsString> {
    folder.filter(|folder| desktop && !folder.is_empty())
}

/// Where the web view has the camera leave its photos: on Android the app's own folder of pictures.
fn camera(app: &AppHandle, desktop: bool) -> Option<PathBuf> {
    if desktop {
        return folder("XUNFANG_CAMERA");
    }
    // Without it the app works; only a photo of an ended app is not found again.
    app.path()
        .picture_dir()
        .inspect_err(|error| tracing::warn!(%error, "the system names no folder for pictures"))
        .ok()
}

/// A phone knows no server before the person names one; a developer's is on the same machine.
fn default_server(desktop: bool, named: Option<String>) -> String {
    match named {
        Some(server) if desktop => server,
        _ if desktop => "http://127.0.0.1:8700".to_owned(),
        _ => String::new(),
    }
}

#[cfg(desktop)]
fn position(_app: &AppHandle) -> Result<Arc<dyn PositionSource>, CommandError> {
    Ok(Arc::new(xunfang_phone::SimulatedPosition::from_env()?))
}

#[cfg(mobile)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "a developer's machine can fail here"
)]
fn position(app: &AppHandle) -> Result<Arc<dyn PositionSource>, CommandError> {
    Ok(Arc::new(crate::receiver::source(app.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_takes_nothing_from_the_environment() {
        assert_eq!(chosen(false, Some("/data".into())), None);
        assert_eq!(default_server(false, Some("http://127.0.0.1:1".into())), "");
    }

    #[test]
    fn a_developers_machine_can_name_folder_and_server() {
        assert_eq!(chosen(true, Some("/data".into())), Some("/data".into()));
        assert_eq!(
            chosen(true, Some(OsString::new())),
            None,
            "empty counts as unset"
        );
        assert_eq!(default_server(true, None), "http://127.0.0.1:8700");
        assert_eq!(
            default_server(true, Some("http://127.0.0.1:1".into())),
            "http://127.0.0.1:1"
        );
    }

    #[test]
    fn a_core_that_did_not_open_gives_every_command_the_reason() {
        let reason = CommandError {
            code: ErrorCode::DiskFull,
            message: "no space".into(),
        };
        let core = Core::new(Err(reason.clone()));
        for _ in 0..2 {
            assert_eq!(core.phone().err(), Some(reason.clone()));
        }
    }
}
