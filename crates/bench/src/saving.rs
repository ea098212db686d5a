//! P3: what a person waits for after pressing save, beside a bare durable write of one page.
//!
//! A finding needs a photo, which is taken in and durable long before; so the draft is made
//! outside the timed part, which is the save: finding, photo link, queue entry and end of the
//! draft in one durable transaction. In turns with it, a page of 4 KiB is appended to a file in
//! the same folder and synced, as the database appends to its log. Once the log has been copied
//! it is written anew from its beginning, into room that the file has already, which spares the
//! disk the note of a new length; so a page written again and again in place is measured too, as
//! the stricter figure.
//!
//! Meanwhile another thread copies the log into the database, as the app's does after exchanges.

use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use serde_json::{Map, json};
use xunfang_domain::Wgs84;
use xunfang_phone::{KeyFiles, Patience, Phone, PhoneConfig, SimulatedPosition};
use xunfang_store::Store;

use crate::device::{self, Device, FINDINGS, POINTS};
use crate::drafts;
use crate::report::Figure;
use crate::samples::{Samples, round};

const GOAL: f64 = 2.0;
const WARM_UP: u32 = 200;
/// Saves into the storage that count.
const SAVES: u32 = 3_000;
/// Saves by command that count.
const COMMANDS: u32 = 1_000;
/// Saves after which the log is looked at.
const TIDY_EVERY: u32 = 50;
const PAGE: [u8; 4_096] = [0x5a; 4_096];

/// Times of both sides.
#[derive(Debug, Default)]
struct Turns {
    save: Samples,
    append: Samples,
    overwrite: Samples,
}

pub(crate) fn measure(device: &Device, folder: &Path) -> anyhow::Result<Figure> {
    let saves = FINDINGS..FINDINGS + WARM_UP + SAVES;
    let commands = saves.end..saves.end + WARM_UP + COMMANDS;

    let store = Store::open(folder, &device::key(folder)?, device::made_at(FINDINGS))?.store;
    let into_store = std::thread::scope(|threads| {
        let (look, looks) = mpsc::channel::<()>();
        let store = &store;
        let tidy = threads.spawn(move || looks.iter().try_for_each(|()| store.tidy()));
        let turns = in_turns(folder, saves, |number| {
            drafts::begin(store, device, point_of(number), number)?;
            let finding = drafts::finish(device, point_of(number), number)?;
            let began = Instant::now();
            store.save_finding(finding)?;
            let time = began.elapsed();
            if number % TIDY_EVERY == 0 {
                look.send(()).context("the tidying thread ended early")?;
            }
            Ok(time)
        })?;
        drop(look);
        tidy.join()
            .map_err(|_| anyhow!("the tidying thread panicked"))??;
        anyhow::Ok(turns)
    })?;
    drop(store);
    let by_command = by_command(device, folder, commands)?;
    Ok(figure(&into_store, &by_command))
}

/// The same through the phone's core: command in, answer out, while its own thread tries to reach
/// the server and copies the log. The drafts go the same way: what another connection wrote would
/// have the phone's read every page again.
fn by_command(
    device: &Device,
    folder: &Path,
    numbers: std::ops::Range<u32>,
) -> anyhow::Result<Turns> {
    let runtime = tokio::runtime::Runtime::new()?;
    let phone = open(folder)?;
    in_turns(folder, numbers, |number| {
        runtime.block_on(drafts::begin_by_command(
            &phone,
            device,
            point_of(number),
            number,
        ))?;
        let command = drafts::command(device, point_of(number), number)?;
        let began = Instant::now();
        runtime
            .block_on(phone.run(command))
            .map_err(|error| anyhow!("save by command: {error}"))?;
        Ok(began.elapsed())
    })
}

