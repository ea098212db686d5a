//! Whether what is left after a cut keeps the promises.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context;
use rusqlite::Connection;
use xunfang_domain::UnixMillis;
use xunfang_evidence::{chain_start, digest};
use xunfang_store::{StorageKey, Store};
use xunfang_vault::UnsealError;

/// What the phone had told its person by the time of the cut.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acknowledged {
    photos: BTreeSet<String>,
    findings: BTreeSet<(String, Vec<String>)>,
    answers: BTreeSet<(String, String)>,
    submitted: BTreeSet<String>,
    /// Findings and what their revisions say.
    revised: BTreeSet<(String, String)>,
    /// By point, the note of its draft.
    notes: BTreeMap<String, String>,
    /// By photo, the copy that was drawn on.
    drawings: BTreeMap<String, String>,
    /// The point for which the camera was opened.
    camera: Option<String>,
}

impl Acknowledged {
    /// Takes in a line that the scene said.
    ///
    /// # Errors
    /// Where the line is not one of the scene's.
    pub fn hear(&mut self, line: &str) -> anyhow::Result<()> {
        let mut words = line.split(' ').map(str::to_owned);
        let kind = words.next().unwrap_or_default();
        let mut next = || words.next().context("a line that ends too soon");
        match kind.as_str() {
            "photo" => {
                self.photos.insert(next()?);
            }
            // From here on it may be there or not.
            "taking-back" => {
                self.photos.remove(&next()?);
            }
            "finding" => {
                let id = next()?;
                self.findings.insert((id, words.collect()));
            }
            // From here on it is the last drawing or the next.
            "drawing" => {
                self.drawings.remove(&next()?);
            }
            "drawn" => {
                self.drawings.insert(next()?, next()?);
            }
            "camera" => self.camera = Some(next()?),
            // From here on the photo may be there, and nothing is waited for.
            "shutter" => self.camera = None,
            "answer" => {
                self.answers.insert((next()?, next()?));
            }
            "submitted" => {
                self.submitted.insert(next()?);
            }
            "revised" => {
                self.revised.insert((next()?, next()?));
            }
            // From here on it may be gone, with its answers.
            "discarding" => {
                let id = next()?;
                self.answers.retain(|(inspection, _)| *inspection != id);
            }
            // From here on it is the last note or the next.
            "typing" => {
                self.notes.remove(&next()?);
            }
            "typed" => {
                self.notes.insert(next()?, next()?);
            }
            other => anyhow::bail!("the scene says {other}"),
        }
        Ok(())
    }
}

/// Opens the store in `folder`, as the app does after a cut, and lists what is not as promised.
/// Empty: all is well.
///
/// # Errors
/// Where the state could not be looked at; that is no verdict.
pub fn judge(folder: &Path, key: &StorageKey, told: &Acknowledged) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    match Store::open(folder, key, UnixMillis::new(0)) {
        Ok(opened) => {
            if let Some(aside) = opened.set_aside {
                wrong.push(format!("the database was set aside: {}", aside.reason));
            }
        }
        Err(error) => {
            wrong.push(format!("the store does not open: {error}"));
            return Ok(wrong);
        }
    }
    let db = Connection::open(folder.join("device.sqlite"))?;
    key.unlock(&db)?;
    let integrity: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if integrity != "ok" {
        wrong.push(format!("the database is damaged: {integrity}"));
    }
    // An app that was upgraded seals its photos little by little.
    let plain_too: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM installation WHERE NOT photos_sealed)",
        [],
        |row| row.get(0),
    )?;
    let whole = look_at_files(folder, key, plain_too, &mut wrong)?;
    look_at_rows(&db, &whole, &mut wrong)?;
    look_at_chain(&db, &mut wrong)?;
    look_at_promises(&db, told, &mut wrong)?;
    Ok(wrong)
}

/// Lists the photo files; each that has its name must be whole.
fn look_at_files(
    folder: &Path,
    key: &StorageKey,
    plain_too: bool,
    wrong: &mut Vec<String>,
) -> anyhow::Result<BTreeSet<String>> {
    let mut whole = BTreeSet::new();
    for kind in ["photos", "copies"] {
        // A folder of an old app may lack one of them.
        if !folder.join(kind).is_dir() {
            continue;
        }
        for digits in fs::read_dir(folder.join(kind))? {
            for file in fs::read_dir(digits?.path())? {
                let path = file?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let opened = key.files().open(&name, &path);
                let read = match opened.and_then(|mut file| file.read_all()) {
                    Err(UnsealError::NotSealed) if plain_too => Ok(fs::read(&path)?),
                    read => read,
                };
                if read.is_ok_and(|bytes| digest(&bytes).as_str() == name) {
                    whole.insert(format!("{kind} {name}"));
                } else {
                    wrong.push(format!("{} is not what its name says", path.display()));
                }
            }
        }
    }
    Ok(whole)
}

