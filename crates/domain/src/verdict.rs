//! Judging an answer: met, not met, or not yet known, and why.
//!
//! Everything is a pure function of criterion, answer and day, so that phone and server come to
//! the same verdict. The reason is data; screens have the words for it.

mod line;
mod rate;

use serde::{Deserialize, Serialize};

pub use rate::{CONFIDENCE, Interval, Sampled, interval};

use crate::{
    AnswerValue, CivilDate, Comparator, Counting, Criterion, ExcuseMode, MeasureUnit, PartAnswer,
    Threshold,
};

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 达标
    Met,
    /// 不达标
    NotMet,
    /// 尚不能定: what is known does not decide it.
    Undetermined,
    /// 不适用: there is nothing here to judge.
    NotApplicable,
}

/// Why it came out so: numbers for a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Why {
    /// Nobody has answered.
    Unanswered,
    /// The inspector saw that it holds.
    Holds,
    /// The inspector saw that it does not.
    DoesNotHold,
    /// Part by part.
    Parts {
        /// Those that hold.
        held: u32,
        /// All there are.
        of: u32,
        /// How many are asked for.
        wanted: u32,
        /// Ids of those that do not hold.
        failed: Vec<String>,
        /// Ids of those nobody has looked at.
        open: Vec<String>,
    },
    /// A number beside its limit.
    Value {
        /// The number.
        value: f64,
        /// By how much it may be off.
        plus_minus: f64,
        /// The limit.
        limit: Threshold,
    },
    /// A number beside the one before.
    Trend {
        /// The last time.
        before: f64,
        /// This time.
        now: f64,
    },
    /// Everything was counted.
    Census {
        /// As they should be.
        good: u64,
        /// All of them.
        counted: u64,
        /// The rate, in percent.
        percent: f64,
    },
    /// Some were counted, and the rest is likely to lie in an interval.
    Sample {
        /// As they should be.
        good: u64,
        /// Those looked at.
        counted: u64,
        /// All there are, where it is known.
        total: Option<u64>,
        /// Lower end of the rate, in percent.
        low: f64,
        /// Upper end, in percent.
        high: f64,
        /// So many more, all as they should be, would settle that it is met; absent where no
        /// number would.
        more: Option<u64>,
    },
    /// The largest of the places that are not as they should be.
    LargestArea {
        /// Square metres; 0 where there is no such place.
        m2: f64,
        /// How many places there are.
        places: u32,
        /// The limit.
        limit: Threshold,
    },
    /// The longest stretch without a thing.
    Gap {
        /// Its length in metres.
        longest_m: f64,
        /// Where it begins, metres from the start of the street.
        from_m: f64,
        /// By how much it may be off.
        plus_minus_m: f64,
        /// How many things were counted on the street.
        markers: u32,
        /// Things further from the street than 60 m, which are not counted.
        beside: u32,
        /// Length of the street in metres.
        street_m: f64,
    },
    /// The street has not been walked.
    NoStreet,
    /// What was checked longest ago.
    Oldest {
        /// Its date.
        on: CivilDate,
        /// Days since.
        days: i64,
        /// The day it is or was due again.
        due: CivilDate,
        /// How many things were looked at.
        things: u32,
    },
    /// A part of a whole.
    Share {
        /// In percent.
        percent: f64,
        /// The limit.
        limit: Threshold,
    },
    /// How often.
    Times {
        /// Least in a period that is over; absent where none is.
        least: Option<u32>,
        /// Periods that are over.
        periods: u32,
        /// In the running period.
        running: Option<u32>,
        /// The limit.
        limit: Threshold,
    },
    /// A deadline.
    Deadline {
        /// When it was done.
        done: Option<CivilDate>,
        /// When it is due.
        due: CivilDate,
    },
    /// It is excused.
    Excused {
        /// By which criterion.
        by: String,
        /// Which reason.
        reason: String,
        /// Seen on the spot, or by a title.
        mode: ExcuseMode,
    },
    /// There is nothing here.
    NothingHere {
        /// Why, in the inspector's words.
        reason: String,
    },
    /// The answer does not fit its criterion.
    Unfit,
}

