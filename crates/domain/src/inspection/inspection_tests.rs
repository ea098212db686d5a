use super::*;
use crate::catalogue::{Catalogue, Issue, resolve};
use crate::{AnswerFault, AnswerField, PartAnswer, PositionMissing, StandardRef, Why};

const NOW: UnixMillis = UnixMillis::new(1_795_300_000_000);
const RECEIVED: UnixMillis = NOW.plus_ms(90_000);
const DAY_MS: i64 = 86_400_000;

fn standard(profile: &str) -> Standard {
    let catalogue = Catalogue::embedded().unwrap();
    let issue = Issue {
        reference: StandardRef {
            id: catalogue.id,
            version: 1,
        },
        edited: None,
    };
    resolve(&catalogue, catalogue.profile(profile).unwrap(), issue).unwrap()
}

fn holds(holds: bool) -> Option<AnswerValue> {
    Some(AnswerValue::Holds { holds })
}

fn missing() -> PositionEvidence {
    PositionEvidence::Missing {
        why: PositionMissing::Denied,
    }
}

/// Answers everything on the list with yes.
fn all_good(standard: &Standard, kind: PointType) -> BTreeMap<String, Answered> {
    standard
        .checklist(kind)
        .map(|criterion| {
            let value = if criterion.parts.is_empty() {
                AnswerValue::Holds { holds: true }
            } else {
                AnswerValue::Parts {
                    parts: criterion
                        .parts
                        .iter()
                        .map(|part| PartAnswer {
                            id: part.id.clone(),
                            holds: true,
                        })
                        .collect(),
                }
            };
            let answered = Answered {
                value: Some(value),
                photos: 0,
            };
            (criterion.code.clone(), answered)
        })
        .collect()
}

#[test]
fn what_is_missing_is_listed_item_by_item() {
    let sixian = standard("sixian-2023");
    let kind = PointType::FarmersMarket;
    let items = sixian.checklist(kind).count();
    assert!(items >= 6, "{items}");
    let nothing = lacks(&sixian, kind, &BTreeMap::new(), NOW);
    assert_eq!(nothing.len(), items);
    let mut answered = all_good(&sixian, kind);
    assert_eq!(lacks(&sixian, kind, &answered, NOW), []);
    // A failed item wants its pair of photos; one is not enough.
    let surface = "road-surface-intact";
    let answer = answered.get_mut(surface).unwrap();
    *answer = Answered {
        value: holds(false),
        photos: 1,
    };
    assert_eq!(
        lacks(&sixian, kind, &answered, NOW),
        [Lack::Photos {
            criterion: surface.into(),
            have: 1,
            need: 2
        }]
    );
    answered.get_mut(surface).unwrap().photos = 2;
    assert_eq!(lacks(&sixian, kind, &answered, NOW), []);
    // What is not there needs no photo, but a reason.
    let reason = |reason: &str| Answered {
        value: Some(AnswerValue::NotApplicable {
            reason: reason.into(),
        }),
        photos: 0,
    };
    answered.insert(surface.into(), reason("室内市场，没有路面"));
    assert_eq!(lacks(&sixian, kind, &answered, NOW), []);
    answered.insert(surface.into(), reason(" "));
    assert_eq!(
        lacks(&sixian, kind, &answered, NOW),
        [Lack::Sense {
            criterion: surface.into(),
            error: AnswerError {
                field: AnswerField::Reason,
                fault: AnswerFault::Empty
            }
        }]
    );
}

#[test]
fn a_bundle_lacks_the_parts_that_nobody_looked_at() {
    let suma = standard("suma-2023");
    let kind = PointType::Residential;
    let mut answered = all_good(&suma, kind);
    let Some(AnswerValue::Parts { parts }) =
        &mut answered.get_mut("four-clear-one-bright").unwrap().value
    else {
        panic!("no bundle");
    };
    let last = parts.pop().unwrap();
    assert_eq!(
        lacks(&suma, kind, &answered, NOW),
        [Lack::Parts {
            criterion: "four-clear-one-bright".into(),
            open: vec![last.id]
        }]
    );
}

#[test]
fn a_title_leaves_nothing_to_ask() {
    let mut baiyin = standard("baiyin-2024");
    let kind = PointType::Mall;
    let asked = |standard: &Standard| {
        let open = lacks(standard, kind, &BTreeMap::new(), NOW);
        let smoking = Lack::Answer {
            criterion: "no-smoking-indoors".into(),
        };
        open.contains(&smoking)
    };
    assert!(asked(&baiyin));
    baiyin.profile.as_mut().unwrap().titles = vec!["national-hygienic-city".into()];
    assert!(!asked(&baiyin));
}

