//! What lies along a street, by where it was walked.

use super::*;

#[test]
fn the_longest_stretch_without_an_advert_decides() {
    let adverts = criterion(
        CriterionKind::DistanceSpacing,
        Some((Comparator::AtMost, 500.0, MeasureUnit::MPerItem)),
    );
    let (start, walked) = street(1_500.0);
    let line = |at: &[f64], accuracy_m: f64| AnswerValue::Line {
        street: walked.clone(),
        markers: marks(start, at, accuracy_m),
        walking: false,
    };
    let gap = |answer: &AnswerValue| match judge(&adverts, Some(answer), no_titles()) {
        Verdict {
            outcome,
            why: Why::Gap {
                longest_m, from_m, ..
            },
        } => (outcome, longest_m, from_m),
        other => panic!("{other:?}"),
    };
    let (found, longest_m, from_m) = gap(&line(&[100.0, 550.0, 980.0, 1_400.0], 5.0));
    assert_eq!(found, Outcome::Met);
    assert!(
        (longest_m - 450.0).abs() < 0.5 && (from_m - 100.0).abs() < 0.5,
        "{longest_m} {from_m}"
    );
    // The order in which they were marked does not matter.
    assert_eq!(
        gap(&line(&[1_400.0, 550.0, 980.0, 100.0], 5.0)).0,
        Outcome::Met
    );
    // The far end counts as well.
    let (found, longest_m, from_m) = gap(&line(&[100.0, 550.0], 5.0));
    assert_eq!(found, Outcome::NotMet);
    assert!((longest_m - 950.0).abs() < 0.5 && (from_m - 550.0).abs() < 0.5);
    // 495 m is under, but two receivers off by 5 m each may hide 505 m.
    assert_eq!(
        gap(&line(&[10.0, 505.0, 995.0, 1_480.0], 5.0)).0,
        Outcome::Undetermined
    );
    assert_eq!(
        gap(&line(&[10.0, 505.0, 995.0, 1_480.0], 1.0)).0,
        Outcome::Met
    );
    assert_eq!(gap(&line(&[], 5.0)).0, Outcome::NotMet);
    // The longest is well measured and short enough; a shorter one is so vague that it may not be.
    let of = |marks_at: &[(f64, f64)]| AnswerValue::Line {
        street: walked.clone(),
        markers: marks_at
            .iter()
            .flat_map(|(at, accuracy_m)| marks(start, &[*at], *accuracy_m))
            .collect(),
        walking: false,
    };
    let (found, longest_m, from_m) = gap(&of(&[
        (30.0, 2.0),
        (515.0, 2.0),
        (990.0, 40.0),
        (1_460.0, 2.0),
    ]));
    assert_eq!(found, Outcome::Undetermined);
    assert!(
        (longest_m - 475.0).abs() < 0.5 && (from_m - 515.0).abs() < 0.5,
        "{longest_m} {from_m}"
    );
    // And a shorter one that is surely too long decides over a longer one that is vague.
    let (found, longest_m, _) = gap(&of(&[(520.0, 40.0), (980.0, 1.0)]));
    assert_eq!(found, Outcome::NotMet);
    assert!((longest_m - 520.0).abs() < 0.5, "{longest_m}");
    // On the way nothing is met yet, but a gap is a gap.
    for (at, expected) in [
        (&[100.0, 550.0, 980.0, 1_400.0][..], Outcome::Undetermined),
        (&[100.0, 980.0, 1_400.0][..], Outcome::NotMet),
    ] {
        let on_the_way = AnswerValue::Line {
            street: walked.clone(),
            markers: marks(start, at, 5.0),
            walking: true,
        };
        assert_eq!(gap(&on_the_way).0, expected);
    }
    // One far beside the street is on another street.
    let mut far = marks(start, &[100.0, 550.0, 980.0, 1_400.0], 5.0);
    far[1].place = start.towards(75.0, 550.0).towards(165.0, 90.0);
    let far = AnswerValue::Line {
        street: walked.clone(),
        markers: far,
        walking: false,
    };
    assert_eq!(gap(&far).0, Outcome::NotMet);
    let (_, short) = street(300.0);
    for (street, expected) in [
        (short, Outcome::Undetermined),
        (vec![], Outcome::Undetermined),
    ] {
        let none = AnswerValue::Line {
            street,
            markers: vec![],
            walking: false,
        };
        assert_eq!(outcome(&adverts, &none), expected);
    }
}

#[test]
fn a_corner_does_not_shorten_a_street() {
    let adverts = criterion(
        CriterionKind::DistanceSpacing,
        Some((Comparator::AtMost, 500.0, MeasureUnit::MPerItem)),
    );
    let start = Wgs84::new(36.54, 104.17).unwrap();
    let corner = start.towards(0.0, 400.0);
    let mut walked: Vec<Wgs84> = (0..=16)
        .map(|step| start.towards(0.0, f64::from(step) * 25.0))
        .collect();
    walked.extend((1..=16).map(|step| corner.towards(90.0, f64::from(step) * 25.0)));
    let ends = [start, corner.towards(90.0, 400.0)].map(|place| Marker {
        place,
        accuracy_m: 3.0,
    });
    // 566 m as the crow flies, 800 m along the street.
    let answer = AnswerValue::Line {
        street: walked,
        markers: ends.to_vec(),
        walking: false,
    };
    let Why::Gap { longest_m, .. } = judge(&adverts, Some(&answer), no_titles()).why else {
        panic!("no gap");
    };
    assert!((longest_m - 800.0).abs() < 0.5, "{longest_m}");
}

#[test]
fn a_receiver_that_wanders_makes_no_street_longer() {
    let adverts = criterion(
        CriterionKind::DistanceSpacing,
        Some((Comparator::AtMost, 500.0, MeasureUnit::MPerItem)),
    );
    let start = Wgs84::new(36.54, 104.17).unwrap();
    // 1 km north; each fix 12 m to one side or the other, and a rest half way.
    let walked: Vec<Wgs84> = (0..=100_u32)
        .flat_map(|step| {
            let here = start.towards(0.0, f64::from(step) * 10.0);
            let rests = if step == 50 { 30 } else { 1 };
            (0..rests).map(move |rest| {
                let aside = [90.0, 270.0, 0.0, 180.0][(step + rest) as usize % 4];
                here.towards(aside, 12.0)
            })
        })
        .collect();
    let raw: f64 = walked.windows(2).map(|leg| leg[0].distance_m(leg[1])).sum();
    assert!(raw > 1_500.0, "{raw}");
    let answer = AnswerValue::Line {
        street: walked,
        markers: [250.0, 730.0]
            .map(|m| Marker {
                place: start.towards(0.0, m),
                accuracy_m: 5.0,
            })
            .to_vec(),
        walking: false,
    };
    let verdict = judge(&adverts, Some(&answer), no_titles());
    let Why::Gap {
        street_m,
        longest_m,
        ..
    } = verdict.why
    else {
        panic!("{verdict:?}");
    };
    assert!((980.0..1_030.0).contains(&street_m), "{street_m}");
    assert!((465.0..495.0).contains(&longest_m), "{longest_m}");
    assert_eq!(verdict.outcome, Outcome::Met);
}
