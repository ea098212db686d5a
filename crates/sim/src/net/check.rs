//! Whether a world that came to rest is as promised.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::Context;
use rusqlite::Connection;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;
use xunfang_domain::{FindingId, Point};
use xunfang_evidence::digest;
use xunfang_protocol::FeedScope;
use xunfang_store::{FindingQuery, FindingRow, SendState};

use super::phone::SimPhone;
use super::revising;
use super::world::{CALM, Outcome, World};

/// What the server holds.
struct Server {
    /// How many rows there are of each finding.
    findings: BTreeMap<Uuid, u32>,
    /// How often each record was applied by an operation.
    ops: u32,
    photos: BTreeSet<String>,
    /// Number of each finding's review.
    reviews: BTreeMap<Uuid, u64>,
    /// What each finding says and shows.
    notes: BTreeMap<Uuid, String>,
    /// Records that a revision has taken the place of.
    earlier: usize,
    /// Last event of each scope.
    feeds: BTreeMap<String, u64>,
}

impl Server {
    fn read(world: &World<'_>) -> anyhow::Result<Self> {
        let db = Connection::open(world.server_folder().join("server.db"))?;
        let mut server = Self {
            findings: BTreeMap::new(),
            ops: db.query_row("SELECT count(*) FROM op", [], |row| row.get(0))?,
            photos: BTreeSet::new(),
            reviews: BTreeMap::new(),
            notes: BTreeMap::new(),
            earlier: db.query_row("SELECT count(*) FROM earlier_finding", [], |row| row.get(0))?,
            feeds: BTreeMap::new(),
        };
        let mut rows = db.prepare(
            "SELECT finding_id, review_rev, (body ->> 'note') || (
               SELECT group_concat(' ' || (value ->> 'sha256'), '')
               FROM json_each(body, '$.photos'))
             FROM finding",
        )?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let id: Uuid = row.get(0)?;
            *server.findings.entry(id).or_default() += 1;
            server.reviews.insert(id, row.get(1)?);
            server.notes.insert(id, row.get(2)?);
        }
        let mut rows = db.prepare("SELECT sha256 FROM blob")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            server.photos.insert(row.get(0)?);
        }
        let mut rows = db.prepare("SELECT scope, last_seq FROM feed_counter")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            server.feeds.insert(row.get(0)?, row.get(1)?);
        }
        Ok(server)
    }
}

fn rows(phone: &SimPhone) -> anyhow::Result<Vec<FindingRow>> {
    let person = phone.device.session.person.id;
    Ok(phone
        .store()?
        .findings(person, FindingQuery::All, 0, 10_000)?
        .0)
}

fn is_behind(phone: &SimPhone, server: &Server) -> anyhow::Result<bool> {
    let cursors = phone.store()?.cursors()?;
    let scopes = [
        FeedScope::District(phone.device.session.district.id).to_string(),
        FeedScope::Person(phone.device.session.person.id).to_string(),
    ];
    // A feed that nothing was written to has no row.
    let at = |cursors: &BTreeMap<String, u64>, scope| cursors.get(scope).copied().unwrap_or(0);
    Ok(scopes
        .iter()
        .any(|scope| at(&cursors, scope) != at(&server.feeds, scope)))
}

