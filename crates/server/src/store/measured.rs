//! How long the database makes others wait, and how long it works.

use std::time::Instant;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// From a tenth of a millisecond to half a minute.
pub(crate) const SECONDS: [f64; 14] = [
    0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10.0, 30.0,
];

/// What the database is used for: `read` or `write`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Work {
    work: &'static str,
}

/// For one state of the database.
pub(super) const READ: Work = Work { work: "read" };
/// For a change, which may be one of many in a transaction.
pub(super) const WRITE: Work = Work { work: "write" };

/// Times by what the database is used for.
pub(crate) type Times = Family<Work, Histogram, fn() -> Histogram>;

/// Connections of which some are in somebody's hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InUse {
    pub(crate) readers: usize,
    pub(crate) writers: usize,
    /// Changes that wait for a writer.
    pub(crate) queued: usize,
}

/// The times of one database. Clones measure together.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// Until there was a connection, and for a change, until it was begun.
    pub(crate) waiting: Times,
    /// Of a question, or of a transaction with its commit.
    pub(crate) working: Times,
}

impl Measured {
    pub(super) fn new() -> Self {
        let times = || Times::new_with_constructor(|| Histogram::new(SECONDS));
        Self {
            waiting: times(),
            working: times(),
        }
    }

    pub(super) fn waited(&self, work: Work, since: Instant) {
        self.waiting
            .get_or_create(&work)
            .observe(since.elapsed().as_secs_f64());
    }

    pub(super) fn worked(&self, work: Work, since: Instant) {
        self.working
            .get_or_create(&work)
            .observe(since.elapsed().as_secs_f64());
    }
}
