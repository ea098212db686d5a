//! PostgreSQL, for more than one server or more than one machine's worth of districts.
//!
//! A connection belongs to the thread that uses it, and is driven by it: between two statements
//! there is no other thread to wake. Everything that a district's transaction reads stays as it is
//! read, because its first act is to hold the district's row; transactions of other districts go on
//! beside it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::try_join_all;
use futures_util::{SinkExt, TryStreamExt};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::error::Severity;
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{Client, Config, Connection, CopyInSink, NoTls, RowStream, Socket};

use super::statement::{Numbered, numbered};
use super::value::Value;
use super::{Param, Purpose, Row, Statement, Take};
use crate::store::StoreError;

/// Longest time to reach the database.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// How long what was sent may wait until the other machine has it.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// Rows of one statement that are on their way together.
const SENT_TOGETHER: usize = 256;

/// What every connection is told first. A server that stopped in the middle of a transaction, and
/// whose machine does not close the connection, holds its district for a minute at most.
pub(crate) const SET_UP: &str = "\
    SET synchronous_commit TO on;
    SET lock_timeout TO '30s';
    SET idle_in_transaction_session_timeout TO '60s';
    SET statement_timeout TO '120s';
    SET client_min_messages TO warning;
    SET timezone TO 'UTC'";

/// Where the database is.
#[derive(Debug, Clone)]
pub(crate) struct PostgresSource {
    config: Config,
}

impl PostgresSource {
    /// Reads a `postgres://` address.
    ///
    /// # Errors
    /// Says what is wrong with it; the password is not repeated.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        // Why not is not told: it may repeat the password.
        let mut config: Config = url.parse().map_err(|_| StoreError::Value {
            what: "address",
            reason: "it is none of PostgreSQL's".to_owned(),
        })?;
        config.application_name("xunfang-server");
        config.connect_timeout(CONNECT_MAX);
        // One that is gone without a word is noticed within a minute, whoever waits for what.
        config.tcp_user_timeout(SILENCE_MAX);
        config.keepalives_idle(Duration::from_secs(15));
        config.keepalives_interval(Duration::from_secs(5));
        config.keepalives_retries(3);
        Ok(Self { config })
    }

    /// Connects for something else than statements: the connection is the caller's to drive.
    pub(crate) async fn connect(
        &self,
    ) -> Result<(Client, Connection<Socket, NoTlsStream>), StoreError> {
        let connecting = timeout(CONNECT_MAX, self.config.connect(NoTls));
        Ok(connecting.await.map_err(|_| StoreError::Silent)??)
    }

    /// Connects.
    pub(crate) fn open(&self) -> Result<Link, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(StoreError::Thread)?;
        let (client, connection) = runtime.block_on(self.connect())?;
        // It ends with the client; what it fails with, the statement that waits is told.
        runtime.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the database ended");
            }
        });
        let link = Link {
            runtime: Some(runtime),
            client,
            prepared: RefCell::default(),
            lost: Cell::new(false),
        };
        link.run(link.client.batch_execute(SET_UP))?;
        Ok(link)
    }
}

/// A connection that is set up.
pub(crate) struct Link {
    /// None only while it is dropped.
    runtime: Option<Runtime>,
    client: Client,
    prepared: RefCell<HashMap<&'static str, Prepared>>,
    /// Whether it broke, or was told that it ends.
    lost: Cell<bool>,
}

#[derive(Clone)]
struct Prepared {
    statement: tokio_postgres::Statement,
    /// In the order of their numbers.
    names: Vec<&'static str>,
}

