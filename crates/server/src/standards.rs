//! Publishing what holds in a district.
//!
//! A version is a profile, the standard that it resolves to, the district that names it as the
//! one in force, the points whose zone follows the district's, and the events that tell phones of
//! all that. They commit together or not at all. What was begun under an earlier version stays
//! under it.

use crate::store::db::Db;
use xunfang_domain::catalogue::{
    Catalogue, Issue, Profile, ResolveError, Rule, district_zone_fault, resolve,
};
use xunfang_domain::{
    Criterion, District, DistrictId, Edited, Person, Point, Standard, StandardRef, UnixMillis,
    ZoneShape,
};
use xunfang_protocol::{EventBody, FeedScope, LimitEdit, StandardEdit};

use crate::error::ApiError;
use crate::store::feed::{self, NewEvent};
use crate::store::profiles::{self, NewProfile, StoredProfile};
use crate::store::{StoreError, reference};

/// Longest reason of a version, in characters.
const NOTE_CHARS_MAX: usize = 500;

/// Who makes a version, and why.
#[derive(Debug, Clone)]
pub(crate) struct Editor {
    pub(crate) person: Person,
    pub(crate) note: String,
}

/// Why a profile was not published; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It names what the catalogue does not have, or a limit that does not fit.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The district is not there.
    #[error("the district is not there")]
    DistrictUnknown,
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Publishes a profile as a version of the district's standard and puts it in force.
pub(crate) fn publish(
    db: &Db,
    catalogue: &Catalogue,
    district: DistrictId,
    profile: &Profile,
    reference: StandardRef,
    editor: Option<Editor>,
    now: UnixMillis,
) -> Result<Standard, PublishError> {
    let edited = editor.as_ref().map(|editor| Edited {
        by: editor.person.display_name.clone(),
        at: now,
        note: editor.note.clone(),
    });
    let standard = resolve(catalogue, profile, Issue { reference, edited })?;
    let stored = reference::district(db, district)?.ok_or(PublishError::DistrictUnknown)?;
    reference::publish_standard(db, district, &standard)?;
    let new = NewProfile {
        reference,
        profile,
        made_by: editor.as_ref().map(|editor| editor.person.id),
        made_at: now,
        note: editor.as_ref().map_or("", |editor| &editor.note),
    };
    profiles::add(db, district, &new)?;
    let zone = match &standard.profile {
        Some(head) => head.zone.clone(),
        None => district_zone(db, &stored)?,
    };
    let mut events = vec![EventBody::Standard(standard.clone())];
    events.extend(
        zones(db, district, &zone)?
            .into_iter()
            .map(EventBody::Point),
    );
    let in_force = District {
        zone_radius_m: reach_m(&zone),
        standard: Some(reference),
        ..stored
    };
    reference::put_district(db, &in_force)?;
    // Last, so that a phone has the standard when it learns that it is in force.
    events.push(EventBody::District(in_force));
    let events: Vec<NewEvent> = events
        .iter()
        .map(|event| NewEvent::new(FeedScope::District(district).to_string(), event))
        .collect::<Result<_, _>>()?;
    feed::append(db, district, &events)?;
    Ok(standard)
}

/// Makes the next version of a district's standard out of the one that the editor was looking at.
pub(crate) fn edit(
    db: &Db,
    catalogue: &Catalogue,
    district: DistrictId,
    edit: &StandardEdit,
    editor: Person,
    now: UnixMillis,
) -> Result<Standard, ApiError> {
    let newest = profiles::newest(db, district)?.ok_or(ApiError::NotFound)?;
    if newest.reference.version != edit.base {
        return answered(db, catalogue, district, edit, &editor, newest);
    }
    let profile = changed(catalogue, newest.profile, edit)?;
    let reference = StandardRef {
        version: newest.reference.version + 1,
        ..newest.reference
    };
    let editor = Editor {
        person: editor,
        note: edit.note.trim().to_owned(),
    };
    publish(
        db,
        catalogue,
        district,
        &profile,
        reference,
        Some(editor),
        now,
    )
    .map_err(|error| match error {
        PublishError::Store(error) => ApiError::Store(error),
        PublishError::Resolve(error) => ApiError::StandardInvalid(error.to_string()),
        PublishError::DistrictUnknown => ApiError::NotFound,
    })
}

