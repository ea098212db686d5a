//! A server, and a phone without a screen that speaks with it over a real connection. Storage,
//! engine, transport and server are the product's own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use xunfang_domain::{BatchId, Clocks, CriterionScope, DeviceId, Standard, UnixMillis};
use xunfang_evidence::{DeviceSigner, OpAuthor, SecretKey, sign_op};
use xunfang_phone::{HttpServer, Patience};
use xunfang_protocol::{OPS_PER_PUSH_MAX, PROTO, PushRequest, SessionView, SignInRequest};
use xunfang_server::{App, AppConfig, sample};
use xunfang_store::{PointQuery, SignedInSession, Store};
use xunfang_sync::{
    BundleSize, Clock, Exchange, ExchangeError, ExchangeReport, Transport, exchange,
};

use crate::device::{self, Numbers};
use crate::fieldwork::{BEGAN, FieldWork, fresh_id};

/// An inspector of the first sample district.
const ACCOUNT: &str = "xunfang01";
/// More points than the sample district has.
const POINTS_MAX: usize = 200;
/// Minutes that China is ahead of UTC.
const OFFSET_MIN: i16 = 480;
/// The phone is signed in an hour before the work begins, in milliseconds.
const BEFORE_WORK_MS: i64 = 60 * 60 * 1000;
/// How long it had been on by then, in milliseconds: a day and some.
const SINCE_BOOT_MS: u64 = 98_765_432;

/// A server with the sample districts, until it is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    password: String,
    serving: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Served {
    /// Starts it over an empty folder.
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let app = App::open(AppConfig::new(folder))?;
        let mut accounts = sample::load(&app).await?.accounts.into_iter();
        let account = accounts.find(|one| one.account == ACCOUNT);
        let account = account.context("the sample districts have no inspector")?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(xunfang_server::serve(app, listener, std::future::pending()));
        Ok(Self {
            address,
            password: account.password,
            serving,
        })
    }
}

/// A phone whose inspector is signed in.
pub(crate) struct Handset {
    pub(crate) store: Store,
    pub(crate) session: SessionView,
    pub(crate) device: DeviceId,
    pub(crate) signer: SecretKey,
    token: String,
    batch: BatchId,
    /// Names the time since it was last started.
    boot: String,
}

/// The phone's clocks, which run on from a moment.
struct FieldClock<'a> {
    from: UnixMillis,
    since: Instant,
    boot: &'a str,
}

impl Clock for FieldClock<'_> {
    fn now(&self) -> UnixMillis {
        let passed = i64::try_from(self.since.elapsed().as_millis());
        self.from.plus_ms(passed.unwrap_or(i64::MAX))
    }

    fn all(&self) -> Clocks {
        clocks(self.now(), self.boot)
    }
}

/// All clocks of the phone at a moment, in a run that began before the sign-in.
fn clocks(at: UnixMillis, boot: &str) -> Clocks {
    let later = at.since(BEGAN.plus_ms(-BEFORE_WORK_MS)).max(0);
    Clocks {
        wall: at,
        offset_min: OFFSET_MIN,
        boot: boot.to_owned(),
        since_boot_ms: SINCE_BOOT_MS + later.unsigned_abs(),
    }
}

impl Handset {
    /// Signs in from an empty folder, and asks for everything that a phone has before its person
    /// goes out: points, standard, and the server's word that its photos quote.
    pub(crate) async fn sign_in(folder: &Path, served: &Served) -> anyhow::Result<Self> {
        let morning = BEGAN.plus_ms(-BEFORE_WORK_MS);
        let opened = Store::open(folder, &device::key(folder)?, morning)?;
        ensure!(opened.set_aside.is_none(), "a database was set aside");
        let store = opened.store;
        let mut numbers = Numbers::new(11);
        let mut fresh_id = || fresh_id(&mut numbers, morning);
        let device = store.installation(DeviceId::from_uuid(fresh_id()))?.device;
        let address = format!("http://{}", served.address);
        let way = transport(&address, None)?;
        let signed_in = way
            .sign_in(&SignInRequest {
                account: ACCOUNT.to_owned(),
                password: served.password.clone(),
                device: Some(device),
                device_name: None,
            })
            .await?;
        let token = signed_in.token.context("a phone gets a token")?;
        let session = signed_in.session;
        store.sign_in(&SignedInSession {
            server: address.clone(),
            session: session.clone(),
            token: token.clone(),
        })?;
        let handset = Self {
            store,
            session,
            device,
            signer: SecretKey::from_bytes(&[7; 32]).context("a key")?,
            token,
            batch: BatchId::from_uuid(fresh_id()),
            boot: fresh_id().to_string(),
        };
        let way = handset.transport(&address)?;
        handset.exchange(&way, morning).await?;
        Ok(handset)
    }

