//! The device's own storage: records, outbox and photo files.
//!
//! Invariants:
//! - A photo's row commits only after its file is synced, renamed and its folder synced.
//! - The record of a photo, its copies' rows and its place in a draft commit together, in the order of
//!   the chain.
//! - A finding, the link to its photos and its outbox row commit together or not at all.
//! - An inspection's record and its outbox row commit together; its answers are durable one by
//!   one.
//! - An outbox row leaves only in the transaction that records the server's acknowledgement, and
//!   what was acknowledged stays for 30 days by the server's clock.
//! - A database that cannot be used is set aside and reported, never deleted; what can be read of it
//!   is in the new one.
//! - What an operation carries never changes, whatever becomes of the record that it is about.
//! - What came with an event has a fingerprint, kept in the same transaction.
//! - Nothing lies in the folder unencrypted.
//!
//! This crate must not know the network, a screen, the clock or random numbers: times and ids are
//! handed in.

mod annotations;
mod answers;
mod captures;
mod draft;
mod error;
mod evidence;
mod feed;
mod findings;
mod held;
mod inspections;
mod installation;
mod mending;
mod open;
mod outbox;
mod photo_files;
mod photos;
mod points;
mod receipts;
mod recover;
mod rescue;
mod revisions;
mod sealing;
mod standards;
mod store;
mod tracks;

pub use annotations::{Drawing, DrawnPhoto};
pub use answers::StoredAnswer;
pub use captures::Capture;
pub use draft::{Draft, DraftPhoto, SaveDraft, SaveFinding};
pub use error::{StoreError, StoreFault};
pub use evidence::ChainRecord;
pub use feed::Applied;
pub use findings::{FindingQuery, FindingRow, PhotoProgress, SendState, Tally};
pub use inspections::{Gathered, Inspection, NewInspection, RaisedFinding};
pub use installation::{Installation, Notice, SignedInSession};
pub use open::{Opened, SetAside, StorageKey};
pub use outbox::{OpOutcome, QueueHead, QueuedOp, QueuedPhoto};
pub use photo_files::PhotoReader;
pub use photos::{NamedBytes, PhotoFacts, PhotoFile, PhotoSize, PhotoSizeError};
pub use points::{PointHit, PointQuery, PointsFound};
pub use receipts::{Acknowledgement, HeldOps};
pub use recover::Recovered;
pub use rescue::Unsent;
pub use revisions::Choice;
pub use store::Store;
