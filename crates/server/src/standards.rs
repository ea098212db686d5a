//! Publishing what holds in a district.
//!
//! A version is a profile, the standard that it resolves to, the district that names it as the
//! one in force, the points whose zone follows the district's, and the events that tell phones of
//! all that. They commit together or not at all. What was begun under an earlier version stays
//! under it.

use rusqlite::Transaction;
use xunfang_domain::catalogue::{Catalogue, Issue, Profile, ResolveError, resolve};
use xunfang_domain::{
    District, DistrictId, Edited, Person, Point, Standard, StandardRef, UnixMillis, ZoneShape,
};
use xunfang_protocol::EventBody;

use crate::store::feed::{self, NewEvent};
use crate::store::profiles::{self, NewProfile};
use crate::store::{StoreError, reference};

/// Who makes a version, and why.
#[derive(Debug, Clone)]
pub(crate) struct Editor {
    pub(crate) person: Person,
    pub(crate) note: String,
}

/// Why a profile was not published; nothing changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error("the district is not there")]
    DistrictUnknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Publishes a profile as a version of the district's standard and puts it in force.
pub(crate) fn publish(
    db: &Transaction<'_>,
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
    let mut events = vec![EventBody::Standard(standard.clone())];
    events.extend(
        zones(db, &stored, &standard)?
            .into_iter()
            .map(EventBody::Point),
    );
    let in_force = District {
        zone_radius_m: reach_m(&standard),
        standard: Some(reference),
        ..stored
    };
    reference::put_district(db, &in_force)?;
    // Last, so that a phone has the standard when it learns that it is in force.
    events.push(EventBody::District(in_force));
    for event in &events {
        let event = NewEvent::new(feed::district_scope(district), event)?;
        feed::append(db, district, &event)?;
    }
    Ok(standard)
}

/// How far a zone of the district reaches, for lists and quick drawing.
fn reach_m(standard: &Standard) -> f64 {
    match standard.profile.as_ref().map(|head| &head.zone) {
        Some(ZoneShape::Circle { radius_m }) => *radius_m,
        Some(ZoneShape::WalkVisible { walk_m, sight_m }) => walk_m + sight_m,
        // A profile with a polygon does not read, and none is no profile.
        Some(ZoneShape::Polygon { .. }) | None => 500.0,
    }
}

/// Gives the district's zone to the points that have none of their own.
fn zones(
    db: &Transaction<'_>,
    district: &District,
    standard: &Standard,
) -> Result<Vec<Point>, StoreError> {
    let reach_m = reach_m(standard);
    let shape = standard
        .profile
        .as_ref()
        .map(|head| head.zone.clone())
        .filter(|shape| !matches!(shape, ZoneShape::Circle { .. }));
    let mut changed = Vec::new();
    for point in reference::points(db, district.id)? {
        if point.own_zone {
            continue;
        }
        let follows = Point {
            radius_m: reach_m,
            shape: shape.clone(),
            ..point
        };
        if reference::put_point(db, &follows)? {
            changed.push(follows);
        }
    }
    Ok(changed)
}
