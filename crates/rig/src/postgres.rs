//! A PostgreSQL of one's own.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::port;

/// The oldest version that the product works with.
const VERSION_MIN: u32 = 15;
/// Longest time until it answers.
const START_MAX: Duration = Duration::from_secs(60);
/// Ports that are tried: another program may take one before it does.
const PORT_TRIES: u32 = 8;
/// Nobody may sign in as root, and PostgreSQL does not run as root; its package makes this user.
const USER: &str = "postgres";

/// Whether a commit is on the disk when it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syncs {
    /// As where people work with it.
    Really,
    /// For tests that do not cut the power: a sync takes longer than most of them.
    No,
}

/// A cluster in a temporary folder, with an empty database `xunfang`.
#[derive(Debug)]
pub struct Postgres {
    process: Child,
    port: u16,
    /// After the process, which writes into it.
    folder: TempDir,
}

impl Postgres {
    /// Starts one on a free port of loopback. It ends with the thread that started it.
    ///
    /// # Errors
    /// Says what is missing where PostgreSQL is not installed, and what it says where it does not
    /// start.
    pub fn start(syncs: Syncs) -> anyhow::Result<Self> {
        Self::start_in(&std::env::temp_dir(), syncs)
    }

    /// Starts one whose files are below a folder: a disk is part of what is measured.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn start_in(below: &Path, syncs: Syncs) -> anyhow::Result<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new()
            .prefix("xunfang-pg-")
            .tempdir_in(below)?;
        give_to_user(folder.path())?;
        let data = folder.path().join("data");
        let copied = as_user("cp")
            .arg("-r")
            .arg(template(&programs)?)
            .arg(&data)
            .status()?;
        ensure!(
            copied.success(),
            "the cluster could not be copied: {copied}"
        );
        let log = folder.path().join("log");
        for _ in 0..PORT_TRIES {
            let port = port::free()?;
            let mut process = run(&programs, &data, &log, port, syncs)?;
            if wait(&mut process, port, &data)? {
                return Ok(Self {
                    process,
                    port,
                    folder,
                });
            }
            let said = fs::read_to_string(&log).unwrap_or_default();
            ensure!(
                said.contains("Address already in use"),
                "PostgreSQL did not start: {said}"
            );
        }
        bail!("{PORT_TRIES} free ports were taken before PostgreSQL took them")
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        url(self.port)
    }

    /// Makes a copy of its database under another name, and returns the address of that. Nobody
    /// may work with the database meanwhile.
    ///
    /// # Errors
    /// What the database says.
    pub fn copy(&self, name: &str) -> anyhow::Result<String> {
        let copy = format!("CREATE DATABASE {name} TEMPLATE xunfang");
        ask(&address(self.port, "postgres"), &copy)?;
        Ok(address(self.port, name))
    }

    /// Drops a copy, whoever works with it.
    ///
    /// # Errors
    /// What the database says.
    pub fn drop_copy(&self, url: &str) -> anyhow::Result<()> {
        let (_, name) = url.rsplit_once('/').context("an address")?;
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        ask(&address(self.port, "postgres"), &drop)?;
        Ok(())
    }

    /// By which the system knows its first process; the others are children of it.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs statements that take no parameters, and returns the rows of their answers as texts.
    ///
    /// # Errors
    /// What the database says.
    pub fn ask(&self, statements: &str) -> anyhow::Result<Vec<Vec<Option<String>>>> {
        ask(&self.url(), statements)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // At once, but so that it cleans up after itself. A drop cannot fail; where this does, the
        // process ends with the thread.
        let ended = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.process),
            rustix::process::Signal::QUIT,
        );
        if ended.is_ok() {
            drop(self.process.wait());
        }
    }
}

fn url(port: u16) -> String {
    address(port, "xunfang")
}

fn address(port: u16, database: &str) -> String {
    format!("postgres://xunfang@127.0.0.1:{port}/{database}")
}

/// Where PostgreSQL's programs are: on the path, or where Debian puts them.
fn programs() -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    if let Ok(entries) = fs::read_dir("/usr/lib/postgresql") {
        for entry in entries {
            let path = entry?.path();
            let version = path
                .file_name()
                .and_then(|name| name.to_str()?.parse().ok());
            found.extend(version.map(|version| (version, path.join("bin"))));
        }
    }
    found.retain(|(version, path)| *version >= VERSION_MIN && path.join("initdb").exists());
    let newest = found.into_iter().max();
    newest.map(|(_, path)| path).with_context(|| {
        format!(
            "PostgreSQL {VERSION_MIN} or newer is not installed here: apt-get install postgresql"
        )
    })
}

