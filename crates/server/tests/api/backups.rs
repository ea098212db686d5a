//! Backups of a server that serves, and what they restore to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use xunfang_rig::{Postgres, Syncs};
use xunfang_server::backup::{
    BackupError, Tell, Verified, Written, back_up, restore, verify, verify_backup,
};
use xunfang_server::{App, AppConfig};

use crate::actors::{INSPECTOR, TestServer, files, status_of};
use crate::records::Photo;
use crate::wire::Wire;

fn silent() -> Tell {
    Arc::new(|_| {})
}

/// A server with three photos, and a folder of backups.
struct Stage {
    server: TestServer,
    backups: TempDir,
    photos: Vec<Photo>,
    phone: crate::actors::Phone,
    last_op: Value,
}

impl Stage {
    async fn set() -> Self {
        let server = TestServer::start().await;
        let phone = server.phone(INSPECTOR).await;
        let photos = vec![Photo::take(1), Photo::take(2), Photo::take(3)];
        for photo in &photos[..2] {
            phone.report(photo).await;
        }
        phone.upload(&photos[2]).await;
        let last_op = phone.submit(&phone.finding(&[&photos[2]]).await);
        phone.push(std::slice::from_ref(&last_op)).await;
        Self {
            server,
            backups: tempfile::tempdir().unwrap(),
            photos,
            phone,
            last_op,
        }
    }

    fn config(&self) -> AppConfig {
        AppConfig {
            database: self.server.engine.url(),
            blobs: self.server.shelf.source(),
            ..AppConfig::new(self.server.folder.path())
        }
    }

    fn at(&self) -> PathBuf {
        self.backups.path().to_owned()
    }

    async fn back_up(&self) -> Written {
        back_up(self.config(), self.at(), silent()).await.unwrap()
    }

    async fn restore(&self, into: &Path) -> Result<(), BackupError> {
        let restored = restore(AppConfig::new(into), self.at(), None, silent()).await?;
        assert_eq!(restored.faulty, []);
        Ok(())
    }

    fn snapshots(&self) -> usize {
        std::fs::read_dir(self.at().join("snapshots"))
            .unwrap()
            .count()
    }
}

fn manifest(snapshot: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(snapshot.join("manifest.json")).unwrap()).unwrap()
}

/// The files of all tables but that of the server itself, whose history is another one.
fn tables(snapshot: &Path) -> Vec<Value> {
    let mut tables = manifest(snapshot)["tables"].as_array().unwrap().clone();
    tables.retain(|table| table["name"] != "server");
    assert!(tables.len() > 20);
    tables
}

fn sound(verified: &Verified) -> (u64, u64, &[String]) {
    (verified.photos, verified.records, &verified.faults)
}

#[tokio::test]
async fn r16_a_backup_restores_everything_whichever_the_engine() {
    let stage = Stage::set().await;
    let written = stage.back_up().await;
    assert_eq!((written.photos, written.photos_new), (3, 3));
    let of_backup = verify_backup(stage.at(), None, silent()).await.unwrap();
    let of_server = verify(stage.config(), silent()).await.unwrap();
    assert_eq!(sound(&of_backup), (3, 0, &[][..]));
    assert_eq!(sound(&of_server), (3, 0, &[][..]));
    assert!(of_backup.events > 20 && of_backup.events == of_server.events);

    // Into a file, from there into PostgreSQL with photos in files, and back again.
    let cluster = Postgres::start(Syncs::No).unwrap();
    let places = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let configs = [None, Some(cluster.url()), None].map(Some);
    let mut from = stage.at();
    let mut keep = Vec::new();
    for (place, database) in places.iter().zip(configs) {
        let config = AppConfig {
            database: database.unwrap(),
            ..AppConfig::new(place.path())
        };
        restore(config.clone(), from, None, silent()).await.unwrap();
        let backups = tempfile::tempdir().unwrap();
        from = backups.path().to_owned();
        let again = back_up(config.clone(), from.clone(), silent())
            .await
            .unwrap();
        assert_eq!(tables(&again.snapshot), tables(&written.snapshot));
        let verified = verify(config, silent()).await.unwrap();
        assert_eq!(sound(&verified), (3, 0, &[][..]));
        keep.push(backups);
    }
}

