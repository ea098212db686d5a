//! What has to hold between the parts of a catalogue.

use std::collections::{HashMap, HashSet};

use super::profile::Profile;
use super::source::{CatalogueError, CriteriaFile, CriterionSource, Parsed, StandardFile};
use crate::{
    Comparator, CriterionKind, ExcuseMode, PHOTOS_PER_FINDING_MAX, PointType, Threshold, Wgs84,
    Zone, ZoneShape,
};

type Criteria<'a> = [Parsed<'a, CriteriaFile>];

pub(super) fn all(
    standard: &Parsed<'_, StandardFile>,
    criteria: &Criteria<'_>,
    profiles: &[Parsed<'_, Profile>],
) -> Result<(), CatalogueError> {
    head(standard)?;
    let mut known: HashMap<&str, &CriterionSource> = HashMap::new();
    for file in criteria {
        for (entry, criterion) in file.content.criteria.iter().enumerate() {
            one(standard, file, entry, criterion)?;
            if known.insert(&criterion.id, criterion).is_some() {
                return Err(file.error(
                    "criteria",
                    entry,
                    "id",
                    format!("criterion {} is there twice", criterion.id),
                ));
            }
        }
    }
    for file in criteria {
        for (entry, criterion) in file.content.criteria.iter().enumerate() {
            grants(standard, file, entry, criterion, &known)?;
        }
    }
    let mut ids = HashSet::new();
    for file in profiles {
        if !ids.insert(&file.content.id) {
            return Err(file.error_at("id", format!("profile {} is there twice", file.content.id)));
        }
        profile(standard, file, &known)?;
    }
    Ok(())
}

/// Says which id of a list is there twice, and where.
fn twice<'a>(ids: impl Iterator<Item = &'a str>) -> Option<(usize, &'a str)> {
    let mut seen = HashSet::new();
    ids.enumerate().find(|(_, id)| !seen.insert(*id))
}

fn head(standard: &Parsed<'_, StandardFile>) -> Result<(), CatalogueError> {
    let head = &standard.content;
    if head.version == 0 {
        return Err(standard.error_at("version", "versions count from 1"));
    }
    let categories = head.categories.iter().map(|one| one.id.as_str());
    let titles = head.titles.iter().map(|one| one.id.as_str());
    for (list, found) in [("categories", twice(categories)), ("titles", twice(titles))] {
        if let Some((entry, id)) = found {
            return Err(standard.error(list, entry, "id", format!("{id} is there twice")));
        }
    }
    let mut kinds = HashSet::new();
    for (entry, kind) in head.point_types.iter().enumerate() {
        if !kinds.insert(kind.id) {
            return Err(standard.error("point_types", entry, "id", "this kind is there twice"));
        }
        if kind.id.is_place() != kind.place {
            return Err(standard.error(
                "point_types",
                entry,
                "place",
                "the product treats this kind otherwise",
            ));
        }
    }
    Ok(())
}

fn one(
    standard: &Parsed<'_, StandardFile>,
    file: &Parsed<'_, CriteriaFile>,
    entry: usize,
    criterion: &CriterionSource,
) -> Result<(), CatalogueError> {
    let wrong = |field: &str, reason: String| Err(file.error("criteria", entry, field, reason));
    let named = criterion.id.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    if !named {
        return wrong(
            "id",
            "an id is made of a-z, 0-9 and single hyphens".to_owned(),
        );
    }
    for (field, text) in [
        ("name_zh", &criterion.name_zh),
        ("name_en", &criterion.name_en),
        ("hint_zh", &criterion.hint_zh),
        ("hint_en", &criterion.hint_en),
    ] {
        if text.trim().is_empty() {
            return wrong(field, format!("{field} is empty"));
        }
    }
    let heading = |id: &str| standard.content.categories.iter().any(|one| one.id == id);
    if !heading(&criterion.category) {
        return wrong(
            "category",
            format!("there is no category {}", criterion.category),
        );
    }
    if criterion.applies_to.is_empty() {
        return wrong("applies_to", "no kind of point is named".to_owned());
    }
    if let Some(reason) = unknown_kind(&criterion.applies_to) {
        return wrong("applies_to", reason);
    }
    if let Err(error) = Threshold::check(criterion.kind, criterion.limit.as_ref()) {
        return wrong("limit", error.to_string());
    }
    if usize::from(criterion.evidence.photos) > PHOTOS_PER_FINDING_MAX {
        return wrong(
            "evidence",
            format!("at most {PHOTOS_PER_FINDING_MAX} photos"),
        );
    }
    if let Some((_, id)) = twice(criterion.parts.iter().map(|part| part.id.as_str())) {
        return wrong("parts", format!("part {id} is there twice"));
    }
    if let (CriterionKind::CountLimit, Some(limit)) = (criterion.kind, &criterion.limit)
        && limit.comparator == Comparator::AtLeast
        && !criterion.parts.is_empty()
        && limit.number() > u32::try_from(criterion.parts.len()).ok().map(f64::from)
    {
        return wrong(
            "parts",
            "there are fewer parts than the limit asks for".to_owned(),
        );
    }
    Ok(())
}

