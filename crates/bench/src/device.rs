//! A phone after two years of work: 10,000 points, 100,000 findings, a few of them unsent.
//!
//! Everything comes in through the storage's own doors, as a sign-in, pages of events and saved
//! drafts, so that the tables are as they are on a phone. All ids, places and times follow from
//! numbers: each run measures the same data.

use std::path::Path;

use anyhow::{Context, anyhow, ensure};
use serde_json::Value;
use uuid::{Builder, Uuid};
use xunfang_domain::{
    CaptureSource, Criterion, DeviceId, District, DistrictId, FindingId, FindingRecord, Fix,
    Grants, Person, PersonId, PhotoPolicy, PhotoRef, Point, PointId, PointType, PositionEvidence,
    Provenance, Review, ReviewState, Role, Standard, StandardId, UnixMillis, Wgs84,
};
use xunfang_phone::KeyFiles;
use xunfang_protocol::{Event, EventBody, FeedScope, ScopePage, SessionView};
use xunfang_store::{SignedInSession, StorageKey, Store};

use crate::drafts;

pub(crate) const POINTS: u32 = 10_000;
pub(crate) const FINDINGS: u32 = 100_000;
/// Findings that wait for a server; the app starts without one.
const UNSENT: u32 = 20;
/// Events of one page, the protocol's most.
const PAGE_EVENTS: usize = 1_000;
const CRITERIA: u32 = 40;
/// A server that nobody is listening as.
const SERVER: &str = "http://127.0.0.1:1";

/// The middle of the district, where the phone is.
pub(crate) const LAT: f64 = 33.48;
pub(crate) const LNG: f64 = 117.88;
pub(crate) const ACCURACY_M: f64 = 8.0;
/// Points lie on a spiral around the middle that is equally dense everywhere; this far apart,
/// 10,000 of them reach 10 km out.
const POINT_SPACING_M: f64 = 100.0;
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;
const METRES_PER_DEGREE: f64 = 111_195.0;

/// The first finding's time, and the time between two: together two years.
const BEGAN_MS: i64 = 1_730_000_000_000;
const BETWEEN_MS: i64 = 630_000;

const KINDS: [(PointType, &str); 6] = [
    (PointType::Residential, "小区"),
    (PointType::MainRoad, "路段"),
    (PointType::FarmersMarket, "农贸市场"),
    (PointType::School, "学校"),
    (PointType::Community, "社区"),
    (PointType::ParkSquare, "广场"),
];

/// Who works with the phone, and by what.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) person: PersonId,
    pub(crate) standard: Standard,
}

/// The id of the `number`th thing of a kind, made at `millis`.
fn id(millis: i64, kind: u8, number: u32) -> Uuid {
    let mut tail = [0; 10];
    tail[0] = kind;
    // Spread like random bytes, so that keys come in no order but that of their time.
    let spread = Numbers::new(u64::from(number) << 8 | u64::from(kind)).next();
    for (to, from) in tail.iter_mut().skip(1).zip(spread.to_be_bytes()) {
        *to = from;
    }
    Builder::from_unix_timestamp_millis(millis.unsigned_abs(), &tail).into_uuid()
}

pub(crate) fn point_id(number: u32) -> PointId {
    PointId::from_uuid(id(BEGAN_MS, 1, number))
}

/// The time at which the `number`th finding is made.
pub(crate) fn made_at(number: u32) -> UnixMillis {
    UnixMillis::new(BEGAN_MS + i64::from(number) * BETWEEN_MS)
}

pub(crate) fn finding_id(number: u32) -> FindingId {
    FindingId::from_uuid(id(made_at(number).get(), 2, number))
}

pub(crate) fn op_id(number: u32) -> Uuid {
    id(made_at(number).get(), 3, number)
}

pub(crate) fn fix(taken_at: UnixMillis) -> anyhow::Result<PositionEvidence> {
    Ok(PositionEvidence::Measured {
        fix: Fix {
            place: Wgs84::new(LAT, LNG)?,
            accuracy_m: ACCURACY_M,
            provider: "gps".to_owned(),
            taken_at,
            mock: false,
        },
    })
}

pub(crate) fn note(number: u32) -> String {
    format!("第{number}次巡查：门前堆放杂物，占用人行道约两米，已当面告知店主，等待清理。")
}

