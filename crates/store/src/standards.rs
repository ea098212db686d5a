//! Standards, read and parsed once.
//!
//! Every save and every page of a point asks for one, and it is a document of some hundred
//! criteria. A published version never changes, so what was parsed stays true.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OptionalExtension, params};
use xunfang_domain::{District, DistrictId, Standard, StandardId, StandardRef};

use crate::store::{id, parse};
use crate::{Store, StoreError};

/// The versions that were asked for since the app was started.
pub(crate) type ParsedStandards = Mutex<HashMap<(StandardId, u32), Arc<Standard>>>;

impl Store {
    /// Has standards read anew.
    pub(crate) fn forget_parsed_standards(&self) -> Result<(), StoreError> {
        let mut parsed = self.standards.lock().map_err(|_| StoreError::Poisoned)?;
        parsed.clear();
        Ok(())
    }

    /// Returns the standard in force in a district, where one has arrived.
    ///
    /// A district of the first servers names none; the newest version is in force there.
    ///
    /// # Errors
    /// [`StoreError`] of the database, or where the stored standard does not parse.
    pub fn standard_in_force(
        &self,
        district: DistrictId,
    ) -> Result<Option<Arc<Standard>>, StoreError> {
        self.read(|db| {
            let named: Option<String> = db
                .prepare_cached("SELECT body FROM district WHERE id = ?1")
                .and_then(|mut find| {
                    find.query_row(params![district.to_string()], |row| row.get("body"))
                        .optional()
                })
                .map_err(StoreError::sql("read the district"))?;
            let named: Option<District> = named.map(|body| parse("district", &body)).transpose()?;
            let named = named.and_then(|named| named.standard);
            if let Some(StandardRef { id, version }) = named
                && let Some(standard) = self.parsed(db, id, version)?
            {
                return Ok(Some(standard));
            }
            // Its version may still be on the way; another district's is never taken for it.
            let newest = db
                .prepare_cached(
                    "SELECT id, version FROM standard WHERE ?1 IS NULL OR id = ?1
                     ORDER BY version DESC, id LIMIT 1",
                )
                .and_then(|mut find| {
                    find.query_row(params![named.map(|named| named.id.to_string())], |row| {
                        Ok((id(0, &row.get::<_, String>("id")?)?, row.get("version")?))
                    })
                    .optional()
                })
                .map_err(StoreError::sql("find the newest standard"))?;
            match newest {
                Some((standard, version)) => self.parsed(db, standard, version),
                None => Ok(None),
            }
        })
    }

    /// Returns the version of a standard that a record names, where it has arrived.
    ///
    /// # Errors
    /// [`StoreError`] of the database, or where the stored standard does not parse.
    pub fn standard(
        &self,
        standard: StandardId,
        version: u32,
    ) -> Result<Option<Arc<Standard>>, StoreError> {
        self.read(|db| self.parsed(db, standard, version))
    }

    fn parsed(
        &self,
        db: &Connection,
        standard: StandardId,
        version: u32,
    ) -> Result<Option<Arc<Standard>>, StoreError> {
        let mut known = self.standards.lock().map_err(|_| StoreError::Poisoned)?;
        if let Some(parsed) = known.get(&(standard, version)) {
            return Ok(Some(Arc::clone(parsed)));
        }
        let body: Option<String> = db
            .prepare_cached("SELECT body FROM standard WHERE id = ?1 AND version = ?2")
            .and_then(|mut find| {
                find.query_row(params![standard.to_string(), version], |row| {
                    row.get("body")
                })
                .optional()
            })
            .map_err(StoreError::sql("read a standard"))?;
        let Some(body) = body else { return Ok(None) };
        let parsed = Arc::new(parse("standard", &body)?);
        known.insert((standard, version), Arc::clone(&parsed));
        Ok(Some(parsed))
    }
}