/// A verdict with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Verdict {
    /// What came out.
    pub outcome: Outcome,
    /// Why.
    pub why: Why,
}

impl Verdict {
    const fn new(outcome: Outcome, why: Why) -> Self {
        Self { outcome, why }
    }
}

/// What a verdict needs to know besides the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day<'a> {
    /// The day of the inspection.
    pub today: CivilDate,
    /// Titles that the district holds.
    pub titles: &'a [String],
}

/// Judges an answer; [`None`] is one that nobody has given.
///
/// An answer that [`AnswerValue::check`] refuses comes out undetermined.
pub fn judge(criterion: &Criterion, answer: Option<&AnswerValue>, day: Day<'_>) -> Verdict {
    if let Some(passed) = passes(criterion, answer, day) {
        return passed;
    }
    let Some(answer) = answer else {
        return Verdict::new(Outcome::Undetermined, Why::Unanswered);
    };
    if answer.check(criterion, day.titles, day.today).is_err() {
        return Verdict::new(Outcome::Undetermined, Why::Unfit);
    }
    match (answer, criterion.threshold) {
        (AnswerValue::Holds { holds: true }, _) => Verdict::new(Outcome::Met, Why::Holds),
        (AnswerValue::Holds { holds: false }, _) => Verdict::new(Outcome::NotMet, Why::DoesNotHold),
        (AnswerValue::Excused { by, reason }, _) => excused(criterion, by, reason),
        (AnswerValue::NotApplicable { reason }, _) => Verdict::new(
            Outcome::NotApplicable,
            Why::NothingHere {
                reason: reason.clone(),
            },
        ),
        (AnswerValue::Parts { parts }, limit) => by_parts(criterion, parts, limit),
        (
            AnswerValue::Trend {
                before: Some(before),
                now: Some(now),
            },
            _,
        ) => trend(*before, *now),
        (AnswerValue::Trend { .. }, _) => Verdict::new(Outcome::Undetermined, Why::Unanswered),
        (_, None) => Verdict::new(Outcome::Undetermined, Why::Unfit),
        (answer, Some(limit)) => measured(answer, limit, day.today),
    }
}

/// A title that the district holds passes an item that nobody has looked at.
fn passes(criterion: &Criterion, answer: Option<&AnswerValue>, day: Day<'_>) -> Option<Verdict> {
    if answer.is_some() {
        return None;
    }
    let excuse = criterion.excuses.iter().find(|excuse| {
        excuse.mode == ExcuseMode::Passes
            && excuse
                .title
                .as_ref()
                .is_some_and(|title| day.titles.contains(title))
    })?;
    Some(excused(criterion, &excuse.by, &excuse.id))
}

fn excused(criterion: &Criterion, by: &str, reason: &str) -> Verdict {
    let excuse = criterion
        .excuses
        .iter()
        .find(|excuse| excuse.by == by && excuse.id == reason);
    match excuse {
        Some(excuse) => Verdict::new(
            Outcome::Met,
            Why::Excused {
                by: excuse.by.clone(),
                reason: excuse.id.clone(),
                mode: excuse.mode,
            },
        ),
        None => Verdict::new(Outcome::Undetermined, Why::Unfit),
    }
}

/// A number of list entries; lists are bounded far below 2^32.
fn count(entries: usize) -> u32 {
    u32::try_from(entries).unwrap_or(u32::MAX)
}

/// A count as a figure; counts are bounded far below 2^53.
fn as_figure(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
    let figure = count as f64;
    figure
}

