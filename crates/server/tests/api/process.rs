use std::collections::BTreeSet;

use image::ImageFormat;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStderr, Command};
use xunfang_domain::Standard;
use xunfang_protocol::StandardHead;

use crate::actors::{Console, files, status_of};
use crate::program::{PROGRAM, Program, load_sample};
use crate::records::Photo;

#[tokio::test]
async fn r4_what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, _) = load_sample(folder.path()).await;
    let program = Program::serve(folder.path()).await;
    let phone = program.phone(&accounts).await;
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let op = phone.submit(&phone.finding(&[&photo]).await);
    let acknowledged = phone
        .push(std::slice::from_ref(&op))
        .await
        .results
        .remove(0);
    assert_eq!(status_of(&acknowledged), "applied");
    program.kill().await;

    let program = Program::serve(folder.path()).await;
    let mut again = phone.clone();
    again.wire = program.wire.clone();
    let pushed = again.push(&[op]).await;
    assert_eq!(status_of(&pushed.results[0]), "duplicate");
    assert_eq!(
        (pushed.results[0].seq, pushed.ack_dev_seq),
        (acknowledged.seq, 1)
    );
    let held = again.held(&photo.sha256).await;
    assert_eq!(held.header("upload-offset"), photo.bytes.len().to_string());
}

#[tokio::test]
async fn r3_a_full_disk_acknowledges_nothing_and_the_upload_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, _) = load_sample(folder.path()).await;
    let photo = Photo::sized(1, 1200, ImageFormat::Png);
    let length = photo.bytes.len();
    assert!(length > 3 * 1024 * 1024, "{length}");

    let program = Program::serve_with_files_up_to(folder.path(), 2048).await;
    let phone = program.phone(&accounts).await;
    phone.announce(&photo.sha256, length as u64).await;
    let refused = phone.append(&photo.sha256, 0, &photo.bytes).await;
    assert_eq!(refused.refusal(), (507, "storage_full".to_owned()));
    let small = Photo::take(2);
    phone.upload(&small).await;
    let held: usize = phone
        .held(&photo.sha256)
        .await
        .header("upload-offset")
        .parse()
        .unwrap();
    assert!(held <= 2048 * 1024, "{held}");
    program.kill().await;

    let program = Program::serve(folder.path()).await;
    let mut again = phone.clone();
    again.wire = program.wire.clone();
    let held: usize = again
        .held(&photo.sha256)
        .await
        .header("upload-offset")
        .parse()
        .unwrap();
    let appended = again
        .append(&photo.sha256, held as u64, &photo.bytes[held..])
        .await;
    assert_eq!(appended.status, 204, "{}", appended.text());
    assert_eq!(files(&folder.path().join("blobs")).len(), 2);
}

#[tokio::test]
async fn r3_a_full_database_acknowledges_nothing_and_the_server_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, _) = load_sample(folder.path()).await;
    let program = Program::serve_with_files_up_to(folder.path(), 512).await;
    let phone = program.phone(&accounts).await;
    let photo = Photo::take(1);
    phone.upload(&photo).await;
    let mut acknowledged = 0;
    let refused = loop {
        let mut ops = Vec::new();
        for _ in 0..100 {
            ops.push(phone.submit(&phone.finding(&[&photo]).await));
        }
        let answer = phone.push_answer(&ops).await;
        if answer.status != 200 {
            break answer;
        }
        acknowledged += 100;
        assert!(acknowledged < 10_000, "the limit was never met");
    };
    assert_eq!(refused.refusal(), (507, "storage_full".to_owned()));
    assert_eq!(phone.get("/healthz").await.status, 200);
    program.kill().await;

    let program = Program::serve(folder.path()).await;
    let mut again = phone.clone();
    again.wire = program.wire.clone();
    assert_eq!(again.own_events().await.to, acknowledged);
    again.report(&Photo::take(2)).await;
}

async fn back_up(
    folder: &std::path::Path,
    to: &std::path::Path,
    kib: &str,
) -> std::process::Output {
    let script = format!(
        "ulimit -f {kib}; trap '' XFSZ; exec {PROGRAM} backup --data '{}' --to '{}'",
        folder.display(),
        to.display()
    );
    let mut command = Command::new("bash");
    command.args(["-c", &script]).output().await.unwrap()
}

