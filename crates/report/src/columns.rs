//! The columns of a register, by the words that stand above them.

use xunfang_domain::{Datum, PointField};

/// A column that is read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Column {
    Number,
    Name,
    Kind,
    Lat,
    Lng,
    Unit,
    Radius,
    Datum,
}

impl Column {
    /// Every column, in the order in which they are written.
    pub(crate) const ALL: [Self; 8] = [
        Self::Number,
        Self::Name,
        Self::Kind,
        Self::Lng,
        Self::Lat,
        Self::Datum,
        Self::Unit,
        Self::Radius,
    ];

    /// The words above it in a file that is written here.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Number => "编号",
            Self::Name => "名称",
            Self::Kind => "类型",
            Self::Lat => "纬度",
            Self::Lng => "经度",
            Self::Unit => "责任单位",
            Self::Radius => "半径（米）",
            Self::Datum => "坐标系",
        }
    }

    /// Reads the words above a column; blanks, brackets and what stands in them do not count.
    pub(crate) fn named(title: &str) -> Option<Self> {
        let bare: String = title
            .split(['(', '（'])
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|character| character.is_alphanumeric())
            .collect::<String>()
            .to_lowercase();
        Some(match bare.as_str() {
            // 序号 counts the rows of one file and names nothing.
            "编号" | "点位编号" | "number" | "id" => Self::Number,
            "名称" | "点位名称" | "点位" | "name" => Self::Name,
            "类型" | "点位类型" | "类别" | "kind" | "type" => Self::Kind,
            "纬度" | "lat" | "latitude" | "y" => Self::Lat,
            "经度" | "lng" | "lon" | "longitude" | "x" => Self::Lng,
            "责任单位" | "单位" | "主管单位" | "unit" => Self::Unit,
            "半径" | "检测范围" | "radius" | "radiusm" => Self::Radius,
            "坐标系" | "坐标系统" | "datum" | "crs" => Self::Datum,
            _ => return None,
        })
    }

    /// The columns without which a file is none of points.
    pub(crate) const NEEDED: [Self; 5] = [Self::Name, Self::Kind, Self::Lng, Self::Lat, Self::Unit];

    pub(crate) const fn field(self) -> PointField {
        match self {
            Self::Number => PointField::Number,
            Self::Name => PointField::Name,
            Self::Kind => PointField::Kind,
            Self::Lat | Self::Lng => PointField::Place,
            Self::Unit => PointField::Unit,
            Self::Radius => PointField::Radius,
            Self::Datum => PointField::Datum,
        }
    }
}

/// The name of a system as it is written.
pub(crate) const fn datum_name(datum: Datum) -> &'static str {
    match datum {
        Datum::Wgs84 => "WGS-84",
        Datum::Cgcs2000 => "CGCS2000",
        Datum::Gcj02 => "GCJ-02",
        Datum::Bd09 => "BD-09",
    }
}
