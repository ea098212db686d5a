//! A phone and a console, as far as it is about what they were answered.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use uuid::Uuid;
use xunfang_domain::{FindingId, Sha256Hex};

use crate::scene::picture;

/// Longest time for an answer: a server that hangs is a fault.
const ANSWER_MAX: Duration = Duration::from_secs(60);

const INSPECTOR: &str = "xunfang01";
const SUPERVISOR: &str = "ducha01";

/// Who is signed in, and where they work.
#[derive(Clone)]
pub(super) struct People {
    device: Uuid,
    phone: String,
    console: String,
    point: Value,
    standard: Value,
}

impl People {
    pub(super) async fn sign_in(server: &str, accounts: &[Value]) -> anyhow::Result<Self> {
        let http = http()?;
        let device = Uuid::now_v7();
        let sign_in = async |account: &str| {
            let known = accounts.iter().find(|one| at(one, "/account") == account);
            let password = &known.context("an account")?["password"];
            // A device each, so that both get a token and none a cookie.
            let of = if account == INSPECTOR {
                device
            } else {
                Uuid::now_v7()
            };
            let body = json!({"account": account, "password": password, "device": of});
            let answer = http.post(format!("{server}/api/v1/session")).json(&body);
            let answer: Value = answer.send().await?.error_for_status()?.json().await?;
            let token = at(&answer, "/token").as_str().context("a token")?;
            anyhow::Ok(format!("Bearer {token}"))
        };
        let (phone, console) = (sign_in(INSPECTOR).await?, sign_in(SUPERVISOR).await?);
        let get = async |path: &str| {
            let asked = http.get(format!("{server}/api/v1/{path}"));
            let answer = asked.header("authorization", &phone).send().await?;
            anyhow::Ok(answer.error_for_status()?.json::<Value>().await?)
        };
        let points = get("points").await?;
        let session = get("session").await?;
        Ok(Self {
            device,
            point: at(&points, "/0/id").clone(),
            standard: at(&session, "/district/standard").clone(),
            phone,
            console,
        })
    }
}

/// A photo on its way, and how much of it was answered.
struct Sent {
    sha256: Sha256Hex,
    bytes: Vec<u8>,
    announced: bool,
    /// Bytes that the server said it has.
    held: usize,
}

impl Sent {
    fn of(seed: u32, [width, height]: [u32; 2]) -> anyhow::Result<Self> {
        let bytes = picture(seed, width, height)?;
        Ok(Self {
            sha256: xunfang_evidence::digest(&bytes),
            bytes,
            announced: false,
            held: 0,
        })
    }
}

/// An operation, and its place where it was answered.
struct Pushed {
    op: Value,
    seq: Option<u64>,
}

/// Works through a script, and goes on where it was broken off.
pub(super) struct Client {
    http: reqwest::Client,
    server: String,
    people: People,
    /// One that is sent in pieces, and one that is sent whole with others.
    photos: [Sent; 2],
    ops: [Pushed; 2],
    /// The revision that a decision was answered with.
    decided: Option<u64>,
}

impl Client {
    pub(super) fn new(server: &str, people: &People) -> anyhow::Result<Self> {
        let photos = [Sent::of(31, [480, 360])?, Sent::of(32, [48, 36])?];
        let op = |number: u64, photos: &[&Sent]| Pushed {
            op: submit(number, people, photos),
            seq: None,
        };
        let [first, second] = &photos;
        let ops = [op(1, &[first]), op(2, &[first, second])];
        Ok(Self {
            http: http()?,
            server: server.to_owned(),
            people: people.clone(),
            photos,
            ops,
            decided: None,
        })
    }

    /// The same, once it was started again.
    pub(super) fn goes_on_at(&mut self, server: &str) -> anyhow::Result<()> {
        server.clone_into(&mut self.server);
        self.http = http()?;
        Ok(())
    }

    /// How much was answered.
    pub(super) fn acknowledged(&self) -> u64 {
        let pieces = self.photos.iter().filter(|photo| photo.held > 0).count();
        let ops = self.ops.iter().filter(|op| op.seq.is_some()).count();
        (pieces + ops) as u64 + u64::from(self.decided.is_some())
    }

