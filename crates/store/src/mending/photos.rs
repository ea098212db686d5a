//! Rows of photos and what the device signed of them, made anew from what names them.

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use xunfang_domain::Sha256Hex;

use super::{has, has_inspections, has_receipts, has_revisions};
use crate::photo_files::PhotoPlaces;

/// Makes rows of photos anew, and the records and copies that belong to them.
pub(super) fn restore(new: &Connection, places: &PhotoPlaces) -> rusqlite::Result<()> {
    restore_shown(new, places)?;
    if has(new, "evidence")? {
        restore_evidence(new)?;
        restore_originals_of_evidence(new, places)?;
        restore_copies(new, places)?;
    }
    Ok(())
}

/// Photos of everything that is or was submitted, as `finding`, which is null for those of
/// inspections, and `photo`, a domain `PhotoRef`.
fn submitted(new: &Connection) -> rusqlite::Result<String> {
    let mut lists = vec!["SELECT id AS finding, record FROM finding"];
    if has_revisions(new)? {
        lists.push("SELECT finding, record FROM op_record");
    }
    if has_inspections(new)? {
        lists.push(
            "SELECT NULL, a.value FROM inspection i, json_each(i.record, '$.answers') a
             WHERE i.record IS NOT NULL",
        );
    }
    Ok(format!(
        "SELECT r.finding, p.value AS photo
         FROM ({}) r, json_each(r.record, '$.photos') p",
        lists.join(" UNION ALL ")
    ))
}

/// Makes rows of photos anew that records name and whose files are here; photos that another phone
/// took are not.
fn restore_shown(new: &Connection, places: &PhotoPlaces) -> rusqlite::Result<()> {
    let mut shown = new.prepare(&format!(
        "SELECT finding, photo ->> 'sha256' AS sha256, photo FROM ({})",
        submitted(new)?
    ))?;
    let mut restore = new.prepare(
        "INSERT OR IGNORE INTO photo
           (sha256, bytes, media_type, width, height, shown_width, shown_height)
         VALUES (?1 ->> 'sha256', ?1 ->> 'bytes', ?1 ->> 'media_type', ?1 ->> 'width',
                 ?1 ->> 'height', ?1 ->> 'width', ?1 ->> 'height')",
    )?;
    let mut link = new.prepare(
        "INSERT INTO finding_photo (finding, place, sha256)
         SELECT ?1, (SELECT coalesce(max(place), 0) + 1 FROM finding_photo WHERE finding = ?1), ?2
         WHERE EXISTS (SELECT 1 FROM photo WHERE sha256 = ?2)
           AND NOT EXISTS (SELECT 1 FROM finding_photo WHERE finding = ?1 AND sha256 = ?2)",
    )?;
    let mut rows = shown.query([])?;
    while let Some(row) = rows.next()? {
        let (finding, photo): (Option<String>, String) = (row.get("finding")?, row.get("photo")?);
        let sha256: String = row.get("sha256")?;
        if is_here(places, &sha256) {
            restore.execute([&photo])?;
        }
        if let Some(finding) = finding {
            link.execute([&finding, &sha256])?;
        }
    }
    Ok(())
}

/// Takes this device's records out of what was submitted with them. Without them the next photo
/// would get a number that is given, and both would look forged.
fn restore_evidence(new: &Connection) -> rusqlite::Result<()> {
    let mut sealed = new.prepare(&format!(
        "WITH signed AS (
           SELECT DISTINCT photo ->> '$.evidence.text' AS text, photo ->> '$.evidence.key' AS key,
                           photo ->> '$.evidence.signature' AS signature
           FROM ({}))
         SELECT text, key, signature FROM signed
         WHERE CASE WHEN json_valid(text) THEN text ->> 'device' END
               = (SELECT device FROM installation)",
        submitted(new)?
    ))?;
    let mut restore = new.prepare(
        "INSERT OR IGNORE INTO evidence (seq, original, text, digest, key, signature)
         VALUES (?1 ->> 'seq', ?1 ->> '$.original.sha256', ?1, ?2, ?3, ?4)",
    )?;
    let mut rows = sealed.query([])?;
    while let Some(row) = rows.next()? {
        let (text, key): (String, String) = (row.get("text")?, row.get("key")?);
        let signature: String = row.get("signature")?;
        let digest = format!("{:x}", Sha256::digest(text.as_bytes()));
        restore.execute([text, digest, key, signature])?;
    }
    Ok(())
}

