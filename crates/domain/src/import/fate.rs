//! What becomes of a row, and why one is refused.

use serde::{Deserialize, Serialize};

use crate::{Point, PointId, PointType, Wgs84, ZoneError, ZoneShape};

/// A field of a point that a row can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PointField {
    /// 编号
    Number,
    /// 名称
    Name,
    /// 类型
    Kind,
    /// Latitude and longitude.
    Place,
    /// 责任单位
    Unit,
    /// 半径
    Radius,
    /// 坐标系
    Datum,
    /// Whether it is inspected: a row brings a point back that was not.
    InUse,
}

/// Why a row cannot be taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum RowRefusal {
    /// A field that every point has is empty.
    Missing {
        /// Which.
        field: PointField,
    },
    /// A field is longer than 100 characters.
    TooLong {
        /// Which.
        field: PointField,
    },
    /// A spreadsheet made a date of it.
    DateInstead {
        /// Which field.
        field: PointField,
        /// What it reads.
        text: String,
    },
    /// A formula failed.
    FormulaError {
        /// Which field.
        field: PointField,
        /// What it reads.
        text: String,
    },
    /// It is no number.
    NoNumber {
        /// Which field.
        field: PointField,
        /// What it reads.
        text: String,
    },
    /// No kind of point is called so.
    KindUnknown {
        /// What it reads.
        text: String,
    },
    /// No coordinate system is called so.
    DatumUnknown {
        /// What it reads.
        text: String,
    },
    /// Latitude and longitude have changed places.
    Swapped,
    /// No place on Earth, or 0,0.
    NoPlace,
    /// Too far from where the district lies.
    OutOfDistrict {
        /// Kilometres beyond its edge.
        km: f64,
    },
    /// The radius is not between 10 and 5000 m.
    Radius {
        /// Metres.
        value: f64,
    },
    /// Another point is there already, with a name like this one.
    Duplicate {
        /// The other one's name.
        name: String,
        /// Its line in the file; null where it is in the district already.
        line: Option<u32>,
        /// How far apart, metres.
        distance_m: f64,
    },
    /// Another row has the same number.
    NumberTwice {
        /// Its line.
        line: u32,
    },
    /// A cell is merged with another row's, so that its value is a guess.
    Merged,
    /// Very many points lie at this very place.
    Crowded {
        /// How many before it.
        points: u32,
    },
    /// Another point of the district has the number already.
    NumberTaken {
        /// The other one's name.
        name: String,
    },
    /// The unit that it is to belong to is not one of the district.
    UnitUnknown,
    /// The shape is no zone.
    Zone {
        /// What is wrong with it.
        error: ZoneError,
    },
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum RowFate {
    /// A point that was not there.
    New,
    /// A point that is there and differs.
    Changed {
        /// In what.
        fields: Vec<PointField>,
    },
    /// A point that is there as it is.
    Unchanged,
    /// Nothing can be made of it.
    Refused {
        /// Every reason.
        reasons: Vec<RowRefusal>,
    },
}

/// A row as it would be written.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedPoint {
    /// Its number in the file.
    pub line: u32,
    /// What becomes of it.
    pub fate: RowFate,
    /// The point that it would be; none where it is refused. A new one has no id yet.
    pub point: Option<Draft>,
    /// What the row calls itself, to show it beside its fate.
    pub shown_name: String,
}

/// A point without what only the district gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The point that it changes; none: a new one.
    pub existing: Option<PointId>,
    /// 编号
    pub number: String,
    /// 名称
    pub name: String,
    /// 类型
    pub kind: PointType,
    /// Where it is, whatever the file's system was.
    pub place: Wgs84,
    /// 责任单位
    pub unit: String,
    /// A radius of its own; none: the district's.
    pub radius_m: Option<f64>,
    /// Whether the register says nothing of zones, so that a point keeps its own.
    pub keeps_zone: bool,
}

impl Draft {
    /// Returns the zone of its own that a point keeps under this row: one that somebody drew,
    /// since a register has no shapes, and any where the register says nothing of zones.
    pub fn zone_of(&self, point: &Point) -> Option<ZoneShape> {
        point
            .zone_of_its_own()
            .filter(|shape| self.keeps_zone || !matches!(shape, ZoneShape::Circle { .. }))
    }
}

/// What would become of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportPlan {
    /// Its rows, in order.
    pub rows: Vec<PlannedPoint>,
}

/// How many rows have which fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct FateTally {
    /// Not there yet.
    pub new: u32,
    /// There, and different.
    pub changed: u32,
    /// There as they are.
    pub unchanged: u32,
    /// Not to be taken.
    pub refused: u32,
}

impl ImportPlan {
    /// Counts the fates.
    pub fn tally(&self) -> FateTally {
        let mut tally = FateTally::default();
        for row in &self.rows {
            let count = match row.fate {
                RowFate::New => &mut tally.new,
                RowFate::Changed { .. } => &mut tally.changed,
                RowFate::Unchanged => &mut tally.unchanged,
                RowFate::Refused { .. } => &mut tally.refused,
            };
            *count = count.saturating_add(1);
        }
        tally
    }
}
