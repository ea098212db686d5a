//! What changed from one version of a standard to another.

use serde::Serialize;

use super::{Criterion, Standard, Threshold};
use crate::{PointType, ZoneShape};

/// One difference between two versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum StandardChange {
    /// The zone of points without their own.
    Zone {
        /// Before.
        from: Option<ZoneShape>,
        /// After.
        to: Option<ZoneShape>,
    },
    /// The kinds of key place.
    KeyPlaces {
        /// No longer among them.
        removed: Vec<PointType>,
        /// New among them.
        added: Vec<PointType>,
    },
    /// The titles that the district holds.
    Titles {
        /// No longer held.
        removed: Vec<String>,
        /// New.
        added: Vec<String>,
    },
    /// A criterion that was not there.
    Added {
        /// Its code.
        code: String,
    },
    /// A criterion that is gone.
    Removed {
        /// Its code.
        code: String,
    },
    /// Another limit.
    Limit {
        /// Of which criterion.
        code: String,
        /// Before.
        from: Option<Threshold>,
        /// After.
        to: Option<Threshold>,
    },
    /// Looked at at other kinds of point.
    AppliesTo {
        /// Which criterion.
        code: String,
        /// No longer there.
        removed: Vec<PointType>,
        /// New there.
        added: Vec<PointType>,
    },
    /// Anything else: words, evidence, parts, excuses, codes, provenance.
    Details {
        /// Of which criterion.
        code: String,
    },
}

fn apart<T: PartialEq + Clone>(from: &[T], to: &[T]) -> Option<(Vec<T>, Vec<T>)> {
    let missing = |of: &[T], within: &[T]| {
        of.iter()
            .filter(|one| !within.contains(one))
            .cloned()
            .collect::<Vec<T>>()
    };
    let (removed, added) = (missing(from, to), missing(to, from));
    (!removed.is_empty() || !added.is_empty()).then_some((removed, added))
}

/// Lists what changed, in the order of the newer version; what is gone comes last.
pub fn compare(from: &Standard, to: &Standard) -> Vec<StandardChange> {
    let mut changes = Vec::new();
    let zone = |standard: &Standard| standard.profile.as_ref().map(|head| head.zone.clone());
    if zone(from) != zone(to) {
        changes.push(StandardChange::Zone {
            from: zone(from),
            to: zone(to),
        });
    }
    let kinds = |standard: &Standard| {
        let head = standard.profile.as_ref();
        head.map_or_else(Vec::new, |head| head.key_point_types.clone())
    };
    if let Some((removed, added)) = apart(&kinds(from), &kinds(to)) {
        changes.push(StandardChange::KeyPlaces { removed, added });
    }
    let titles = |standard: &Standard| {
        let head = standard.profile.as_ref();
        head.map_or_else(Vec::new, |head| head.titles.clone())
    };
    if let Some((removed, added)) = apart(&titles(from), &titles(to)) {
        changes.push(StandardChange::Titles { removed, added });
    }
    for criterion in &to.criteria {
        match from.criterion(&criterion.code) {
            None => changes.push(StandardChange::Added {
                code: criterion.code.clone(),
            }),
            Some(before) => compare_criteria(before, criterion, &mut changes),
        }
    }
    for criterion in &from.criteria {
        if to.criterion(&criterion.code).is_none() {
            changes.push(StandardChange::Removed {
                code: criterion.code.clone(),
            });
        }
    }
    changes
}

fn compare_criteria(from: &Criterion, to: &Criterion, changes: &mut Vec<StandardChange>) {
    let code = || to.code.clone();
    if from.threshold != to.threshold {
        changes.push(StandardChange::Limit {
            code: code(),
            from: from.threshold,
            to: to.threshold,
        });
    }
    if let Some((removed, added)) = apart(&from.applies_to, &to.applies_to) {
        changes.push(StandardChange::AppliesTo {
            code: code(),
            removed,
            added,
        });
    }
    let details = Criterion {
        threshold: to.threshold,
        applies_to: to.applies_to.clone(),
        // That a limit is a reading of words goes with the limit.
        inferred: if from.threshold == to.threshold {
            from.inferred
        } else {
            to.inferred
        },
        ..from.clone()
    };
    if details != *to {
        changes.push(StandardChange::Details { code: code() });
    }
}