/// What the storage in a folder is sealed with, by the app's own rules on a desk.
pub(crate) fn key(folder: &Path) -> anyhow::Result<StorageKey> {
    xunfang_phone::storage_key(&KeyFiles::beside(folder), folder)
        .map_err(|error| anyhow!("the key of the storage: {error}"))
}

impl Device {
    /// Fills an empty folder.
    pub(crate) fn fill(folder: &Path) -> anyhow::Result<Self> {
        let opened = Store::open(folder, &key(folder)?, made_at(0))?;
        ensure!(
            opened.set_aside.is_none(),
            "the folder held a damaged phone"
        );
        let store = opened.store;
        store.installation(DeviceId::from_uuid(id(BEGAN_MS, 4, 0)))?;
        let district = District {
            id: DistrictId::from_uuid(id(BEGAN_MS, 5, 0)),
            name: "示范区".to_owned(),
            zone_radius_m: 500.0,
            standard: None,
            photos: PhotoPolicy::default(),
        };
        let person = Person {
            id: PersonId::from_uuid(id(BEGAN_MS, 6, 0)),
            district: district.id,
            display_name: "林巡访".to_owned(),
            grants: Grants::of_district(Role::Inspector),
        };
        let device = Self {
            person: person.id,
            standard: standard(),
        };
        let fresh = store
            .findings(person.id, xunfang_store::FindingQuery::All, 0, 1)?
            .1;
        ensure!(fresh == 0, "{} holds findings already", folder.display());
        store.sign_in(&SignedInSession {
            server: SERVER.to_owned(),
            token: "0".repeat(64),
            session: SessionView {
                person,
                district: district.clone(),
                password_must_change: false,
            },
        })?;

        let mut feed = Feed::new(
            &store,
            device.person,
            FeedScope::District(district.id).to_string(),
        );
        feed.add(&EventBody::Standard(device.standard.clone()))?;
        for number in 0..POINTS {
            feed.add(&EventBody::Point(point(number, district.id)?))?;
        }
        feed.flush()?;

        let mut feed = Feed::new(
            &store,
            device.person,
            FeedScope::Person(device.person).to_string(),
        );
        let mut numbers = Numbers::new(1);
        for number in 0..FINDINGS - UNSENT {
            feed.add(&EventBody::Finding(device.finding(number, &mut numbers)?))?;
            if let Some(review) = review(number, &mut numbers) {
                feed.add(&EventBody::Review(review))?;
            }
        }
        feed.flush()?;

        for (number, point) in (FINDINGS - UNSENT..FINDINGS).zip(0..) {
            drafts::begin(&store, &device, point, number)?;
            store.save_finding(drafts::finish(&device, point, number)?)?;
        }
        store.synced(made_at(FINDINGS), None)?;
        Ok(device)
    }

    /// A finding that the server has. Points near the middle have more of them.
    fn finding(&self, number: u32, numbers: &mut Numbers) -> anyhow::Result<FindingRecord> {
        let (at, away) = (made_at(number), numbers.part());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of 10,000 is a number below"
        )]
        let point = (away * away * f64::from(POINTS)) as u32;
        Ok(FindingRecord {
            inspection: None,
            id: finding_id(number),
            point: point_id(point),
            standard: self.standard.id,
            standard_version: self.standard.version,
            criterion: criterion_code(number % CRITERIA),
            note: note(number),
            found_at: at,
            position: fix(at)?,
            standing: None,
            photos: vec![PhotoRef {
                sha256: drafts::sha256(&number.to_be_bytes())?,
                bytes: 2_800_000,
                media_type: "image/jpeg".to_owned(),
                width: 4_032,
                height: 3_024,
                source: CaptureSource::Camera,
                taken_at: at,
                position: fix(at)?,
                evidence: None,
                annotation: None,
            }],
        })
    }
}

/// Of ten findings seven are accepted and one is sent back.
fn review(number: u32, numbers: &mut Numbers) -> Option<Review> {
    let (state, reason) = match numbers.next() % 10 {
        0..7 => (ReviewState::Accepted, ""),
        7 => (ReviewState::Returned, "照片看不清门牌，请补拍"),
        _ => return None,
    };
    Some(Review {
        finding: finding_id(number),
        state,
        reason: reason.to_owned(),
        rev: 1,
        decided_at: Some(made_at(number).plus_ms(BETWEEN_MS)),
        decided_by: Some("督查一".to_owned()),
    })
}

