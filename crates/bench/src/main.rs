//! Measures the promises on speed, each as a ratio to something measured beside it in the same
//! run: this machine's disk and window system are part of every figure, so only ratios are judged.
//! And the promise on bytes, which are counted on their way and are the same on every machine.
//!
//! `run` prints a table and writes the figures as JSON; it fails where a goal is missed. `seed`
//! only fills a folder, for looking at one promise by hand.

mod device;
mod display;
mod drafts;
mod fieldwork;
mod handset;
mod importing;
mod parts;
mod photos;
mod report;
mod rules;
mod samples;
mod saving;
mod shots;
mod starting;
mod wire;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};

use crate::device::Device;
use crate::report::Report;
use crate::starting::Programs;

#[derive(Debug, Parser)]
#[command(name = "xunfang-bench", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures, prints the table and writes the summary.
    Run {
        /// Folder to work in, on the disk that is measured; what is made there is removed.
        #[arg(long)]
        folder: PathBuf,
        /// Folder with the release programs `xunfang-app` and `examples/empty_window` for P4, and
        /// `examples/take_in` for P1.
        #[arg(long)]
        programs: PathBuf,
        /// Folder with `phone-12mp.jpg` and `phone-8mp.jpg`; where they are not, some are made.
        #[arg(long, default_value = "../shared/photos")]
        photos: PathBuf,
        /// Where to write the figures.
        #[arg(long)]
        summary: PathBuf,
        /// One promise alone.
        #[arg(long)]
        only: Option<Promise>,
    },
    /// Fills a folder as `XUNFANG_DATA` with 10,000 points and 100,000 findings.
    Seed {
        /// The folder; it must not hold a phone's data yet.
        folder: PathBuf,
    },
}

/// A promise by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Promise {
    /// What is made of a photo.
    P1,
    /// Taking a photo in.
    P2,
    /// Saving a finding.
    P3,
    /// Starting the app.
    P4,
    /// Points within 600 m.
    P5,
    /// Bytes on the wire.
    P7,
    /// Judging an inspection.
    Judge,
    /// Importing a register of points.
    Import,
}

fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().command {
        Command::Seed { folder } => {
            Device::fill(&folder)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Run {
            folder,
            programs,
            photos,
            summary,
            only,
        } => run(&Run {
            folder: &folder,
            programs: &programs,
            photos: &photos,
            summary: &summary,
            only,
        }),
    }
}

/// What a run was asked for.
struct Run<'a> {
    folder: &'a Path,
    programs: &'a Path,
    photos: &'a Path,
    summary: &'a Path,
    only: Option<Promise>,
}

fn run(asked: &Run<'_>) -> anyhow::Result<ExitCode> {
    let &Run {
        folder,
        summary,
        only,
        ..
    } = asked;
    let wanted = |promise| only.is_none_or(|only| only == promise);
    // Before anything is measured, so that nobody waits for a run that cannot end.
    let programs = wanted(Promise::P4)
        .then(|| Programs::in_folder(asked.programs))
        .transpose()?;
    let work = tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(folder)
        .with_context(|| format!("make a folder in {}", folder.display()))?;
    let mut report = Report::default();
    let inputs = if wanted(Promise::P1) || wanted(Promise::P2) {
        photos::inputs(asked.photos, work.path())?
    } else if wanted(Promise::P7) {
        vec![photos::usual(asked.photos, work.path())?]
    } else {
        Vec::new()
    };
    if wanted(Promise::P1) {
        say("P1: making copies of photos, by three ways in turns")?;
        let take_in = asked.programs.join("examples/take_in");
        for figure in photos::measure(&inputs, &take_in, work.path())? {
            report.add(figure);
        }
    }
    if wanted(Promise::P2) || wanted(Promise::P3) || wanted(Promise::P4) {
        let data = work.path().join("phone");
        say("filling a phone with 10,000 points and 100,000 findings")?;
        let device = Device::fill(&data)?;
        // The start first: what is saved afterwards would be part of it.
        if let Some(programs) = &programs {
            say("P4: starting the app and an empty window in turns")?;
            report.add(starting::measure(programs, &data, work.path())?);
        }
        if let Some(input) = inputs.first().filter(|_| wanted(Promise::P2)) {
            say("P2: taking photos in")?;
            report.add(photos::saved(input, &saving::open(&data)?, work.path())?);
        }
        if wanted(Promise::P3) {
            say("P3: saving findings and writing bare pages in turns")?;
            report.add(saving::measure(&device, &data)?);
        }
    }
    if wanted(Promise::P5) {
        say("P5: looking for the points around a place")?;
        report.add(rules::nearby()?);
    }
    if let Some(input) = inputs.first().filter(|_| wanted(Promise::P7)) {
        say("P7: counting what goes over the wire")?;
        for figure in wire::measure(input, work.path())? {
            report.add(figure);
        }
    }
    if wanted(Promise::Judge) {
        say("judging inspections of 60 items")?;
        report.add(rules::judging()?);
    }
    if wanted(Promise::Import) {
        say("importing 50,000 points from a spreadsheet")?;
        report.add(importing::measure(work.path())?);
    }
    work.close().context("remove the folder of the run")?;
    report.write(summary)?;
    report.print(&mut std::io::stdout().lock())?;
    Ok(if report.all_kept() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Tells on standard error what is going on.
fn say(what: &str) -> std::io::Result<()> {
    writeln!(std::io::stderr(), "bench: {what}")
}