#[tokio::test]
async fn r16_what_was_acknowledged_before_a_backup_began_is_in_it() {
    let [folder, backups, place] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let (accounts, _) = load_sample(folder.path()).await;
    let program = Program::serve(folder.path()).await;
    let phone = program.phone(&accounts).await;
    let photo = Photo::sized(1, 400, ImageFormat::Png);
    phone.upload(&photo).await;
    let before = [phone.submit(&phone.finding(&[&photo]).await)];
    phone.push(&before).await;
    let sending = tokio::spawn({
        let phone = phone.clone();
        async move {
            loop {
                phone.report(&Photo::take(2)).await;
            }
        }
    });
    // A disk without room for the photo leaves no backup behind.
    let full = back_up(folder.path(), backups.path(), "256").await;
    let said = String::from_utf8(full.stderr).unwrap();
    assert_eq!(full.status.code(), Some(1), "{said}");
    assert!(
        said.contains("could not write") && said.contains("free space"),
        "{said}"
    );
    assert_eq!(
        files(&backups.path().join("snapshots")),
        [] as [std::path::PathBuf; 0]
    );
    let done = back_up(folder.path(), backups.path(), "unlimited").await;
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{said}");
    assert!(said.contains("photos: 2 of 2"), "{said}");
    sending.abort();
    program.kill().await;

    let run = async |words: &[&str], from: &std::path::Path| {
        let mut command = Command::new(PROGRAM);
        command.args(words).arg(from);
        command
            .args(["--data"])
            .arg(place.path())
            .output()
            .await
            .unwrap()
    };
    let restored = run(&["restore", "--from"], backups.path()).await;
    assert!(restored.status.success(), "{restored:?}");
    let again = run(&["restore", "--from"], backups.path()).await;
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(
        !again.status.success() && said.contains("server.db is there already"),
        "{said}"
    );
    let verified = run(&["verify", "--backup"], backups.path()).await;
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(
        verified.status.success() && said.contains("2 photos"),
        "{said}"
    );

    let program = Program::serve(place.path()).await;
    let mut again = phone.clone();
    again.wire = program.wire.clone();
    let pushed = again.push(&before).await;
    assert_eq!(status_of(&pushed.results[0]), "duplicate");
}

#[tokio::test]
async fn the_sample_command_prints_the_same_accounts_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, first) = load_sample(folder.path()).await;
    let (_, second) = load_sample(folder.path()).await;
    let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&first), lines(&second));
    assert!(second.contains(": 0 new or changed"), "{second}");
    assert!(
        accounts
            .iter()
            .all(|account| first.contains(&account.password))
    );
}

#[tokio::test]
async fn a_stopped_server_lets_live_streams_go_and_exits_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, _) = load_sample(folder.path()).await;
    let mut program = Program::serve(folder.path()).await;
    let supervisor = crate::actors::SUPERVISOR;
    let password = crate::actors::password(&accounts, supervisor);
    let console = Console::sign_in(program.wire.clone(), supervisor, &password).await;
    let live = tokio::spawn(async move { console.get("/api/v1/live").await });
    let phone = program.phone(&accounts).await;
    assert_eq!(phone.get("/api/v1/session").await.status, 200);
    let id = program.child.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .unwrap()
            .success()
    );
    assert!(program.child.wait().await.unwrap().success());
    drop(live.await);
}

#[tokio::test]
async fn a_program_that_cannot_start_says_why_and_exits_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = |address: &str| {
        let mut command = Command::new(PROGRAM);
        command
            .args(["serve", "--listen", address, "--data"])
            .arg(folder.path());
        command
    };
    let output = serve(&address).output().await.unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text.contains(&address) && text.contains("--listen"),
        "{text}"
    );

    std::fs::write(folder.path().join("server.db"), [0x5a; 8192]).unwrap();
    let output = serve("127.0.0.1:0").output().await.unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text.contains("damaged") && text.contains("--set-aside-damaged"),
        "{text}"
    );
}

