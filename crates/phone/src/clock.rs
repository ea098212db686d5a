//! The one place in which the phone's core reads the time.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use uuid::Uuid;
use xunfang_domain::{Clocks, UnixMillis};
use xunfang_sync::Clock;

/// The operating system's wall clock. It may be wrong by years; nothing is decided by it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> UnixMillis {
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        let now = SystemTime::now();
        let millis =
            |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        UnixMillis::new(match now.duration_since(UNIX_EPOCH) {
            Ok(since) => millis(since),
            Err(before) => -millis(before.duration()),
        })
    }

    fn all(&self) -> Clocks {
        let wall = self.now();
        let (boot, since_boot_ms) = since_boot();
        Clocks {
            wall,
            offset_min: offset_min(wall),
            boot,
            since_boot_ms,
        }
    }
}

/// Minutes that the device's zone is ahead of UTC at that moment.
fn offset_min(wall: UnixMillis) -> i16 {
    let local = chrono::DateTime::from_timestamp_millis(wall.get())
        .map(|utc| utc.with_timezone(&chrono::Local));
    let seconds = local.map_or(0, |local| local.offset().local_minus_utc());
    i16::try_from(seconds / 60).unwrap_or(0)
}

/// Names the run of the device and tells how long it has lasted, sleep included.
///
/// Where the system names no run, the run of this process takes its place: clocks of two processes
/// are then not held against each other.
fn since_boot() -> (String, u64) {
    static PROCESS: LazyLock<(String, Instant)> =
        LazyLock::new(|| (format!("process-{}", Uuid::new_v4()), Instant::now()));
    named_by_system().unwrap_or_else(|| {
        let (name, began) = &*PROCESS;
        let elapsed = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        (name.clone(), elapsed)
    })
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn named_by_system() -> Option<(String, u64)> {
    static BOOT: LazyLock<Option<String>> = LazyLock::new(|| {
        let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    });
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).ok()?;
    let millis = u64::try_from(time.tv_nsec / 1_000_000).ok()?;
    Some((BOOT.clone()?, seconds * 1_000 + millis))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn named_by_system() -> Option<(String, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_one_run_tell_the_time_between_them() {
        let (first, second) = (WallClock.all(), WallClock.all());
        assert_eq!(first.boot, second.boot);
        assert!(!first.boot.is_empty());
        assert!(second.elapsed_ms(&first).unwrap() < 60_000);
        assert!(first.since_boot_ms > 0 && first.wall.get() > 1_700_000_000_000);
        assert!((-720..=840).contains(&first.offset_min));
    }
}
