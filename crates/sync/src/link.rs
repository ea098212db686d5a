//! Whether the server answers, and when it is asked again.

use xunfang_domain::UnixMillis;

/// First wait after a failure, milliseconds.
const DELAY_FIRST_MS: u32 = 500;
/// Longest wait while findings wait: the server's return is noticed within 5 s.
const DELAY_WAITING_MS_MAX: u32 = 4_000;
/// Longest wait while nothing waits; spares the battery.
const DELAY_IDLE_MS_MAX: u32 = 30_000;
/// Longest wait that a server's wish counts for: findings are not held up by a number that somebody
/// between phone and server wrote.
const RETRY_AFTER_MS_MAX: u32 = 600_000;
/// Time between exchanges while all is well, so that reviews arrive by themselves.
const DELAY_ONLINE_MS: u32 = 15_000;

/// The link to the server. The only place in which it changes is [`Link::on`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Nobody is signed in, or the session has ended.
    SignedOut,
    /// An exchange is under way.
    Busy {
        /// Failures in a row before it.
        failures: u32,
    },
    /// The last exchange succeeded; the next is due at `next`.
    Online {
        /// When the next exchange is due.
        next: UnixMillis,
    },
    /// The last exchange failed; the next is due at `next`.
    Offline {
        /// Failures in a row.
        failures: u32,
        /// When the next exchange is due.
        next: UnixMillis,
    },
}

/// What happens to a link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LinkEvent {
    /// A session began, or the person asked for an exchange, or something was saved.
    Wake,
    /// The due time has come.
    Due,
    /// The exchange succeeded.
    Succeeded {
        /// A random number in 0..1.
        jitter: f64,
    },
    /// The exchange failed.
    Failed {
        /// Whether findings wait to be sent.
        waiting: bool,
        /// When the server wants to be asked again, in milliseconds.
        retry_after_ms: Option<u32>,
        /// A random number in 0..1.
        jitter: f64,
    },
    /// The session ended or the person signed out.
    SignedOut,
}

impl Link {
    /// Returns the link after `event` at `now`.
    #[must_use]
    pub fn on(self, event: LinkEvent, now: UnixMillis) -> Self {
        let failures = match self {
            Self::Busy { failures } | Self::Offline { failures, .. } => failures,
            Self::SignedOut | Self::Online { .. } => 0,
        };
        match event {
            LinkEvent::SignedOut => Self::SignedOut,
            LinkEvent::Wake => Self::Busy { failures },
            LinkEvent::Due if self == Self::SignedOut => self,
            LinkEvent::Due => Self::Busy { failures },
            LinkEvent::Succeeded { jitter } => Self::Online {
                next: now.plus_ms(i64::from(spread(DELAY_ONLINE_MS, jitter))),
            },
            LinkEvent::Failed {
                waiting,
                retry_after_ms,
                jitter,
            } => {
                let failures = failures.saturating_add(1);
                let delay = retry_delay_ms(failures, waiting, jitter);
                let delay = delay.max(wished_delay_ms(retry_after_ms.unwrap_or(0), jitter));
                Self::Offline {
                    failures,
                    next: now.plus_ms(i64::from(delay)),
                }
            }
        }
    }

    /// Returns when the next exchange is due; `None` while one runs or nobody is signed in.
    pub const fn next(self) -> Option<UnixMillis> {
        match self {
            Self::Online { next } | Self::Offline { next, .. } => Some(next),
            Self::SignedOut | Self::Busy { .. } => None,
        }
    }
}

/// Returns how long to wait after `failures` failures in a row, in milliseconds.
///
/// It doubles up to a ceiling and is spread over its upper half by `jitter` in 0..1, so that the
/// phones of a city do not all come back in the same second.
pub fn retry_delay_ms(failures: u32, waiting: bool, jitter: f64) -> u32 {
    let ceiling = if waiting {
        DELAY_WAITING_MS_MAX
    } else {
        DELAY_IDLE_MS_MAX
    };
    let doubled = DELAY_FIRST_MS.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    spread(doubled.min(ceiling), jitter)
}

