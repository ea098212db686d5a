//! What an inspector does, in thirteen flows, and a stretch of a day without a network.
//!
//! After each command a flow says on standard output what the app has acknowledged:
//! `photo SHA256`, `finding ID SHA256...`, `answer INSPECTION CRITERION`, `drawn SHA256 COPY`,
//! `camera POINT`, `typed POINT NOTE`, `submitted INSPECTION`, `revised FINDING NOTE`. What it begins and may take back
//! something that was acknowledged it says before: `taking-back SHA256`, `drawing SHA256`,
//! `shutter`, `typing POINT`, `discarding INSPECTION`.

use std::io::{self, Cursor, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use xunfang_domain::{CaptureSource, PointId, Wgs84};
use xunfang_phone::{KeyFiles, Patience, Phone, PhoneConfig, PhotoPlace, SimulatedPosition};
use xunfang_store::StorageKey;

/// How long a finding may take until the server has all of it; a broken disk keeps it for ever.
const SENDING: Duration = Duration::from_secs(8);
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

pub(crate) fn open(folder: &Path, server: &str) -> anyhow::Result<Phone> {
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

pub(crate) async fn run(phone: &Phone, command: Value) -> anyhow::Result<Value> {
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

/// The two nearest points whose lists can be asked for.
pub(crate) async fn points(phone: &Phone) -> anyhow::Result<[PointId; 2]> {
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
pub(crate) fn photo(seed: u32) -> anyhow::Result<Vec<u8>> {
    picture(seed, 480, 360)
}

/// A photo of a given size; each seed is another picture.
pub(crate) fn picture(seed: u32, width: u32, height: u32) -> anyhow::Result<Vec<u8>> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let [low, high, ..] = (x.wrapping_mul(2 * seed + 1) ^ y.wrapping_mul(40_503)).to_le_bytes();
        Rgb([low, high, low ^ high])
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Jpeg)?;
    Ok(file.into_inner())
}

/// One thing that an inspector does, as a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// A photo, and the app is left.
    Photo,
    /// A finding with one photo.
    Finding,
    /// A finding with three.
    ThreePhotos,
    /// Of two photos one is taken back before the finding is saved.
    TakenBack,
    /// The same file twice.
    SameFile,
    /// A note that is typed and typed again.
    Typed,
    /// A photo that is drawn on, and drawn on again.
    Drawn,
    /// Answers to three items.
    Answered,
    /// Photos at an item, of which one is taken off.
    ItemPhotos,
    /// An inspection from its beginning to its end.
    Submitted,
    /// An inspection that was begun by mistake.
    Discarded,
    /// A finding that is sent until the server has all of it.
    Sent,
    /// A finding that was sent back, with another photo and other words.
    Revised,
}

impl Flow {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Photo,
        Self::Finding,
        Self::ThreePhotos,
        Self::TakenBack,
        Self::SameFile,
        Self::Typed,
        Self::Drawn,
        Self::Answered,
        Self::ItemPhotos,
        Self::Submitted,
        Self::Discarded,
        Self::Sent,
        Self::Revised,
    ];

    /// Finds one by the name that it is printed with.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|flow| format!("{flow:?}") == name)
    }
}

