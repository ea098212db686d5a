//! Flows that are killed, or whose disk fails, at any of their system calls.
//!
//! A killed app leaves what the system was told so far. A disk that is full or broken refuses one
//! call, or every call from one on; the app may then refuse what it was asked, and whatever it
//! acknowledges all the same has to be there when the disk is well again.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use fastrand::Rng;
use tempfile::TempDir;
use xunfang_store::StorageKey;

use crate::judge::{Acknowledged, judge};
use crate::prepare::{Served, prepare};
use crate::scene::{self, Flow};

/// Calls at which an app is killed: all by which files change, and by which they are opened.
const KILL_CALLS: [&str; 9] = [
    "openat",
    "write",
    "pwrite64",
    "ftruncate",
    "fsync",
    "fdatasync",
    "rename",
    "mkdir",
    "unlink",
];
/// Calls that a disk refuses. `write` is not among them: it is also how threads wake each other,
/// and everything that is stored is written at a place, by `pwrite64`.
const FAULT_CALLS: [&str; 6] = [
    "pwrite64",
    "ftruncate",
    "fsync",
    "fdatasync",
    "rename",
    "mkdir",
];
/// How long a flow may take under strace before it counts as hanging, in seconds.
const PATIENCE_S: &str = "60";
/// What `timeout` exits with where it had to end a program.
const TIMED_OUT: i32 = 124;
/// By which signal it ends itself where the program was killed.
const KILLED: i32 = 9;

/// What happens to an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Injury {
    /// It is killed on entering a call.
    Kill,
    /// One call is refused.
    Once(&'static str),
    /// Each call of this name is refused from one on.
    Lasting(&'static str),
}

impl Injury {
    const FAULTS: [Self; 4] = [
        Self::Once("ENOSPC"),
        Self::Lasting("ENOSPC"),
        Self::Once("EIO"),
        Self::Lasting("EIO"),
    ];
}

/// One run of a flow that goes wrong.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    flow: Flow,
    injury: Injury,
    call: &'static str,
    /// The how manieth of its calls of one thread, from 1.
    when: u32,
}

/// What a number of runs came to.
#[derive(Debug, Default)]
pub struct Injured {
    /// Apps that were killed.
    pub kills: u64,
    /// Runs in which a call was refused.
    pub faults: u64,
    /// Of those the runs in which the app refused something in turn.
    pub refused: u64,
    /// What is not as promised, R1 after a kill and R3 after a fault.
    pub wrong: Vec<String>,
}

/// Phones on which each flow begins.
pub struct Phones {
    /// Its server is gone.
    offline: Prepared,
    /// Its server is there.
    online: Prepared,
    program: PathBuf,
    _server: Served,
}

struct Prepared {
    place: TempDir,
    key: StorageKey,
}

impl Prepared {
    async fn with(server: &Served) -> anyhow::Result<Self> {
        let place = crate::memory_folder()?;
        let folder = place.path().join("phone");
        fs::create_dir(&folder)?;
        prepare(&folder, server).await?;
        let key = scene::key(&folder)?;
        Ok(Self { place, key })
    }
}

impl Phones {
    /// Prepares them; `program` is this one.
    ///
    /// # Errors
    /// Where a server or a phone fails.
    pub async fn prepare(program: &Path) -> anyhow::Result<Self> {
        let offline = Prepared::with(&Served::start().await?).await?;
        let server = Served::start().await?;
        Ok(Self {
            offline,
            online: Prepared::with(&server).await?,
            program: program.to_owned(),
            _server: server,
        })
    }

    fn of(&self, flow: Flow) -> &Prepared {
        match flow {
            Flow::Sent => &self.online,
            _ => &self.offline,
        }
    }

