//! Time as a number that is handed in.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z, by whatever clock the field's name says.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(
    feature = "schema",
    derive(ts_rs::TS, utoipa::ToSchema),
    ts(type = "number")
)]
#[serde(transparent)]
pub struct UnixMillis(i64);

impl UnixMillis {
    /// Wraps a count of milliseconds; negative values lie before 1970.
    pub const fn new(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the count of milliseconds.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Adds milliseconds, staying at the ends of the range instead of wrapping.
    #[must_use]
    pub const fn plus_ms(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Returns how many milliseconds lie from `earlier` to `self`; negative when it is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
