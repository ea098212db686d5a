//! A damaged database: it is set aside whole, and what can be read of it is in the new one.

use xunfang_store::Recovered;

use super::*;

#[test]
fn a_damaged_database_is_set_aside_whole_and_the_app_starts_empty() {
    let (folder, store) = phone();
    photograph(&store, 'a');
    store.save_finding(finding(1)).unwrap();
    drop(store);
    let database = folder.path().join("device.sqlite");
    let damaged = vec![0x5a; 8_192];
    fs::write(&database, &damaged).unwrap();

    let opened = Store::open(folder.path(), &key(), NOW).unwrap();
    let set_aside = opened.set_aside.unwrap();
    assert_eq!(
        fs::read(set_aside.folder.join("device.sqlite")).unwrap(),
        damaged
    );
    assert_eq!(stages(&opened.store), []);
    assert_eq!(
        fs::read_dir(folder.path().join("photos/aa"))
            .unwrap()
            .count(),
        1,
        "photos stay"
    );
}

#[test]
fn damage_met_while_running_is_reported_and_set_aside_at_the_next_start() {
    let (folder, store) = phone();
    for number in 1..200 {
        photograph(&store, 'a');
        store.save_finding(finding(number)).unwrap();
    }
    drop(store);
    let database = folder.path().join("device.sqlite");
    let db = look(folder.path());
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    drop(db);
    let mut bytes = fs::read(&database).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0x5a);
    fs::write(&database, &bytes).unwrap();

    let opened = Store::open(folder.path(), &key(), NOW).unwrap();
    assert_eq!(opened.set_aside, None, "the beginning is whole");
    assert_eq!(
        opened.store.verify().unwrap_err().fault(),
        StoreFault::Damaged
    );
    drop(opened);
    let set_aside = Store::open(folder.path(), &key(), NOW)
        .unwrap()
        .set_aside
        .unwrap();
    assert_eq!(
        fs::read(set_aside.folder.join("device.sqlite")).unwrap(),
        bytes
    );
    assert_eq!(
        Store::open(folder.path(), &key(), NOW).unwrap().set_aside,
        None,
        "once"
    );
}

/// Copies the log into the database and returns the file.
fn settled(folder: &Path) -> Vec<u8> {
    let db = look(folder);
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    drop(db);
    fs::read(folder.join("device.sqlite")).unwrap()
}

fn numbers(store: &Store) -> Vec<u128> {
    let (rows, _) = store.findings(lin(), FindingQuery::All, 0, 1_000).unwrap();
    let mut numbers: Vec<u128> = rows
        .iter()
        .map(|row| row.record.id.uuid().as_u128())
        .collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn whatever_page_is_lost_every_other_row_is_recovered_and_waits_to_be_sent() {
    let (folder, store) = phone();
    for number in 1..=120 {
        photograph(&store, 'a');
        store.save_finding(finding(number)).unwrap();
    }
    drop(store);
    let whole = settled(folder.path());
    let pages = whole.len() / 4_096;
    assert!(pages > 60, "{pages} pages");
    let mut lost = Vec::new();
    for page in 1..pages {
        let place = tempfile::tempdir().unwrap();
        let mut bytes = whole.clone();
        bytes[page * 4_096..(page + 1) * 4_096].fill(0x5a);
        fs::write(place.path().join("device.sqlite"), &bytes).unwrap();
        fs::write(place.path().join("device.sqlite.damaged"), b"").unwrap();
        let photo = Path::new("photos/aa").join("a".repeat(64));
        fs::create_dir_all(place.path().join("photos/aa")).unwrap();
        fs::copy(folder.path().join(&photo), place.path().join(&photo)).unwrap();

        let opened = Store::open(place.path(), &key(), NOW).unwrap();
        let aside = opened.set_aside.unwrap();
        assert_eq!(
            fs::read(aside.folder.join("device.sqlite")).unwrap(),
            bytes,
            "kept as it was"
        );
        let found = numbers(&opened.store);
        let waiting = opened.store.queue_head(lin(), NOW, 1_000).unwrap().ops;
        assert_eq!(waiting.len(), found.len(), "page {page}: all of them wait");
        assert_eq!(aside.recovered.unsent, found.len() as u64);
        for op in &waiting {
            assert_eq!(op.missing.len(), 1, "page {page}: with its photo");
            opened.store.ops(&[op.op]).unwrap();
        }
        opened.store.verify().unwrap();
        lost.push(120 - found.len());
        // The phone goes on where it was.
        photograph(&opened.store, 'b');
        opened
            .store
            .save_finding(finding(1_000 + page as u128))
            .unwrap();
    }
    // Pages that lead to all others hide all: the first ones, of the schema, and the findings' own.
    let hidden = lost.iter().filter(|&&lost| lost > 10).count();
    assert!(hidden < pages / 10, "{hidden} of {pages} pages: {lost:?}");
    assert!(lost.iter().any(|&lost| (1..=10).contains(&lost)));
}

#[test]
fn a_database_that_does_not_open_with_its_key_is_kept_and_nothing_is_made_up() {
    let (folder, store) = phone();
    photograph(&store, 'a');
    store.save_finding(finding(1)).unwrap();
    drop(store);
    let before = settled(folder.path());
    let other = StorageKey::new(&Secret::from_bytes([4; 32]));
    let opened = Store::open(folder.path(), &other, NOW).unwrap();
    let aside = opened.set_aside.unwrap();
    assert_eq!(aside.recovered, Recovered::default());
    assert_eq!(
        fs::read(aside.folder.join("device.sqlite")).unwrap(),
        before
    );
    assert_eq!(numbers(&opened.store), []);
}
