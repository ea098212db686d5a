//! A database that is of another version, or long in use.

use super::*;

#[test]
fn a_database_of_a_newer_app_is_left_alone() {
    let (folder, store) = phone();
    drop(store);
    let database = folder.path().join("device.sqlite");
    let db = look(folder.path());
    db.pragma_update(None, "user_version", 999).unwrap();
    drop(db);
    let before = fs::read(&database).unwrap();
    let Err(error) = Store::open(folder.path(), &key(), NOW) else {
        panic!("opened")
    };
    assert!(error.to_string().contains("schema 999"), "{error}");
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[test]
fn tidying_begins_a_long_log_anew_and_loses_nothing() {
    let (folder, store) = phone();
    let length = |name: &str| folder.path().join(name).metadata().unwrap().len();
    let mut saved = 0;
    // More than the threshold, whatever a save writes.
    while length("device.sqlite-wal") <= 5 * 1024 * 1024 {
        saved += 1;
        photograph(&store, 'a');
        store.save_finding(finding(saved)).unwrap();
    }
    let long = length("device.sqlite-wal");
    store.tidy().unwrap();
    assert!(length("device.sqlite") > 100_000);
    for _ in 0..20 {
        saved += 1;
        photograph(&store, 'a');
        store.save_finding(finding(saved)).unwrap();
    }
    assert_eq!(
        length("device.sqlite-wal"),
        long,
        "the log is written from its beginning again"
    );
    drop(store);
    let store = open(folder.path());
    let (_, total) = store.findings(lin(), FindingQuery::All, 0, 1).unwrap();
    assert_eq!(u128::from(total), saved);
}

/// Stops the other thread when this one is done, also by a failed assertion.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_log_that_grows_while_it_is_copied_stays_bounded() {
    let (folder, store) = phone();
    let log = folder.path().join("device.sqlite-wal");
    let stop = AtomicBool::new(false);
    let longest = std::thread::scope(|threads| {
        threads.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                store.tidy().unwrap();
            }
        });
        let _stop = StopAtEnd(&stop);
        let mut longest = 0;
        for number in 1..=2_500 {
            photograph(&store, 'a');
            store.save_finding(finding(number)).unwrap();
            longest = longest.max(log.metadata().unwrap().len());
        }
        longest
    });
    // 2,500 saves write more than 60 MiB.
    assert!(longest < 32 * 1024 * 1024, "{longest} bytes");
    let (_, total) = store.findings(lin(), FindingQuery::All, 0, 1).unwrap();
    assert_eq!(total, 2_500);
}
