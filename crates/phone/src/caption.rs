//! What a photo's watermark says, in the person's language.
//!
//! The words are in `messages/`; the names of kinds of point are those of the screens.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use xunfang_domain::{
    CaptureSource, Clocks, PhotoCode, Point, PositionEvidence, PositionMissing, Side, Standing,
    WatermarkPerson,
};
use xunfang_photo::Watermark;
use xunfang_protocol::SessionView;

use crate::CommandError;
use crate::phone::internal;

/// Distances below this have no direction worth saying, in metres.
const AT_POINT_M: f64 = 10.0;
/// Decimals of a degree: the sixth is 11 cm, finer than any phone knows.
const DEGREE_DECIMALS: usize = 6;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    utc: String,
    from_point: String,
    at_point: String,
    inside: String,
    outside: String,
    uncertain: String,
    place: String,
    north: String,
    south: String,
    east: String,
    west: String,
    mock: String,
    denied: String,
    no_fix: String,
    unavailable: String,
    who: String,
    number: String,
    from_file: String,
    found_later: String,
    directions: [String; 8],
}

struct Language {
    words: Words,
    /// By the kind's name on the wire.
    kinds: BTreeMap<String, String>,
}

static CHINESE: LazyLock<Result<Language, String>> =
    LazyLock::new(|| read(include_str!("../messages/zh-CN.json"), 0));
static ENGLISH: LazyLock<Result<Language, String>> =
    LazyLock::new(|| read(include_str!("../messages/en.json"), 1));

fn read(words: &str, column: usize) -> Result<Language, String> {
    let kinds = include_str!("../../../ui/shared/src/words/kinds.json");
    let kinds: BTreeMap<String, [String; 2]> =
        serde_json::from_str(kinds).map_err(|error| error.to_string())?;
    Ok(Language {
        words: serde_json::from_str(words).map_err(|error| error.to_string())?,
        kinds: kinds
            .into_iter()
            .filter_map(|(kind, names)| Some((kind, names.into_iter().nth(column)?)))
            .collect(),
    })
}

/// What is known when a photo is taken in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    /// `zh-CN` or `en`.
    pub(crate) language: &'a str,
    pub(crate) session: &'a SessionView,
    /// Address of the server, for the square code.
    pub(crate) server: &'a str,
    pub(crate) point: &'a Point,
    pub(crate) source: CaptureSource,
    pub(crate) clocks: &'a Clocks,
    pub(crate) position: &'a PositionEvidence,
    pub(crate) standing: Option<&'a Standing>,
    /// How long after the shot the app found it, in seconds, where it was gone meanwhile.
    pub(crate) found_after_s: Option<u64>,
    pub(crate) code: PhotoCode,
}

/// Writes the watermark of a photo.
///
/// # Errors
/// [`CommandError`] where the message files do not parse, which a test excludes.
pub(crate) fn watermark(scene: Scene<'_>) -> Result<Watermark, CommandError> {
    let language = match scene.language {
        "en" => ENGLISH.as_ref(),
        _ => CHINESE.as_ref(),
    };
    let Language { words, kinds } = language.map_err(|error| internal(error))?;
    let kind = serde_json::to_value(scene.point.kind).map_err(|error| internal(&error))?;
    let kind = kind.as_str().and_then(|kind| kinds.get(kind));
    let name = &scene.point.name;
    let district = &scene.session.district;
    let person = match district.photos.person {
        WatermarkPerson::Name => scene.session.person.display_name.clone(),
        WatermarkPerson::Number => {
            fill(&words.number, &[("number", &scene.session.person.number())])
        }
    };
    let mut lines = Vec::new();
    if scene.source == CaptureSource::File {
        lines.push(words.from_file.clone());
    }
    if let Some(seconds) = scene.found_after_s {
        let minutes = seconds.div_ceil(60).to_string();
        lines.push(fill(&words.found_later, &[("minutes", &minutes)]));
    }
    lines.push(time(words, scene.clocks));
    lines.extend(position(words, scene));
    lines.push(fill(
        &words.who,
        &[("district", &district.name), ("person", &person)],
    ));
    Ok(Watermark {
        layout: district.photos.layout,
        title: kind.map_or_else(|| name.clone(), |kind| format!("{name} · {kind}")),
        lines,
        code: scene.code,
        link: link(scene.server, scene.code),
    })
}

