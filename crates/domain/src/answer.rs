//! What an inspector answers to a criterion, and whether it can be true.

use serde::{Deserialize, Serialize};

use crate::{CivilDate, Criterion, CriterionKind, Evidence, MeasureUnit, Need, Wgs84};

/// Longest reason or remark of an answer, in characters.
pub const REMARK_CHARS_MAX: usize = 500;
/// Most entries of a list in an answer: places, dates, positions, periods.
pub const ENTRIES_MAX: usize = 500;
/// Most places of a walked street: one every 10 m over 20 km.
pub const STREET_PLACES_MAX: usize = 2_000;
/// Largest number of things counted.
pub const COUNT_MAX: u64 = 1_000_000;
/// Largest area or other figure.
const FIGURE_MAX: f64 = 1e9;
/// How far a thing may stand from the street it is counted on, in metres.
pub(crate) const BESIDE_STREET_M: f64 = 60.0;

/// How things were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Counting {
    /// Every one there is.
    Census,
    /// Some of them.
    Sample {
        /// How many there are in all, where it is known.
        total: Option<u64>,
    },
}

/// A tick at one part of a bundled criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct PartAnswer {
    /// Which part.
    pub id: String,
    /// Whether it holds.
    pub holds: bool,
}

/// Something counted along a street.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Marker {
    /// Where it stands.
    pub place: Wgs84,
    /// How well that is known, metres.
    pub accuracy_m: f64,
}

/// An answer, in the form that its criterion asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum AnswerValue {
    /// It holds or not.
    Holds {
        /// Which of the two.
        holds: bool,
    },
    /// Part by part; parts that were not looked at are left out.
    Parts {
        /// The ticks.
        parts: Vec<PartAnswer>,
    },
    /// A number of things.
    Count {
        /// How many; may be below zero only for a change in cases.
        count: i64,
    },
    /// So many of so many.
    Rate {
        /// Those as they should be.
        good: u64,
        /// Those that were looked at.
        counted: u64,
        /// How they were counted.
        counting: Counting,
    },
    /// A figure from a document or an instrument.
    Figure {
        /// In the unit of the limit; none yet.
        value: Option<f64>,
        /// By how much it may be off either way, in the same unit.
        plus_minus: f64,
    },
    /// A figure and the one before it.
    Trend {
        /// The last time; none yet.
        before: Option<f64>,
        /// This time; none yet.
        now: Option<f64>,
    },
    /// The area of each place that is not as it should be; none at all is good.
    Areas {
        /// Square metres each.
        m2: Vec<f64>,
    },
    /// Things along a street.
    Line {
        /// The street, as it was walked.
        street: Vec<Wgs84>,
        /// The things.
        markers: Vec<Marker>,
        /// Whether somebody is still on the way to its end.
        #[serde(default)]
        walking: bool,
    },
    /// When each thing was last checked.
    Checked {
        /// One date for each.
        on: Vec<CivilDate>,
    },
    /// A part of a whole.
    Share {
        /// The part; none yet.
        part: Option<f64>,
        /// The whole, in the same unit; none yet.
        whole: Option<f64>,
    },
    /// How often it happened.
    Times {
        /// In each period that is over, oldest first.
        counts: Vec<u32>,
        /// In the period that is running.
        running: Option<u32>,
    },
    /// Whether it is done.
    Done {
        /// When; none: not yet.
        on: Option<CivilDate>,
    },
    /// It does not count against this place, for a reason that the standard knows.
    Excused {
        /// Code of the criterion that grants it.
        by: String,
        /// Which of its reasons.
        reason: String,
    },
    /// There is nothing here to look at.
    NotApplicable {
        /// Why, in the inspector's words.
        reason: String,
    },
}

/// Which control a screen shows for a criterion; each has its form of [`AnswerValue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// Yes or no.
    Holds,
    /// A tick for each part.
    Parts,
    /// One number.
    Count,
    /// A pair of counters.
    Rate,
    /// One figure and how exact it is.
    Figure,
    /// Two figures, before and now.
    Trend,
    /// Areas of places.
    Areas,
    /// Places marked along a walk.
    Line,
    /// Dates read off.
    Checked,
    /// Part and whole.
    Share,
    /// Numbers for periods.
    Times,
    /// A day.
    Done,
}