    /// Every run that could go wrong; of each flow at most `most` of either kind, chosen by chance
    /// and spread over it.
    ///
    /// # Errors
    /// Where a flow does not come to its end when nothing is wrong.
    pub fn cases(&self, most: Option<usize>, rng: &mut Rng) -> anyhow::Result<Vec<Case>> {
        let mut chosen = Vec::new();
        for flow in Flow::ALL {
            let calls = self.calls(flow)?;
            let at = |call: &'static str, injury| {
                let count = calls.get(call).copied().unwrap_or(0);
                (1..=count).map(move |when| Case {
                    flow,
                    injury,
                    call,
                    when,
                })
            };
            let kills: Vec<Case> = KILL_CALLS
                .iter()
                .flat_map(|call| at(call, Injury::Kill))
                .collect();
            let faults: Vec<Case> = FAULT_CALLS
                .iter()
                .flat_map(|call| {
                    Injury::FAULTS
                        .into_iter()
                        .flat_map(move |one| at(call, one))
                })
                .collect();
            for cases in [kills, faults] {
                chosen.extend(spread(&cases, most.unwrap_or(usize::MAX), rng));
            }
        }
        Ok(chosen)
    }

    /// How often the busiest thread of a flow makes each call.
    fn calls(&self, flow: Flow) -> anyhow::Result<BTreeMap<String, u32>> {
        let trace = tempfile::NamedTempFile::new()?;
        let ended = self.run(flow, |strace| {
            strace.arg("-o").arg(trace.path());
        })?;
        ensure!(
            ended.refused.is_none(),
            "{flow:?}, with nothing wrong: {:?}",
            ended.refused
        );
        ensure!(
            ended.wrong.is_empty(),
            "{flow:?}, with nothing wrong: {:?}",
            ended.wrong
        );
        Ok(crate::trace::busiest(&fs::read_to_string(trace.path())?))
    }

    /// Runs cases on all processors until they are done or `until` has come.
    ///
    /// # Errors
    /// Where a case could not be looked at; that is no verdict.
    pub fn injure(&self, cases: &[Case], until: Option<Instant>) -> anyhow::Result<Injured> {
        let found = Mutex::new(Injured::default());
        let next = AtomicUsize::new(0);
        let work = || -> anyhow::Result<()> {
            loop {
                let case = cases.get(next.fetch_add(1, Ordering::Relaxed));
                let late = until.is_some_and(|until| Instant::now() >= until);
                let Some(case) = case.filter(|_| !late) else {
                    return Ok(());
                };
                let ended = self
                    .suffer(case)
                    .with_context(|| format!("look at {case:?}"))?;
                let mut found = found
                    .lock()
                    .map_err(|_| anyhow!("another case has failed"))?;
                let promise = match case.injury {
                    Injury::Kill => {
                        found.kills += u64::from(ended.killed);
                        "R1"
                    }
                    _ => {
                        found.faults += 1;
                        found.refused += u64::from(ended.refused.is_some());
                        "R3"
                    }
                };
                let wrong = ended.wrong.into_iter();
                found
                    .wrong
                    .extend(wrong.map(|what| format!("{promise}: {case:?}: {what}")));
            }
        };
        crate::on_all_processors(|_| work())?;
        found.into_inner().map_err(|_| anyhow!("a case has failed"))
    }

    fn suffer(&self, case: &Case) -> anyhow::Result<Ended> {
        let Case {
            flow,
            injury,
            call,
            when,
        } = case;
        let inject = match injury {
            Injury::Kill => format!("inject={call}:signal=KILL:when={when}"),
            Injury::Once(error) => format!("inject={call}:error={error}:when={when}"),
            Injury::Lasting(error) => format!("inject={call}:error={error}:when={when}+"),
        };
        self.run(*flow, |strace| {
            strace.args(["-o", "/dev/null", "-e", &inject]);
            if *injury != Injury::Kill {
                // Faster, since only these calls are stopped at; it lets no signal be sent.
                strace.arg("--seccomp-bpf");
            }
        })
    }

    /// Runs a flow on a copy of its phone, and looks at what it leaves.
    fn run(&self, flow: Flow, how: impl FnOnce(&mut Command)) -> anyhow::Result<Ended> {
        let phone = self.of(flow);
        let place = crate::memory_folder()?;
        crate::copy_folder(phone.place.path(), place.path())?;
        let folder = place.path().join("phone");
        let mut strace = Command::new("timeout");
        strace
            .args([PATIENCE_S, "strace", "-f", "-qq", "-e", "signal=none", "-e"])
            .arg(format!("trace={}", KILL_CALLS.join(",")));
        how(&mut strace);
        let output = strace
            .arg(&self.program)
            .args(["flow", "--data"])
            .arg(&folder)
            .arg(format!("{flow:?}"))
            .stdin(Stdio::null())
            .output()
            .context("run strace: is it installed?")?;
        let mut wrong = Vec::new();
        let status = output.status;
        let killed = status.signal() == Some(KILLED);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        if status.code() == Some(TIMED_OUT) {
            wrong.push(format!("it hangs: {errors}"));
        }
        if errors.contains("panicked") {
            wrong.push(format!("it panics: {errors}"));
        }
        let mut told = Acknowledged::default();
        // What was cut off in the middle of a line was not said.
        let said = String::from_utf8_lossy(&output.stdout);
        for line in said.split_inclusive('\n') {
            if let Some(line) = line.strip_suffix('\n') {
                told.hear(line)?;
            }
        }
        wrong.extend(judge(&folder, &phone.key, &told)?);
        Ok(Ended {
            killed,
            refused: (!killed && !status.success()).then_some(errors),
            wrong,
        })
    }
}

/// How a run ended.
struct Ended {
    killed: bool,
    /// What the app said where it refused something.
    refused: Option<String>,
    wrong: Vec<String>,
}

/// At most `most` of `all`, one by chance out of each of as many stretches.
pub(crate) fn spread<T: Clone>(all: &[T], most: usize, rng: &mut Rng) -> Vec<T> {
    if all.len() <= most {
        return all.to_vec();
    }
    let edge = |place: usize| all.len() * place / most;
    (0..most)
        .filter_map(|place| all.get(rng.usize(edge(place)..edge(place + 1))).cloned())
        .collect()
}

/// How long runs may go on.
pub fn until(seconds: Option<u64>) -> Option<Instant> {
    seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds))
}