/// The address that verifies a photo. Capitals take fewer squares, and every part of it is read
/// alike in either case; a server below a path of its own may not, so that one is left as it is.
fn link(server: &str, code: PhotoCode) -> String {
    let (server, code) = (server.trim_end_matches('/'), code.bare());
    if server.is_empty() {
        return code;
    }
    let host = server.split_once("://").map_or(server, |(_, host)| host);
    if host.contains('/') {
        format!("{server}/V/{code}")
    } else {
        format!("{}/V/{code}", server.to_ascii_uppercase())
    }
}

fn time(words: &Words, clocks: &Clocks) -> String {
    let offset = i64::from(clocks.offset_min);
    let local = chrono::DateTime::from_timestamp_millis(clocks.wall.plus_ms(offset * 60_000).get());
    let time = local.map_or_else(String::new, |local| {
        local.format("%Y-%m-%d %H:%M:%S").to_string()
    });
    let sign = if offset < 0 { '-' } else { '+' };
    let size = offset.unsigned_abs();
    let offset = format!("{sign}{:02}:{:02}", size / 60, size % 60);
    fill(&words.utc, &[("time", &time), ("offset", &offset)])
}

fn position(words: &Words, scene: Scene<'_>) -> Vec<String> {
    let fix = match scene.position {
        PositionEvidence::Measured { fix } => fix,
        PositionEvidence::Missing { why } => {
            let why = match why {
                PositionMissing::Denied => &words.denied,
                PositionMissing::NoFix => &words.no_fix,
                PositionMissing::Unavailable => &words.unavailable,
            };
            return vec![why.clone()];
        }
    };
    let mut lines = Vec::new();
    if let Some(standing) = scene.standing {
        let side = match standing.side {
            Side::Inside => &words.inside,
            Side::Outside => &words.outside,
            Side::Unsure => &words.uncertain,
        };
        let metres = format!("{:.0}", standing.distance_m);
        lines.push(if standing.distance_m < AT_POINT_M {
            let metres = format!("{AT_POINT_M:.0}");
            fill(&words.at_point, &[("metres", &metres), ("side", side)])
        } else {
            let bearing = scene.point.place.bearing_deg(fix.place);
            fill(
                &words.from_point,
                &[
                    ("metres", &metres),
                    ("direction", direction(words, bearing)),
                    ("side", side),
                ],
            )
        });
    }
    let degrees = |value: f64, positive: &str, negative: &str| {
        let text = format!("{:.DEGREE_DECIMALS$}", value.abs());
        fill(
            if value < 0.0 { negative } else { positive },
            &[("degrees", &text)],
        )
    };
    let mut place = fill(
        &words.place,
        &[
            ("lat", &degrees(fix.place.lat(), &words.north, &words.south)),
            ("lng", &degrees(fix.place.lng(), &words.east, &words.west)),
            ("datum", "WGS-84"),
            ("accuracy", &format!("{:.0}", fix.accuracy_m)),
        ],
    );
    if fix.mock {
        place = format!("{place} · {}", words.mock);
    }
    lines.push(place);
    lines
}

/// Names the nearest of eight directions.
fn direction(words: &Words, bearing_deg: f64) -> &str {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an eighth of the circle, 0 to 8"
    )]
    let eighth = (bearing_deg / 45.0).round() as usize % words.directions.len();
    words.directions.get(eighth).map_or("", String::as_str)
}