#[tokio::test]
async fn r16_phones_notice_that_a_server_was_restored_and_go_on() {
    let stage = Stage::set().await;
    let before = stage.phone.pull_all().await;
    stage.back_up().await;
    let lost = stage
        .phone
        .submit(&stage.phone.finding(&[&stage.photos[0]]).await);
    stage.phone.push(std::slice::from_ref(&lost)).await;

    let place = tempfile::tempdir().unwrap();
    stage.restore(place.path()).await.unwrap();
    let config = AppConfig {
        clock: stage.server.clock.clone(),
        ..AppConfig::new(place.path())
    };
    let app = App::open(config).unwrap();
    let mut phone = stage.phone.clone();
    phone.wire = Wire::Inside(app.router());
    let scope = before.scopes[0].id.clone();
    let cursor = json!({ scope: before.scopes[0].to });
    let pulled = phone.pull_from(Some(before.epoch), &cursor, 1000).await;
    assert_ne!(pulled.epoch, before.epoch);
    assert!(pulled.scopes[0].reset, "{pulled:?}");
    assert_eq!(pulled.scopes[0].events, before.scopes[0].events);
    // What it has is known; what it lacks is taken.
    let again = phone.push(&[stage.last_op.clone(), lost]).await.results;
    let said: Vec<String> = again.iter().map(status_of).collect();
    assert_eq!(said, ["duplicate", "applied"]);
    for photo in &stage.photos {
        let held = phone.held(&photo.sha256).await;
        assert_eq!(held.header("upload-offset"), photo.bytes.len().to_string());
    }
}

#[tokio::test]
async fn a_second_backup_copies_only_what_is_new_and_each_restores() {
    let stage = Stage::set().await;
    let first = stage.back_up().await;
    stage.phone.report(&Photo::take(9)).await;
    let second = stage.back_up().await;
    assert_eq!((second.photos, second.photos_new), (4, 1));
    assert_eq!(files(&stage.at().join("blobs")).len(), 4);
    for (written, photos) in [(first, 3), (second, 4)] {
        let time = written.snapshot.file_name().unwrap().to_str().unwrap();
        let place = tempfile::tempdir().unwrap();
        let config = AppConfig::new(place.path());
        let restored = restore(config, stage.at(), Some(time.to_owned()), silent()).await;
        assert_eq!(restored.unwrap().photos, photos);
        assert_eq!(files(&place.path().join("blobs")).len() as u64, photos);
    }
    let place = tempfile::tempdir().unwrap();
    let other = Some("2020".to_owned());
    let none = restore(AppConfig::new(place.path()), stage.at(), other, silent()).await;
    assert!(matches!(none, Err(BackupError::NoSnapshot { .. })));
}

#[tokio::test]
async fn nothing_that_is_there_is_written_over() {
    let stage = Stage::set().await;
    stage.back_up().await;
    let listed = files(stage.server.folder.path());
    let refused = restore(stage.config(), stage.at(), None, silent()).await;
    assert!(matches!(refused, Err(BackupError::NotEmpty { .. })));
    assert_eq!(files(stage.server.folder.path()), listed);
    for name in ["server.db", "blobs"] {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join(name)).unwrap();
        let refused = stage.restore(place.path()).await.unwrap_err();
        assert!(refused.to_string().contains(name), "{refused}");
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }
    // A folder that holds no photos, beside a database that has tables.
    let cluster = Postgres::start(Syncs::No).unwrap();
    cluster.ask("CREATE TABLE theirs (a INT)").unwrap();
    let place = tempfile::tempdir().unwrap();
    let config = AppConfig {
        database: Some(cluster.url()),
        ..AppConfig::new(place.path())
    };
    let refused = restore(config, stage.at(), None, silent())
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("1 tables"), "{refused}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_photo_that_is_missing_or_damaged_is_named_and_the_rest_is_kept() {
    let stage = Stage::set().await;
    let blobs = stage.server.files("blobs");
    let of = |photo: &Photo| {
        let file = blobs
            .iter()
            .find(|file| file.ends_with(photo.sha256.as_str()));
        file.unwrap().clone()
    };
    std::fs::remove_file(of(&stage.photos[0])).unwrap();
    std::fs::write(of(&stage.photos[1]), b"something else").unwrap();
    let mut expected = vec![&stage.photos[0].sha256, &stage.photos[1].sha256];
    expected.sort();
    let written = stage.back_up().await;
    let mut named: Vec<_> = written.faulty.iter().map(|photo| &photo.sha256).collect();
    named.sort();
    assert_eq!((named, written.photos), (expected, 1));
    let told = manifest(&written.snapshot)["faulty"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(told, 2);
    let verified = verify(stage.config(), silent()).await.unwrap();
    assert_eq!((verified.photos, verified.faults.len()), (1, 2));

    let place = tempfile::tempdir().unwrap();
    let config = AppConfig::new(place.path());
    let restored = restore(config.clone(), stage.at(), None, silent())
        .await
        .unwrap();
    assert_eq!((restored.photos, restored.faulty.len()), (1, 2));
    App::open(config).unwrap();
}