/// Whether nothing is left to do: each phone has exchanged since all is well, each record has its
/// end, and each phone has seen everything.
pub(super) fn is_quiet(world: &World<'_>, calm_since: Instant) -> anyhow::Result<bool> {
    let server = Server::read(world)?;
    for phone in &world.phones {
        if is_behind(phone, &server)? || !phone.has_exchanged_since(calm_since) {
            return Ok(false);
        }
        for row in rows(phone)? {
            let broken = phone
                .saved
                .iter()
                .any(|saved| saved.finding == row.record.id && saved.broken);
            if matches!(row.send, SendState::Queued { .. }) && !broken {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Lists what is not as promised.
pub(super) fn look(world: &World<'_>, outcome: &mut Outcome) -> anyhow::Result<()> {
    let server = Server::read(world)?;
    let mut wrong = std::mem::take(&mut outcome.wrong);
    if u128::from(outcome.calm_ms) >= CALM.as_millis() {
        wrong.push(format!("R13: not quiet after {} s", CALM.as_secs()));
    }
    let mut applied: BTreeSet<Uuid> = BTreeSet::new();
    for phone in &world.phones {
        let name = format!("phone {}", phone.device.number);
        if phone.signed_out() > 0 {
            wrong.push(format!("{name}: its session was ended"));
        }
        if phone.failures() > 0 {
            wrong.push(format!(
                "{name}: its storage refused {} times",
                phone.failures()
            ));
        }
        let rows: BTreeMap<FindingId, FindingRow> = rows(phone)?
            .into_iter()
            .map(|row| (row.record.id, row))
            .collect();
        let ends = look_at_saved(phone, &rows, &server, &mut applied, &mut wrong)?;
        outcome.applied += ends.applied;
        outcome.refused += ends.refused;
        outcome.kept += ends.kept;
        look_at_rows(phone, &rows, &server, &mut wrong)?;
        let person = phone.device.session.person.id;
        revising::look_at_words(phone.store()?, person, &server.notes, &mut wrong)?;
        if is_behind(phone, &server)? {
            wrong.push(format!("R10: {name} has not seen all events"));
        }
    }
    for (finding, count) in &server.findings {
        if *count != 1 || !applied.contains(finding) {
            wrong.push(format!("R5: the server has {finding} {count} times"));
        }
    }
    let records = server.findings.len() + server.earlier;
    if server.ops as usize != records {
        wrong.push(format!(
            "R5: {} operations were applied for {records} records",
            server.ops
        ));
    }
    let db = Connection::open(world.server_folder().join("server.db"))?;
    let restored = outcome.restores > 0;
    let revisions = revising::look(&world.phones, &db, restored, &mut wrong)?;
    outcome.saved += revisions.saved;
    outcome.applied += revisions.applied;
    outcome.conflicts += revisions.conflicts;
    outcome.settled += revisions.settled;
    outcome.refused += revisions.refused;
    outcome.kept += revisions.kept;
    look_at_files(world, &server, &mut wrong)?;
    look_at_points(world, &mut wrong)?;
    outcome.wrong = wrong;
    Ok(())
}

/// How a phone's findings ended.
#[derive(Debug, Default)]
struct Ends {
    applied: u64,
    refused: u64,
    kept: u64,
}

/// R5, R8, R11: each saved finding is there and has one end, which is the right one.
fn look_at_saved(
    phone: &SimPhone,
    rows: &BTreeMap<FindingId, FindingRow>,
    server: &Server,
    applied: &mut BTreeSet<Uuid>,
    wrong: &mut Vec<String>,
) -> anyhow::Result<Ends> {
    let mut ends = Ends::default();
    for saved in &phone.saved {
        let id = saved.finding;
        let Some(row) = rows.get(&id) else {
            wrong.push(format!("R11: finding {id} is gone from its phone"));
            continue;
        };
        let is_there = server.findings.contains_key(&id.uuid());
        let send = match &row.send {
            // The first record is there; what becomes of its revision is looked at by itself.
            SendState::Conflict { .. } => &SendState::Applied,
            _ if row.revises && is_there => &SendState::Applied,
            send => send,
        };
        match send {
            SendState::Conflict { .. } => {}
            SendState::Applied => {
                ends.applied += 1;
                if !is_there {
                    wrong.push(format!(
                        "R8: finding {id} counts as applied and is not there"
                    ));
                }
                if saved.refused {
                    wrong.push(format!("R8: finding {id} should have been refused"));
                }
                for photo in &saved.photos {
                    if !server.photos.contains(photo.as_str()) {
                        wrong.push(format!("R6: photo {photo} of {id} is not there"));
                    }
                }
            }
            SendState::Rejected { code } => {
                ends.refused += 1;
                if !saved.refused || code.is_empty() {
                    wrong.push(format!("R8: finding {id} was refused: {code}"));
                }
            }
            SendState::Queued { stuck, .. } => {
                ends.kept += 1;
                if !saved.broken || stuck.is_none() {
                    wrong.push(format!("R13: finding {id} still waits: {stuck:?}"));
                }
            }
        }
        if is_there {
            applied.insert(id.uuid());
        }
    }
    if ends.applied + ends.refused + ends.kept != phone.saved.len() as u64 {
        wrong.push(format!(
            "R8: the counts of phone {} do not add up",
            phone.device.number
        ));
    }
    Ok(ends)
}

/// R10: every finding of the person is on each of their phones, with the review as it stands.
fn look_at_rows(
    phone: &SimPhone,
    rows: &BTreeMap<FindingId, FindingRow>,
    server: &Server,
    wrong: &mut Vec<String>,
) -> anyhow::Result<()> {
    for (finding, rev) in &server.reviews {
        let Some(row) = rows.get(&FindingId::from_uuid(*finding)) else {
            continue;
        };
        let seen = row.review.as_ref().map_or(0, |review| review.rev);
        if seen != *rev {
            wrong.push(format!(
                "R10: phone {} has review {seen} of {finding}, the server {rev}",
                phone.device.number
            ));
        }
    }
    Ok(())
}

/// R6: each photo is stored once and whole.
fn look_at_files(
    world: &World<'_>,
    server: &Server,
    wrong: &mut Vec<String>,
) -> anyhow::Result<()> {
    let mut found = BTreeSet::new();
    let mut folders = vec![world.server_folder().join("blobs")];
    while let Some(folder) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .file_name()
                .context("a name")?
                .to_string_lossy()
                .into_owned();
            if digest(&fs::read(&path)?).as_str() != name || !found.insert(name) {
                wrong.push(format!("R6: {} is not whole, or not alone", path.display()));
            }
        }
    }
    for photo in &server.photos {
        if !found.contains(photo) {
            wrong.push(format!("R6: photo {photo} has a row and no file"));
        }
    }
    Ok(())
}

/// R10: every phone has the points and standards of its district, as they are on the server.
fn look_at_points(world: &World<'_>, wrong: &mut Vec<String>) -> anyhow::Result<()> {
    let db = Connection::open(world.server_folder().join("server.db"))?;
    for phone in &world.phones {
        let district = phone.device.session.district.id;
        let bodies: Vec<String> = db
            .prepare("SELECT body FROM point WHERE district_id = ?1")?
            .query_map([district.uuid().as_bytes().as_slice()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let on_server: BTreeSet<String> = bodies
            .iter()
            .map(|body| {
                let point: Point = serde_json::from_str(body)?;
                let (lat, lng, retired) = (point.place.lat(), point.place.lng(), point.retired);
                Ok(json!([point.id, point.name, lat, lng, i32::from(retired)]).to_string())
            })
            .collect::<serde_json::Result<_>>()?;
        let here = Connection::open(phone.device.folder.join("device.sqlite"))?;
        phone.device.key.unlock(&here)?;
        let on_phone: BTreeSet<String> = here
            .prepare("SELECT id, name, lat, lng, retired FROM point WHERE district = ?1")?
            .query_map([district.to_string()], |row| {
                let (id, name): (String, String) = (row.get(0)?, row.get(1)?);
                let (lat, lng): (f64, f64) = (row.get(2)?, row.get(3)?);
                Ok(json!([id, name, lat, lng, row.get::<_, i32>(4)?]).to_string())
            })?
            .collect::<Result<_, _>>()?;
        let number = phone.device.number;
        if on_phone != on_server {
            let apart = on_phone.symmetric_difference(&on_server).count();
            wrong.push(format!(
                "R10: phone {number} and the server differ in {apart} points"
            ));
        }
        let standards: usize =
            here.query_row("SELECT count(*) FROM standard", [], |row| row.get(0))?;
        if standards == 0 {
            wrong.push(format!("R10: phone {number} has no standard"));
        }
    }
    Ok(())
}