fn by_parts(criterion: &Criterion, parts: &[PartAnswer], limit: Option<Threshold>) -> Verdict {
    let tick = |id: &str| {
        parts
            .iter()
            .find(|tick| tick.id == id)
            .map(|tick| tick.holds)
    };
    let which = |wanted: Option<bool>| -> Vec<String> {
        let fits = criterion
            .parts
            .iter()
            .filter(|part| tick(&part.id) == wanted);
        fits.map(|part| part.id.clone()).collect()
    };
    let (failed, open) = (which(Some(false)), which(None));
    let of = count(criterion.parts.len());
    let held = of - count(failed.len()) - count(open.len());
    // "At least n" asks for n of them; everything else, "no open problem" among it, for all.
    let wanted = match limit {
        Some(limit)
            if limit.comparator == Comparator::AtLeast
                && limit.unit != MeasureUnit::PerDayMonthQuarterYear =>
        {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a count limit is a whole number up to 100000"
            )]
            let wanted = limit.number().unwrap_or(0.0) as u32;
            wanted
        }
        _ => of,
    };
    let outcome = if held >= wanted {
        Outcome::Met
    } else if held + count(open.len()) < wanted {
        Outcome::NotMet
    } else {
        Outcome::Undetermined
    };
    Verdict::new(
        outcome,
        Why::Parts {
            held,
            of,
            wanted,
            failed,
            open,
        },
    )
}

fn trend(before: f64, now: f64) -> Verdict {
    let outcome = if now > before {
        Outcome::Met
    } else if now < before {
        Outcome::NotMet
    } else {
        // Neither risen nor fallen.
        Outcome::Undetermined
    };
    Verdict::new(outcome, Why::Trend { before, now })
}

/// Holds a number that may be off against a limit.
fn beside(limit: Threshold, value: f64, plus_minus: f64) -> Outcome {
    let Some(number) = limit.number() else {
        return Outcome::Undetermined;
    };
    let ends =
        [value - plus_minus, value + plus_minus].map(|end| limit.comparator.holds(end, number));
    match ends {
        [Some(true), Some(true)] => Outcome::Met,
        [Some(false), Some(false)]
            // Both ends beyond an exact number, on either side of it.
            if limit.comparator != Comparator::Exactly
                || (number - value).abs() > plus_minus =>
        {
            Outcome::NotMet
        }
        _ => Outcome::Undetermined,
    }
}

fn measured(answer: &AnswerValue, limit: Threshold, today: CivilDate) -> Verdict {
    let value = |value: f64, plus_minus: f64| {
        Verdict::new(
            beside(limit, value, plus_minus),
            Why::Value {
                value,
                plus_minus,
                limit,
            },
        )
    };
    match answer {
        AnswerValue::Count { count } => {
            #[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
            let count = *count as f64;
            value(count, 0.0)
        }
        AnswerValue::Figure {
            value: Some(figure),
            plus_minus,
        } => value(*figure, *plus_minus),
        AnswerValue::Rate {
            good,
            counted,
            counting,
        } => rated(*good, *counted, *counting, limit),
        AnswerValue::Areas { m2 } => {
            let largest = m2.iter().copied().fold(0.0, f64::max);
            Verdict::new(
                beside(limit, largest, 0.0),
                Why::LargestArea {
                    m2: largest,
                    places: count(m2.len()),
                    limit,
                },
            )
        }
        AnswerValue::Line {
            street,
            markers,
            walking,
        } => line::judge(street, markers, *walking, limit),
        AnswerValue::Checked { on } => checked(on, limit, today),
        AnswerValue::Share {
            part: Some(part),
            whole: Some(whole),
        } => {
            let percent = 100.0 * part / whole;
            Verdict::new(beside(limit, percent, 0.0), Why::Share { percent, limit })
        }
        AnswerValue::Times { counts, running } => times(counts, *running, limit),
        AnswerValue::Done { on } => done(*on, limit, today),
        // Half of it is typed.
        AnswerValue::Figure { value: None, .. } | AnswerValue::Share { .. } => {
            Verdict::new(Outcome::Undetermined, Why::Unanswered)
        }
        AnswerValue::Holds { .. }
        | AnswerValue::Parts { .. }
        | AnswerValue::Trend { .. }
        | AnswerValue::Excused { .. }
        | AnswerValue::NotApplicable { .. } => Verdict::new(Outcome::Undetermined, Why::Unfit),
    }
}

