//! What can go wrong, on purpose: `xunfang-sim crash --states 10000`, `net`, `proxy`, `plant all`.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand};
use serde_json::json;
use xunfang_sim::scene::{self, Flow};
use xunfang_sim::{feed, killed, load, net, proxy, restored, upgrade};

use crate::crashing::Crashes;
use crate::verdict::tell;

mod crashing;
mod planting;
mod verdict;

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
    /// Lives through so many worlds of phones, a server and a bad network.
    Net {
        /// How many worlds.
        #[arg(long)]
        seeds: u64,
        /// The first seed; a world follows from its seed alone.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// Ends after so many seconds, however many worlds there were.
        #[arg(long)]
        seconds: Option<u64>,
        /// Where the verdict is written, as JSON by promise.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Saves so many findings on three phones over a bad network, and adds up what became of each.
    Model {
        /// How many, rounded up to whole worlds.
        #[arg(long)]
        cases: u64,
        /// Ends after so many seconds, however many there were.
        #[arg(long)]
        seconds: Option<u64>,
        /// The first seed.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// Where the verdict is written, as JSON by promise.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Cuts the connection at every byte of a photo of 64 KiB and at random ones of photos of 8 MiB.
    Proxy {
        /// How many random bytes.
        #[arg(long, default_value_t = 5_000)]
        cuts: usize,
        /// How far the bytes of the small photo are apart at which it is cut.
        #[arg(long, default_value_t = 1)]
        step: usize,
        /// Where the chance begins.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where the verdict is written, as JSON by promise.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Has 32 writers write so many events into one feed on PostgreSQL, and reads them meanwhile.
    Feed {
        /// How many.
        #[arg(long)]
        events: u64,
        /// Ends after so many seconds, however many there were.
        #[arg(long)]
        seconds: Option<u64>,
        /// Where the chance begins.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where the verdict is written, as JSON by promise.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Kills servers at the system calls of a push, an upload and a decision, with either database.
    Kill {
        /// With each database at most so many; otherwise at every call.
        #[arg(long)]
        most: Option<usize>,
        /// Ends with each after so many seconds, however many there were.
        #[arg(long)]
        seconds: Option<u64>,
        /// Where the chance begins.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where the verdict is written, as JSON by promise.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Backs a server up while phones send, restores that elsewhere, and looks what is there, with
    /// either database.
    Backup {
        /// With each database so many times; otherwise until the time is over.
        #[arg(long, required_unless_present = "seconds")]
        rounds: Option<u64>,
        /// Ends with each after so many seconds, however many there were.
        #[arg(long)]
        seconds: Option<u64>,
        /// Where the verdict is written, as JSON by promise.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Has phones send records as fast as they are answered, and measures what that takes.
    Load {
        /// The server's database: sqlite or postgres.
        #[arg(long, default_value = "sqlite")]
        engine: String,
        /// Phones that send at a time.
        #[arg(long, default_value_t = 16)]
        phones: usize,
        /// Records that are sent, over all phones.
        #[arg(long, default_value_t = 5_000)]
        records: usize,
        /// Bytes of the photo that goes before each record.
        #[arg(long)]
        photo: Option<usize>,
        /// Folder on the disk that is part of the measure.
        #[arg(long, default_value = ".")]
        disk: PathBuf,
    },
    /// Stands before a server until standard input ends, and breaks connections as its lines say:
    /// refuse, pass, cut-after BYTES TIMES, hold-after BYTES.
    Tap {
        /// Where the server listens.
        #[arg(long)]
        to: SocketAddr,
    },
    /// Plants bugs and says which seed noticed each.
    Plant {
        /// Which: a name as it is listed, or `all`.
        which: String,
        /// Where the list is written, as JSON.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Upgrades the storage in a folder.
    UpgradeHere {
        /// The phone's folder.
        #[arg(long)]
        data: PathBuf,
    },
    /// Cuts the power while phones of every released schema are upgraded.
    Upgrade {
        /// How many states are judged of each schema.
        #[arg(long)]
        states: usize,
        /// Where the chance begins.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where the verdict is written, as JSON by promise.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Goes through one flow on a phone that was prepared; says what it acknowledges.
    Flow {
        /// The phone's folder.
        #[arg(long)]
        data: PathBuf,
        /// Which.
        flow: String,
    },
    /// Cuts the power of a recorded phone so many times; kills apps, and refuses their disk, at the
    /// calls of thirteen flows.
    Crash {
        /// How many states after a power cut are judged.
        #[arg(long)]
        states: usize,
        /// Of each flow at most so many kills and so many refusals; otherwise at every call.
        #[arg(long)]
        most: Option<usize>,
        /// Ends the states, and then the flows, after so many seconds, however many there were.
        #[arg(long)]
        seconds: Option<u64>,
        /// Where the chance begins; the same seed gives the same cuts of the same recording.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where the verdict is written, as JSON by promise.
        #[arg(long)]
        report: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Scene { data } => scene::work(&data).await,
        Task::Net {
            seeds,
            from,
            seconds,
            report,
        } => {
            let worlds = net::Worlds {
                life: net::Life::Eventful,
                seeds: from..from.saturating_add(seeds),
                longest: seconds.map(Duration::from_secs),
            };
            let promises = net::EVENTFUL;
            tokio::task::block_in_place(|| net_worlds(&worlds, promises, report.as_deref()))
        }
        Task::Model {
            cases,
            seconds,
            from,
            report,
        } => {
            let worlds = net::Worlds {
                life: net::Life::Busy,
                seeds: from..from.saturating_add(cases.div_ceil(net::WRITES)),
                longest: seconds.map(Duration::from_secs),
            };
            let promises = net::BUSY;
            tokio::task::block_in_place(|| net_worlds(&worlds, promises, report.as_deref()))
        }
        Task::Proxy {
            cuts,
            step,
            seed,
            report,
        } => cut_connections(cuts, step, seed, report.as_deref()).await,
        Task::Feed {
            events,
            seconds,
            seed,
            report,
        } => {
            let until = xunfang_sim::inject::until(seconds);
            read_feed(events, until, seed, report.as_deref()).await
        }
        Task::Kill {
            most,
            seconds,
            seed,
            report,
        } => kill_servers(most, seconds, seed, report.as_deref()).await,
        Task::Backup {
            rounds,
            seconds,
            report,
        } => restore_backups(rounds, seconds, report.as_deref()).await,
        Task::Load {
            engine,
            phones,
            records,
            photo,
            disk,
        } => {
            let engine = killed::Engine::named(&engine).context("sqlite or postgres")?;
            let load = load::Load {
                engine,
                phones,
                records,
                photo_bytes: photo,
            };
            let program = std::env::current_exe()?.with_file_name("xunfang-server");
            let outcome = load::Stage::set(&program, &disk, engine)?
                .bear(load)
                .await?;
            Ok(writeln!(std::io::stdout(), "{outcome:#?}")?)
        }
        Task::Tap { to } => proxy::stand(to).await,
        Task::Plant { which, report } => planting::all(&which, report.as_deref()).await,
        Task::Flow { data, flow } => {
            let flow = Flow::named(&flow).with_context(|| format!("no flow is called {flow}"))?;
            scene::flow(&data, flow).await
        }
        Task::UpgradeHere { data } => upgrade::upgrade(&data),
        Task::Upgrade {
            states,
            seed,
            report,
        } => crashing::upgrades(states, seed, report.as_deref()),
        Task::Crash {
            states,
            most,
            seconds,
            seed,
            report,
        } => {
            let crashes = Crashes {
                states,
                most,
                seconds,
                seed,
            };
            crashes.run(report.as_deref()).await
        }
    }
}

fn net_worlds(
    worlds: &net::Worlds,
    promises: &[(&str, net::What)],
    report: Option<&Path>,
) -> anyhow::Result<()> {
    let began = Instant::now();
    let found = net::live_all(worlds, None)?;
    let seconds = began.elapsed().as_secs();
    let mut verdict = serde_json::Map::new();
    for &(promise, what) in promises {
        let wrong = found.wrong.iter().filter(|one| one.promise() == promise);
        let figure = format!(
            "{} worlds from seed {}: {}, {} violations",
            found.worlds,
            worlds.seeds.start,
            found.figure(what),
            wrong.clone().count()
        );
        let passed = wrong.count() == 0;
        verdict.insert(
            promise.to_owned(),
            json!({"passed": passed, "figure": figure, "seconds": seconds}),
        );
    }
    let verdict = serde_json::Value::Object(verdict);
    tell(&verdict, report)?;
    let mut out = std::io::stdout().lock();
    for wrong in &found.wrong {
        out.write_all(format!("seed {}: {}\n", wrong.seed, wrong.what).as_bytes())?;
    }
    let (worlds, count) = (found.worlds, found.wrong.len());
    out.write_all(format!("{worlds} seeds, {count} violations\n").as_bytes())?;
    ensure!(count == 0, "{count} violations");
    Ok(())
}

async fn kill_servers(
    most: Option<usize>,
    seconds: Option<u64>,
    seed: u64,
    report: Option<&Path>,
) -> anyhow::Result<()> {
    // The program that is built beside this one.
    let program = std::env::current_exe()?.with_file_name("xunfang-server");
    let began = Instant::now();
    let (mut figures, mut wrong) = (Vec::new(), Vec::new());
    for engine in killed::Engine::ALL {
        let victim = killed::Victim::prepare(&program, engine).await?;
        let mut rng = fastrand::Rng::with_seed(seed);
        let deaths = victim.deaths(most, &mut rng).await?;
        let until = xunfang_sim::inject::until(seconds);
        let found = tokio::task::block_in_place(|| victim.kill(&deaths, until))?;
        figures.push(format!(
            "{engine:?}: {} of {} servers killed, {} answers given before, {} violations",
            found.kills,
            deaths.len(),
            found.acknowledged,
            found.wrong.len(),
        ));
        // Where nobody dies, or nobody was answered before, nothing is shown.
        let few = deaths.len() as u64 / 2;
        if seconds.is_none() && (found.kills < few || found.acknowledged == 0) {
            wrong.push(format!("{engine:?}: only {} servers died", found.kills));
        }
        wrong.extend(found.wrong);
    }
    let verdict = json!({"R4": {
        "passed": wrong.is_empty(),
        "figure": figures.join("; "),
        "seconds": began.elapsed().as_secs(),
    }});
    tell(&verdict, report)?;
    ensure!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

async fn restore_backups(
    rounds: Option<u64>,
    seconds: Option<u64>,
    report: Option<&Path>,
) -> anyhow::Result<()> {
    let program = std::env::current_exe()?.with_file_name("xunfang-server");
    let began = Instant::now();
    let (mut figures, mut wrong) = (Vec::new(), Vec::new());
    for engine in killed::Engine::ALL {
        let until = xunfang_sim::inject::until(seconds);
        let found = restored::rounds(&program, engine, rounds, until).await?;
        figures.push(format!(
            "{engine:?}: {} backups under load restored, {} operations acknowledged before them, \
             {} violations",
            found.rounds,
            found.acknowledged,
            found.wrong.len(),
        ));
        wrong.extend(found.wrong);
    }
    let verdict = json!({"R16": {
        "passed": wrong.is_empty(),
        "figure": figures.join("; "),
        "seconds": began.elapsed().as_secs(),
    }});
    tell(&verdict, report)?;
    ensure!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

async fn read_feed(
    events: u64,
    until: Option<Instant>,
    seed: u64,
    report: Option<&Path>,
) -> anyhow::Result<()> {
    let found = feed::race(events, feed::Numbers::Counter, seed, until).await?;
    let passed = found.lost() == 0 && found.wrong.is_empty();
    let verdict = json!({"R9": {
        "passed": passed,
        "figure": format!(
            "{} of {} events of 32 writers read, {} lost, {} violations; {:.0} events a second",
            found.read, found.written, found.lost(), found.wrong.len(),
            rate(&found),
        ),
        "seconds": found.took.as_secs(),
    }});
    tell(&verdict, report)?;
    ensure!(passed, "{} lost, {:?}", found.lost(), found.wrong);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate is rounded")]
fn rate(found: &feed::Read) -> f64 {
    found.read as f64 / found.took.as_secs_f64()
}

async fn cut_connections(
    cuts: usize,
    step: usize,
    seed: u64,
    report: Option<&Path>,
) -> anyhow::Result<()> {
    let began = Instant::now();
    let (small, large) = tokio::try_join!(
        tokio::spawn(proxy::every_byte(step)),
        tokio::spawn(proxy::random_bytes(cuts, seed)),
    )?;
    let (small, large) = (small?, large?);
    let seconds = began.elapsed().as_secs();
    let wrong: Vec<&String> = small.wrong.iter().chain(&large.wrong).collect();
    let broken = |promise: &str| {
        let ours = wrong.iter().filter(|what| what.starts_with(promise));
        ours.count()
    };
    let verdict = json!({
        "R6": {
            "passed": broken("R6") == 0,
            "figure": format!(
                "{} photos cut {} times, at {} bytes of 64 KiB and {} of 8 MiB: {} not whole",
                small.photos + large.photos, small.cuts + large.cuts, small.cuts, large.cuts,
                broken("R6"),
            ),
            "seconds": seconds,
        },
        "R7": {
            "passed": broken("R7") == 0,
            "figure": format!(
                "{} cuts: {} bytes sent again, {} for a cut of one photo at most; {} violations",
                small.cuts + large.cuts, small.again + large.again,
                small.again_most.max(large.again_most), broken("R7"),
            ),
            "seconds": seconds,
        },
    });
    tell(&verdict, report)?;
    let mut out = std::io::stdout().lock();
    out.write_all(
        format!(
            "{} cuts, {} violations\n",
            small.cuts + large.cuts,
            wrong.len()
        )
        .as_bytes(),
    )?;
    ensure!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}
