//! The proxy itself.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Longest head of a request.
const HEAD_MAX: usize = 64 * 1024;
const BUFFER: usize = 64 * 1024;

/// What passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// All bytes from the phone, heads included.
    pub up: u64,
    /// All bytes to the phone.
    pub down: u64,
    /// Bytes of photos that went on to the server.
    pub photo: u64,
    /// Requests.
    pub requests: u64,
    /// Connections that were cut.
    pub cuts: u64,
}

/// Where connections are cut.
#[derive(Debug)]
enum Cuts {
    /// Behind these bytes of a photo, each once.
    At(BTreeSet<u64>),
    /// Whenever so many bytes have gone up since the last cut.
    Every { bytes: u64, since: u64 },
}

impl Cuts {
    /// Says how many of the next bytes of a photo pass before the connection is cut.
    fn next(&mut self, at: u64, length: u64) -> Option<u64> {
        match self {
            Self::At(places) => {
                let place = *places.range(at + 1..=at + length).next()?;
                places.remove(&place);
                Some(place - at)
            }
            Self::Every { bytes, since } => {
                let left = bytes.saturating_sub(*since);
                if length < left {
                    *since += length;
                    return None;
                }
                *since = 0;
                Some(left.max(1))
            }
        }
    }
}

/// A breakable way to a server.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    cuts: Mutex<Cuts>,
    up: AtomicU64,
    down: AtomicU64,
    photo: AtomicU64,
    requests: AtomicU64,
    cut: AtomicU64,
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Tap {
    /// Opens a way to `server` that is cut behind each of these bytes of a photo, once.
    ///
    /// # Errors
    /// Where no address is to be had.
    pub async fn cutting_at(server: SocketAddr, places: BTreeSet<u64>) -> anyhow::Result<Self> {
        Self::open(server, Cuts::At(places)).await
    }

    /// Opens a way to `server` that is cut whenever so many bytes of photos have passed.
    ///
    /// # Errors
    /// Where no address is to be had.
    pub async fn cutting_every(server: SocketAddr, bytes: u64) -> anyhow::Result<Self> {
        Self::open(server, Cuts::Every { bytes, since: 0 }).await
    }

    async fn open(server: SocketAddr, cuts: Cuts) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            cuts: Mutex::new(cuts),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            photo: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            cut: AtomicU64::new(0),
        });
        let carrying = Arc::clone(&shared);
        let listening = tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                let shared = Arc::clone(&carrying);
                tokio::spawn(async move {
                    // Whatever ends it, both sides see the connection end.
                    drop(shared.carry(phone).await);
                });
            }
        });
        Ok(Self {
            address,
            shared,
            listening,
        })
    }

    /// Where a phone finds the server.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has passed so far.
    pub fn traffic(&self) -> Traffic {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let shared = &self.shared;
        Traffic {
            up: read(&shared.up),
            down: read(&shared.down),
            photo: read(&shared.photo),
            requests: read(&shared.requests),
            cuts: read(&shared.cut),
        }
    }

    /// Behind which byte after `held` the connection will be cut next; none: it will not be.
    pub fn next_cut(&self, held: u64) -> Option<u64> {
        match &*self.shared.cuts() {
            Cuts::At(places) => places.range(held + 1..).next().copied(),
            Cuts::Every { bytes, since } => Some(held + bytes.saturating_sub(*since)),
        }
    }
}

/// What the proxy reads in the head of a request.
struct Head {
    bytes: Vec<u8>,
    /// What of the body came with the head.
    rest: Vec<u8>,
    length: u64,
    /// Where in the photo the body begins; none: it is of no photo.
    offset: Option<u64>,
}

