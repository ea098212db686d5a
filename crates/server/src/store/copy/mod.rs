//! Every row of a database, table by table: out of it in one state, and into an empty one.
//!
//! Which tables and columns there are is asked of the database itself, so that none is forgotten
//! when a step adds one. Both engines give the same rows in the same order, by a table's key, and
//! take what the other has given.
//!
//! References are looked at when all rows are there, as tables refer to each other in any order.
//! What an engine does for that is said in its module.

mod postgres;
mod sqlite;

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::db::{self, Db, Purpose, Source};
use super::{StoreError, health, migrate};

/// Tables that are about pieces of photos that have not all come. They lie where no backup looks,
/// so that a restored server has a phone begin such a photo anew.
pub(crate) const PASSING: [&str; 2] = ["upload", "upload_piece"];

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// By name: columns that were added later stand elsewhere in each engine.
    pub(crate) columns: Vec<String>,
    /// The columns of its key, in their order.
    key: Vec<String>,
}

/// A value, as both engines have it. In JSON it is null, a whole number, a text, or
/// `{"hex": "…"}` for bytes and ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes, or an id.
    Bytes(Bytes),
}

/// Bytes that are written in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bytes {
    #[serde(with = "digits")]
    pub(crate) hex: Vec<u8>,
}

mod digits {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(de::Error::custom)
    }
}

impl Cell {
    /// The whole number that it is.
    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The text that it is.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The id that it is.
    pub(crate) fn id(&self) -> Option<Uuid> {
        match self {
            Self::Bytes(bytes) => Uuid::from_slice(&bytes.hex).ok(),
            _ => None,
        }
    }
}

impl From<db::Cell<'_>> for Cell {
    fn from(cell: db::Cell<'_>) -> Self {
        match cell {
            db::Cell::Null => Self::Null,
            db::Cell::Integer(number) => Self::Integer(number),
            db::Cell::Text(text) => Self::Text(text.to_owned()),
            db::Cell::Bytes(bytes) => Self::Bytes(Bytes {
                hex: bytes.to_vec(),
            }),
        }
    }
}

/// A database in one state, whatever is written meanwhile.
pub(crate) struct Reading {
    db: Db,
    /// The version of its schema.
    pub(crate) schema: usize,
    /// Identity of its history.
    pub(crate) epoch: Uuid,
    /// Every table, by name, but those of [`PASSING`].
    pub(crate) tables: Vec<Table>,
}

impl Reading {
    /// Begins to read. Blocks the thread, as everything here.
    pub(crate) fn begin(source: &Source) -> Result<Self, StoreError> {
        let db = match source {
            Source::Sqlite(path) => Db::sqlite(db::open_reader(path)?),
            Source::Postgres(source) => {
                let db = Db::postgres(source)?;
                postgres::take_time(&db)?;
                db
            }
        };
        db.begin(Purpose::Read)?;
        let (schema, question) = match source {
            Source::Sqlite(_) => (sqlite::version(&db)?, sqlite::TABLES),
            Source::Postgres(_) => (migrate::postgres_version(&db)?, postgres::TABLES),
        };
        let schema = schema.unwrap_or(0);
        if schema > migrate::NEWEST {
            return Err(StoreError::Newer {
                found: schema,
                known: migrate::NEWEST,
            });
        }
        Ok(Self {
            schema,
            epoch: health::read_epoch(&db)?,
            tables: tables(&db, question)?,
            db,
        })
    }

