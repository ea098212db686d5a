//! Many writers against one reader of a feed on PostgreSQL (promise R9).
//!
//! Servers append to one scope in transactions of all sizes, of which some are taken back. A reader
//! with a cursor, as a phone has one, reads on until it has everything: each writer's events have to
//! reach it in their order, each once, under numbers without a gap.
//!
//! What is planted is the mistake that the feed's counter is there to prevent: numbers from a plain
//! sequence are taken before they are seen, and a reader passes those that are committed late.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use fastrand::Rng;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;
use xunfang_domain::DistrictId;
use xunfang_rig::{Postgres, Syncs};
use xunfang_server::{App, AppConfig, proof, sample};

/// Writers, over all servers.
const WRITERS: u32 = 32;
/// Servers that share the database.
const SERVERS: usize = 4;
/// Most events of one transaction.
const TOGETHER_MAX: u64 = 200;
/// Of so many transactions one is taken back.
const TAKEN_BACK: u32 = 10;
/// Events of one page.
const PAGE: u32 = 1_000;
/// How long the reader goes on after the last writer before it misses what has not come.
const PATIENCE: Duration = Duration::from_secs(5);
const SCOPE: &str = "proof";

/// Where the numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// As the product takes them.
    Counter,
    /// Planted: from a plain sequence.
    Sequence,
}

/// What the reader found.
#[derive(Debug, Default)]
pub struct Read {
    /// Events that were committed.
    pub written: u64,
    /// Events that it got.
    pub read: u64,
    /// Events that came twice, out of their writer's order, or behind a gap.
    pub wrong: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Read {
    /// Events that never came.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.written - self.read
    }
}

#[derive(Deserialize)]
struct Body {
    writer: u32,
    number: u64,
}

struct Stage {
    cluster: Postgres,
    servers: Vec<App>,
    _folders: Vec<TempDir>,
    district: DistrictId,
    /// Events that are still to be written.
    left: AtomicU64,
    /// When nothing more is written in any case.
    until: Option<Instant>,
    written: AtomicU64,
    done: AtomicBool,
}

/// Writes so many events, or what can be written until then, reads them meanwhile, and says what was found.
///
/// # Errors
/// Where PostgreSQL or a server fails; that is no verdict.
pub async fn race(
    events: u64,
    numbers: Numbers,
    seed: u64,
    until: Option<Instant>,
) -> anyhow::Result<Read> {
    let stage = Arc::new(set(events, until).await?);
    let began = Instant::now();
    let reading = tokio::spawn(read(Arc::clone(&stage), numbers));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let rng = Rng::with_seed(seed.wrapping_add(u64::from(writer)));
        let stage = Arc::clone(&stage);
        match numbers {
            Numbers::Counter => writers.spawn(count(stage, writer, rng)),
            Numbers::Sequence => writers.spawn(draw(stage, writer, rng)),
        };
    }
    while let Some(ended) = writers.join_next().await {
        ended??;
    }
    stage.done.store(true, Ordering::SeqCst);
    let mut found = reading.await??;
    found.took = began.elapsed();
    found.written = stage.written.load(Ordering::SeqCst);
    Ok(found)
}

async fn set(events: u64, until: Option<Instant>) -> anyhow::Result<Stage> {
    let cluster = Postgres::start(Syncs::Really)?;
    let (mut servers, mut folders) = (Vec::new(), Vec::new());
    for _ in 0..SERVERS {
        let folder = tempfile::tempdir()?;
        servers.push(App::open(AppConfig {
            database: Some(cluster.url()),
            ..AppConfig::new(folder.path())
        })?);
        folders.push(folder);
    }
    let first = servers.first().context("there is a server")?;
    sample::load(first).await?;
    let district = proof::district(first).await?.context("a district")?;
    // The counter is there, whoever uses it.
    proof::append(first, district, SCOPE, vec![body(WRITERS, 0)], true).await?;
    cluster.ask("CREATE SEQUENCE plain START 2")?;
    Ok(Stage {
        cluster,
        servers,
        _folders: folders,
        district,
        left: AtomicU64::new(events),
        until,
        written: AtomicU64::new(0),
        done: AtomicBool::new(false),
    })
}

