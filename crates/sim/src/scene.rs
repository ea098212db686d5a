//! A stretch of an inspector's day, without a network.
//!
//! After each command the scene says on standard output what the app has acknowledged:
//! `photo SHA256`, `finding ID SHA256...`, `answer INSPECTION CRITERION`, `drawn SHA256 COPY`,
//! `camera POINT`. What it begins and may take back something that was acknowledged it says before:
//! `taking-back SHA256`, `drawing SHA256`, `shutter`.

use std::io::{self, Cursor, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use xunfang_domain::{CaptureSource, PointId, Wgs84};
use xunfang_phone::{KeyFiles, Patience, Phone, PhoneConfig, PhotoPlace, SimulatedPosition};
use xunfang_server::{App, AppConfig, sample};
use xunfang_store::StorageKey;

/// How long the preparation may take before it gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

fn open(folder: &Path, server: &str) -> anyhow::Result<Phone> {
    let place = Wgs84::new(33.48, 117.88).context("a place")?;
    Phone::open(PhoneConfig {
        camera: None,
        data_dir: folder.to_owned(),
        keys: Arc::new(KeyFiles::beside(folder)),
        default_server: server.to_owned(),
        position: Arc::new(SimulatedPosition::at(place, 8.0)),
        patience: Patience {
            connect: Duration::from_millis(500),
            read: Duration::from_millis(500),
            request: Duration::from_secs(5),
        },
        developer: true,
        started: Instant::now(),
    })
    .map_err(|error| anyhow!("open the phone: {error}"))
}

/// What the storage in a folder is sealed with.
///
/// # Errors
/// Where its key cannot be had.
pub fn key(folder: &Path) -> anyhow::Result<StorageKey> {
    xunfang_phone::storage_key(&KeyFiles::beside(folder), folder)
        .map_err(|error| anyhow!("the key of the storage: {error}"))
}

async fn run(phone: &Phone, command: Value) -> anyhow::Result<Value> {
    let said = command.to_string();
    let command = serde_json::from_value(command)?;
    phone
        .run(command)
        .await
        .map_err(|error| anyhow!("{said}: {error}"))
}

/// Finds a text in an answer by its JSON pointer.
pub(crate) fn text<'a>(answer: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.with_context(|| format!("nothing at {pointer}"))
}

pub(crate) fn list<'a>(answer: &'a Value, pointer: &str) -> anyhow::Result<&'a Vec<Value>> {
    let found = answer.pointer(pointer).and_then(Value::as_array);
    found.with_context(|| format!("nothing at {pointer}"))
}

/// Signs a new phone in at a real server with the sample districts, and waits for its points.
///
/// # Errors
/// Where the server or the phone fails.
pub async fn prepare(folder: &Path) -> anyhow::Result<()> {
    let served = tempfile::tempdir()?;
    let app = App::open(AppConfig::new(served.path()))?;
    let accounts = sample::load(&app).await?.accounts;
    let inspector = accounts.iter().find(|one| one.account == "xunfang01");
    let inspector = inspector.context("the sample district has no inspector")?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let server = format!("http://{}", listener.local_addr()?);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(xunfang_server::serve(app, listener, async {
        // Dropping the sender ends it as well.
        drop(stopped.await);
    }));
    let phone = open(folder, &server)?;
    run(
        &phone,
        json!({
            "cmd": "sign_in", "server": server,
            "account": inspector.account, "password": inspector.password,
        }),
    )
    .await?;
    let arrived = async {
        let mut changes = phone.changes();
        while points(&phone).await.is_err() {
            // What was missed is asked for anew.
            drop(changes.recv().await);
        }
    };
    tokio::time::timeout(PATIENCE, arrived)
        .await
        .context("the points did not arrive")?;
    drop(phone);
    drop(stop);
    serving.await?;
    Ok(())
}

/// The two nearest points whose lists can be asked for.
async fn points(phone: &Phone) -> anyhow::Result<[PointId; 2]> {
    let page = json!({"cmd": "points", "query": "", "kind": null, "offset": 0, "limit": 2});
    let page = run(phone, page).await?;
    let point = |place: usize| -> anyhow::Result<PointId> {
        let id = text(&page, &format!("/rows/{place}/point/id"))?;
        id.parse().context("a point's id")
    };
    let points = [point(0)?, point(1)?];
    for point in points {
        run(phone, json!({"cmd": "point", "id": point})).await?;
    }
    Ok(points)
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    // One write, so that a cut finds the line whole or not said.
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()?;
    Ok(())
}

