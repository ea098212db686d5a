//! Inspections and their photos.

use xunfang_domain::{
    Actor, DistrictId, InspectionId, InspectionRecord, Object, ObjectKind, PersonId, PointId,
    Sha256Hex, UnixMillis,
};

use super::db::{Db, Row, params, statement};
use super::{StoreError, sight, units, values};

/// The feed's name for the order in which a district's inspections were received.
pub(crate) const QUEUE: &str = "inspections";

/// An inspection that is stored for the first time.
#[derive(Debug)]
pub(crate) struct NewInspection<'a> {
    pub(crate) record: &'a InspectionRecord,
    /// The record as it came, as JSON.
    pub(crate) body: &'a str,
    pub(crate) author: PersonId,
    pub(crate) seq: u64,
    pub(crate) received_at: UnixMillis,
    /// Codes of the criteria that this server judges otherwise.
    pub(crate) differing: &'a [String],
}

/// An inspection with the names that a list shows.
#[derive(Debug, Clone)]
pub(crate) struct StoredInspection {
    pub(crate) record: InspectionRecord,
    pub(crate) author: PersonId,
    pub(crate) author_name: String,
    pub(crate) point_name: String,
    pub(crate) received_at: UnixMillis,
    pub(crate) differing: Vec<String>,
    pub(crate) seq: u64,
}

/// Lists inspections that were received since then, of the last `limit` ones.
pub(crate) fn received_since(
    db: &Db,
    district: DistrictId,
    since: UnixMillis,
    limit: u32,
) -> Result<Vec<InspectionId>, StoreError> {
    let last: Vec<(i64, InspectionId)> = db.all(
        statement!("inspections/received_since.sql"),
        params! { ":district_id": district.uuid(), ":limit": limit },
        |row| {
            let id = InspectionId::from_uuid(row.get("inspection_id")?);
            Ok((row.get("received_at")?, id))
        },
    )?;
    let late = last.into_iter().filter(|(at, _)| *at >= since.get());
    Ok(late.map(|(_, id)| id).collect())
}

impl StoredInspection {
    /// What the policy is asked about.
    pub(crate) fn object(&self, db: &Db, district: DistrictId) -> Result<Object, StoreError> {
        Ok(Object::Inspection {
            district,
            author: self.author,
            place: Some(units::place(db, district, self.record.point)?),
        })
    }
}

/// Stores an inspection with its photos.
pub(crate) fn add(
    db: &Db,
    district: DistrictId,
    new: &NewInspection<'_>,
) -> Result<(), StoreError> {
    db.execute(
        statement!("inspections/add.sql"),
        params! {
            ":district_id": district.uuid(),
            ":inspection_id": new.record.id.uuid(),
            ":seq": new.seq,
            ":author_id": new.author.uuid(),
            ":point_id": new.record.point.uuid(),
            ":body": new.body,
            ":received_at": new.received_at.get(),
            ":differing": values::to_json("differing", &new.differing)?,
        },
    )?;
    for photo in new.record.answers.iter().flat_map(|answer| &answer.photos) {
        db.execute(
            statement!("inspections/add_photo.sql"),
            params! {
                ":district_id": district.uuid(),
                ":sha256": photo.sha256.as_str(),
                ":inspection_id": new.record.id.uuid(),
            },
        )?;
    }
    Ok(())
}

/// Lists who made the inspections that show a photo, and at which points.
pub(crate) fn of_photo(
    db: &Db,
    district: DistrictId,
    sha256: &Sha256Hex,
) -> Result<Vec<(PersonId, PointId)>, StoreError> {
    db.all(
        statement!("inspections/of_photo.sql"),
        params! { ":district_id": district.uuid(), ":sha256": sha256.as_str() },
        values::author_and_point,
    )
}

/// Lists inspections below `before` that somebody may read, newest first.
pub(crate) fn page(
    db: &Db,
    actor: &Actor,
    before: u64,
    limit: u32,
) -> Result<Vec<StoredInspection>, StoreError> {
    let district_id = actor.district.uuid();
    match sight::part_of(actor, ObjectKind::Inspection) {
        Some([a, b, c, d, e, f, g, h]) => db.all(
            statement!("inspections/page_seen.sql"),
            params! {
                ":district_id": district_id,
                ":person_id": actor.person.uuid(),
                ":a": *a,
                ":b": *b,
                ":c": *c,
                ":d": *d,
                ":e": *e,
                ":f": *f,
                ":g": *g,
                ":h": *h,
                ":before": before,
                ":limit": limit,
            },
            stored,
        ),
        None => db.all(
            statement!("inspections/page.sql"),
            params! { ":district_id": district_id, ":before": before, ":limit": limit },
            stored,
        ),
    }
}

/// Finds one inspection.
pub(crate) fn find(
    db: &Db,
    district: DistrictId,
    inspection: InspectionId,
) -> Result<Option<StoredInspection>, StoreError> {
    db.one(
        statement!("inspections/find.sql"),
        params! {
            ":district_id": district.uuid(),
            ":inspection_id": inspection.uuid(),
        },
        stored,
    )
}

fn stored(row: Row<'_>) -> Result<StoredInspection, StoreError> {
    Ok(StoredInspection {
        record: values::from_json("inspection", &row.get::<String>("body")?)?,
        author: PersonId::from_uuid(row.get("author_id")?),
        author_name: row.get("author_name")?,
        point_name: row.get("point_name")?,
        received_at: UnixMillis::new(row.get("received_at")?),
        differing: values::from_json("differing", &row.get::<String>("differing")?)?,
        seq: row.get("seq")?,
    })
}
