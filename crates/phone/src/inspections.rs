//! Inspections: what a screen shows of one, and the steps from its beginning to its submission.

use std::collections::BTreeMap;

use uuid::Uuid;
use xunfang_domain::{
    Actor, AnswerValue, Answered, Criterion, InspectionId, Object, OpId, OutcomeTally, PointId,
    PointType, Verb, allows, day, judge, lacks,
};
use xunfang_protocol::SessionView;
use xunfang_store::{Inspection, NewInspection, RaisedFinding, Store, StoredAnswer};
use xunfang_sync::Clock;

use crate::clock::WallClock;
use crate::frame::Frame;
use crate::points::standard_in_force;
use crate::position::PositionSource;
use crate::view::{
    AnswerView, InspectionItem, InspectionStage, InspectionSummary, InspectionView, RaisedView,
};
use crate::walking::{follow, stepped};
use crate::{CommandError, ErrorCode, LineStep, photos};

/// Inspections on the page of a point.
pub(crate) const INSPECTIONS_AT_POINT: u32 = 20;

/// Begins an inspection, or goes on with the open one.
pub(crate) fn begin(
    store: &Store,
    position: &dyn PositionSource,
    session: &SessionView,
    point: PointId,
) -> Result<InspectionView, CommandError> {
    let person = &session.person;
    let own = Object::Inspection {
        district: person.district,
        author: person.id,
        place: None,
    };
    may_submit(session, &own)?;
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
    follow(store, position, id)?;
    show(store, session, id)
}

/// Refuses what the server would refuse for good once it is recorded.
pub(crate) fn may_submit(session: &SessionView, own: &Object) -> Result<(), CommandError> {
    let person = &session.person;
    let actor = Actor {
        person: person.id,
        district: person.district,
        grants: person.grants.clone(),
    };
    if allows(&actor, Verb::Submit, own) {
        Ok(())
    } else {
        Err(CommandError::new(
            ErrorCode::NotForThisRole,
            "this role does not record here",
        ))
    }
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
    let frame = Frame::read(store, session, id)?.still_open()?;
    frame.criterion(criterion)?;
    follow(store, position, id)?;
    let evidence = position.current();
    let fix = evidence.fix();
    if fix.is_none() && step != LineStep::Undo {
        return Err(CommandError::new(
            ErrorCode::PositionMissing,
            "there is no fix to mark",
        ));
    }
    let now = WallClock.now();
    store.change_answer(session.person.id, id, criterion, now, |answer| {
        answer.kept = None;
        answer.value = Some(stepped(answer.value.take(), step, fix, now));
    })?;
    answer_view(store, &frame, criterion)
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
    let point = store.point(frame.inspection.point)?;
    let coverage = frame.coverage(&point, &track);
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

/// Keeps an answer as it is typed, and says what came of it. An excuse keeps what was answered
/// before, and taken back it gives it again.
pub(crate) fn save_answer(
    store: &Store,
    position: &dyn PositionSource,
    session: &SessionView,
    id: InspectionId,
    criterion: &str,
    value: Option<AnswerValue>,
) -> Result<AnswerView, CommandError> {
    let frame = Frame::read(store, session, id)?.still_open()?;
    frame.criterion(criterion)?;
    let now = WallClock.now();
    store.change_answer(session.person.id, id, criterion, now, |answer| {
        let was_excused = answer.value.as_ref().is_some_and(is_excuse);
        match value {
            Some(excuse) if is_excuse(&excuse) => {
                let before = answer.value.replace(excuse);
                if !was_excused {
                    answer.kept = before;
                }
            }
            None if was_excused => answer.value = answer.kept.take(),
            // A street is walked by steps; a screen's copy of it may lack the last ones.
            Some(AnswerValue::Line { .. }) => {}
            value => {
                answer.value = value;
                answer.kept = None;
            }
        }
    })?;
    follow(store, position, id)?;
    answer_view(store, &frame, criterion)
}

const fn is_excuse(value: &AnswerValue) -> bool {
    matches!(
        value,
        AnswerValue::Excused { .. } | AnswerValue::NotApplicable { .. }
    )
}

/// Keeps the note at an item as it is typed.
pub(crate) fn save_answer_note(
    store: &Store,
    session: &SessionView,
    id: InspectionId,
    criterion: &str,
    note: String,
) -> Result<AnswerView, CommandError> {
    let frame = Frame::read(store, session, id)?.still_open()?;
    frame.criterion(criterion)?;
    if note.chars().count() > xunfang_domain::ANSWER_NOTE_CHARS_MAX {
        return Err(CommandError::new(
            ErrorCode::NoteTooLong,
            "the note at an answer is too long",
        ));
    }
    let now = WallClock.now();
    store.change_answer(session.person.id, id, criterion, now, |answer| {
        answer.note = note;
    })?;
    answer_view(store, &frame, criterion)
}

/// Takes back an inspection that was begun by mistake; its findings stand by themselves.
pub(crate) fn discard(
    store: &Store,
    session: &SessionView,
    id: InspectionId,
) -> Result<PointId, CommandError> {
    let frame = Frame::read(store, session, id)?.still_open()?;
    store.discard_inspection(session.person.id, id, WallClock.now())?;
    Ok(frame.inspection.point)
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
    let criterion = frame.criterion(code)?;
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
    follow(store, position, id)?;
    let now = WallClock.now();
    let point = store.point(frame.inspection.point)?;
    let op = OpId::from_uuid(Uuid::now_v7());
    let end = position.current();
    let mut missing = Vec::new();
    store.submit_inspection(session.person.id, id, (op, now), |gathered| {
        let so_far = answered(&gathered.answers, &gathered.raised);
        missing = lacks(&frame.standard, frame.kind(), &so_far, now);
        missing
            .is_empty()
            .then(|| frame.record(gathered, &point, now, end))
    })?;
    if !missing.is_empty() {
        return Err(CommandError::new(
            ErrorCode::InspectionIncomplete,
            &format!("{} things are missing", missing.len()),
        ));
    }
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
