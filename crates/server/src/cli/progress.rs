//! How far a command is, on standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use xunfang_server::backup::{Step, Tell};

/// How often a line is written: on a terminal it is written over, elsewhere it is one of a log.
const ON_TERMINAL: Duration = Duration::from_millis(100);
const IN_LOG: Duration = Duration::from_secs(1);
const MEBIBYTE: f64 = 1024.0 * 1024.0;

struct Progress {
    terminal: bool,
    /// When the last line was written.
    written: Instant,
    /// When what the last line is about began, and its name.
    began: Instant,
    about: String,
}

/// Tells how far it is, once a second at most.
pub(super) fn tell() -> Tell {
    let now = Instant::now();
    let progress = Mutex::new(Progress {
        terminal: io::stderr().is_terminal(),
        written: now,
        began: now,
        about: String::new(),
    });
    Arc::new(move |step| {
        // Whoever is told at the same moment has nothing newer to say.
        if let Ok(mut progress) = progress.try_lock() {
            progress.told(step);
        }
    })
}

impl Progress {
    fn told(&mut self, step: Step<'_>) {
        let (about, end) = match step {
            Step::Rows { table, .. } => (table, false),
            Step::Photos { done, of, .. } => ("photos", done == of),
        };
        if self.about != about {
            about.clone_into(&mut self.about);
            self.began = Instant::now();
        }
        let pause = if self.terminal { ON_TERMINAL } else { IN_LOG };
        if self.written.elapsed() < pause && !end {
            return;
        }
        self.written = Instant::now();
        let line = line(step, self.began.elapsed());
        let mut err = io::stderr().lock();
        // Nobody is left to tell where standard error is closed.
        drop(match (self.terminal, end) {
            (true, false) => write!(err, "\r\x1b[K{line}"),
            (true, true) => writeln!(err, "\r\x1b[K{line}"),
            (false, _) => writeln!(err, "{line}"),
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "a speed is rounded")]
fn line(step: Step<'_>, took: Duration) -> String {
    let seconds = took.as_secs_f64().max(0.001);
    match step {
        Step::Rows { table, rows } => {
            let speed = rows as f64 / seconds;
            format!("{table}: {rows} rows, {speed:.0} rows a second")
        }
        Step::Photos {
            done,
            of,
            bytes,
            of_bytes,
        } => {
            let [mib, of_mib] = [bytes, of_bytes].map(|bytes| bytes as f64 / MEBIBYTE);
            let speed = mib / seconds;
            format!("photos: {done} of {of}, {mib:.1} of {of_mib:.1} MiB, {speed:.1} MiB a second")
        }
    }
}
