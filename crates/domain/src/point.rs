//! Points and their types.

use serde::{Deserialize, Serialize};

use crate::{DistrictId, PointId, Wgs84, Zone};

/// What kind of place a point is, by the field's own list.
///
/// A kind that this version does not know is kept as [`PointType::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PointType {
    /// 农贸（集贸、批发）市场
    FarmersMarket,
    /// 交通场站: railway or long-distance coach station
    TransportHub,
    /// 医院
    Hospital,
    /// 商场超市
    Mall,
    /// 社区
    Community,
    /// 居民小区
    Residential,
    /// 城市商贸综合体
    Complex,
    /// 学校
    School,
    /// 公园广场
    ParkSquare,
    /// 主次干道
    MainRoad,
    /// 交通路口
    Junction,
    /// Any kind that this version has no name for.
    #[serde(other)]
    Other,
}

/// The seven key kinds of place 七类重点公共场所 of the county profile.
pub const KEY_POINT_TYPES: [PointType; 7] = [
    PointType::FarmersMarket,
    PointType::TransportHub,
    PointType::Hospital,
    PointType::Mall,
    PointType::Community,
    PointType::Complex,
    PointType::School,
];

/// A place that is inspected 点位, with the zone around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Point {
    /// Its id.
    pub id: PointId,
    /// The district it belongs to.
    pub district: DistrictId,
    /// Its name as people say it.
    pub name: String,
    /// What kind of place it is.
    pub kind: PointType,
    /// Where it is.
    pub place: Wgs84,
    /// Radius of its zone in metres, already resolved from the district's profile.
    pub radius_m: f64,
    /// Whether the coordinate was invented for the sample district.
    #[serde(default)]
    pub sample: bool,
    /// Whether the point is no longer inspected; its records stay.
    #[serde(default)]
    pub retired: bool,
}

impl Point {
    /// Returns the zone around the point.
    pub const fn zone(&self) -> Zone {
        Zone {
            center: self.place,
            radius_m: self.radius_m,
        }
    }
}
