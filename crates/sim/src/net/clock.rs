//! Clocks of a simulated world: they run with the runtime's, which jumps from event to event.

use std::sync::atomic::{AtomicI64, Ordering};

use tokio::time::Instant;
use xunfang_domain::{Clocks, UnixMillis};

/// When each world begins: 2026-11-23, 08:00 in China.
const BEGAN: UnixMillis = UnixMillis::new(1_795_392_000_000);
/// Minutes that China is ahead of UTC.
const OFFSET_MIN: i16 = 480;

/// One machine's clock.
#[derive(Debug)]
pub(super) struct SimClock {
    began: Instant,
    /// How far it is off, in milliseconds.
    off_ms: AtomicI64,
}

impl SimClock {
    pub(super) fn new(began: Instant, off_ms: i64) -> Self {
        Self {
            began,
            off_ms: AtomicI64::new(off_ms),
        }
    }

    /// Somebody sets it, or a network does.
    pub(super) fn set_off(&self, off_ms: i64) {
        self.off_ms.store(off_ms, Ordering::Relaxed);
    }

    fn elapsed_ms(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn wall(&self) -> UnixMillis {
        BEGAN
            .plus_ms(self.elapsed_ms())
            .plus_ms(self.off_ms.load(Ordering::Relaxed))
    }
}

impl xunfang_server::Clock for SimClock {
    fn now(&self) -> UnixMillis {
        self.wall()
    }
}

impl xunfang_sync::Clock for SimClock {
    fn now(&self) -> UnixMillis {
        self.wall()
    }

    fn all(&self) -> Clocks {
        Clocks {
            wall: self.wall(),
            offset_min: OFFSET_MIN,
            boot: "simulated".to_owned(),
            since_boot_ms: self.elapsed_ms().unsigned_abs(),
        }
    }
}
