//! Inspections: what a screen shows of one, and the steps from its beginning to its submission.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;
use xunfang_domain::{
    Answer, AnswerValue, Answered, Coverage, Criterion, InspectionId, InspectionRecord, Marker,
    OpId, OutcomeTally, PersonId, PhotoRef, PointId, PointType, Standard, TrackFix, Wgs84,
    ZoneShape, day, judge, lacks,
};
use xunfang_protocol::SessionView;
use xunfang_store::{Inspection, NewInspection, RaisedFinding, Store, StoredAnswer};
use xunfang_sync::Clock;

use crate::clock::WallClock;
use crate::points::standard_in_force;
use crate::position::PositionSource;
use crate::view::{
    AnswerView, InspectionItem, InspectionStage, InspectionSummary, InspectionView, RaisedView,
};
use crate::{CommandError, ErrorCode, LineStep, photos};

/// How far one sees to both sides of a track, metres, where the district's profile does not say.
const SIGHT_M: f64 = 30.0;
/// A track takes the next place once the phone has moved so far, metres.
const TRACK_STEP_M: f64 = 10.0;
/// A fix worse than this says too little of where somebody walked, metres.
const TRACK_ACCURACY_M_MAX: f64 = 100.0;
/// Inspections on the page of a point.
pub(crate) const INSPECTIONS_AT_POINT: u32 = 20;

/// Begins an inspection, or goes on with the open one.
pub(crate) fn begin(
    store: &Store,
    position: &dyn PositionSource,
    session: &SessionView,
    point: PointId,
) -> Result<InspectionView, CommandError> {
    let point = store.point(point)?;
    let standard = standard_in_force(store, session)?;
    if standard.checklist(point.kind).next().is_none() {
        return Err(CommandError::new(
            ErrorCode::ChecklistEmpty,
            "the standard asks nothing of this kind of point",
        ));
    }
    // Without a fix it is begun all the same, and says so.
    let start = position.current();
    let standing = start.fix().map(|fix| point.zone().standing(fix));
    let id = store.begin_inspection(&NewInspection {
        id: InspectionId::from_uuid(Uuid::now_v7()),
        person: session.person.id,
        point: point.id,
        point_kind: point.kind,
        standard: standard.reference(),
        started_at: WallClock.now(),
        start,
        start_standing: standing,
    })?;
    follow(store, position, session.person.id, id)?;
    show(store, session, id)
}

/// Adds where the phone is to the track of an open inspection, where it has moved on.
pub(crate) fn follow(
    store: &Store,
    position: &dyn PositionSource,
    person: PersonId,
    inspection: InspectionId,
) -> Result<bool, CommandError> {
    let evidence = position.current();
    let Some(fix) = evidence.fix() else {
        return Ok(false);
    };
    if fix.accuracy_m > TRACK_ACCURACY_M_MAX {
        return Ok(false);
    }
    let last = store.track(inspection)?.last().map(|last| last.place);
    if last.is_some_and(|last| last.distance_m(fix.place) < TRACK_STEP_M) {
        return Ok(false);
    }
    let here = TrackFix {
        place: fix.place,
        accuracy_m: fix.accuracy_m,
        at: fix.taken_at,
    };
    store.add_fix(inspection, &here)?;
    for (criterion, answer) in store.answers(inspection)? {
        let Some(AnswerValue::Line {
            mut street,
            markers,
            walking: true,
        }) = answer.value
        else {
            continue;
        };
        street.push(fix.place);
        let value = AnswerValue::Line {
            street,
            markers,
            walking: true,
        };
        store.save_answer(
            person,
            inspection,
            &criterion,
            Some(&value),
            &answer.note,
            WallClock.now(),
        )?;
    }
    Ok(true)
}

