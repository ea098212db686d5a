//! A backup that is made while phones send, restored elsewhere, and looked through (promise R16).
//!
//! What was answered before `backup` began has to be in what `restore` makes of it, each operation
//! and each photo, and every hash has to hold: with either database, by the programs that a person
//! runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;
use xunfang_rig::{Postgres, Syncs};

use crate::killed::{Engine, Program, sample};
use crate::load::{Answered, LoadPhone};

/// Phones that send meanwhile.
const PHONES: usize = 4;
/// Records that each sends in a round, with a photo each; a part of them before the backup begins.
const RECORDS: usize = 40;
const BEFORE: usize = PHONES * RECORDS / 3;
const PHOTO_BYTES: usize = 20_000;

/// What a number of rounds came to.
#[derive(Debug, Default)]
pub struct Restores {
    /// Backups that were restored.
    pub rounds: u64,
    /// Operations that were answered before a backup began, over all rounds.
    pub acknowledged: u64,
    /// What is not as promised.
    pub wrong: Vec<String>,
}

/// Goes through rounds with one database until there were so many, or `until` has come.
///
/// # Errors
/// Where something fails that is no verdict.
pub async fn rounds(
    program: &Path,
    engine: Engine,
    rounds: Option<u64>,
    until: Option<Instant>,
) -> anyhow::Result<Restores> {
    let stage = Stage::set(program, engine)?;
    let mut found = Restores::default();
    while rounds.is_none_or(|rounds| found.rounds < rounds)
        && until.is_none_or(|until| found.rounds == 0 || Instant::now() < until)
    {
        stage.round(&mut found).await?;
        found.rounds += 1;
    }
    Ok(found)
}

/// A server with a folder of backups.
struct Stage {
    program: PathBuf,
    engine: Engine,
    cluster: Option<Postgres>,
    folder: TempDir,
    backups: TempDir,
    server: Program,
    accounts: Vec<Value>,
    answered: Arc<Answered>,
}

impl Stage {
    fn set(program: &Path, engine: Engine) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let cluster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Postgres::start(Syncs::Really)?),
        };
        let url = cluster.as_ref().map(Postgres::url);
        let accounts = sample(program, folder.path(), url.as_deref())?;
        let server = Program::serve(program, folder.path(), url.as_deref())?;
        Ok(Self {
            program: program.to_owned(),
            engine,
            cluster,
            folder,
            backups: tempfile::tempdir()?,
            server,
            accounts,
            answered: Arc::default(),
        })
    }

    async fn round(&self, found: &mut Restores) -> anyhow::Result<()> {
        let mut sending = tokio::task::JoinSet::new();
        let before = self.answered.count();
        for _ in 0..PHONES {
            let phone = LoadPhone::sign_in(self.server.address(), &self.accounts).await?;
            let phone = phone.prepared(RECORDS, Some(PHOTO_BYTES)).await?;
            sending.spawn(phone.telling(Arc::clone(&self.answered)).send_all());
        }
        self.answered.wait_for(before + BEFORE).await;
        let acknowledged = self.answered.all();
        found.acknowledged += acknowledged.len() as u64;
        let url = self.cluster.as_ref().map(Postgres::url);
        let (data, backups) = (self.folder.path(), self.backups.path());
        let (place, other) = (tempfile::tempdir()?, self.empty()?);
        let of = |path: &Path| path.to_string_lossy().into_owned();
        let backup = ["backup".to_owned(), "--to".to_owned(), of(backups)];
        self.run(&backup, data, url.as_deref()).await?;
        // While the others still send: what came meanwhile may be in it or not.
        while let Some(sent) = sending.join_next().await {
            sent??;
        }
        let other = other.as_ref().map(Postgres::url);
        let restore = ["restore".to_owned(), "--from".to_owned(), of(backups)];
        self.run(&restore, place.path(), other.as_deref()).await?;
        for of in [(data, &url), (place.path(), &other)] {
            let verified = self
                .run(&["verify".to_owned()], of.0, of.1.as_deref())
                .await;
            found
                .wrong
                .extend(verified.err().map(|error| format!("R16: {error:#}")));
        }
        let there = ops(self.engine, place.path(), other.as_deref()).await?;
        let lost = acknowledged.difference(&there).count();
        if lost > 0 {
            let all = acknowledged.len();
            found
                .wrong
                .push(format!("R16: {lost} of {all} operations are lost"));
        }
        Ok(())
    }

    /// A database to restore into, where it is not a file.
    fn empty(&self) -> anyhow::Result<Option<Postgres>> {
        match self.engine {
            Engine::Sqlite => Ok(None),
            Engine::Postgres => Ok(Some(Postgres::start(Syncs::No)?)),
        }
    }

    /// Runs a command to its end.
    async fn run(&self, words: &[String], data: &Path, url: Option<&str>) -> anyhow::Result<()> {
        let mut command = Command::new(&self.program);
        command.args(words).arg("--data").arg(data);
        command.envs(url.map(|url| ("DATABASE_URL", url)));
        command.env("XUNFANG_LOG", "off");
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let said = [output.stdout, output.stderr].concat();
        ensure!(
            output.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&said)
        );
        Ok(())
    }
}

/// The operations that a database has.
async fn ops(engine: Engine, folder: &Path, url: Option<&str>) -> anyhow::Result<BTreeSet<Uuid>> {
    if engine == Engine::Sqlite {
        let file = rusqlite::Connection::open(folder.join("server.db"))?;
        let mut rows = file.prepare("SELECT op_id FROM op")?;
        let rows = rows.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        return rows.map(|id| Ok(Uuid::from_slice(&id?)?)).collect();
    }
    let url = url.context("an address")?;
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let rows = client.query("SELECT op_id::text FROM op", &[]).await?;
    rows.iter()
        .map(|row| Ok(row.try_get::<_, &str>(0)?.parse()?))
        .collect()
}
