//! One connection to a database, and how statements are asked of it, whichever engine it is.
//!
//! There is one set of statements. Both engines read the SQL that they have in common; what they do
//! not have in common is in here: how a connection is opened, how a transaction begins, and how
//! values travel. A statement that fails leaves a PostgreSQL transaction unable to go on until it
//! is taken back to a savepoint. SQLite would go on; here it may not either, so that both behave
//! alike and nothing is committed of which a part failed unseen.

mod postgres;
mod sqlite;
mod statement;
mod value;

use std::cell;
use std::ops::ControlFlow;
use std::path::PathBuf;

use xunfang_domain::DistrictId;

pub(crate) use self::postgres::{CopyIn, PostgresSource, SET_UP};
pub(super) use self::sqlite::{open_reader, open_writer};
pub(crate) use self::statement::{Statement, statement};
use self::value::Value;
pub(crate) use self::value::{Bind, Cell, Column, Param, Row, params};
use super::StoreError;

/// A connection.
pub(crate) struct Db {
    link: Link,
    state: cell::Cell<State>,
    /// Savepoints that are open, each within the one before.
    depth: cell::Cell<u32>,
}

enum Link {
    Sqlite(sqlite::Link),
    Postgres(postgres::Link),
}

/// Where a database is.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A file, made where it is not there.
    Sqlite(PathBuf),
    Postgres(Box<PostgresSource>),
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Looks at one state of the database.
    Read,
    /// Changes what one district has. A district has one writer at a time, whichever server it is
    /// on; what is read in between stays as it was read.
    Write(DistrictId),
}

/// How the transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// There is none: each statement is one of its own.
    Idle,
    Open,
    /// A statement failed. PostgreSQL would answer `COMMIT` with success and take everything back;
    /// SQLite may have taken it back already, and would commit the next statement at once.
    Failed,
}

/// What is done with a row, and whether the next one is wanted.
type Take<'a> = dyn FnMut(Row<'_>) -> Result<ControlFlow<()>, StoreError> + 'a;

impl Db {
    const fn new(link: Link) -> Self {
        Self {
            link,
            state: cell::Cell::new(State::Idle),
            depth: cell::Cell::new(0),
        }
    }

    /// Takes over a connection to SQLite that is set up.
    pub(super) const fn sqlite(connection: rusqlite::Connection) -> Self {
        Self::new(Link::Sqlite(sqlite::Link::new(connection)))
    }

    /// Connects to PostgreSQL.
    pub(super) fn postgres(source: &PostgresSource) -> Result<Self, StoreError> {
        Ok(Self::new(Link::Postgres(source.open()?)))
    }

    /// Runs a statement, and says how many rows it changed.
    pub(crate) fn execute(
        &self,
        statement: Statement,
        params: &[Param<'_>],
    ) -> Result<u64, StoreError> {
        storable(params)?;
        self.noting(|| match &self.link {
            Link::Sqlite(link) => link.execute(statement, params),
            Link::Postgres(link) => link.execute(statement, params),
        })
    }

    /// Runs a statement for each of many rows, and says how many rows each changed. PostgreSQL is
    /// not asked for each by itself.
    pub(crate) fn execute_each<'a>(
        &self,
        statement: Statement,
        rows: impl Iterator<Item = Vec<Param<'a>>>,
    ) -> Result<Vec<u64>, StoreError> {
        match &self.link {
            Link::Sqlite(_) => rows.map(|row| self.execute(statement, &row)).collect(),
            Link::Postgres(link) => {
                let rows: Vec<Vec<Param<'_>>> = rows.collect();
                rows.iter().try_for_each(|row| storable(row))?;
                self.noting(|| link.execute_each(statement, &rows))
            }
        }
    }

    /// Hands over the rows of an answer one by one, as long as they are wanted. No other statement
    /// can be asked meanwhile.
    pub(crate) fn each(
        &self,
        statement: Statement,
        params: &[Param<'_>],
        mut take: impl FnMut(Row<'_>) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        storable(params)?;
        self.noting(|| match &self.link {
            Link::Sqlite(link) => link.each(statement, params, &mut take),
            Link::Postgres(link) => link.each(statement, params, &mut take),
        })
    }

    /// Hands over the rows of an answer to words that were put together for a table, and take no
    /// parameters. Where the table is known beforehand, [`Self::each`] is asked.
    pub(super) fn each_of(
        &self,
        words: &str,
        mut take: impl FnMut(Row<'_>) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        self.noting(|| match &self.link {
            Link::Sqlite(link) => link.each_of(words, &mut take),
            Link::Postgres(link) => link.each_of(words, &mut take),
        })
    }

    /// Begins to send rows to `COPY … FROM STDIN`, which PostgreSQL alone has.
    pub(super) fn copy_in(&self, words: &str) -> Result<CopyIn<'_>, StoreError> {
        match &self.link {
            Link::Sqlite(_) => Err(StoreError::Unstorable),
            Link::Postgres(link) => self.noting(|| link.copy_in(words)),
        }
    }

