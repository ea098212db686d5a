//! A receiver's answers, kept so that nobody waits for the receiver.
//!
//! Asking costs seconds and battery, and a save must not wait for it. So the core gets the latest
//! answer at once, whose fix says when it was taken, and an answer that has aged makes the next
//! question start a new one in the background. The receiver is never left on: while the core does
//! not ask, nobody does (X12).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use xunfang_domain::{PositionEvidence, PositionMissing, Wgs84};
use xunfang_phone::PositionSource;

/// An answer younger than this is not asked for again.
const FRESH: Duration = Duration::from_secs(10);
/// An older answer says nothing of where a person now is: 160 m further on, at walking speed.
const USABLE: Duration = Duration::from_secs(120);

/// What can be asked where the phone is.
pub(crate) trait Receiver: Send + Sync + 'static {
    /// Asks, and waits for the answer.
    fn ask(&self) -> PositionEvidence;
}

/// A [`PositionSource`] over a [`Receiver`] that is asked in the background.
pub(crate) struct KeptPosition<R> {
    receiver: Arc<R>,
    kept: Arc<Mutex<Kept>>,
}

impl<R: Receiver> KeptPosition<R> {
    pub(crate) fn new(receiver: R) -> Self {
        Self {
            receiver: Arc::new(receiver),
            kept: Arc::default(),
        }
    }
}

impl<R: Receiver> PositionSource for KeptPosition<R> {
    fn current(&self) -> PositionEvidence {
        let (answer, ask) = lock(&self.kept).read(Instant::now());
        if ask {
            let (receiver, kept) = (Arc::clone(&self.receiver), Arc::clone(&self.kept));
            tauri::async_runtime::spawn_blocking(move || {
                let answer = receiver.ask();
                lock(&kept).learn(answer, Instant::now());
            });
        }
        answer
    }

    fn simulate(&self, _place: Wgs84, _accuracy_m: f64) -> bool {
        false
    }
}

/// Every change of it is one assignment, so a panic elsewhere leaves nothing half done.
fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The latest answer, and whether a new one is on its way.
#[derive(Default)]
struct Kept {
    latest: Option<(PositionEvidence, Instant)>,
    asking: bool,
}

impl Kept {
    /// Returns what is known, and whether the caller has to ask the receiver.
    fn read(&mut self, now: Instant) -> (PositionEvidence, bool) {
        let known = self.latest.as_ref();
        let age = known.map(|(_, at)| now.saturating_duration_since(*at));
        let ask = !self.asking && age.is_none_or(|age| age > FRESH);
        self.asking |= ask;
        let answer = match known {
            Some((answer, _)) if age.is_some_and(|age| age <= USABLE) => answer.clone(),
            _ => PositionEvidence::Missing {
                why: PositionMissing::NoFix,
            },
        };
        (answer, ask)
    }

    /// Keeps a new answer. A receiver that gives nothing this once does not undo what is known.
    fn learn(&mut self, answer: PositionEvidence, now: Instant) {
        self.asking = false;
        let nothing_new = answer
            == PositionEvidence::Missing {
                why: PositionMissing::NoFix,
            }
            && self.latest.is_some();
        if !nothing_new {
            self.latest = Some((answer, now));
        }
    }
}

#[cfg(test)]
mod tests {
    use xunfang_domain::{Fix, UnixMillis};

    use super::*;

    const NO_FIX: PositionEvidence = PositionEvidence::Missing {
        why: PositionMissing::NoFix,
    };
    const DENIED: PositionEvidence = PositionEvidence::Missing {
        why: PositionMissing::Denied,
    };

    fn measured() -> PositionEvidence {
        PositionEvidence::Measured {
            fix: Fix {
                place: Wgs84::new(33.48, 117.88).unwrap(),
                accuracy_m: 5.0,
                provider: "fused".into(),
                taken_at: UnixMillis::new(0),
                mock: false,
            },
        }
    }

    #[test]
    fn before_the_first_answer_there_is_no_fix_and_one_question() {
        let (now, mut kept) = (Instant::now(), Kept::default());
        assert_eq!(kept.read(now), (NO_FIX, true));
        assert_eq!(
            kept.read(now),
            (NO_FIX, false),
            "the first question is still open"
        );
    }

    #[test]
    fn an_answer_is_asked_for_again_when_it_has_aged_and_dropped_when_it_is_old() {
        let (now, mut kept) = (Instant::now(), Kept::default());
        kept.learn(measured(), now);
        assert_eq!(kept.read(now + FRESH), (measured(), false));
        let aged = now + FRESH + Duration::from_secs(1);
        assert_eq!(kept.read(aged), (measured(), true));
        assert_eq!(
            kept.read(aged),
            (measured(), false),
            "one question at a time"
        );
        assert_eq!(kept.read(now + USABLE + Duration::from_secs(1)).0, NO_FIX);
    }

    #[test]
    fn a_receiver_that_gives_nothing_once_keeps_the_last_fix_and_is_asked_again() {
        let (now, mut kept) = (Instant::now(), Kept::default());
        kept.learn(measured(), now);
        let aged = now + FRESH + Duration::from_secs(1);
        kept.learn(NO_FIX, aged);
        assert_eq!(kept.read(aged), (measured(), true));
    }

    #[test]
    fn a_withdrawn_permission_is_told_at_once() {
        let (now, mut kept) = (Instant::now(), Kept::default());
        kept.learn(measured(), now);
        kept.learn(DENIED, now);
        assert_eq!(kept.read(now), (DENIED, false));
    }

    #[test]
    fn nobody_waits_for_a_receiver_that_is_slow() {
        struct Slow(Mutex<std::sync::mpsc::Receiver<PositionEvidence>>);
        impl Receiver for Slow {
            fn ask(&self) -> PositionEvidence {
                self.0.lock().unwrap().recv().unwrap_or(NO_FIX)
            }
        }
        let (satellites, slow) = std::sync::mpsc::channel();
        let source = KeptPosition::new(Slow(Mutex::new(slow)));
        assert_eq!(source.current(), NO_FIX, "the answer is not there yet");
        satellites.send(measured()).unwrap();
        assert!(!source.simulate(Wgs84::new(0.0, 0.0).unwrap(), 1.0));
    }
}