fn record(standard: &Standard, kind: PointType) -> InspectionRecord {
    let id = InspectionId::from_uuid(uuid::Uuid::from_u128(1));
    let answers = all_good(standard, kind);
    InspectionRecord {
        id,
        point: PointId::from_uuid(uuid::Uuid::from_u128(2)),
        point_kind: kind,
        standard: standard.id,
        standard_version: standard.version,
        started_at: NOW,
        submitted_at: NOW.plus_ms(60_000),
        start: missing(),
        start_standing: None,
        end: missing(),
        answers: standard
            .checklist(kind)
            .map(|criterion| {
                let value = answers.get(&criterion.code).unwrap().value.clone();
                Answer {
                    criterion: criterion.code.clone(),
                    verdict: judge(criterion, value.as_ref(), day(standard, NOW)),
                    value,
                    note: String::new(),
                    photos: vec![],
                }
            })
            .collect(),
        findings: vec![],
        track: vec![],
        coverage: None,
    }
}

#[test]
fn the_server_flags_what_it_judges_otherwise() {
    let sixian = standard("sixian-2023");
    let honest = record(&sixian, PointType::FarmersMarket);
    assert_eq!(honest.check(), Ok(()));
    assert_eq!(honest.in_question(&sixian, RECEIVED), Vec::<String>::new());
    let mut altered = honest.clone();
    altered.answers[0].value = holds(false);
    let mut reason = honest.clone();
    reason.answers[0].verdict.why = Why::Unanswered;
    let first = honest.answers[0].criterion.clone();
    assert_eq!(
        altered.in_question(&sixian, RECEIVED),
        std::slice::from_ref(&first)
    );
    assert_eq!(reason.in_question(&sixian, RECEIVED), [first]);
    let mut unknown = honest.clone();
    unknown.answers[1].criterion = "nothing".into();
    let second = honest.answers[1].criterion.clone();
    assert_eq!(unknown.in_question(&sixian, RECEIVED), ["nothing", &second]);
    // What a phone leaves out is in question as well.
    let mut short = honest.clone();
    let left_out = short.answers.split_off(3);
    let left_out: Vec<String> = left_out
        .into_iter()
        .map(|answer| answer.criterion)
        .collect();
    assert_eq!(
        left_out.len(),
        sixian.checklist(PointType::FarmersMarket).count() - 3
    );
    assert!(!left_out.is_empty());
    assert_eq!(short.in_question(&sixian, RECEIVED), left_out);
}

#[test]
fn a_phone_whose_clock_is_ahead_gains_no_days() {
    let jinchuan = standard("jinchuan-2024");
    let code = "extinguisher-check-28d";
    let criterion = jinchuan.criterion(code).unwrap();
    let mut record = record(&jinchuan, criterion.applies_to[0]);
    let later = |days: i64| NOW.plus_ms(days * DAY_MS);
    record.submitted_at = later(10);
    let checked = Some(AnswerValue::Checked {
        on: vec![CivilDate::in_china(later(5))],
    });
    let verdict = judge(criterion, checked.as_ref(), day(&jinchuan, later(10)));
    assert_eq!(verdict.outcome, Outcome::Met);
    let answer = record.answers.iter_mut().find(|one| one.criterion == code);
    let answer = answer.unwrap();
    (answer.value, answer.verdict) = (checked, verdict);
    let in_question = |received: UnixMillis| {
        let codes = record.in_question(&jinchuan, received);
        codes.iter().any(|one| one == code)
    };
    assert!(!in_question(later(12)));
    // Received five days before the check that it names.
    assert!(in_question(NOW));
}

#[test]
fn a_record_that_cannot_be_is_refused() {
    let sixian = standard("sixian-2023");
    let good = record(&sixian, PointType::FarmersMarket);
    let mut twice = good.clone();
    twice.answers.push(good.answers[0].clone());
    assert!(matches!(twice.check(), Err(InspectionError::Twice(_))));
    let mut backwards = good.clone();
    backwards.submitted_at = NOW.plus_ms(-1);
    assert_eq!(backwards.check(), Err(InspectionError::EndsBeforeStart));
    let mut long = good.clone();
    long.answers[0].note = "长".repeat(ANSWER_NOTE_CHARS_MAX + 1);
    assert!(matches!(long.check(), Err(InspectionError::TooMany { .. })));
    let mut far = good;
    let fix = TrackFix {
        place: Wgs84::new(33.0, 117.0).unwrap(),
        accuracy_m: 5.0,
        at: NOW,
    };
    far.track = vec![fix; TRACK_FIXES_MAX + 1];
    assert!(matches!(far.check(), Err(InspectionError::TooMany { .. })));
}

#[test]
fn outcomes_are_counted() {
    use Outcome::{Met, NotApplicable, NotMet, Undetermined};
    let tally = OutcomeTally::of([Met, Met, NotMet, Undetermined, NotApplicable]);
    assert_eq!(
        (
            tally.met,
            tally.not_met,
            tally.undetermined,
            tally.not_applicable
        ),
        (2, 1, 1, 1)
    );
}