#[tokio::test]
async fn codes_are_read_again_while_it_runs_and_faulty_ones_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let codes = tempfile::tempdir().unwrap();
    let list = codes.path().join("gbt47678-2026.tsv");
    std::fs::write(&list, "matter\t12901\t本地扩展\t道路积水\tlocal\n").unwrap();
    let (accounts, _) = load_sample(folder.path()).await;
    let mut program = Program::serve_with_codes(folder.path(), codes.path()).await;
    let mut log = BufReader::new(program.child.stderr.take().unwrap()).lines();
    let phone = program.phone(&accounts).await;
    let found = async |typed: &str| -> usize {
        let path = format!("/api/v1/codes?edition=gbt47678-2026&typed={typed}");
        phone.get(&path).await.ok::<Vec<serde_json::Value>>().len()
    };
    assert_eq!((found("dljs").await, found("lmtx").await), (1, 0));

    let two =
        "matter\t12901\t本地扩展\t道路积水\tlocal\nmatter\t12902\t本地扩展\t路面塌陷\tlocal\n";
    std::fs::write(&list, two).unwrap();
    program.hang_up().await;
    until_logged(&mut log, "were read again").await;
    assert_eq!((found("dljs").await, found("lmtx").await), (1, 1));

    std::fs::write(&list, "matter\t12901\t本地扩展\n").unwrap();
    program.hang_up().await;
    let line = until_logged(&mut log, "stay as they were").await;
    assert!(
        line.contains("gbt47678-2026.tsv, line 1") && line.contains("five columns"),
        "{line}"
    );
    assert_eq!((found("dljs").await, found("lmtx").await), (1, 1));
}

/// Returns the next line of a program's log that holds a text.
pub async fn until_logged(log: &mut Lines<BufReader<ChildStderr>>, text: &str) -> String {
    loop {
        let line = log.next_line().await.unwrap().unwrap();
        if line.contains(text) {
            return line;
        }
    }
}

#[tokio::test]
async fn how_a_district_wants_its_photos_is_changed_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, _) = load_sample(folder.path()).await;
    let policy = async |change: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command
            .args(["photo-policy", "--district", "泗县（示例）", "--data"])
            .arg(folder.path())
            .args(change);
        command.output().await.unwrap()
    };
    let small = policy(&["--working-px", "640"]).await;
    let said = String::from_utf8(small.stderr).unwrap();
    assert!(said.contains("1280 to 4096"), "{said}");
    let strange = policy(&["--originals", "never"]).await;
    let said = String::from_utf8(strange.stderr).unwrap();
    assert!(
        said.contains("unmetered") && said.contains("always"),
        "{said}"
    );
    let done = policy(&["--originals", "always", "--layout", "strip"]).await;
    assert!(done.status.success(), "{done:?}");
    let now = String::from_utf8(policy(&[]).await.stdout).unwrap();
    assert!(now.contains("\"originals\":\"always\""), "{now}");

    let program = Program::serve(folder.path()).await;
    let phone = program.phone(&accounts).await;
    let events = phone.pull_all().await.scopes.remove(0).events;
    let mut districts = events
        .iter()
        .filter(|event| event.kind == "district.changed");
    let body = districts.next_back().unwrap().body.to_string();
    for said in [
        "\"originals\":\"always\"",
        "\"layout\":\"strip\"",
        "\"working_px\":1920",
    ] {
        assert!(body.contains(said), "{body}");
    }
}

#[tokio::test]
async fn a_file_is_verified_by_command() {
    let folder = tempfile::tempdir().unwrap();
    load_sample(folder.path()).await;
    let photo = folder.path().join("photo.jpg");
    std::fs::write(&photo, Photo::take(7).bytes).unwrap();
    let verify = async |file: &std::path::Path| {
        let mut command = Command::new(PROGRAM);
        command
            .arg("verify-photo")
            .arg(file)
            .arg("--data")
            .arg(folder.path());
        command.output().await.unwrap()
    };
    let stranger = verify(&photo).await;
    let said = String::from_utf8(stranger.stdout).unwrap();
    assert!(said.contains("no record here names this file"), "{said}");
    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "no photo").unwrap();
    let refused = verify(&letter).await;
    assert!(!refused.status.success());
    let gone = verify(&folder.path().join("none.jpg")).await;
    let said = String::from_utf8(gone.stderr).unwrap();
    assert!(said.contains("none.jpg"), "{said}");
}

