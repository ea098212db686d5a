//! What passes the proxy on its way to the server, byte by byte, and what it is for.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// It sends operations.
    Push,
    /// It asks for events.
    Pull,
    /// It asks how much of a photo is held.
    Ask,
    /// It brings a photo, or a piece of one.
    Photo,
    /// Anything else, as signing in.
    Other,
}

/// What passed for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Passed {
    /// Requests.
    pub requests: u64,
    /// Bytes of their heads: the first line, the headers and the empty line.
    pub heads: u64,
    /// Bytes of their bodies, as far as these were not cut off.
    pub bodies: u64,
}

/// What passed in all.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    passed: BTreeMap<Purpose, Passed>,
    /// How far each photo has passed, by its address.
    reached: BTreeMap<String, u64>,
    again: u64,
}

impl Counts {
    /// What passed for one purpose.
    pub fn of(&self, purpose: Purpose) -> Passed {
        self.passed.get(&purpose).copied().unwrap_or_default()
    }

    /// All bytes, of heads and bodies.
    pub fn bytes(&self) -> u64 {
        let passed = self.passed.values();
        passed.map(|passed| passed.heads + passed.bodies).sum()
    }

    /// Bytes of photos that passed although they had passed before, because an upload was cut.
    pub const fn again(&self) -> u64 {
        self.again
    }

    fn head(&mut self, asked: &Asked, bytes: u64) {
        let passed = self.passed.entry(asked.purpose).or_default();
        passed.requests += 1;
        passed.heads += bytes;
    }

    fn piece(&mut self, asked: &Asked, from: u64, bytes: u64) {
        self.passed.entry(asked.purpose).or_default().bodies += bytes;
        if asked.purpose != Purpose::Photo || bytes == 0 {
            return;
        }
        let to = from + bytes;
        let reached = self.reached.entry(asked.address.clone()).or_default();
        self.again += to.min(*reached).saturating_sub(from);
        *reached = to.max(*reached);
    }
}

/// What a request asks for, by its first line.
#[derive(Debug)]
pub(super) struct Asked {
    purpose: Purpose,
    address: String,
}

impl Asked {
    /// Reads a first line in small letters.
    pub(super) fn read(line: &str) -> Self {
        let mut words = line.split(' ');
        let method = words.next().unwrap_or_default();
        let address = words.next().unwrap_or_default();
        let is_upload = address.contains("/uploads/");
        let purpose = match method {
            "post" | "patch" if is_upload => Purpose::Photo,
            "head" if is_upload => Purpose::Ask,
            "post" if address.ends_with("/sync/push") => Purpose::Push,
            "post" if address.ends_with("/sync/pull") => Purpose::Pull,
            _ => Purpose::Other,
        };
        Self {
            purpose,
            address: address.to_owned(),
        }
    }
}

/// Counts for all connections.
#[derive(Debug, Default)]
pub(super) struct Counter(Mutex<Counts>);

impl Counter {
    /// Counts a head.
    pub(super) fn head(&self, asked: &Asked, bytes: u64) {
        self.counts().head(asked, bytes);
    }

    /// Counts a piece of a body, which begins at the byte `from` of the photo if it is of one.
    pub(super) fn piece(&self, asked: &Asked, from: u64, bytes: u64) {
        self.counts().piece(asked, from, bytes);
    }

    /// Tells what was counted so far.
    pub(super) fn read(&self) -> Counts {
        self.counts().clone()
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Whoever held it last has only added to numbers.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_by_its_first_line() {
        let table = [
            ("post /api/v1/sync/push http/1.1", Purpose::Push),
            ("post /api/v1/sync/pull http/1.1", Purpose::Pull),
            ("head /api/v1/uploads/ab http/1.1", Purpose::Ask),
            ("post /api/v1/uploads/ab http/1.1", Purpose::Photo),
            ("patch /api/v1/uploads/ab http/1.1", Purpose::Photo),
            ("delete /api/v1/uploads/ab http/1.1", Purpose::Other),
            ("post /api/v1/session http/1.1", Purpose::Other),
            ("", Purpose::Other),
        ];
        for (line, purpose) in table {
            assert_eq!(Asked::read(line).purpose, purpose, "{line}");
        }
    }

    #[test]
    fn what_passes_twice_of_a_photo_is_counted_as_passed_again() {
        let counter = Counter::default();
        let (one, other) = (
            Asked::read("post /uploads/a x"),
            Asked::read("patch /uploads/b x"),
        );
        let again_after = |asked: &Asked, from: u64, bytes: u64| {
            counter.piece(asked, from, bytes);
            counter.read().again()
        };
        assert_eq!(again_after(&one, 0, 100), 0);
        assert_eq!(again_after(&one, 100, 50), 0);
        // It comes anew from its beginning, and gets further than before.
        assert_eq!(again_after(&one, 0, 120), 120);
        assert_eq!(again_after(&one, 120, 80), 150);
        assert_eq!(again_after(&other, 0, 100), 150);
        assert_eq!(again_after(&Asked::read("post /sync/push x"), 0, 10), 150);
        counter.head(&one, 7);
        let counts = counter.read();
        let photos = counts.of(Purpose::Photo);
        assert_eq!((photos.requests, photos.heads, photos.bodies), (1, 7, 450));
        assert_eq!(counts.bytes(), 467);
    }
}
