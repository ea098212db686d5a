//! The way that is walked during an inspection, and the streets along it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use xunfang_domain::{
    AnswerValue, InspectionId, STREET_PLACES_MAX, TRACK_FIXES_MAX, TrackFix, UnixMillis, Wgs84,
};

use crate::answers::{put_answer, walked_answers};
use crate::{Store, StoreError};

impl Store {
    /// Adds a place to the way that is walked and to the streets that are being walked, where it
    /// lies at least `step_m` from the last one, and says whether it did. What is full keeps what
    /// it has. This is nothing that the person did, so it does not keep the inspection under way.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn follow(
        &self,
        inspection: InspectionId,
        fix: &TrackFix,
        step_m: f64,
    ) -> Result<bool, StoreError> {
        let step = "keep a place of the track";
        self.write(step, |tx| {
            let last = tx
                .prepare_cached(
                    "SELECT number, lat, lng, accuracy_m, at FROM track_fix
                     WHERE inspection = ?1 ORDER BY number DESC LIMIT 1",
                )
                .and_then(|mut find| {
                    find.query_row(params![inspection.to_string()], |row| {
                        Ok((row.get::<_, usize>("number")?, read_fix(row)?))
                    })
                    .optional()
                })
                .map_err(StoreError::sql(step))?;
            let number = last.map_or(0, |(number, _)| number);
            if last.is_some_and(|(_, last)| last.place.distance_m(fix.place) < step_m)
                || number >= TRACK_FIXES_MAX
            {
                return Ok(false);
            }
            let added = tx
                .prepare_cached(
                    "INSERT INTO track_fix (inspection, number, lat, lng, accuracy_m, at)
                     SELECT id, ?2, ?3, ?4, ?5, ?6 FROM inspection
                     WHERE id = ?1 AND submitted_at IS NULL",
                )
                .and_then(|mut put| {
                    put.execute(params![
                        inspection.to_string(),
                        number + 1,
                        fix.place.lat(),
                        fix.place.lng(),
                        fix.accuracy_m,
                        fix.at.get()
                    ])
                })
                .map_err(StoreError::sql(step))?;
            if added == 0 {
                return Ok(false);
            }
            for (criterion, mut answer) in walked_answers(tx, inspection)? {
                if let Some(AnswerValue::Line { street, .. }) = &mut answer.value
                    && street.len() < STREET_PLACES_MAX
                {
                    street.push(fix.place);
                    put_answer(tx, inspection, &criterion, &answer)?;
                }
            }
            Ok(true)
        })
    }

    /// Returns the way that was walked so far.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn track(&self, inspection: InspectionId) -> Result<Vec<TrackFix>, StoreError> {
        self.read(|db| read_track(db, inspection))
    }
}

/// Reads the way that was walked.
pub(crate) fn read_track(
    db: &Connection,
    inspection: InspectionId,
) -> Result<Vec<TrackFix>, StoreError> {
    let read = || {
        db.prepare_cached(
            "SELECT lat, lng, accuracy_m, at FROM track_fix
             WHERE inspection = ?1 ORDER BY number",
        )?
        .query_map(params![inspection.to_string()], read_fix)?
        .collect::<rusqlite::Result<_>>()
    };
    read().map_err(StoreError::sql("read the track"))
}

fn read_fix(row: &Row<'_>) -> rusqlite::Result<TrackFix> {
    let place = Wgs84::new(row.get("lat")?, row.get("lng")?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Real, Box::new(error))
    })?;
    Ok(TrackFix {
        place,
        accuracy_m: row.get("accuracy_m")?,
        at: UnixMillis::new(row.get("at")?),
    })
}