/// The field of an answer that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnswerField {
    /// The answer as a whole.
    Form,
    /// A count.
    Count,
    /// Those as they should be.
    Good,
    /// Those looked at.
    Counted,
    /// All there are.
    Total,
    /// A figure.
    Value,
    /// How far it may be off.
    PlusMinus,
    /// An area.
    Area,
    /// A place.
    Place,
    /// A date.
    Date,
    /// The part.
    Part,
    /// The whole.
    Whole,
    /// A reason or remark.
    Reason,
}

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnswerFault {
    /// The criterion asks for another form.
    WrongForm,
    /// Below zero.
    Negative,
    /// No number at all.
    NotANumber,
    /// Larger than anything there is.
    TooLarge,
    /// More of them are good than were looked at.
    MoreGoodThanCounted,
    /// More were looked at than there are.
    MoreThanTotal,
    /// The part is larger than the whole.
    MoreThanWhole,
    /// Nothing was looked at.
    NothingCounted,
    /// A day that has not come.
    InFuture,
    /// Latitude and longitude are both zero: a receiver without a fix.
    NoPlace,
    /// Too many entries.
    TooMany,
    /// Nothing is given.
    Empty,
    /// A part that the criterion does not have, or one that is ticked twice.
    UnknownPart,
    /// A reason that the standard does not know for this criterion.
    UnknownReason,
    /// The title that this reason needs is not held.
    TitleNotHeld,
}

/// An answer that cannot be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[error("{field:?}: {fault:?}")]
pub struct AnswerError {
    /// Which field.
    pub field: AnswerField,
    /// What is wrong with it.
    pub fault: AnswerFault,
}

const fn wrong(field: AnswerField, fault: AnswerFault) -> AnswerError {
    AnswerError { field, fault }
}

fn figure(field: AnswerField, value: f64) -> Result<(), AnswerError> {
    let fault = if !value.is_finite() {
        AnswerFault::NotANumber
    } else if value < 0.0 {
        AnswerFault::Negative
    } else if value > FIGURE_MAX {
        AnswerFault::TooLarge
    } else {
        return Ok(());
    };
    Err(wrong(field, fault))
}

fn figures(field: AnswerField, values: impl IntoIterator<Item = f64>) -> Result<(), AnswerError> {
    values
        .into_iter()
        .try_for_each(|value| figure(field, value))
}

fn few<T>(field: AnswerField, list: &[T]) -> Result<(), AnswerError> {
    if list.len() > ENTRIES_MAX {
        Err(wrong(field, AnswerFault::TooMany))
    } else {
        Ok(())
    }
}

fn place(place: Wgs84) -> Result<(), AnswerError> {
    // Off the coast of Africa, where nobody inspects: what a receiver says before it knows.
    if place.lat() == 0.0 && place.lng() == 0.0 {
        Err(wrong(AnswerField::Place, AnswerFault::NoPlace))
    } else {
        Ok(())
    }
}

fn reason(text: &str) -> Result<(), AnswerError> {
    if text.trim().is_empty() {
        Err(wrong(AnswerField::Reason, AnswerFault::Empty))
    } else if text.chars().count() > REMARK_CHARS_MAX {
        Err(wrong(AnswerField::Reason, AnswerFault::TooLarge))
    } else {
        Ok(())
    }
}