fn point(number: u32, district: DistrictId) -> anyhow::Result<Point> {
    let away_m = POINT_SPACING_M * f64::from(number).sqrt();
    let (east, north) = (f64::from(number) * GOLDEN_ANGLE).sin_cos();
    let lat = LAT + away_m * north / METRES_PER_DEGREE;
    let lng = LNG + away_m * east / (METRES_PER_DEGREE * LAT.to_radians().cos());
    let kinds = KINDS.iter().cycle().skip(number as usize % KINDS.len());
    let (kind, word) = kinds.copied().next().context("there are kinds")?;
    Ok(Point {
        id: point_id(number),
        district,
        name: format!("示范{word}{number}号"),
        kind,
        place: Wgs84::new(lat, lng)?,
        radius_m: 500.0,
        shape: None,
        unit_id: None,
        own_zone: false,
        number: String::new(),
        unit: String::new(),
        sample: true,
        retired: false,
    })
}

fn criterion_code(number: u32) -> String {
    format!("C{number:02}")
}

fn standard() -> Standard {
    let criterion = |number| Criterion {
        code: criterion_code(number),
        name_zh: format!("第{number}项：门前环境整洁，无乱堆乱放"),
        name_en: format!("Item {number}: the front is tidy and nothing is piled up"),
        hint_zh: "拍下整个门面和门牌；堆放物超过两处即为不符合。".to_owned(),
        hint_en: "Show the whole front and its number; more than two piles do not pass.".to_owned(),
        provenance: Provenance {
            document: "示范测评标准".to_owned(),
            jurisdiction: "示范区".to_owned(),
            section: None,
        },
        ..Criterion::default()
    };
    Standard {
        id: StandardId::from_uuid(id(BEGAN_MS, 7, 0)),
        version: 1,
        name_zh: "示范测评标准".to_owned(),
        name_en: "Sample standard".to_owned(),
        categories: Vec::new(),
        criteria: (0..CRITERIA).map(criterion).collect(),
        profile: None,
        edited: None,
    }
}

/// One scope's events, applied page by page.
struct Feed<'a> {
    store: &'a Store,
    person: PersonId,
    scope: String,
    seq: u64,
    events: Vec<Event>,
}

impl<'a> Feed<'a> {
    fn new(store: &'a Store, person: PersonId, scope: String) -> Self {
        Self {
            store,
            person,
            scope,
            seq: 0,
            events: Vec::new(),
        }
    }

    fn add(&mut self, body: &EventBody) -> anyhow::Result<()> {
        self.seq += 1;
        self.events.push(Event {
            seq: self.seq,
            kind: body.kind().to_owned(),
            body: serde_json::from_str::<Value>(&body.to_json()?)?,
        });
        if self.events.len() == PAGE_EVENTS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let page = ScopePage {
            id: self.scope.clone(),
            reset: false,
            revoked: false,
            to: self.seq,
            more: false,
            chain: None,
            events: std::mem::take(&mut self.events),
        };
        let epoch = id(BEGAN_MS, 8, 0);
        let applied = self.store.apply_page(epoch, self.person, &page)?;
        ensure!(applied.parked == 0, "an event was not understood");
        Ok(self.store.tidy()?)
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
#[derive(Debug)]
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in 0..`end`; with an end of 0 it is 0.
    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        match self.next().checked_rem(end) {
            Some(number) => number,
            None => 0,
        }
    }

    /// A number in 0..1.
    pub(crate) fn part(&mut self) -> f64 {
        let high = u32::try_from(self.next() >> 32).unwrap_or(u32::MAX);
        f64::from(high) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_points_lie_nearest_first_within_the_district() {
        let district = DistrictId::from_uuid(id(0, 5, 0));
        let here = Wgs84::new(LAT, LNG).unwrap();
        let away = |number| point(number, district).unwrap().place.distance_m(here);
        assert!(away(0) < 1.0, "{}", away(0));
        for (near, far) in [(0, 100), (100, 1_000), (1_000, POINTS - 1)] {
            assert!(away(near) < away(far), "{near} {far}");
        }
        let last = away(POINTS - 1);
        assert!((9_900.0..10_100.0).contains(&last), "{last}");
    }

    #[test]
    fn ids_differ_and_are_the_same_in_every_run() {
        assert_eq!(finding_id(5), finding_id(5));
        assert_ne!(finding_id(5), finding_id(6));
        assert_ne!(finding_id(5).uuid(), op_id(5));
    }
}
