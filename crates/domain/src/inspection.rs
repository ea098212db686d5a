//! Inspections: one visit to a point with an answer to every item of its checklist.
//!
//! The phone judges each answer when it is given and sends the verdict along; the server judges
//! again with the same code and flags what differs. Neither ever changes the answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    AnswerError, AnswerValue, CivilDate, Coverage, Criterion, Day, FindingId, InspectionId,
    Outcome, PHOTOS_PER_FINDING_MAX, PhotoRef, PhotosWhen, PointId, PointType, PositionEvidence,
    Standard, StandardId, Standing, UnixMillis, Verdict, Wgs84, judge,
};

/// Longest note at an answer, in characters.
pub const ANSWER_NOTE_CHARS_MAX: usize = 500;
/// Most answers of one inspection.
pub const ANSWERS_MAX: usize = 500;
/// Most fixes of one track: a fix every 10 m over 50 km.
pub const TRACK_FIXES_MAX: usize = 5_000;

/// A place on the way, as the receiver had it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct TrackFix {
    /// Where.
    pub place: Wgs84,
    /// Radius in metres within which the true place lies (68 %).
    pub accuracy_m: f64,
    /// When, by the device's wall clock.
    pub at: UnixMillis,
}

/// The answer to one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Answer {
    /// Code of the criterion.
    pub criterion: String,
    /// What was answered; none where the item passes by a title that the district holds.
    pub value: Option<AnswerValue>,
    /// What the inspector wrote beside it; may be empty.
    #[serde(default)]
    pub note: String,
    /// Photos of the item itself; those of problems are with their findings.
    #[serde(default)]
    pub photos: Vec<PhotoRef>,
    /// What the phone made of it.
    pub verdict: Verdict,
}

/// An inspection 巡查 as the phone submits it; it never changes afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct InspectionRecord {
    /// Its id, minted on the phone.
    pub id: InspectionId,
    /// The point.
    pub point: PointId,
    /// The kind of point that it was when the inspection began, which decides the checklist.
    pub point_kind: PointType,
    /// The standard it is judged by.
    pub standard: StandardId,
    /// The version of that standard that was in force when it began.
    pub standard_version: u32,
    /// When it was begun, by the device's wall clock.
    pub started_at: UnixMillis,
    /// When it was submitted, by the device's wall clock.
    pub submitted_at: UnixMillis,
    /// Where the phone was when it was begun.
    pub start: PositionEvidence,
    /// How that lay to the zone.
    pub start_standing: Option<Standing>,
    /// Where the phone was when it was submitted.
    pub end: PositionEvidence,
    /// The answers, in the order of the checklist.
    pub answers: Vec<Answer>,
    /// Problems that were recorded during the inspection.
    pub findings: Vec<FindingId>,
    /// The way that was walked; empty where no position was to be had.
    pub track: Vec<TrackFix>,
    /// How much of the zone came into sight; none where no position was to be had.
    pub coverage: Option<Coverage>,
}

/// What is wrong with an inspection that parses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectionError {
    /// More of something than there can be.
    #[error("at most {most} {what}")]
    TooMany {
        /// What.
        what: &'static str,
        /// How many there can be.
        most: usize,
    },
    /// An item is answered twice.
    #[error("{0} is answered twice")]
    Twice(String),
    /// It ended before it began.
    #[error("it was submitted before it was begun")]
    EndsBeforeStart,
}

impl InspectionRecord {
    /// Checks what holds whatever the standard is.
    ///
    /// # Errors
    /// [`InspectionError`] with the first thing that is wrong.
    pub fn check(&self) -> Result<(), InspectionError> {
        let most = |what, count: usize, most| {
            if count > most {
                Err(InspectionError::TooMany { what, most })
            } else {
                Ok(())
            }
        };
        most("answers", self.answers.len(), ANSWERS_MAX)?;
        most("findings", self.findings.len(), ANSWERS_MAX)?;
        most("fixes of a track", self.track.len(), TRACK_FIXES_MAX)?;
        for (place, answer) in self.answers.iter().enumerate() {
            most(
                "photos of an answer",
                answer.photos.len(),
                PHOTOS_PER_FINDING_MAX,
            )?;
            most(
                "characters of a note",
                answer.note.chars().count(),
                ANSWER_NOTE_CHARS_MAX,
            )?;
            let earlier = self.answers.iter().take(place);
            if earlier
                .into_iter()
                .any(|one| one.criterion == answer.criterion)
            {
                return Err(InspectionError::Twice(answer.criterion.clone()));
            }
        }
        if self.submitted_at < self.started_at {
            return Err(InspectionError::EndsBeforeStart);
        }
        Ok(())
    }

    /// Returns the codes of the items that a supervisor has to look at: judged anew they come out
    /// otherwise, the standard does not know them, or what they need is not there although the
    /// phone submitted it. Photos are not counted, since those of problems come with their
    /// findings. Nothing was submitted after `received_at`: where the phone's clock says so, days
    /// are counted up to then.
    pub fn in_question(&self, standard: &Standard, received_at: UnixMillis) -> Vec<String> {
        let submitted_at = self.submitted_at.min(received_at);
        let day = day(standard, submitted_at);
        let otherwise = self.answers.iter().filter(|answer| {
            let criterion = standard.criterion(&answer.criterion);
            let anew = criterion.map(|one| judge(one, answer.value.as_ref(), day));
            anew.is_none_or(|anew| !alike(&anew, &answer.verdict))
        });
        let mut codes: Vec<String> = otherwise.map(|answer| answer.criterion.clone()).collect();
        let answered = self
            .answers
            .iter()
            .map(|answer| {
                let given = Answered {
                    value: answer.value.clone(),
                    photos: usize::MAX,
                };
                (answer.criterion.clone(), given)
            })
            .collect();
        for lack in lacks(standard, self.point_kind, &answered, submitted_at) {
            let code = lack.criterion();
            if !codes.iter().any(|known| known == code) {
                codes.push(code.to_owned());
            }
        }
        codes
    }
}