impl Criterion {
    /// Returns the control that a screen shows for it.
    pub fn control(&self) -> Control {
        if !self.parts.is_empty() {
            return Control::Parts;
        }
        let unit = self.threshold.map(|limit| limit.unit);
        let published = |evidence: &Evidence| evidence.needs.contains(&Need::Statistics);
        match (self.kind, unit) {
            (CriterionKind::Boolean, _) => Control::Holds,
            (CriterionKind::CountLimit, _) => Control::Count,
            (CriterionKind::RateThreshold, Some(MeasureUnit::PercentChange)) => Control::Trend,
            (CriterionKind::RateThreshold, _) if published(&self.evidence) => Control::Figure,
            (CriterionKind::RateThreshold, _) => Control::Rate,
            (CriterionKind::AreaLimit, Some(MeasureUnit::M2)) => Control::Areas,
            (CriterionKind::AreaLimit, _) => Control::Figure,
            (CriterionKind::DistanceSpacing, Some(MeasureUnit::MPerItem)) => Control::Line,
            (CriterionKind::DistanceSpacing, _) => Control::Figure,
            (CriterionKind::IntervalDays, Some(MeasureUnit::Date)) => Control::Done,
            (CriterionKind::IntervalDays, _) => Control::Checked,
            (CriterionKind::ShareThreshold, _) => Control::Share,
            (CriterionKind::Frequency, _) => Control::Times,
        }
    }
}

impl AnswerValue {
    /// Returns the control that makes such an answer; [`None`] for an excuse, which every
    /// criterion takes.
    pub const fn control(&self) -> Option<Control> {
        Some(match self {
            Self::Holds { .. } => Control::Holds,
            Self::Parts { .. } => Control::Parts,
            Self::Count { .. } => Control::Count,
            Self::Rate { .. } => Control::Rate,
            Self::Figure { .. } => Control::Figure,
            Self::Trend { .. } => Control::Trend,
            Self::Areas { .. } => Control::Areas,
            Self::Line { .. } => Control::Line,
            Self::Checked { .. } => Control::Checked,
            Self::Share { .. } => Control::Share,
            Self::Times { .. } => Control::Times,
            Self::Done { .. } => Control::Done,
            Self::Excused { .. } | Self::NotApplicable { .. } => return None,
        })
    }

    /// Checks that the answer can be true and fits its criterion; phone and server both ask.
    ///
    /// # Errors
    /// [`AnswerError`] with the first field that is wrong.
    pub fn check(
        &self,
        criterion: &Criterion,
        titles: &[String],
        today: CivilDate,
    ) -> Result<(), AnswerError> {
        if self
            .control()
            .is_some_and(|control| control != criterion.control())
        {
            return Err(wrong(AnswerField::Form, AnswerFault::WrongForm));
        }
        match self {
            Self::Holds { .. } => Ok(()),
            Self::Parts { parts } => check_parts(parts, criterion),
            Self::Count { count } => check_count(*count, criterion),
            Self::Rate {
                good,
                counted,
                counting,
            } => check_rate(*good, *counted, *counting),
            Self::Figure { value, plus_minus } => {
                figures(AnswerField::Value, *value)?;
                figure(AnswerField::PlusMinus, *plus_minus)?;
                value.map_or(Ok(()), |value| percentage(value, criterion))
            }
            Self::Trend { before, now } => {
                figures(AnswerField::Value, before.iter().chain(now).copied())?;
                let largest = before.iter().chain(now).copied().fold(0.0, f64::max);
                percentage(largest, criterion)
            }
            Self::Areas { m2 } => {
                few(AnswerField::Area, m2)?;
                m2.iter()
                    .try_for_each(|area| figure(AnswerField::Area, *area))
            }
            Self::Line {
                street, markers, ..
            } => {
                few(AnswerField::Place, markers)?;
                // A walk has more fixes than things beside it.
                if street.len() > STREET_PLACES_MAX {
                    return Err(wrong(AnswerField::Place, AnswerFault::TooMany));
                }
                street.iter().try_for_each(|at| place(*at))?;
                markers.iter().try_for_each(|marker| {
                    place(marker.place)?;
                    figure(AnswerField::PlusMinus, marker.accuracy_m)
                })
            }
            Self::Checked { on } => {
                few(AnswerField::Date, on)?;
                on.iter().try_for_each(|date| past(*date, today))
            }
            Self::Share { part, whole } => {
                figures(AnswerField::Part, *part)?;
                figures(AnswerField::Whole, *whole)?;
                match (part, whole) {
                    (_, Some(0.0)) => Err(wrong(AnswerField::Whole, AnswerFault::NothingCounted)),
                    (Some(part), Some(whole)) if part > whole => {
                        Err(wrong(AnswerField::Part, AnswerFault::MoreThanWhole))
                    }
                    _ => Ok(()),
                }
            }
            Self::Times { counts, running } => {
                few(AnswerField::Count, counts)?;
                let largest = counts.iter().chain(running).max();
                if largest.is_some_and(|count| u64::from(*count) > COUNT_MAX) {
                    return Err(wrong(AnswerField::Count, AnswerFault::TooLarge));
                }
                Ok(())
            }
            Self::Done { on } => on.map_or(Ok(()), |date| past(date, today)),
            Self::Excused { by, reason } => check_excuse(by, reason, criterion, titles),
            Self::NotApplicable { reason: words } => reason(words),
        }
    }
}

