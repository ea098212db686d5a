//! Profiles: what a district takes from the catalogue, and what it holds against it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Catalogue, CriterionSource};
use crate::{
    Criterion, CriterionKind, Edited, Excuse, LimitError, Part, PointType, ProfileHead, Provenance,
    Standard, StandardRef, Threshold, ZoneShape,
};

/// Radius of a point's zone where a district says nothing: the middle one of those in use.
const ZONE_RADIUS_M: f64 = 500.0;

/// A district's difference from the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Stable name.
    pub id: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Number of the source document.
    pub document: String,
    /// The edition it follows, in Chinese.
    pub edition_zh: String,
    /// The same in English.
    pub edition_en: String,
    /// The kinds of key place; empty where the document names none.
    pub key_point_types: Vec<PointType>,
    /// Ids of the titles that the district holds.
    #[serde(default)]
    pub titles: Vec<String>,
    /// The zone of its points; a circle of 500 m where the document gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneShape>,
    /// The criteria it uses.
    pub rules: Vec<Rule>,
}

/// One criterion as a district uses it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Id of the criterion.
    pub criterion: String,
    /// Tells a second rule for the same criterion from the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Section of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Its limit where it is not the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Threshold>,
    /// Where it is looked at, if not where the baseline says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<Vec<PointType>>,
    /// Whether its limit is a reading of words, if not as in the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inferred: Option<bool>,
    /// What has to be known of it here, in Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_zh: Option<String>,
    /// The same in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_en: Option<String>,
}

impl Rule {
    /// Makes a rule that takes a criterion as the catalogue has it.
    pub fn of(criterion: &str) -> Self {
        Self {
            criterion: criterion.to_owned(),
            variant: None,
            section: None,
            limit: None,
            applies_to: None,
            inferred: None,
            note_zh: None,
            note_en: None,
        }
    }

    /// Returns the code of the criterion that it resolves to.
    pub fn code(&self) -> String {
        match &self.variant {
            None => self.criterion.clone(),
            Some(variant) => format!("{}.{variant}", self.criterion),
        }
    }
}

/// Why a profile does not resolve.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ResolveError {
    /// The catalogue does not have the criterion.
    #[error("there is no criterion {0}")]
    Criterion(String),
    /// A limit does not fit.
    #[error("the limit of {code}: {reason}")]
    Limit {
        /// Of which criterion.
        code: String,
        /// Why.
        reason: LimitError,
    },
    /// Two rules resolve to the same code.
    #[error("{0} is there twice")]
    Twice(String),
}

/// What a resolved standard is published as.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// The district's own standard and its next version.
    pub reference: StandardRef,
    /// Who made the version; absent for one that came with the product.
    pub edited: Option<Edited>,
}

/// Resolves a profile into the standard that holds in its district.
///
/// # Errors
/// [`ResolveError`] where the profile is not of this catalogue or was edited wrongly.
pub fn resolve(
    catalogue: &Catalogue,
    profile: &Profile,
    issue: Issue,
) -> Result<Standard, ResolveError> {
    let mut criteria: Vec<(usize, Criterion)> = Vec::with_capacity(profile.rules.len());
    for rule in &profile.rules {
        let place = catalogue
            .criteria
            .iter()
            .position(|criterion| criterion.id == rule.criterion);
        let Some((place, source)) =
            place.and_then(|place| Some((place, catalogue.criteria.get(place)?)))
        else {
            return Err(ResolveError::Criterion(rule.criterion.clone()));
        };
        let criterion = criterion(catalogue, profile, rule, source);
        Threshold::check(criterion.kind, criterion.threshold.as_ref()).map_err(|reason| {
            ResolveError::Limit {
                code: criterion.code.clone(),
                reason,
            }
        })?;
        if criteria.iter().any(|(_, one)| one.code == criterion.code) {
            return Err(ResolveError::Twice(criterion.code));
        }
        criteria.push((place, criterion));
    }
    criteria.sort_by_key(|(place, _)| *place);
    let criteria: Vec<Criterion> = criteria.into_iter().map(|(_, one)| one).collect();
    let used = |id: &str| criteria.iter().any(|criterion| criterion.category == id);
    Ok(Standard {
        id: issue.reference.id,
        version: issue.reference.version,
        name_zh: catalogue.name_zh.clone(),
        name_en: catalogue.name_en.clone(),
        categories: catalogue
            .categories
            .iter()
            .filter(|category| used(&category.id))
            .cloned()
            .collect(),
        profile: Some(ProfileHead {
            id: profile.id.clone(),
            name_zh: profile.name_zh.clone(),
            name_en: profile.name_en.clone(),
            catalogue_version: catalogue.version,
            document: profile.document.clone(),
            edition_zh: profile.edition_zh.clone(),
            edition_en: profile.edition_en.clone(),
            zone: profile.zone.clone().unwrap_or(ZoneShape::Circle {
                radius_m: ZONE_RADIUS_M,
            }),
            key_point_types: profile.key_point_types.clone(),
            titles: profile.titles.clone(),
        }),
        criteria,
        edited: issue.edited,
    })
}

