//! Revisions of findings that were sent back: how a phone makes them, and how each of them ends.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;
use xunfang_domain::{FindingId, OpId, PersonId, PositionEvidence, PositionMissing, StandardId};
use xunfang_store::{Choice, FindingQuery, SaveFinding, SendState, Store};
use xunfang_sync::Clock;

use super::phone::SimPhone;

/// A revision that the phone has said to be saved.
#[derive(Debug, Clone)]
pub(super) struct Revised {
    pub(super) op: OpId,
    pub(super) finding: FindingId,
    /// The review that it answers.
    base_rev: u64,
    /// Whether its person has chosen between it and what the server has.
    settled: bool,
}

/// How revisions ended.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RevisionEnds {
    pub(super) saved: u64,
    /// The server has them.
    pub(super) applied: u64,
    /// They are kept beside what the server has, until their person chooses.
    pub(super) conflicts: u64,
    /// Their person has chosen, or has gone on from them to a later revision.
    pub(super) settled: u64,
    /// The server refused them, and the phone says why.
    pub(super) refused: u64,
    /// They wait for a record whose photo cannot be sent.
    pub(super) kept: u64,
}

impl SimPhone {
    /// Revises one of the findings that were sent back, if any; with a photo, where there is one.
    pub(super) fn revise(
        &mut self,
        which: usize,
        number: u128,
        photo: Option<Vec<u8>>,
    ) -> anyhow::Result<()> {
        let person = self.person();
        let store = self.store()?;
        let returned = store
            .findings(person, FindingQuery::Returned, 0, 1_000)?
            .0
            .into_iter()
            .filter(|row| row.send == SendState::Applied)
            .collect::<Vec<_>>();
        if returned.is_empty() {
            return Ok(());
        }
        let row = returned.get(which % returned.len()).context("a finding")?;
        let finding = row.record.id;
        let base_rev = row.review.as_ref().map_or(0, |review| review.rev);
        let point = store.begin_revision(person, finding)?;
        if let Some(photo) = photo {
            self.take(point, &photo)?;
        }
        let op = op_of(number);
        let position = PositionEvidence::Missing {
            why: PositionMissing::NoFix,
        };
        self.store()?.save_finding(SaveFinding {
            inspection: None,
            id: finding,
            op,
            person,
            point,
            standard: StandardId::from_uuid(Uuid::from_u128(1)),
            standard_version: 1,
            criterion: "cables-tidy".to_owned(),
            note: format!("第 {number} 次修改"),
            found_at: Clock::now(self.device.clock.as_ref()),
            position,
            standing: None,
        })?;
        self.revised.push(Revised {
            op,
            finding,
            base_rev,
            settled: false,
        });
        self.wake();
        Ok(())
    }

    /// Chooses at one of the conflicts, if there are any.
    pub(super) fn settle(&mut self, mine: bool, number: u128) -> anyhow::Result<()> {
        let person = self.person();
        let store = self.store()?;
        let (rows, _) = store.findings(person, FindingQuery::Unsent, 0, 1_000)?;
        let conflict = rows
            .into_iter()
            .find(|row| matches!(row.send, SendState::Conflict { .. }));
        let Some(row) = conflict else {
            return Ok(());
        };
        let finding = row.record.id;
        let conflict = op_in_conflict(self, finding)?.context("a conflict has an operation")?;
        let op = op_of(number);
        let at = Clock::now(self.device.clock.as_ref());
        let choice = if mine {
            Choice::Mine { op, at }
        } else {
            Choice::Theirs
        };
        let seen = row.review.as_ref().map_or(0, |review| review.rev);
        self.store()?
            .settle_conflict(person, finding, seen, choice)?;
        for revised in &mut self.revised {
            revised.settled |= revised.op == conflict;
        }
        if mine {
            self.revised.push(Revised {
                op,
                finding,
                base_rev: seen,
                settled: false,
            });
        }
        self.wake();
        Ok(())
    }

    fn person(&self) -> PersonId {
        self.device.session.person.id
    }

    pub(super) fn database(&self) -> anyhow::Result<Connection> {
        let db = Connection::open(self.device.folder.join("device.sqlite"))?;
        self.device.key.unlock(&db)?;
        Ok(db)
    }
}

fn op_of(number: u128) -> OpId {
    OpId::from_uuid(Uuid::from_u128(number | 1 << 65))
}

