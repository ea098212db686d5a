//! Photos that are sent over a connection which is cut again and again.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use fastrand::Rng;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use uuid::Uuid;
use xunfang_domain::{DeviceId, Sha256Hex};
use xunfang_evidence::digest;
use xunfang_phone::{HttpServer, Patience};
use xunfang_protocol::{SignInRequest, UPLOAD_CHUNK_BYTES};
use xunfang_server::{App, AppConfig, sample};
use xunfang_sync::{Failure, Held, Transport};

use super::tap::{Tap, Traffic};
use crate::net::jpeg;

/// Length of the photo that is cut at each of its bytes.
const SMALL: usize = 64 * 1024;
/// Length of the photos that are cut anywhere.
const LARGE: usize = 8 * 1024 * 1024;
/// Cuts in one of those.
const CUTS_A_PHOTO: usize = 50;
/// Ways to the server; a phone changes its address when its network changes.
const WAYS: usize = 2;

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    read: Duration::from_secs(10),
    request: Duration::from_secs(30),
};

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct ProxyFound {
    /// Connections that were cut.
    pub cuts: u64,
    /// Photos that were sent.
    pub photos: u64,
    /// Bytes of photos that reached the server a second time.
    pub again: u64,
    /// The most that was sent again for a cut, on the average of one photo.
    pub again_most: u64,
    /// What is not as promised, each with the promise.
    pub wrong: Vec<String>,
}