fn texts(db: &Connection, query: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut query = db.prepare_cached(query)?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every row of a photo has its file, and every record its outbox entry.
fn look_at_rows(
    db: &Connection,
    whole: &BTreeSet<String>,
    wrong: &mut Vec<String>,
) -> anyhow::Result<()> {
    let named = texts(
        db,
        "SELECT 'photos ' || sha256 FROM photo UNION SELECT 'copies ' || sha256 FROM photo_copy",
    )?;
    wrong.extend(
        named
            .difference(whole)
            .map(|name| format!("no file: {name}")),
    );
    let half = texts(
        db,
        "SELECT 'finding ' || id FROM finding
           WHERE applied = 0 AND id NOT IN (SELECT entity FROM outbox)
         UNION SELECT 'inspection ' || id FROM inspection
           WHERE submitted_at IS NOT NULL AND applied = 0
             AND id NOT IN (SELECT entity FROM outbox)
         UNION SELECT 'outbox ' || entity FROM outbox
           WHERE kind LIKE 'finding.%' AND entity NOT IN (SELECT id FROM finding)
         UNION SELECT 'revision ' || op FROM outbox
           WHERE kind = 'finding.revised' AND op NOT IN (SELECT op FROM op_record)
         UNION SELECT 'record of ' || op FROM op_record
           WHERE op NOT IN (SELECT op FROM outbox UNION SELECT op FROM acknowledged)
         UNION SELECT 'photos of finding ' || id FROM finding
           WHERE applied = 0 AND id NOT IN (SELECT finding FROM finding_photo)",
    )?;
    wrong.extend(half.iter().map(|what| format!("half done: {what}")));
    let loose: i64 = db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
        row.get(0)
    })?;
    if loose > 0 {
        wrong.push(format!("{loose} rows point nowhere"));
    }
    Ok(())
}

/// The records follow each other without a gap, each naming the one before.
fn look_at_chain(db: &Connection, wrong: &mut Vec<String>) -> anyhow::Result<()> {
    let mut records = db.prepare_cached("SELECT seq, text FROM evidence ORDER BY seq")?;
    let mut rows = records.query([])?;
    let (mut expected, mut before) = (1_i64, chain_start());
    while let Some(row) = rows.next()? {
        let (seq, text): (i64, String) = (row.get(0)?, row.get(1)?);
        let record: xunfang_domain::PhotoEvidence = serde_json::from_str(&text)?;
        if seq != expected || record.prev != before {
            wrong.push(format!("record {seq} does not follow"));
        }
        (expected, before) = (seq + 1, digest(text.as_bytes()));
    }
    Ok(())
}

/// What was acknowledged is there.
fn look_at_promises(
    db: &Connection,
    told: &Acknowledged,
    wrong: &mut Vec<String>,
) -> anyhow::Result<()> {
    let photos = texts(
        db,
        "SELECT sha256 FROM draft_photo UNION SELECT sha256 FROM finding_photo
         UNION SELECT sha256 FROM answer_photo",
    )?;
    wrong.extend(
        told.photos
            .difference(&photos)
            .map(|photo| format!("lost: photo {photo}")),
    );
    let mut of_finding =
        db.prepare_cached("SELECT sha256 FROM finding_photo WHERE finding = ?1 ORDER BY place")?;
    for (id, expected) in &told.findings {
        let rows = of_finding.query_map([id], |row| row.get(0))?;
        let found: Vec<String> = rows.collect::<Result<_, _>>()?;
        if found != *expected {
            wrong.push(format!(
                "lost: finding {id} with its photos, there: {found:?}"
            ));
        }
    }
    let answers = texts(
        db,
        "SELECT inspection || ' ' || criterion FROM answer WHERE value IS NOT NULL
         UNION SELECT i.id || ' ' || json_extract(a.value, '$.criterion')
           FROM inspection i, json_each(i.record, '$.answers') a",
    )?;
    for (inspection, criterion) in &told.answers {
        if !answers.contains(&format!("{inspection} {criterion}")) {
            wrong.push(format!("lost: answer {criterion}"));
        }
    }
    let submitted = texts(
        db,
        "SELECT id FROM inspection WHERE submitted_at IS NOT NULL
           AND (applied OR id IN (SELECT entity FROM outbox))",
    )?;
    for inspection in told.submitted.difference(&submitted) {
        wrong.push(format!("lost: inspection {inspection}"));
    }
    let revised = texts(
        db,
        "SELECT finding || ' ' || (record ->> 'note') FROM op_record WHERE base_rev IS NOT NULL",
    )?;
    for (finding, note) in &told.revised {
        if !revised.contains(&format!("{finding} {note}")) {
            wrong.push(format!("lost: a revision of {finding}"));
        }
    }
    let notes = texts(db, "SELECT point || ' ' || note FROM draft")?;
    for (point, note) in &told.notes {
        if !notes.contains(&format!("{point} {note}")) {
            wrong.push(format!("lost: what was typed at {point}"));
        }
    }
    let drawings = texts(
        db,
        "SELECT e.original || ' ' || c.sha256 FROM annotation n
         JOIN evidence e ON e.seq = n.evidence
         JOIN photo_copy c ON c.evidence = n.evidence AND c.kind = 'annotated'",
    )?;
    for (photo, copy) in &told.drawings {
        if !drawings.contains(&format!("{photo} {copy}")) {
            wrong.push(format!("lost: drawing {copy} on {photo}"));
        }
    }
    let expected = texts(db, "SELECT point FROM capture")?;
    if let Some(point) = &told.camera
        && !expected.contains(point)
    {
        wrong.push(format!("lost: the camera was opened for {point}"));
    }
    Ok(())
}