fn op_in_conflict(phone: &SimPhone, finding: FindingId) -> anyhow::Result<Option<OpId>> {
    let op: Option<String> = phone
        .database()?
        .query_row(
            "SELECT op FROM outbox WHERE entity = ?1 AND state = 'conflict'
             ORDER BY dev_seq DESC LIMIT 1",
            [finding.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(op.map(|op| op.parse()).transpose()?)
}

/// R8: each revision has one end, and none went over a decision that its author had not seen.
pub(super) fn look(
    phones: &[SimPhone],
    server: &Connection,
    restored: bool,
    wrong: &mut Vec<String>,
) -> anyhow::Result<RevisionEnds> {
    let mut ends = RevisionEnds::default();
    let applied: BTreeSet<Uuid> = server
        .prepare("SELECT op_id FROM op")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let broken: BTreeSet<FindingId> = phones
        .iter()
        .flat_map(|phone| &phone.saved)
        .filter(|saved| saved.broken)
        .map(|saved| saved.finding)
        .collect();
    let mut answered: BTreeSet<(FindingId, u64)> = BTreeSet::new();
    for phone in phones {
        let mut waiting = BTreeMap::new();
        let db = phone.database()?;
        let mut rows = db.prepare("SELECT op, state, stuck FROM outbox")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let (op, state): (String, String) = (row.get(0)?, row.get(1)?);
            let stuck: Option<String> = row.get(2)?;
            waiting.insert(op.parse::<OpId>()?, (state, stuck));
        }
        for (place, revised) in phone.revised.iter().enumerate() {
            let Revised { op, finding, .. } = revised;
            ends.saved += 1;
            answered.insert((*finding, revised.base_rev));
            let told = waiting.get(op);
            let state = told.map(|(state, _)| state.as_str());
            let reason = told.and_then(|(_, stuck)| stuck.as_deref());
            match state {
                Some("conflict") => ends.conflicts += 1,
                Some("rejected") if reason.is_some() => ends.refused += 1,
                Some(_) if broken.contains(finding) && reason.is_some() => ends.kept += 1,
                Some(state) => wrong.push(format!(
                    "R13: a revision of {finding} still waits: {state} {reason:?}"
                )),
                None if applied.contains(&op.uuid()) => ends.applied += 1,
                None if revised.settled => ends.settled += 1,
                // A later one of the same phone took its place.
                None if phone.revised.iter().skip(place + 1).any(|later| {
                    later.finding == *finding && applied.contains(&later.op.uuid())
                }) =>
                {
                    ends.settled += 1;
                }
                None => wrong.push(format!("R8: a revision of {finding} is gone")),
            }
        }
    }
    let mut rows = server.prepare("SELECT finding_id, until_rev, rev FROM earlier_finding")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let finding = FindingId::from_uuid(row.get(0)?);
        let (until, rev): (u64, u64) = (row.get(1)?, row.get(2)?);
        // Only a server that has lost decisions counts less than was seen of it.
        let follows = rev + 1 == until || restored;
        if !follows || !answered.contains(&(finding, until - 1)) {
            wrong.push(format!(
                "R8: a revision of {finding} went over what its author had not seen"
            ));
        }
    }
    let RevisionEnds {
        saved,
        applied,
        conflicts,
        settled,
        refused,
        kept,
    } = ends;
    if saved != applied + conflicts + settled + refused + kept {
        wrong.push("R8: the counts of revisions do not add up".to_owned());
    }
    Ok(ends)
}

/// R10: what a phone says of a finding, and shows, is what the server says and shows.
pub(super) fn look_at_words(
    store: &Store,
    person: PersonId,
    server: &BTreeMap<Uuid, String>,
    wrong: &mut Vec<String>,
) -> anyhow::Result<()> {
    for row in store.findings(person, FindingQuery::All, 0, 10_000)?.0 {
        let here = match &row.send {
            SendState::Applied => &row.record,
            SendState::Conflict { theirs } => theirs.as_ref(),
            SendState::Queued { .. } | SendState::Rejected { .. } => continue,
        };
        let photos = here.photos.iter();
        let photos: Vec<&str> = photos.map(|photo| photo.sha256.as_str()).collect();
        let here = &format!("{} {}", here.note, photos.join(" "));
        let id = row.record.id;
        if let Some(there) = server.get(&id.uuid())
            && there != here
        {
            wrong.push(format!(
                "R10: {id} says {here:?} here, {there:?} on the server"
            ));
        }
    }
    Ok(())
}
