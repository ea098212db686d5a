use super::*;
use crate::{
    AnswerError, AnswerFault, AnswerField, CriterionKind, LimitValue, Marker, Part, Wgs84,
};

#[path = "street_tests.rs"]
mod along_a_street;
#[cfg(feature = "catalogue")]
#[path = "examples_tests.rs"]
mod of_every_criterion;

fn criterion(kind: CriterionKind, limit: Option<(Comparator, f64, MeasureUnit)>) -> Criterion {
    Criterion {
        code: "test".into(),
        kind,
        threshold: limit.map(|(comparator, value, unit)| Threshold {
            comparator,
            value: LimitValue::Number(value),
            unit,
        }),
        ..Criterion::default()
    }
}

fn today() -> CivilDate {
    CivilDate::new(2026, 11, 22).unwrap()
}

fn no_titles() -> Day<'static> {
    Day {
        today: today(),
        titles: &[],
    }
}

fn outcome(criterion: &Criterion, answer: &AnswerValue) -> Outcome {
    judge(criterion, Some(answer), no_titles()).outcome
}

fn street(length_m: f64) -> (Wgs84, Vec<Wgs84>) {
    let start = Wgs84::new(36.54, 104.17).unwrap();
    let steps = (length_m / 25.0).round() as u32;
    let walked = (0..=steps).map(|step| start.towards(75.0, f64::from(step) * 25.0));
    (start, walked.collect())
}

fn marks(start: Wgs84, at: &[f64], accuracy_m: f64) -> Vec<Marker> {
    at.iter()
        .map(|m| Marker {
            // On the pavement, 8 m beside the middle of the street.
            place: start.towards(75.0, *m).towards(165.0, 8.0),
            accuracy_m,
        })
        .collect()
}

fn rate(good: u64, counted: u64, counting: Counting) -> AnswerValue {
    AnswerValue::Rate {
        good,
        counted,
        counting,
    }
}

#[test]
fn ninety_seven_manholes_of_ninety_nine_are_not_yet_ninety_eight_percent() {
    let covers = criterion(
        CriterionKind::RateThreshold,
        Some((Comparator::AtLeast, 98.0, MeasureUnit::Percent)),
    );
    // Everything counted: 97.98 % is less than 98 %.
    assert_eq!(
        outcome(&covers, &rate(97, 99, Counting::Census)),
        Outcome::NotMet
    );
    assert_eq!(
        outcome(&covers, &rate(98, 100, Counting::Census)),
        Outcome::Met
    );
    // Some counted: nobody knows yet, and the person is told how many more it takes.
    let open = judge(
        &covers,
        Some(&rate(97, 99, Counting::Sample { total: None })),
        no_titles(),
    );
    assert_eq!(open.outcome, Outcome::Undetermined);
    let Why::Sample {
        low, high, more, ..
    } = open.why
    else {
        panic!("{open:?}");
    };
    assert!((low - 92.892_39).abs() < 1e-3 && (high - 99.754_40).abs() < 1e-3);
    let more = more.unwrap();
    let settled = rate(97 + more, 99 + more, Counting::Sample { total: None });
    assert_eq!(outcome(&covers, &settled), Outcome::Met, "{more} more");
    // Two missing of 100 in all: 98 % whatever the last one is like.
    let known = rate(97, 99, Counting::Sample { total: Some(100) });
    let Why::Sample { more, .. } = judge(&covers, Some(&known), no_titles()).why else {
        panic!("no sample");
    };
    assert_eq!(more, Some(1));
    // A sample far off decides.
    let bad = rate(80, 99, Counting::Sample { total: None });
    assert_eq!(outcome(&covers, &bad), Outcome::NotMet);
}

#[test]
fn above_means_above_and_at_least_means_at_least() {
    let above = |comparator| {
        let helmets = criterion(
            CriterionKind::RateThreshold,
            Some((comparator, 70.0, MeasureUnit::Percent)),
        );
        outcome(&helmets, &rate(70, 100, Counting::Census))
    };
    assert_eq!(above(Comparator::MoreThan), Outcome::NotMet);
    assert_eq!(above(Comparator::AtLeast), Outcome::Met);
}

