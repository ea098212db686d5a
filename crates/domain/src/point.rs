//! Points and their types.

use serde::{Deserialize, Serialize};

use crate::{DistrictId, PointId, UnitId, Wgs84, Zone, ZoneShape};

/// What kind of place a point is, by the field's own list.
///
/// A kind that this version does not know is kept as [`PointType::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PointType {
    /// 全市: whole city
    Citywide,
    /// 主次干道: main and secondary road
    MainRoad,
    /// 商业大街: shopping street
    CommercialStreet,
    /// 背街小巷: back street
    Alley,
    /// 社区: community
    Community,
    /// 居民小区: residential estate
    Residential,
    /// 老旧小区: old residential estate
    OldResidential,
    /// 城中村: urban village
    UrbanVillage,
    /// 行政村: village
    Village,
    /// 乡镇: township
    Township,
    /// 农贸市场: farmers' market
    FarmersMarket,
    /// 批发市场: wholesale market
    WholesaleMarket,
    /// 交通场站: station or transport hub
    TransportHub,
    /// 医院: hospital
    Hospital,
    /// 商场超市: shopping centre or supermarket
    Mall,
    /// 商贸综合体: commercial complex
    Complex,
    /// 学校: school
    School,
    /// 校外培训机构: tutoring firm
    Training,
    /// 公园广场: park or square
    ParkSquare,
    /// 政务大厅: government service hall
    ServiceHall,
    /// 银行网点: bank branch
    Bank,
    /// 通信营业厅: telecoms shop
    Telecom,
    /// 窗口单位: public counter
    Window,
    /// 宾馆饭店: hotel
    Hotel,
    /// 餐饮店: restaurant
    Restaurant,
    /// 公共文化设施: cultural venue
    Cultural,
    /// 文明实践站: civilisation practice station
    Practice,
    /// 景区景点: scenic area
    Scenic,
    /// 建筑工地: building site
    Construction,
    /// 围挡: hoarding
    Hoarding,
    /// 交通路口: road junction
    Junction,
    /// 公交出租公务车: bus, taxi or official car
    BusTaxi,
    /// 载客三轮车: pedicab
    Pedicab,
    /// 行业车辆: delivery, sanitation or muck vehicle
    Delivery,
    /// 停车场: car park
    Parking,
    /// 公厕: public toilet
    PublicToilet,
    /// 垃圾收运设施: waste facility
    WasteFacility,
    /// 河道水体: river or water
    River,
    /// 报刊亭等亭棚: kiosk
    Kiosk,
    /// 户外广告店招: outdoor advert or shop sign
    OutdoorAd,
    /// 夜市: night market
    NightMarket,
    /// 重点场所周边: surroundings of a key place
    Surroundings,
    /// 高速高铁沿线: motorway or high-speed railway corridor
    HighspeedCorridor,
    /// 商户门前: shopfront
    Shopfront,
    /// 公共场所: public place
    PublicPlace,
    /// 网吧娱乐场所: internet café or entertainment venue
    Netcafe,
    /// 热线事项: hotline case
    Hotline,
    /// 申报材料: filed material
    Material,
    /// 组织工作: organisation
    Process,
    /// 党政机关: party or government office
    Government,
    /// Any kind that this version has no name for.
    #[serde(other)]
    Other,
}

impl PointType {
    /// Every kind that has a name, in the catalogue's order.
    pub const ALL: [Self; 50] = [
        Self::Citywide,
        Self::MainRoad,
        Self::CommercialStreet,
        Self::Alley,
        Self::Community,
        Self::Residential,
        Self::OldResidential,
        Self::UrbanVillage,
        Self::Village,
        Self::Township,
        Self::FarmersMarket,
        Self::WholesaleMarket,
        Self::TransportHub,
        Self::Hospital,
        Self::Mall,
        Self::Complex,
        Self::School,
        Self::Training,
        Self::ParkSquare,
        Self::ServiceHall,
        Self::Bank,
        Self::Telecom,
        Self::Window,
        Self::Hotel,
        Self::Restaurant,
        Self::Cultural,
        Self::Practice,
        Self::Scenic,
        Self::Construction,
        Self::Hoarding,
        Self::Junction,
        Self::BusTaxi,
        Self::Pedicab,
        Self::Delivery,
        Self::Parking,
        Self::PublicToilet,
        Self::WasteFacility,
        Self::River,
        Self::Kiosk,
        Self::OutdoorAd,
        Self::NightMarket,
        Self::Surroundings,
        Self::HighspeedCorridor,
        Self::Shopfront,
        Self::PublicPlace,
        Self::Netcafe,
        Self::Hotline,
        Self::Material,
        Self::Process,
        Self::Government,
    ];

