//! One world: phones, a server, a network between them, and somebody who breaks things.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use fastrand::Rng;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};
use uuid::Uuid;
use xunfang_server::{App, AppConfig};

use super::check;
use super::clock::SimClock;
use super::phone::{Device, NewFinding, SimPhone};
use super::photo::jpeg;
use super::plant::{Meddler, Plant};
use super::template::{Template, parcel, storage_key};
use super::wire::{Net, Way, Weather};
use crate::scene::{list, text};

/// Phones of a world: two people, one of them with two phones.
pub(super) const PHONES: usize = 3;
/// Things that happen in a world.
const EVENTS: u32 = 45;
/// How long everything may take once all is well again: 60 simulated seconds.
pub(super) const CALM: Duration = Duration::from_secs(60);
/// Ten years.
const YEARS_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;
/// Times that a server which was ended is asked whether its folder is free.
const FREE_TRIES: u32 = 1_000_000;

/// What a world is full of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Everything that can go wrong.
    Eventful,
    /// Work: [`WRITES`] findings and some hundred revisions, over a network that loses, cuts, doubles
    /// and delays.
    Busy,
    /// A link that is slow and stays so, which has to be enough.
    Slow,
}

/// Findings that are saved in a slow world, with a photo of 20 kB each.
const SLOW_WRITES: u64 = 24;
/// How long they may take there: their bytes take three minutes.
const SLOW_ENOUGH: Duration = Duration::from_secs(900);

/// Findings that are saved in a busy world.
pub const WRITES: u64 = 500;
/// Findings between two changes of what goes wrong there.
const WRITES_BETWEEN: u64 = 20;
/// Rounds of decisions and revisions that follow, each in its own weather.
const ROUNDS: u32 = 8;
/// Decisions in a round, and as many revisions where there is something to revise.
const REVISIONS_A_ROUND: u32 = 10;
/// Photos that its phones have.
const POOL: u64 = 40;

/// What became of a world.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Findings and revisions that were saved.
    pub saved: u64,
    /// Of those the server has.
    pub applied: u64,
    /// Of those are kept as a conflict, until their person chooses.
    pub conflicts: u64,
    /// Of those their person has chosen, or gone on from them to a later one.
    pub settled: u64,
    /// Of those the server refused, and the phone says why.
    pub refused: u64,
    /// Of those wait because their photo cannot be sent, and the phone says so.
    pub kept: u64,
    /// Times that an app was killed.
    pub kills: u64,
    /// Times that the server died.
    pub crashes: u64,
    /// Times that it came back from a backup.
    pub restores: u64,
    /// Rows from the server that something else has changed.
    pub damaged: u64,
    /// How long it took until all was quiet, in simulated milliseconds.
    pub calm_ms: u64,
    /// What is not as promised, each with the promise.
    pub wrong: Vec<String>,
}

pub(super) struct World<'a> {
    template: &'a Template,
    folder: TempDir,
    rng: Rng,
    pub(super) net: Arc<Net>,
    clock: Arc<SimClock>,
    pub(super) phones: Vec<SimPhone>,
    plant: Option<Plant>,
    outcome: Outcome,
    /// Numbers of findings given out.
    count: u128,
    has_backup: bool,
}

/// Lives through one world.
///
/// # Errors
/// Where the simulation itself fails, which is no verdict.
pub fn live(
    template: &Template,
    seed: u64,
    life: Life,
    plant: Option<Plant>,
) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()?;
    runtime.block_on(async {
        let mut world = World::new(template, seed, plant)?;
        world.run(life).await
    })
}

impl<'a> World<'a> {
    fn new(template: &'a Template, seed: u64, plant: Option<Plant>) -> anyhow::Result<Self> {
        let mut rng = Rng::with_seed(seed);
        let folder = crate::memory_folder()?;
        crate::copy_folder(template.folder.path(), folder.path())?;
        let began = Instant::now();
        let net = Arc::new(Net::new(PHONES, rng.fork(), plant));
        let mut phones = Vec::new();
        for (number, prepared) in template.phones.iter().enumerate() {
            // One clock in two is wrong, by up to ten years.
            let off_ms = if rng.bool() {
                rng.i64(-YEARS_MS..=YEARS_MS)
            } else {
                0
            };
            phones.push(SimPhone::new(Device {
                number,
                folder: folder.path().join(format!("phone-{number}")),
                key: storage_key(),
                id: prepared.device,
                session: prepared.session.clone(),
                token: prepared.token.clone(),
                clock: Arc::new(SimClock::new(began, off_ms)),
                way: Way {
                    net: Arc::clone(&net),
                    phone: number,
                },
            }));
        }
        Ok(Self {
            template,
            folder,
            rng,
            net,
            clock: Arc::new(SimClock::new(began, 0)),
            phones,
            plant,
            outcome: Outcome::default(),
            count: 0,
            has_backup: false,
        })
    }

