//! A file that is filled before anybody knows of it.
//!
//! It is not synced and has no log until it is whole: where filling it breaks off, it is removed.
//! References are not looked at while rows come, and all of them are at the end.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use super::{Cell, Next, Table, listed, quoted};
use crate::store::db::Db;
use crate::store::{StoreError, migrate};

/// Which tables there are.
pub(super) const TABLES: &str = "
    SELECT m.name AS name, c.name AS col, c.pk AS place
    FROM sqlite_schema m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY m.name, c.name";
/// Most faults that are told one by one.
const FAULTS_MAX: usize = 100;

/// Returns how many steps a file has been through.
pub(super) fn version(db: &Db) -> Result<Option<usize>, StoreError> {
    let mut version = None;
    db.each_of("PRAGMA user_version", |row| {
        version = Some(row.get::<u32>("user_version")? as usize);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(version)
}

/// What SQLite finds wrong with a file.
pub(super) fn faults(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut faults = Vec::new();
    let check = format!("PRAGMA integrity_check({FAULTS_MAX})");
    db.each_of(&check, |row| {
        let what: String = row.get("integrity_check")?;
        if what != "ok" {
            faults.push(what);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    db.each_of("PRAGMA foreign_key_check", |row| {
        let (table, parent): (String, String) = (row.get("table")?, row.get("parent")?);
        faults.push(format!("a row of {table} refers to none of {parent}"));
        Ok(if faults.len() < FAULTS_MAX {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    Ok(faults)
}

/// A file that is being filled, in one transaction.
pub(crate) struct Loading {
    connection: Connection,
    /// Looks at the schema.
    pub(super) db: Db,
}

impl Loading {
    pub(super) fn begin(path: &Path, schema: usize) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update_and_check(None, "journal_mode", "memory", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "off")?;
        connection.pragma_update(None, "foreign_keys", false)?;
        migrate::sqlite_up_to(&mut connection, schema)?;
        let db = Db::sqlite(Connection::open(path)?);
        Ok(Self { connection, db })
    }

    pub(super) fn fill<E: From<StoreError>>(
        &self,
        table: &Table,
        next: &mut Next<'_, E>,
    ) -> Result<(), E> {
        let transaction = self
            .connection
            .unchecked_transaction()
            .map_err(StoreError::from)?;
        let places: Vec<String> = (1..=table.columns.len())
            .map(|number| format!("?{number}"))
            .collect();
        let words = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            quoted(&table.name),
            listed(&table.columns),
            places.join(", ")
        );
        let mut insert = transaction.prepare(&words).map_err(StoreError::from)?;
        while let Some(row) = next()? {
            insert
                .execute(params_from_iter(&row))
                .map_err(StoreError::from)?;
        }
        drop(insert);
        Ok(transaction.commit().map_err(StoreError::from)?)
    }

    pub(super) fn end(self, epoch: Uuid) -> Result<(), StoreError> {
        let Self { mut connection, db } = self;
        connection.execute("UPDATE server SET epoch = ?1", [epoch])?;
        let faults = faults(&db)?;
        if let Some(fault) = faults.first() {
            return Err(StoreError::Value {
                what: "table",
                reason: fault.clone(),
            });
        }
        drop(db);
        // As when a server starts.
        connection.pragma_update(None, "foreign_keys", true)?;
        migrate::sqlite(&mut connection)?;
        connection.close().map_err(|(_, error)| error.into())
    }
}

impl rusqlite::ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(&bytes.hex),
        }))
    }
}