fn rated(good: u64, counted: u64, counting: Counting, limit: Threshold) -> Verdict {
    let (Some(percent), true) = (limit.number(), counted > 0) else {
        return Verdict::new(Outcome::Undetermined, Why::Unanswered);
    };
    let total = match counting {
        Counting::Census => Some(counted),
        Counting::Sample { total } => total,
    };
    if total == Some(counted) {
        // Whole numbers, so that 98 of 100 is exactly 98 %.
        let rate = 100.0 * as_figure(good) / as_figure(counted);
        let held = limit
            .comparator
            .holds(100.0 * as_figure(good), percent * as_figure(counted));
        let outcome = match held {
            Some(true) => Outcome::Met,
            Some(false) => Outcome::NotMet,
            None => Outcome::Undetermined,
        };
        return Verdict::new(
            outcome,
            Why::Census {
                good,
                counted,
                percent: rate,
            },
        );
    }
    let sampled = Sampled {
        good,
        counted,
        total,
    };
    let interval = interval(sampled);
    Verdict::new(
        rate::outcome(interval, limit.comparator, percent),
        Why::Sample {
            good,
            counted,
            total,
            low: interval.low * 100.0,
            high: interval.high * 100.0,
            more: rate::more_to_settle(sampled, limit.comparator, percent),
        },
    )
}

fn checked(on: &[CivilDate], limit: Threshold, today: CivilDate) -> Verdict {
    // What has to be kept for so long is judged by the newest, what must not be older by the
    // oldest.
    let keeps = matches!(limit.comparator, Comparator::AtLeast | Comparator::MoreThan);
    let decides = if keeps {
        on.iter().max()
    } else {
        on.iter().min()
    };
    let (Some(oldest), Some(days_allowed)) = (decides.copied(), limit.number()) else {
        return Verdict::new(Outcome::Undetermined, Why::Unanswered);
    };
    let days = today.days_since(oldest);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a limit is a whole number up to 100000, and so are the days of a lifetime"
    )]
    let (due, elapsed) = (oldest.plus_days(days_allowed as u32), days as f64);
    let outcome = match limit.comparator.holds(elapsed, days_allowed) {
        Some(true) => Outcome::Met,
        Some(false) => Outcome::NotMet,
        None => Outcome::Undetermined,
    };
    Verdict::new(
        outcome,
        Why::Oldest {
            on: oldest,
            days,
            due,
            things: count(on.len()),
        },
    )
}

fn times(counts: &[u32], running: Option<u32>, limit: Threshold) -> Verdict {
    if counts.is_empty() && running.is_none() {
        return Verdict::new(Outcome::Undetermined, Why::Unanswered);
    }
    let least = counts.iter().min().copied();
    let total: u32 = counts
        .iter()
        .chain(&running)
        .fold(0, |sum, count| sum.saturating_add(*count));
    let outcome = if limit.comparator == Comparator::Recurring {
        // Once is no routine.
        match total {
            0 => Outcome::NotMet,
            1 => Outcome::Undetermined,
            _ => Outcome::Met,
        }
    } else {
        let enough = |count: u32| beside(limit, f64::from(count), 0.0) == Outcome::Met;
        // All day means every hour of it.
        let complete = limit.unit != MeasureUnit::PerHour || counts.len() >= 24;
        match least {
            Some(least) if !enough(least) => Outcome::NotMet,
            Some(_) if complete => Outcome::Met,
            // The running period can only get better.
            None if complete && running.is_some_and(enough) => Outcome::Met,
            _ => Outcome::Undetermined,
        }
    };
    Verdict::new(
        outcome,
        Why::Times {
            least,
            periods: count(counts.len()),
            running,
            limit,
        },
    )
}

fn done(on: Option<CivilDate>, limit: Threshold, today: CivilDate) -> Verdict {
    let crate::LimitValue::Day(deadline) = limit.value else {
        return Verdict::new(Outcome::Undetermined, Why::Unfit);
    };
    let due = deadline.in_year(on.unwrap_or(today).year());
    let outcome = match on {
        Some(done) if done <= due => Outcome::Met,
        Some(_) => Outcome::NotMet,
        None if today > due => Outcome::NotMet,
        None => Outcome::Undetermined,
    };
    Verdict::new(outcome, Why::Deadline { done: on, due })
}

#[cfg(test)]
#[path = "verdict/verdict_tests.rs"]
mod tests;
