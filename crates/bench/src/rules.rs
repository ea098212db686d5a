//! P5 and judging: what the rules cost on a phone while somebody waits for a finger to lift.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::{Map, json};
use uuid::Uuid;
use xunfang_domain::catalogue::{Catalogue, Issue, resolve};
use xunfang_domain::{
    AnswerValue, CivilDate, Control, Counting, Criterion, Day, Marker, Nearby, PartAnswer,
    StandardId, StandardRef, Wgs84, judge,
};

use crate::report::Figure;
use crate::samples::{Samples, round};

/// Points of a large city.
const POINTS: u32 = 100_000;
/// Places that are asked about.
const QUESTIONS: u32 = 5_000;
const RADIUS_M: f64 = 600.0;
/// Each point has some 160 m to itself, so that about 44 lie within 600 m.
const SPACING_M: f64 = 160.0;
/// Radians that put neither two neighbours nor two rounds behind each other.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;

/// Items of a long checklist.
const ITEMS: usize = 60;
const INSPECTIONS: u32 = 2_000;

fn middle() -> anyhow::Result<Wgs84> {
    Ok(Wgs84::new(33.48, 117.88)?)
}

/// The place of a point: ever further from the middle, in ever other directions.
fn spread(middle: Wgs84, number: u32) -> Wgs84 {
    let away_m = SPACING_M * (f64::from(number) / std::f64::consts::PI).sqrt();
    middle.towards((f64::from(number) * GOLDEN_ANGLE).to_degrees(), away_m)
}

/// Measures finding the points within 600 m, nearest first, among 100,000.
pub(crate) fn nearby() -> anyhow::Result<Figure> {
    let middle = middle()?;
    let began = Instant::now();
    let index = Nearby::new((0..POINTS).map(|number| (spread(middle, number), number)));
    let build_ms = began.elapsed().as_secs_f64() * 1e3;
    let (mut times, mut found) = (Samples::default(), 0_usize);
    for question in 0..QUESTIONS {
        // All over the city, between the points.
        let from = spread(middle, question * (POINTS / QUESTIONS)).towards(77.0, 90.0);
        let began = Instant::now();
        let near = black_box(index.within(black_box(from), RADIUS_M));
        times.add(began.elapsed());
        found += near.len();
        let sorted = near
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if a.0 <= b.0));
        ensure!(sorted && !near.is_empty(), "the nearest do not come first");
    }
    #[expect(clippy::cast_precision_loss, reason = "some hundred thousand hits")]
    let mean_found = found as f64 / f64::from(QUESTIONS);
    let p99_ms = times.percentile_ms(99);
    Ok(Figure {
        promise: "P5",
        what: "points within 600 m, nearest first, p99",
        value: p99_ms,
        unit: "ms",
        goal: 1.0,
        against: "the clock",
        inputs: format!("{QUESTIONS} questions among {POINTS} points"),
        sides: format!("{mean_found:.0} found, index built in {build_ms:.0} ms"),
        raw: Map::from_iter([
            ("p50_ms".to_owned(), json!(round(times.percentile_ms(50)))),
            ("mean_found".to_owned(), json!(round(mean_found))),
            ("build_ms".to_owned(), json!(round(build_ms))),
        ]),
    })
}

/// Measures judging an inspection of 60 items, with every kind of control among them.
pub(crate) fn judging() -> anyhow::Result<Figure> {
    let items = items()?;
    let titles = ["national-hygienic-city".to_owned()];
    let day = Day {
        today: CivilDate::new(2026, 11, 22)?,
        titles: &titles,
    };
    let mut times = Samples::default();
    for _ in 0..INSPECTIONS {
        let began = Instant::now();
        for (criterion, answer) in &items {
            black_box(judge(black_box(criterion), black_box(Some(answer)), day));
        }
        times.add(began.elapsed());
    }
    let sampled = items
        .iter()
        .filter(|(_, answer)| matches!(answer, AnswerValue::Rate { .. }))
        .count();
    Ok(Figure {
        promise: "judge",
        what: "judging an inspection of 60 items, p99",
        value: times.percentile_ms(99) * 1e3,
        unit: "µs",
        goal: 100.0,
        against: "the clock",
        inputs: format!("{INSPECTIONS} inspections, {sampled} sampled rates and a street in each"),
        sides: format!("p50 {:.1} µs", times.percentile_ms(50) * 1e3),
        raw: Map::from_iter([(
            "p50_us".to_owned(),
            json!(round(times.percentile_ms(50) * 1e3)),
        )]),
    })
}

