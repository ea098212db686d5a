//! Writes the rescue file to the place that the person chooses.
//!
//! The window says only that it wants one: the dialog is opened and the file is written from here, so
//! that no script can name a path, read a file or open another dialog.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use tauri::WebviewWindow;
use tauri::async_runtime::spawn_blocking;
use tauri_plugin_dialog::DialogExt;
use tauri_plugin_fs::{FilePath, FsExt, OpenOptions};
use tokio::sync::oneshot;
use xunfang_phone::{Command, CommandError, ErrorCode, Phone};

use crate::start::folder;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RescueSaved {
    /// False: no place was chosen, and nothing was written.
    saved: bool,
    /// What the file is called; none where the system does not tell, as on Android.
    file_name: Option<String>,
}

/// Asks where to, and writes the file there. Says "saved" only once it is durable.
pub(crate) async fn save(
    window: &WebviewWindow,
    phone: &Phone,
) -> Result<RescueSaved, CommandError> {
    let name = file_name(&phone.run(Command::Rescue).await?)?;
    let chosen = match folder("XUNFANG_RESCUE") {
        Some(folder) => Some(FilePath::Path(folder.join(name))),
        None => ask(window, &name).await,
    };
    let Some(place) = chosen else {
        return Ok(RescueSaved {
            saved: false,
            file_name: None,
        });
    };
    let outcome = write(window, phone, &place).await;
    #[cfg(target_os = "ios")]
    if let Err(error) = window
        .fs()
        .stop_accessing_security_scoped_resource(place.clone())
    {
        tracing::warn!(event = "rescue_place_kept_open", %error);
    }
    if let Err(error) = &outcome {
        tracing::warn!(event = "rescue_not_saved", code = ?error.code, message = %error.message);
    }
    outcome.map(|()| RescueSaved {
        saved: true,
        file_name: shown_name(&place),
    })
}

fn file_name(view: &Value) -> Result<String, CommandError> {
    let name = view.get("file_name").and_then(Value::as_str);
    name.map(str::to_owned)
        .ok_or_else(|| CommandError::new(ErrorCode::Internal, "the core names no rescue file"))
}

/// The system's dialog. None where it was closed; a phone that cannot show one answers the same.
async fn ask(window: &WebviewWindow, name: &str) -> Option<FilePath> {
    let (chosen, choice) = oneshot::channel();
    let dialog = window.dialog().file().set_file_name(name);
    #[cfg(desktop)]
    let dialog = dialog.set_parent(window);
    // Answers on a thread of its own: a dialog that stays open for an hour must hold up nothing.
    dialog.save_file(move |place| {
        // Nobody listens where the window was closed meanwhile.
        drop(chosen.send(place));
    });
    choice.await.ok().flatten()
}

async fn write(
    window: &WebviewWindow,
    phone: &Phone,
    place: &FilePath,
) -> Result<(), CommandError> {
    let (app, opened) = (window.clone(), place.clone());
    // On Android the system is asked for the file, and answers when it likes.
    let (file, same) = off_thread(move || {
        let file = app.fs().open(opened, for_writing())?;
        let same = file.try_clone()?;
        Ok((file, same))
    })
    .await?;
    let outcome = match phone.write_rescue(file).await {
        Ok(_) => match same.try_clone() {
            Ok(file) => off_thread(move || make_durable(&file)).await,
            Err(error) => Err(not_written(&error)),
        },
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        let place = place.clone();
        if let Err(error) = off_thread(move || discard(&place, &same)).await {
            tracing::warn!(event = "rescue_left_unfinished", message = %error.message);
        }
    }
    outcome
}

fn for_writing() -> OpenOptions {
    let mut options = OpenOptions::new();
    // Truncated: the end of a longer file that lay there would follow the rescue file's own.
    options.write(true).create(true).truncate(true);
    options
}

/// A place behind a pipe, as some clouds' apps have on Android, knows no such thing and says so.
fn make_durable(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        outcome => outcome,
    }
}

/// Takes half a file away, or empties it where it cannot be removed: it must not be handed to the
/// office for a whole one.
fn discard(place: &FilePath, file: &File) -> io::Result<()> {
    match place.as_path() {
        Some(path) => std::fs::remove_file(path),
        None => file.set_len(0),
    }
}

/// The name alone: the window has no use for the folders above it.
fn shown_name(place: &FilePath) -> Option<String> {
    let path: PathBuf = match place {
        FilePath::Path(path) => path.clone(),
        FilePath::Url(url) if url.scheme() == "file" => url.to_file_path().ok()?,
        FilePath::Url(_) => return None,
    };
    Some(path.file_name()?.to_string_lossy().into_owned())
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, CommandError> {
    match spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(|error| not_written(&error)),
        Err(error) => Err(CommandError::new(ErrorCode::Internal, &error.to_string())),
    }
}

/// The kind alone: the system's own words may hold the path, and with it somebody's name.
fn not_written(error: &io::Error) -> CommandError {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::RescueNotWritten,
    };
    CommandError::new(
        code,
        &format!("the rescue file was not written: {}", error.kind()),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(path: PathBuf) -> FilePath {
        FilePath::Path(path)
    }

    #[test]
    fn the_window_learns_the_name_and_not_the_folder() {
        let name = Some("a.xfrescue".to_owned());
        assert_eq!(shown_name(&at("/home/lin/a.xfrescue".into())), name);
        let url = |text: &str| FilePath::Url(text.parse().unwrap());
        assert_eq!(shown_name(&url("file:///home/lin/a.xfrescue")), name);
        assert_eq!(shown_name(&url("content://documents/document/42")), None);
    }

    #[test]
    fn what_lay_there_before_is_overwritten_from_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xfrescue");
        std::fs::write(&path, b"longer than before").unwrap();
        let options = std::fs::OpenOptions::from(for_writing());
        io::Write::write_all(&mut options.open(&path).unwrap(), b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn half_a_file_does_not_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xfrescue");
        std::fs::write(&path, b"half").unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        let url = FilePath::Url("content://documents/document/42".parse().unwrap());
        discard(&url, &file).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        discard(&at(path.clone()), &file).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_failure_tells_no_path() {
        let missing = File::open("/home/lin/nowhere").unwrap_err();
        let error = not_written(&missing);
        assert_eq!(error.code, ErrorCode::RescueNotWritten);
        assert!(!error.message.contains("lin"), "{}", error.message);
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(not_written(&full).code, ErrorCode::DiskFull);
    }

    #[test]
    fn the_name_comes_from_the_core() {
        let view = json!({"records": 1, "file_name": "xunfang-20261123-0652.xfrescue"});
        assert_eq!(file_name(&view).unwrap(), "xunfang-20261123-0652.xfrescue");
        assert_eq!(file_name(&json!({})).unwrap_err().code, ErrorCode::Internal);
    }

    #[test]
    fn the_answer_says_whether_it_was_saved() {
        let answer = RescueSaved {
            saved: true,
            file_name: Some("a.xfrescue".into()),
        };
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(answer, json!({"saved": true, "file_name": "a.xfrescue"}));
    }
}