    pub(super) fn server_folder(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    /// Starts the server; one that was ended may need a moment to leave its folder.
    async fn start_server(&self) -> anyhow::Result<()> {
        let mut tries = 0;
        let app = loop {
            let config = AppConfig {
                clock: Arc::clone(&self.clock) as Arc<dyn xunfang_server::Clock>,
                ..AppConfig::new(self.server_folder())
            };
            match App::open(config) {
                Ok(app) => break app,
                Err(xunfang_server::StartError::FolderInUse { .. }) if tries < FREE_TRIES => {
                    tries += 1;
                    yield_now().await;
                }
                Err(error) => return Err(error.into()),
            }
        };
        self.net.serve_with(app.router());
        Ok(())
    }

    async fn run(&mut self, life: Life) -> anyhow::Result<Outcome> {
        self.start_server().await?;
        for phone in &mut self.phones {
            phone.open()?;
        }
        match life {
            Life::Eventful => {
                for _ in 0..EVENTS {
                    sleep(Duration::from_millis(self.rng.u64(0..8_000))).await;
                    self.something_happens().await?;
                }
            }
            Life::Busy => self.be_busy().await?,
            Life::Slow => self.be_slow().await?,
        }
        self.calm_down().await?;
        let mut outcome = std::mem::take(&mut self.outcome);
        check::look(self, &mut outcome)?;
        Ok(outcome)
    }

    fn some_phone(&mut self) -> usize {
        self.rng.usize(0..PHONES)
    }

    async fn something_happens(&mut self) -> anyhow::Result<()> {
        match self.rng.u8(0..100) {
            0..36 => self.save()?,
            36..41 => self.revise()?,
            41..42 => self.settle()?,
            42..52 => self.close_or_open().await?,
            52..60 => {
                let (phone, apart) = (self.some_phone(), self.rng.bool());
                self.net.set_apart(phone, apart);
            }
            60..68 => self.change_weather(),
            68..76 => self.crash().await?,
            76..80 => self.back_up().await?,
            80..83 => self.restore().await?,
            83..89 => {
                let (phone, off_ms) = (self.some_phone(), self.rng.i64(-YEARS_MS..=YEARS_MS));
                if let Some(phone) = self.phones.get(phone) {
                    phone.device.clock.set_off(off_ms);
                }
            }
            89..91 => {
                let phone = self.some_phone();
                if let Some(phone) = self.phones.get_mut(phone)
                    && phone.is_open()
                {
                    phone.damage_waiting_photo()?;
                }
            }
            91..93 => {
                let (phone, what) = (self.some_phone(), self.rng.usize(..));
                if let Some(phone) = self.phones.get_mut(phone) {
                    self.outcome.damaged += phone.damage_row(what)?;
                }
            }
            _ => self.review().await?,
        }
        Ok(())
    }

    fn change_weather(&mut self) {
        let weather = Weather {
            delay_ms: self.rng.u64(20..4_000),
            lost: self.rng.u8(0..25),
            cut: self.rng.u8(0..25),
            twice: self.rng.u8(0..25),
            garbled: self.rng.u8(0..5),
            bytes_per_s: match self.rng.u8(0..4) {
                0 => self.rng.usize(2_000..20_000),
                1 => self.rng.usize(20_000..200_000),
                _ => Weather::FINE.bytes_per_s,
            },
        };
        self.net.set_weather(weather);
    }

    /// Saves one small finding after the other, faster than the network takes them.
    async fn be_busy(&mut self) -> anyhow::Result<()> {
        for number in 0..WRITES {
            if number % WRITES_BETWEEN == 0 {
                match self.rng.u8(0..4) {
                    0 => self.close_or_open().await?,
                    1 => {
                        let (phone, apart) = (self.some_phone(), self.rng.bool());
                        self.net.set_apart(phone, apart);
                    }
                    _ => self.change_weather(),
                }
            }
            let photo = jpeg(self.rng.u64(0..POOL), 200)?;
            self.save_photos(vec![photo])?;
            if self.rng.u8(0..4) == 0 {
                sleep(Duration::from_millis(self.rng.u64(0..500))).await;
            }
        }
        for _ in 0..ROUNDS {
            self.change_weather();
            for _ in 0..REVISIONS_A_ROUND {
                self.review().await?;
            }
            self.phones.iter().for_each(SimPhone::wake);
            sleep(Duration::from_secs(self.rng.u64(0..20))).await;
            for _ in 0..REVISIONS_A_ROUND {
                self.revise()?;
            }
            self.settle()?;
        }
        Ok(())
    }

    /// Saves findings on a slow link, and waits until they have arrived over it.
    async fn be_slow(&mut self) -> anyhow::Result<()> {
        self.net.set_weather(Weather::SLOW);
        let began = Instant::now();
        for _ in 0..SLOW_WRITES {
            let photo = jpeg(self.rng.u64(..), 20_000)?;
            self.save_photos(vec![photo])?;
        }
        while !check::is_quiet(self, began)? {
            if began.elapsed() > SLOW_ENOUGH {
                self.outcome
                    .wrong
                    .push("R13: it does not arrive over a slow link".to_owned());
                break;
            }
            sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }

    fn save(&mut self) -> anyhow::Result<()> {
        let photos = self.rng.usize(1..=2);
        let photos: Vec<Vec<u8>> = (0..photos)
            .map(|_| {
                let bytes = match self.rng.u8(0..10) {
                    0 => self.rng.usize(520_000..1_200_000),
                    1..4 => self.rng.usize(60_000..300_000),
                    _ => self.rng.usize(100..20_000),
                };
                jpeg(self.rng.u64(..), bytes)
            })
            .collect::<anyhow::Result<_>>()?;
        self.save_photos(photos)
    }

    /// Saves a finding with photos at some phone and some point, one in twenty at a point that the
    /// server refuses.
    fn save_photos(&mut self, photos: Vec<Vec<u8>>) -> anyhow::Result<()> {
        let number = self.some_phone();
        self.count += 1;
        let refused = self.rng.u8(0..20) == 0;
        let point = if refused {
            self.template.foreign
        } else {
            *self
                .rng
                .choice(&self.template.points)
                .context("no points")?
        };
        let new = NewFinding {
            id: self.count,
            point,
            photos,
            refused,
        };
        let phone = self.phones.get_mut(number).context("a phone")?;
        // Somebody who wants to record opens the app.
        phone.open()?;
        phone.save(&new)?;
        self.outcome.saved += 1;
        Ok(())
    }

    /// Somebody revises what was sent back to them.
    fn revise(&mut self) -> anyhow::Result<()> {
        let (number, which) = (self.some_phone(), self.rng.usize(..));
        let photo = if self.rng.bool() {
            Some(jpeg(self.rng.u64(..), 200)?)
        } else {
            None
        };
        self.count += 1;
        let phone = self.phones.get_mut(number).context("a phone")?;
        phone.open()?;
        phone.revise(which, self.count, photo)?;
        Ok(())
    }

    /// Somebody chooses between their revision and what the server has.
    fn settle(&mut self) -> anyhow::Result<()> {
        let (number, mine) = (self.some_phone(), self.rng.bool());
        self.count += 1;
        let phone = self.phones.get_mut(number).context("a phone")?;
        phone.open()?;
        phone.settle(mine, self.count)?;
        Ok(())
    }

    async fn close_or_open(&mut self) -> anyhow::Result<()> {
        let number = self.some_phone();
        let server = self.server_folder();
        let phone = self.phones.get_mut(number).context("a phone")?;
        if phone.is_open() {
            self.outcome.kills += 1;
            phone.kill().await;
        } else {
            phone.open()?;
        }
        if self.plant == Some(Plant::CursorBeforeRows) && !phone.is_open() {
            Meddler::move_cursor(phone, &server)?;
        }
        Ok(())
    }

    async fn crash(&mut self) -> anyhow::Result<()> {
        self.outcome.crashes += 1;
        self.net.end_server().await;
        sleep(Duration::from_millis(self.rng.u64(0..20_000))).await;
        self.start_server().await
    }

    /// Copies the server's folder while it does not run.
    async fn back_up(&mut self) -> anyhow::Result<()> {
        self.net.end_server().await;
        self.wait_until_free().await?;
        let backup = self.folder.path().join("backup");
        if backup.exists() {
            fs::remove_dir_all(&backup)?;
        }
        crate::copy_folder(&self.server_folder(), &backup)?;
        self.has_backup = true;
        self.start_server().await
    }

    async fn wait_until_free(&self) -> anyhow::Result<()> {
        self.start_server().await?;
        self.net.end_server().await;
        for _ in 0..FREE_TRIES {
            match App::open(AppConfig::new(self.server_folder())) {
                Ok(app) => {
                    drop(app);
                    return Ok(());
                }
                Err(xunfang_server::StartError::FolderInUse { .. }) => yield_now().await,
                Err(error) => return Err(error.into()),
            }
        }
        anyhow::bail!("the server does not leave its folder")
    }

    /// The server comes back as it was at the backup, by a careful hand under a new name.
    async fn restore(&mut self) -> anyhow::Result<()> {
        if !self.has_backup {
            return Ok(());
        }
        self.outcome.restores += 1;
        self.net.end_server().await;
        self.wait_until_free().await?;
        fs::remove_dir_all(self.server_folder())?;
        crate::copy_folder(&self.folder.path().join("backup"), &self.server_folder())?;
        if self.rng.bool() {
            let epoch = Uuid::from_u128(self.rng.u128(..));
            let db = Connection::open(self.server_folder().join("server.db"))?;
            db.execute(
                "UPDATE server SET epoch = ?1",
                [epoch.as_bytes().as_slice()],
            )?;
        }
        self.start_server().await
    }

    /// A supervisor decides on one of the findings that the server has.
    async fn review(&mut self) -> anyhow::Result<()> {
        let headers = [("cookie", self.template.cookie.as_str())];
        let queue = parcel("GET", "/api/v1/findings?limit=20", &headers, &Value::Null)?;
        let Some(reply) = self.net.ask(&queue, None).await else {
            return Ok(());
        };
        let page: Value = serde_json::from_slice(&reply.body)?;
        let findings = list(&page, "/rows")?;
        let Some(row) = self.rng.choice(findings) else {
            return Ok(());
        };
        let id = text(row, "/record/id")?;
        let rev = row.pointer("/review/rev").and_then(Value::as_u64);
        let rev = rev.unwrap_or(0);
        let decision = if self.rng.bool() {
            json!({"rev": rev, "decision": "accept"})
        } else {
            json!({"rev": rev, "decision": "return", "reason": "照片看不清"})
        };
        let path = format!("/api/v1/findings/{id}/review");
        let decide = parcel("POST", &path, &headers, &decision)?;
        if let Some(reply) = self.net.ask(&decide, None).await {
            ensure!(
                reply.status.is_success() || reply.status.as_u16() == 409,
                "a review is refused: {} {}",
                reply.status,
                String::from_utf8_lossy(&reply.body)
            );
        }
        Ok(())
    }

    /// Everything is well again; waits until nothing is left to do, as long as that may take.
    async fn calm_down(&mut self) -> anyhow::Result<()> {
        self.net.set_weather(Weather::FINE);
        for number in 0..PHONES {
            self.net.set_apart(number, false);
        }
        for phone in &mut self.phones {
            phone.open()?;
            phone.wake();
        }
        // A careless restore is noticed once a day at most.
        self.pass_a_day();
        let began = Instant::now();
        while began.elapsed() < CALM {
            sleep(Duration::from_millis(500)).await;
            if check::is_quiet(self, began)? {
                break;
            }
        }
        let elapsed = began.elapsed().as_millis();
        self.outcome.calm_ms = u64::try_from(elapsed).unwrap_or(u64::MAX);
        Ok(())
    }

    fn pass_a_day(&self) {
        self.clock.set_off(25 * 60 * 60 * 1000);
    }
}
