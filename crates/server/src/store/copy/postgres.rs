//! A database that is filled in one transaction.
//!
//! References are taken off while rows come, and put back at the end, which looks at all of them
//! together. Were they deferred instead, PostgreSQL would note every row in memory until then. It
//! takes the owner of the tables and nobody above: they were made in this transaction.

use std::collections::HashMap;
use std::fmt::Write;
use std::ops::ControlFlow;

use uuid::Uuid;

use super::{Cell, Next, Table, listed, quoted};
use crate::store::db::{Db, PostgresSource};
use crate::store::{StoreError, migrate};

/// Which tables there are. That of the version is PostgreSQL's own way of keeping it.
pub(super) const TABLES: &str = "
    SELECT t.relname::text AS name, a.attname::text AS col,
           coalesce((SELECT k.place
                     FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
                     WHERE i.indrelid = t.oid AND i.indisprimary AND k.attnum = a.attnum), 0)
               AS place
    FROM pg_class t
    JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema()
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE t.relkind IN ('r', 'p') AND t.relname <> 'schema_version'
    ORDER BY t.relname::text COLLATE \"C\", a.attname::text COLLATE \"C\"";
const TABLES_THERE: &str = "
    SELECT count(*) AS tables FROM pg_class t
    JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema()
    WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f')";
/// Which columns are ids, by table and column: they travel without the mark of bytes.
const IDS: &str = "
    SELECT table_name::text AS name, column_name::text AS col
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND data_type = 'uuid'";
const REFERENCES: &str = "
    SELECT t.relname::text AS name, c.conname::text AS reference,
           pg_get_constraintdef(c.oid) AS words
    FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema()
    WHERE c.contype = 'f'";
/// Rows are sent in pieces of about so many bytes.
const SENT_TOGETHER: usize = 256 * 1024;

/// Reading and filling take as long as they take.
pub(super) fn take_time(db: &Db) -> Result<(), StoreError> {
    db.batch(migrate::PATIENCE)?;
    db.batch("SET idle_in_transaction_session_timeout TO 0")
}

/// Fails where there are tables.
pub(super) fn demand_empty(db: &Db) -> Result<(), StoreError> {
    let mut tables = 0;
    db.each_of(TABLES_THERE, |row| {
        tables = row.get::<u64>("tables")?;
        Ok(ControlFlow::Break(()))
    })?;
    if tables > 0 {
        return Err(StoreError::NotEmpty { tables });
    }
    Ok(())
}

/// A reference that is put back at the end.
struct Reference {
    table: String,
    name: String,
    words: String,
}

/// A database that is being filled.
pub(crate) struct Loading {
    pub(super) db: Db,
    references: Vec<Reference>,
    ids: HashMap<String, Vec<String>>,
}

impl Loading {
    pub(super) fn begin(source: &PostgresSource, schema: usize) -> Result<Self, StoreError> {
        let db = Db::postgres(source)?;
        take_time(&db)?;
        db.batch("BEGIN")?;
        // No server makes its tables meanwhile, and nobody else restores.
        db.batch(migrate::TURN_IN_TRANSACTION)?;
        demand_empty(&db)?;
        migrate::make_postgres(&db, schema)?;
        let mut references = Vec::new();
        db.each_of(REFERENCES, |row| {
            references.push(Reference {
                table: row.get("name")?,
                name: row.get("reference")?,
                words: row.get("words")?,
            });
            Ok(ControlFlow::Continue(()))
        })?;
        for Reference { table, name, .. } in &references {
            let (table, name) = (quoted(table), quoted(name));
            db.batch(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))?;
        }
        let mut ids: HashMap<String, Vec<String>> = HashMap::new();
        db.each_of(IDS, |row| {
            ids.entry(row.get("name")?)
                .or_default()
                .push(row.get("col")?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Self {
            db,
            references,
            ids,
        })
    }

    pub(super) fn fill<E: From<StoreError>>(
        &self,
        table: &Table,
        next: &mut Next<'_, E>,
    ) -> Result<(), E> {
        let ids = self.ids.get(&table.name).map_or(&[][..], Vec::as_slice);
        let ids: Vec<bool> = table
            .columns
            .iter()
            .map(|name| ids.contains(name))
            .collect();
        let (name, columns) = (quoted(&table.name), listed(&table.columns));
        let words = format!("COPY {name} ({columns}) FROM STDIN");
        let mut copy = self.db.copy_in(&words)?;
        let mut piece = String::new();
        while let Some(row) = next()? {
            for (place, (cell, id)) in row.iter().zip(&ids).enumerate() {
                if place > 0 {
                    piece.push('\t');
                }
                add(&mut piece, cell, *id)?;
            }
            piece.push('\n');
            if piece.len() >= SENT_TOGETHER {
                copy.send(std::mem::take(&mut piece).into())?;
            }
        }
        copy.send(piece.into())?;
        copy.end()?;
        Ok(())
    }

    pub(super) fn end(self, epoch: Uuid) -> Result<(), StoreError> {
        let db = &self.db;
        for Reference { table, name, words } in &self.references {
            let (table, name) = (quoted(table), quoted(name));
            db.batch(&format!(
                "ALTER TABLE {table} ADD CONSTRAINT {name} {words}"
            ))?;
        }
        db.batch(&format!("UPDATE server SET epoch = '{epoch}'"))?;
        db.batch("COMMIT")?;
        migrate::postgres(db)
    }
}

/// Adds a value in the form that COPY reads: `\N` for nothing, and what would end a value or a row
/// behind a backslash.
fn add(piece: &mut String, cell: &Cell, id: bool) -> Result<(), StoreError> {
    match cell {
        Cell::Null => piece.push_str("\\N"),
        // Writing into a string does not fail.
        Cell::Integer(number) => drop(write!(piece, "{number}")),
        Cell::Text(text) if text.contains('\0') => return Err(StoreError::Unstorable),
        Cell::Text(text) => text.chars().for_each(|letter| match letter {
            '\\' => piece.push_str("\\\\"),
            '\n' => piece.push_str("\\n"),
            '\r' => piece.push_str("\\r"),
            '\t' => piece.push_str("\\t"),
            other => piece.push(other),
        }),
        Cell::Bytes(bytes) => {
            if !id {
                piece.push_str("\\\\x");
            }
            piece.push_str(&hex::encode(&bytes.hex));
        }
    }
    Ok(())
}
