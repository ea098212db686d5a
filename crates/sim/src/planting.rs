//! `plant all`: each planted bug, and the seed of the state or the world that noticed it.

use std::io::Write;
use std::path::Path;

use anyhow::{bail, ensure};
use serde_json::json;
use xunfang_sim::feed;
use xunfang_sim::net::{self, Life, Plant, Worlds};
use xunfang_sim::plant::Fault;
use xunfang_sim::replay::{Recording, replay};
use xunfang_sim::upgrade::record_upgrade;

/// Worlds after which a bug counts as unnoticed.
const WORLDS_MAX: u64 = 100;
/// States after which one of the disk does.
const STATES_MAX: usize = 2_000;
/// Seeds of cuts that are tried.
const CUT_SEEDS: u64 = 5;

/// An upgrade that seals photos and does not sync them before they take the place of the plain
/// ones; and the schema from which on it is made.
const SEALED: &str = "SealedPhotoNotSynced";
const SEALED_FROM: usize = 7;

/// A feed that is numbered by a plain sequence, and the events after which its gaps have to show.
const SEQUENCE: &str = "FeedFromSequence";
const SEQUENCE_EVENTS: u64 = 20_000;

/// What noticed a bug.
struct Noticed {
    name: String,
    /// The seed, and what was wrong; none: it goes unnoticed.
    by: Option<(u64, String)>,
}

pub(crate) async fn all(which: &str, report: Option<&Path>) -> anyhow::Result<()> {
    let wanted = |name: &str| which == "all" || which == name;
    let mut noticed = Vec::new();
    let faults = Fault::ALL.map(|fault| (fault, format!("{fault:?}")));
    if faults.iter().any(|(_, name)| wanted(name)) {
        let program = std::env::current_exe()?;
        let recording = xunfang_sim::record_scene(&program, None).await?;
        for (fault, name) in faults.into_iter().filter(|(_, name)| wanted(name)) {
            let by = cut(&recording, fault)?;
            noticed.push(Noticed { name, by });
        }
    }
    if wanted(SEALED) {
        let program = std::env::current_exe()?;
        let recording = record_upgrade(SEALED_FROM, &program)?;
        let by = cut(&recording, Fault::PhotoNotSynced)?;
        let name = SEALED.to_owned();
        noticed.push(Noticed { name, by });
    }
    for plant in Plant::ALL {
        let name = format!("{plant:?}");
        if wanted(&name) {
            let by = tokio::task::block_in_place(|| live(plant))?;
            noticed.push(Noticed { name, by });
        }
    }
    if wanted(SEQUENCE) {
        let found = feed::race(SEQUENCE_EVENTS, feed::Numbers::Sequence, 1, None).await?;
        let (lost, name) = (found.lost(), SEQUENCE.to_owned());
        let by = (lost > 0).then(|| (1, format!("R9: {lost} of {} events lost", found.written)));
        noticed.push(Noticed { name, by });
    }
    if noticed.is_empty() {
        bail!("there is no bug called {which}");
    }
    let mut out = std::io::stdout().lock();
    let mut listed = serde_json::Map::new();
    for Noticed { name, by } in &noticed {
        let line = match by {
            Some((seed, what)) => format!("{name}: noticed by seed {seed}: {what}"),
            None => format!("{name}: GOES UNNOTICED"),
        };
        out.write_all(format!("{line}\n").as_bytes())?;
        let seed = by.as_ref().map(|(seed, _)| seed);
        listed.insert(name.clone(), json!(seed));
    }
    if let Some(report) = report {
        std::fs::write(report, format!("{:#}\n", serde_json::Value::Object(listed)))?;
    }
    let unnoticed = noticed.iter().filter(|one| one.by.is_none()).count();
    let planted = noticed.len();
    out.write_all(format!("{planted} planted, {unnoticed} unnoticed\n").as_bytes())?;
    ensure!(unnoticed == 0, "{unnoticed} planted bugs go unnoticed");
    Ok(())
}

fn cut(recording: &Recording, fault: Fault) -> anyhow::Result<Option<(u64, String)>> {
    let faulty = Recording {
        steps: fault.plant(&recording.steps),
        ..recording.clone()
    };
    for seed in 1..=CUT_SEEDS {
        let folder = xunfang_sim::memory_folder()?;
        let found = replay(&faulty, STATES_MAX, seed, folder.path())?;
        if let Some(first) = found.violations.first() {
            return Ok(Some((seed, first.wrong.join("; "))));
        }
    }
    Ok(None)
}

fn live(plant: Plant) -> anyhow::Result<Option<(u64, String)>> {
    let worlds = Worlds {
        life: Life::Eventful,
        seeds: 1..WORLDS_MAX + 1,
        longest: None,
    };
    let found = net::live_all(&worlds, Some(plant))?;
    let first = found.wrong.into_iter().next();
    Ok(first.map(|wrong| (wrong.seed, wrong.what)))
}
