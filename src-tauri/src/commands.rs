//! What the window may call. Each command parses, makes one call to the core and returns.

use serde_json::Value;
use tauri::http::HeaderMap;
use tauri::ipc::{InvokeBody, Request};
use tauri::{State, WebviewWindow};
use xunfang_domain::{CaptureSource, PointId};
use xunfang_phone::{Command, CommandError, ErrorCode, PhotoPlace, PhotoView};

use crate::rescue::{self, RescueSaved};
use crate::start::Core;

/// Runs one command of the core's closed list.
///
/// It takes any JSON and parses it here, so that the window gets a [`CommandError`] for what is
/// no command, as it does for everything else, and not a text of Tauri's.
#[tauri::command]
pub(crate) async fn command(
    core: State<'_, Core>,
    command: Option<Value>,
) -> Result<Value, CommandError> {
    core.phone()?
        .run(parse_command(command.unwrap_or_default())?)
        .await
}

/// Makes the bytes of a photo durable in the draft of a point, or at an item of its inspection.
#[tauri::command]
pub(crate) async fn stage_photo(
    core: State<'_, Core>,
    request: Request<'_>,
) -> Result<PhotoView, CommandError> {
    let place = PhotoPlace {
        point: point(request.headers())?,
        item: header(request.headers(), "x-item").map(str::to_owned),
    };
    let source = source(request.headers())?;
    let bytes = photo_bytes(request.body())?;
    core.phone()?.stage_photo(place, source, bytes).await
}

/// Has the person choose a place, and writes the rescue file there. It takes nothing from the window.
#[tauri::command]
pub(crate) async fn save_rescue(
    window: WebviewWindow,
    core: State<'_, Core>,
) -> Result<RescueSaved, CommandError> {
    rescue::save(&window, core.phone()?).await
}

/// The parser's own words would repeat what was typed, a password for example.
fn parse_command(command: Value) -> Result<Command, CommandError> {
    serde_json::from_value(command).map_err(|_| bad("the request is none of the commands"))
}

fn point(headers: &HeaderMap) -> Result<PointId, CommandError> {
    header(headers, "x-point")
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| bad("x-point names no point"))
}

fn source(headers: &HeaderMap) -> Result<CaptureSource, CommandError> {
    match header(headers, "x-source") {
        Some("camera") => Ok(CaptureSource::Camera),
        Some("file") => Ok(CaptureSource::File),
        _ => Err(bad("x-source is neither camera nor file")),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Android's web view hides the body of a request from the app, so Tauri sends a `Uint8Array`
/// there as a list of numbers.
fn photo_bytes(body: &InvokeBody) -> Result<Vec<u8>, CommandError> {
    match body {
        InvokeBody::Raw(bytes) => Ok(bytes.clone()),
        InvokeBody::Json(Value::Array(numbers)) => numbers
            .iter()
            .map(|number| number.as_u64().and_then(|number| u8::try_from(number).ok()))
            .collect::<Option<Vec<u8>>>()
            .ok_or_else(|| bad("the body is no list of bytes")),
        InvokeBody::Json(_) => Err(bad("the body is no list of bytes")),
    }
}

fn bad(message: &str) -> CommandError {
    CommandError {
        code: ErrorCode::BadCommand,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let parse =
            |(name, value): &(&'static str, &str)| (name.parse().unwrap(), value.parse().unwrap());
        pairs.iter().map(parse).collect()
    }

    fn code<T: std::fmt::Debug>(outcome: Result<T, CommandError>) -> ErrorCode {
        outcome.unwrap_err().code
    }

    #[test]
    fn what_is_no_command_is_refused_without_repeating_it() {
        assert_eq!(parse_command(json!({"cmd": "start"})), Ok(Command::Start));
        for request in [
            json!(null),
            json!("start"),
            json!({}),
            json!({"cmd": "drop_database"}),
            json!({"cmd": "sign_in", "server": "s", "account": "a", "password": ["secret"]}),
        ] {
            let error = parse_command(request.clone()).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadCommand, "{request}");
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }

    #[test]
    fn a_photo_names_its_point_and_its_source() {
        let id = "0192d3a0-0000-7000-8000-000000000001";
        let good = headers(&[("x-point", id), ("x-source", "camera")]);
        assert_eq!(point(&good).unwrap().to_string(), id);
        assert_eq!(source(&good), Ok(CaptureSource::Camera));
        assert_eq!(
            source(&headers(&[("x-source", "file")])),
            Ok(CaptureSource::File)
        );

        for wrong in [
            headers(&[]),
            headers(&[("x-point", "1"), ("x-source", "Camera")]),
        ] {
            assert_eq!(code(point(&wrong)), ErrorCode::BadCommand);
            assert_eq!(code(source(&wrong)), ErrorCode::BadCommand);
        }
    }

    #[test]
    fn a_photo_comes_as_bytes_or_as_a_list_of_bytes() {
        let bytes = vec![0xff, 0xd8, 0, 255];
        assert_eq!(
            photo_bytes(&InvokeBody::Raw(bytes.clone())),
            Ok(bytes.clone())
        );
        assert_eq!(
            photo_bytes(&InvokeBody::Json(json!([255, 216, 0, 255]))),
            Ok(bytes)
        );
        assert_eq!(photo_bytes(&InvokeBody::Json(json!([]))), Ok(Vec::new()));
    }

    #[test]
    fn any_other_body_is_refused() {
        for body in [
            json!(null),
            json!({}),
            json!({"0": 255}),
            json!("/9j/4AAQ"),
            json!([256]),
            json!([-1]),
            json!([1.5]),
            json!(["255"]),
            json!([[255]]),
        ] {
            assert_eq!(
                code(photo_bytes(&InvokeBody::Json(body.clone()))),
                ErrorCode::BadCommand,
                "{body}"
            );
        }
    }
}