/// Returns how long a server wants to be left alone, in milliseconds: never less than it says, and up
/// to a quarter more, as it tells all phones the same.
fn wished_delay_ms(wish_ms: u32, jitter: f64) -> u32 {
    let wish_ms = wish_ms.min(RETRY_AFTER_MS_MAX);
    let half_ms = wish_ms / 2;
    wish_ms + spread(half_ms, jitter) - half_ms / 2
}

/// Spreads a delay over its upper half.
fn spread(delay_ms: u32, jitter: f64) -> u32 {
    let half = f64::from(delay_ms) / 2.0;
    // Half of a delay of at most 300,000 plus as much again: in range of the cast.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0..=300,000"
    )]
    let spread = (half + half * jitter.clamp(0.0, 1.0)) as u32;
    spread
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_server_that_returns_is_asked_within_5_s_while_findings_wait() {
        let mut link = Link::SignedOut.on(LinkEvent::Wake, UnixMillis::new(0));
        let mut now = UnixMillis::new(0);
        for _ in 0..1_000 {
            let failed = LinkEvent::Failed {
                waiting: true,
                retry_after_ms: None,
                jitter: 1.0,
            };
            link = link.on(failed, now);
            let next = link.next().unwrap();
            assert!((1..5_000).contains(&next.since(now)), "{link:?}");
            now = next;
            link = link.on(LinkEvent::Due, now);
        }
    }

    #[test]
    fn nothing_is_due_without_a_session() {
        let now = UnixMillis::new(7);
        assert_eq!(Link::SignedOut.on(LinkEvent::Due, now), Link::SignedOut);
        assert_eq!(Link::SignedOut.next(), None);
        let busy = Link::Busy { failures: 3 };
        assert_eq!(busy.on(LinkEvent::SignedOut, now), Link::SignedOut);
    }

    #[test]
    fn the_server_s_wish_to_wait_is_respected_and_a_success_forgets_failures() {
        let now = UnixMillis::new(0);
        let failed = LinkEvent::Failed {
            waiting: true,
            retry_after_ms: Some(60_000),
            jitter: 0.0,
        };
        let link = Link::Busy { failures: 9 }.on(failed, now);
        assert_eq!(
            link,
            Link::Offline {
                failures: 10,
                next: UnixMillis::new(60_000)
            }
        );
        let online = link
            .on(LinkEvent::Wake, now)
            .on(LinkEvent::Succeeded { jitter: 0.0 }, now);
        assert_eq!(online.on(LinkEvent::Due, now), Link::Busy { failures: 0 });
    }

    #[test]
    fn a_wish_spreads_the_phones_is_bounded_and_never_holds_up_a_person() {
        let now = UnixMillis::new(0);
        let wait_ms = |retry_after_ms: u32, jitter: f64| {
            let failed = LinkEvent::Failed {
                waiting: true,
                retry_after_ms: Some(retry_after_ms),
                jitter,
            };
            let link = Link::Busy { failures: 0 }.on(failed, now);
            // Asking by hand goes at once, whatever the server wishes.
            assert!(matches!(link.on(LinkEvent::Wake, now), Link::Busy { .. }));
            link.next().unwrap().get()
        };
        assert_eq!(wait_ms(60_000, 0.0), 60_000);
        assert_eq!(wait_ms(60_000, 1.0), 75_000);
        assert_eq!(wait_ms(u32::MAX, 0.0), 600_000);
        assert_eq!(wait_ms(u32::MAX, 1.0), 750_000);
    }

    proptest! {
        #[test]
        fn a_delay_grows_to_its_ceiling_and_never_beyond(
            failures in 0..u32::MAX, waiting: bool, jitter in 0.0..1.0f64,
        ) {
            let delay = retry_delay_ms(failures, waiting, jitter);
            let ceiling = if waiting { 4_000 } else { 30_000 };
            prop_assert!((250..=ceiling).contains(&delay), "{delay}");
            prop_assert!(delay <= retry_delay_ms(failures.saturating_add(1), waiting, 1.0));
        }
    }
}
