//! What can still be read of a damaged database, copied into a new one.
//!
//! A page that is torn or lost takes the rows on it and, where it leads to others, hides those. So
//! each table is read from its beginning until a row does not come, then from its end, and where
//! rows have numbers, from places in between. The new database has the schema of the old one and
//! is brought up to date afterwards, like any other of its age.
//!
//! What was damaged is only read, and in a copy: `SQLite` would write its log into it.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use xunfang_durable::DiskError;

use crate::mending::mend;
use crate::open::{DATABASE, StorageKey, connect, migrate, newest, schema_of};
use crate::photo_files::PhotoPlaces;
use crate::{StoreError, sealing};

/// Numbers that are tried behind a row that does not come, each twice as far as the one before: as
/// many as a number has bits.
const JUMPS_MAX: u32 = 62;
/// Gaps of one table that are looked behind.
const GAPS_MAX: u32 = 10_000;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    /// Rows that are in the new database.
    pub rows: u64,
    /// Findings and inspections among them that wait to be sent.
    pub unsent: u64,
}

/// Copies what can be read of the database in `damaged` into a new one at `database`, where nothing
/// lies yet.
pub(crate) fn recover(
    damaged: &Path,
    database: &Path,
    key: &StorageKey,
) -> Result<Recovered, StoreError> {
    let copy = damaged.join("reading");
    let result = copy_files(damaged, &copy).and_then(|()| read_into(&copy, database, key));
    if copy.exists() {
        fs::remove_dir_all(&copy).map_err(DiskError::at("remove", &copy))?;
    }
    result
}

fn copy_files(damaged: &Path, copy: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(copy).map_err(DiskError::at("make", copy))?;
    for name in [DATABASE.to_owned(), format!("{DATABASE}-wal")] {
        let from = damaged.join(&name);
        if from.exists() {
            fs::copy(&from, copy.join(&name)).map_err(DiskError::at("copy", &from))?;
        }
    }
    Ok(())
}

/// The damaged database. `SQLCipher` lets nothing more be read over a connection that has met a
/// page which does not open, so each look has its own.
struct Damaged<'a> {
    path: PathBuf,
    key: Option<&'a StorageKey>,
}

impl<'a> Damaged<'a> {
    fn new(folder: &Path, key: &'a StorageKey) -> Result<Self, StoreError> {
        let path = folder.join(DATABASE);
        let key = (!sealing::is_plain(&path)?).then_some(key);
        Ok(Self { path, key })
    }

    fn look(&self) -> rusqlite::Result<Connection> {
        let db = Connection::open(&self.path)?;
        if let Some(key) = self.key {
            key.unlock(&db)?;
        }
        Ok(db)
    }

    /// The last number that was given to an operation, where that can be read.
    fn last_number(&self) -> i64 {
        let last = self.look().and_then(|db| {
            let last = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'";
            db.query_row(last, [], |row| row.get(0))
        });
        // What is left of the numbers themselves is looked at as well.
        last.unwrap_or(0)
    }
}

fn read_into(copy: &Path, database: &Path, key: &StorageKey) -> Result<Recovered, StoreError> {
    let old = Damaged::new(copy, key)?;
    let look = old.look();
    let schema = schema_of(&look.map_err(StoreError::sql("open the damaged database"))?)?;
    if schema == 0 || schema > newest() {
        return Ok(Recovered::default());
    }
    let mut new = connect(database, key)?;
    migrate(&mut new, schema)?;
    let folder = database.parent().unwrap_or(database);
    let recovered = copy_tables(&old, &mut new, schema, &PhotoPlaces::below(folder))
        .map_err(StoreError::sql("recover rows"))?;
    migrate(&mut new, newest())?;
    tracing::warn!(
        rows = recovered.rows,
        unsent = recovered.unsent,
        "rows of the damaged database were recovered"
    );
    Ok(recovered)
}

fn copy_tables(
    old: &Damaged<'_>,
    new: &mut Connection,
    schema: u32,
    places: &PhotoPlaces,
) -> rusqlite::Result<Recovered> {
    // A row may come without the one that it depends on; those are looked after at the end.
    new.pragma_update(None, "foreign_keys", "off")?;
    let tx = new.transaction()?;
    let mut recovered = Recovered::default();
    for (table, numbered) in tables(&tx)? {
        recovered.rows += Table::new(old, &tx, &table, numbered)?.copy()?;
    }
    mend(&tx, schema, places, old.last_number())?;
    recovered.unsent = tx.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
    tx.commit()?;
    new.pragma_update(None, "foreign_keys", "on")?;
    Ok(recovered)
}

