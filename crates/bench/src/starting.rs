//! P4: from starting the program to a list of points that can be used, beside the same for an
//! empty window of the same shell.
//!
//! Both programs log `usable` after a frame has been drawn; the time is taken here, from before
//! the process is made to the arrival of that line. They start in turns, each with a web-view
//! profile of its own that stays from start to start as on a phone, and are killed as a phone
//! kills apps. The server of the app is away, so that it starts offline.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::{Map, json};

use crate::device::{ACCURACY_M, FINDINGS, LAT, LNG, POINTS};
use crate::display::Display;
use crate::report::Figure;
use crate::samples::{Samples, round};

const GOAL: f64 = 1.5;
const WARM_UP: usize = 2;
const STARTS: usize = 20;
/// Longest wait for a start, and for the end of all its processes.
const BOUND: Duration = Duration::from_secs(60);

/// The programs to compare.
#[derive(Debug)]
pub(crate) struct Programs {
    app: PathBuf,
    empty: PathBuf,
}

impl Programs {
    pub(crate) fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        let program = |name: &str| {
            let path = folder.join(name);
            ensure!(path.is_file(), "{} is not built", path.display());
            Ok(path)
        };
        Ok(Self {
            app: program("xunfang-app")?,
            empty: program("examples/empty_window")?,
        })
    }
}

/// One of the two, and how its starts went.
struct Contender {
    program: PathBuf,
    env: Vec<(&'static str, String)>,
    seen: Samples,
    told: Samples,
}

impl Contender {
    fn new(program: &Path, profile: &Path, display: &Display) -> anyhow::Result<Self> {
        let mut env = vec![
            ("DISPLAY", display.name.clone()),
            // Without a graphics card WebKit would look for one at every start.
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1".to_owned()),
        ];
        for name in ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
            let folder = profile.join(name);
            fs::create_dir_all(&folder)?;
            env.push((name, folder.display().to_string()));
        }
        Ok(Self {
            program: program.to_owned(),
            env,
            seen: Samples::default(),
            told: Samples::default(),
        })
    }

    fn start(&mut self, counts: bool) -> anyhow::Result<()> {
        let (seen, told) = start(&self.program, &self.env)
            .with_context(|| format!("start {}", self.program.display()))?;
        if counts {
            self.seen.add(seen);
            self.told.add(told);
        }
        Ok(())
    }
}

pub(crate) fn measure(programs: &Programs, data: &Path, work: &Path) -> anyhow::Result<Figure> {
    let display = Display::open()?;
    let mut app = Contender::new(&programs.app, &work.join("app"), &display)?;
    app.env.extend([
        ("XUNFANG_DATA", data.display().to_string()),
        ("XUNFANG_POSITION", format!("{LAT},{LNG},{ACCURACY_M}")),
    ]);
    let mut empty = Contender::new(&programs.empty, &work.join("empty"), &display)?;
    for round in 0..WARM_UP + STARTS {
        let pair = if round % 2 == 0 {
            [&mut app, &mut empty]
        } else {
            [&mut empty, &mut app]
        };
        for contender in pair {
            contender.start(round >= WARM_UP)?;
        }
    }
    Ok(figure(&app, &empty))
}

/// A line of a program's log, as far as it matters here.
#[derive(Debug, Deserialize)]
struct LogLine {
    event: Option<String>,
    elapsed_ms: Option<u64>,
}

/// Starts a program, waits for it to be usable and ends it. Returns the time seen from here and
/// the time that the program told.
fn start(program: &Path, env: &[(&str, String)]) -> anyhow::Result<(Duration, Duration)> {
    let mut command = Command::new(program);
    command
        .envs(env.iter().map(|(name, value)| (name, value)))
        .env_remove("XUNFANG_LOG")
        .env_remove("XUNFANG_GPX")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let began = Instant::now();
    let mut running = Running(command.spawn()?);
    let log = running.0.stderr.take().context("the program has a log")?;
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            // Nobody listens any more after the start; the log is still read to its end.
            drop(send.send((Instant::now(), line)));
        }
    });
    let mut last = String::new();
    let times = loop {
        let left = BOUND.saturating_sub(began.elapsed());
        let Ok((at, line)) = lines.recv_timeout(left) else {
            bail!("it was not usable within {BOUND:?}; the log ends with: {last}");
        };
        let read: Option<LogLine> = serde_json::from_str(&line).ok();
        if let Some(line) = read
            && line.event.as_deref() == Some("usable")
        {
            let told = line.elapsed_ms.context("the line tells no time")?;
            break (at - began, Duration::from_millis(told));
        }
        last = line;
    };
    running.0.kill()?;
    running.0.wait()?;
    // The web view's own processes hold the log too and end after the program: only when it is
    // closed has everything ended, and the next start is alone.
    let end = Instant::now() + BOUND;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match lines.recv_timeout(left) {
            Ok(_) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(times),
            Err(mpsc::RecvTimeoutError::Timeout) => bail!("its processes did not end"),
        }
    }
}

/// A process that ends with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // After an orderly end both find nothing to do.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn figure(app: &Contender, empty: &Contender) -> Figure {
    let (app_ms, empty_ms) = (app.seen.median_ms(), empty.seen.median_ms());
    let mut raw = Map::new();
    for (name, contender) in [("app", app), ("empty", empty)] {
        raw.insert(
            name.to_owned(),
            json!({
                "median_ms": round(contender.seen.median_ms()),
                "p90_ms": round(contender.seen.percentile_ms(90)),
                "told_median_ms": round(contender.told.median_ms()),
                "starts_ms": contender.seen.all_ms(),
            }),
        );
    }
    raw.insert(
        "told_ratio".to_owned(),
        json!(round(app.told.median_ms() / empty.told.median_ms())),
    );
    Figure {
        promise: "P4",
        what: "start the app to its list of points, median",
        value: app_ms / empty_ms,
        unit: "ratio",
        goal: GOAL,
        against: "an empty window, median",
        inputs: format!(
            "{STARTS} starts of each in turns; {POINTS} points and {FINDINGS} findings on the \
             phone, offline; release build, {WARM_UP} starts before to warm up"
        ),
        sides: format!("{app_ms:.0} ms, {empty_ms:.0} ms"),
        raw,
    }
}