#[tokio::test]
async fn a_damaged_backup_is_refused_before_anything_is_written() {
    let stage = Stage::set().await;
    let written = stage.back_up().await;
    let name = written.snapshot.join("manifest.json");
    let table = written.snapshot.join("finding.jsonl.zst");
    let (whole, rows) = (
        std::fs::read(&name).unwrap(),
        std::fs::read(&table).unwrap(),
    );
    let with = |key: &str, value: u64| {
        let mut changed = manifest(&written.snapshot);
        changed[key] = json!(value);
        changed.to_string().into_bytes()
    };
    let mut flipped = rows.clone();
    flipped[rows.len() / 2] ^= 1;
    let (format, schema) = (with("format", 2), with("schema", 99));
    let cut = &whole[..whole.len() / 2];
    for (manifest, rows, said) in [
        (&whole[..], &flipped[..], "finding.jsonl.zst"),
        (&whole, &rows[..rows.len() - 1], "finding.jsonl.zst"),
        (cut, &rows, "manifest.json"),
        (&format, &rows, "format 2"),
        (&schema, &rows, "schema 99"),
    ] {
        std::fs::write(&name, manifest).unwrap();
        std::fs::write(&table, rows).unwrap();
        let place = tempfile::tempdir().unwrap();
        let refused = stage.restore(place.path()).await.unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
        assert!(verify_backup(stage.at(), None, silent()).await.is_err());
    }
}

#[tokio::test]
async fn half_a_backup_is_none_and_the_next_one_removes_it() {
    let stage = Stage::set().await;
    let half = stage.at().join("snapshots/unfinished-29991231T235959.000Z");
    std::fs::create_dir_all(&half).unwrap();
    std::fs::write(half.join("finding.jsonl.zst"), "half").unwrap();
    let place = tempfile::tempdir().unwrap();
    let none = stage.restore(place.path()).await;
    assert!(matches!(none, Err(BackupError::NoSnapshot { .. })));
    stage.back_up().await;
    assert_eq!((half.exists(), stage.snapshots()), (false, 1));
    stage.restore(place.path()).await.unwrap();

    // What is left of a restore that broke off is no database, and in nobody's way.
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(place.path().join("restoring/blobs")).unwrap();
    std::fs::write(place.path().join("restoring/server.db"), "half").unwrap();
    stage.restore(place.path()).await.unwrap();
    assert!(!place.path().join("restoring").exists());
}

#[tokio::test]
async fn every_table_is_in_a_backup_and_changed_events_are_found() {
    let stage = Stage::set().await;
    let written = stage.back_up().await;
    let names = if crate::ON_POSTGRES {
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
    };
    let left_out = ["schema_version", "upload", "upload_piece"];
    let rows = stage.server.ask(names);
    let mut there: Vec<String> = rows
        .into_iter()
        .map(|row| row[0].clone().unwrap())
        .collect();
    there.retain(|name| !left_out.contains(&name.as_str()));
    there.sort();
    let manifest = manifest(&written.snapshot);
    let tables = manifest["tables"].as_array().unwrap().iter();
    let named: Vec<&str> = tables
        .map(|table| table["name"].as_str().unwrap())
        .collect();
    assert_eq!(named, there);

    stage
        .server
        .ask("UPDATE feed_event SET body = '{}' WHERE seq = 3");
    let verified = verify(stage.config(), silent()).await.unwrap();
    assert!(
        verified.faults[0].starts_with("event 3 of feed "),
        "{verified:?}"
    );
}
