//! Phones of every released schema, and the power going while they are upgraded (R12).
//!
//! The databases are frozen as the apps of their time left them. Their photos have contents that can
//! be written again, so that the files need not be kept.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use rusqlite::Connection;
use xunfang_domain::UnixMillis;
use xunfang_evidence::digest;
use xunfang_store::{StorageKey, Store};
use xunfang_vault::Secret;

use crate::judge::Acknowledged;
use crate::record::{read_folder, record};
use crate::replay::Recording;

macro_rules! frozen {
    ($($schema:literal),*) => {
        [$(include_str!(concat!("../../../migrations/device/frozen/", $schema, ".sql"))),*]
    };
}

/// The database of each released schema, from the first on, as SQL.
pub const FROZEN: [&str; 12] = frozen!(
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012"
);
/// The first schema whose database and photos are sealed.
const SEALED_SINCE: usize = 8;
/// More files than any of them has.
const FILES_MAX: u32 = 1_000;

/// What the storage of a frozen phone is sealed with.
pub fn key() -> StorageKey {
    StorageKey::new(&Secret::from_bytes([12; 32]))
}

/// Opens the storage in a folder as the app does after an update, which upgrades it.
///
/// # Errors
/// Where the storage refuses, or sets its database aside.
pub fn upgrade(folder: &Path) -> anyhow::Result<()> {
    let opened = Store::open(folder, &key(), UnixMillis::new(0))?;
    ensure!(opened.set_aside.is_none(), "the database was set aside");
    Ok(opened.store.seal_photos()?)
}

/// Lays out the phone of a schema, counted from 1, and says what its person has been told is saved.
///
/// # Errors
/// Where there is no such schema, or the folder cannot be written.
pub fn lay_out(schema: usize, folder: &Path) -> anyhow::Result<Acknowledged> {
    let frozen = FROZEN
        .get(schema.wrapping_sub(1))
        .context("no such schema")?;
    let sealed = schema >= SEALED_SINCE;
    let db = Connection::open(folder.join("device.sqlite"))?;
    if sealed {
        key().unlock(&db)?;
    }
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "foreign_keys", "off")?;
    db.execute_batch(frozen)?;
    write_files(&db, folder, sealed)?;
    acknowledged(&db)
}

fn has(db: &Connection, table: &str) -> rusqlite::Result<bool> {
    db.prepare("SELECT 1 FROM sqlite_master WHERE name = ?1")?
        .exists([table])
}

fn texts(db: &Connection, query: &str) -> rusqlite::Result<Vec<String>> {
    let mut query = db.prepare(query)?;
    let rows = query.query_map([], |row| row.get(0))?;
    rows.collect()
}

/// Writes the files that the rows name.
fn write_files(db: &Connection, folder: &Path, sealed: bool) -> anyhow::Result<()> {
    let mut kinds = vec![("photos", "photo")];
    if has(db, "photo_copy")? {
        kinds.push(("copies", "photo_copy"));
    }
    for (place, table) in kinds {
        fs::create_dir_all(folder.join(place))?;
        for name in texts(db, &format!("SELECT DISTINCT sha256 FROM {table}"))? {
            let mut contents = (1..FILES_MAX).map(|number| format!("frozen file {number}"));
            let content = contents.find(|content| digest(content.as_bytes()).as_str() == name);
            let content = content.with_context(|| format!("no content is {name}"))?;
            let path = folder
                .join(place)
                .join(name.get(..2).unwrap_or_default())
                .join(&name);
            fs::create_dir_all(path.parent().context("a folder")?)?;
            let bytes = if sealed {
                key().files().seal(&name, content.as_bytes())?
            } else {
                content.into_bytes()
            };
            fs::write(path, bytes)?;
        }
    }
    Ok(())
}

/// What the app of that time had said to be saved.
fn acknowledged(db: &Connection) -> anyhow::Result<Acknowledged> {
    let mut queries = vec![
        "SELECT 'finding ' || f.id || ' ' || (
           SELECT group_concat(sha256, ' ') FROM (
             SELECT sha256 FROM finding_photo WHERE finding = f.id ORDER BY place))
         FROM finding f WHERE f.id IN (SELECT finding FROM finding_photo)",
        "SELECT 'photo ' || sha256 FROM draft_photo",
        "SELECT 'typed ' || point || ' ' || note FROM draft WHERE note <> ''",
    ];
    if has(db, "inspection")? {
        queries.push(
            "SELECT 'answer ' || inspection || ' ' || criterion FROM answer
             WHERE value IS NOT NULL",
        );
        queries.push("SELECT 'photo ' || sha256 FROM answer_photo");
        queries.push(
            "SELECT 'submitted ' || id FROM inspection WHERE submitted_at IS NOT NULL
               AND (applied OR id IN (SELECT entity FROM outbox))",
        );
    }
    if has(db, "annotation")? {
        queries.push(
            "SELECT 'drawn ' || e.original || ' ' || c.sha256 FROM annotation n
             JOIN evidence e ON e.seq = n.evidence
             JOIN photo_copy c ON c.evidence = n.evidence AND c.kind = 'annotated'",
        );
    }
    if has(db, "op_record")? {
        queries.push(
            "SELECT 'revised ' || finding || ' ' || (record ->> 'note') FROM op_record
             WHERE base_rev IS NOT NULL",
        );
    }
    let mut told = Acknowledged::default();
    for query in queries {
        for line in texts(db, query)? {
            told.hear(&line)?;
        }
    }
    Ok(told)
}

/// Upgrades the phone of a schema and writes down what that does to its disk.
///
/// # Errors
/// Where it cannot be laid out, recorded or upgraded.
pub fn record_upgrade(schema: usize, program: &Path) -> anyhow::Result<Recording> {
    let place = crate::memory_folder()?;
    let folder = place.path().canonicalize()?.join("phone");
    fs::create_dir(&folder)?;
    let told = lay_out(schema, &folder)?;
    let before = read_folder(&folder)?;
    let data = folder.to_string_lossy();
    let recorded = record(&folder, program, &["upgrade-here", "--data", &*data], None)?;
    Ok(Recording {
        key: key(),
        told,
        before,
        steps: recorded.steps,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::judge;

    #[test]
    fn a_phone_of_every_released_schema_is_whole_after_its_upgrade() {
        for schema in 1..=FROZEN.len() {
            let place = crate::memory_folder().unwrap();
            let told = lay_out(schema, place.path()).unwrap();
            assert_ne!(told, Acknowledged::default());
            upgrade(place.path()).unwrap();
            let wrong = judge(place.path(), &key(), &told).unwrap();
            assert_eq!(wrong, Vec::<String>::new(), "schema {schema}");
            // Once more, as at every start.
            upgrade(place.path()).unwrap();
        }
    }

    #[test]
    fn the_newest_schema_is_frozen_as_well() {
        let place = crate::memory_folder().unwrap();
        let store = Store::open(place.path(), &key(), UnixMillis::new(0)).unwrap();
        let newest = store.store.schema().unwrap();
        assert_eq!(newest as usize, FROZEN.len(), "freeze the newest schema");
    }
}
