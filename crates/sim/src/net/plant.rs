//! Bugs that are planted into a world, to prove that it would notice them.
//!
//! Each is what a server or a phone with that bug would do, as the other side sees it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use xunfang_domain::OpId;
use xunfang_protocol::{
    OpKind, OpResult, OpStatus, PullResponse, PushRequest, PushResponse, ScopePage, pack, unpack,
};

use super::phone::SimPhone;
use super::wire::{Parcel, Reply};

/// A mistake of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plant {
    /// The server acknowledges a push before it has committed it, and then stops.
    AckBeforeCommit,
    /// The phone mints a new id each time that it sends an operation.
    NewIdEachTime,
    /// The phone moves its cursor before it has the rows, and is killed in between.
    CursorBeforeRows,
    /// The feed's numbers are taken before the transaction commits: one that commits late has a
    /// lower number than what a reader has seen.
    PlainSequence,
    /// The phone goes on with an upload at another place than the server has told.
    WrongOffset,
    /// The phone gives an operation up for good after the first answer that it does not understand.
    GivesUp,
    /// The phone says of a revision that it answers whatever the server has.
    GoesOver,
}

impl Plant {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AckBeforeCommit,
        Self::NewIdEachTime,
        Self::CursorBeforeRows,
        Self::PlainSequence,
        Self::WrongOffset,
        Self::GivesUp,
        Self::GoesOver,
    ];
}

/// Changes requests and answers as one with the bug would have made them.
pub(super) struct Meddler {
    plant: Plant,
    /// Counts what could be changed, so that not everything is.
    seen: AtomicU64,
    /// Operations that were acknowledged and never committed.
    lost: Mutex<Vec<OpId>>,
    /// Operations under the ids that were made up for them.
    renamed: Mutex<HashMap<OpId, OpId>>,
}

const JSON_MAX: usize = 64 * 1024 * 1024;

fn is_push(parcel: &Parcel) -> bool {
    parcel.url.path().ends_with("/sync/push")
}

/// Changes a packed body; one that does not read stays as it is.
fn change<T: DeserializeOwned + Serialize>(body: &mut Vec<u8>, change: impl FnOnce(&mut T)) {
    let changed = || -> Option<Vec<u8>> {
        let mut read = read::<T>(body)?;
        change(&mut read);
        pack(&serde_json::to_vec(&read).ok()?).ok()
    };
    if let Some(changed) = changed() {
        *body = changed;
    }
}

fn read<T: DeserializeOwned>(packed: &[u8]) -> Option<T> {
    let plain = unpack(packed, JSON_MAX).ok()??;
    serde_json::from_slice(&plain).ok()
}

fn applied(id: OpId) -> OpResult {
    OpResult {
        id,
        status: OpStatus::Applied,
        seq: Some(1),
        code: None,
        message: None,
        need_blobs: Vec::new(),
        receipts: Vec::new(),
    }
}

impl Meddler {
    pub(super) fn new(plant: Plant) -> Self {
        Self {
            plant,
            seen: AtomicU64::new(0),
            lost: Mutex::default(),
            renamed: Mutex::default(),
        }
    }

    /// Moves the cursors of a closed phone to the end of the server's feeds, as one that was killed
    /// between the cursor and the rows.
    pub(super) fn move_cursor(phone: &SimPhone, server: &Path) -> anyhow::Result<()> {
        let server = Connection::open(server.join("server.db"))?;
        let here = Connection::open(phone.device.folder.join("device.sqlite"))?;
        phone.device.key.unlock(&here)?;
        let mut feeds = server.prepare("SELECT scope, last_seq FROM feed_counter")?;
        let mut feeds = feeds.query([])?;
        while let Some(feed) = feeds.next()? {
            let (scope, last): (String, u64) = (feed.get(0)?, feed.get(1)?);
            here.execute(
                "UPDATE cursor SET seq = ?2 WHERE scope = ?1 AND seq < ?2",
                params![scope, last],
            )?;
        }
        Ok(())
    }