#[test]
fn an_extinguisher_is_due_after_twenty_eight_days() {
    let tags = criterion(
        CriterionKind::IntervalDays,
        Some((Comparator::AtMost, 28.0, MeasureUnit::Days)),
    );
    let on = |dates: &[&str]| AnswerValue::Checked {
        on: dates.iter().map(|date| date.parse().unwrap()).collect(),
    };
    assert_eq!(outcome(&tags, &on(&["2026-10-25"])), Outcome::Met);
    assert_eq!(outcome(&tags, &on(&["2026-10-24"])), Outcome::NotMet);
    assert_eq!(
        outcome(&tags, &on(&["2026-11-22", "2026-10-01"])),
        Outcome::NotMet
    );
    assert_eq!(outcome(&tags, &on(&[])), Outcome::Undetermined);
    let Why::Oldest { days, due, .. } = judge(&tags, Some(&on(&["2026-10-25"])), no_titles()).why
    else {
        panic!("no date");
    };
    assert_eq!((days, due.to_string().as_str()), (28, "2026-11-22"));
}

#[test]
fn hoardings_are_judged_by_their_area() {
    let adverts = |percent| {
        criterion(
            CriterionKind::ShareThreshold,
            Some((Comparator::AtLeast, percent, MeasureUnit::Percent)),
        )
    };
    let answer = AnswerValue::Share {
        part: Some(52.5),
        whole: Some(150.0),
    };
    assert_eq!(outcome(&adverts(30.0), &answer), Outcome::Met);
    assert_eq!(outcome(&adverts(40.0), &answer), Outcome::NotMet);
    // 5.1 of 17 is 30 %, whatever is left of it in binary.
    for (part, whole, percent) in [(5.1, 17.0, 30.0), (4.6, 23.0, 20.0), (4.6, 11.5, 40.0)] {
        let exactly = AnswerValue::Share {
            part: Some(part),
            whole: Some(whole),
        };
        assert_eq!(
            outcome(&adverts(percent), &exactly),
            Outcome::Met,
            "{part} of {whole}"
        );
        let less = AnswerValue::Share {
            part: Some(part - 0.000_1),
            whole: Some(whole),
        };
        assert_eq!(outcome(&adverts(percent), &less), Outcome::NotMet);
    }
    let half_typed = AnswerValue::Share {
        part: Some(5.0),
        whole: None,
    };
    let verdict = judge(&adverts(30.0), Some(&half_typed), no_titles());
    assert_eq!(verdict.why, Why::Unanswered);
}

#[test]
fn every_hour_of_the_day_is_more_than_the_running_one() {
    let hourly = criterion(
        CriterionKind::Frequency,
        Some((Comparator::AtLeast, 1.0, MeasureUnit::PerHour)),
    );
    let times = |counts: Vec<u32>, running| AnswerValue::Times { counts, running };
    for (answer, expected) in [
        (times(vec![], Some(1)), Outcome::Undetermined),
        (times(vec![1], Some(1)), Outcome::Undetermined),
        (times(vec![1; 24], Some(0)), Outcome::Met),
        (times(vec![1, 0], Some(1)), Outcome::NotMet),
    ] {
        assert_eq!(outcome(&hourly, &answer), expected, "{answer:?}");
    }
    let nothing = judge(&hourly, Some(&times(vec![], None)), no_titles());
    assert_eq!(nothing.why, Why::Unanswered);
}

#[test]
fn what_has_to_be_kept_is_judged_by_the_newest() {
    let kept = criterion(
        CriterionKind::IntervalDays,
        Some((Comparator::AtLeast, 1_095.0, MeasureUnit::Days)),
    );
    let on = |dates: &[&str]| AnswerValue::Checked {
        on: dates.iter().map(|date| date.parse().unwrap()).collect(),
    };
    assert_eq!(
        outcome(&kept, &on(&["2020-01-01", "2026-10-01"])),
        Outcome::NotMet
    );
    assert_eq!(
        outcome(&kept, &on(&["2020-01-01", "2022-10-01"])),
        Outcome::Met
    );
}

#[test]
fn a_measured_figure_near_the_limit_leaves_it_open() {
    let zone = criterion(
        CriterionKind::DistanceSpacing,
        Some((Comparator::AtMost, 500.0, MeasureUnit::M)),
    );
    let figure = |value: f64, plus_minus: f64| AnswerValue::Figure {
        value: Some(value),
        plus_minus,
    };
    assert_eq!(outcome(&zone, &figure(480.0, 10.0)), Outcome::Met);
    assert_eq!(outcome(&zone, &figure(495.0, 10.0)), Outcome::Undetermined);
    assert_eq!(outcome(&zone, &figure(520.0, 10.0)), Outcome::NotMet);
    assert_eq!(outcome(&zone, &figure(500.0, 0.0)), Outcome::Met);
}

