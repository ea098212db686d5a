//! What every world begins with.

use anyhow::{Context, ensure};
use fastrand::Rng;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use xunfang_domain::{DeviceId, PointId};
use xunfang_protocol::{SessionView, SignedIn};
use xunfang_server::{App, AppConfig, sample};
use xunfang_store::{SignedInSession, StorageKey, Store};
use xunfang_vault::Secret;

use super::wire::{Net, Parcel, Reply};
use super::world::PHONES;

const ACCOUNTS: [&str; PHONES] = ["xunfang01", "xunfang02", "xunfang01"];
const SUPERVISOR: &str = "ducha01";

/// What every world begins with: a server with the sample districts, and phones that are signed in.
pub struct Template {
    pub(super) folder: TempDir,
    pub(super) phones: Vec<Prepared>,
    /// The supervisor's cookie.
    pub(super) cookie: String,
    pub(super) points: Vec<PointId>,
    /// A point of the other district.
    pub(super) foreign: PointId,
}

pub(super) struct Prepared {
    pub(super) device: DeviceId,
    pub(super) session: SessionView,
    pub(super) token: String,
}

fn device(number: usize) -> DeviceId {
    DeviceId::from_uuid(Uuid::from_u128(0xd0 + number as u128))
}

pub(super) fn storage_key() -> StorageKey {
    StorageKey::new(&Secret::from_bytes([1; 32]))
}

pub(super) fn parcel(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> anyhow::Result<Parcel> {
    let mut parcel = Parcel {
        method: method.parse()?,
        url: format!("http://server{path}").parse()?,
        headers: reqwest::header::HeaderMap::new(),
        body: body.to_string().into_bytes(),
    };
    for (name, value) in headers {
        let name: reqwest::header::HeaderName = name.parse()?;
        parcel.headers.insert(name, value.parse()?);
    }
    parcel
        .headers
        .insert("content-type", "application/json".parse()?);
    Ok(parcel)
}

impl Template {
    /// Prepares it in memory.
    ///
    /// # Errors
    /// Where the server or a phone fails.
    pub async fn prepare() -> anyhow::Result<Self> {
        let folder = crate::memory_folder()?;
        let app = App::open(AppConfig::new(folder.path().join("server")))?;
        let accounts = sample::load(&app).await?.accounts;
        let net = Net::new(0, Rng::with_seed(0), None);
        net.serve_with(app.router());
        let sign_in = async |name: &str, device: Option<DeviceId>| -> anyhow::Result<Reply> {
            let account = accounts.iter().find(|one| one.account == name);
            let account = account.context("the sample districts have no such account")?;
            let body = json!({"account": name, "password": account.password, "device": device});
            let asked = parcel("POST", "/api/v1/session", &[], &body)?;
            let reply = net.ask(&asked, None).await.context("no answer")?;
            ensure!(reply.status.is_success(), "{name} is not let in");
            Ok(reply)
        };
        let mut phones = Vec::new();
        for (number, account) in ACCOUNTS.iter().enumerate() {
            let device = device(number);
            let reply = sign_in(account, Some(device)).await?;
            let signed_in: SignedIn = serde_json::from_slice(&reply.body)?;
            let prepared = Prepared {
                device,
                session: signed_in.session,
                token: signed_in.token.context("a phone gets a token")?,
            };
            let place = folder.path().join(format!("phone-{number}"));
            let store =
                Store::open(&place, &storage_key(), xunfang_domain::UnixMillis::new(0))?.store;
            store.installation(device)?;
            store.sign_in(&SignedInSession {
                server: "http://server".to_owned(),
                session: prepared.session.clone(),
                token: prepared.token.clone(),
            })?;
            phones.push(prepared);
        }
        let cookie = sign_in(SUPERVISOR, None).await?;
        let cookie = cookie
            .headers
            .get("set-cookie")
            .context("a cookie")?
            .to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let district = phones.first().context("a phone")?.session.district.id;
        let (mut points, mut foreign) = (Vec::new(), None);
        let db = Connection::open(folder.path().join("server/server.db"))?;
        let mut rows = db.prepare("SELECT district_id, point_id FROM point ORDER BY point_id")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let (of, point): (Uuid, Uuid) = (row.get(0)?, row.get(1)?);
            if of == district.uuid() {
                points.push(PointId::from_uuid(point));
            } else {
                foreign = Some(PointId::from_uuid(point));
            }
        }
        drop(app);
        Ok(Self {
            folder,
            phones,
            cookie,
            points,
            foreign: foreign.context("another district")?,
        })
    }
}
