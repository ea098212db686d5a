//! Tells open consoles that something changed.
//!
//! A notice is a hint, and says less than what is asked for after it. Whoever was away asks with the
//! time of the last one that they heard, and hears of what was stored since; where that is too much
//! to tell, they ask for everything once. Servers that share a database tell each other; see
//! [`relay`].

pub(crate) mod relay;
mod since;

use tokio::sync::broadcast::{self, Receiver, Sender};
use xunfang_domain::{DistrictId, UnixMillis};
use xunfang_protocol::LiveNotice;

pub(crate) use self::since::since;

/// Notices kept for a console that reads slowly; one that falls behind starts over.
const NOTICES_KEPT: usize = 256;

/// What a listener hears.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// Something changed.
    Notice {
        district: DistrictId,
        /// Not before it was stored, by the clock of the server that stored it.
        at: UnixMillis,
        notice: LiveNotice,
    },
    /// Notices were missed: whoever listens has to come back and say what they heard last.
    Missed,
}

/// The notices of all districts; a listener keeps to its own.
#[derive(Debug)]
pub(crate) struct Live {
    listeners: Sender<Told>,
    /// To other servers, where there may be any.
    relay: Option<relay::Queue>,
}

impl Live {
    /// Tells the consoles of this server, and puts into the queue what others have to be told.
    pub(crate) fn new(shares: bool) -> Self {
        Self {
            listeners: broadcast::channel(NOTICES_KEPT).0,
            relay: shares.then(relay::Queue::new),
        }
    }

    /// Tells everybody who listens. Called after the commit, never before.
    pub(crate) fn tell(&self, district: DistrictId, at: UnixMillis, notice: LiveNotice) {
        if let Some(relay) = &self.relay {
            relay.put(district, at, notice.clone());
        }
        self.hear(Told::Notice {
            district,
            at,
            notice,
        });
    }

    /// Passes on to this server's consoles what another one told.
    fn hear(&self, told: Told) {
        // The only failure is that nobody listens.
        drop(self.listeners.send(told));
    }

    pub(crate) fn listen(&self) -> Receiver<Told> {
        self.listeners.subscribe()
    }
}