impl Shared {
    fn cuts(&self) -> MutexGuard<'_, Cuts> {
        self.cuts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn carry(self: Arc<Self>, phone: TcpStream) -> anyhow::Result<()> {
        let server = TcpStream::connect(self.server).await?;
        drop((phone.set_nodelay(true), server.set_nodelay(true)));
        let (mut from_phone, to_phone) = phone.into_split();
        let (from_server, mut to_server) = server.into_split();
        let answers = Arc::clone(&self).answers(from_server, to_phone);
        let requests = async {
            let mut before = Vec::new();
            while let Some(head) = read_head(&mut from_phone, std::mem::take(&mut before)).await? {
                before = self.request(head, &mut from_phone, &mut to_server).await?;
            }
            // The phone has said all; answers may still come.
            to_server.shutdown().await?;
            std::future::pending::<anyhow::Result<()>>().await
        };
        tokio::select! {
            ended = requests => ended,
            ended = answers => ended,
        }
    }

    async fn answers(
        self: Arc<Self>,
        mut from_server: OwnedReadHalf,
        mut to_phone: OwnedWriteHalf,
    ) -> anyhow::Result<()> {
        let mut buffer = vec![0; BUFFER];
        loop {
            let count = from_server.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            self.down.fetch_add(count as u64, Ordering::Relaxed);
            to_phone
                .write_all(buffer.get(..count).unwrap_or_default())
                .await?;
        }
    }

    /// Passes one request on; an error cuts the connection. Returns what came behind it.
    async fn request(
        &self,
        head: Head,
        from_phone: &mut OwnedReadHalf,
        to_server: &mut OwnedWriteHalf,
    ) -> anyhow::Result<Vec<u8>> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.up
            .fetch_add(head.bytes.len() as u64, Ordering::Relaxed);
        to_server.write_all(&head.bytes).await?;
        let passes = head
            .offset
            .filter(|_| head.length > 0)
            .and_then(|offset| self.cuts().next(offset, head.length));
        let mut left = passes.unwrap_or(head.length);
        let mut piece = head.rest;
        let mut behind = Vec::new();
        while left > 0 {
            if piece.is_empty() {
                piece = vec![0; BUFFER];
                let count = from_phone.read(&mut piece).await?;
                piece.truncate(count);
                if count == 0 {
                    bail!("the phone went away");
                }
            }
            let now = usize::try_from(left).map_or(piece.len(), |left| left.min(piece.len()));
            behind = piece.split_off(now);
            to_server.write_all(&piece).await?;
            self.up.fetch_add(now as u64, Ordering::Relaxed);
            if head.offset.is_some() {
                self.photo.fetch_add(now as u64, Ordering::Relaxed);
            }
            left -= now as u64;
            piece.clear();
        }
        if passes.is_some() {
            // What was written goes out before the end of the connection does.
            to_server.flush().await?;
            to_server.shutdown().await?;
            self.cut.fetch_add(1, Ordering::Relaxed);
            bail!("cut");
        }
        if head.length == 0 {
            behind = piece;
        }
        Ok(behind)
    }
}

/// Reads the head of the next request; none where the phone has said all.
async fn read_head(
    from_phone: &mut OwnedReadHalf,
    mut bytes: Vec<u8>,
) -> anyhow::Result<Option<Head>> {
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return parse(bytes, rest).map(Some);
        }
        if bytes.len() > HEAD_MAX {
            bail!("a head that does not end");
        }
        let mut buffer = vec![0; BUFFER];
        let count = from_phone.read(&mut buffer).await?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
    }
}

fn parse(bytes: Vec<u8>, rest: Vec<u8>) -> anyhow::Result<Head> {
    let text = std::str::from_utf8(&bytes)?.to_ascii_lowercase();
    let mut lines = text.split("\r\n");
    let first = lines.next().context("an empty head")?;
    let header = |name: &str| {
        let mut lines = text.split("\r\n");
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
    };
    let number = |name: &str| header(name).map(str::parse::<u64>).transpose();
    let is_upload = first.contains("/uploads/");
    let offset = match first.split(' ').next() {
        Some("patch") if is_upload => number("upload-offset")?,
        Some("post") if is_upload => Some(0),
        _ => None,
    };
    Ok(Head {
        length: number("content-length")?.unwrap_or(0),
        offset,
        bytes,
        rest,
    })
}
