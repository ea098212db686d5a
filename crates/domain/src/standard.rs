//! Standards as data: versioned sets of criteria, as they hold in one district.
//!
//! The catalogue that comes with the product has every criterion with its baseline limit. A
//! district's profile says which of them it uses and what it holds against them. What the two
//! resolve to is a [`Standard`]: it is published, reaches the phones, never changes, and every
//! record names the version it was made under. A changed limit makes the next version.

mod diff;
mod limit;

use serde::{Deserialize, Serialize};

pub use diff::{StandardChange, compare};
pub use limit::{Comparator, CriterionKind, LimitError, LimitValue, MeasureUnit, Threshold};

use crate::{CodeRef, DistrictId, PhotoPolicy, PointType, StandardId, UnixMillis, ZoneShape};

/// What a criterion is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CriterionScope {
    /// Looked at on the spot.
    #[default]
    Point,
    /// How far the surroundings of a point reach.
    Zone,
    /// A figure of the whole city.
    CityIndicator,
    /// Material that is handed in.
    Material,
    /// How the work is organised.
    Process,
    /// How points are given.
    Scoring,
}

/// Where a figure was printed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Provenance {
    /// Number of the source document.
    pub document: String,
    /// The place whose plan it is, as in the catalogue.
    pub jurisdiction: String,
    /// Section of the document, where it is known.
    #[serde(default)]
    pub section: Option<String>,
}

/// When an item wants photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PhotosWhen {
    /// Where the item is not met.
    #[default]
    Failed,
    /// Whatever the answer.
    Always,
}

/// From how near a photo is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Shot {
    /// As the person likes.
    #[default]
    Any,
    /// One close 近景 and one that shows where it is 远景.
    NearFar,
    /// Close enough to read it.
    Close,
}

/// What else an answer rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Things counted.
    Count,
    /// Something measured.
    Measure,
    /// A date read off.
    Date,
    /// A walked track.
    Track,
    /// A record or document.
    Record,
    /// A published figure.
    Statistics,
    /// A signature.
    Signature,
    /// What a person saw, without a picture of people.
    Observation,
    /// A roster.
    Schedule,
}

/// What proves an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Evidence {
    /// How many photos, 0..=9.
    pub photos: u8,
    /// When they are wanted.
    pub when: PhotosWhen,
    /// From how near.
    pub shot: Shot,
    /// What else.
    pub needs: Vec<Need>,
}

/// One of the things that a bundled criterion has ticked one by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Stable name within the criterion.
    pub id: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
}

/// What an excuse does to a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ExcuseMode {
    /// A person sees on the spot that it does not count: an exemption 豁免.
    Exempts,
    /// The district holds a title, and the item passes without being looked at 自动符合.
    Passes,
}

/// A reason for which a criterion does not count against a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Excuse {
    /// Code of the criterion that grants it.
    pub by: String,
    /// Stable name within that criterion.
    pub id: String,
    /// What it does.
    pub mode: ExcuseMode,
    /// Chinese wording.
    pub name_zh: String,
    /// English wording.
    pub name_en: String,
    /// The title that the district has to hold, for [`ExcuseMode::Passes`].
    pub title: Option<String>,
}

/// One checkable requirement 测评项.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Criterion {
    /// Stable name within the standard, for example `manhole-intact-rate`. Where a profile has
    /// several limits for one criterion, the further ones are named `wall-damage.alley`.
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
    /// Whether the limit is a reading of words and no printed figure.
    #[serde(default)]
    pub inferred: bool,
    /// Where the requirement comes from.
    pub provenance: Provenance,
    /// Which of [`Standard::categories`] it is listed under.
    #[serde(default)]
    pub category: String,
    /// What it is about.
    #[serde(default)]
    pub scope: CriterionScope,
    /// At which kinds of point it is looked at.
    #[serde(default)]
    pub applies_to: Vec<PointType>,
    /// What proves an answer.
    #[serde(default)]
    pub evidence: Evidence,
    /// What is ticked one by one; empty for most.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// For which reasons it does not count.
    #[serde(default)]
    pub excuses: Vec<Excuse>,
    /// Whether it is itself a rule that excuses others, and no item of a checklist.
    #[serde(default)]
    pub grants: bool,
    /// What urban-management systems call the problem when it is not met.
    #[serde(default)]
    pub codes: Vec<CodeRef>,
    /// What has to be known of the limit, in Chinese; empty for most.
    #[serde(default)]
    pub note_zh: String,
    /// The same in English.
    #[serde(default)]
    pub note_en: String,
}

/// A heading of checklists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Stable name.
    pub id: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
}

/// What a district's profile says of the district as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ProfileHead {
    /// Stable name, for example `sixian-2023`.
    pub id: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Version of the catalogue that it is a difference from.
    pub catalogue_version: u32,
    /// Number of the source document.
    pub document: String,
    /// The edition it follows, in Chinese.
    pub edition_zh: String,
    /// The same in English.
    pub edition_en: String,
    /// The zone of its points, unless a point has its own.
    pub zone: ZoneShape,
    /// The kinds of key place 重点公共场所 whose surroundings are inspected with them.
    pub key_point_types: Vec<PointType>,
    /// Titles that the district holds.
    pub titles: Vec<String>,
}

/// Who made a version, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Edited {
    /// Name to show.
    pub by: String,
    /// By the server's clock.
    pub at: UnixMillis,
    /// Why, in their words; may be empty.
    pub note: String,
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
    /// The headings, in the order in which they are shown.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// The criteria in the order in which they are shown.
    pub criteria: Vec<Criterion>,
    /// The profile it was resolved from.
    #[serde(default)]
    pub profile: Option<ProfileHead>,
    /// Who made this version; absent for one that came with the product.
    #[serde(default)]
    pub edited: Option<Edited>,
}

impl Standard {
    /// Returns what records name it by.
    pub const fn reference(&self) -> StandardRef {
        StandardRef {
            id: self.id,
            version: self.version,
        }
    }

    /// Finds a criterion by its code.
    pub fn criterion(&self, code: &str) -> Option<&Criterion> {
        self.criteria
            .iter()
            .find(|criterion| criterion.code == code)
    }

    /// Says whether the surroundings of such a point are inspected with it.
    pub fn is_key_place(&self, kind: PointType) -> bool {
        self.profile.as_ref().is_some_and(|profile| {
            kind.with_wider()
                .any(|kind| profile.key_point_types.contains(&kind))
        })
    }

    /// Returns what is looked at on the spot at a kind of point 检查清单, in the standard's order.
    ///
    /// At a key place the items of its surroundings belong to it.
    pub fn checklist(&self, kind: PointType) -> impl Iterator<Item = &Criterion> {
        let around = self.is_key_place(kind).then_some(PointType::Surroundings);
        let wanted: Vec<PointType> = kind.with_wider().chain(around).collect();
        self.criteria.iter().filter(move |criterion| {
            criterion.scope == CriterionScope::Point
                && !criterion.grants
                // A standard of the first app has no kinds of point: each item is for all.
                && (criterion.applies_to.is_empty()
                    || criterion.applies_to.iter().any(|kind| wanted.contains(kind)))
        })
    }
}

/// Names one version of a standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct StandardRef {
    /// Which standard.
    pub id: StandardId,
    /// Which version.
    pub version: u32,
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
    /// The standard in force; what was begun under an earlier version stays under it.
    #[serde(default)]
    pub standard: Option<StandardRef>,
    /// How it wants its photos.
    #[serde(default)]
    pub photos: PhotoPolicy,
}
