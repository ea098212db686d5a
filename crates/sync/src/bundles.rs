//! How large bundles of small files are, by what the link has let through.

use std::sync::atomic::{AtomicU64, Ordering};

use xunfang_protocol::BUNDLE_BYTES_AIM;

/// The smallest bundle that is tried: of one that breaks off nothing counts, and even the slowest
/// link carries this in the time that an answer may take.
const BYTES_MIN: u64 = 16 * 1024;

/// Grows with every bundle that goes through and shrinks with every one that does not.
#[derive(Debug)]
pub struct BundleSize(AtomicU64);

impl Default for BundleSize {
    fn default() -> Self {
        Self(AtomicU64::new(BUNDLE_BYTES_AIM))
    }
}

impl BundleSize {
    /// Up to how many bytes the next bundle is filled; 0: files go one by one.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn went_through(&self) {
        self.0
            .store((self.bytes() * 2).min(BUNDLE_BYTES_AIM), Ordering::Relaxed);
    }

    pub(crate) fn broke_off(&self) {
        self.0
            .store((self.bytes() / 2).max(BYTES_MIN), Ordering::Relaxed);
    }

    /// The server knows none, for as long as the app runs.
    pub(crate) fn are_not_taken(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_link_gets_small_ones_and_a_good_one_large_ones_again() {
        let size = BundleSize::default();
        assert_eq!(size.bytes(), BUNDLE_BYTES_AIM);
        for _ in 0..20 {
            size.broke_off();
        }
        assert_eq!(size.bytes(), BYTES_MIN);
        for _ in 0..20 {
            size.went_through();
        }
        assert_eq!(size.bytes(), BUNDLE_BYTES_AIM);
        size.are_not_taken();
        size.went_through();
        assert_eq!(size.bytes(), 0);
    }
}