fn criterion(
    catalogue: &Catalogue,
    profile: &Profile,
    rule: &Rule,
    source: &CriterionSource,
) -> Criterion {
    Criterion {
        code: rule.code(),
        name_zh: source.name_zh.clone(),
        name_en: source.name_en.clone(),
        hint_zh: source.hint_zh.clone(),
        hint_en: source.hint_en.clone(),
        kind: source.kind,
        threshold: rule.limit.or(source.limit),
        inferred: rule.inferred.unwrap_or(source.inferred),
        provenance: Provenance {
            document: profile.document.clone(),
            jurisdiction: profile.id.clone(),
            section: rule.section.clone(),
        },
        category: source.category.clone(),
        scope: source.scope,
        applies_to: applies_to(profile, rule, source),
        evidence: source.evidence.clone(),
        parts: parts(rule, source),
        excuses: excuses(catalogue, profile, source),
        grants: source.grants.is_some(),
        codes: source.codes.clone(),
        note_zh: rule
            .note_zh
            .clone()
            .unwrap_or_else(|| source.note_zh.clone()),
        note_en: rule
            .note_en
            .clone()
            .unwrap_or_else(|| source.note_en.clone()),
    }
}

/// A district that asks for more than the catalogue can name has them counted instead of ticked.
fn parts(rule: &Rule, source: &CriterionSource) -> Vec<Part> {
    let asked = rule.limit.as_ref().and_then(Threshold::number);
    let named = u32::try_from(source.parts.len()).ok().map(f64::from);
    if source.kind == CriterionKind::CountLimit && asked > named {
        Vec::new()
    } else {
        source.parts.clone()
    }
}

/// A rule that names its kinds of point takes them away from one that names none.
fn applies_to(profile: &Profile, rule: &Rule, source: &CriterionSource) -> Vec<PointType> {
    if let Some(named) = &rule.applies_to {
        return named.clone();
    }
    let taken = |kind: &PointType| {
        profile.rules.iter().any(|other| {
            other.criterion == rule.criterion
                && other
                    .applies_to
                    .as_ref()
                    .is_some_and(|named| named.contains(kind))
        })
    };
    let left = source.applies_to.iter().filter(|kind| !taken(kind));
    left.copied().collect()
}

/// The excuses that the district has taken over along with the rules that grant them.
fn excuses(catalogue: &Catalogue, profile: &Profile, source: &CriterionSource) -> Vec<Excuse> {
    let mut excuses = Vec::new();
    for granting in &catalogue.criteria {
        let Some(grant) = &granting.grants else {
            continue;
        };
        let adopted = profile
            .rules
            .iter()
            .any(|rule| rule.criterion == granting.id);
        if !adopted || !grant.to.contains(&source.id) {
            continue;
        }
        excuses.extend(grant.reasons.iter().map(|reason| Excuse {
            by: granting.id.clone(),
            id: reason.id.clone(),
            mode: grant.mode,
            name_zh: reason.name_zh.clone(),
            name_en: reason.name_en.clone(),
            title: grant.title.clone(),
        }));
    }
    excuses
}