/// Sends until nothing waits.
pub(crate) async fn send(phone: &Phone) -> anyhow::Result<()> {
    let mut changes = phone.changes();
    run(phone, json!({"cmd": "sync_now"})).await?;
    let sent = async {
        loop {
            let sync = run(phone, json!({"cmd": "sync"})).await?;
            let waiting = ["/unsent", "/originals"].map(|what| sync.pointer(what).cloned());
            if waiting.iter().all(|one| *one == Some(json!(0))) {
                return Ok(());
            }
            // What was missed is asked for anew.
            drop(changes.recv().await);
        }
    };
    tokio::time::timeout(SENDING, sent)
        .await
        .context("not sent in time")?
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

    async fn take_back(&self, point: PointId, photo: &str) -> anyhow::Result<()> {
        let remove = json!({"cmd": "remove_draft_photo", "point": point, "sha256": photo});
        say(&format!("taking-back {photo}"))?;
        run(self.phone, remove).await.map(drop)
    }

    async fn type_note(&self, point: PointId, note: &str) -> anyhow::Result<()> {
        let draft = json!({
            "cmd": "save_draft", "point": point, "criterion": "cables-tidy", "note": note,
        });
        say(&format!("typing {point}"))?;
        run(self.phone, draft).await?;
        say(&format!("typed {point} {note}"))
    }

    async fn save(&self, point: PointId) -> anyhow::Result<()> {
        self.save_as(point, "线缆下垂").await.map(drop)
    }

    async fn save_as(&self, point: PointId, note: &str) -> anyhow::Result<String> {
        let command = json!({
            "cmd": "save_finding", "point": point, "criterion": "cables-tidy", "note": note,
        });
        say(&format!("typing {point}"))?;
        let saved = run(self.phone, command).await?;
        let id = text(&saved, "/id")?;
        // A scene that was killed may have left photos in the draft.
        let kept = run(self.phone, json!({"cmd": "finding", "id": id})).await?;
        let photos = list(&kept, "/record/photos")?.iter();
        let photos: Vec<&str> = photos
            .map(|photo| text(photo, "/sha256"))
            .collect::<Result<_, _>>()?;
        let photos = photos.join(" ");
        say(&format!("finding {id} {photos}"))?;
        Ok(id.to_owned())
    }

    /// Revises what was sent back.
    async fn revise(&self) -> anyhow::Result<()> {
        let returned = json!({"cmd": "findings", "filter": "returned", "offset": 0, "limit": 1});
        let returned = run(self.phone, returned).await?;
        let id = text(&returned, "/rows/0/record/id")?;
        let point = run(self.phone, json!({"cmd": "revise_finding", "id": id})).await?;
        let point = text(&point, "")?.parse().context("a point's id")?;
        self.photograph(PhotoPlace::draft(point), 12).await?;
        let id = self.save_as(point, "补拍近照").await?;
        say(&format!("revised {id} 补拍近照"))
    }

    async fn begin(&self, point: PointId) -> anyhow::Result<Value> {
        run(
            self.phone,
            json!({"cmd": "begin_inspection", "point": point}),
        )
        .await
    }

    async fn answer(&self, id: &str, criterion: &str, value: &Value) -> anyhow::Result<()> {
        let answer =
            json!({"cmd": "save_answer", "id": id, "criterion": criterion, "value": value});
        run(self.phone, answer).await?;
        say(&format!("answer {id} {criterion}"))
    }

    /// Says at each of the first `count` items that there is nothing to look at.
    async fn pass_over(&self, inspection: &Value, count: usize) -> anyhow::Result<()> {
        let id = text(inspection, "/id")?;
        let nothing = json!({"form": "not-applicable", "reason": "封闭施工"});
        for item in list(inspection, "/items")?.iter().take(count) {
            self.answer(id, text(item, "/criterion/code")?, &nothing)
                .await?;
        }
        Ok(())
    }

    /// An item that holds or not.
    fn some_item(inspection: &Value) -> anyhow::Result<&str> {
        let mut items = list(inspection, "/items")?.iter();
        let holds =
            items.find(|item| text(item, "/control").is_ok_and(|control| control == "holds"));
        text(
            holds.context("an item that holds or not")?,
            "/criterion/code",
        )
    }

    /// Says no at an item and takes two photos of it; returns the first.
    async fn photograph_item(&self, point: PointId, seed: u32) -> anyhow::Result<String> {
        let begun = self.begin(point).await?;
        let criterion = Self::some_item(&begun)?;
        let no = json!({"form": "holds", "holds": false});
        self.answer(text(&begun, "/id")?, criterion, &no).await?;
        let item = PhotoPlace {
            point,
            item: Some(criterion.to_owned()),
        };
        let first = self.photograph(item.clone(), seed).await?;
        self.photograph(item, seed + 1).await?;
        Ok(first)
    }

    async fn go_through(&self, flow: Flow, [near, next]: [PointId; 2]) -> anyhow::Result<()> {
        let draft = PhotoPlace::draft;
        match flow {
            Flow::Photo => {
                self.photograph(draft(near), 1).await?;
            }
            Flow::Finding | Flow::Sent => {
                self.photograph(draft(near), 2).await?;
                self.save(near).await?;
                if flow == Flow::Sent {
                    send(self.phone).await?;
                }
            }
            Flow::ThreePhotos => {
                for seed in 3..=5 {
                    self.photograph(draft(near), seed).await?;
                }
                self.save(near).await?;
            }
            Flow::TakenBack => {
                let unwanted = self.photograph(draft(next), 6).await?;
                self.photograph(draft(next), 7).await?;
                self.take_back(next, &unwanted).await?;
                self.save(next).await?;
            }
            Flow::SameFile => {
                self.photograph(draft(near), 8).await?;
                self.photograph(draft(near), 8).await?;
                self.save(near).await?;
            }
            Flow::Typed => {
                self.type_note(near, "线缆").await?;
                self.type_note(near, "线缆下垂，离地不足两米").await?;
            }
            Flow::Drawn => {
                let seen = self.photograph(draft(near), 9).await?;
                self.draw(near, &seen, 1).await?;
                self.draw(near, &seen, 2).await?;
                self.save(near).await?;
            }
            Flow::Answered => {
                let begun = self.begin(near).await?;
                self.pass_over(&begun, 3).await?;
            }
            Flow::ItemPhotos => {
                let unwanted = self.photograph_item(near, 10).await?;
                let begun = self.begin(near).await?;
                say(&format!("taking-back {unwanted}"))?;
                let remove = json!({
                    "cmd": "remove_answer_photo", "id": text(&begun, "/id")?,
                    "criterion": Self::some_item(&begun)?, "sha256": unwanted,
                });
                run(self.phone, remove).await?;
            }
            Flow::Submitted => {
                let begun = self.begin(near).await?;
                let id = text(&begun, "/id")?;
                self.pass_over(&begun, usize::MAX).await?;
                run(self.phone, json!({"cmd": "submit_inspection", "id": id})).await?;
                say(&format!("submitted {id}"))?;
            }
            Flow::Discarded => {
                let begun = self.begin(near).await?;
                self.pass_over(&begun, 1).await?;
                let id = text(&begun, "/id")?;
                say(&format!("discarding {id}"))?;
                run(self.phone, json!({"cmd": "discard_inspection", "id": id})).await?;
            }
            Flow::Revised => self.revise().await?,
        }
        Ok(())
    }
}

/// Goes through one flow.
///
/// # Errors
/// Where the app refuses something.
pub async fn flow(folder: &Path, flow: Flow) -> anyhow::Result<()> {
    let phone = open(folder, NOWHERE)?;
    let points = points(&phone).await?;
    Day { phone: &phone }.go_through(flow, points).await
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
    day.take_back(next, &unwanted).await?;
    drop(phone);

    let phone = open(folder, NOWHERE)?;
    let day = Day { phone: &phone };
    // The same file again is the same photo.
    day.photograph(draft(next), 4).await?;
    day.photograph(draft(next), 5).await?;
    day.save(next).await?;
    day.photograph_item(near, 6).await.map(drop)
}