    fn ask(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}/api/v1/{path}", self.server))
            .header("authorization", &self.people.phone)
            .header("tus-resumable", "1.0.0")
    }

    /// Does what is not done yet, from first to last.
    pub(super) async fn work(&mut self) -> anyhow::Result<()> {
        self.send_in_pieces().await?;
        self.push(0).await?;
        self.send_whole().await?;
        self.push(1).await?;
        self.decide().await
    }

    async fn send_in_pieces(&mut self) -> anyhow::Result<()> {
        let [photo, _] = &self.photos;
        let (path, length) = (format!("uploads/{}", photo.sha256), photo.bytes.len());
        if !photo.announced {
            let asked = self
                .ask(Method::POST, &path)
                .header("upload-length", length);
            let held = offset(&good(asked.send().await?).await?)?;
            let [photo, _] = &mut self.photos;
            photo.announced = true;
            photo.held = photo.held.max(held);
        } else if photo.held < length {
            // What was sent and not answered may be there.
            let held = offset(&good(self.ask(Method::HEAD, &path).send().await?).await?)?;
            let [photo, _] = &mut self.photos;
            ensure!(
                held >= photo.held,
                "{held} of {} bytes are there",
                photo.held
            );
            photo.held = held;
        }
        loop {
            let [photo, _] = &self.photos;
            let from = photo.held;
            if from == length {
                return Ok(());
            }
            let to = length.min(from + length / 3 + 1);
            let piece = photo.bytes.get(from..to).context("a piece")?.to_vec();
            let asked = self
                .ask(Method::PATCH, &path)
                .header("upload-offset", from)
                .header("content-type", "application/offset+octet-stream");
            let held = offset(&good(asked.body(piece).send().await?).await?)?;
            ensure!(held == to, "{held} bytes are held after {to}");
            let [photo, _] = &mut self.photos;
            photo.held = held;
        }
    }

    async fn send_whole(&mut self) -> anyhow::Result<()> {
        let [_, photo] = &self.photos;
        if photo.held == photo.bytes.len() {
            return Ok(());
        }
        let mut body = Vec::new();
        xunfang_protocol::add_to_bundle(&mut body, &photo.sha256, &photo.bytes);
        let asked = self
            .ask(Method::POST, "uploads")
            .header("content-type", xunfang_protocol::BUNDLE_CONTENT_TYPE);
        good(asked.body(body).send().await?).await?;
        let [_, photo] = &mut self.photos;
        photo.held = photo.bytes.len();
        Ok(())
    }

    async fn push(&mut self, which: usize) -> anyhow::Result<()> {
        let pushed = self.ops.get(which).context("an operation")?;
        if pushed.seq.is_some() {
            return Ok(());
        }
        let result = self.push_op(&pushed.op).await?;
        let status = at(&result, "/status").as_str().unwrap_or_default();
        ensure!(matches!(status, "applied" | "duplicate"), "{result}");
        let seq = at(&result, "/seq").as_u64();
        ensure!(seq.is_some(), "{result}");
        let pushed = self.ops.get_mut(which).context("an operation")?;
        pushed.seq = seq;
        Ok(())
    }

    async fn push_op(&self, op: &Value) -> anyhow::Result<Value> {
        let body = json!({
            "proto": 1, "schema": 1, "device": self.people.device, "batch": Uuid::now_v7(),
            "ops": [op],
        });
        let asked = self.ask(Method::POST, "sync/push").json(&body);
        let answer: Value = good(asked.send().await?).await?.json().await?;
        Ok(at(&answer, "/results/0").clone())
    }

    async fn decide(&mut self) -> anyhow::Result<()> {
        if self.decided.is_some() {
            return Ok(());
        }
        let [first, _] = &self.ops;
        let id = at(&first.op, "/entity").as_str().context("an id")?;
        let url = format!("{}/api/v1/findings/{id}/review", self.server);
        let asked = self
            .http
            .post(url)
            .json(&json!({"rev": 0, "decision": "accept"}));
        let answer = asked
            .header("authorization", &self.people.console)
            .send()
            .await?;
        // Decided before, and nobody was told.
        if answer.status() != 409 {
            good(answer).await?;
        }
        self.decided = Some(1);
        Ok(())
    }

    /// What was answered and is not there.
    pub(super) async fn missing(&self) -> anyhow::Result<Vec<String>> {
        let mut missing = Vec::new();
        for photo in &self.photos {
            if photo.held == 0 {
                continue;
            }
            let path = format!("uploads/{}", photo.sha256);
            let answer = self.ask(Method::HEAD, &path).send().await?;
            let held = if answer.status().is_success() {
                offset(&answer)?
            } else {
                0
            };
            if held < photo.held {
                missing.push(format!("{held} of {} bytes are there", photo.held));
            }
        }
        for Pushed { op, seq } in &self.ops {
            let Some(seq) = seq else { continue };
            let again = self.push_op(op).await?;
            if at(&again, "/status") != "duplicate" || at(&again, "/seq") != *seq {
                missing.push(format!("operation {seq}: {again}"));
            }
        }
        missing.extend(self.missing_events().await?);
        Ok(missing)
    }

    async fn missing_events(&self) -> anyhow::Result<Vec<String>> {
        let body = json!({"proto": 1, "epoch": null, "scopes": {}, "limit": 1000});
        let asked = self.ask(Method::POST, "sync/pull").json(&body);
        let answer: Value = good(asked.send().await?).await?.json().await?;
        let events = at(&answer, "/scopes/1/events")
            .as_array()
            .context("events")?;
        let mut missing = Vec::new();
        for Pushed { op, seq } in &self.ops {
            let told = events
                .iter()
                .filter(|event| at(event, "/kind") == "finding.received")
                .filter(|event| at(event, "/body/id") == at(op, "/entity"))
                .count();
            if told > 1 || (seq.is_some() && told == 0) {
                missing.push(format!(
                    "finding {} is told {told} times",
                    at(op, "/entity")
                ));
            }
        }
        let reviews = events.iter().filter(|event| at(event, "/body/rev") == 1);
        let reviews = reviews.filter(|event| at(event, "/body/state") == "accepted");
        let told = reviews.count();
        if told > 1 || (self.decided.is_some() && told == 0) {
            missing.push(format!("the decision is told {told} times"));
        }
        Ok(missing)
    }
}

