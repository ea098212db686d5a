//! What a phone could not send comes as a file.

use std::io::Write;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tokio::process::Command;
use uuid::Uuid;
use xunfang_domain::{DeviceId, DistrictId, PersonId, UnixMillis};
use xunfang_evidence::{DeviceSigner, OpAuthor, SecretKey, sign_op};
use xunfang_protocol::{
    FindingPage, Op, PullResponse, RescueFault, RescueManifest, RescueReport, RescueSection,
    write_section,
};
use xunfang_server::rescue::{RescueError, import};
use xunfang_vault::{LetterKey, LetterWriter};

use crate::actors::{
    ADMINISTRATOR, Console, INSPECTOR, Phone, SUPERVISOR, TestServer, json_request, status_of,
};
use crate::program::PROGRAM;
use crate::records::{Photo, finding_at};
use crate::wire::Answer;

type Change<'a> = &'a dyn Fn(&mut Rescue);

/// What a rescue file is made of, so that a test can change any of it.
struct Rescue {
    manifest: RescueManifest,
    signer: SecretKey,
    /// Sections, and the bytes behind them.
    sections: Vec<(RescueSection, Vec<u8>)>,
}

impl Rescue {
    fn of(phone: &Phone) -> Self {
        let signer = SecretKey::from_bytes(&[5; 32]).unwrap();
        let manifest = RescueManifest {
            device: phone.device,
            key: signer.public_key().to_string(),
            person: phone.session.person.id,
            district: phone.session.person.district,
            made_at: UnixMillis::new(1_760_000_000_000),
            ops: 0,
            files: 0,
        };
        Self {
            manifest,
            signer,
            sections: Vec::new(),
        }
    }

    fn photo(self, photo: &Photo) -> Self {
        self.file(photo, photo.bytes.clone())
    }

    /// Puts bytes in under the name of a photo.
    fn file(mut self, named: &Photo, bytes: Vec<u8>) -> Self {
        let section = RescueSection::File {
            sha256: named.sha256.clone(),
            bytes: bytes.len() as u64,
        };
        self.manifest.files += 1;
        self.sections.push((section, bytes));
        self
    }

    fn op(mut self, op: &Value) -> Self {
        let op = self.signed(op);
        self.manifest.ops += 1;
        let section = RescueSection::Op(Box::new(op));
        self.sections.push((section, Vec::new()));
        self
    }

    fn signed(&self, op: &Value) -> Op {
        let mut op: Op = serde_json::from_value(op.clone()).unwrap();
        let author = OpAuthor {
            device: self.manifest.device,
            person: self.manifest.person,
        };
        op.sig = Some(sign_op(&op, author, &self.signer).unwrap());
        op
    }

    /// Everything before the last section.
    fn unfinished(&self) -> Vec<u8> {
        let mut content = Vec::new();
        let manifest = RescueSection::Manifest(self.manifest.clone());
        write_section(&mut content, &manifest).unwrap();
        for (section, bytes) in &self.sections {
            write_section(&mut content, section).unwrap();
            content.extend_from_slice(bytes);
        }
        content
    }

    fn content(&self) -> Vec<u8> {
        let mut content = self.unfinished();
        write_section(&mut content, &RescueSection::End).unwrap();
        content
    }
}

async fn address(phone: &Phone) -> String {
    phone.pull_all().await.rescue.unwrap()
}

fn seal(address: &str, content: &[u8]) -> Vec<u8> {
    let mut letter = LetterWriter::new(&address.parse().unwrap(), Vec::new()).unwrap();
    letter.write_all(content).unwrap();
    letter.finish().unwrap()
}

async fn bring(console: &Console, letter: Vec<u8>) -> Answer {
    let request =
        Request::post("/api/v1/rescue").header("content-type", "application/octet-stream");
    console
        .send(request.body(Body::from(letter)).unwrap())
        .await
}

fn fault(answer: &Answer) -> String {
    assert_eq!(answer.refusal(), (422, "rescue_refused".to_owned()));
    answer.details()["fault"].as_str().unwrap().to_owned()
}

/// Counts of records and files: new, and here before.
fn counts(report: &RescueReport) -> [u32; 4] {
    let RescueReport {
        applied,
        already,
        files_stored,
        files_already,
        ..
    } = *report;
    [applied, already, files_stored, files_already]
}

fn refusals(report: &RescueReport) -> Vec<(&str, &str)> {
    let named = report.refused.iter().map(|one| (&*one.kind, &*one.code));
    named.collect()
}