fn grants(
    standard: &Parsed<'_, StandardFile>,
    file: &Parsed<'_, CriteriaFile>,
    entry: usize,
    criterion: &CriterionSource,
    known: &HashMap<&str, &CriterionSource>,
) -> Result<(), CatalogueError> {
    let Some(grant) = &criterion.grants else {
        return Ok(());
    };
    let wrong = |reason: String| Err(file.error("criteria", entry, "grants", reason));
    if grant.reasons.is_empty() {
        return wrong("an excuse needs a reason".to_owned());
    }
    if let Some((_, id)) = twice(grant.reasons.iter().map(|reason| reason.id.as_str())) {
        return wrong(format!("reason {id} is there twice"));
    }
    match (grant.mode, &grant.title) {
        (ExcuseMode::Passes, None) => {
            return wrong("passing without a look needs a title".to_owned());
        }
        (ExcuseMode::Exempts, Some(_)) => {
            return wrong("an exemption on the spot has no title".to_owned());
        }
        (ExcuseMode::Passes, Some(title))
            if !standard.content.titles.iter().any(|one| one.id == *title) =>
        {
            return wrong(format!("there is no title {title}"));
        }
        (ExcuseMode::Passes, Some(_)) | (ExcuseMode::Exempts, None) => {}
    }
    for target in &grant.to {
        if !known.contains_key(target.as_str()) {
            return wrong(format!("there is no criterion {target}"));
        }
    }
    // Following the excuses from here must not lead back here.
    let mut open: Vec<&str> = grant.to.iter().map(String::as_str).collect();
    let mut seen = HashSet::new();
    while let Some(next) = open.pop() {
        if next == criterion.id {
            return wrong(format!("{} excuses itself in a circle", criterion.id));
        }
        if seen.insert(next)
            && let Some(grant) = known.get(next).and_then(|next| next.grants.as_ref())
        {
            open.extend(grant.to.iter().map(String::as_str));
        }
    }
    Ok(())
}

fn profile(
    standard: &Parsed<'_, StandardFile>,
    file: &Parsed<'_, Profile>,
    known: &HashMap<&str, &CriterionSource>,
) -> Result<(), CatalogueError> {
    let profile = &file.content;
    if let Some(shape) = &profile.zone {
        let error = district_zone_fault(shape);
        if let Some(reason) = error {
            return Err(file.error_at("zone", reason));
        }
    }
    for title in &profile.titles {
        if !standard.content.titles.iter().any(|one| one.id == *title) {
            return Err(file.error_at("titles", format!("there is no title {title}")));
        }
    }
    if let Some(reason) = unknown_kind(&profile.key_point_types) {
        return Err(file.error_at("key_point_types", reason));
    }
    let mut codes = HashSet::new();
    for (entry, rule) in profile.rules.iter().enumerate() {
        let wrong = |field: &str, reason: String| Err(file.error("rules", entry, field, reason));
        let Some(criterion) = known.get(rule.criterion.as_str()) else {
            return wrong(
                "criterion",
                format!("there is no criterion {}", rule.criterion),
            );
        };
        if !codes.insert(rule.code()) {
            return wrong(
                "criterion",
                format!("{} is there twice; give the second a variant", rule.code()),
            );
        }
        let limit = rule.limit.as_ref().or(criterion.limit.as_ref());
        if let Err(error) = Threshold::check(criterion.kind, limit) {
            return wrong("limit", error.to_string());
        }
        if rule.applies_to.as_ref().is_some_and(Vec::is_empty) {
            return wrong("applies_to", "no kind of point is named".to_owned());
        }
        if let Some(reason) = rule.applies_to.as_deref().and_then(unknown_kind) {
            return wrong("applies_to", reason);
        }
    }
    Ok(())
}

/// Phones take a kind of point that they do not know for [`PointType::Other`]; in a catalogue it
/// is a slip of the pen, and the item would be asked nowhere.
fn unknown_kind(kinds: &[PointType]) -> Option<String> {
    let unknown = kinds.iter().position(|kind| *kind == PointType::Other)?;
    Some(format!(
        "the kind of point in place {} is not known",
        unknown + 1
    ))
}

/// Says why a shape cannot be the zone of a district's points; none where it can.
pub fn district_zone_fault(shape: &ZoneShape) -> Option<String> {
    if matches!(shape, ZoneShape::Polygon { .. }) {
        // It is used around many points, and a polygon lies in one place.
        return Some("a district's zone is a circle or a walk".to_owned());
    }
    let zone = Zone {
        // Where it lies does not matter to a circle.
        center: Wgs84::wrapped(0.0, 0.0),
        shape: shape.clone(),
    };
    zone.check().err().map(|error| error.to_string())
}