/// Sixty criteria out of all places, the costly kinds first.
fn items() -> anyhow::Result<Vec<(Criterion, AnswerValue)>> {
    let catalogue = Catalogue::embedded()?;
    let mut all = Vec::new();
    for profile in &catalogue.profiles {
        let issue = Issue {
            reference: StandardRef {
                id: StandardId::from_uuid(Uuid::from_u128(1)),
                version: 1,
            },
            edited: None,
        };
        all.extend(resolve(&catalogue, profile, issue)?.criteria);
    }
    all.retain(|criterion| !matches!(criterion.control(), Control::Figure | Control::Trend));
    let rank = |criterion: &Criterion| match criterion.control() {
        Control::Rate => 0,
        Control::Line => 1,
        Control::Parts => 2,
        Control::Holds => 4,
        _ => 3,
    };
    all.sort_by_key(rank);
    // One street is long already; the rest of a real list is of other kinds.
    let mut lines = 0;
    all.retain(|criterion| {
        let line = criterion.control() == Control::Line;
        lines += u32::from(line);
        !line || lines <= 1
    });
    let mut rates = 0;
    all.retain(|criterion| {
        let rate = criterion.control() == Control::Rate;
        rates += u32::from(rate);
        !rate || rates <= 6
    });
    ensure!(all.len() >= ITEMS, "the catalogue is too small");
    all.truncate(ITEMS);
    let middle = middle()?;
    all.into_iter()
        .map(|criterion| {
            let answer = answer(&criterion, middle)?;
            Ok((criterion, answer))
        })
        .collect()
}

fn answer(criterion: &Criterion, middle: Wgs84) -> anyhow::Result<AnswerValue> {
    let number = criterion
        .threshold
        .and_then(|limit| limit.number())
        .unwrap_or(1.0);
    Ok(match criterion.control() {
        Control::Holds => AnswerValue::Holds { holds: true },
        Control::Parts => AnswerValue::Parts {
            parts: criterion
                .parts
                .iter()
                .map(|part| PartAnswer {
                    id: part.id.clone(),
                    holds: true,
                })
                .collect(),
        },
        Control::Count => AnswerValue::Count { count: 2 },
        Control::Rate => AnswerValue::Rate {
            good: 97,
            counted: 99,
            counting: Counting::Sample { total: None },
        },
        Control::Areas => AnswerValue::Areas {
            m2: vec![0.2, 0.4, 0.1],
        },
        Control::Line => AnswerValue::Line {
            // A street of 2 km, a fix every 10 m and an advert every 400 m.
            street: (0..200)
                .map(|step| middle.towards(80.0, f64::from(step) * 10.0))
                .collect(),
            markers: (1..5)
                .map(|mark| Marker {
                    place: middle.towards(80.0, f64::from(mark) * 400.0),
                    accuracy_m: 5.0,
                })
                .collect(),
            walking: false,
        },
        Control::Checked => AnswerValue::Checked {
            on: vec![CivilDate::new(2026, 11, 1)?; 12],
        },
        Control::Share => AnswerValue::Share {
            part: Some(number),
            whole: Some(100.0),
        },
        Control::Times => AnswerValue::Times {
            counts: vec![2; 24],
            running: Some(1),
        },
        Control::Done => AnswerValue::Done {
            on: Some(CivilDate::new(2026, 7, 1)?),
        },
        Control::Figure | Control::Trend => {
            return None.context("figures of a city are not part of a checklist");
        }
    })
}