#[test]
fn a_bundle_is_met_when_enough_parts_hold_and_open_while_they_might() {
    let part = |id: &str| Part {
        id: id.into(),
        name_zh: id.into(),
        name_en: id.into(),
    };
    let mut bundle = criterion(CriterionKind::Boolean, None);
    bundle.parts = vec![part("a"), part("b"), part("c")];
    let ticks = |ticks: &[(&str, bool)]| AnswerValue::Parts {
        parts: ticks
            .iter()
            .map(|(id, holds)| PartAnswer {
                id: (*id).into(),
                holds: *holds,
            })
            .collect(),
    };
    assert_eq!(
        outcome(&bundle, &ticks(&[("a", true), ("b", true), ("c", true)])),
        Outcome::Met
    );
    assert_eq!(
        outcome(&bundle, &ticks(&[("a", true), ("b", true)])),
        Outcome::Undetermined
    );
    assert_eq!(
        outcome(&bundle, &ticks(&[("a", true), ("b", false)])),
        Outcome::NotMet
    );
    // Two of three are enough where the limit says so.
    bundle.kind = CriterionKind::CountLimit;
    bundle.threshold = Some(Threshold {
        comparator: Comparator::AtLeast,
        value: LimitValue::Number(2.0),
        unit: MeasureUnit::Types,
    });
    assert_eq!(
        outcome(&bundle, &ticks(&[("a", true), ("b", true)])),
        Outcome::Met
    );
    assert_eq!(
        outcome(&bundle, &ticks(&[("a", true), ("b", false)])),
        Outcome::Undetermined
    );
    assert_eq!(
        outcome(&bundle, &ticks(&[("c", false), ("b", false)])),
        Outcome::NotMet
    );
    for bad in [&[("d", true)][..], &[("a", true), ("a", true)]] {
        assert_eq!(
            ticks(bad).check(&bundle, &[], today()),
            Err(AnswerError {
                field: AnswerField::Part,
                fault: AnswerFault::UnknownPart
            })
        );
    }
}

#[test]
fn a_title_passes_what_nobody_looked_at_and_a_look_counts_more() {
    let mut smoking = criterion(CriterionKind::Boolean, None);
    smoking.excuses = vec![crate::Excuse {
        by: "county-hygiene-auto-pass".into(),
        id: "title-held".into(),
        mode: ExcuseMode::Passes,
        name_zh: "有称号".into(),
        name_en: "Title held".into(),
        title: Some("national-hygienic-city".into()),
    }];
    let titles = ["national-hygienic-city".to_owned()];
    let held = Day {
        today: today(),
        titles: &titles,
    };
    assert_eq!(
        judge(&smoking, None, no_titles()).outcome,
        Outcome::Undetermined
    );
    let passed = judge(&smoking, None, held);
    assert_eq!(passed.outcome, Outcome::Met);
    assert!(matches!(
        passed.why,
        Why::Excused {
            mode: ExcuseMode::Passes,
            ..
        }
    ));
    let seen = AnswerValue::Holds { holds: false };
    assert_eq!(judge(&smoking, Some(&seen), held).outcome, Outcome::NotMet);
    // Nobody claims a title that is not held.
    let claimed = AnswerValue::Excused {
        by: "county-hygiene-auto-pass".into(),
        reason: "title-held".into(),
    };
    assert_eq!(claimed.check(&smoking, &titles, today()), Ok(()));
    assert_eq!(
        claimed.check(&smoking, &[], today()).unwrap_err().fault,
        AnswerFault::TitleNotHeld
    );
    assert_eq!(outcome(&smoking, &claimed), Outcome::Undetermined);
}

