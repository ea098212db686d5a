//! Many worlds, one after the other on each processor.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;

use super::plant::Plant;
use super::template::Template;
use super::world::{Life, Outcome, live};

/// The promises whose proof the worlds are, and what is counted for each. They are held against
/// R6, R8 and R11 as well, whose proofs are others: what breaks one of those is told, and ends
/// the program with an error, and what does not is no verdict on it.
pub const EVENTFUL: &[(&str, What)] = &[
    ("R5", What::Saved),
    ("R10", What::Damaged),
    ("R13", What::Calm),
    ("R14", What::Kills),
];

/// The promise whose proof the busy worlds are.
pub const BUSY: &[(&str, What)] = &[("R8", What::Ends)];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Findings that were saved.
    Saved,
    /// Rows that were damaged, and made good.
    Damaged,
    /// How what was saved has ended.
    Ends,
    /// How long it took to come to rest.
    Calm,
    /// Times that an app was killed.
    Kills,
}

/// Which worlds.
#[derive(Debug, Clone)]
pub struct Worlds {
    /// What they are full of.
    pub life: Life,
    /// Their seeds.
    pub seeds: Range<u64>,
    /// After how long no further one is begun.
    pub longest: Option<Duration>,
}

/// Something that is not as promised.
#[derive(Debug, Clone)]
pub struct Wrong {
    /// In which world.
    pub seed: u64,
    /// What, with the promise before a colon.
    pub what: String,
}

impl Wrong {
    /// Returns the promise that is broken.
    pub fn promise(&self) -> &str {
        self.what.split(':').next().unwrap_or_default()
    }
}

/// What all worlds came to.
#[derive(Debug, Default)]
pub struct Found {
    /// How many worlds there were.
    pub worlds: u64,
    /// The sums, and the longest time to come to rest.
    pub sum: Outcome,
    /// What is not as promised.
    pub wrong: Vec<Wrong>,
}

impl Found {
    /// Says how much of something there was.
    pub fn figure(&self, what: What) -> String {
        let sum = &self.sum;
        match what {
            What::Saved => format!(
                "{} findings saved on 3 phones, {} ends of the server, {} restores of a backup",
                sum.saved, sum.crashes, sum.restores
            ),
            What::Damaged => format!(
                "{} rows damaged on phones, which are alike at rest",
                sum.damaged
            ),
            What::Ends => format!(
                "{} findings and revisions saved on 3 phones = {} applied + {} kept as a conflict \
                 + {} chosen between + {} refused with their reason + {} kept",
                sum.saved, sum.applied, sum.conflicts, sum.settled, sum.refused, sum.kept
            ),
            What::Calm => format!("at rest after {} ms at most", sum.calm_ms),
            What::Kills => format!("clocks off by up to 10 years, {} kills", sum.kills),
        }
    }

    fn add(&mut self, seed: u64, outcome: Outcome) {
        self.worlds += 1;
        self.sum.saved += outcome.saved;
        self.sum.applied += outcome.applied;
        self.sum.conflicts += outcome.conflicts;
        self.sum.settled += outcome.settled;
        self.sum.refused += outcome.refused;
        self.sum.kept += outcome.kept;
        self.sum.kills += outcome.kills;
        self.sum.crashes += outcome.crashes;
        self.sum.restores += outcome.restores;
        self.sum.damaged += outcome.damaged;
        self.sum.calm_ms = self.sum.calm_ms.max(outcome.calm_ms);
        let wrong = outcome.wrong.into_iter();
        self.wrong.extend(wrong.map(|what| Wrong { seed, what }));
    }
}

/// Lives through all of them; with `plant` until one world notices it.
///
/// # Errors
/// Where a simulation itself fails; the error names the seed.
pub fn live_all(worlds: &Worlds, plant: Option<Plant>) -> anyhow::Result<Found> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let template = runtime.block_on(Template::prepare())?;
    let next = AtomicU64::new(worlds.seeds.start);
    let found = Mutex::new(Found::default());
    let began = Instant::now();
    let locked = || found.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || -> anyhow::Result<()> {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let late = worlds
                .longest
                .is_some_and(|longest| began.elapsed() >= longest);
            let noticed = plant.is_some() && !locked().wrong.is_empty();
            if seed >= worlds.seeds.end || late || noticed {
                return Ok(());
            }
            let outcome = live(&template, seed, worlds.life, plant)
                .with_context(|| format!("seed {seed}"))?;
            locked().add(seed, outcome);
        }
    };
    crate::on_all_processors(|_| work())?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.wrong.sort_by_key(|wrong| wrong.seed);
    Ok(found)
}
