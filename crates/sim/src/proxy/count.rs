//! What passes the proxy on its way to the server, byte by byte, and what it is for.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use xunfang_domain::Sha256Hex;
use xunfang_protocol::BUNDLE_HEAD_BYTES;

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

    fn piece(&mut self, asked: &mut Asked, from: u64, bytes: &[u8]) {
        let length = bytes.len() as u64;
        let Some(bundle) = &mut asked.bundle else {
            self.passed.entry(asked.purpose).or_default().bodies += length;
            if asked.purpose == Purpose::Photo {
                self.reach(asked.address.clone(), from, length);
            }
            return;
        };
        let files = bundle.walk(bytes);
        let of_files: u64 = files.iter().map(|stretch| stretch.length).sum();
        let passed = self.passed.entry(asked.purpose).or_default();
        passed.bodies += of_files;
        // What stands between the files of a bundle is as much overhead as a header.
        passed.heads += length - of_files;
        for Stretch { file, from, length } in files {
            self.reach(file, from, length);
        }
    }

    fn reach(&mut self, file: String, from: u64, length: u64) {
        if length == 0 {
            return;
        }
        let to = from + length;
        let reached = self.reached.entry(file).or_default();
        self.again += to.min(*reached).saturating_sub(from);
        *reached = to.max(*reached);
    }
}

/// Some bytes of one file.
#[derive(Debug, PartialEq, Eq)]
struct Stretch {
    /// As in the address of its upload.
    file: String,
    from: u64,
    length: u64,
}

/// How far the body of a bundle has been read.
#[derive(Debug, Default)]
struct Bundle {
    head: Vec<u8>,
    file: String,
    /// Where the file goes on, and how much of it is left.
    at: u64,
    left: u64,
}

impl Bundle {
    /// Says which bytes of which files these are.
    fn walk(&mut self, mut bytes: &[u8]) -> Vec<Stretch> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            if self.left == 0 {
                let needed = (BUNDLE_HEAD_BYTES - self.head.len()).min(bytes.len());
                let (head, rest) = bytes.split_at(needed);
                self.head.extend_from_slice(head);
                bytes = rest;
                if let Some((hash, length)) = self.head.split_first_chunk::<32>()
                    && let Ok(length) = length.try_into()
                {
                    self.file = format!("/api/v1/uploads/{}", Sha256Hex::from_bytes(*hash));
                    (self.at, self.left) = (0, u32::from_be_bytes(length).into());
                    self.head.clear();
                }
                continue;
            }
            let now = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
            bytes = bytes.get(now..).unwrap_or_default();
            found.push(Stretch {
                file: self.file.clone(),
                from: self.at,
                length: now as u64,
            });
            self.at += now as u64;
            self.left -= now as u64;
        }
        found
    }
}

/// What a request asks for, by its first line.
#[derive(Debug)]
pub(super) struct Asked {
    purpose: Purpose,
    address: String,
    /// Where it brings several files at once.
    bundle: Option<Bundle>,
}

impl Asked {
    /// Reads a first line in small letters.
    pub(super) fn read(line: &str) -> Self {
        let mut words = line.split(' ');
        let method = words.next().unwrap_or_default();
        let address = words.next().unwrap_or_default();
        let is_upload = address.contains("/uploads/");
        let is_bundle = method == "post" && address.ends_with("/uploads");
        let purpose = match method {
            "post" | "patch" if is_upload || is_bundle => Purpose::Photo,
            "head" if is_upload => Purpose::Ask,
            "post" if address.ends_with("/sync/push") => Purpose::Push,
            "post" if address.ends_with("/sync/pull") => Purpose::Pull,
            _ => Purpose::Other,
        };
        Self {
            purpose,
            address: address.to_owned(),
            bundle: is_bundle.then(Bundle::default),
        }
    }

    /// Where in a photo the body begins, by what the head says; none: it is of no photo.
    pub(super) const fn offset(&self, told: Option<u64>) -> Option<u64> {
        match (self.purpose, told) {
            (Purpose::Photo, Some(offset)) => Some(offset),
            (Purpose::Photo, None) => Some(0),
            _ => None,
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
    pub(super) fn piece(&self, asked: &mut Asked, from: u64, bytes: &[u8]) {
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
        let mut one = Asked::read("post /uploads/a x");
        let mut other = Asked::read("patch /uploads/b x");
        let mut push = Asked::read("post /sync/push x");
        let again_after = |asked: &mut Asked, from: u64, bytes: usize| {
            counter.piece(asked, from, &vec![0; bytes]);
            counter.read().again()
        };
        assert_eq!(again_after(&mut one, 0, 100), 0);
        assert_eq!(again_after(&mut one, 100, 50), 0);
        // It comes anew from its beginning, and gets further than before.
        assert_eq!(again_after(&mut one, 0, 120), 120);
        assert_eq!(again_after(&mut one, 120, 80), 150);
        assert_eq!(again_after(&mut other, 0, 100), 150);
        assert_eq!(again_after(&mut push, 0, 10), 150);
        counter.head(&one, 7);
        let counts = counter.read();
        let photos = counts.of(Purpose::Photo);
        assert_eq!((photos.requests, photos.heads, photos.bodies), (1, 7, 450));
        assert_eq!(counts.bytes(), 467);
    }

    #[test]
    fn the_files_of_a_bundle_are_counted_each_for_itself() {
        let file = |byte| Sha256Hex::from_bytes([byte; 32]);
        let mut body = Vec::new();
        for (byte, length) in [(1, 100), (2, 5)] {
            xunfang_protocol::add_to_bundle(&mut body, &file(byte), &vec![0; length]);
        }
        for piece in [1, 40, 1_000] {
            let counter = Counter::default();
            let line = "post /api/v1/uploads http/1.1";
            // The first time it is cut behind the 30th byte of the first file.
            for (times, length) in [(1, 66), (2, body.len())] {
                let mut asked = Asked::read(line);
                for bytes in body[..length].chunks(piece) {
                    counter.piece(&mut asked, 0, bytes);
                }
                assert_eq!(counter.read().again(), if times == 1 { 0 } else { 30 });
            }
            let counts = counter.read();
            let photos = counts.of(Purpose::Photo);
            assert_eq!((photos.heads, photos.bodies), (36 + 72, 30 + 105));
        }
    }
}