/// A server of its own on a real address.
struct Served {
    folder: TempDir,
    address: SocketAddr,
    token: String,
    serving: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Served {
    async fn start() -> anyhow::Result<Self> {
        let folder = crate::memory_folder()?;
        let app = App::open(AppConfig::new(folder.path().join("server")))?;
        let accounts = sample::load(&app).await?.accounts;
        let account = accounts.iter().find(|one| one.account == "xunfang01");
        let account = account.context("the sample districts have no inspector")?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(xunfang_server::serve(app, listener, std::future::pending()));
        let transport = HttpServer::new(
            xunfang_phone::client(PATIENCE)?,
            format!("http://{address}").parse()?,
            None,
        );
        let signed_in = transport
            .sign_in(&SignInRequest {
                account: account.account.clone(),
                password: account.password.clone(),
                device: Some(DeviceId::from_uuid(Uuid::from_u128(1))),
                device_name: None,
            })
            .await?;
        let token = signed_in.token.context("a phone gets a token")?;
        Ok(Self {
            folder,
            address,
            token,
            serving,
        })
    }

    /// The real transport over the tap.
    fn transport(&self, tap: &Tap) -> anyhow::Result<HttpServer> {
        // A client of its own: an app that was ended keeps no connection.
        let client = xunfang_phone::client(PATIENCE)?;
        Ok(HttpServer::new(
            client,
            tap.address().parse()?,
            Some(self.token.clone()),
        ))
    }
}

/// Cuts the connection behind every byte of a photo of 64 KiB, `step` bytes apart; with a step of
/// one that is every byte there is.
///
/// # Errors
/// Where server or proxy fail by themselves.
pub async fn every_byte(step: usize) -> anyhow::Result<ProxyFound> {
    let served = Served::start().await?;
    let photo = jpeg(1, SMALL)?;
    let places = (1..=photo.len() as u64).step_by(step.max(1)).collect();
    let mut found = ProxyFound::default();
    send(&served, &photo, places, &mut found).await?;
    look_at_store(served.folder.path(), 1, &mut found)?;
    Ok(found)
}

/// Cuts the connection behind `cuts` bytes anywhere in photos of 8 MiB.
///
/// # Errors
/// Where server or proxy fail by themselves.
pub async fn random_bytes(cuts: usize, seed: u64) -> anyhow::Result<ProxyFound> {
    let served = Served::start().await?;
    let mut rng = Rng::with_seed(seed);
    let mut found = ProxyFound::default();
    let mut left = cuts;
    while left > 0 {
        let photo = jpeg(rng.u64(..), LARGE)?;
        let mut places = BTreeSet::new();
        while places.len() < left.min(CUTS_A_PHOTO) {
            places.insert(rng.u64(1..=photo.len() as u64));
        }
        left -= places.len();
        send(&served, &photo, places, &mut found).await?;
    }
    look_at_store(served.folder.path(), found.photos, &mut found)?;
    Ok(found)
}

/// Attempts after which the app is ended and opened again, with connections of its own.
const ATTEMPTS_A_RUN: u64 = 97;

/// Sends one photo until it is whole, going on after each cut as an app does whose network changed
/// or that was ended: it asks what is held, and sends the rest.
async fn send(
    served: &Served,
    photo: &[u8],
    places: BTreeSet<u64>,
    found: &mut ProxyFound,
) -> anyhow::Result<()> {
    let sha256 = digest(photo);
    let length = photo.len() as u64;
    let planned = places.len() as u64;
    let (mut taps, mut ways) = (Vec::new(), Vec::new());
    for way in 0..WAYS {
        // Each way cuts at places of its own.
        let own = places.iter().copied().skip(way).step_by(WAYS).collect();
        let tap = Tap::cutting_at(served.address, own).await?;
        ways.push(served.transport(&tap)?);
        taps.push(tap);
    }
    let (mut attempts, mut refused, mut late, mut held) = (0, 0, 0, 0);
    loop {
        attempts += 1;
        ensure!(
            attempts <= 2 * planned + 10,
            "{sha256} does not come to its end"
        );
        let way = next_way(&taps, held);
        let (Some(tap), Some(transport)) = (taps.get(way), ways.get_mut(way)) else {
            anyhow::bail!("there is no way {way}");
        };
        if attempts % ATTEMPTS_A_RUN == 0 {
            *transport = served.transport(tap)?;
        }
        let holds = transport.held(&sha256).await;
        let holds =
            holds.map_err(|failure| anyhow::anyhow!("what is held is not told: {failure}"))?;
        let now = match holds {
            Held::Whole => length,
            Held::Part(held) => held,
            Held::Nothing => 0,
        };
        if now < held {
            found
                .wrong
                .push(format!("R7: {held} bytes were held, and then {now}"));
        }
        held = now;
        if holds == Held::Whole {
            break;
        }
        match go_on(transport, &sha256, photo, holds).await {
            // A piece of which the server learns late, after it was asked what it holds, moves on
            // what it holds: the app asks again.
            Err(Failure::Offset) => refused += 1,
            Err(Failure::Network { code: "timeout" }) => late += 1,
            Ok(()) | Err(Failure::Network { .. }) => {}
            Err(failure) => anyhow::bail!("an upload failed: {failure}"),
        }
    }
    let sum = |what: fn(&Traffic) -> u64| taps.iter().map(|tap| what(&tap.traffic())).sum::<u64>();
    let (places, passed) = (sum(|traffic| traffic.places), sum(|traffic| traffic.photo));
    if places != planned {
        found.wrong.push(format!(
            "R7: {places} places of {planned} were come to, where connections are cut"
        ));
    }
    // A piece that the server refuses in its middle costs as much as a cut, and so does one that was
    // sent on so slow a machine that the app's patience ended.
    account(passed, length, places + refused + late, found);
    found.cuts += sum(|traffic| traffic.cuts);
    found.photos += 1;
    Ok(())
}

/// Holds what has passed of a photo against its length: at most a piece for each cut passed again.
///
/// It is counted for the photo as a whole. What passed before a cut may reach the server's disk after
/// the next question, so that no single one tells what was sent in vain.
fn account(passed: u64, length: u64, cuts: u64, found: &mut ProxyFound) {
    let again = passed.saturating_sub(length);
    found.again += again;
    found.again_most = found.again_most.max(again / cuts.max(1));
    if again > cuts * UPLOAD_CHUNK_BYTES as u64 {
        found.wrong.push(format!(
            "R7: {again} bytes were sent again after {cuts} cuts"
        ));
    }
}

/// The way whose next cut comes first; once none is left, the first.
fn next_way(taps: &[Tap], held: u64) -> usize {
    let cuts = taps.iter().enumerate();
    cuts.filter_map(|(way, tap)| Some((tap.next_cut(held)?, way)))
        .min()
        .map_or(0, |(_, way)| way)
}

/// What the engine does for one photo, without the storage around it.
async fn go_on(
    transport: &HttpServer,
    sha256: &Sha256Hex,
    photo: &[u8],
    held: Held,
) -> Result<(), Failure> {
    let length = photo.len() as u64;
    let piece = |offset: u64| {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = photo.get(from..).unwrap_or_default();
        rest.get(..UPLOAD_CHUNK_BYTES).unwrap_or(rest).to_vec()
    };
    let mut offset = match held {
        Held::Whole => length,
        Held::Part(offset) => offset,
        Held::Nothing => transport.begin(sha256, length, piece(0)).await?,
    };
    while offset < length {
        offset = transport.append(sha256, offset, piece(offset)).await?;
    }
    Ok(())
}

/// R6: each photo lies there once, whole, and nothing else does.
fn look_at_store(folder: &Path, photos: u64, found: &mut ProxyFound) -> anyhow::Result<()> {
    let mut count = 0;
    let mut folders = vec![folder.join("server/blobs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            count += 1;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if digest(&std::fs::read(&path)?).as_str() != name {
                found.wrong.push(format!("R6: {name} is not whole"));
            }
        }
    }
    if count != photos {
        found
            .wrong
            .push(format!("R6: {count} files of {photos} photos"));
    }
    Ok(())
}
