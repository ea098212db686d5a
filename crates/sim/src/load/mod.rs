//! Phones that send as fast as they are answered: what a server takes, and what it takes for that.
//!
//! Each phone has one connection and one question at a time. What it sends was made and signed
//! before the clock starts, so that the machine is left to the server; what the generator itself
//! takes is told all the same.

mod phone;
mod usage;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinSet;
use xunfang_rig::{Postgres, Syncs};

pub(crate) use self::phone::{Answered, LoadPhone};
use self::usage::Usage;
use crate::killed::{Engine, Program, sample};

/// What is sent, by how many.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// The server's database.
    pub engine: Engine,
    /// Phones that send at a time.
    pub phones: usize,
    /// Records that are sent, over all phones.
    pub records: usize,
    /// Bytes of the photo that goes before each record; none where records show one that is there.
    pub photo_bytes: Option<usize>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Records a second, each answered as applied.
    pub per_second: f64,
    /// Times from the question to the answer of a push, in milliseconds: the middle, and that which
    /// one of a hundred is above.
    pub p50_ms: f64,
    /// See `p50_ms`.
    pub p99_ms: f64,
    /// Most memory of the server, in megabytes.
    pub server_mb: f64,
    /// Seconds of processors that the server took for 1,000 records; its database's are counted by
    /// themselves.
    pub server_cpu_s: f64,
    /// Seconds of processors of PostgreSQL for 1,000 records.
    pub database_cpu_s: f64,
    /// Share of all processor time that the generator took.
    pub own_share: f64,
}

/// A server under load, with a folder on a disk.
pub struct Stage {
    cluster: Option<Postgres>,
    _folder: TempDir,
    server: Program,
    accounts: Vec<Value>,
}

impl Stage {
    /// Starts a server; `program` is the server's, and `disk` the folder in which all of it lies.
    ///
    /// # Errors
    /// Where one of them does not start.
    pub fn set(program: &Path, disk: &Path, engine: Engine) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir_in(disk)?;
        let cluster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Postgres::start_in(disk, Syncs::Really)?),
        };
        let url = cluster.as_ref().map(Postgres::url);
        let accounts = sample(program, folder.path(), url.as_deref())?;
        let server = Program::serve(program, folder.path(), url.as_deref())?;
        Ok(Self {
            cluster,
            _folder: folder,
            server,
            accounts,
        })
    }

    /// Has phones send, and measures.
    ///
    /// # Errors
    /// Where an answer is not the one that was expected.
    pub async fn bear(&self, load: Load) -> anyhow::Result<Outcome> {
        let each = load.records.div_ceil(load.phones);
        let mut phones = Vec::new();
        for _ in 0..load.phones {
            let phone = LoadPhone::sign_in(self.server.address(), &self.accounts).await?;
            phones.push(phone.prepared(each, load.photo_bytes).await?);
        }
        let usages = || -> anyhow::Result<[Usage; 3]> {
            let database = self.cluster.as_ref().map(Postgres::id);
            Ok([
                Usage::of(self.server.id())?,
                database.map_or(Ok(Usage::default()), Usage::of_family)?,
                Usage::of(std::process::id())?,
            ])
        };
        let before = usages()?;
        let began = Instant::now();
        let mut sending = JoinSet::new();
        for phone in phones {
            sending.spawn(phone.send_all());
        }
        let mut times: Vec<Duration> = Vec::new();
        while let Some(sent) = sending.join_next().await {
            times.extend(sent??);
        }
        let took = began.elapsed().as_secs_f64();
        let after = usages()?;
        times.sort_unstable();
        ensure!(times.len() >= load.records, "{} answers", times.len());
        let [server, database, own] = [0, 1, 2].map(|which: usize| {
            let seconds = |usages: &[Usage; 3]| usages.get(which).map_or(0.0, |one| one.cpu_s);
            seconds(&after) - seconds(&before)
        });
        let thousands = count(times.len()) / 1_000.0;
        let [server_now, ..] = after;
        Ok(Outcome {
            per_second: count(times.len()) / took,
            p50_ms: quantile(&times, 50)?,
            p99_ms: quantile(&times, 99)?,
            server_mb: server_now.most_mb,
            server_cpu_s: server / thousands,
            database_cpu_s: database / thousands,
            own_share: own / (server + database + own),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

fn quantile(sorted: &[Duration], percent: usize) -> anyhow::Result<f64> {
    let place = (sorted.len() * percent / 100).min(sorted.len() - 1);
    let time = sorted.get(place).context("a time")?;
    Ok(time.as_secs_f64() * 1_000.0)
}
