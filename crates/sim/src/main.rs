//! Records a phone and replays power cuts: `xunfang-sim powercut --states 1000000`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::ensure;
use clap::{Parser, Subcommand};
use serde_json::json;
use xunfang_sim::{replay, scene};

#[derive(Debug, Parser)]
#[command(name = "xunfang-sim", version, about)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Works through the scene in a folder that was prepared; says what it acknowledges.
    Scene {
        /// The phone's folder.
        #[arg(long)]
        data: PathBuf,
    },
    /// Records the scene and cuts the power so many times.
    Powercut {
        /// How many states are judged.
        #[arg(long)]
        states: usize,
        /// Where the chance begins; the same seed gives the same cuts of the same recording.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where the verdict is written, as JSON by promise.
        #[arg(long)]
        report: PathBuf,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Scene { data } => scene::work(&data).await,
        Task::Powercut {
            states,
            seed,
            report,
        } => powercut(states, seed, &report).await,
    }
}

async fn powercut(states: usize, seed: u64, report: &Path) -> anyhow::Result<()> {
    let began = Instant::now();
    let program = std::env::current_exe()?;
    let recording = xunfang_sim::record_scene(&program, None).await?;
    let folder = xunfang_sim::memory_folder()?;
    let found = replay::replay(&recording, states, seed, folder.path())?;
    let verdict = json!({"R2": {
        "passed": found.violations.is_empty(),
        "figure": format!(
            "{} states, {} of them different, over {} steps: {} broke the promise",
            found.states, found.distinct, recording.steps.len(), found.violations.len(),
        ),
        "seconds": began.elapsed().as_secs(),
    }});
    std::fs::write(report, format!("{verdict}\n"))?;
    std::io::stdout().write_all(format!("{verdict}\n").as_bytes())?;
    ensure!(found.violations.is_empty(), "{:#?}", found.violations);
    Ok(())
}
