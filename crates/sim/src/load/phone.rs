//! One of the phones.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;
use xunfang_domain::{DeviceId, FindingId, OpId, PersonId, Sha256Hex};
use xunfang_evidence::{DeviceSigner, OpAuthor, SecretKey, digest, sign_op};
use xunfang_protocol::{Op, PACKING, pack};

use crate::killed::{at, http, http_with};
use crate::scene::picture;

const ACCOUNT: &str = "xunfang01";
/// The photo that records show which bring none.
const SHARED_SEED: u32 = 5;

/// Operations that were answered as applied.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    ops: Mutex<BTreeSet<Uuid>>,
    more: Notify,
}

impl Answered {
    fn ops(&self) -> MutexGuard<'_, BTreeSet<Uuid>> {
        // A set that somebody broke off at says what it held.
        self.ops.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, op: OpId) {
        self.ops().insert(op.uuid());
        self.more.notify_one();
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.ops().len()
    }

    /// All of them.
    pub(crate) fn all(&self) -> BTreeSet<Uuid> {
        self.ops().clone()
    }

    /// Waits until there are so many.
    pub(crate) async fn wait_for(&self, count: usize) {
        while self.count() < count {
            self.more.notified().await;
        }
    }
}

/// A phone that is signed in.
pub(crate) struct LoadPhone {
    http: reqwest::Client,
    server: String,
    device: DeviceId,
    person: PersonId,
    key: SecretKey,
    point: Value,
    standard: Value,
    /// What it will send.
    ready: Vec<Ready>,
    /// Who is told of answers.
    answered: Option<Arc<Answered>>,
}

/// A record that is packed, and the photo that goes before it.
struct Ready {
    photo: Option<(Sha256Hex, Vec<u8>)>,
    op: OpId,
    push: Vec<u8>,
}

impl LoadPhone {
    /// Tells somebody of each operation that is answered.
    pub(crate) fn telling(mut self, answered: Arc<Answered>) -> Self {
        self.answered = Some(answered);
        self
    }

    pub(crate) async fn sign_in(server: &str, accounts: &[Value]) -> anyhow::Result<Self> {
        let device = DeviceId::from_uuid(Uuid::now_v7());
        let known = accounts.iter().find(|one| at(one, "/account") == ACCOUNT);
        let password = &known.context("an account")?["password"];
        let body = json!({"account": ACCOUNT, "password": password, "device": device});
        let answer = http()?.post(format!("{server}/api/v1/session")).json(&body);
        let answer: Value = answer.send().await?.error_for_status()?.json().await?;
        let token = at(&answer, "/token").as_str().context("a token")?;
        let mut always = HeaderMap::new();
        let token = HeaderValue::from_str(&format!("Bearer {token}"))?;
        always.insert("authorization", token);
        always.insert("tus-resumable", HeaderValue::from_static("1.0.0"));
        let http = http_with(always)?;
        let points = http.get(format!("{server}/api/v1/points")).send().await?;
        let points: Value = points.error_for_status()?.json().await?;
        let mut secret = [0; 32];
        fastrand::Rng::with_seed(device.uuid().as_u64_pair().1).fill(&mut secret);
        Ok(Self {
            http,
            server: server.to_owned(),
            device,
            person: serde_json::from_value(at(&answer, "/session/person/id").clone())?,
            key: SecretKey::from_bytes(&secret).context("a key")?,
            point: at(&points, "/0/id").clone(),
            standard: at(&answer, "/session/district/standard").clone(),
            ready: Vec::new(),
            answered: None,
        })
    }

    /// Makes what it will send: so many records, each with a photo of so many bytes or with one
    /// that is there.
    pub(crate) async fn prepared(
        mut self,
        records: usize,
        photo_bytes: Option<usize>,
    ) -> anyhow::Result<Self> {
        let shared = picture(SHARED_SEED, 48, 36)?;
        let shared = (digest(&shared), shared);
        self.upload(&shared.0, shared.1.clone()).await?;
        for number in 1..=records as u64 {
            let photo = photo_bytes
                .map(|bytes| taken(bytes, self.device, number))
                .transpose()?;
            let shown = photo.as_ref().unwrap_or(&shared);
            let op = OpId::from_uuid(Uuid::now_v7());
            let push = self.push_body(op, number, &shown.0, shown.1.len())?;
            self.ready.push(Ready { photo, op, push });
        }
        Ok(self)
    }