/// The tables of the schema, and whether their rows have numbers.
fn tables(new: &Connection) -> rusqlite::Result<Vec<(String, bool)>> {
    new.prepare(
        "SELECT name, wr = 0 AS numbered FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table'
           AND name NOT LIKE 'sqlite_%'
         ORDER BY name",
    )?
    .query_map([], |row| Ok((row.get("name")?, row.get("numbered")?)))?
    .collect()
}

/// One table of both databases.
struct Table<'a> {
    old: &'a Damaged<'a>,
    new: &'a Connection,
    name: &'a str,
    numbered: bool,
    /// Names of the columns, with a comma between them.
    columns: String,
    insert: String,
    rows: u64,
}

impl<'a> Table<'a> {
    fn new(
        old: &'a Damaged<'a>,
        new: &'a Connection,
        name: &'a str,
        numbered: bool,
    ) -> rusqlite::Result<Self> {
        let names: Vec<String> = new
            .prepare("SELECT name FROM pragma_table_info(?1)")?
            .query_map([name], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let columns = names.join(", ");
        // The number goes with the row: others are named by it.
        let (number, mark) = if numbered {
            ("rowid, ", "?, ")
        } else {
            ("", "")
        };
        let marks = vec!["?"; names.len()].join(", ");
        Ok(Self {
            old,
            new,
            name,
            numbered,
            insert: format!(
                "INSERT OR IGNORE INTO {name} ({number}{columns}) VALUES ({mark}{marks})"
            ),
            columns: format!("{number}{columns}"),
            rows: 0,
        })
    }

    fn copy(mut self) -> rusqlite::Result<u64> {
        let order = if self.numbered { "rowid" } else { "1" };
        let Some(last) = self.scan(&format!("ORDER BY {order}"))? else {
            return Ok(self.rows);
        };
        tracing::warn!(table = self.name, "a table is damaged");
        self.scan(&format!("ORDER BY {order} DESC"))?;
        if self.numbered {
            self.look_behind_gaps(last)?;
        }
        Ok(self.rows)
    }

    /// Copies rows until one does not come. Returns the number of the last one that did, or 0; none
    /// where all came.
    fn scan(&mut self, which: &str) -> rusqlite::Result<Option<i64>> {
        let select = format!("SELECT {} FROM {} {which}", self.columns, self.name);
        let mut last = 0;
        // What the damage hides may be the table itself.
        let old = self.old.look()?;
        let Ok(mut query) = old.prepare(&select) else {
            return Ok(Some(last));
        };
        let width = query.column_count();
        let Ok(mut rows) = query.query([]) else {
            return Ok(Some(last));
        };
        loop {
            let values: Result<Vec<Value>, _> = match rows.next() {
                Ok(Some(row)) => (0..width).map(|column| row.get(column)).collect(),
                Ok(None) => return Ok(None),
                Err(_) => return Ok(Some(last)),
            };
            let Ok(values) = values else { continue };
            if let Some(Value::Integer(number)) = values.first() {
                last = *number;
            }
            // A row that the schema refuses is no row of this app.
            match self
                .new
                .prepare_cached(&self.insert)?
                .execute(params_from_iter(values))
            {
                Ok(count) => self.rows += count as u64,
                Err(error) => tracing::warn!(table = self.name, %error, "a row is left out"),
            }
        }
    }

    /// Goes on behind each row that does not come, further and further until one does.
    fn look_behind_gaps(&mut self, last: i64) -> rusqlite::Result<()> {
        let mut after = Some(last);
        for _ in 0..GAPS_MAX {
            let Some(from) = after else { return Ok(()) };
            let found: Option<i64> = (0..JUMPS_MAX).find_map(|jump| {
                let from = from.checked_add(1 << jump)?;
                let select = format!(
                    "SELECT rowid FROM {} WHERE rowid >= ?1 ORDER BY rowid LIMIT 1",
                    self.name
                );
                let old = self.old.look().ok()?;
                old.query_row(&select, [from], |row| row.get(0)).ok()
            });
            let Some(found) = found else { return Ok(()) };
            // Backwards what the jump went over, then on from there.
            self.scan(&format!(
                "WHERE rowid > {from} AND rowid <= {found} ORDER BY rowid DESC"
            ))?;
            let on = self.scan(&format!("WHERE rowid >= {found} ORDER BY rowid"))?;
            after = on.map(|last| last.max(found));
        }
        Ok(())
    }
}