    /// One in so many.
    fn one_in(&self, many: u64) -> bool {
        self.seen.fetch_add(1, Ordering::Relaxed) % many == many - 1
    }

    pub(super) fn on_the_way(&self, mut parcel: Parcel) -> Parcel {
        match self.plant {
            Plant::AckBeforeCommit if is_push(&parcel) && self.one_in(3) => {
                // The operations never reach the database; the answer is made up below.
                change(&mut parcel.body, |push: &mut PushRequest| {
                    *self.lost() = push.ops.drain(..).map(|op| op.id).collect();
                });
            }
            Plant::NewIdEachTime if is_push(&parcel) => {
                change(&mut parcel.body, |push: &mut PushRequest| {
                    let mut renamed = self.renamed();
                    for op in &mut push.ops {
                        let number = self.seen.fetch_add(1, Ordering::Relaxed);
                        let id = OpId::from_uuid(Uuid::from_u128(u128::from(number) | 1 << 96));
                        renamed.insert(id, op.id);
                        op.id = id;
                        // Signed as it is sent.
                        op.sig = None;
                    }
                });
            }
            Plant::GoesOver if is_push(&parcel) => {
                change(&mut parcel.body, |push: &mut PushRequest| {
                    for op in &mut push.ops {
                        if op.kind == OpKind::FindingRevised {
                            op.base_rev += 1_000;
                            op.sig = None;
                        }
                    }
                });
            }
            Plant::WrongOffset if parcel.method == reqwest::Method::PATCH => {
                let told = parcel.headers.get("upload-offset");
                if told.is_some_and(|told| told != "0") && !parcel.body.is_empty() {
                    // From one byte further on than it says.
                    parcel.body.remove(0);
                    parcel.headers.remove("upload-checksum");
                }
            }
            _ => {}
        }
        parcel
    }

    pub(super) fn on_the_way_back(&self, sent: &Parcel, mut reply: Reply) -> Reply {
        let body = &mut reply.body;
        match self.plant {
            Plant::AckBeforeCommit if is_push(sent) => {
                let lost = std::mem::take(&mut *self.lost());
                change(body, |answer: &mut PushResponse| {
                    answer.results.extend(lost.into_iter().map(applied));
                });
            }
            Plant::NewIdEachTime if is_push(sent) => {
                change(body, |answer: &mut PushResponse| {
                    let renamed = self.renamed();
                    for result in &mut answer.results {
                        result.id = renamed.get(&result.id).copied().unwrap_or(result.id);
                    }
                });
            }
            Plant::PlainSequence if sent.url.path().ends_with("/sync/pull") => {
                change(body, |answer: &mut PullResponse| {
                    answer
                        .scopes
                        .iter_mut()
                        .for_each(|page| self.hide_one(page));
                });
            }
            Plant::GivesUp if is_push(sent) => {
                change(body, |answer: &mut PushResponse| {
                    for result in &mut answer.results {
                        if result.status == OpStatus::Retry {
                            result.status = OpStatus::Rejected;
                        }
                    }
                });
            }
            _ => {}
        }
        reply
    }

    fn lost(&self) -> MutexGuard<'_, Vec<OpId>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn renamed(&self) -> MutexGuard<'_, HashMap<OpId, OpId>> {
        self.renamed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an event out of a page, and gives those behind it the numbers before theirs: the
    /// reader sees no gap, as a plain sequence promises none.
    fn hide_one(&self, page: &mut ScopePage) {
        let events = &mut page.events;
        if events.len() < 2 || !self.one_in(2) {
            return;
        }
        let place = events.len() - 2;
        let mut hidden = events.remove(place);
        if let Some(next) = events.last_mut() {
            std::mem::swap(&mut next.seq, &mut hidden.seq);
            hidden.kind = "nothing".to_owned();
            events.push(hidden);
        }
    }
}