/// Gives the version again that this very edit made: the answer may have been lost on its way. Any
/// other version that is newer than the base was made by somebody who saw something else.
fn answered(
    db: &Db,
    catalogue: &Catalogue,
    district: DistrictId,
    edit: &StandardEdit,
    editor: &Person,
    newest: StoredProfile,
) -> Result<Standard, ApiError> {
    let StandardRef { id, version } = newest.reference;
    let moved_on = ApiError::StandardMovedOn { version };
    if version != edit.base + 1 || newest.made_by != Some(editor.id) {
        return Err(moved_on);
    }
    let base = profiles::at(db, district, edit.base)?.ok_or(ApiError::NotFound)?;
    if changed(catalogue, base.profile, edit)? != newest.profile {
        return Err(moved_on);
    }
    reference::standard(db, district, id, version)?.ok_or(moved_on)
}

/// Returns a profile with an edit applied, or why it does not fit.
fn changed(
    catalogue: &Catalogue,
    mut profile: Profile,
    edit: &StandardEdit,
) -> Result<Profile, ApiError> {
    let invalid = |reason: String| ApiError::StandardInvalid(reason);
    for LimitEdit { code, limit } in &edit.limits {
        let rule = profile.rules.iter_mut().find(|rule| rule.code() == *code);
        let rule = rule.ok_or_else(|| invalid(format!("the district does not use {code}")))?;
        rule.limit = Some(*limit);
        // Somebody who answers for it has set it; it is a reading of words no longer.
        rule.inferred = Some(false);
    }
    for code in &edit.drop {
        let before = profile.rules.len();
        profile.rules.retain(|rule| rule.code() != *code);
        if profile.rules.len() == before {
            return Err(invalid(format!("the district does not use {code}")));
        }
    }
    for criterion in &edit.adopt {
        if profile
            .rules
            .iter()
            .any(|rule| rule.criterion == *criterion)
        {
            return Err(invalid(format!("the district uses {criterion} already")));
        }
        profile.rules.push(Rule::of(criterion));
    }
    if let Some(titles) = &edit.titles {
        let known = |title: &String| catalogue.titles.iter().any(|one| one.id == *title);
        if let Some(unknown) = titles.iter().find(|title| !known(title)) {
            return Err(invalid(format!("there is no title {unknown}")));
        }
        profile.titles.clone_from(titles);
    }
    if let Some(zone) = &edit.zone {
        if let Some(reason) = district_zone_fault(zone) {
            return Err(invalid(reason));
        }
        profile.zone = Some(zone.clone());
    }
    if edit.note.chars().count() > NOTE_CHARS_MAX {
        return Err(invalid(format!(
            "a note has at most {NOTE_CHARS_MAX} characters"
        )));
    }
    Ok(profile)
}

/// Returns what the catalogue has and the newest version of a district's standard does not use,
/// as the district would have it.
pub(crate) fn unused(
    db: &Db,
    catalogue: &Catalogue,
    district: DistrictId,
) -> Result<Vec<Criterion>, ApiError> {
    let stored = profiles::newest(db, district)?.ok_or(ApiError::NotFound)?;
    let used = |id: &str| stored.profile.rules.iter().any(|rule| rule.criterion == id);
    let rest = Profile {
        rules: catalogue
            .criteria
            .iter()
            .filter(|criterion| !used(&criterion.id))
            .map(|criterion| Rule::of(&criterion.id))
            .collect(),
        ..stored.profile.clone()
    };
    let issue = Issue {
        reference: stored.reference,
        edited: None,
    };
    let resolved = resolve(catalogue, &rest, issue)
        .map_err(|error| ApiError::StandardInvalid(error.to_string()))?;
    Ok(resolved.criteria)
}

/// Returns the zone of points that have none of their own.
pub(crate) fn district_zone(db: &Db, district: &District) -> Result<ZoneShape, StoreError> {
    let standard = match district.standard {
        Some(named) => reference::standard(db, district.id, named.id, named.version)?,
        None => None,
    };
    let profile = standard.and_then(|standard| standard.profile);
    Ok(profile.map_or(
        ZoneShape::Circle {
            radius_m: district.zone_radius_m,
        },
        |head| head.zone,
    ))
}

/// Gives the district's zone to the points that have none of their own.
fn zones(db: &Db, district: DistrictId, zone: &ZoneShape) -> Result<Vec<Point>, StoreError> {
    let following = reference::points(db, district)?
        .into_iter()
        .filter(|point| !point.own_zone)
        .map(|point| point.with_zone(None, zone));
    reference::put_points(db, district, following.collect())
}

/// How far a zone of a district reaches, for lists and quick drawing.
const fn reach_m(zone: &ZoneShape) -> f64 {
    match zone {
        ZoneShape::Circle { radius_m } => *radius_m,
        ZoneShape::WalkVisible { walk_m, sight_m } => *walk_m + *sight_m,
        // A profile with a polygon does not read: a district's zone has to fit every point.
        ZoneShape::Polygon { .. } => 500.0,
    }
}