/// Takes a step along the street of an item, by where the phone is.
pub(crate) fn walk_line(
    store: &Store,
    position: &dyn PositionSource,
    session: &SessionView,
    id: InspectionId,
    criterion: &str,
    step: LineStep,
) -> Result<AnswerView, CommandError> {
    let person = session.person.id;
    follow(store, position, person, id)?;
    let so_far = store.answers(id)?.remove(criterion).unwrap_or_default();
    let (mut street, mut markers) = match so_far.value {
        Some(AnswerValue::Line {
            street, markers, ..
        }) if step != LineStep::Start => (street, markers),
        _ => (Vec::new(), Vec::new()),
    };
    let mut walking = true;
    if step == LineStep::Undo {
        markers.pop();
    } else {
        let evidence = position.current();
        let fix = evidence.fix().ok_or_else(|| {
            CommandError::new(ErrorCode::PositionMissing, "there is no fix to mark")
        })?;
        if street.last() != Some(&fix.place) {
            street.push(fix.place);
        }
        match step {
            LineStep::Mark => markers.push(Marker {
                place: fix.place,
                accuracy_m: fix.accuracy_m,
            }),
            LineStep::End => walking = false,
            LineStep::Start | LineStep::Undo => {}
        }
    }
    let value = AnswerValue::Line {
        street,
        markers,
        walking,
    };
    save_answer(
        store,
        position,
        session,
        id,
        criterion,
        Some(&value),
        &so_far.note,
    )
}

/// Everything about an inspection that answers do not change.
struct Frame {
    inspection: Inspection,
    standard: Arc<Standard>,
}

impl Frame {
    fn read(store: &Store, session: &SessionView, id: InspectionId) -> Result<Self, CommandError> {
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

    /// Refuses what an inspection that is submitted takes no longer.
    fn still_open(self) -> Result<Self, CommandError> {
        if self.inspection.record.is_some() {
            return Err(CommandError::new(
                ErrorCode::NotFound,
                "the inspection is submitted; there is no open one of this id",
            ));
        }
        Ok(self)
    }

    fn kind(&self) -> PointType {
        self.inspection.point_kind
    }

    /// The time by which it is judged: its end, or now.
    fn at(&self) -> xunfang_domain::UnixMillis {
        let record = self.inspection.record.as_ref();
        record.map_or_else(|| WallClock.now(), |record| record.submitted_at)
    }

    fn answers(&self, store: &Store) -> Result<BTreeMap<String, StoredAnswer>, CommandError> {
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
                    note: answer.note.clone(),
                    photos: Vec::new(),
                };
                (answer.criterion.clone(), stored)
            })
            .collect())
    }

    fn track(&self, store: &Store) -> Result<Vec<TrackFix>, CommandError> {
        match &self.inspection.record {
            Some(record) => Ok(record.track.clone()),
            None => Ok(store.track(self.inspection.id)?),
        }
    }

    fn sight_m(&self) -> f64 {
        match self.standard.profile.as_ref().map(|head| &head.zone) {
            Some(ZoneShape::WalkVisible { sight_m, .. }) => *sight_m,
            _ => SIGHT_M,
        }
    }

    fn coverage(
        &self,
        store: &Store,
        track: &[TrackFix],
    ) -> Result<Option<Coverage>, CommandError> {
        if let Some(record) = &self.inspection.record {
            return Ok(record.coverage.clone());
        }
        if track.is_empty() {
            return Ok(None);
        }
        let point = store.point(self.inspection.point)?;
        let places: Vec<Wgs84> = track.iter().map(|fix| fix.place).collect();
        Ok(Some(point.zone().coverage(&places, self.sight_m())))
    }
}

/// Puts together what lacks of each item is judged by.
fn answered(
    answers: &BTreeMap<String, StoredAnswer>,
    raised: &[RaisedFinding],
) -> BTreeMap<String, Answered> {
    let mut answered: BTreeMap<String, Answered> = answers
        .iter()
        .map(|(code, answer)| {
            let so_far = Answered {
                value: answer.value.clone(),
                photos: answer.photos.len(),
            };
            (code.clone(), so_far)
        })
        .collect();
    for finding in raised {
        let item = answered.entry(finding.criterion.clone()).or_default();
        item.photos += finding.photos as usize;
    }
    answered
}