#[tokio::test]
async fn a_profile_of_the_catalogue_is_put_in_force_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, _) = load_sample(folder.path()).await;
    let put = async |district: &str, profile: &str| {
        let mut command = Command::new(PROGRAM);
        command
            .args(["use-profile", "--district", district, profile, "--data"])
            .arg(folder.path());
        command.output().await.unwrap()
    };
    let unknown = put("泗县（示例）", "nowhere").await;
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(
        said.contains("no profile nowhere") && said.contains("xuzhou-2022"),
        "{said}"
    );
    let strange = put("别处", "xuzhou-2022").await;
    let said = String::from_utf8(strange.stderr).unwrap();
    assert!(said.contains("泗县（示例）"), "{said}");
    let same = put("泗县（示例）", "sixian-2023").await;
    let said = String::from_utf8(same.stderr).unwrap();
    assert!(
        said.contains("in force for this district already"),
        "{said}"
    );

    let done = put("泗县（示例）", "suma-2023").await;
    assert!(done.status.success(), "{done:?}");
    let program = Program::serve(folder.path()).await;
    let phone = program.phone(&accounts).await;
    let heads: Vec<StandardHead> = phone.get("/api/v1/standards").await.ok();
    let versions: Vec<(u32, bool)> = heads
        .iter()
        .map(|head| (head.reference.version, head.in_force))
        .collect();
    assert_eq!(versions, [(2, true), (1, false)]);
    let standard: Standard = phone.get("/api/v1/standards/2").await.ok();
    assert_eq!(standard.profile.unwrap().id, "suma-2023");
    // The points that follow the district have its zone now.
    let reaches: BTreeSet<String> = phone
        .points()
        .await
        .iter()
        .map(|point| point["radius_m"].to_string())
        .collect();
    assert_eq!(reaches, BTreeSet::from(["600.0".to_owned()]));
}

#[tokio::test]
async fn the_openapi_command_prints_the_document() {
    let output = Command::new(PROGRAM).arg("openapi").output().await.unwrap();
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, *crate::wire::DOCUMENT);
}

#[tokio::test]
async fn a_read_only_database_is_refused_in_words_and_untouched() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    // Permissions do not bind root, so the program runs as nobody.
    const NOBODY: u32 = 65_534;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    load_sample(&data).await;
    let program = folder.path().join("server");
    std::fs::copy(PROGRAM, &program).unwrap();
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let allow = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(folder.path(), 0o755);
    let mut all = vec![data.clone()];
    while let Some(path) = all.pop() {
        if root {
            chown(&path, Some(NOBODY), None).unwrap();
        }
        if path.is_dir() {
            all.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    let database = data.join("server.db");
    allow(&database, 0o444);
    let before = std::fs::read(&database).unwrap();

    let mut command = Command::new(&program);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data);
    if root {
        command.uid(NOBODY);
    }
    let output = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("server.db") && said.contains("written"),
        "{said}"
    );
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[tokio::test]
async fn the_first_administrator_is_made_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    let run = async |words: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(words).arg("--data").arg(folder.path());
        let output = command.env("XUNFANG_LOG", "error").output().await.unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), said)
    };
    assert!(run(&["district", "add", "泗县"]).await.0);
    let of = ["--district", "泗县"];
    let unit = |words: &[&'static str]| [&["unit", "add"], &of[..], words].concat();
    assert!(run(&unit(&["--level", "county", "泗县"])).await.0);
    assert!(
        run(&unit(&["--level", "street", "--below", "泗县", "泗城"]))
            .await
            .0
    );
    let (done, said) = run(&unit(&["--level", "street", "--below", "无", "x"])).await;
    assert!(!done && said.contains("Nothing was changed"), "{said}");
    let user = |words: &[&'static str]| [&["user", "add"], &of[..], words].concat();
    let wang = ["--name", "王芳", "--role", "administrator", "wangfang"];
    let (done, said) = run(&user(&wang)).await;
    assert!(done, "{said}");
    let drawn = said.split("Password: ").nth(1).unwrap();
    let drawn = drawn.lines().next().unwrap().to_owned();
    let (done, said) = run(&user(&wang)).await;
    assert!(
        !done && said.contains("already. Nothing was changed"),
        "{said}"
    );
    assert!(
        run(&user(&["--name", "李", "--role", "duty@泗城", "li"]))
            .await
            .0
    );
    let (_, said) = run(&[&["user", "list"], &of[..]].concat()).await;
    assert!(
        said.contains("wangfang  王芳  administrator") && said.contains("duty@"),
        "{said}"
    );
    let (done, said) = run(&["user", "disable", "wangfang"]).await;
    assert!(!done && said.contains("nobody would be left"), "{said}");
    assert!(run(&["user", "disable", "li"]).await.1.contains("disabled"));

    let program = Program::serve(folder.path()).await;
    let console = Console::sign_in(program.wire.clone(), "wangfang", &drawn).await;
    let refused = console.get("/api/v1/people").await.refusal();
    assert_eq!(refused, (403, "password_must_change".to_owned()));
}