    /// Says whether one can stand there; the others are figures of a city, papers or meetings.
    pub const fn is_place(self) -> bool {
        !matches!(
            self,
            Self::Citywide | Self::Hotline | Self::Material | Self::Process
        )
    }

    /// Returns the kinds in a wider sense that it also is: a hospital is a service counter and a
    /// public place.
    pub const fn wider(self) -> &'static [Self] {
        match self {
            Self::Hospital
            | Self::TransportHub
            | Self::ServiceHall
            | Self::Bank
            | Self::Telecom => &[Self::Window, Self::PublicPlace],
            Self::Complex => &[Self::Mall, Self::PublicPlace],
            Self::Mall
            | Self::FarmersMarket
            | Self::ParkSquare
            | Self::Cultural
            | Self::Hotel
            | Self::Scenic
            | Self::CommercialStreet => &[Self::PublicPlace],
            Self::WholesaleMarket => &[Self::FarmersMarket, Self::PublicPlace],
            Self::OldResidential => &[Self::Residential],
            _ => &[],
        }
    }

    /// Returns the kind itself and what it is in a wider sense.
    pub fn with_wider(self) -> impl Iterator<Item = Self> + Clone {
        std::iter::once(self).chain(self.wider().iter().copied())
    }
}

/// A place that is inspected 点位, with the zone around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Point {
    /// Its id.
    pub id: PointId,
    /// The district it belongs to.
    pub district: DistrictId,
    /// What a register calls it; empty where it has no number.
    #[serde(default)]
    pub number: String,
    /// Its name as people say it.
    pub name: String,
    /// Name of the unit that answers for it 责任单位; empty where none is named.
    #[serde(default)]
    pub unit: String,
    /// The unit of the district's tree that it belongs to, by which scopes reach it; none where it
    /// belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<UnitId>,
    /// What kind of place it is.
    pub kind: PointType,
    /// Where it is.
    pub place: Wgs84,
    /// How far its zone reaches in metres, already resolved from the district's profile.
    pub radius_m: f64,
    /// The zone's shape where it is no circle of [`Point::radius_m`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<ZoneShape>,
    /// Whether somebody gave the point a zone of its own, which does not follow the district's.
    #[serde(default)]
    pub own_zone: bool,
    /// Whether the coordinate was invented for the sample district.
    #[serde(default)]
    pub sample: bool,
    /// Whether the point is no longer inspected; its records stay.
    #[serde(default)]
    pub retired: bool,
}

impl Point {
    /// Returns the zone around the point.
    pub fn zone(&self) -> Zone {
        Zone {
            center: self.place,
            shape: self.shape.clone().unwrap_or(ZoneShape::Circle {
                radius_m: self.radius_m,
            }),
        }
    }

    /// Gives the point a zone of its own, or the district's where it has none.
    #[must_use]
    pub fn with_zone(self, own: Option<ZoneShape>, district: &ZoneShape) -> Self {
        let own_zone = own.is_some();
        let zone = own.unwrap_or_else(|| district.clone());
        Self {
            radius_m: zone.reach_m(self.place),
            shape: Some(zone).filter(|shape| !matches!(shape, ZoneShape::Circle { .. })),
            own_zone,
            ..self
        }
    }

    /// Returns the zone that is the point's own, if it has one.
    pub fn zone_of_its_own(&self) -> Option<ZoneShape> {
        self.own_zone.then(|| self.zone().shape)
    }
}