    /// The standard by which findings are judged now.
    pub(crate) fn standard(&self) -> anyhow::Result<Arc<Standard>> {
        let standard = self.store.standard_in_force(self.session.district.id)?;
        standard.context("no standard has come")
    }

    /// The product's transport, in this phone's session and with connections of its own.
    pub(crate) fn transport(&self, address: &str) -> anyhow::Result<HttpServer> {
        transport(address, Some(self.token.clone()))
    }

    /// Goes out to the district's points, looking for what its standard looks for on the spot.
    pub(crate) fn field_work(&self) -> anyhow::Result<FieldWork> {
        let found = self.store.points(&PointQuery {
            district: self.session.district.id,
            person: self.session.person.id,
            text: "",
            kind: None,
            from: None,
            offset: 0,
            limit: POINTS_MAX,
        })?;
        let points = found.hits.into_iter().map(|hit| hit.point).collect();
        let standard = self.standard()?;
        let criteria = standard.criteria.iter();
        let criteria = criteria.filter(|one| one.scope == CriterionScope::Point && !one.grants);
        let codes = criteria.map(|one| one.code.clone()).collect();
        Ok(FieldWork::begin(points, codes))
    }

    /// All clocks of the phone at a moment.
    pub(crate) fn clocks(&self, at: UnixMillis) -> Clocks {
        clocks(at, &self.boot)
    }

    /// Exchanges with the server at a moment, as the app's thread does.
    pub(crate) async fn exchange(
        &self,
        way: &HttpServer,
        at: UnixMillis,
    ) -> Result<(), ExchangeError> {
        let clock = FieldClock {
            from: at,
            since: Instant::now(),
            boot: &self.boot,
        };
        let work = Exchange {
            store: &self.store,
            transport: way,
            device: self.device,
            person: self.session.person.id,
            district: self.session.district.id,
            batch: self.batch,
            signer: &self.signer,
            bundles: &BundleSize::default(),
            may_send_originals: &|| true,
        };
        let tidy = |_: ExchangeReport| {
            // A log that stays long harms nothing here.
            drop(self.store.tidy());
        };
        let word = exchange(&work, &clock, &tidy).await?;
        Ok(self.store.synced(clock.now(), word.beacon.as_ref())?)
    }

    /// Sends the files that records wait for and none of the records, which then all are due at
    /// once. Only for files that go in one piece.
    pub(crate) async fn send_files(&self, way: &HttpServer, at: UnixMillis) -> anyhow::Result<()> {
        let head = self.store.queue_head(self.session.person.id, at, most())?;
        for photo in head.ops.iter().flat_map(|op| &op.missing) {
            let bytes = self.store.open_queued(photo)?.read_all()?;
            let held = way.begin(&photo.sha256, photo.bytes, bytes).await?;
            ensure!(held == photo.bytes, "{} went in part", photo.sha256);
            self.store.photos_stored(std::slice::from_ref(photo), at)?;
        }
        Ok(())
    }

    /// Writes down what a push of everything that waits says.
    pub(crate) fn push_request(&self, at: UnixMillis) -> anyhow::Result<PushRequest> {
        let person = self.session.person.id;
        let head = self.store.queue_head(person, at, most())?;
        let ids: Vec<_> = head.ops.iter().map(|op| op.op).collect();
        let author = OpAuthor {
            device: self.device,
            person,
        };
        let mut ops = self.store.ops(&ids)?;
        for op in &mut ops {
            op.sig = Some(sign_op(op, author, &self.signer)?);
        }
        Ok(PushRequest {
            proto: PROTO,
            schema: self.store.schema()?,
            device: self.device,
            batch: self.batch,
            key: Some(self.signer.public_key().to_string()),
            ops,
        })
    }

    /// Makes sure that the server has acknowledged every record and every file.
    pub(crate) fn ensure_all_sent(&self) -> anyhow::Result<()> {
        let tally = self.store.tally(Some(self.session.person.id))?;
        let left = (tally.unsent, tally.rejected, tally.originals);
        ensure!(
            left == (0, 0, 0),
            "records that wait, records that were refused, originals that wait: {left:?}"
        );
        Ok(())
    }
}

fn transport(address: &str, token: Option<String>) -> anyhow::Result<HttpServer> {
    let client = xunfang_phone::client(Patience::default())?;
    Ok(HttpServer::new(client, address.parse()?, token))
}

/// Most operations of one push.
fn most() -> u32 {
    u32::try_from(OPS_PER_PUSH_MAX).unwrap_or(u32::MAX)
}
