//! Calendar dates, as people write them on an extinguisher's tag.

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::UnixMillis;

/// China keeps one time all over the country, eight hours ahead of UTC.
const CHINA_AHEAD_MS: i64 = 8 * 60 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A day of the Gregorian calendar, written `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(ts_rs::TS, utoipa::ToSchema),
    ts(type = "string"),
    schema(value_type = String)
)]
#[serde(try_from = "String", into = "String")]
pub struct CivilDate(NaiveDate);

/// A text that is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no date of the form 2026-11-22")]
pub struct DateError(String);

impl CivilDate {
    /// Makes a date.
    ///
    /// # Errors
    /// [`DateError`] where the calendar has no such day.
    pub fn new(year: i32, month: u32, day: u32) -> Result<Self, DateError> {
        NaiveDate::from_ymd_opt(year, month, day)
            .map(Self)
            .ok_or_else(|| DateError(format!("{year}-{month}-{day}")))
    }

    /// Returns the day that it is in China at a moment; the last one of the calendar's range
    /// where the clock is beyond it.
    pub fn in_china(at: UnixMillis) -> Self {
        let days = at.get().saturating_add(CHINA_AHEAD_MS).div_euclid(DAY_MS);
        let date = i32::try_from(days)
            .ok()
            .and_then(NaiveDate::from_epoch_days);
        Self(date.unwrap_or(if days > 0 {
            NaiveDate::MAX
        } else {
            NaiveDate::MIN
        }))
    }

    /// Returns how many days lie from `earlier` to `self`; negative when it is later.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }

    /// Returns the date `days` later, or the calendar's last.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(
            self.0
                .checked_add_days(Days::new(days.into()))
                .unwrap_or(NaiveDate::MAX),
        )
    }

    /// Returns the year.
    pub fn year(self) -> i32 {
        self.0.year()
    }
}

impl std::fmt::Display for CivilDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.format("%Y-%m-%d").fmt(f)
    }
}

impl std::str::FromStr for CivilDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let parse = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        // Ten characters exactly, because the parser also takes `2026-1-2`.
        (text.len() == 10)
            .then(parse)
            .flatten()
            .map(Self)
            .ok_or_else(|| DateError(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for CivilDate {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<CivilDate> for String {
    fn from(date: CivilDate) -> Self {
        date.to_string()
    }
}

/// The day by which something has to be done: `2023-07-31`, or `--09-30` in whatever year the
/// plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS), ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub enum Deadline {
    /// On one day.
    On(CivilDate),
    /// On this month and day of the year in question.
    Yearly {
        /// 1..=12
        month: u32,
        /// 1..=31
        day: u32,
    },
}

impl Deadline {
    /// Returns the day in question: for a yearly one, that of `year`.
    pub fn in_year(self, year: i32) -> CivilDate {
        match self {
            Self::On(date) => date,
            // The 29th of February is the 28th in other years.
            Self::Yearly { month, day } => CivilDate::new(year, month, day)
                .or_else(|_| CivilDate::new(year, month, day.saturating_sub(1)))
                .unwrap_or(CivilDate(NaiveDate::MAX)),
        }
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Deadline {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        String::schema()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Deadline {}

impl std::fmt::Display for Deadline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::On(date) => date.fmt(f),
            Self::Yearly { month, day } => write!(f, "--{month:02}-{day:02}"),
        }
    }
}

impl TryFrom<String> for Deadline {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        let Some(rest) = text.strip_prefix("--") else {
            return text.parse().map(Self::On);
        };
        // 2000 was a leap year, so that the 29th of February is taken.
        let date: CivilDate = format!("2000-{rest}")
            .parse()
            .map_err(|_| DateError(text.chars().take(40).collect()))?;
        Ok(Self::Yearly {
            month: date.0.month(),
            day: date.0.day(),
        })
    }
}

impl From<Deadline> for String {
    fn from(deadline: Deadline) -> Self {
        deadline.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_midnight_in_china() {
        // 2026-11-21 15:59:59.999 and 16:00 UTC.
        let last = UnixMillis::new(1_795_276_799_999);
        assert_eq!(CivilDate::in_china(last).to_string(), "2026-11-21");
        assert_eq!(
            CivilDate::in_china(last.plus_ms(1)).to_string(),
            "2026-11-22"
        );
        for wild in [i64::MIN, i64::MAX] {
            CivilDate::in_china(UnixMillis::new(wild));
        }
    }

    #[test]
    fn only_days_of_the_calendar_are_read() {
        assert_eq!("2024-02-29".parse(), CivilDate::new(2024, 2, 29));
        for bad in [
            "",
            "2023-02-29",
            "2023-13-01",
            "2023-1-1",
            "23-01-01",
            "2023/01/01",
        ] {
            assert!(bad.parse::<CivilDate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_deadline_without_a_year_falls_into_the_year_asked_about() {
        let deadline = Deadline::try_from("--09-30".to_owned()).unwrap();
        assert_eq!(deadline.in_year(2026).to_string(), "2026-09-30");
        assert_eq!(deadline.to_string(), "--09-30");
        let leap = Deadline::try_from("--02-29".to_owned()).unwrap();
        assert_eq!(leap.in_year(2025).to_string(), "2025-02-28");
        assert!(Deadline::try_from("--13-01".to_owned()).is_err());
    }
}