/// Shows an inspection, open or submitted.
pub(crate) fn show(
    store: &Store,
    session: &SessionView,
    id: InspectionId,
) -> Result<InspectionView, CommandError> {
    let frame = Frame::read(store, session, id)?;
    let answers = frame.answers(store)?;
    let raised = store.raised_findings(id)?;
    let track = frame.track(store)?;
    let coverage = frame.coverage(store, &track)?;
    let point = store.point(frame.inspection.point)?;
    let standard = &frame.standard;
    let items: Vec<InspectionItem> = standard
        .checklist(frame.kind())
        .map(|criterion| {
            let answer = answers.get(&criterion.code);
            item(&frame, criterion, answer, &raised)
        })
        .collect();
    let open = frame.inspection.record.is_none();
    let missing = if open {
        lacks(
            standard,
            frame.kind(),
            &answered(&answers, &raised),
            frame.at(),
        )
    } else {
        Vec::new()
    };
    let used = |id: &str| items.iter().any(|item| item.criterion.category == id);
    Ok(InspectionView {
        id,
        tally: OutcomeTally::of(items.iter().map(|item| item.verdict.outcome)),
        categories: standard
            .categories
            .iter()
            .filter(|category| used(&category.id))
            .cloned()
            .collect(),
        items,
        lacks: missing,
        coverage,
        position_known: frame.inspection.start.fix().is_some(),
        start_standing: frame.inspection.start_standing,
        started_at: frame.inspection.started_at,
        submitted_at: frame
            .inspection
            .record
            .as_ref()
            .map(|record| record.submitted_at),
        stage: stage(&frame.inspection),
        stuck: frame.inspection.stuck.clone(),
        standard_name_zh: standard.name_zh.clone(),
        standard_name_en: standard.name_en.clone(),
        standard_version: standard.version,
        profile: standard.profile.clone(),
        point,
    })
}

fn item(
    frame: &Frame,
    criterion: &Criterion,
    answer: Option<&StoredAnswer>,
    raised: &[RaisedFinding],
) -> InspectionItem {
    let day = day(&frame.standard, frame.at());
    let value = answer.and_then(|answer| answer.value.clone());
    let verdict = judge(criterion, value.as_ref(), day);
    let findings: Vec<RaisedView> = raised
        .iter()
        .filter(|finding| finding.criterion == criterion.code)
        .map(|finding| RaisedView {
            id: finding.id,
            photos: finding.photos,
        })
        .collect();
    let wider: Vec<PointType> = frame.kind().with_wider().collect();
    let at_point = criterion.applies_to.iter().any(|kind| wider.contains(kind));
    InspectionItem {
        control: criterion.control(),
        around: !at_point && !criterion.applies_to.is_empty(),
        error: value
            .as_ref()
            .and_then(|value| value.check(criterion, day.titles, day.today).err()),
        photos_wanted: criterion.photos_wanted(verdict.outcome),
        verdict,
        value,
        note: answer.map(|answer| answer.note.clone()).unwrap_or_default(),
        photos: answer
            .map(|answer| {
                answer
                    .photos
                    .iter()
                    .cloned()
                    .map(photos::draft_view)
                    .collect()
            })
            .unwrap_or_default(),
        findings,
        criterion: criterion.clone(),
    }
}

const fn stage(inspection: &Inspection) -> InspectionStage {
    if inspection.record.is_none() {
        InspectionStage::Open
    } else if inspection.applied {
        InspectionStage::Applied
    } else if inspection.rejected {
        InspectionStage::Rejected
    } else {
        InspectionStage::Saved
    }
}

/// Keeps an answer as it is typed, and says what came of it.
pub(crate) fn save_answer(
    store: &Store,
    position: &dyn PositionSource,
    session: &SessionView,
    id: InspectionId,
    criterion: &str,
    value: Option<&AnswerValue>,
    note: &str,
) -> Result<AnswerView, CommandError> {
    let frame = Frame::read(store, session, id)?.still_open()?;
    if frame.standard.criterion(criterion).is_none() {
        return Err(CommandError::new(
            ErrorCode::CriterionMissing,
            "the criterion is not part of the standard",
        ));
    }
    if note.chars().count() > xunfang_domain::ANSWER_NOTE_CHARS_MAX {
        return Err(CommandError::new(
            ErrorCode::NoteTooLong,
            "the note at an answer is too long",
        ));
    }
    let now = WallClock.now();
    store.save_answer(session.person.id, id, criterion, value, note, now)?;
    follow(store, position, session.person.id, id)?;
    answer_view(store, &frame, criterion)
}

/// Shows one item with what the inspection still lacks.
pub(crate) fn one_answer(
    store: &Store,
    session: &SessionView,
    id: InspectionId,
    criterion: &str,
) -> Result<AnswerView, CommandError> {
    answer_view(store, &Frame::read(store, session, id)?, criterion)
}