    /// Hands over the rows of a table in the order of its key.
    pub(crate) fn each<E: From<StoreError>>(
        &self,
        table: &Table,
        mut take: impl FnMut(&[Cell]) -> Result<(), E>,
    ) -> Result<(), E> {
        let words = format!(
            "SELECT {} FROM {} ORDER BY {}",
            listed(&table.columns),
            quoted(&table.name),
            listed(&table.key)
        );
        let mut cells = Vec::with_capacity(table.columns.len());
        let mut failed = None;
        self.db.each_of(&words, |row| {
            cells.clear();
            for column in &table.columns {
                cells.push(Cell::from(row.cell(column)?));
            }
            Ok(match take(&cells) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            })
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// What the database finds wrong with itself; PostgreSQL says so when a row is read.
    pub(crate) fn own_faults(&self) -> Result<Vec<String>, StoreError> {
        if self.db.is_file() {
            sqlite::faults(&self.db)
        } else {
            Ok(Vec::new())
        }
    }
}

/// A database that is being filled. Before [`Loading::end`] it is none.
pub(crate) enum Loading {
    Sqlite(sqlite::Loading),
    Postgres(postgres::Loading),
}

/// What comes next into a table; none where that was all.
pub(crate) type Next<'a, E> = dyn FnMut() -> Result<Option<Vec<Cell>>, E> + 'a;

impl Loading {
    /// Makes the schema of a version where there is nothing.
    pub(crate) fn begin(into: &Source, schema: usize) -> Result<Self, StoreError> {
        Ok(match into {
            Source::Sqlite(path) => Self::Sqlite(sqlite::Loading::begin(path, schema)?),
            Source::Postgres(source) => Self::Postgres(postgres::Loading::begin(source, schema)?),
        })
    }

    /// The tables that are there to be filled, as [`Reading::tables`].
    pub(crate) fn tables(&self) -> Result<Vec<Table>, StoreError> {
        match self {
            Self::Sqlite(loading) => tables(&loading.db, sqlite::TABLES),
            Self::Postgres(loading) => tables(&loading.db, postgres::TABLES),
        }
    }

    /// Fills a table.
    pub(crate) fn fill<E: From<StoreError>>(
        &self,
        table: &Table,
        next: &mut Next<'_, E>,
    ) -> Result<(), E> {
        match self {
            Self::Sqlite(loading) => loading.fill(table, next),
            Self::Postgres(loading) => loading.fill(table, next),
        }
    }

    /// Begins a new history, looks at the references, commits, and brings the schema up to date.
    pub(crate) fn end(self, epoch: Uuid) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(loading) => loading.end(epoch),
            Self::Postgres(loading) => loading.end(epoch),
        }
    }
}

/// Fails where a database has tables already. There is no file yet where SQLite's will be.
pub(crate) fn demand_empty(source: &Source) -> Result<(), StoreError> {
    match source {
        Source::Sqlite(_) => Ok(()),
        Source::Postgres(source) => postgres::demand_empty(&Db::postgres(source)?),
    }
}

/// Asks which tables there are: a row for each column with its place in the key, 0 outside of it.
fn tables(db: &Db, question: &str) -> Result<Vec<Table>, StoreError> {
    let mut tables: Vec<Table> = Vec::new();
    let mut keys: Vec<(u64, String)> = Vec::new();
    let end = |table: Option<&mut Table>, keys: &mut Vec<(u64, String)>| {
        keys.sort();
        let keys = keys.drain(..).map(|(_, column)| column);
        if let Some(table) = table {
            table.key.extend(keys);
        }
    };
    db.each_of(question, |row| {
        let (name, column): (String, String) = (row.get("name")?, row.get("col")?);
        if PASSING.contains(&name.as_str()) {
            return Ok(ControlFlow::Continue(()));
        }
        if tables.last().is_none_or(|table| table.name != name) {
            end(tables.last_mut(), &mut keys);
            tables.push(Table {
                name,
                columns: Vec::new(),
                key: Vec::new(),
            });
        }
        let place: u64 = row.get("place")?;
        if place > 0 {
            keys.push((place, column.clone()));
        }
        if let Some(table) = tables.last_mut() {
            table.columns.push(column);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    end(tables.last_mut(), &mut keys);
    match tables.iter().find(|table| table.key.is_empty()) {
        Some(table) => Err(StoreError::Value {
            what: "schema",
            reason: format!("the table {} has no key", table.name),
        }),
        None => Ok(tables),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    names.join(", ")
}