/// A client without TLS in use; it wants to be told all the same who would do it.
pub(crate) fn http() -> anyhow::Result<reqwest::Client> {
    http_with(HeaderMap::new())
}

/// One that says something with each of its questions.
pub(crate) fn http_with(always: HeaderMap) -> anyhow::Result<reqwest::Client> {
    // Told already, where this fails.
    drop(rustls::crypto::ring::default_provider().install_default());
    Ok(reqwest::Client::builder()
        .default_headers(always)
        .timeout(ANSWER_MAX)
        .build()?)
}

/// What a value holds at a place; null where there is nothing.
pub(crate) fn at<'a>(value: &'a Value, place: &str) -> &'a Value {
    value.pointer(place).unwrap_or(&Value::Null)
}

async fn good(answer: Response) -> anyhow::Result<Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    bail!("it answered {status}: {}", answer.text().await?);
}

fn offset(answer: &Response) -> anyhow::Result<usize> {
    let header = answer.headers().get("upload-offset");
    Ok(header.context("an offset")?.to_str()?.parse()?)
}

fn submit(number: u64, people: &People, photos: &[&Sent]) -> Value {
    let missing = json!({"kind": "missing", "why": "no_fix"});
    let id = FindingId::from_uuid(Uuid::now_v7());
    let photos: Vec<Value> = photos
        .iter()
        .map(|photo| {
            json!({
                "sha256": photo.sha256, "bytes": photo.bytes.len(), "media_type": "image/jpeg",
                "width": 480, "height": 360, "source": "camera", "taken_at": 1_760_000_000_000_i64,
                "position": missing,
            })
        })
        .collect();
    json!({
        "id": Uuid::now_v7(), "dev_seq": number, "kind": "finding.submitted", "entity": id,
        "base_rev": 0, "made_at": 1_760_000_000_000_i64,
        "body": {
            "id": id, "point": people.point, "standard": at(&people.standard, "/id"),
            "standard_version": at(&people.standard, "/version"), "criterion": "cables-tidy",
            "note": "缆线垂落", "found_at": 1_760_000_000_000_i64, "position": missing,
            "standing": null, "photos": photos,
        },
    })
}