    fn push_body(
        &self,
        op: OpId,
        number: u64,
        photo: &Sha256Hex,
        bytes: usize,
    ) -> anyhow::Result<Vec<u8>> {
        let missing = json!({"kind": "missing", "why": "no_fix"});
        let id = FindingId::from_uuid(Uuid::now_v7());
        let body = json!({
            "id": id, "point": self.point, "standard": at(&self.standard, "/id"),
            "standard_version": at(&self.standard, "/version"), "criterion": "cables-tidy",
            "note": "缆线垂落，距地面不足两米", "found_at": 1_760_000_000_000_i64,
            "position": {
                "kind": "measured", "fix": {
                    "place": {"lat": 33.481_234_5, "lng": 117.883_456_7}, "accuracy_m": 6.5,
                    "provider": "gps", "taken_at": 1_760_000_000_000_i64, "mock": false,
                },
            },
            "standing": null,
            "photos": [{
                "sha256": photo, "bytes": bytes, "media_type": "image/jpeg", "width": 480,
                "height": 360, "source": "camera", "taken_at": 1_760_000_000_000_i64,
                "position": missing,
            }],
        });
        let mut op: Op = serde_json::from_value(json!({
            "id": op, "dev_seq": number,
            "kind": "finding.submitted", "entity": id, "base_rev": 0,
            "made_at": 1_760_000_000_000_i64, "body": body,
        }))?;
        let author = OpAuthor {
            device: self.device,
            person: self.person,
        };
        op.sig = Some(sign_op(&op, author, &self.key)?);
        let push = json!({
            "proto": 1, "schema": 1, "device": self.device, "batch": Uuid::now_v7(),
            "key": self.key.public_key().to_string(), "ops": [op],
        });
        Ok(pack(&serde_json::to_vec(&push)?)?)
    }

    /// Sends all of it, one by one, and returns how long each push took.
    pub(crate) async fn send_all(mut self) -> anyhow::Result<Vec<Duration>> {
        let mut times = Vec::with_capacity(self.ready.len());
        for Ready { photo, op, push } in std::mem::take(&mut self.ready) {
            if let Some((sha256, bytes)) = photo {
                self.upload(&sha256, bytes).await?;
            }
            let asked = self
                .http
                .post(format!("{}/api/v1/sync/push", self.server))
                .header("content-type", "application/json")
                .header("content-encoding", PACKING)
                .body(push);
            let began = Instant::now();
            let answer = asked.send().await?;
            let status = answer.status();
            let text = answer.text().await?;
            times.push(began.elapsed());
            // Read no further than it has to be: the machine is the server's.
            let applied = text.contains("\"status\":\"applied\"");
            ensure!(status.is_success() && applied, "{status} {text}");
            if let Some(answered) = &self.answered {
                answered.add(op);
            }
        }
        Ok(times)
    }

    async fn upload(&self, sha256: &Sha256Hex, bytes: Vec<u8>) -> anyhow::Result<()> {
        let asked = self
            .http
            .post(format!("{}/api/v1/uploads/{sha256}", self.server))
            .header("upload-length", bytes.len())
            .header("content-type", xunfang_protocol::UPLOAD_CONTENT_TYPE)
            .body(bytes);
        let answer = asked.send().await?;
        let status = answer.status();
        ensure!(status.is_success(), "{status} {}", answer.text().await?);
        Ok(())
    }
}

/// A photo that shows something of its own, filled up to so many bytes, and its name.
fn taken(bytes: usize, device: DeviceId, number: u64) -> anyhow::Result<(Sha256Hex, Vec<u8>)> {
    let (_, low) = device.uuid().as_u64_pair();
    let mut rng = fastrand::Rng::with_seed(low ^ number.rotate_left(32));
    let picture = patches(&mut rng)?;
    // Behind its first marker, as cameras put what they have to say.
    let (start, rest) = picture.split_first_chunk::<2>().context("a picture")?;
    let mut whole = start.to_vec();
    let mut wanted = bytes.saturating_sub(picture.len());
    while wanted > 4 {
        let part = wanted.min(65_000);
        let length = u16::try_from(part - 2)?;
        whole.extend([0xff, 0xfe]);
        whole.extend(length.to_be_bytes());
        whole.extend((4..part).map(|_| rng.u8(..)));
        wanted -= part;
    }
    whole.extend(rest);
    Ok((digest(&whole), whole))
}

/// A picture of patches, of which no other one has the same.
fn patches(rng: &mut fastrand::Rng) -> anyhow::Result<Vec<u8>> {
    let shades: Vec<u8> = (0..12 * 9).map(|_| rng.u8(..)).collect();
    let picture = image::RgbImage::from_fn(480, 360, |x, y| {
        let shade = shades.get((y / 40 * 12 + x / 40) as usize).copied();
        let shade = shade.unwrap_or_default();
        image::Rgb([shade, shade.wrapping_mul(3), shade.wrapping_add(90)])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Jpeg)?;
    Ok(file.into_inner())
}
