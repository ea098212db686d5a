//! Makes what was recovered of a damaged database fit again.
//!
//! Rows come back each by itself. A record may be there without its finding, a finding without its
//! place in the queue, a photo's file without its row: what was said in two places is made whole
//! from the one that is left.

mod photos;

use rusqlite::Connection;

use crate::photo_files::PhotoPlaces;

/// Mends the new database, of `schema`, whose photos lie in `places` and whose operations were
/// numbered up to `last`.
pub(crate) fn mend(
    new: &Connection,
    schema: u32,
    places: &PhotoPlaces,
    last: i64,
) -> rusqlite::Result<()> {
    if has_revisions(new)? {
        restore_findings(new)?;
    }
    photos::restore(new, places)?;
    forget_loose_ends(new)?;
    go_on_counting(new, last)?;
    mend_queue(new, schema)?;
    if schema >= 5 {
        photos::mend_turns(new)?;
    }
    Ok(())
}

/// Makes findings anew of which only what was sent is left.
fn restore_findings(new: &Connection) -> rusqlite::Result<()> {
    new.execute(
        "INSERT OR IGNORE INTO finding
           (id, person, point, criterion, found_at, record, applied, review_state, inspection)
         SELECT r.finding, sent.person, r.record ->> 'point', r.record ->> 'criterion',
                r.record ->> 'found_at', r.record,
                NOT EXISTS (SELECT 1 FROM outbox w
                            WHERE w.entity = r.finding AND w.kind = 'finding.submitted'),
                'pending', r.record ->> 'inspection'
         FROM op_record r
         JOIN (SELECT entity, person FROM outbox
               UNION ALL SELECT entity, person FROM acknowledged) sent
           ON sent.entity = r.finding
         ORDER BY r.base_rev",
        [],
    )?;
    // What revises a finding that is gone is one by itself.
    new.execute(
        "UPDATE draft SET base_rev = NULL, finding = NULL
         WHERE base_rev IS NOT NULL AND finding NOT IN (SELECT id FROM finding)",
        [],
    )?;
    Ok(())
}

/// Schemas before the ninth let nothing go.
fn has_receipts(new: &Connection) -> rusqlite::Result<bool> {
    has(new, "acknowledged")
}

/// Schemas before the third have none.
fn has_inspections(new: &Connection) -> rusqlite::Result<bool> {
    has(new, "inspection")
}

/// Schemas before the twelfth have none.
fn has_revisions(new: &Connection) -> rusqlite::Result<bool> {
    has(new, "op_record")
}

fn has(new: &Connection, table: &str) -> rusqlite::Result<bool> {
    new.query_row(
        "SELECT EXISTS (SELECT 1 FROM pragma_table_list WHERE name = ?1)",
        [table],
        |row| row.get(0),
    )
}

/// Makes records and queue fit again: what has no record cannot be sent, and a record that the
/// server has not acknowledged has to be.
fn mend_queue(new: &Connection, schema: u32) -> rusqlite::Result<()> {
    let mut records = vec![("finding", "finding.submitted", "found_at")];
    if has_inspections(new)? {
        records.push(("inspection", "inspection.submitted", "submitted_at"));
    }
    let known: Vec<String> = records
        .iter()
        .map(|(table, ..)| format!("SELECT id FROM {table} WHERE record IS NOT NULL"))
        .collect();
    let known = known.join(" UNION ALL ");
    new.execute(
        &format!("DELETE FROM outbox WHERE entity NOT IN ({known})"),
        [],
    )?;
    if has_revisions(new)? {
        // A revision is sent as it was written or not at all.
        new.execute(
            "DELETE FROM outbox
             WHERE kind = 'finding.revised' AND op NOT IN (SELECT op FROM op_record)",
            [],
        )?;
    }
    // The first schema copied the record into the queue.
    let (column, body) = if schema == 1 {
        (", body", ", record")
    } else {
        ("", "")
    };
    for (table, kind, made) in records {
        // Where the operation's own id is gone the record's is as good a name for it.
        let op = if table == "finding" && has_revisions(new)? {
            "coalesce((SELECT r.op FROM op_record r
                       WHERE r.finding = finding.id AND r.base_rev IS NULL LIMIT 1), id)"
        } else {
            "id"
        };
        new.execute(
            &format!(
                "INSERT INTO outbox (op, person, kind, entity, made_at, state, attempts, retry_at
                                     {column})
                 SELECT {op}, person, '{kind}', id, {made}, 'queued', 0, 0 {body}
                 FROM {table}
                 WHERE NOT applied AND record IS NOT NULL
                   AND id NOT IN (SELECT entity FROM outbox WHERE kind = '{kind}')"
            ),
            [],
        )?;
    }
    if has_revisions(new)? {
        // And once it was written it is sent, after what it revises.
        new.execute(
            "INSERT INTO outbox (op, person, kind, entity, made_at, state, attempts, retry_at)
             SELECT r.op, f.person, 'finding.revised', f.id, f.found_at, 'queued', 0, 0
             FROM op_record r JOIN finding f ON f.id = r.finding
             WHERE r.base_rev IS NOT NULL
               AND r.op NOT IN (SELECT op FROM outbox UNION ALL SELECT op FROM acknowledged)
             ORDER BY r.base_rev",
            [],
        )?;
    }
    Ok(())
}

