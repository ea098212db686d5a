//! The one place in which the phone's core reads the time.

use std::time::{SystemTime, UNIX_EPOCH};

use xunfang_domain::UnixMillis;
use xunfang_sync::Clock;

/// The operating system's wall clock. It may be wrong by years; nothing is decided by it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> UnixMillis {
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        let now = SystemTime::now();
        let millis =
            |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        UnixMillis::new(match now.duration_since(UNIX_EPOCH) {
            Ok(since) => millis(since),
            Err(before) => -millis(before.duration()),
        })
    }
}