/// Makes rows of photos anew that only the device's own records name. Those must stay: the next
/// record continues their chain. An original that is not here was let go.
fn restore_originals_of_evidence(new: &Connection, places: &PhotoPlaces) -> rusqlite::Result<()> {
    let mut lost = new.prepare(
        "SELECT DISTINCT original, text ->> '$.original.bytes' AS bytes FROM evidence
         WHERE original NOT IN (SELECT sha256 FROM photo)",
    )?;
    // The records do not tell how large the picture is, and nothing is laid out by it.
    let mut restore = new.prepare(
        "INSERT INTO photo
           (sha256, bytes, media_type, width, height, shown_width, shown_height)
         VALUES (?1, ?2, 'image/jpeg', 1, 1, 1, 1)",
    )?;
    let lets_go = has_receipts(new)?;
    let mut rows = lost.query([])?;
    while let Some(row) = rows.next()? {
        let (original, bytes): (String, i64) = (row.get("original")?, row.get("bytes")?);
        restore.execute(params![original, bytes])?;
        if lets_go && !is_here(places, &original) {
            new.execute(
                "UPDATE photo SET freed = 1, stored_at = 0, receipt_at = 0 WHERE sha256 = ?1",
                [original],
            )?;
        }
    }
    Ok(())
}

/// Makes rows of copies anew that records name and whose files are here. The server is asked what
/// it has of them.
fn restore_copies(new: &Connection, places: &PhotoPlaces) -> rusqlite::Result<()> {
    let mut named = "SELECT e.seq, k.value AS kind, e.original,
                            e.text -> ('$.copies.' || k.value) AS copy
                     FROM evidence e, json_each('[\"working\", \"marked\", \"thumb\"]') k"
        .to_owned();
    if has(new, "annotation")? {
        named.push_str(
            " UNION ALL
              SELECT e.seq, 'annotated', e.original, (a.sealed ->> 'text') -> '$.copy'
              FROM annotation a JOIN evidence e ON e.seq = a.evidence",
        );
    }
    let mut lost = new.prepare(&format!(
        "SELECT seq, kind, original, copy ->> 'sha256' AS sha256, copy ->> 'bytes' AS bytes
         FROM ({named}) n
         WHERE copy ->> 'sha256' IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM photo_copy c
                           WHERE c.evidence = n.seq AND c.kind = n.kind)"
    ))?;
    let mut restore = new.prepare(
        "INSERT INTO photo_copy (evidence, kind, sha256, bytes) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let mut rows = lost.query([])?;
    while let Some(row) = rows.next()? {
        let (original, sha256): (String, String) = (row.get("original")?, row.get("sha256")?);
        let path = match (original.parse(), sha256.parse()) {
            (Ok(original), Ok(copy)) => places.copy(&original, &copy),
            _ => continue,
        };
        if path.exists() {
            let (seq, kind): (i64, String) = (row.get("seq")?, row.get("kind")?);
            let bytes: i64 = row.get("bytes")?;
            restore.execute(params![seq, kind, sha256, bytes])?;
        }
    }
    Ok(())
}

/// Has originals follow that still wait for their turn: the server has taken records that show them,
/// and nothing but their own rows says whose they are.
pub(super) fn mend_turns(new: &Connection) -> rusqlite::Result<()> {
    new.execute(
        "UPDATE photo SET due = taken.person
         FROM (SELECT f.person, p.value ->> 'sha256' AS sha256
               FROM finding f, json_each(f.record, '$.photos') p WHERE f.applied
               UNION
               SELECT i.person, ap.sha256
               FROM answer_photo ap JOIN inspection i ON i.id = ap.inspection
               WHERE i.applied) taken
         WHERE taken.sha256 = photo.sha256 AND photo.stored_at IS NULL AND photo.due IS NULL",
        [],
    )?;
    Ok(())
}

fn is_here(places: &PhotoPlaces, original: &str) -> bool {
    let is_file = |sha256: Sha256Hex| places.original(&sha256).exists();
    original.parse().is_ok_and(is_file)
}
