//! What the window can tell of the world around the phone, and what that means for sending.
//!
//! None of it is needed: a system that tells nothing, or ends the app in the background, costs time
//! and never a record. What waits is sent by the next exchange, whenever that is.

use serde::Deserialize;

/// How much rarer exchanges are while the battery is low.
const SAVING_FACTOR: u64 = 4;
/// Longest pause, in milliseconds, while somebody looks or something waits.
const PAUSE_MS_MAX: u64 = 60_000;
/// How long to wait while the system says that there is no network, in milliseconds; it is asked
/// all the same, since systems are wrong about it, and at once when it says that there is one.
const DISCONNECTED_MS: u64 = 30_000;

/// What the window has told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Surroundings {
    /// Whether somebody pays for each byte; null where it cannot tell. It is then taken for free:
    /// most that cannot tell are on a desk.
    pub metered: Option<bool>,
    /// Whether there is a network at all; null where it cannot tell.
    pub connected: Option<bool>,
    /// Whether somebody can see the window.
    pub visible: bool,
    /// Whether the battery is low and not being charged; null where it cannot tell.
    pub saving: Option<bool>,
}

impl Default for Surroundings {
    /// Before anything was told: somebody has just opened the app.
    fn default() -> Self {
        Self {
            metered: None,
            connected: None,
            visible: true,
            saving: None,
        }
    }
}

impl Surroundings {
    /// Whether originals, which are large and which nothing waits for, may go.
    pub(crate) fn originals_may_go(self) -> bool {
        self.metered != Some(true) && self.saving != Some(true)
    }

    /// Whether it has become better since, so that it is worth trying at once: the network or the
    /// person is back, or costs less.
    pub(crate) fn calls_for_an_exchange(self, before: Self) -> bool {
        (self.visible && !before.visible)
            || (self.connected == Some(true) && before.connected != Some(true))
            || (self.originals_may_go() && !before.originals_may_go())
    }

    /// How long to pause, in milliseconds, where the link would pause for `due_ms`; none: until
    /// something calls for an exchange.
    pub(crate) fn pause_ms(self, due_ms: u64, waiting: bool) -> Option<u64> {
        if !self.visible && !waiting {
            // Nobody would see what comes, and there is nothing to send.
            return None;
        }
        let mut pause = due_ms;
        if self.saving == Some(true) || !self.visible {
            pause = pause.saturating_mul(SAVING_FACTOR);
        }
        if self.connected == Some(false) {
            pause = pause.max(DISCONNECTED_MS);
        }
        Some(pause.min(PAUSE_MS_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Surroundings = Surroundings {
        metered: Some(false),
        connected: Some(true),
        visible: true,
        saving: Some(false),
    };
    const METERED: Surroundings = Surroundings {
        metered: Some(true),
        ..GOOD
    };
    const GONE: Surroundings = Surroundings {
        connected: Some(false),
        ..GOOD
    };
    const HIDDEN: Surroundings = Surroundings {
        visible: false,
        ..GOOD
    };
    const SAVING: Surroundings = Surroundings {
        saving: Some(true),
        ..GOOD
    };

    #[test]
    fn whatever_became_better_calls_for_an_exchange_and_nothing_else_does() {
        let unknown = Surroundings::default();
        for worse in [METERED, GONE, HIDDEN, SAVING] {
            assert!(GOOD.calls_for_an_exchange(worse), "{worse:?}");
            assert!(!worse.calls_for_an_exchange(GOOD), "{worse:?}");
        }
        for same in [GOOD, METERED, GONE, HIDDEN, SAVING, unknown] {
            assert!(!same.calls_for_an_exchange(same), "{same:?}");
        }
        assert!(GOOD.calls_for_an_exchange(unknown));
    }

    #[test]
    fn originals_wait_for_a_network_that_costs_nothing_and_for_power() {
        for (at, go) in [
            (GOOD, true),
            (METERED, false),
            (SAVING, false),
            (HIDDEN, true),
        ] {
            assert_eq!(at.originals_may_go(), go, "{at:?}");
        }
        assert!(Surroundings::default().originals_may_go());
    }

    #[test]
    fn pauses_grow_where_power_or_network_is_short_and_end_only_where_nothing_waits() {
        for (at, waiting, pause) in [
            (GOOD, false, Some(4_000)),
            (METERED, false, Some(4_000)),
            (SAVING, true, Some(16_000)),
            (GONE, true, Some(30_000)),
            (HIDDEN, true, Some(16_000)),
            (HIDDEN, false, None),
        ] {
            assert_eq!(at.pause_ms(4_000, waiting), pause, "{at:?}");
        }
        assert_eq!(SAVING.pause_ms(30_000, true), Some(60_000));
    }
}
