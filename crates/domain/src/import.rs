//! Points from a register: what would become of each row, before anything is written.
//!
//! Reading files is somebody else's work; here a row is a few cells. Every row has a fate, and one
//! that is refused has all its reasons. Nothing is guessed: a row with swapped coordinates says so
//! and is not turned round.

mod bounds;
mod by_hand;
mod cells;
mod fate;
mod matching;

use std::collections::HashMap;

use cells::{Reader, alike, plain, plain_name};

use crate::{Datum, Nearby, Point, PointType, Wgs84, Zone};

pub use bounds::Bounds;
pub use by_hand::{PlaceEdit, PointEdit, write_point};
pub use fate::{Draft, FateTally, ImportPlan, PlannedPoint, PointField, RowFate, RowRefusal};

/// Points of one sort nearer to each other than this, with names alike, are taken for one, metres.
pub const DUPLICATE_WITHIN_M: f64 = 30.0;
/// A place that moved less than this did not move: what a register's digits leave open, metres.
const SAME_PLACE_M: f64 = 0.5;
/// Longest name, number or unit in characters.
const TEXT_CHARS_MAX: usize = 100;
/// More points than this within 30 m of each other are no places but what a program made of
/// addresses that it did not find.
const CROWD_MAX: usize = 50;
/// Smallest and largest radius in metres.
const RADIUS_M: std::ops::RangeInclusive<f64> = 10.0..=5_000.0;
/// Share of common pairs of characters from which on two names are alike.
const ALIKE: f64 = 0.6;

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Nothing, as the file has no such column: it says nothing of it.
    NoColumn,
    /// Text, with full-width digits and letters still as they were typed.
    Text(String),
    /// A number.
    Number(f64),
    /// A date or time, as a spreadsheet makes of what looks like one.
    Date(String),
    /// The error of a formula.
    Error(String),
}

/// A row of a register.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportRow {
    /// Its number in the file, as a person sees it.
    pub line: u32,
    /// 编号
    pub number: Cell,
    /// 名称
    pub name: Cell,
    /// 类型
    pub kind: Cell,
    /// 纬度
    pub lat: Cell,
    /// 经度
    pub lng: Cell,
    /// 责任单位
    pub unit: Cell,
    /// 半径
    pub radius: Cell,
    /// The column of a datum for each row; empty: the file's.
    pub datum: Cell,
    /// Whether one of its cells is merged with another row's.
    pub merged: bool,
}

/// What a plan is made against.
#[derive(Clone, Copy)]
pub struct Against<'a> {
    /// The district's points, retired ones included.
    pub points: &'a [Point],
    /// Where the district lies; none: anywhere.
    pub bounds: Option<Bounds>,
    /// The system of the file's coordinates, where a row does not say.
    pub datum: Datum,
    /// The radius of points without their own, metres.
    pub radius_m: f64,
    /// Reads the name of a kind of point.
    pub kind: &'a dyn Fn(&str) -> Option<PointType>,
}

