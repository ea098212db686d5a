//! What a criterion holds an answer against.

use serde::{Deserialize, Serialize};

use crate::Deadline;

/// How a criterion is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CriterionKind {
    /// It holds or it does not.
    #[default]
    Boolean,
    /// A count against a limit.
    CountLimit,
    /// A share of counted things against a threshold.
    RateThreshold,
    /// An area against a limit.
    AreaLimit,
    /// A distance: between things along a street, from a point, or a walk in minutes.
    DistanceSpacing,
    /// Days since something was last done, or a day by which it has to be.
    IntervalDays,
    /// A part of an area or number against a threshold.
    ShareThreshold,
    /// How often something happens.
    Frequency,
}

/// How a measured number is held against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
pub enum Comparator {
    /// 以上, 不少于: the number itself meets it.
    #[serde(rename = ">=")]
    AtLeast,
    /// 不超过: the number itself meets it.
    #[serde(rename = "<=")]
    AtMost,
    /// 高于: the number itself does not meet it.
    #[serde(rename = ">")]
    MoreThan,
    /// 不到: the number itself does not meet it.
    #[serde(rename = "<")]
    LessThan,
    /// Exactly the number.
    #[serde(rename = "==")]
    Exactly,
    /// More than the last time, by whatever.
    #[serde(rename = "rising")]
    Rising,
    /// Again and again, without a stated period.
    #[serde(rename = "recurring")]
    Recurring,
}

/// Two figures that differ by less than this share of them are the same.
const SAME: f64 = 1e-12;

impl Comparator {
    /// Says whether a number meets the limit; [`None`] where the comparator is no relation of
    /// two numbers. A number that is the limit but for the last binary digits is the limit: 5.1
    /// of 17 are 30 %.
    pub fn holds(self, value: f64, limit: f64) -> Option<bool> {
        let same = (value - limit).abs() <= SAME * value.abs().max(limit.abs());
        let value = if same { limit } else { value };
        match self {
            Self::AtLeast => Some(value >= limit),
            Self::AtMost => Some(value <= limit),
            Self::MoreThan => Some(value > limit),
            Self::LessThan => Some(value < limit),
            #[expect(clippy::float_cmp, reason = "the limit is a printed figure")]
            Self::Exactly => Some(value == limit),
            Self::Rising | Self::Recurring => None,
        }
    }
}

/// What a limit's number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MeasureUnit {
    /// Hundredths.
    Percent,
    /// Hundredths more than the last time.
    PercentChange,
    /// Square metres of one place.
    M2,
    /// Square metres for each inhabitant.
    M2PerCapita,
    /// Metres from the point.
    M,
    /// Metres between one thing and the next along a street.
    MPerItem,
    /// Minutes on foot.
    MinutesWalk,
    /// Days.
    Days,
    /// A day of the calendar.
    Date,
    /// Times in every hour of the day.
    PerHour,
    /// Times a day.
    PerDay,
    /// Rounds a day.
    RoundsPerDay,
    /// Times a week.
    PerWeek,
    /// Times a month.
    PerMonth,
    /// Times a quarter.
    PerQuarter,
    /// Times a year.
    PerYear,
    /// Times on each set day.
    PerNode,
    /// Once in each of four cycles: day, month, quarter, year.
    PerDayMonthQuarterYear,
    /// Without a stated period.
    Regular,
    /// Stray cables.
    Cables,
    /// Duties in front of one's door.
    Duties,
    /// Problems not put right.
    OpenProblems,
    /// Kinds.
    Types,
    /// Cases that are new.
    NewCases,
    /// Cases more or fewer than the last time.
    DeltaCases,
    /// Items.
    Items,
    /// Stations.
    Stations,
    /// Photos.
    Photos,
    /// People.
    People,
    /// Signatures.
    Signatures,
    /// Levels of review.
    ReviewLevels,
    /// Events.
    Events,
    /// A unit that this version has no name for.
    #[serde(other)]
    Other,
}

/// The number of a limit, or its day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum LimitValue {
    /// In the limit's unit.
    Number(f64),
    /// For [`MeasureUnit::Date`].
    Day(#[cfg_attr(feature = "catalogue", schemars(with = "String"))] Deadline),
}

/// A limit with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Which side of the number is good.
    pub comparator: Comparator,
    /// The number, in `unit`, or the day.
    pub value: LimitValue,
    /// What it counts; the message files hold the words.
    pub unit: MeasureUnit,
}

