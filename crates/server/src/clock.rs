//! The one place where the server reads the time.

use std::time::{SystemTime, UNIX_EPOCH};

use xunfang_domain::UnixMillis;

/// Tells the time. Tests hand in one that stands still until it is moved.
pub trait Clock: Send + Sync {
    /// Returns the time now.
    fn now(&self) -> UnixMillis;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is given"
    )]
    fn now(&self) -> UnixMillis {
        // A clock before 1970 reads as 1970; nothing here decides by the date.
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixMillis::new(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }
}
