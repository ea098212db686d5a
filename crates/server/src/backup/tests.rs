//! Backups of older schemas, which no server of this build makes.

use std::sync::Arc;

use rusqlite::Connection;
use xunfang_rig::{Postgres, Syncs};

use super::{BackupError, Tell, back_up, restore};
use crate::app::AppConfig;
use crate::store::{self, db, migrate};

fn silent() -> Tell {
    Arc::new(|_| {})
}

/// A server's folder with a database that went through so many steps.
fn frozen(schema: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut file = Connection::open(folder.path().join("server.db")).unwrap();
    // What is put in stands in the tables as these steps had them.
    migrate::sqlite_up_to(&mut file, schema.min(11)).unwrap();
    file.execute_batch(
        "INSERT INTO server (only_row, epoch, created_at) VALUES (1, randomblob(16), 5);
         INSERT INTO district VALUES (randomblob(16), '{\"a\":\"\\t\\\\\"}');
         INSERT INTO person (district_id, person_id, display_name, role)
           SELECT district_id, randomblob(16), '林\t\\N' || char(10, 13), 'inspector' FROM district;",
    )
    .unwrap();
    migrate::sqlite_up_to(&mut file, schema).unwrap();
    folder
}

#[tokio::test]
async fn a_backup_of_an_older_schema_is_brought_up_to_date() {
    let folder = frozen(11);
    let look = |folder: &std::path::Path| -> (usize, String) {
        let file = Connection::open(folder.join("server.db")).unwrap();
        let words = "SELECT hex(d.district_id) || body || hex(person_id) || display_name
                     FROM district d JOIN person USING (district_id)";
        let rows = file.query_row(words, [], |row| row.get(0)).unwrap();
        (migrate::version(&file).unwrap(), rows)
    };
    let (schema, before) = look(folder.path());
    assert_eq!(schema, 11);
    let backups = tempfile::tempdir().unwrap();
    let at = || backups.path().to_owned();
    back_up(AppConfig::new(folder.path()), at(), silent())
        .await
        .unwrap();
    let restored = tempfile::tempdir().unwrap();
    let config = AppConfig::new(restored.path());
    restore(config, at(), None, silent()).await.unwrap();
    assert_eq!(look(restored.path()), (migrate::NEWEST, before.clone()));

    // By way of PostgreSQL too.
    let cluster = Postgres::start(Syncs::No).unwrap();
    let (other, third) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let on_postgres = || AppConfig {
        database: Some(cluster.url()),
        ..AppConfig::new(other.path())
    };
    restore(on_postgres(), at(), None, silent()).await.unwrap();
    let backups = tempfile::tempdir().unwrap();
    back_up(on_postgres(), backups.path().to_owned(), silent())
        .await
        .unwrap();
    let back = AppConfig::new(third.path());
    restore(back, backups.path().to_owned(), None, silent())
        .await
        .unwrap();
    assert_eq!(look(third.path()), (migrate::NEWEST, before));
}

#[tokio::test]
async fn a_schema_that_postgresql_never_had_is_refused_by_it() {
    let folder = frozen(9);
    let backups = tempfile::tempdir().unwrap();
    let at = || backups.path().to_owned();
    back_up(AppConfig::new(folder.path()), at(), silent())
        .await
        .unwrap();
    let cluster = Postgres::start(Syncs::No).unwrap();
    let other = tempfile::tempdir().unwrap();
    let config = AppConfig {
        database: Some(cluster.url()),
        ..AppConfig::new(other.path())
    };
    let refused = restore(config, at(), None, silent()).await.unwrap_err();
    assert!(
        refused.to_string().contains("schemas from 10 on"),
        "{refused}"
    );
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(cluster.ask(tables).unwrap()[0][0].as_deref(), Some("0"));
}

#[tokio::test]
async fn rows_that_refer_to_nothing_are_restored_by_neither_engine() {
    let folder = frozen(migrate::NEWEST);
    let file = Connection::open(folder.path().join("server.db")).unwrap();
    file.pragma_update(None, "foreign_keys", false).unwrap();
    file.execute_batch("DELETE FROM district").unwrap();
    drop(file);
    let backups = tempfile::tempdir().unwrap();
    let at = || backups.path().to_owned();
    back_up(AppConfig::new(folder.path()), at(), silent())
        .await
        .unwrap();
    let cluster = Postgres::start(Syncs::No).unwrap();
    for database in [None, Some(cluster.url())] {
        let other = tempfile::tempdir().unwrap();
        let config = AppConfig {
            database,
            ..AppConfig::new(other.path())
        };
        let refused = restore(config, at(), None, silent()).await.unwrap_err();
        assert!(matches!(refused, BackupError::Store(_)), "{refused}");
        assert!(!other.path().join("server.db").exists());
        assert!(!other.path().join("restoring").exists());
    }
    let source = db::PostgresSource::parse(&cluster.url()).unwrap();
    let empty = std::thread::spawn(move || {
        store::copy::demand_empty(&db::Source::Postgres(Box::new(source)))
    });
    empty.join().unwrap().unwrap();
}
