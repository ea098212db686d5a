//! Standards as data: versioned sets of criteria, and the district's profile over them.

use serde::{Deserialize, Serialize};

use crate::{DistrictId, StandardId};

/// How a criterion is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CriterionKind {
    /// It holds or it does not.
    Boolean,
    /// A count against a limit.
    CountLimit,
    /// A share of counted things against a threshold.
    RateThreshold,
}

/// How a measured number is held against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum Comparator {
    /// 以上, 不少于: the number itself meets it.
    #[serde(rename = ">=")]
    AtLeast,
    /// 不超过: the number itself meets it.
    #[serde(rename = "<=")]
    AtMost,
}

/// A limit with its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Threshold {
    /// Which side of the number is good.
    pub comparator: Comparator,
    /// The number, in `unit`.
    pub value: f64,
    /// `percent` or `cables`; the message files hold the words.
    pub unit: String,
}

/// Where a figure was printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Provenance {
    /// Number of the source document.
    pub document: String,
    /// The place whose plan it is, as in the catalogue.
    pub jurisdiction: String,
}

/// One checkable requirement 测评项.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Criterion {
    /// Stable name within the catalogue, for example `manhole-intact-rate`.
    pub code: String,
    /// Chinese name, in our words.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// What to look at, in one Chinese sentence.
    pub hint_zh: String,
    /// What to look at, in one English sentence.
    pub hint_en: String,
    /// How it is judged.
    pub kind: CriterionKind,
    /// The limit; absent for [`CriterionKind::Boolean`].
    pub threshold: Option<Threshold>,
    /// Where the requirement comes from.
    pub provenance: Provenance,
}

/// A versioned set of criteria 测评标准. A published version never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Standard {
    /// Its id, the same over all versions.
    pub id: StandardId,
    /// Counts up from 1.
    pub version: u32,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// The criteria in the order in which they are shown.
    pub criteria: Vec<Criterion>,
}

impl Standard {
    /// Finds a criterion by its code.
    pub fn criterion(&self, code: &str) -> Option<&Criterion> {
        self.criteria
            .iter()
            .find(|criterion| criterion.code == code)
    }
}

/// A district 辖区 with the settings of its profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct District {
    /// Its id.
    pub id: DistrictId,
    /// Its name.
    pub name: String,
    /// Radius of a point's zone in metres, unless the point says otherwise.
    pub zone_radius_m: f64,
}
