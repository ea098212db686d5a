//! `crash` and `upgrade`: power cuts, kills and broken disks, by promise.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::ensure;
use fastrand::Rng;
use serde_json::json;
use xunfang_sim::inject::{Phones, until};
use xunfang_sim::replay::{Recording, Replay, replay_on_all_processors};
use xunfang_sim::scene::Flow;
use xunfang_sim::upgrade::{FROZEN, record_upgrade};

use crate::verdict::tell;

/// States after which it is looked at the clock.
const STATES_A_ROUND: usize = 10_000;

/// How much is gone through.
pub(crate) struct Crashes {
    pub(crate) states: usize,
    pub(crate) most: Option<usize>,
    pub(crate) seconds: Option<u64>,
    pub(crate) seed: u64,
}

impl Crashes {
    pub(crate) async fn run(&self, report: Option<&Path>) -> anyhow::Result<()> {
        let program = std::env::current_exe()?;
        let began = Instant::now();
        let recording = xunfang_sim::record_scene(&program, None).await?;
        let cut = tokio::task::block_in_place(|| self.cut(&recording))?;
        let cut_s = began.elapsed().as_secs();
        let began = Instant::now();
        let phones = Phones::prepare(&program).await?;
        let injured = tokio::task::block_in_place(|| {
            let cases = phones.cases(self.most, &mut Rng::with_seed(self.seed))?;
            phones.injure(&cases, until(self.seconds))
        })?;
        let injured_s = began.elapsed().as_secs();
        let broken = |promise: &str| {
            let ours = injured
                .wrong
                .iter()
                .filter(|what| what.starts_with(promise));
            ours.count()
        };
        let states = format!(
            "{} states, {} of them different, over {} steps: {} lost something",
            cut.states,
            cut.distinct,
            recording.steps.len(),
            cut.violations.len(),
        );
        let flows = Flow::ALL.len();
        let verdict = json!({
            "R1": {
                "passed": cut.violations.is_empty() && broken("R1") == 0,
                "figure": format!(
                    "{states}; {} kills in {flows} flows, {} violations",
                    injured.kills, broken("R1"),
                ),
                "seconds": cut_s + injured_s,
            },
            "R2": {
                "passed": cut.violations.is_empty(),
                "figure": states,
                "seconds": cut_s,
            },
            "R3": {
                "passed": broken("R3") == 0,
                "figure": format!(
                    "{} faults in {flows} flows, {} of them refused to the person, {} violations",
                    injured.faults, injured.refused, broken("R3"),
                ),
                "seconds": injured_s,
            },
        });
        tell(&verdict, report)?;
        let violations = cut.violations.len() + injured.wrong.len();
        std::io::stdout().write_all(format!("{violations} violations\n").as_bytes())?;
        ensure!(
            violations == 0,
            "{:#?}\n{:#?}",
            cut.violations,
            injured.wrong
        );
        Ok(())
    }
}

impl Crashes {
    /// Cuts the power in rounds, each over the whole recording, until there were enough or the time
    /// is over.
    fn cut(&self, recording: &Recording) -> anyhow::Result<Replay> {
        let until = until(self.seconds);
        let mut all = Replay::default();
        for round in 0.. {
            let left = self.states - all.states;
            let late = round > 0 && until.is_some_and(|until| Instant::now() >= until);
            if left == 0 || late {
                break;
            }
            let states = left.min(STATES_A_ROUND);
            let seed = self.seed.wrapping_add(round << 32);
            all.add(replay_on_all_processors(recording, states, seed)?);
            if !all.violations.is_empty() {
                break;
            }
        }
        Ok(all)
    }
}

/// Cuts the power while phones of every released schema are upgraded.
pub(crate) fn upgrades(states: usize, seed: u64, report: Option<&Path>) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let began = Instant::now();
    let (mut judged, mut distinct, mut wrong) = (0, 0, Vec::new());
    for schema in 1..=FROZEN.len() {
        let recording = record_upgrade(schema, &program)?;
        let found =
            tokio::task::block_in_place(|| replay_on_all_processors(&recording, states, seed))?;
        judged += found.states;
        distinct += found.distinct;
        let violations = found.violations.into_iter();
        wrong.extend(violations.map(|what| format!("schema {schema}: {what:?}")));
    }
    let verdict = json!({"R12": {
        "passed": wrong.is_empty(),
        "figure": format!(
            "{} released schemas upgraded, {judged} states after a cut, {distinct} of them \
             different: {} lost something",
            FROZEN.len(), wrong.len(),
        ),
        "seconds": began.elapsed().as_secs(),
    }});
    tell(&verdict, report)?;
    std::io::stdout().write_all(format!("{} violations\n", wrong.len()).as_bytes())?;
    ensure!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}