impl Stage {
    /// Takes some of what is still to be written.
    fn take(&self, rng: &mut Rng) -> Option<u64> {
        if self.until.is_some_and(|until| Instant::now() >= until) {
            return None;
        }
        let wanted = rng.u64(1..=TOGETHER_MAX);
        let mut got = 0;
        let taken = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                got = wanted.min(left);
                (got > 0).then(|| left - got)
            });
        taken.is_ok().then_some(got)
    }
}

fn body(writer: u32, number: u64) -> String {
    format!("{{\"writer\":{writer},\"number\":{number}}}")
}

/// Writes through a server.
async fn count(stage: Arc<Stage>, writer: u32, mut rng: Rng) -> anyhow::Result<()> {
    let mut number = 0;
    let server = stage.servers.get(writer as usize % SERVERS);
    let server = server.context("a server")?;
    while let Some(count) = stage.take(&mut rng) {
        let bodies: Vec<String> = (number..number + count).map(|n| body(writer, n)).collect();
        if rng.u32(..TAKEN_BACK) == 0 {
            proof::append(server, stage.district, SCOPE, bodies.clone(), false).await?;
        }
        proof::append(server, stage.district, SCOPE, bodies, true).await?;
        number += count;
        stage.written.fetch_add(count, Ordering::SeqCst);
    }
    Ok(())
}

/// Writes as somebody would who trusts a sequence.
async fn draw(stage: Arc<Stage>, writer: u32, mut rng: Rng) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(&stage.cluster.url(), NoTls).await?;
    tokio::spawn(connection);
    let mut number = 0;
    while let Some(count) = stage.take(&mut rng) {
        client.batch_execute("BEGIN").await?;
        for n in number..number + count {
            let insert = format!(
                "INSERT INTO feed_event (district_id, scope, seq, kind, body)
                 VALUES ('{}', '{SCOPE}', nextval('plain'), 'proof', '{}')",
                stage.district,
                body(writer, n),
            );
            client.batch_execute(&insert).await?;
        }
        client.batch_execute("COMMIT").await?;
        number += count;
        stage.written.fetch_add(count, Ordering::SeqCst);
    }
    Ok(())
}

/// Reads on from the last number that it saw.
async fn read(stage: Arc<Stage>, numbers: Numbers) -> anyhow::Result<Read> {
    let server = stage.servers.last().context("a server")?;
    let mut found = Read::default();
    let mut cursor = 1;
    let mut next = vec![0_u64; WRITERS as usize];
    let mut waited: Option<Instant> = None;
    loop {
        // Looked at before the page: what was written by then can be in it.
        let done = stage.done.load(Ordering::SeqCst);
        let page = proof::after(server, stage.district, SCOPE, cursor, PAGE).await?;
        if page.is_empty() {
            let written = stage.written.load(Ordering::SeqCst);
            let since = *waited.get_or_insert_with(Instant::now);
            if done && (found.read >= written || since.elapsed() >= PATIENCE) {
                return Ok(found);
            }
            tokio::task::yield_now().await;
            continue;
        }
        waited = None;
        for (seq, body) in page {
            let body: Body = serde_json::from_str(&body)?;
            let expected = next.get_mut(body.writer as usize);
            let expected = expected.ok_or_else(|| anyhow!("writer {}", body.writer))?;
            if numbers == Numbers::Counter && (seq != cursor + 1 || body.number != *expected) {
                found.wrong.push(format!(
                    "{seq} after {cursor}, number {} of writer {} instead of {expected}",
                    body.number, body.writer
                ));
            }
            *expected = body.number + 1;
            cursor = seq;
            found.read += 1;
        }
        ensure!(found.wrong.len() < 1_000, "{:?}", found.wrong.first());
    }
}