fn past(date: CivilDate, today: CivilDate) -> Result<(), AnswerError> {
    if date > today {
        Err(wrong(AnswerField::Date, AnswerFault::InFuture))
    } else {
        Ok(())
    }
}

fn percentage(value: f64, criterion: &Criterion) -> Result<(), AnswerError> {
    let unit = criterion.threshold.map(|limit| limit.unit);
    if matches!(
        unit,
        Some(MeasureUnit::Percent | MeasureUnit::PercentChange)
    ) && value > 100.0
    {
        Err(wrong(AnswerField::Value, AnswerFault::TooLarge))
    } else {
        Ok(())
    }
}

fn check_parts(parts: &[PartAnswer], criterion: &Criterion) -> Result<(), AnswerError> {
    for (place, tick) in parts.iter().enumerate() {
        let known = criterion.parts.iter().any(|part| part.id == tick.id);
        let again = parts
            .iter()
            .take(place)
            .any(|earlier| earlier.id == tick.id);
        if !known || again {
            return Err(wrong(AnswerField::Part, AnswerFault::UnknownPart));
        }
    }
    Ok(())
}

fn check_count(count: i64, criterion: &Criterion) -> Result<(), AnswerError> {
    let change = criterion
        .threshold
        .is_some_and(|limit| limit.unit == MeasureUnit::DeltaCases);
    if count < 0 && !change {
        Err(wrong(AnswerField::Count, AnswerFault::Negative))
    } else if count.unsigned_abs() > COUNT_MAX {
        Err(wrong(AnswerField::Count, AnswerFault::TooLarge))
    } else {
        Ok(())
    }
}

fn check_rate(good: u64, counted: u64, counting: Counting) -> Result<(), AnswerError> {
    if good > counted {
        return Err(wrong(AnswerField::Good, AnswerFault::MoreGoodThanCounted));
    }
    if counted > COUNT_MAX {
        return Err(wrong(AnswerField::Counted, AnswerFault::TooLarge));
    }
    match counting {
        Counting::Sample { total: Some(total) } if counted > total => {
            Err(wrong(AnswerField::Total, AnswerFault::MoreThanTotal))
        }
        Counting::Sample { total: Some(total) } if total > COUNT_MAX => {
            Err(wrong(AnswerField::Total, AnswerFault::TooLarge))
        }
        Counting::Census | Counting::Sample { .. } => Ok(()),
    }
}

fn check_excuse(
    by: &str,
    id: &str,
    criterion: &Criterion,
    titles: &[String],
) -> Result<(), AnswerError> {
    let excuse = criterion
        .excuses
        .iter()
        .find(|excuse| excuse.by == by && excuse.id == id)
        .ok_or(wrong(AnswerField::Reason, AnswerFault::UnknownReason))?;
    match &excuse.title {
        Some(title) if !titles.contains(title) => {
            Err(wrong(AnswerField::Reason, AnswerFault::TitleNotHeld))
        }
        Some(_) | None => Ok(()),
    }
}