/// Numbers of operations go on where they were: the server knows those that were given.
fn go_on_counting(new: &Connection, last: i64) -> rusqlite::Result<()> {
    let mut known = vec!["SELECT max(dev_seq) AS number FROM outbox"];
    if has_receipts(new)? {
        // An older page of the queue may have come back: what is in both is sent once more.
        new.execute(
            "DELETE FROM acknowledged
             WHERE op IN (SELECT op FROM outbox) OR dev_seq IN (SELECT dev_seq FROM outbox)",
            [],
        )?;
        known.push("SELECT max(dev_seq) FROM acknowledged");
    }
    new.execute("DELETE FROM sqlite_sequence WHERE name = 'outbox'", [])?;
    new.execute(
        &format!(
            "INSERT INTO sqlite_sequence (name, seq)
             SELECT 'outbox', coalesce(max(number), 0)
             FROM (SELECT ?1 AS number UNION ALL {})",
            known.join(" UNION ALL ")
        ),
        [last],
    )?;
    Ok(())
}

/// Leaves out rows that depend on others which did not come.
fn forget_loose_ends(new: &Connection) -> rusqlite::Result<()> {
    // Each round may leave others without what they depend on.
    for _ in 0..10 {
        let loose: Vec<(String, Option<i64>)> = new
            .prepare("SELECT \"table\", rowid FROM pragma_foreign_key_check")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        if loose.is_empty() {
            break;
        }
        for (table, number) in loose {
            match number {
                Some(number) => {
                    new.execute(&format!("DELETE FROM {table} WHERE rowid = ?1"), [number])?;
                }
                // Rows without numbers are looked at below.
                None => tracing::warn!(table, "a row lost what it depends on"),
            }
        }
    }
    for (table, column, parent) in [
        ("photo_copy", "evidence", "SELECT seq FROM evidence"),
        ("finding_photo", "sha256", "SELECT sha256 FROM photo"),
        ("draft_photo", "sha256", "SELECT sha256 FROM photo"),
        ("answer_photo", "sha256", "SELECT sha256 FROM photo"),
    ] {
        if has(new, table)? {
            new.execute(
                &format!("DELETE FROM {table} WHERE {column} NOT IN ({parent})"),
                [],
            )?;
        }
    }
    if has(new, "evidence")? {
        // A photo stays without its record, like one of an app that knew of none.
        for table in ["draft_photo", "answer_photo"] {
            new.execute(
                &format!(
                    "UPDATE {table} SET evidence = NULL
                     WHERE evidence NOT IN (SELECT seq FROM evidence)"
                ),
                [],
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::open::{migrate, newest};

    const RECORD: &str = r#"{"point": "p", "criterion": "c", "found_at": 5, "photos": [
        {"sha256": "aa", "bytes": 1, "media_type": "image/jpeg", "width": 1, "height": 1}]}"#;

    fn database(rows: &str) -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db, newest()).unwrap();
        db.pragma_update(None, "foreign_keys", "off").unwrap();
        db.execute_batch(&rows.replace("RECORD", &format!("'{RECORD}'")))
            .unwrap();
        let nowhere = PhotoPlaces::below(Path::new("/nowhere"));
        mend(&db, newest(), &nowhere, 41).unwrap();
        db
    }

    fn texts(db: &Connection, query: &str) -> Vec<String> {
        let mut query = db.prepare(query).unwrap();
        let rows = query.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    const QUEUE: &str = "SELECT dev_seq || ' ' || kind || ' ' || op FROM outbox ORDER BY dev_seq";

    #[test]
    fn a_revision_whose_finding_is_lost_is_sent_all_the_same() {
        let db = database(
            "INSERT INTO op_record VALUES ('first', 'f', NULL, RECORD), ('second', 'f', 1, RECORD);
             INSERT INTO outbox VALUES
               (7, 'second', 'lin', 'finding.revised', 'f', 1, 'queued', NULL, 0, 0);
             INSERT INTO draft VALUES ('lin', 'p', 'c', 'words', 'gone', 3);",
        );
        let finding = "SELECT id || ' ' || person || ' ' || point || ' ' || applied FROM finding";
        assert_eq!(texts(&db, finding), ["f lin p 1"]);
        assert_eq!(texts(&db, QUEUE), ["7 finding.revised second"]);
        // The draft of a revision of nothing is one of a new finding.
        let draft = "SELECT note || coalesce(finding, '') || coalesce(base_rev, '') FROM draft";
        assert_eq!(texts(&db, draft), ["words"]);
        // No photo is made up whose file is not here.
        assert_eq!(texts(&db, "SELECT sha256 FROM photo"), Vec::<String>::new());
    }

    #[test]
    fn the_first_record_comes_back_under_its_own_operation() {
        let first = RECORD.replace("\"c\"", "\"first\"");
        let db = database(&format!(
            "INSERT INTO finding (id, person, point, criterion, found_at, record, applied,
                                  review_state)
             VALUES ('f', 'lin', 'p', 'c', 5, RECORD, 0, 'returned');
             INSERT INTO op_record VALUES ('first', 'f', NULL, '{first}'),
                                          ('lost', 'g', NULL, '{first}'),
                                          ('second', 'g', 1, RECORD);
             INSERT INTO outbox VALUES
               (7, 'second', 'lin', 'finding.revised', 'g', 1, 'queued', NULL, 0, 0);"
        ));
        assert_eq!(
            texts(&db, QUEUE),
            ["7 finding.revised second", "42 finding.submitted first"]
        );
        let criteria = "SELECT id || ' ' || criterion FROM finding ORDER BY id";
        assert_eq!(texts(&db, criteria), ["f c", "g first"]);
    }

    #[test]
    fn the_chain_of_the_device_s_records_stays_whole() {
        let db = database(
            "INSERT INTO evidence (seq, original, text, digest, key, signature)
             VALUES (1, printf('%064d', 1), '{\"original\": {\"bytes\": 9}}',
                     printf('%064d', 2), 'k', 's');
             INSERT INTO photo_copy (evidence, kind, sha256, bytes)
             VALUES (1, 'thumb', printf('%064d', 3), 5), (2, 'thumb', printf('%064d', 4), 5);",
        );
        // One that is not here was let go.
        let photos = "SELECT ltrim(sha256, '0') || ' ' || bytes || ' ' || freed FROM photo";
        assert_eq!(texts(&db, photos), ["1 9 1"]);
        let records = "SELECT ltrim(digest, '0') FROM evidence";
        assert_eq!(texts(&db, records), ["2"]);
        let copies = "SELECT ltrim(sha256, '0') FROM photo_copy";
        assert_eq!(texts(&db, copies), ["3"]);
    }

    /// A photo of this device in a finding, with its record.
    const SIGNED: &str = r#"{"point": "p", "criterion": "c", "found_at": 5, "photos": [
        {"sha256": "OO", "bytes": 9, "media_type": "image/png", "width": 4, "height": 3,
         "evidence": {"key": "k", "signature": "s", "text": "TEXT"}}]}"#;
    const TEXT: &str = r#"{"device":"DD","seq":7,"original":{"sha256":"OO","bytes":9},
        "copies":{"thumb":{"sha256":"CC","bytes":5},"working":{"sha256":"WW","bytes":6}}}"#;

    #[test]
    fn records_and_copies_come_back_from_what_was_submitted_with_them() {
        let folder = tempfile::tempdir().unwrap();
        let places = PhotoPlaces::below(folder.path());
        let (original, copy) = ("0".repeat(64), "1".repeat(64));
        let here = places.copy(&original.parse().unwrap(), &copy.parse().unwrap());
        std::fs::create_dir_all(here.parent().unwrap()).unwrap();
        std::fs::write(here, "a thumbnail").unwrap();
        let named = |text: &str| {
            text.replace("OO", &original)
                .replace("CC", &copy)
                .replace("WW", &"2".repeat(64))
        };
        let signed = |device: &str| {
            let text = named(TEXT).replace("DD", device).replace('\n', " ");
            named(SIGNED).replace("TEXT", &text.replace('"', "\\\""))
        };
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db, newest()).unwrap();
        db.pragma_update(None, "foreign_keys", "off").unwrap();
        db.execute_batch(&format!(
            "INSERT INTO installation (one, device, settings, server) VALUES (1, 'mine', '', '');
             INSERT INTO finding (id, person, point, criterion, found_at, record, applied,
                                  review_state)
             VALUES ('f', 'lin', 'p', 'c', 5, '{}', 1, 'pending'),
                    ('g', 'lin', 'p', 'c', 5, '{}', 1, 'pending');",
            signed("mine"),
            signed("of another phone").replace(":7,", ":8,"),
        ))
        .unwrap();
        mend(&db, newest(), &places, 41).unwrap();
        let text: String = db
            .query_row("SELECT text FROM evidence", [], |row| row.get(0))
            .unwrap();
        let digest = format!("{:x}", Sha256::digest(&text));
        assert_eq!(
            texts(
                &db,
                "SELECT seq || original || digest || key || signature FROM evidence"
            ),
            [format!("7{original}{digest}ks")]
        );
        // The other copy is not here.
        assert_eq!(
            texts(
                &db,
                "SELECT evidence || kind || sha256 || bytes FROM photo_copy"
            ),
            [format!("7thumb{copy}5")]
        );
    }

    #[test]
    fn a_photo_whose_record_is_lost_stays_in_what_was_begun() {
        let db = database(
            "INSERT INTO photo (sha256, bytes, media_type, width, height, shown_width, shown_height)
             VALUES (printf('%064d', 1), 9, 'image/png', 4, 3, 4, 3);
             INSERT INTO draft_photo (person, point, place, sha256, source, taken_at, position,
                                      evidence)
             VALUES ('lin', 'p', 1, printf('%064d', 1), 'camera', 5, '{}', 3);
             INSERT INTO answer_photo (inspection, criterion, place, sha256, source, taken_at,
                                       position, evidence)
             VALUES ('i', 'c', 1, printf('%064d', 1), 'camera', 5, '{}', 3);",
        );
        for table in ["draft_photo", "answer_photo"] {
            let query =
                format!("SELECT ltrim(sha256, '0') || coalesce(evidence, ' -') FROM {table}");
            assert_eq!(texts(&db, &query), ["1 -"], "{table}");
        }
    }

    #[test]
    fn originals_of_what_was_taken_wait_for_their_turn_again() {
        let photo = "0".repeat(64);
        let record = RECORD.replace("aa", &photo);
        let db = database(&format!(
            "INSERT INTO photo (sha256, bytes, media_type, width, height, shown_width, shown_height)
             VALUES ('{photo}', 9, 'image/png', 4, 3, 4, 3),
                    (printf('%064d', 1), 9, 'image/png', 4, 3, 4, 3);
             INSERT INTO finding (id, person, point, criterion, found_at, record, applied,
                                  review_state)
             VALUES ('f', 'lin', 'p', 'c', 5, '{record}', 1, 'pending');",
        ));
        let waiting = "SELECT sha256 || ' ' || due FROM photo WHERE due IS NOT NULL";
        assert_eq!(texts(&db, waiting), [format!("{photo} lin")]);
    }

    #[test]
    fn what_is_in_the_queue_and_among_the_acknowledged_is_sent_once_more() {
        let db = database(
            "INSERT INTO finding (id, person, point, criterion, found_at, record, applied,
                                  review_state)
             VALUES ('f', 'lin', 'p', 'c', 5, RECORD, 1, 'pending');
             INSERT INTO outbox VALUES
               (7, 'first', 'lin', 'finding.submitted', 'f', 1, 'queued', NULL, 0, 0);
             INSERT INTO acknowledged
               (dev_seq, op, person, kind, entity, made_at, district, acked_at)
             VALUES (7, 'first', 'lin', 'finding.submitted', 'f', 1, 'd', 9),
                    (8, 'other', 'lin', 'finding.submitted', 'g', 1, 'd', 9);",
        );
        assert_eq!(texts(&db, QUEUE), ["7 finding.submitted first"]);
        assert_eq!(texts(&db, "SELECT op FROM acknowledged"), ["other"]);
    }

    #[test]
    fn what_lost_its_place_in_the_queue_gets_one_in_order_and_numbers_go_on() {
        let records =
            "INSERT INTO finding (id, person, point, criterion, found_at, record, applied,
                                  review_state)
             VALUES ('f', 'lin', 'p', 'c', 5, RECORD, 0, 'returned');
             INSERT INTO op_record VALUES ('second', 'f', 1, RECORD);";
        let queued = "INSERT INTO outbox VALUES
               (60, 'second', 'lin', 'finding.revised', 'f', 1, 'queued', NULL, 0, 0);";
        for (rows, queue) in [
            ("", ["42 finding.submitted f", "43 finding.revised second"]),
            (
                queued,
                ["60 finding.revised second", "61 finding.submitted f"],
            ),
        ] {
            let db = database(&format!("{records}{rows}"));
            assert_eq!(texts(&db, QUEUE), queue);
        }
    }
}
