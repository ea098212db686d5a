use tempfile::{TempDir, tempdir};
use uuid::{Uuid, uuid};
use xunfang_domain::UnixMillis;
use xunfang_rig::{Postgres, Syncs};

use super::*;
use crate::store::{Database, StoreFault, values};

const DISTRICT: Uuid = uuid!("01890000-0000-7000-8000-000000000001");
const OTHER: Uuid = uuid!("01890000-0000-7000-8000-000000000002");
const NOW: UnixMillis = UnixMillis::new(1_760_000_000_000);

/// A database of each engine, and what it lies in.
struct Both {
    _folder: TempDir,
    cluster: Postgres,
    sources: [Source; 2],
}

fn both() -> Both {
    let folder = tempdir().unwrap();
    let cluster = Postgres::start(Syncs::No).unwrap();
    let sources = [
        Source::Sqlite(folder.path().join("server.db")),
        Source::Postgres(Box::new(PostgresSource::parse(&cluster.url()).unwrap())),
    ];
    for source in &sources {
        drop(Database::open(source, NOW).unwrap());
    }
    Both {
        _folder: folder,
        cluster,
        sources,
    }
}

fn connect(source: &Source) -> Db {
    match source {
        Source::Sqlite(path) => Db::sqlite(open_writer(path).unwrap()),
        Source::Postgres(source) => Db::postgres(source).unwrap(),
    }
}

fn district(id: Uuid) -> DistrictId {
    DistrictId::from_uuid(id)
}

const PUT: Statement = statement!("../reference/put_district.sql");
const FIND: Statement = statement!("../reference/district.sql");

fn put(db: &Db, id: Uuid, body: &str) -> Result<u64, StoreError> {
    db.execute(PUT, params! { ":district_id": id, ":body": body })
}

fn find(db: &Db, id: Uuid) -> Option<String> {
    db.one(FIND, params! { ":district_id": id }, |row| row.get("body"))
        .unwrap()
}

#[test]
fn a_transaction_of_which_a_part_failed_unseen_is_not_committed() {
    let both = both();
    for db in both.sources.iter().map(connect) {
        db.begin(Purpose::Write(district(DISTRICT))).unwrap();
        assert_eq!(put(&db, DISTRICT, "{}").unwrap(), 1);
        let broken = put(&db, OTHER, "no JSON").unwrap_err();
        assert_eq!(broken.fault(), StoreFault::Refused, "{broken}");
        // Nothing more is asked of it, and its end is no success.
        assert!(matches!(put(&db, OTHER, "{}"), Err(StoreError::TakenBack)));
        assert!(matches!(db.commit(), Err(StoreError::TakenBack)));
        db.rollback().unwrap();
        assert_eq!((find(&db, DISTRICT), find(&db, OTHER)), (None, None));
    }
}

#[test]
fn what_fails_in_a_savepoint_takes_back_nothing_but_itself() {
    let both = both();
    for db in both.sources.iter().map(connect) {
        db.begin(Purpose::Write(district(DISTRICT))).unwrap();
        put(&db, DISTRICT, "{}").unwrap();
        let failed: Result<(), StoreError> = db.savepoint(|db| {
            put(db, DISTRICT, "[1]")?;
            db.savepoint(|db| put(db, OTHER, "[2]"))?;
            put(db, OTHER, "no JSON").map(|_| ())
        });
        assert_eq!(failed.unwrap_err().fault(), StoreFault::Refused);
        db.savepoint(|db| put(db, OTHER, "[3]")).unwrap();
        db.commit().unwrap();
        assert_eq!(find(&db, DISTRICT).as_deref(), Some("{}"));
        assert_eq!(find(&db, OTHER).as_deref(), Some("[3]"));
    }
}

#[test]
fn a_savepoint_in_which_a_failure_was_not_told_is_taken_back_alone() {
    let both = both();
    for db in both.sources.iter().map(connect) {
        db.begin(Purpose::Write(district(DISTRICT))).unwrap();
        put(&db, DISTRICT, "{}").unwrap();
        let told: Result<(), StoreError> = db.savepoint(|db| {
            put(db, DISTRICT, "[1]")?;
            drop(put(db, OTHER, "no JSON"));
            Ok(())
        });
        assert!(matches!(told, Err(StoreError::TakenBack)));
        put(&db, OTHER, "{}").unwrap();
        db.commit().unwrap();
        assert_eq!(find(&db, DISTRICT).as_deref(), Some("{}"));
        assert_eq!(find(&db, OTHER).as_deref(), Some("{}"));
    }
}

#[test]
fn a_connection_on_which_a_district_could_not_be_held_is_of_use_again() {
    let both = both();
    let [_, source] = &both.sources;
    let (holder, db) = (connect(source), connect(source));
    let purpose = Purpose::Write(district(DISTRICT));
    put(&holder, DISTRICT, "{}").unwrap();
    holder.begin(purpose).unwrap();
    db.batch("SET lock_timeout TO '20ms'").unwrap();
    for _ in 0..2 {
        assert!(db.begin(purpose).is_err());
        // Nothing is asked of it until somebody takes back what was begun.
        assert!(matches!(put(&db, OTHER, "{}"), Err(StoreError::TakenBack)));
        assert!(db.is_open() && db.is_usable());
        db.rollback().unwrap();
    }
    holder.rollback().unwrap();
    db.begin(purpose).unwrap();
    put(&db, OTHER, "{}").unwrap();
    db.commit().unwrap();
    assert_eq!(find(&db, OTHER).as_deref(), Some("{}"));
}

