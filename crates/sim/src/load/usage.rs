//! What processes take, as the kernel counts it.

use std::fs;

use anyhow::Context;

/// What a process took so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    /// Seconds of processors.
    pub(super) cpu_s: f64,
    /// Most memory that it had at a time, in megabytes.
    pub(super) most_mb: f64,
}

/// The kernel counts in hundredths of a second, on every machine that Linux runs on today.
const TICKS_PER_S: f64 = 100.0;

impl Usage {
    pub(super) fn of(process: u32) -> anyhow::Result<Self> {
        let [own, ended, _] = fields(process)?;
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most_kb: f64 = most
            .and_then(|text| text.trim().strip_suffix(" kB")?.trim().parse().ok())
            .context("a process has memory")?;
        Ok(Self {
            cpu_s: (own + ended) / TICKS_PER_S,
            most_mb: most_kb * 1_024.0 / 1_000_000.0,
        })
    }

    /// What a process and its children took, those that have ended as well.
    pub(super) fn of_family(process: u32) -> anyhow::Result<Self> {
        let mut cpu_s = 0.0;
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(id) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // One that ends meanwhile is counted by its parent from then on.
            let Ok([own, ended, parent]) = fields(id) else {
                continue;
            };
            if id == process {
                cpu_s += (own + ended) / TICKS_PER_S;
            } else if parent == f64::from(process) {
                cpu_s += own / TICKS_PER_S;
            }
        }
        Ok(Self {
            cpu_s,
            most_mb: 0.0,
        })
    }
}

/// Its own time, that of its children that have ended, and its parent.
fn fields(process: u32) -> anyhow::Result<[f64; 3]> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name, in brackets, may hold anything.
    let (_, fields) = stat.rsplit_once(") ").context("a name")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let field = |place: usize| -> anyhow::Result<f64> {
        Ok(fields.get(place).context("a field")?.parse()?)
    };
    Ok([field(11)? + field(12)?, field(13)? + field(14)?, field(1)?])
}
