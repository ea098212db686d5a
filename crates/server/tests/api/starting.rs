use std::fs;

use xunfang_server::{App, AppConfig, OnDamage, StartError, listen, sample};

use crate::actors::{INSPECTOR, TestServer};
use crate::records::Photo;

#[tokio::test]
async fn two_servers_do_not_share_a_folder() {
    let server = TestServer::start().await;
    let second = App::open(AppConfig::new(server.folder.path()));
    assert!(matches!(
        second.err().unwrap(),
        StartError::FolderInUse { .. }
    ));
}

#[tokio::test]
async fn a_taken_address_is_named_with_what_to_do() {
    let taken = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = listen(address).await.unwrap_err().to_string();
    assert!(
        error.contains(&address.to_string()) && error.contains("--listen"),
        "{error}"
    );
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    phone.report(&Photo::take(1)).await;
    let before = phone.pull_all().await;
    let TestServer { app, folder, .. } = server;
    drop((app, phone));
    let app = App::open(AppConfig::new(folder.path())).unwrap();
    let accounts = sample::load(&app).await.unwrap().accounts;
    let wire = crate::wire::Wire::Inside(app.router());
    let password = crate::actors::password(&accounts, INSPECTOR);
    let phone = crate::actors::Phone::sign_in(wire, INSPECTOR, &password).await;
    let after = phone.pull_all().await;
    assert_eq!((after.epoch, after.scopes), (before.epoch, before.scopes));
}

#[tokio::test]
async fn a_damaged_database_is_refused_untouched_and_set_aside_only_when_asked() {
    for damage in ["first page", "a page inside"] {
        let server = TestServer::start().await;
        server.phone(INSPECTOR).await.report(&Photo::take(1)).await;
        let (folder, database) = (server.folder, "server.db");
        drop(server.app);
        let path = folder.path().join(database);
        let mut bytes = fs::read(&path).unwrap();
        let at = if damage == "first page" { 0 } else { 4096 * 3 };
        bytes[at..at + 4096].fill(0x5a);
        fs::write(&path, &bytes).unwrap();

        let error = App::open(AppConfig::new(folder.path())).err().unwrap();
        assert!(
            matches!(error, StartError::Damaged { .. }),
            "{damage}: {error}"
        );
        assert!(error.to_string().contains("--set-aside-damaged"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes, "{damage}");

        let config = AppConfig {
            on_damage: OnDamage::SetAside,
            ..AppConfig::new(folder.path())
        };
        let app = App::open(config).unwrap();
        let kept = app.set_aside().unwrap().join(database);
        assert_eq!(fs::read(kept).unwrap(), bytes, "{damage}");
        assert!(sample::load(&app).await.unwrap().changed > 22);
        assert_eq!(crate::actors::files(&folder.path().join("blobs")).len(), 1);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_schema_is_refused_untouched() {
    let server = TestServer::start().await;
    let folder = server.folder;
    drop(server.app);
    let path = folder.path().join("server.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let bytes = fs::read(&path).unwrap();
    for on_damage in [OnDamage::Refuse, OnDamage::SetAside] {
        let config = AppConfig {
            on_damage,
            ..AppConfig::new(folder.path())
        };
        let error = App::open(config).err().unwrap();
        assert!(
            matches!(error, StartError::NewerSchema { found: 99, .. }),
            "{error}"
        );
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_no_reason_to_begin_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("server.db")).unwrap();
    let config = AppConfig {
        on_damage: OnDamage::SetAside,
        ..AppConfig::new(folder.path())
    };
    let error = App::open(config).err().unwrap();
    assert!(matches!(error, StartError::Database { .. }), "{error}");
    assert!(folder.path().join("server.db").is_dir());
}

#[tokio::test]
async fn the_passwords_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let server = TestServer::start().await;
    let path = server.folder.path().join("sample-accounts.json");
    assert_eq!(
        fs::metadata(path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}