#[test]
fn what_a_database_cannot_hold_is_refused_by_both() {
    let both = both();
    for db in both.sources.iter().map(connect) {
        let zero = put(&db, DISTRICT, "\"a\0b\"").unwrap_err();
        assert_eq!(zero.fault(), StoreFault::Unstorable);
        let count = |number: u64| {
            db.execute(
                statement!("../feed/append.sql"),
                params! {
                    ":district_id": DISTRICT, ":scope": "a", ":seq": number, ":kind": "a",
                    ":body": "{}", ":chain": None::<i64>,
                },
            )
        };
        assert!(count(u64::MAX).is_err());
        // A reference that leads nowhere.
        assert_eq!(count(1).unwrap_err().fault(), StoreFault::Refused);
        let lacking = db.execute(PUT, params! { ":district_id": DISTRICT });
        assert!(matches!(lacking, Err(StoreError::Parameters(_))));
        let misnamed = params! { ":district_id": DISTRICT, ":text": "{}" };
        assert!(matches!(
            db.execute(PUT, misnamed),
            Err(StoreError::Parameters(_))
        ));
    }
}

#[test]
fn values_come_back_as_they_went_in() {
    let both = both();
    let text = "问题'\"\\ \u{10ffff} \r\n\t";
    let body = values::to_json("test", &text).unwrap();
    for db in both.sources.iter().map(connect) {
        put(&db, DISTRICT, &body).unwrap();
        assert_eq!(find(&db, DISTRICT).as_ref(), Some(&body));
        let scope = |last: Option<i64>| {
            db.only(
                statement!("../feed/next_seq.sql"),
                params! { ":district_id": DISTRICT, ":scope": text, ":count": 1_u64 },
                |row| {
                    Ok((
                        row.get::<u64>("last_seq")?,
                        row.get::<Option<i64>>("chain")?,
                    ))
                },
            )
            .map(|(seq, chain)| (seq, chain == last))
            .unwrap()
        };
        assert_eq!(scope(None), (1, true));
        for chain in [i64::MIN, -1, 0, i64::MAX] {
            db.execute(
                statement!("../feed/set_chain.sql"),
                params! { ":district_id": DISTRICT, ":scope": text, ":chain": chain },
            )
            .unwrap();
            assert!(scope(Some(chain)).1);
        }
        let hash = [0, 1, 127, 128, 255].repeat(7);
        let key: [u8; 32] = hash.first_chunk().copied().unwrap();
        let first: u64 = db
            .only(
                statement!("../likeness/add.sql"),
                params! { ":district_id": DISTRICT, ":sha256": "0".repeat(64), ":bits": key },
                |row| row.get("seq"),
            )
            .unwrap();
        assert_eq!(first, 1);
        let telling = db.only(
            statement!("../likeness/is_telling.sql"),
            params! { ":district_id": DISTRICT, ":sha256": "0".repeat(64) },
            |row| row.get::<bool>("telling"),
        );
        assert!(telling.unwrap());
    }
}

#[tokio::test]
async fn changes_that_wait_together_are_each_done_or_not() {
    let both = both();
    for source in &both.sources {
        let database = std::sync::Arc::new(Database::open(source, NOW).unwrap());
        let changes: Vec<_> = (0..40_u32)
            .map(|number| {
                let database = std::sync::Arc::clone(&database);
                tokio::spawn(async move {
                    let id = Uuid::from_u128(u128::from(number));
                    let body = if number % 4 == 3 { "no JSON" } else { "{}" };
                    let part = Uuid::from_u128(u128::from(number) + 1_000);
                    let done = database.write(district(DISTRICT), move |db| {
                        put(db, id, "{}")?;
                        db.savepoint(|db| {
                            let done = put(db, part, body);
                            assert_ne!(number % 8, 5, "as planned");
                            done
                        })
                    });
                    done.await.is_ok()
                })
            })
            .collect();
        for (number, change) in changes.into_iter().enumerate() {
            let done = change.await.unwrap();
            assert_eq!(done, number % 4 != 3 && number % 8 != 5, "{number}");
            for id in [number as u128, number as u128 + 1_000] {
                let id = Uuid::from_u128(id);
                let kept = database.read(move |db| Ok::<_, StoreError>(find(db, id)));
                assert_eq!(kept.await.unwrap().is_some(), done, "{number}");
            }
        }
    }
}

#[tokio::test]
async fn connections_that_were_cut_are_made_anew() {
    let both = both();
    let [_, source] = &both.sources;
    let database = Database::open(source, NOW).unwrap();
    for round in 0..3 {
        let id = Uuid::from_u128(round);
        let put = database.write(district(DISTRICT), move |db| put(db, id, "{}"));
        assert_eq!(put.await.unwrap(), 1);
        let kept = database.read(move |db| Ok::<_, StoreError>(find(db, id)));
        assert!(kept.await.unwrap().is_some());
        let looked = database.look(move |db| Ok::<_, StoreError>(find(db, id)));
        assert!(looked.await.unwrap().is_some());
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE pid <> pg_backend_pid() AND application_name = 'xunfang-server'";
        assert!(!both.cluster.ask(cut).unwrap().is_empty());
    }
}