/// Says whether two verdicts are the same: what came out, and by what kind of reason. The figures
/// of a reason follow from the answer, and a phone's processor may round a sine otherwise.
fn alike(a: &Verdict, b: &Verdict) -> bool {
    a.outcome == b.outcome && std::mem::discriminant(&a.why) == std::mem::discriminant(&b.why)
}

/// What a verdict rests on besides the answer.
pub fn day(standard: &Standard, at: UnixMillis) -> Day<'_> {
    Day {
        today: CivilDate::in_china(at),
        titles: standard
            .profile
            .as_ref()
            .map_or(&[], |profile| &profile.titles),
    }
}

/// An item as far as it is answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answered {
    /// The answer.
    pub value: Option<AnswerValue>,
    /// Photos of the item, those of its findings included.
    pub photos: usize,
}

/// Something that an inspection still lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "lacks", rename_all = "snake_case")]
pub enum Lack {
    /// An answer.
    Answer {
        /// To which item.
        criterion: String,
    },
    /// Some ticks.
    Parts {
        /// Of which item.
        criterion: String,
        /// Ids of the parts that nobody has looked at.
        open: Vec<String>,
    },
    /// A street walked from its beginning to its end.
    Street {
        /// For which item.
        criterion: String,
    },
    /// An answer that can be true.
    Sense {
        /// To which item.
        criterion: String,
        /// What is wrong with it.
        error: AnswerError,
    },
    /// Photos.
    Photos {
        /// Of which item.
        criterion: String,
        /// How many there are.
        have: u32,
        /// How many are wanted.
        need: u32,
    },
}

impl Lack {
    /// Returns the code of the item.
    pub fn criterion(&self) -> &str {
        match self {
            Self::Answer { criterion }
            | Self::Street { criterion }
            | Self::Parts { criterion, .. }
            | Self::Sense { criterion, .. }
            | Self::Photos { criterion, .. } => criterion,
        }
    }
}

impl Criterion {
    /// Returns how many photos an item wants after such a verdict.
    pub fn photos_wanted(&self, outcome: Outcome) -> u32 {
        let wanted = match self.evidence.when {
            // There is nothing to photograph where there is nothing.
            PhotosWhen::Always => outcome != Outcome::NotApplicable,
            PhotosWhen::Failed => outcome == Outcome::NotMet,
        };
        if wanted {
            self.evidence.photos.into()
        } else {
            0
        }
    }
}

/// Lists what is missing before an inspection can be submitted, in the order of the checklist.
pub fn lacks(
    standard: &Standard,
    kind: PointType,
    answered: &BTreeMap<String, Answered>,
    at: UnixMillis,
) -> Vec<Lack> {
    let day = day(standard, at);
    let nothing = Answered::default();
    let mut lacks = Vec::new();
    for criterion in standard.checklist(kind) {
        let code = || criterion.code.clone();
        let given = answered.get(&criterion.code).unwrap_or(&nothing);
        if let Some(value) = &given.value
            && let Err(error) = value.check(criterion, day.titles, day.today)
        {
            lacks.push(Lack::Sense {
                criterion: code(),
                error,
            });
            continue;
        }
        let verdict = judge(criterion, given.value.as_ref(), day);
        match verdict.why {
            crate::Why::Unanswered => {
                lacks.push(Lack::Answer { criterion: code() });
                continue;
            }
            crate::Why::NoStreet => {
                lacks.push(Lack::Street { criterion: code() });
                continue;
            }
            crate::Why::Gap { .. } if is_walking(given.value.as_ref()) => {
                lacks.push(Lack::Street { criterion: code() });
            }
            crate::Why::Parts { open, .. } if !open.is_empty() => {
                lacks.push(Lack::Parts {
                    criterion: code(),
                    open,
                });
            }
            _ => {}
        }
        let need = criterion.photos_wanted(verdict.outcome);
        let have = u32::try_from(given.photos).unwrap_or(u32::MAX);
        // A title passes an item without a look, and so without a photo.
        if given.value.is_some() && have < need {
            lacks.push(Lack::Photos {
                criterion: code(),
                have,
                need,
            });
        }
    }
    lacks
}

const fn is_walking(value: Option<&AnswerValue>) -> bool {
    matches!(value, Some(AnswerValue::Line { walking: true, .. }))
}

/// How many items came out how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct OutcomeTally {
    /// 达标
    pub met: u32,
    /// 不达标
    pub not_met: u32,
    /// 尚不能定
    pub undetermined: u32,
    /// 不适用
    pub not_applicable: u32,
}

impl OutcomeTally {
    /// Counts outcomes.
    pub fn of(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let mut tally = Self::default();
        for outcome in outcomes {
            let count = match outcome {
                Outcome::Met => &mut tally.met,
                Outcome::NotMet => &mut tally.not_met,
                Outcome::Undetermined => &mut tally.undetermined,
                Outcome::NotApplicable => &mut tally.not_applicable,
            };
            *count = count.saturating_add(1);
        }
        tally
    }
}

#[cfg(test)]
#[cfg(feature = "catalogue")]
#[path = "inspection/inspection_tests.rs"]
mod tests;
