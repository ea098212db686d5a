//! The way that somebody walks during an inspection, and the streets that they mark along it.

use xunfang_domain::{
    AnswerValue, Fix, InspectionId, Marker, STREET_PLACES_MAX, TrackFix, UnixMillis,
};
use xunfang_store::Store;

use crate::position::PositionSource;
use crate::{CommandError, LineStep};

/// A track takes the next place once the phone has moved so far, metres.
const TRACK_STEP_M: f64 = 10.0;
/// How fast people walk, metres a second.
const WALKING_M_S: f64 = 1.4;
/// A fix worse than this says too little of where somebody walked, metres.
const TRACK_ACCURACY_M_MAX: f64 = 100.0;

/// Adds where the phone is to the track of an open inspection, where it has moved on.
pub(crate) fn follow(
    store: &Store,
    position: &dyn PositionSource,
    inspection: InspectionId,
) -> Result<bool, CommandError> {
    let evidence = position.current();
    let Some(fix) = evidence.fix() else {
        return Ok(false);
    };
    if fix.accuracy_m > TRACK_ACCURACY_M_MAX {
        return Ok(false);
    }
    let here = TrackFix {
        place: fix.place,
        accuracy_m: fix.accuracy_m,
        at: fix.taken_at,
    };
    // Within its own accuracy a receiver that lies still wanders about.
    let step_m = fix.accuracy_m.max(TRACK_STEP_M);
    Ok(store.follow(inspection, &here, step_m)?)
}

/// Returns the street of an item after a step along it, taken where the phone is.
pub(crate) fn stepped(
    so_far: Option<AnswerValue>,
    step: LineStep,
    fix: Option<&Fix>,
    now: UnixMillis,
) -> AnswerValue {
    let (mut street, mut markers) = match so_far.filter(|_| step != LineStep::Start) {
        Some(AnswerValue::Line {
            street, markers, ..
        }) => (street, markers),
        _ => (Vec::new(), Vec::new()),
    };
    if let Some(fix) = fix.filter(|_| step != LineStep::Undo)
        && street.last() != Some(&fix.place)
        && street.len() < STREET_PLACES_MAX
    {
        street.push(fix.place);
    }
    match (step, fix) {
        (LineStep::Undo, _) => {
            markers.pop();
        }
        (LineStep::Mark, Some(fix)) => markers.push(Marker {
            place: fix.place,
            accuracy_m: fix.accuracy_m + walked_since_m(fix, now),
        }),
        _ => {}
    }
    AnswerValue::Line {
        street,
        markers,
        walking: step != LineStep::End,
    }
}

/// How far somebody may have walked since a fix, metres: it tells where they were, not are.
fn walked_since_m(fix: &Fix, now: UnixMillis) -> f64 {
    let age_ms = now.get().saturating_sub(fix.taken_at.get());
    let age_s = u32::try_from(age_ms / 1_000).unwrap_or(0);
    WALKING_M_S * f64::from(age_s)
}