impl Link {
    pub(super) fn execute(
        &self,
        statement: Statement,
        params: &[Param<'_>],
    ) -> Result<u64, StoreError> {
        let prepared = self.prepared(statement)?;
        let values = ordered(statement, &prepared, params)?;
        self.run(self.client.execute_raw(&prepared.statement, values))
    }

    /// Sends all of it before the first answer is waited for.
    pub(super) fn execute_each(
        &self,
        statement: Statement,
        rows: &[Vec<Param<'_>>],
    ) -> Result<Vec<u64>, StoreError> {
        let prepared = self.prepared(statement)?;
        let mut changed = Vec::with_capacity(rows.len());
        for rows in rows.chunks(SENT_TOGETHER) {
            let values = rows.iter().map(|row| ordered(statement, &prepared, row));
            let values = values.collect::<Result<Vec<_>, _>>()?;
            let asked = values
                .into_iter()
                .map(|values| self.client.execute_raw(&prepared.statement, values));
            changed.extend(self.run(try_join_all(asked))?);
        }
        Ok(changed)
    }

    pub(super) fn each(
        &self,
        statement: Statement,
        params: &[Param<'_>],
        take: &mut Take<'_>,
    ) -> Result<(), StoreError> {
        let prepared = self.prepared(statement)?;
        let values = ordered(statement, &prepared, params)?;
        let rows = self.run(self.client.query_raw(&prepared.statement, values))?;
        self.take_each(rows, take)
    }

    pub(super) fn each_of(&self, words: &str, take: &mut Take<'_>) -> Result<(), StoreError> {
        let rows = self.run(self.client.query_raw(words, [] as [Value<'_>; 0]))?;
        self.take_each(rows, take)
    }

    fn take_each(&self, rows: RowStream, take: &mut Take<'_>) -> Result<(), StoreError> {
        let mut rows = pin!(rows);
        // One that is not wanted to its end is dropped; the rest of the answer is passed over
        // before the next statement's.
        while let Some(row) = self.run(rows.try_next())? {
            if take(Row::Postgres(&row))? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    /// Begins to send rows.
    pub(super) fn copy_in(&self, words: &str) -> Result<CopyIn<'_>, StoreError> {
        let sink = self.run(self.client.copy_in(words))?;
        Ok(CopyIn {
            link: self,
            sink: Box::pin(sink),
        })
    }

    fn prepared(&self, statement: Statement) -> Result<Prepared, StoreError> {
        if let Some(known) = self.prepared.borrow().get(statement.name()) {
            return Ok(known.clone());
        }
        let Numbered { text, names } = numbered(statement.text());
        let prepared = Prepared {
            statement: self.run(self.client.prepare(&text))?,
            names,
        };
        let mut known = self.prepared.borrow_mut();
        known.insert(statement.name(), prepared.clone());
        Ok(prepared)
    }

    pub(super) fn begin(&self, purpose: Purpose) -> Result<(), StoreError> {
        let words = match purpose {
            Purpose::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned(),
            // References to the row do not wait for this; another writer does.
            Purpose::Write(district) => format!(
                "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
                 SELECT FROM district WHERE district_id = '{district}' FOR NO KEY UPDATE"
            ),
        };
        self.batch(&words)
    }

    pub(super) fn is_connected(&self) -> bool {
        !self.lost.get() && !self.client.is_closed()
    }

    pub(super) fn batch(&self, words: &str) -> Result<(), StoreError> {
        self.run(self.client.batch_execute(words))
    }

    fn run<T>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        let runtime = self.runtime.as_ref().ok_or(StoreError::Closed)?;
        let done = runtime.block_on(work);
        if done.as_ref().is_err_and(ends_connection) {
            self.lost.set(true);
        }
        Ok(done?)
    }
}

/// Rows on their way into a table.
pub(crate) struct CopyIn<'a> {
    link: &'a Link,
    sink: Pin<Box<CopyInSink<Bytes>>>,
}

impl CopyIn<'_> {
    /// Sends some of them.
    pub(in crate::store) fn send(&mut self, rows: Bytes) -> Result<(), StoreError> {
        self.link.run(self.sink.send(rows))
    }

    /// Says that these were all.
    pub(in crate::store) fn end(mut self) -> Result<u64, StoreError> {
        self.link.run(self.sink.as_mut().finish())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // A connection is dropped wherever its pool is, also where nothing may wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Whether no other statement can be asked after this answer.
fn ends_connection(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        // The last two: what was prepared is of an older schema, or of another connection behind a
        // pool.
        Some(said) => {
            matches!(
                said.parsed_severity(),
                Some(Severity::Fatal | Severity::Panic)
            ) || matches!(said.code().code(), "0A000" | "26000")
        }
        None => {
            error.is_closed()
                || std::error::Error::source(error).is_some_and(|source| source.is::<io::Error>())
        }
    }
}

/// Puts the values in the order of the statement's numbers.
fn ordered<'a>(
    statement: Statement,
    prepared: &Prepared,
    params: &[Param<'a>],
) -> Result<Vec<Value<'a>>, StoreError> {
    if prepared.names.len() != params.len() {
        return Err(StoreError::Parameters(statement.name()));
    }
    let names = prepared.names.iter();
    names
        .map(|wanted| {
            let given = params.iter().find(|(name, _)| name == wanted);
            let (_, value) = given.ok_or(StoreError::Parameters(statement.name()))?;
            Ok(*value)
        })
        .collect()
}