#[test]
fn answers_that_cannot_be_true_are_refused_at_their_field() {
    use AnswerFault as F;
    use AnswerField as A;
    let of = |kind, comparator, value, unit| criterion(kind, Some((comparator, value, unit)));
    let count = of(
        CriterionKind::CountLimit,
        Comparator::AtMost,
        3.0,
        MeasureUnit::Cables,
    );
    let change = of(
        CriterionKind::CountLimit,
        Comparator::LessThan,
        0.0,
        MeasureUnit::DeltaCases,
    );
    let rates = of(
        CriterionKind::RateThreshold,
        Comparator::AtLeast,
        98.0,
        MeasureUnit::Percent,
    );
    let area = of(
        CriterionKind::AreaLimit,
        Comparator::LessThan,
        1.0,
        MeasureUnit::M2,
    );
    let share = of(
        CriterionKind::ShareThreshold,
        Comparator::AtLeast,
        30.0,
        MeasureUnit::Percent,
    );
    let days = of(
        CriterionKind::IntervalDays,
        Comparator::AtMost,
        28.0,
        MeasureUnit::Days,
    );
    let line = of(
        CriterionKind::DistanceSpacing,
        Comparator::AtMost,
        500.0,
        MeasureUnit::MPerItem,
    );
    let nowhere = Wgs84::new(0.0, 0.0).unwrap();
    let marker = Marker {
        place: nowhere,
        accuracy_m: 5.0,
    };
    let sample = |total| Counting::Sample { total: Some(total) };
    let tomorrow = today().plus_days(1);
    for (criterion, answer, field, fault) in [
        (
            &count,
            AnswerValue::Count { count: -1 },
            A::Count,
            F::Negative,
        ),
        (
            &count,
            AnswerValue::Count { count: 2_000_000 },
            A::Count,
            F::TooLarge,
        ),
        (
            &count,
            AnswerValue::Holds { holds: true },
            A::Form,
            F::WrongForm,
        ),
        (
            &rates,
            rate(100, 99, Counting::Census),
            A::Good,
            F::MoreGoodThanCounted,
        ),
        (&rates, rate(97, 99, sample(98)), A::Total, F::MoreThanTotal),
        (
            &area,
            AnswerValue::Areas {
                m2: vec![0.2, f64::NAN],
            },
            A::Area,
            F::NotANumber,
        ),
        (
            &area,
            AnswerValue::Areas { m2: vec![-0.2] },
            A::Area,
            F::Negative,
        ),
        (
            &area,
            AnswerValue::Areas { m2: vec![0.1; 501] },
            A::Area,
            F::TooMany,
        ),
        (
            &share,
            AnswerValue::Share {
                part: Some(5.0),
                whole: Some(4.0),
            },
            A::Part,
            F::MoreThanWhole,
        ),
        (
            &share,
            AnswerValue::Share {
                part: Some(0.0),
                whole: Some(0.0),
            },
            A::Whole,
            F::NothingCounted,
        ),
        (
            &share,
            AnswerValue::Share {
                part: Some(f64::INFINITY),
                whole: Some(4.0),
            },
            A::Part,
            F::NotANumber,
        ),
        (
            &days,
            AnswerValue::Checked { on: vec![tomorrow] },
            A::Date,
            F::InFuture,
        ),
        (
            &line,
            AnswerValue::Line {
                street: vec![nowhere],
                markers: vec![],
                walking: false,
            },
            A::Place,
            F::NoPlace,
        ),
        (
            &line,
            AnswerValue::Line {
                street: vec![],
                markers: vec![marker],
                walking: false,
            },
            A::Place,
            F::NoPlace,
        ),
        (
            &count,
            AnswerValue::NotApplicable {
                reason: "  ".into(),
            },
            A::Reason,
            F::Empty,
        ),
        (
            &count,
            AnswerValue::NotApplicable {
                reason: "长".repeat(501),
            },
            A::Reason,
            F::TooLarge,
        ),
        (
            &count,
            AnswerValue::Excused {
                by: "x".into(),
                reason: "y".into(),
            },
            A::Reason,
            F::UnknownReason,
        ),
    ] {
        let found = answer.check(criterion, &[], today());
        assert_eq!(found, Err(AnswerError { field, fault }), "{answer:?}");
        assert_eq!(
            outcome(criterion, &answer),
            Outcome::Undetermined,
            "{answer:?}"
        );
    }
    assert_eq!(
        AnswerValue::Count { count: -2 }.check(&change, &[], today()),
        Ok(())
    );
    // And what no type can hold does not even parse.
    for text in [
        r#"{"form":"rate","good":-1,"counted":3,"counting":{"how":"census"}}"#,
        r#"{"form":"areas","m2":[null]}"#,
        r#"{"form":"areas","m2":["NaN"]}"#,
        r#"{"form":"checked","on":["2026-02-30"]}"#,
        r#"{"form":"line","street":[{"lat":91,"lng":0}],"markers":[]}"#,
    ] {
        assert!(serde_json::from_str::<AnswerValue>(text).is_err(), "{text}");
    }
}
