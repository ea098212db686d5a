//! Times of one kind, and what is read from them.

use std::time::Duration;

/// Measured times.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    sorted: Vec<Duration>,
}

impl Samples {
    pub(crate) fn add(&mut self, time: Duration) {
        let place = self.sorted.partition_point(|known| *known <= time);
        self.sorted.insert(place, time);
    }

    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Returns the time in milliseconds that `percent` of all do not exceed (nearest rank).
    pub(crate) fn percentile_ms(&self, percent: usize) -> f64 {
        let rank = (self.sorted.len() * percent).div_ceil(100).max(1);
        self.sorted
            .get(rank - 1)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }

    pub(crate) fn median_ms(&self) -> f64 {
        self.percentile_ms(50)
    }

    /// Lists all times in milliseconds, the shortest first.
    pub(crate) fn all_ms(&self) -> Vec<f64> {
        self.sorted
            .iter()
            .map(|time| round(time.as_secs_f64() * 1_000.0))
            .collect()
    }
}

/// Rounds to a thousandth: of a millisecond or of a ratio, finer than either is measured.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let mut samples = Samples::default();
        for ms in (1..=200).rev() {
            samples.add(Duration::from_millis(ms));
        }
        assert_eq!(samples.len(), 200);
        assert_eq!(samples.median_ms(), 100.0);
        assert_eq!(samples.percentile_ms(99), 198.0);
        assert_eq!(samples.percentile_ms(100), 200.0);
    }

    #[test]
    fn no_sample_has_no_percentile() {
        assert!(Samples::default().median_ms().is_nan());
    }
}