/// Says what would become of each row.
pub fn plan_import(rows: &[ImportRow], against: Against<'_>) -> ImportPlan {
    let against = Against {
        bounds: against.bounds.or_else(|| Bounds::of_rows(rows)),
        ..against
    };
    let read: Vec<(Option<Draft>, Vec<RowRefusal>)> = rows
        .iter()
        .map(|row| {
            let mut reader = Reader::default();
            let draft = read(row, against, &mut reader);
            (draft, reader.reasons)
        })
        .collect();
    let drafts: Vec<Option<&Draft>> = read.iter().map(|(draft, _)| draft.as_ref()).collect();
    let known = matching::known_points(&drafts, against.points);
    let near = Nearby::new(against.points.iter().map(|point| (point.place, point)));
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut accepted: Nearby<(u32, String, PointType)> = Nearby::new([]);
    let mut plan = ImportPlan::default();
    for ((row, (draft, mut reasons)), known) in rows.iter().zip(read).zip(known) {
        let shown_name = match &row.name {
            Cell::Text(text) | Cell::Date(text) | Cell::Error(text) => plain(text),
            Cell::Number(number) => number.to_string(),
            Cell::Empty | Cell::NoColumn => String::new(),
        };
        let Some(mut draft) = draft else {
            plan.rows.push(refused(row.line, reasons, shown_name));
            continue;
        };
        if !draft.number.is_empty()
            && let Some(line) = numbers.insert(draft.number.clone(), row.line)
        {
            reasons.push(RowRefusal::NumberTwice { line });
        }
        draft.existing = known.map(|point| point.id);
        if draft.number.is_empty() {
            // A register without numbers takes none away.
            draft.number = known.map_or_else(String::new, |point| point.number.clone());
        }
        let own = known.and_then(|point| draft.zone_of(point));
        let zone = own.map(|shape| Zone {
            center: draft.place,
            shape,
        });
        // A shape that was drawn stays where it is, and its point may move out of reach.
        if let Some(Err(error)) = zone.map(|zone| zone.check()) {
            reasons.push(RowRefusal::Zone { error });
        }
        let stays = known.is_some_and(|point| is_where(point, draft.place));
        reasons.extend((!stays).then(|| twin(&near, &draft)).flatten());
        let beside = accepted.within(draft.place, DUPLICATE_WITHIN_M);
        if beside.len() >= CROWD_MAX {
            reasons.push(RowRefusal::Crowded {
                points: u32::try_from(beside.len()).unwrap_or(u32::MAX),
            });
        }
        let twice = beside
            .into_iter()
            .find(|(_, (_, name, kind))| same_sort(*kind, draft.kind) && alike(name, &draft.name));
        if let Some((distance_m, (line, name, _))) = twice {
            reasons.push(RowRefusal::Duplicate {
                name: name.clone(),
                line: Some(*line),
                distance_m,
            });
        }
        if !reasons.is_empty() {
            plan.rows.push(refused(row.line, reasons, shown_name));
            continue;
        }
        if !stays {
            // What stays where it is was looked at when it came.
            accepted.insert(draft.place, (row.line, draft.name.clone(), draft.kind));
        }
        plan.rows.push(PlannedPoint {
            line: row.line,
            fate: fate(&draft, known, against.radius_m),
            point: Some(draft),
            shown_name,
        });
    }
    plan
}

/// Finds a point of the district that a new or moved one may be.
fn twin(near: &Nearby<&Point>, draft: &Draft) -> Option<RowRefusal> {
    near.within(draft.place, DUPLICATE_WITHIN_M)
        .into_iter()
        .find(|(_, point)| {
            Some(point.id) != draft.existing
                && !point.retired
                && same_sort(point.kind, draft.kind)
                && alike(&point.name, &draft.name)
        })
        .map(|(distance_m, point)| RowRefusal::Duplicate {
            name: point.name.clone(),
            line: None,
            distance_m,
        })
}

/// Says whether two kinds may be meant for one place. A market is not its car park, however
/// nearly they are called the same.
fn same_sort(a: PointType, b: PointType) -> bool {
    a == b || a.wider().contains(&b) || b.wider().contains(&a)
}

fn is_where(point: &Point, place: Wgs84) -> bool {
    point.place.distance_m(place) < SAME_PLACE_M
}

fn refused(line: u32, reasons: Vec<RowRefusal>, shown_name: String) -> PlannedPoint {
    PlannedPoint {
        line,
        fate: RowFate::Refused { reasons },
        point: None,
        shown_name,
    }
}