/// A command that does not run as root and ends with the thread that starts it.
fn as_user(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if is_root() {
        command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]);
    }
    command.arg("--").arg(program);
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn give_to_user(folder: &Path) -> anyhow::Result<()> {
    if is_root() {
        let users = fs::read_to_string("/etc/passwd")?;
        let mut ids = users
            .lines()
            .map(|line| line.split(':'))
            .find_map(|mut fields| (fields.next()? == USER).then(|| fields.skip(1)))
            .with_context(|| format!("there is no user {USER}"))?;
        let mut id = || ids.next().and_then(|text| text.parse().ok());
        chown(folder, id(), id())?;
    }
    Ok(())
}

/// A cluster that nobody works with, of which others are copies: making one takes most of a
/// second, a copy a thirtieth of that.
fn template(programs: &Path) -> anyhow::Result<PathBuf> {
    let version = programs
        .parent()
        .and_then(Path::file_name)
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    // Of each user one; made anew where it is made otherwise.
    let owner = fs::metadata("/proc/self")?.uid();
    let place = std::env::temp_dir().join(format!("xunfang-pg-{version}-{owner}-1"));
    if place.join("PG_VERSION").exists() {
        return Ok(place);
    }
    let making = tempfile::Builder::new()
        .prefix("xunfang-initdb-")
        .tempdir()?;
    give_to_user(making.path())?;
    let data = making.path().join("data");
    let made = as_user(programs.join("initdb"))
        .args(["--no-sync", "--auth=trust", "--username=xunfang"])
        .args(["--locale=C", "--encoding=UTF8", "--wal-segsize=1", "-D"])
        .arg(&data)
        .output()?;
    ensure!(
        made.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    let mut single = as_user(programs.join("postgres"))
        .args(["--single", "-D"])
        .arg(&data)
        .arg("postgres")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = single.stdin.take() {
        std::io::Write::write_all(&mut input, b"CREATE DATABASE xunfang\n")?;
    }
    ensure!(single.wait()?.success(), "the database could not be made");
    // Somebody else may have been faster; theirs is as good.
    if fs::rename(&data, &place).is_err() {
        ensure!(
            place.join("PG_VERSION").exists(),
            "{} is in the way",
            place.display()
        );
    }
    Ok(place)
}

fn run(programs: &Path, data: &Path, log: &Path, port: u16, syncs: Syncs) -> anyhow::Result<Child> {
    let mut command = as_user(programs.join("postgres"));
    command.arg("-D").arg(data).args(["-p", &port.to_string()]);
    let mut set = |setting: &str| {
        command.args(["-c", setting]);
    };
    set("listen_addresses=127.0.0.1");
    set("unix_socket_directories=");
    set("max_connections=100");
    set("log_min_messages=warning");
    if syncs == Syncs::No {
        set("fsync=off");
        set("full_page_writes=off");
        set("shared_buffers=16MB");
        set("max_wal_size=64MB");
    } else {
        set("shared_buffers=256MB");
        set("max_wal_size=2GB");
    }
    let log = fs::File::create(log)?;
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn();
    child.context("setpriv, of the package util-linux, could not be started")
}

/// Waits until it answers; says no where it ended instead.
fn wait(process: &mut Child, port: u16, data: &Path) -> anyhow::Result<bool> {
    let begun = Instant::now();
    while begun.elapsed() < START_MAX {
        if process.try_wait()?.is_some() {
            return Ok(false);
        }
        // Another one may have taken the port, and answer.
        if let Ok(rows) = ask(&url(port), "SHOW data_directory") {
            let place = rows.first().and_then(|row| row.first().cloned().flatten());
            if place.is_some_and(|place| Path::new(&place) == data) {
                return Ok(true);
            }
        }
        std::thread::yield_now();
    }
    bail!("PostgreSQL did not answer within {START_MAX:?}")
}

fn ask(url: &str, statements: &str) -> anyhow::Result<Vec<Vec<Option<String>>>> {
    // On a thread of its own, as callers may be tasks.
    let asked = std::thread::scope(|scope| {
        scope
            .spawn(|| -> anyhow::Result<_> {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls))?;
                runtime.spawn(connection);
                Ok(runtime.block_on(client.simple_query(statements))?)
            })
            .join()
    });
    let messages = match asked {
        Ok(messages) => messages?,
        Err(_) => bail!("asking the database broke off"),
    };
    Ok(messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        })
        .map(|row| {
            (0..row.len())
                .map(|column| row.get(column).map(str::to_owned))
                .collect()
        })
        .collect())
}