#[tokio::test]
async fn what_is_in_it_arrives_once_however_it_comes() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(ADMINISTRATOR).await;
    let photos = [
        Photo::take(1),
        Photo::sized(2, 400, image::ImageFormat::Png),
    ];
    let record = phone.finding(&[&photos[0], &photos[1]]).await;
    let op = phone.submit(&record);
    let rescue = Rescue::of(&phone)
        .photo(&photos[0])
        .photo(&photos[1])
        .op(&op);
    let letter = seal(&address(&phone).await, &rescue.content());

    let report: RescueReport = bring(&console, letter.clone()).await.ok();
    assert_eq!(counts(&report), [1, 0, 2, 0], "{report:?}");
    assert!(report.complete && report.broken.is_none() && report.refused.is_empty());
    assert_eq!((report.records, report.files), (1, 2));
    assert_eq!(report.person, phone.session.person.display_name);
    assert_eq!(report.device, phone.device);

    let again: RescueReport = bring(&console, letter).await.ok();
    assert_eq!(counts(&again), [0, 1, 0, 2]);
    assert!(again.complete && again.refused.is_empty());
    // Unsigned, as this test's phone pushes: it is the same operation.
    let pushed = phone.push(std::slice::from_ref(&op)).await;
    assert_eq!(status_of(&pushed.results[0]), "duplicate");
    let held = phone.held(&photos[1].sha256).await;
    assert_eq!(
        held.header("upload-offset"),
        photos[1].bytes.len().to_string()
    );

    let supervisor = server.console(SUPERVISOR).await;
    let page: FindingPage = supervisor.findings("").await;
    assert_eq!(page.rows.len(), 1);
    assert_eq!(json!(page.rows[0].record.id), record["id"]);
    assert_eq!(phone.own_events().await.events.len(), 1);
    let signed = server.ask_one("SELECT signature FROM op");
    assert_eq!(Some(signed), rescue.signed(&op).sig);
    // Nothing of the file itself stays.
    let left = server.files("").into_iter();
    let left = left.filter(|path| path.to_string_lossy().contains("rescue-"));
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn phones_are_told_the_address_and_browsers_are_not() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let told = address(&phone).await;
    assert_eq!((told.len(), address(&phone).await), (66, told));
    let body = json!({ "proto": 1, "epoch": null, "scopes": {}, "limit": 1 });
    let request = json_request(axum::http::Method::POST, "/api/v1/sync/pull", &body);
    let console = server.console(SUPERVISOR).await;
    let pulled: PullResponse = console.send(request).await.ok();
    assert_eq!((pulled.rescue, pulled.beacon), (None, None));
}

#[tokio::test]
async fn a_file_for_another_server_and_what_is_no_rescue_file_are_refused() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(ADMINISTRATOR).await;
    let content = Rescue::of(&phone).content();
    let ours = address(&phone).await;
    let other = LetterKey::random().unwrap().address().to_string();
    let mut begun_in_the_middle = Vec::new();
    write_section(&mut begun_in_the_middle, &RescueSection::End).unwrap();
    for (letter, expected) in [
        (seal(&other, &content), "other_server"),
        (content.clone(), "no_rescue_file"),
        (Vec::new(), "no_rescue_file"),
        (
            seal(&ours, b"a letter about something else"),
            "no_rescue_file",
        ),
        (seal(&ours, &begun_in_the_middle), "no_rescue_file"),
        (seal(&ours, &content)[..60].to_vec(), "cut_short"),
    ] {
        assert_eq!(fault(&bring(&console, letter).await), expected);
    }
}

#[tokio::test]
async fn of_a_file_that_broke_off_or_was_changed_the_whole_part_is_taken() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(ADMINISTRATOR).await;
    // Each photo is longer than a chunk of a letter, so that the first record stands before the
    // damage.
    let photos = [1, 2].map(|seed| Photo::sized(seed, 300, image::ImageFormat::Png));
    let mut rescue = Rescue::of(&phone);
    for photo in &photos {
        let op = phone.submit(&phone.finding(&[photo]).await);
        rescue = rescue.photo(photo).op(&op);
    }
    let ours = address(&phone).await;
    let letter = seal(&ours, &rescue.content());
    let late = letter.len() - 40_000;
    let mut damaged = letter.clone();
    damaged[late] ^= 1;
    let report: RescueReport = bring(&console, damaged).await.ok();
    assert_eq!(counts(&report), [1, 0, 1, 0], "{report:?}");
    assert_eq!(
        (report.complete, report.broken),
        (false, Some(RescueFault::Damaged))
    );
    assert_eq!((report.records, report.files), (2, 2));

    let report: RescueReport = bring(&console, letter[..late].to_vec()).await.ok();
    assert_eq!(counts(&report), [0, 1, 0, 1]);
    assert_eq!(
        (report.complete, report.broken),
        (false, Some(RescueFault::CutShort))
    );

    // A phone that was stopped while it wrote may have sealed what it had.
    let unfinished = seal(&ours, &rescue.unfinished());
    let report: RescueReport = bring(&console, unfinished).await.ok();
    assert_eq!(counts(&report), [1, 1, 1, 1]);
    assert_eq!(report.broken, Some(RescueFault::CutShort));

    // Only the letter's own end is missing: everything is here, and still it is said.
    let report: RescueReport = bring(&console, letter[..letter.len() - 1].to_vec())
        .await
        .ok();
    assert_eq!(
        (report.complete, report.broken),
        (false, Some(RescueFault::CutShort))
    );
    let followed = [rescue.content(), vec![0]].concat();
    let report: RescueReport = bring(&console, seal(&ours, &followed)).await.ok();
    assert_eq!(
        (report.complete, report.broken),
        (false, Some(RescueFault::Unknown))
    );
    let report: RescueReport = bring(&console, letter).await.ok();
    assert_eq!(counts(&report), [0, 2, 0, 2]);
    assert!(report.complete);
}

