//! Whole registers in and out.
//!
//! A file is looked at twice: for the preview, which writes nothing, and for the commit, which
//! takes all of it or nothing. The digest of the preview names the file and the district's points
//! as they were; where either is another one by then, nothing is taken and the administrator looks
//! again.

use std::collections::HashMap;

use crate::store::db::Db;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use xunfang_domain::catalogue::Catalogue;
use xunfang_domain::{
    Against, Bounds, Datum, DistrictId, Draft, ImportPlan, Point, PointId, PointType, RowFate,
    ZoneShape, plan_import,
};
use xunfang_protocol::{FeedScope, ImportDone, ImportPreview, ImportPreviewRow, RowPoint};
use xunfang_report::{Format, read_points, write_points};

use super::put;
use crate::App;
use crate::error::ApiError;
use crate::standards::district_zone;
use crate::store::{feed, reference};

/// How far beyond its points a district may reach, kilometres.
pub(super) const BEYOND_POINTS_KM: f64 = 20.0;

/// A register and how it is to be read.
#[derive(Debug, Clone)]
pub(crate) struct Register {
    pub(crate) format: Format,
    /// The system of its coordinates, where a row does not say.
    pub(crate) datum: Datum,
    pub(crate) bytes: Vec<u8>,
}

struct Prepared {
    plan: ImportPlan,
    digest: String,
    /// The last event of the district that the plan knows of.
    last_seq: u64,
    district_zone: ZoneShape,
    points: Vec<Point>,
}

fn prepare(
    db: &Db,
    catalogue: &Catalogue,
    district: DistrictId,
    register: &Register,
) -> Result<Prepared, ApiError> {
    let stored = reference::district(db, district)?.ok_or(ApiError::NotFound)?;
    let points = reference::points(db, district)?;
    let table = read_points(register.format, &register.bytes)?;
    let kind = |text: &str| kind_named(catalogue, text);
    let plan = plan_import(
        &table.rows,
        Against {
            points: &points,
            bounds: Bounds::around(points.iter().map(|point| point.place), BEYOND_POINTS_KM),
            datum: register.datum,
            radius_m: stored.zone_radius_m,
            kind: &kind,
        },
    );
    // Every change of a point is an event of the district, so its last number stands for them.
    let last = feed::last_seq(db, district, &FeedScope::District(district).to_string())?;
    let mut digest = Sha256::new();
    digest.update(&register.bytes);
    digest.update(format!("{:?} {:?} {last}", register.format, register.datum));
    Ok(Prepared {
        plan,
        digest: hex::encode(digest.finalize()),
        last_seq: last,
        district_zone: district_zone(db, &stored)?,
        points,
    })
}

/// Finds a kind of point by what a register calls it.
fn kind_named(catalogue: &Catalogue, text: &str) -> Option<PointType> {
    let named = |name: &str| name.eq_ignore_ascii_case(text);
    let known = catalogue.point_types.iter().filter(|kind| kind.place);
    let by_id = || serde_json::from_value(serde_json::Value::String(text.to_lowercase())).ok();
    known
        .clone()
        .find(|kind| named(&kind.name_zh) || named(&kind.name_en))
        .map(|kind| kind.id)
        .or_else(|| by_id().filter(|id: &PointType| *id != PointType::Other && id.is_place()))
}

fn kind_name(catalogue: &Catalogue, kind: PointType) -> String {
    let known = catalogue.point_types.iter().find(|named| named.id == kind);
    known.map_or_else(String::new, |named| named.name_zh.clone())
}

/// Says what would become of every row; nothing is written.
pub(crate) fn preview(
    db: &Db,
    catalogue: &Catalogue,
    district: DistrictId,
    register: &Register,
) -> Result<ImportPreview, ApiError> {
    let prepared = prepare(db, catalogue, district, register)?;
    Ok(ImportPreview {
        digest: prepared.digest,
        tally: prepared.plan.tally(),
        rows: prepared
            .plan
            .rows
            .into_iter()
            .map(|row| ImportPreviewRow {
                line: row.line,
                name: row.shown_name,
                point: row.point.map(|draft| RowPoint {
                    number: draft.number,
                    kind: draft.kind,
                    unit: draft.unit,
                    place: draft.place,
                    radius_m: draft.radius_m,
                }),
                fate: row.fate,
            })
            .collect(),
    })
}

/// Takes a whole register, as its preview showed it. The file is read and planned while phones go
/// on sending; only what comes out of it waits for the database.
pub(crate) async fn commit(
    app: &App,
    district: DistrictId,
    register: Register,
    digest: String,
) -> Result<ImportDone, ApiError> {
    let shared = app.clone();
    let (last_seq, tally, points) = app
        .database()
        .read(move |db| {
            let prepared = prepare(db, &shared.catalogue(), district, &register)?;
            if prepared.digest != digest {
                return Err(ApiError::ImportMovedOn);
            }
            let tally = prepared.plan.tally();
            if tally.refused > 0 {
                return Err(ApiError::ImportRefused {
                    refused: tally.refused,
                });
            }
            Ok((prepared.last_seq, tally, to_write(prepared, district)))
        })
        .await?;
    app.database()
        .write(district, move |db| {
            let scope = FeedScope::District(district).to_string();
            if feed::last_seq(db, district, &scope)? != last_seq {
                return Err(ApiError::ImportMovedOn);
            }
            put(db, district, points)?;
            Ok(ImportDone { tally })
        })
        .await
}

/// The points that are new or change.
fn to_write(prepared: Prepared, district: DistrictId) -> Vec<Point> {
    let standing: HashMap<PointId, Point> = prepared
        .points
        .into_iter()
        .map(|point| (point.id, point))
        .collect();
    let rows = prepared.plan.rows.into_iter();
    rows.filter_map(|row| match (row.point, row.fate) {
        (Some(draft), RowFate::New | RowFate::Changed { .. }) => {
            let before = draft.existing.and_then(|id| standing.get(&id));
            Some(written(draft, before, district, &prepared.district_zone))
        }
        _ => None,
    })
    .collect()
}

fn written(
    draft: Draft,
    before: Option<&Point>,
    district: DistrictId,
    district_zone: &ZoneShape,
) -> Point {
    // As the preview judged it.
    let kept = before.and_then(|point| draft.zone_of(point));
    let own = kept.or(draft
        .radius_m
        .map(|radius_m| ZoneShape::Circle { radius_m }));
    Point {
        id: draft
            .existing
            .unwrap_or_else(|| PointId::from_uuid(Uuid::now_v7())),
        district,
        number: draft.number,
        name: draft.name,
        unit: draft.unit,
        unit_id: before.and_then(|point| point.unit_id),
        kind: draft.kind,
        place: draft.place,
        radius_m: 0.0,
        shape: None,
        own_zone: false,
        sample: before.is_some_and(|point| point.sample),
        retired: false,
    }
    .with_zone(own, district_zone)
}

/// Writes the district's points, those that are no longer inspected left out.
pub(crate) fn export(
    db: &Db,
    catalogue: &Catalogue,
    district: DistrictId,
    format: Format,
    datum: Datum,
) -> Result<Vec<u8>, ApiError> {
    let mut points = reference::points(db, district)?;
    points.retain(|point| !point.retired);
    write_points(format, &points, datum, |kind| kind_name(catalogue, kind)).map_err(|error| {
        tracing::error!(%error, "points could not be written");
        ApiError::Broken("the file could not be made")
    })
}