/// Puts values into the places of a text that name them.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use xunfang_domain::{
        District, DistrictId, Fix, Grants, Person, PersonId, PhotoPolicy, PointId, PointType, Role,
        UnixMillis, Wgs84,
    };

    fn session(person: WatermarkPerson) -> SessionView {
        let id = DistrictId::from_uuid(Uuid::nil());
        SessionView {
            person: Person {
                id: PersonId::from_uuid(Uuid::from_u128(0x1234_5678_9abc_def0)),
                district: id,
                display_name: "张三".to_owned(),
                grants: Grants::of_district(Role::Inspector),
            },
            district: District {
                id,
                name: "泗县".to_owned(),
                zone_radius_m: 500.0,
                standard: None,
                photos: PhotoPolicy {
                    person,
                    ..PhotoPolicy::default()
                },
            },
            password_must_change: false,
        }
    }

    fn point() -> Point {
        Point {
            id: PointId::from_uuid(Uuid::nil()),
            district: DistrictId::from_uuid(Uuid::nil()),
            number: String::new(),
            name: "虹桥农贸市场".to_owned(),
            unit: String::new(),
            kind: PointType::FarmersMarket,
            place: Wgs84::new(33.483_2, 117.88).unwrap(),
            radius_m: 500.0,
            shape: None,
            unit_id: None,
            own_zone: false,
            sample: false,
            retired: false,
        }
    }

    fn said(language: &str, source: CaptureSource, position: &PositionEvidence) -> Watermark {
        let (session, point) = (session(WatermarkPerson::Name), point());
        let standing = position.fix().map(|fix| point.zone().standing(fix));
        watermark(Scene {
            found_after_s: None,
            language,
            session: &session,
            server: "https://xunfang.example:8443",
            point: &point,
            source,
            clocks: &Clocks {
                wall: UnixMillis::new(1_795_335_631_000),
                offset_min: 480,
                boot: String::new(),
                since_boot_ms: 0,
            },
            position,
            standing: standing.as_ref(),
            code: PhotoCode::from_digest(&[7; 32]),
        })
        .unwrap()
    }

    fn fix(lat: f64, lng: f64, mock: bool) -> PositionEvidence {
        PositionEvidence::Measured {
            fix: Fix {
                place: Wgs84::new(lat, lng).unwrap(),
                accuracy_m: 7.6,
                provider: "gps".to_owned(),
                taken_at: UnixMillis::new(0),
                mock,
            },
        }
    }

    #[test]
    fn a_watermark_says_where_when_and_who_in_either_language() {
        let there = fix(33.483_5, 117.880_4, false);
        let chinese = said("zh-CN", CaptureSource::Camera, &there);
        assert_eq!(chinese.title, "虹桥农贸市场 · 农贸市场");
        assert_eq!(
            chinese.lines,
            [
                "2026-11-22 16:20:31 UTC+08:00",
                "距点位 50 米 东北 · 检测范围内",
                "北纬 33.483500° 东经 117.880400° WGS-84 ±8 米",
                "泗县 · 张三",
            ]
        );
        assert_eq!(
            chinese.link,
            "HTTPS://XUNFANG.EXAMPLE:8443/V/0W3GE1R70W3GE1RH"
        );
        let english = said("en", CaptureSource::Camera, &there);
        assert_eq!(english.title, "虹桥农贸市场 · Farmers' market");
        assert_eq!(
            english.lines[1],
            "50 m north-east of the point, inside its zone"
        );
    }

    #[test]
    fn what_is_not_known_or_not_true_is_said() {
        let missing = PositionEvidence::Missing {
            why: PositionMissing::Denied,
        };
        let chosen = said("zh-CN", CaptureSource::File, &missing);
        assert_eq!(chosen.lines[0], "相册照片，以下为选取时的时间和位置");
        assert_eq!(chosen.lines[2], "无定位：未授权");
        let made_up = said("zh-CN", CaptureSource::Camera, &fix(-33.483_2, -0.5, true));
        assert_eq!(
            made_up.lines[2],
            "南纬 33.483200° 西经 0.500000° WGS-84 ±8 米 · 模拟定位"
        );
        let on_it = said(
            "zh-CN",
            CaptureSource::Camera,
            &fix(33.483_2, 117.88, false),
        );
        assert_eq!(on_it.lines[1], "在点位处（10 米以内） · 检测范围内");
    }

    #[test]
    fn a_person_may_stay_a_number_and_a_server_below_a_path_keeps_its_letters() {
        let number = session(WatermarkPerson::Number).person.number();
        assert_eq!(number, "BCDEF0");
        let code = PhotoCode::from_digest(&[7; 32]);
        assert_eq!(
            link("https://host.example/xunfang/", code),
            "https://host.example/xunfang/V/0W3GE1R70W3GE1RH"
        );
        assert_eq!(link("", code), "0W3GE1R70W3GE1RH");
    }

    #[test]
    fn every_kind_of_point_has_a_name_in_both_languages() {
        for language in [&*CHINESE, &*ENGLISH] {
            let kinds = &language.as_ref().ok().unwrap().kinds;
            assert_eq!(kinds.len(), 51);
            assert!(kinds.values().all(|name| !name.trim().is_empty()));
        }
    }
}