#[tokio::test]
async fn whose_file_it_is_has_to_be_known_here() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(ADMINISTRATOR).await;
    let ours = address(&phone).await;
    let photo = Photo::take(1);
    let op = phone.submit(&phone.finding(&[&photo]).await);
    let supervisor = server.phone(SUPERVISOR).await;
    let changed = |change: &dyn Fn(&mut Rescue)| {
        let mut rescue = Rescue::of(&phone);
        change(&mut rescue);
        seal(&ours, &rescue.photo(&photo).op(&op).content())
    };
    let nobody = Uuid::from_u128(7);
    let cases: [(Change<'_>, &str); 6] = [
        (
            &|r| r.manifest.district = DistrictId::from_uuid(nobody),
            "district",
        ),
        (
            &|r| r.manifest.person = PersonId::from_uuid(nobody),
            "person",
        ),
        (&|r| r.manifest = Rescue::of(&supervisor).manifest, "person"),
        (
            &|r| r.manifest.device = DeviceId::from_uuid(nobody),
            "device",
        ),
        (&|r| r.manifest.device = supervisor.device, "device"),
        (&|r| r.manifest.key = "02".repeat(20), "key"),
    ];
    for (change, expected) in cases {
        assert_eq!(fault(&bring(&console, changed(change)).await), expected);
    }
    let none = server.ask_one("SELECT (SELECT count(*) FROM blob) + (SELECT count(*) FROM op)");
    assert_eq!(none, "0");

    // The first file makes the key known; from then on it has to be that.
    let report: RescueReport = bring(&console, changed(&|_| ())).await.ok();
    assert_eq!(counts(&report), [1, 0, 1, 0]);
    let with_another_key = changed(&|rescue| {
        rescue.signer = SecretKey::from_bytes(&[6; 32]).unwrap();
        rescue.manifest.key = rescue.signer.public_key().to_string();
    });
    assert_eq!(fault(&bring(&console, with_another_key).await), "key");
    // Whoever signed out has still worked with this phone.
    server.ask("DELETE FROM session WHERE device_id IS NOT NULL");
    let report: RescueReport = bring(&console, changed(&|_| ())).await.ok();
    assert_eq!(counts(&report), [0, 1, 0, 1]);
}

#[tokio::test]
async fn what_does_not_hold_is_named_and_keeps_nothing_else_out() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let console = server.console(ADMINISTRATOR).await;
    let [photo, other, text] = [Photo::take(1), Photo::take(2), Photo::of(b"text".to_vec())];
    let submit = async |photo: &Photo| phone.submit(&phone.finding(&[photo]).await);
    let good = submit(&photo).await;
    let mut rescue = Rescue::of(&phone)
        .file(&other, b"other bytes".to_vec())
        .photo(&text)
        .photo(&photo)
        .op(&submit(&other).await)
        .op(&submit(&photo).await)
        .op(&submit(&photo).await)
        .op(&phone.submit(&finding_at(&json!(Uuid::now_v7()), &[&photo])))
        .op(&good);
    let [unsigned, changed] = [4, 5];
    if let RescueSection::Op(op) = &mut rescue.sections[unsigned].0 {
        op.sig = None;
    }
    if let RescueSection::Op(op) = &mut rescue.sections[changed].0 {
        op.body["note"] = json!("another note");
    }
    let letter = seal(&address(&phone).await, &rescue.content());
    let report: RescueReport = bring(&console, letter).await.ok();
    assert_eq!(counts(&report), [1, 0, 1, 0], "{report:?}");
    let finding = "finding.submitted";
    assert_eq!(
        refusals(&report),
        [
            ("photo", "hash_mismatch"),
            ("photo", "not_a_photo"),
            (finding, "photos_missing"),
            (finding, "signature_invalid"),
            (finding, "signature_invalid"),
            (finding, "point_unknown"),
        ]
    );
    assert_eq!(report.refused[0].id, other.sha256.to_string());
    assert!(report.complete);
    let pushed = phone.push(&[good]).await;
    assert_eq!(status_of(&pushed.results[0]), "duplicate");
}