/// Opens the phone of a filled folder.
pub(crate) fn open(folder: &Path) -> anyhow::Result<Phone> {
    let here = Wgs84::new(device::LAT, device::LNG)?;
    Phone::open(PhoneConfig {
        camera: None,
        data_dir: folder.to_owned(),
        keys: Arc::new(KeyFiles::beside(folder)),
        default_server: String::new(),
        position: Arc::new(SimulatedPosition::at(here, device::ACCURACY_M)),
        patience: Patience::default(),
        developer: false,
        started: Instant::now(),
    })
    .map_err(|error| anyhow!("open the phone: {error}"))
}

/// Far and near points alike, none twice.
fn point_of(number: u32) -> u32 {
    // 7 has no factor in common with the number of points.
    number.wrapping_mul(7) % POINTS
}

/// Saves and writes in turns, who begins changing from turn to turn.
fn in_turns(
    folder: &Path,
    numbers: std::ops::Range<u32>,
    mut save: impl FnMut(u32) -> anyhow::Result<std::time::Duration>,
) -> anyhow::Result<Turns> {
    let mut bare = Bare::open(folder)?;
    let mut turns = Turns::default();
    let counts_from = numbers.start + WARM_UP;
    for number in numbers {
        for place in 0..3 {
            let (samples, time) = match (number + place) % 3 {
                0 => (&mut turns.save, save(number)?),
                1 => (&mut turns.append, bare.append()?),
                _ => (&mut turns.overwrite, bare.overwrite()?),
            };
            if number >= counts_from {
                samples.add(time);
            }
        }
    }
    Ok(turns)
}

/// Two files in the folder of the database, removed again.
struct Bare {
    growing: File,
    fixed: File,
    _folder: tempfile::TempDir,
}

impl Bare {
    fn open(folder: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir_in(folder)?;
        let open = |name| {
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(folder.path().join(name))
        };
        let (growing, mut fixed) = (open("growing")?, open("fixed")?);
        fixed.write_all(&PAGE)?;
        fixed.sync_all()?;
        Ok(Self {
            growing,
            fixed,
            _folder: folder,
        })
    }

    fn append(&mut self) -> std::io::Result<std::time::Duration> {
        let began = Instant::now();
        self.growing.write_all(&PAGE)?;
        self.growing.sync_data()?;
        Ok(began.elapsed())
    }

    fn overwrite(&mut self) -> std::io::Result<std::time::Duration> {
        self.fixed.rewind()?;
        let began = Instant::now();
        self.fixed.write_all(&PAGE)?;
        self.fixed.sync_data()?;
        Ok(began.elapsed())
    }
}

fn figure(into_store: &Turns, by_command: &Turns) -> Figure {
    let p99 = |samples: &Samples| samples.percentile_ms(99);
    let (save, append) = (p99(&into_store.save), p99(&into_store.append));
    let mut raw = Map::new();
    for (name, turns) in [("store", into_store), ("command", by_command)] {
        let both = |samples: &Samples| {
            json!({
                "count": samples.len(),
                "p50_ms": round(samples.median_ms()),
                "p99_ms": round(p99(samples)),
                "max_ms": round(samples.percentile_ms(100)),
            })
        };
        let ratio = round(p99(&turns.save) / p99(&turns.append));
        let strict = round(p99(&turns.save) / p99(&turns.overwrite));
        raw.insert(
            name.to_owned(),
            json!({
                "save": both(&turns.save),
                "bare_append": both(&turns.append),
                "bare_overwrite": both(&turns.overwrite),
                "p99_ratio_to_append": ratio,
                "p99_ratio_to_overwrite": strict,
            }),
        );
    }
    Figure {
        promise: "P3",
        what: "save a finding, p99",
        value: save / append,
        unit: "ratio",
        goal: GOAL,
        against: "append 4 KiB + fdatasync, p99",
        inputs: format!(
            "{} of each in turns on a phone with {POINTS} points and {FINDINGS} findings, each \
             photo taken in before its save; the log is copied meanwhile, looked at every {TIDY_EVERY} saves",
            into_store.save.len()
        ),
        sides: format!(
            "{save:.2} ms, {append:.2} ms; in place {:.2} ms",
            p99(&into_store.overwrite)
        ),
        raw,
    }
}