/// Why a limit does not fit its criterion.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LimitError {
    /// A boolean criterion has a limit.
    #[error("a criterion of kind boolean has no limit")]
    NotForBoolean,
    /// Any other has none.
    #[error("a criterion of kind {0:?} needs a limit")]
    Missing(CriterionKind),
    /// The unit is of another kind.
    #[error("unit {unit:?} does not fit kind {kind:?}")]
    Unit {
        /// Of the criterion.
        kind: CriterionKind,
        /// Of the limit.
        unit: MeasureUnit,
    },
    /// A number out of range.
    #[error("{value} is out of range: {expected}")]
    Range {
        /// The number.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },
    /// A day where a number belongs, or the other way round.
    #[error("unit {0:?} does not take this value")]
    Value(MeasureUnit),
    /// The comparator means nothing here.
    #[error("comparator {comparator:?} does not fit unit {unit:?}")]
    Comparator {
        /// Of the limit.
        comparator: Comparator,
        /// Of the limit.
        unit: MeasureUnit,
    },
}

impl Threshold {
    /// Returns the number; [`None`] for a day.
    pub const fn number(&self) -> Option<f64> {
        match self.value {
            LimitValue::Number(number) => Some(number),
            LimitValue::Day(_) => None,
        }
    }

    /// Checks that a limit fits a kind of criterion.
    ///
    /// # Errors
    /// [`LimitError`] with the first thing that does not fit.
    pub fn check(kind: CriterionKind, limit: Option<&Self>) -> Result<(), LimitError> {
        match (kind, limit) {
            (CriterionKind::Boolean, None) => Ok(()),
            (CriterionKind::Boolean, Some(_)) => Err(LimitError::NotForBoolean),
            (kind, None) => Err(LimitError::Missing(kind)),
            (kind, Some(limit)) => limit.check_for(kind),
        }
    }

    fn check_for(&self, kind: CriterionKind) -> Result<(), LimitError> {
        use CriterionKind::{
            AreaLimit, Boolean, CountLimit, DistanceSpacing, Frequency, IntervalDays,
            RateThreshold, ShareThreshold,
        };
        let Self {
            comparator, unit, ..
        } = *self;
        let fits = match kind {
            Boolean => false,
            CountLimit => matches!(
                unit,
                MeasureUnit::Cables
                    | MeasureUnit::Duties
                    | MeasureUnit::OpenProblems
                    | MeasureUnit::Types
                    | MeasureUnit::NewCases
                    | MeasureUnit::DeltaCases
                    | MeasureUnit::Items
                    | MeasureUnit::Stations
                    | MeasureUnit::Photos
                    | MeasureUnit::People
                    | MeasureUnit::Signatures
                    | MeasureUnit::ReviewLevels
                    | MeasureUnit::Events
            ),
            RateThreshold => matches!(unit, MeasureUnit::Percent | MeasureUnit::PercentChange),
            ShareThreshold => unit == MeasureUnit::Percent,
            AreaLimit => matches!(unit, MeasureUnit::M2 | MeasureUnit::M2PerCapita),
            DistanceSpacing => matches!(
                unit,
                MeasureUnit::M | MeasureUnit::MPerItem | MeasureUnit::MinutesWalk
            ),
            IntervalDays => matches!(unit, MeasureUnit::Days | MeasureUnit::Date),
            Frequency => matches!(
                unit,
                MeasureUnit::PerHour
                    | MeasureUnit::PerDay
                    | MeasureUnit::RoundsPerDay
                    | MeasureUnit::PerWeek
                    | MeasureUnit::PerMonth
                    | MeasureUnit::PerQuarter
                    | MeasureUnit::PerYear
                    | MeasureUnit::PerNode
                    | MeasureUnit::PerDayMonthQuarterYear
                    | MeasureUnit::Regular
            ),
        };
        if !fits {
            return Err(LimitError::Unit { kind, unit });
        }
        let relation = match unit {
            MeasureUnit::PercentChange => comparator == Comparator::Rising,
            MeasureUnit::Regular => comparator == Comparator::Recurring,
            // The longest stretch without one decides, so that more than a distance says nothing.
            MeasureUnit::MPerItem => {
                matches!(comparator, Comparator::AtMost | Comparator::LessThan)
            }
            _ => !matches!(comparator, Comparator::Rising | Comparator::Recurring),
        };
        if !relation {
            return Err(LimitError::Comparator { comparator, unit });
        }
        let value = match (unit, self.value) {
            (MeasureUnit::Date, LimitValue::Day(_)) => return Ok(()),
            (MeasureUnit::Date, LimitValue::Number(_)) | (_, LimitValue::Day(_)) => {
                return Err(LimitError::Value(unit));
            }
            (_, LimitValue::Number(value)) => value,
        };
        let range = |fits: bool, expected| {
            fits.then_some(())
                .ok_or(LimitError::Range { value, expected })
        };
        match kind {
            RateThreshold | ShareThreshold => {
                range((0.0..=100.0).contains(&value), "0..=100 percent")
            }
            AreaLimit | DistanceSpacing => range(
                value > 0.0 && value <= 1e6,
                "more than 0 and at most 1000000",
            ),
            Boolean | CountLimit | IntervalDays | Frequency => range(
                value.fract() == 0.0 && (0.0..=100_000.0).contains(&value),
                "a whole number, 0..=100000",
            ),
        }
    }
}
