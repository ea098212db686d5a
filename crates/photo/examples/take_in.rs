//! Takes a photo in as the phone does, and says how long that took and how much memory.
//!
//! `take_in FILE [TIMES]` prints one line of JSON: milliseconds of each time, and the largest
//! amount of memory that was in use beside the file itself, in bytes (on Linux; elsewhere null).
//! A file that is refused is told with its reason, and is no failure.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use xunfang_domain::{ExifClaims, PhotoCode, WatermarkLayout};
use xunfang_photo::{PhotoError, WORKING_PX, Watermark, inspect, make_copies, take_in};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: take_in FILE [TIMES]")?;
    let times = arguments.next().map_or(Ok(1), |times| times.parse())?;
    let bytes = std::fs::read(file)?;
    let before = in_use("VmRSS:");
    let mut took = Vec::new();
    let mut refused = None;
    for _ in 0..times {
        let began = Instant::now();
        refused = one(&bytes).err();
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    let peak = in_use("VmHWM:")
        .zip(before)
        .map(|(peak, before)| peak.saturating_sub(before));
    let told = serde_json::json!({
        "took_ms": took,
        "peak_bytes": peak,
        "refused": refused.map(|error| error.to_string()),
    });
    writeln!(std::io::stdout(), "{told}")?;
    Ok(())
}

fn one(bytes: &[u8]) -> Result<(), PhotoError> {
    let info = inspect(bytes)?;
    let negative = take_in(bytes, &info, WORKING_PX)?;
    let watermark = Watermark {
        layout: WatermarkLayout::Panel,
        title: "虹桥农贸市场 · 农贸市场".to_owned(),
        lines: vec![
            "2026-11-22 16:20:31 UTC+08:00".to_owned(),
            "距点位 35 米 东北 · 在检测范围内".to_owned(),
            "北纬 33.483512° 东经 117.880231° WGS-84 ±8 米".to_owned(),
            "泗县 · 巡访员 张三".to_owned(),
        ],
        code: PhotoCode::from_digest(&[7; 32]),
        link: "https://xunfang.example/verify/0F1W70W3GE1R70W3".to_owned(),
    };
    make_copies(&negative.picture, &ExifClaims::default(), &watermark).map(drop)
}

/// Reads a line of what the kernel knows of this process, in bytes.
fn in_use(line: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|known| known.strip_prefix(line))?;
    line.trim()
        .strip_suffix(" kB")?
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kib| kib * 1024)
}
