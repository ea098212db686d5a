//! A server that is killed at any of its system calls while it takes a photo and records in
//! (promise R4).
//!
//! What it had answered by then has to be there when it is started again, and the phone has to be
//! able to go on from there, on either database.

mod client;
mod program;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, anyhow, ensure};
use fastrand::Rng;
use tempfile::TempDir;
use xunfang_rig::{Postgres, Syncs};

use self::client::{Client, People};
pub(crate) use self::client::{at, http, http_with};
use self::program::Trace;
pub(crate) use self::program::{Program, sample};
use crate::inject::spread;

/// Calls that end a thread or the program: nothing comes after them.
const LAST_CALLS: [&str; 3] = ["exit", "exit_group", "restart_syscall"];

/// Which database the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in its folder.
    Sqlite,
    /// A cluster beside it.
    Postgres,
}

impl Engine {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Finds one by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sqlite" => Some(Self::Sqlite),
            "postgres" => Some(Self::Postgres),
            _ => None,
        }
    }
}

/// Where a server dies.
#[derive(Debug, Clone)]
pub struct Death {
    /// On entering this call.
    call: String,
    /// The how manieth of it that one thread makes, from 1.
    when: u32,
}

/// What a number of deaths came to.
#[derive(Debug, Default)]
pub struct Deaths {
    /// Servers that died at a call.
    pub kills: u64,
    /// Answers that were given before, all together.
    pub acknowledged: u64,
    /// What is not as promised.
    pub wrong: Vec<String>,
}

/// A server that is ready to be killed, as often as somebody likes.
pub struct Victim {
    base: TempDir,
    cluster: Option<Postgres>,
    people: People,
    program: PathBuf,
    /// Databases that were made, for a name to each.
    made: AtomicUsize,
}

/// A copy of it.
struct Copy {
    folder: TempDir,
    database: Option<String>,
}

impl Victim {
    /// Prepares one with the sample districts, where an inspector and a supervisor are signed in.
    /// The thread that calls this must outlive it.
    ///
    /// # Errors
    /// Where the server or PostgreSQL does not start.
    pub async fn prepare(program: &Path, engine: Engine) -> anyhow::Result<Self> {
        let base = crate::memory_folder()?;
        let cluster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Postgres::start(Syncs::No)?),
        };
        let url = cluster.as_ref().map(Postgres::url);
        let accounts = sample(program, base.path(), url.as_deref())?;
        let server = Program::serve(program, base.path(), url.as_deref())?;
        let people = People::sign_in(server.address(), &accounts).await?;
        server.stop()?;
        Ok(Self {
            base,
            cluster,
            people,
            program: program.to_owned(),
            made: AtomicUsize::new(0),
        })
    }

    fn copy(&self) -> anyhow::Result<Copy> {
        let folder = crate::memory_folder()?;
        crate::copy_folder(self.base.path(), folder.path())?;
        let database = self
            .cluster
            .as_ref()
            .map(|cluster| {
                let number = self.made.fetch_add(1, Ordering::Relaxed);
                cluster.copy(&format!("victim_{number}"))
            })
            .transpose()?;
        Ok(Copy { folder, database })
    }

    /// Every death that there is, by what the busiest thread does; at most `most`, by chance and
    /// spread over all.
    ///
    /// # Errors
    /// Where something is wrong already while nobody dies.
    pub async fn deaths(&self, most: Option<usize>, rng: &mut Rng) -> anyhow::Result<Vec<Death>> {
        let trace = tempfile::NamedTempFile::new()?;
        let suffered = self.suffer(Trace::Written(trace.path())).await?;
        ensure!(suffered.wrong.is_empty(), "{:?}", suffered.wrong);
        ensure!(!suffered.killed, "it died while nobody killed it");
        let calls = crate::trace::busiest(&std::fs::read_to_string(trace.path())?);
        let all: Vec<Death> = calls
            .into_iter()
            .filter(|(call, _)| !LAST_CALLS.contains(&call.as_str()))
            .flat_map(|(call, count)| {
                (1..=count).map(move |when| Death {
                    call: call.clone(),
                    when,
                })
            })
            .collect();
        Ok(spread(&all, most.unwrap_or(usize::MAX), rng))
    }

    /// Has servers die on all processors until all have or `until` has come.
    ///
    /// # Errors
    /// Where a death could not be looked at; that is no verdict.
    pub fn kill(&self, deaths: &[Death], until: Option<Instant>) -> anyhow::Result<Deaths> {
        let found = Mutex::new(Deaths::default());
        let next = AtomicUsize::new(0);
        let work = || -> anyhow::Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            loop {
                let death = deaths.get(next.fetch_add(1, Ordering::Relaxed));
                let late = until.is_some_and(|until| Instant::now() >= until);
                let Some(death) = death.filter(|_| !late) else {
                    return Ok(());
                };
                let suffered = runtime
                    .block_on(self.suffer(Trace::Deadly(death)))
                    .with_context(|| format!("look at {death:?}"))?;
                let mut found = found
                    .lock()
                    .map_err(|_| anyhow!("another death has failed"))?;
                found.kills += u64::from(suffered.killed);
                found.acknowledged += suffered.acknowledged;
                let wrong = suffered.wrong.into_iter();
                found
                    .wrong
                    .extend(wrong.map(|what| format!("R4: {death:?}: {what}")));
            }
        };
        crate::on_all_processors(|_| work())?;
        found
            .into_inner()
            .map_err(|_| anyhow!("a death has failed"))
    }

    async fn suffer(&self, trace: Trace<'_>) -> anyhow::Result<Suffered> {
        let copy = self.copy()?;
        let (folder, database) = (copy.folder.path(), copy.database.as_deref());
        let mut server = Program::serve(&self.program, folder, database)?;
        server.trace(&trace)?;
        let mut client = Client::new(server.address(), &self.people)?;
        let gone = client.work().await;
        let killed = server.is_gone(gone.is_err())?;
        let mut wrong = Vec::new();
        if let Err(error) = gone
            && !killed
        {
            wrong.push(format!("it lives, and {error:#}"));
        }
        server.kill()?;
        let acknowledged = client.acknowledged();
        // It is started again, without anybody who kills it.
        let server = Program::serve(&self.program, folder, database)?;
        client.goes_on_at(server.address())?;
        wrong.extend(client.missing().await?);
        if let Err(error) = client.work().await {
            wrong.push(format!("it cannot go on: {error:#}"));
        }
        wrong.extend(client.missing().await?);
        server.kill()?;
        if let (Some(cluster), Some(url)) = (&self.cluster, &copy.database) {
            cluster.drop_copy(url)?;
        }
        Ok(Suffered {
            killed,
            acknowledged,
            wrong,
        })
    }
}

/// How a server ended.
struct Suffered {
    killed: bool,
    acknowledged: u64,
    wrong: Vec<String>,
}