/// A photo that no other seed gives.
fn photo(seed: u32) -> anyhow::Result<Vec<u8>> {
    let picture = RgbImage::from_fn(480, 360, |x, y| {
        let [low, high, ..] = (x.wrapping_mul(2 * seed + 1) ^ y.wrapping_mul(40_503)).to_le_bytes();
        Rgb([low, high, low ^ high])
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Jpeg)?;
    Ok(file.into_inner())
}

struct Day<'a> {
    phone: &'a Phone,
}

impl Day<'_> {
    async fn photograph(&self, place: PhotoPlace, seed: u32) -> anyhow::Result<String> {
        let bytes = photo(seed)?;
        let expect = json!({"cmd": "expect_photo", "point": place.point, "item": place.item});
        run(self.phone, expect).await?;
        say(&format!("camera {}", place.point))?;
        say("shutter")?;
        let staged = self.phone.stage_photo(place, CaptureSource::Camera, bytes);
        let staged = staged
            .await
            .map_err(|error| anyhow!("a photo is refused: {error}"))?;
        say(&format!("photo {}", staged.sha256))?;
        Ok(staged.sha256.to_string())
    }

    /// Draws on a photo of a draft, `count` times an arrow.
    async fn draw(&self, point: PointId, photo: &str, count: u16) -> anyhow::Result<()> {
        let arrow = |at: u16| {
            json!({"shape": "arrow", "from": {"x": 0, "y": 0}, "to": {"x": at, "y": 5_000},
                   "colour": "red"})
        };
        let shapes: Vec<Value> = (1..=count).map(|at| arrow(at * 1_000)).collect();
        say(&format!("drawing {photo}"))?;
        let drawn = json!({"cmd": "annotate", "point": point, "item": null, "sha256": photo,
                           "shapes": shapes});
        let drawn = run(self.phone, drawn).await?;
        say(&format!("drawn {photo} {}", text(&drawn, "/annotated")?))
    }

    async fn save(&self, point: PointId) -> anyhow::Result<()> {
        let command = json!({
            "cmd": "save_finding", "point": point, "criterion": "cables-tidy", "note": "线缆下垂",
        });
        let saved = run(self.phone, command).await?;
        let id = text(&saved, "/id")?;
        // A scene that was killed may have left photos in the draft.
        let kept = run(self.phone, json!({"cmd": "finding", "id": id})).await?;
        let photos = list(&kept, "/record/photos")?.iter();
        let photos: Vec<&str> = photos
            .map(|photo| text(photo, "/sha256"))
            .collect::<Result<_, _>>()?;
        let photos = photos.join(" ");
        say(&format!("finding {id} {photos}"))
    }
}

/// Works at two points: photos, findings, a photo taken back, the same photo twice, an inspection,
/// and the app closed and opened in between.
///
/// # Errors
/// Where the app refuses something.
pub async fn work(folder: &Path) -> anyhow::Result<()> {
    let phone = open(folder, NOWHERE)?;
    let [near, next] = points(&phone).await?;
    let day = Day { phone: &phone };
    let draft = PhotoPlace::draft;
    let seen = day.photograph(draft(near), 1).await?;
    day.photograph(draft(near), 2).await?;
    day.draw(near, &seen, 1).await?;
    day.draw(near, &seen, 2).await?;
    day.save(near).await?;
    let unwanted = day.photograph(draft(next), 3).await?;
    day.photograph(draft(next), 4).await?;
    let remove = json!({"cmd": "remove_draft_photo", "point": next, "sha256": unwanted});
    say(&format!("taking-back {unwanted}"))?;
    run(&phone, remove).await?;
    drop(phone);

    let phone = open(folder, NOWHERE)?;
    let day = Day { phone: &phone };
    // The same file again is the same photo.
    day.photograph(draft(next), 4).await?;
    day.photograph(draft(next), 5).await?;
    day.save(next).await?;
    let begun = run(&phone, json!({"cmd": "begin_inspection", "point": near})).await?;
    let mut items = list(&begun, "/items")?.iter();
    let holds = items.find(|item| text(item, "/control").is_ok_and(|control| control == "holds"));
    let holds = holds.context("an item that holds or not")?;
    let (id, criterion) = (text(&begun, "/id")?, text(holds, "/criterion/code")?);
    let answer = json!({
        "cmd": "save_answer", "id": id, "criterion": criterion,
        "value": {"form": "holds", "holds": false},
    });
    run(&phone, answer).await?;
    say(&format!("answer {id} {criterion}"))?;
    let item = PhotoPlace {
        point: near,
        item: Some(criterion.to_owned()),
    };
    day.photograph(item.clone(), 6).await?;
    day.photograph(item, 7).await?;
    Ok(())
}
