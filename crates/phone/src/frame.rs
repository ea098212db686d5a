//! One inspection as the person that is signed in may see it, with its standard.

use std::collections::BTreeMap;
use std::sync::Arc;

use xunfang_domain::{
    Answer, Coverage, Criterion, InspectionId, InspectionRecord, PhotoRef, Point, PointType,
    PositionEvidence, Standard, TrackFix, UnixMillis, Wgs84, ZoneShape, day, judge,
};
use xunfang_protocol::SessionView;
use xunfang_store::{Gathered, Inspection, Store, StoredAnswer};
use xunfang_sync::Clock;

use crate::clock::WallClock;
use crate::{CommandError, ErrorCode};

/// How far one sees to both sides of a track, metres, where the district's profile does not say.
const SIGHT_M: f64 = 30.0;

/// Everything about an inspection that answers do not change.
pub(crate) struct Frame {
    pub(crate) inspection: Inspection,
    pub(crate) standard: Arc<Standard>,
}

impl Frame {
    /// Reads an inspection of the person that is signed in, with the standard that it is under.
    pub(crate) fn read(
        store: &Store,
        session: &SessionView,
        id: InspectionId,
    ) -> Result<Self, CommandError> {
        let inspection = store.inspection(session.person.id, id)?;
        let named = inspection.standard;
        let standard = store.standard(named.id, named.version)?.ok_or_else(|| {
            CommandError::new(
                ErrorCode::NotFound,
                "the standard of the inspection has not arrived on this device",
            )
        })?;
        Ok(Self {
            inspection,
            standard,
        })
    }

    /// Finds a criterion of the standard.
    pub(crate) fn criterion(&self, code: &str) -> Result<&Criterion, CommandError> {
        self.standard.criterion(code).ok_or_else(|| {
            CommandError::new(
                ErrorCode::CriterionMissing,
                "the criterion is not part of the standard",
            )
        })
    }

    /// Refuses what an inspection that is submitted takes no longer.
    pub(crate) fn still_open(self) -> Result<Self, CommandError> {
        if self.inspection.record.is_some() {
            return Err(CommandError::new(
                ErrorCode::NotFound,
                "the inspection is submitted; there is no open one of this id",
            ));
        }
        Ok(self)
    }

    /// The kind of point that the list is for.
    pub(crate) fn kind(&self) -> PointType {
        self.inspection.point_kind
    }

    /// The time by which it is judged: its end, or now.
    pub(crate) fn at(&self) -> UnixMillis {
        let record = self.inspection.record.as_ref();
        record.map_or_else(|| WallClock.now(), |record| record.submitted_at)
    }

    /// The answers: of the record once it is submitted.
    pub(crate) fn answers(
        &self,
        store: &Store,
    ) -> Result<BTreeMap<String, StoredAnswer>, CommandError> {
        let Some(record) = &self.inspection.record else {
            return Ok(store.answers(self.inspection.id)?);
        };
        // The photos of a submitted one are shown from its record.
        Ok(record
            .answers
            .iter()
            .map(|answer| {
                let stored = StoredAnswer {
                    value: answer.value.clone(),
                    kept: None,
                    note: answer.note.clone(),
                    photos: Vec::new(),
                };
                (answer.criterion.clone(), stored)
            })
            .collect())
    }

    /// The way that was walked.
    pub(crate) fn track(&self, store: &Store) -> Result<Vec<TrackFix>, CommandError> {
        match &self.inspection.record {
            Some(record) => Ok(record.track.clone()),
            None => Ok(store.track(self.inspection.id)?),
        }
    }

    /// How far one sees to both sides of the track, metres.
    pub(crate) fn sight_m(&self) -> f64 {
        match self.standard.profile.as_ref().map(|head| &head.zone) {
            Some(ZoneShape::WalkVisible { sight_m, .. }) => *sight_m,
            _ => SIGHT_M,
        }
    }

    /// How much of the zone was walked; none without a track.
    pub(crate) fn coverage(&self, point: &Point, track: &[TrackFix]) -> Option<Coverage> {
        if let Some(record) = &self.inspection.record {
            return record.coverage.clone();
        }
        let places: Vec<Wgs84> = track.iter().map(|fix| fix.place).collect();
        (!places.is_empty()).then(|| point.zone().coverage(&places, self.sight_m()))
    }

    /// Makes the record of what is there.
    pub(crate) fn record(
        &self,
        gathered: Gathered,
        point: &Point,
        now: UnixMillis,
        end: PositionEvidence,
    ) -> InspectionRecord {
        let Gathered {
            mut answers,
            raised,
            track,
        } = gathered;
        let day = day(&self.standard, now);
        let answers = self.standard.checklist(self.kind()).map(|criterion| {
            let given = answers.remove(&criterion.code).unwrap_or_default();
            Answer {
                criterion: criterion.code.clone(),
                verdict: judge(criterion, given.value.as_ref(), day),
                value: given.value,
                note: given.note,
                photos: given.photos.into_iter().map(PhotoRef::from).collect(),
            }
        });
        InspectionRecord {
            id: self.inspection.id,
            point: self.inspection.point,
            point_kind: self.inspection.point_kind,
            standard: self.standard.id,
            standard_version: self.standard.version,
            started_at: self.inspection.started_at,
            // A clock that was set back meanwhile does not make the end come before the beginning.
            submitted_at: now.max(self.inspection.started_at),
            start: self.inspection.start.clone(),
            start_standing: self.inspection.start_standing,
            end,
            answers: answers.collect(),
            findings: raised.iter().map(|finding| finding.id).collect(),
            coverage: self.coverage(point, &track),
            track,
        }
    }
}
