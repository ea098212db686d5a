//! Tells open consoles that something changed. It is a hint: whoever misses one asks again.

use tokio::sync::broadcast::{self, Receiver, Sender};
use xunfang_domain::DistrictId;
use xunfang_protocol::LiveNotice;

/// Notices kept for a console that reads slowly; one that falls behind starts over.
const NOTICES_KEPT: usize = 256;

/// The notices of all districts; a listener keeps to its own.
#[derive(Debug)]
pub(crate) struct Live(Sender<(DistrictId, LiveNotice)>);

impl Live {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(NOTICES_KEPT).0)
    }

    /// Tells everybody who listens. Called after the commit, never before.
    pub(crate) fn tell(&self, district: DistrictId, notice: LiveNotice) {
        // The only failure is that nobody listens.
        drop(self.0.send((district, notice)));
    }

    pub(crate) fn listen(&self) -> Receiver<(DistrictId, LiveNotice)> {
        self.0.subscribe()
    }
}
