//! Every criterion of every place, answered three ways.

use super::*;

/// Answers that come out met, not met and undetermined.
fn examples(criterion: &Criterion) -> [Option<AnswerValue>; 3] {
    let limit = criterion.threshold;
    let number = limit.and_then(|limit| limit.number()).unwrap_or(0.0);
    let comparator = limit.map(|limit| limit.comparator);
    // On the right and on the wrong side of the limit, as near as is certain.
    let (right, wrong) = match comparator {
        Some(Comparator::AtLeast) => (number, number - 1.0),
        Some(Comparator::MoreThan) => (number + 1.0, number),
        Some(Comparator::AtMost) => (number, number + 1.0),
        Some(Comparator::LessThan) => (number - 0.1, number),
        _ => (number, number + 1.0),
    };
    match criterion.control() {
        crate::Control::Holds => [
            Some(AnswerValue::Holds { holds: true }),
            Some(AnswerValue::Holds { holds: false }),
            None,
        ],
        crate::Control::Parts => {
            let all = |holds: bool| AnswerValue::Parts {
                parts: criterion
                    .parts
                    .iter()
                    .map(|part| PartAnswer {
                        id: part.id.clone(),
                        holds,
                    })
                    .collect(),
            };
            let none = AnswerValue::Parts { parts: vec![] };
            [Some(all(true)), Some(all(false)), Some(none)]
        }
        crate::Control::Count => {
            let count = |count: f64| {
                Some(AnswerValue::Count {
                    count: count as i64,
                })
            };
            let right = if comparator == Some(Comparator::LessThan) {
                number - 1.0
            } else {
                right
            };
            [count(right), count(wrong), None]
        }
        crate::Control::Rate => {
            let whole = number >= 100.0;
            let good = if whole {
                1_000
            } else {
                (number * 10.0) as u64 + 1
            };
            [
                Some(rate(good, 1_000, Counting::Census)),
                Some(rate((number * 10.0) as u64 - 1, 1_000, Counting::Census)),
                Some(rate(4, 4, Counting::Sample { total: None })),
            ]
        }
        crate::Control::Figure => {
            let figure = |value: f64, plus_minus: f64| {
                Some(AnswerValue::Figure {
                    value: Some(value),
                    plus_minus,
                })
            };
            let wrong = if number < 2.0 { number / 2.0 } else { wrong };
            let right = if comparator == Some(Comparator::MoreThan) {
                number + 0.5
            } else {
                right
            };
            let whole =
                number >= 100.0 && limit.is_some_and(|limit| limit.unit == MeasureUnit::Percent);
            let open = if whole { 99.5 } else { number };
            [figure(right, 0.0), figure(wrong, 0.0), figure(open, 1.0)]
        }
        crate::Control::Trend => [(10.0, 11.0), (10.0, 9.0), (10.0, 10.0)].map(|(before, now)| {
            Some(AnswerValue::Trend {
                before: Some(before),
                now: Some(now),
            })
        }),
        crate::Control::Areas => [
            Some(AnswerValue::Areas { m2: vec![right] }),
            Some(AnswerValue::Areas {
                m2: vec![0.01, wrong],
            }),
            None,
        ],
        crate::Control::Line => {
            let (start, walked) = street(number * 2.0);
            let line = |at: &[f64], accuracy_m: f64| {
                Some(AnswerValue::Line {
                    street: walked.clone(),
                    markers: marks(start, at, accuracy_m),
                    walking: false,
                })
            };
            [
                line(&[number * 0.7, number * 1.4], 5.0),
                line(&[10.0], 5.0),
                line(&[number], 5.0),
            ]
        }
        crate::Control::Checked => {
            let ago = |days: f64| {
                // So many days before today, found by counting forward.
                let mut on = CivilDate::new(2020, 1, 1).unwrap();
                on = on.plus_days((today().days_since(on) - days as i64) as u32);
                Some(AnswerValue::Checked { on: vec![on] })
            };
            [
                ago(right),
                ago(wrong),
                Some(AnswerValue::Checked { on: vec![] }),
            ]
        }
        crate::Control::Share => {
            let share = |part: f64| {
                Some(AnswerValue::Share {
                    part: Some(part),
                    whole: Some(100.0),
                })
            };
            [share(right), share(wrong), None]
        }
        crate::Control::Times => {
            let times = |counts: Vec<u32>, running: Option<u32>| {
                Some(AnswerValue::Times { counts, running })
            };
            if comparator == Some(Comparator::Recurring) {
                return [
                    times(vec![1, 1], None),
                    times(vec![0], Some(0)),
                    times(vec![1], Some(0)),
                ];
            }
            let enough = number as u32;
            let periods = 24;
            [
                times(vec![enough; periods], None),
                times([vec![enough; periods - 1], vec![enough - 1]].concat(), None),
                times(vec![], Some(enough - 1)),
            ]
        }
        crate::Control::Done => {
            let Some(LimitValue::Day(deadline)) = limit.map(|limit| limit.value) else {
                panic!("{} has no day", criterion.code);
            };
            let due = deadline.in_year(2026);
            let done = |on: CivilDate| Some(AnswerValue::Done { on: Some(on) });
            [done(due), done(due.plus_days(1)), None]
        }
    }
}

#[test]
fn every_criterion_of_every_place_can_be_met_missed_and_left_open() {
    let catalogue = crate::catalogue::Catalogue::embedded().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut judged = 0;
    for profile in &catalogue.profiles {
        let standard = crate::catalogue::resolve(
            &catalogue,
            profile,
            crate::catalogue::Issue {
                reference: crate::StandardRef {
                    id: catalogue.id,
                    version: 1,
                },
                edited: None,
            },
        )
        .unwrap();
        for criterion in &standard.criteria {
            let wanted = [Outcome::Met, Outcome::NotMet, Outcome::Undetermined];
            for (answer, expected) in examples(criterion).into_iter().zip(wanted) {
                let place = format!("{} {} {answer:?}", profile.id, criterion.code);
                if let Some(answer) = &answer {
                    assert_eq!(answer.check(criterion, &[], today()), Ok(()), "{place}");
                    assert_eq!(answer.control(), Some(criterion.control()), "{place}");
                }
                let verdict = judge(criterion, answer.as_ref(), no_titles());
                assert_eq!(verdict.outcome, expected, "{place}: {:?}", verdict.why);
                let read: Verdict =
                    serde_json::from_str(&serde_json::to_string(&verdict).unwrap()).unwrap();
                assert_eq!(read, verdict, "{place}");
                judged += 1;
            }
            seen.insert(criterion.code.split('.').next().unwrap().to_owned());
        }
    }
    assert_eq!((seen.len(), judged), (169, 3 * 235));
}