    /// Reads the first row, where there is one.
    pub(crate) fn one<T>(
        &self,
        statement: Statement,
        params: &[Param<'_>],
        read: impl Fn(Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut first = None;
        self.each(statement, params, |row| {
            first = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(first)
    }

    /// Reads the one row that a statement always answers.
    pub(crate) fn only<T>(
        &self,
        statement: Statement,
        params: &[Param<'_>],
        read: impl Fn(Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let row = self.one(statement, params, read)?;
        row.ok_or_else(|| StoreError::Value {
            what: "answer",
            reason: format!("{} gave no row", statement.name()),
        })
    }

    /// Reads every row.
    pub(crate) fn all<T>(
        &self,
        statement: Statement,
        params: &[Param<'_>],
        read: impl Fn(Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.each(statement, params, |row| {
            rows.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Does something of which nothing stays where it fails, also where a statement failed and
    /// nobody said so. The transaction goes on either way.
    pub(crate) fn savepoint<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        // Each has its own name: work that broke off may have left one open within this one.
        let depth = self.depth.get();
        self.noting(|| self.batch(&format!("SAVEPOINT part_{depth}")))?;
        self.depth.set(depth + 1);
        let done = work(self);
        self.depth.set(depth);
        let failed = self.state.get() == State::Failed;
        if done.is_ok() && !failed {
            self.noting(|| self.batch(&format!("RELEASE part_{depth}")))?;
        } else if self.is_open() {
            self.batch(&format!("ROLLBACK TO part_{depth}; RELEASE part_{depth}"))?;
            self.state.set(State::Open);
        }
        if failed {
            done.and(Err(StoreError::TakenBack.into()))
        } else {
            done
        }
    }

    /// Begins a transaction.
    pub(super) fn begin(&self, purpose: Purpose) -> Result<(), StoreError> {
        // Until it is known to be open there may be something to take back.
        self.state.set(State::Failed);
        self.depth.set(0);
        match &self.link {
            Link::Sqlite(link) => link.begin(purpose)?,
            Link::Postgres(link) => link.begin(purpose)?,
        }
        self.state.set(State::Open);
        Ok(())
    }

    /// Ends a transaction. `Ok` means that it is durable.
    pub(super) fn commit(&self) -> Result<(), StoreError> {
        if self.state.get() != State::Open {
            return Err(StoreError::TakenBack);
        }
        self.noting(|| self.batch("COMMIT"))?;
        self.state.set(State::Idle);
        Ok(())
    }

    /// Takes a transaction back, where one is open.
    pub(super) fn rollback(&self) -> Result<(), StoreError> {
        if self.is_open() {
            self.batch("ROLLBACK")?;
        }
        self.state.set(State::Idle);
        Ok(())
    }

    /// Whether the engine has a transaction open. A disk that fails can end one from inside.
    pub(super) fn is_open(&self) -> bool {
        match &self.link {
            Link::Sqlite(link) => link.is_open(),
            Link::Postgres(_) => self.state.get() != State::Idle,
        }
    }

    /// Whether the database is a file.
    pub(super) const fn is_file(&self) -> bool {
        matches!(self.link, Link::Sqlite(_))
    }

    /// Whether the connection is of use to the next one who needs it.
    pub(super) fn is_usable(&self) -> bool {
        match &self.link {
            Link::Sqlite(_) => true,
            Link::Postgres(link) => link.is_connected(),
        }
    }

    /// The number of its schema that a file of SQLite has; PostgreSQL keeps it in a table.
    pub(super) fn number_in_file(&self) -> Result<Option<usize>, StoreError> {
        match &self.link {
            Link::Sqlite(link) => link.number().map(Some),
            Link::Postgres(_) => Ok(None),
        }
    }

    /// Runs words that take no parameters: of the schema, or such as both engines know.
    pub(super) fn batch(&self, words: &str) -> Result<(), StoreError> {
        match &self.link {
            Link::Sqlite(link) => link.batch(words),
            Link::Postgres(link) => link.batch(words),
        }
    }

    /// Remembers that a statement failed inside a transaction; after that, none is asked.
    fn noting<T>(&self, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.state.get() == State::Failed {
            return Err(StoreError::TakenBack);
        }
        let done = work();
        if done.is_err() && self.state.get() == State::Open {
            self.state.set(State::Failed);
        }
        done
    }
}

/// Refuses what one of the engines does not keep, so that both refuse it.
fn storable(params: &[Param<'_>]) -> Result<(), StoreError> {
    let unstorable = params
        .iter()
        .any(|(_, value)| matches!(value, Value::Text(text) if text.contains('\0')));
    if unstorable {
        return Err(StoreError::Unstorable);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