#[tokio::test]
async fn another_district_s_file_is_left_to_its_own_administrators() {
    let server = TestServer::start().await;
    let neighbour = server.add_neighbours();
    let password = server.password(INSPECTOR);
    let away = Phone::sign_in(server.wire(), neighbour, &password).await;
    let rescue = Rescue::of(&away)
        .photo(&Photo::take(1))
        .op(&away.submit(&finding_at(&json!(Uuid::now_v7()), &[&Photo::take(1)])));
    let letter = seal(&address(&away).await, &rescue.content());
    let console = server.console(ADMINISTRATOR).await;
    assert_eq!(fault(&bring(&console, letter.clone()).await), "district");
    assert_eq!(server.files("blobs").len(), 0);
    // Whoever has the folder may import for all of them.
    let report = import(&server.app, std::io::Cursor::new(letter))
        .await
        .unwrap();
    assert_eq!(counts(&report), [0, 0, 1, 0]);
    assert_eq!(refusals(&report), [("finding.submitted", "point_unknown")]);
    let refused = import(&server.app, b"XFL".as_slice()).await;
    assert!(matches!(
        refused,
        Err(RescueError::Refused(RescueFault::NoRescueFile))
    ));
}

#[tokio::test]
async fn only_administrators_import_and_only_what_has_the_form_of_a_file() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let letter = seal(&address(&phone).await, &Rescue::of(&phone).content());
    for account in [INSPECTOR, SUPERVISOR] {
        let refused = bring(&server.console(account).await, letter.clone()).await;
        assert_eq!(
            refused.refusal(),
            (403, "forbidden".to_owned()),
            "{account}"
        );
    }
    let console = server.console(ADMINISTRATOR).await;
    let form = Request::post("/api/v1/rescue").header("content-type", "text/plain");
    let refused = console.send(form.body(Body::from(letter)).unwrap()).await;
    assert_eq!(refused.status, 415);
    let huge = Request::post("/api/v1/rescue")
        .header("content-type", "application/octet-stream")
        .header("content-length", 3_u64 << 30);
    let refused = console.send(huge.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.refusal(), (413, "too_large".to_owned()));
}

#[tokio::test]
async fn the_command_says_what_became_of_it_and_fails_where_something_is_missing() {
    let server = TestServer::start().await;
    let phone = server.phone(INSPECTOR).await;
    let (photo, missing) = (Photo::take(1), Photo::take(2));
    let good = phone.submit(&phone.finding(&[&photo]).await);
    let lacking = phone.submit(&phone.finding(&[&missing]).await);
    let ours = address(&phone).await;
    let whole = seal(&ours, &Rescue::of(&phone).photo(&photo).op(&good).content());
    let refused = seal(&ours, &Rescue::of(&phone).op(&good).op(&lacking).content());
    let TestServer {
        app,
        engine,
        folder,
        ..
    } = server;
    drop((app, phone));
    let run = async |letter: &[u8]| {
        let file = folder.path().join("a.xfrescue");
        std::fs::write(&file, letter).unwrap();
        let mut command = Command::new(PROGRAM);
        command
            .args(["import-rescue", "--data"])
            .arg(folder.path())
            .arg(&file)
            .envs(engine.url().map(|url| ("DATABASE_URL", url)));
        let output = command.env("XUNFANG_LOG", "off").output().await.unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let (code, said) = run(&whole).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("1 in the file, 1 imported, 0 here already."),
        "{said}"
    );
    let (code, said) = run(&refused).await;
    assert_eq!(code, Some(1), "{said}");
    let id = lacking["id"].as_str().unwrap();
    let line = format!("refused  finding.submitted  {id}  photos_missing");
    assert!(
        said.contains(&line) && said.contains("0 imported, 1 here already"),
        "{said}"
    );
    let (code, said) = run(&whole[..whole.len() - 2]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("cut short"), "{said}");
    let (code, said) = run(b"something else").await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("no rescue file") && said.contains("Nothing was changed"),
        "{said}"
    );
}
