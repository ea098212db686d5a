//! The log: one JSON object a line, on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Starts the log; on Android the system collects standard error.
///
/// `XUNFANG_LOG` chooses what is written, in `tracing`'s words (`debug`, `xunfang_sync=trace`);
/// without it, or where it does not parse, that is `info`.
pub fn log_to_stderr() {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .with_env_var("XUNFANG_LOG")
        .from_env_lossy();
    let installed = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    // Android may start the app again within the same process: the first log stays.
    if installed.is_ok() {
        log_panics();
    }
}

/// A panic's text goes to the log like everything else, and not as loose lines between it.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or_default();
        tracing::error!(event = "panic", place, message);
    }));
}