fn answer_view(store: &Store, frame: &Frame, code: &str) -> Result<AnswerView, CommandError> {
    let criterion = frame.standard.criterion(code).ok_or_else(|| {
        CommandError::new(
            ErrorCode::NotFound,
            "there is no such item in the checklist",
        )
    })?;
    let id = frame.inspection.id;
    let answers = store.answers(id)?;
    let raised = store.raised_findings(id)?;
    let day = day(&frame.standard, frame.at());
    let outcomes = frame.standard.checklist(frame.kind()).map(|criterion| {
        let value = answers
            .get(&criterion.code)
            .and_then(|one| one.value.as_ref());
        judge(criterion, value, day).outcome
    });
    Ok(AnswerView {
        tally: OutcomeTally::of(outcomes),
        item: item(frame, criterion, answers.get(code), &raised),
        lacks: lacks(
            &frame.standard,
            frame.kind(),
            &answered(&answers, &raised),
            frame.at(),
        ),
    })
}

/// Ends an inspection where nothing is missing. Durable when it returns.
pub(crate) fn submit(
    store: &Store,
    position: &dyn PositionSource,
    session: &SessionView,
    id: InspectionId,
) -> Result<InspectionView, CommandError> {
    let frame = Frame::read(store, session, id)?.still_open()?;
    follow(store, position, session.person.id, id)?;
    let now = WallClock.now();
    let mut answers = store.answers(id)?;
    let raised = store.raised_findings(id)?;
    let missing = lacks(
        &frame.standard,
        frame.kind(),
        &answered(&answers, &raised),
        now,
    );
    if !missing.is_empty() {
        return Err(CommandError::new(
            ErrorCode::InspectionIncomplete,
            &format!("{} things are missing", missing.len()),
        ));
    }
    let day = day(&frame.standard, now);
    let track = store.track(id)?;
    let coverage = frame.coverage(store, &track)?;
    let record = InspectionRecord {
        id,
        point: frame.inspection.point,
        point_kind: frame.inspection.point_kind,
        standard: frame.standard.id,
        standard_version: frame.standard.version,
        started_at: frame.inspection.started_at,
        // A clock that was set back meanwhile does not make the end come before the beginning.
        submitted_at: now.max(frame.inspection.started_at),
        start: frame.inspection.start.clone(),
        start_standing: frame.inspection.start_standing,
        end: position.current(),
        answers: frame
            .standard
            .checklist(frame.kind())
            .map(|criterion| {
                let given = answers.remove(&criterion.code).unwrap_or_default();
                Answer {
                    criterion: criterion.code.clone(),
                    verdict: judge(criterion, given.value.as_ref(), day),
                    value: given.value,
                    note: given.note,
                    photos: given.photos.into_iter().map(PhotoRef::from).collect(),
                }
            })
            .collect(),
        findings: raised.iter().map(|finding| finding.id).collect(),
        track,
        coverage,
    };
    let op = OpId::from_uuid(Uuid::now_v7());
    store.submit_inspection(session.person.id, &record, op)?;
    show(store, session, id)
}

/// Lists the inspections of a point, newest first, the open one among them.
pub(crate) fn at_point(
    store: &Store,
    session: &SessionView,
    point: PointId,
) -> Result<Vec<InspectionSummary>, CommandError> {
    let person = session.person.id;
    let found = store.inspections_at(person, point, INSPECTIONS_AT_POINT)?;
    found
        .into_iter()
        .map(|inspection| {
            let outcomes = inspection.record.iter().flat_map(|record| &record.answers);
            let tally = OutcomeTally::of(outcomes.map(|answer| answer.verdict.outcome));
            let (mut answered, mut items) = (0, 0);
            if inspection.record.is_none() {
                let frame = Frame::read(store, session, inspection.id)?;
                let answers = store.answers(inspection.id)?;
                for criterion in frame.standard.checklist(frame.kind()) {
                    items += 1;
                    let given = answers.get(&criterion.code);
                    answered += u32::from(given.is_some_and(|given| given.value.is_some()));
                }
            }
            Ok(InspectionSummary {
                id: inspection.id,
                started_at: inspection.started_at,
                submitted_at: inspection.record.as_ref().map(|record| record.submitted_at),
                stage: stage(&inspection),
                standard_version: inspection.standard.version,
                tally,
                answered,
                items,
            })
        })
        .collect()
}