fn read(row: &ImportRow, against: Against<'_>, reader: &mut Reader) -> Option<Draft> {
    if row.merged {
        reader.reasons.push(RowRefusal::Merged);
    }
    let number = reader.text(PointField::Number, &row.number, false);
    let name = plain_name(&reader.text(PointField::Name, &row.name, true));
    let unit = reader.text(PointField::Unit, &row.unit, true);
    let kind_text = reader.text(PointField::Kind, &row.kind, true);
    let kind = (against.kind)(&kind_text);
    if kind.is_none() && !kind_text.is_empty() {
        reader
            .reasons
            .push(RowRefusal::KindUnknown { text: kind_text });
    }
    let datum = match plain(&reader.text(PointField::Datum, &row.datum, false)).as_str() {
        "" => Some(against.datum),
        named => {
            let datum = Datum::named(named);
            if datum.is_none() {
                reader.reasons.push(RowRefusal::DatumUnknown {
                    text: named.chars().take(40).collect(),
                });
            }
            datum
        }
    };
    let radius_m = reader.number(PointField::Radius, &row.radius, false);
    if let Some(value) = radius_m.filter(|radius_m| !RADIUS_M.contains(radius_m)) {
        reader.reasons.push(RowRefusal::Radius { value });
    }
    let lat = reader.number(PointField::Place, &row.lat, true);
    let lng = reader.number(PointField::Place, &row.lng, true);
    let place = match (lat, lng, datum) {
        (Some(lat), Some(lng), Some(datum)) => place(lat, lng, datum, against.bounds, reader),
        _ => None,
    };
    Some(Draft {
        existing: None,
        number,
        name,
        kind: kind?,
        place: place?,
        unit,
        radius_m,
        keeps_zone: row.radius == Cell::NoColumn,
    })
}

fn place(
    lat: f64,
    lng: f64,
    datum: Datum,
    bounds: Option<Bounds>,
    reader: &mut Reader,
) -> Option<Wgs84> {
    let inside = |place: Wgs84| bounds.is_none_or(|bounds| bounds.beyond_m(place) == 0.0);
    let as_given = datum.to_wgs84(lat, lng).ok();
    if lat == 0.0 && lng == 0.0 {
        reader.reasons.push(RowRefusal::NoPlace);
        return None;
    }
    if as_given.is_some_and(inside) {
        return as_given;
    }
    let turned = datum.to_wgs84(lng, lat).ok();
    // Where nothing is known of the district, a latitude that cannot be one tells.
    if turned.is_some_and(inside) && (bounds.is_some() || as_given.is_none()) {
        reader.reasons.push(RowRefusal::Swapped);
        return None;
    }
    match (as_given, bounds) {
        (Some(place), Some(bounds)) => reader.reasons.push(RowRefusal::OutOfDistrict {
            km: bounds.beyond_m(place) / 1_000.0,
        }),
        _ => reader.reasons.push(RowRefusal::NoPlace),
    }
    None
}

fn fate(draft: &Draft, known: Option<&Point>, district_radius_m: f64) -> RowFate {
    let Some(point) = known else {
        return RowFate::New;
    };
    let radius_m = draft.radius_m.unwrap_or(district_radius_m);
    let keeps = draft.zone_of(point).is_some();
    let fields: Vec<PointField> = [
        (PointField::Number, point.number != draft.number),
        (PointField::Name, plain_name(&point.name) != draft.name),
        (PointField::Kind, point.kind != draft.kind),
        (PointField::Place, !is_where(point, draft.place)),
        (PointField::Unit, plain(&point.unit) != draft.unit),
        (
            PointField::Radius,
            !keeps && (point.radius_m - radius_m).abs() > 0.01,
        ),
        (PointField::InUse, point.retired),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect();
    if fields.is_empty() {
        RowFate::Unchanged
    } else {
        RowFate::Changed { fields }
    }
}

impl Datum {
    /// Reads the name of a coordinate system as registers write it.
    pub fn named(text: &str) -> Option<Self> {
        let bare: String = plain(text)
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        match bare.as_str() {
            "wgs84" | "epsg4326" | "4326" => Some(Self::Wgs84),
            "cgcs2000" | "epsg4490" | "4490" | "2000" => Some(Self::Cgcs2000),
            "gcj02" => Some(Self::Gcj02),
            "bd09" | "bd09ll" => Some(Self::Bd09),
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "import/import_tests.rs"]
mod tests;
