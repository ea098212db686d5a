//! The server's program, and strace on it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::Death;

/// What strace does to a server that it is attached to.
pub(super) enum Trace<'a> {
    /// It writes down every call.
    Written(&'a Path),
    /// It kills it at one.
    Deadly(&'a Death),
}

/// A server that runs.
pub(crate) struct Program {
    child: Child,
    address: String,
    tracer: Option<Child>,
    /// Kept open: a server does not write into a closed pipe.
    _said: BufReader<ChildStdout>,
}

fn command(program: &Path, what: &str, folder: &Path, database: Option<&str>) -> Command {
    let mut command = Command::new(program);
    command.arg(what).arg("--data").arg(folder);
    command.envs(database.map(|url| ("DATABASE_URL", url)));
    command.env("XUNFANG_LOG", "off").stdin(Stdio::null());
    command
}

/// Loads the sample districts, and returns their accounts.
pub(crate) fn sample(
    program: &Path,
    folder: &Path,
    database: Option<&str>,
) -> anyhow::Result<Vec<Value>> {
    let output = command(program, "sample", folder, database).output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let accounts = std::fs::read(folder.join("sample-accounts.json"))?;
    Ok(serde_json::from_slice(&accounts)?)
}

impl Program {
    pub(crate) fn serve(
        program: &Path,
        folder: &Path,
        database: Option<&str>,
    ) -> anyhow::Result<Self> {
        let mut child = command(program, "serve", folder, database)
            .args(["--listen", "127.0.0.1:0"])
            // Its phones ask as fast as they can.
            .args(["--rate-session", "0", "--rate-address", "0", "--rate-sign-in", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {}", program.display()))?;
        let said = child.stdout.take().context("a pipe")?;
        let mut said = BufReader::new(said);
        let mut ready = String::new();
        said.read_line(&mut ready)?;
        let address = ready
            .trim_end()
            .strip_prefix("Xunfang is ready on ")
            .map(str::to_owned);
        let Some(address) = address else {
            let output = child.wait_with_output()?;
            anyhow::bail!(
                "the server does not start: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        };
        Ok(Self {
            child,
            address,
            tracer: None,
            _said: said,
        })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// By which the system knows it.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Attaches strace to all of its threads, and to those that come.
    pub(super) fn trace(&mut self, trace: &Trace<'_>) -> anyhow::Result<()> {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-e", "signal=none"]);
        match trace {
            Trace::Written(path) => strace.arg("-o").arg(path),
            Trace::Deadly(Death { call, when }) => strace
                .args(["-o", "/dev/null", "-e", &format!("trace={call}"), "-e"])
                .arg(format!("inject={call}:signal=KILL:when={when}")),
        };
        let mut tracer = strace
            .arg("-p")
            .arg(self.child.id().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("run strace: is it installed?")?;
        let mut said = BufReader::new(tracer.stderr.take().context("a pipe")?);
        let mut line = String::new();
        // What it says first is that it is attached.
        said.read_line(&mut line)?;
        ensure!(line.contains("attached"), "strace: {line}");
        // What it says later is of no interest, but it has to get rid of it.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        self.tracer = Some(tracer);
        Ok(())
    }

    /// Whether it is gone; waits for it where its last connection broke.
    pub(super) fn is_gone(&mut self, broke: bool) -> anyhow::Result<bool> {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        loop {
            if self.child.try_wait()?.is_some() {
                return Ok(true);
            }
            if !broke || std::time::Instant::now() >= deadline {
                return Ok(false);
            }
            std::thread::yield_now();
        }
    }

    /// Kills it.
    pub(super) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.wait()
    }

    /// Tells it to stop.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status()?;
        ensure!(told.success(), "the server could not be told to stop");
        self.wait()
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        self.child.wait()?;
        if let Some(mut tracer) = self.tracer.take() {
            tracer.wait()?;
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Where somebody returned early; gone already otherwise.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
