//! Nothing lies in the folder unencrypted, also where an older app had left it so.

use super::*;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Where a text or a part of a photo can be read.
fn showing(folder: &Path, planted: &[&[u8]]) -> Vec<String> {
    let shows = |path: &std::path::PathBuf| {
        let bytes = fs::read(path).unwrap();
        planted
            .iter()
            .any(|text| bytes.windows(text.len()).any(|window| window == *text))
    };
    let paths = files(folder).into_iter().filter(shows);
    paths.map(|path| path.display().to_string()).collect()
}

#[test]
fn nothing_that_was_saved_can_be_read_in_the_folder() {
    let (folder, store) = phone();
    let photo = photograph(&store, 'a');
    store.save_finding(finding(1)).unwrap();
    let planted: [&[u8]; 5] = [
        "线缆下垂".as_bytes(),
        "东市场".as_bytes(),
        b"finding.submitted",
        &[b'a'; 16],
        b"SQLite format",
    ];
    assert_eq!(showing(folder.path(), &planted), [""; 0], "in the log");
    drop(store);
    assert_eq!(showing(folder.path(), &planted), [""; 0], "in the database");
    let store = open(folder.path());
    let bytes = store.open_queued(&original(&photo)).unwrap().read_all();
    assert_eq!(bytes.unwrap(), "a".repeat(1_000).as_bytes());
}

/// A phone of the first schema, with files as that app had written them.
fn plain_phone() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(folder.path().join("device.sqlite")).unwrap();
    db.pragma_update(None, "journal_mode", "wal").unwrap();
    upgrade::fill_schema_1(&db, lin());
    for digit in ["a", "b"] {
        let digits = folder.path().join("photos").join(digit.repeat(2));
        fs::create_dir_all(&digits).unwrap();
        fs::write(digits.join(digit.repeat(64)), digit.repeat(1_000)).unwrap();
    }
    folder
}

fn photo_of(digit: char) -> QueuedPhoto {
    let sha256: Sha256Hex = digit.to_string().repeat(64).parse().unwrap();
    QueuedPhoto {
        of: sha256.clone(),
        sha256,
        bytes: 1_000,
    }
}

#[test]
fn what_an_app_without_encryption_left_is_sealed_and_whole() {
    let folder = plain_phone();
    let planted: [&[u8]; 3] = ["线缆下垂".as_bytes(), b"SQLite format", &[b'b'; 16]];
    assert!(!showing(folder.path(), &planted).is_empty());
    assert!(!Store::needs_key(folder.path()).unwrap());
    let store = open(folder.path());
    assert!(Store::needs_key(folder.path()).unwrap());
    let read = |digit: char| {
        let file = store.open_queued(&photo_of(digit)).unwrap().read_all();
        String::from_utf8(file.unwrap()).unwrap()
    };
    assert_eq!(read('a'), "a".repeat(1_000), "before it is sealed");
    store.seal_photos().unwrap();
    assert_eq!(showing(folder.path(), &planted), [""; 0]);
    for digit in ['a', 'b'] {
        assert_eq!(read(digit), digit.to_string().repeat(1_000));
    }
    assert_eq!(stages(&store).len(), 2);
    // A second time there is nothing to do, also for files that came meanwhile.
    store.seal_photos().unwrap();
}

#[test]
fn an_app_that_was_killed_while_it_sealed_goes_on_with_it() {
    let folder = plain_phone();
    // Half of the new database, and one photo that is sealed already.
    fs::write(folder.path().join("device.sqlite.sealing"), [0x5a; 5_000]).unwrap();
    let photo = folder.path().join("photos/aa").join("a".repeat(64));
    let sealed = key().files().seal(&"a".repeat(64), &[b'a'; 1_000]).unwrap();
    fs::write(&photo, &sealed).unwrap();
    let store = open(folder.path());
    store.seal_photos().unwrap();
    assert_eq!(fs::read(&photo).unwrap(), sealed, "not sealed twice");
    assert_eq!(stages(&store).len(), 2);
    assert!(!folder.path().join("device.sqlite.sealing").exists());
    let planted: [&[u8]; 2] = ["线缆下垂".as_bytes(), &[b'b'; 16]];
    assert_eq!(showing(folder.path(), &planted), [""; 0]);
}

#[test]
fn a_photo_file_that_was_changed_is_told_and_harms_nothing_else() {
    let (folder, store) = phone();
    let (broken, whole) = (photograph(&store, 'a'), photograph(&store, 'b'));
    let path = folder.path().join("photos/aa").join(broken.sha256.as_str());
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = store
        .open_queued(&original(&broken))
        .and_then(|mut file| file.read_all())
        .unwrap_err();
    assert_eq!(error.fault(), StoreFault::DiskFailed, "{error}");
    assert!(!folder.path().join("device.sqlite.damaged").exists());
    store
        .open_queued(&original(&whole))
        .unwrap()
        .read_all()
        .unwrap();
}
