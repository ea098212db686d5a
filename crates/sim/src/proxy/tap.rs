//! The proxy itself.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::count::{Asked, Counter, Counts};

/// Longest head of a request.
const HEAD_MAX: usize = 64 * 1024;
const BUFFER: usize = 64 * 1024;
/// Connections that may wait to be taken.
const BACKLOG: u32 = 1024;

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
    /// Places of [`Tap::cutting_at`] that were come to; the connection was cut there, unless the
    /// server had ended it in that moment.
    pub places: u64,
}

/// How often the way broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Broken {
    /// Connections that were cut.
    pub cuts: u64,
    /// Times that photos were held up.
    pub holds: u64,
}

/// What happens to a connection in the middle of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Break {
    /// It ends.
    Cut,
    /// It stays, and nothing more goes up.
    Hold,
}

/// Where connections break.
#[derive(Debug, Default)]
struct Breaks {
    /// Cuts behind these bytes of a photo, each once.
    at: BTreeSet<u64>,
    /// How many of those were come to.
    places: u64,
    /// Bytes of photos that have passed, whichever photos they were of.
    passed: u64,
    /// What happens once so many have.
    after: BTreeMap<u64, Break>,
}

impl Breaks {
    /// Says how many of the next bytes of a photo pass before what. They count as passed.
    ///
    /// It is asked for what is about to be written and no more: of a request whose phone goes away
    /// in the middle the rest never passes, and a break in that rest is still to come.
    fn next(&mut self, at: u64, length: u64) -> Option<(u64, Break)> {
        if let Some(&place) = self.at.range(at + 1..=at + length).next() {
            self.at.remove(&place);
            self.places += 1;
            self.passed += place - at;
            return Some((place - at, Break::Cut));
        }
        let end = self.passed + length;
        let Some((&place, &what)) = self.after.range(..=end).next() else {
            self.passed = end;
            return None;
        };
        self.after.remove(&place);
        let passes = place.saturating_sub(self.passed);
        self.passed += passes;
        Some((passes, what))
    }

    fn plan(&mut self, bytes: u64, what: Break) {
        self.after.insert(self.passed.saturating_add(bytes), what);
    }
}

/// A breakable way to a server.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Takes connections; none while they are refused.
    listening: Option<JoinHandle<()>>,
    /// Keeps the address while connections are refused, so that nobody else can be given it.
    kept: Option<TcpSocket>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    breaks: Mutex<Breaks>,
    /// Whether nothing goes up.
    held: watch::Sender<bool>,
    broken: watch::Sender<Broken>,
    up: AtomicU64,
    down: AtomicU64,
    photo: AtomicU64,
    requests: AtomicU64,
    counter: Counter,
}

impl Drop for Tap {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

impl Tap {
    /// Opens a way to `server` that is cut behind each of these bytes of a photo, once.
    ///
    /// # Errors
    /// Where no address is to be had.
    pub async fn cutting_at(server: SocketAddr, places: BTreeSet<u64>) -> anyhow::Result<Self> {
        let breaks = Breaks {
            at: places,
            ..Breaks::default()
        };
        Self::open(server, breaks).await
    }

    /// Opens a way to `server` that breaks where it is told to.
    ///
    /// # Errors
    /// Where no address is to be had.
    pub async fn passing(server: SocketAddr) -> anyhow::Result<Self> {
        Self::open(server, Breaks::default()).await
    }

    async fn open(server: SocketAddr, breaks: Breaks) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            breaks: Mutex::new(breaks),
            held: watch::Sender::new(false),
            broken: watch::Sender::default(),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            photo: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            counter: Counter::default(),
        });
        let listening = tokio::spawn(Arc::clone(&shared).listen(listener));
        Ok(Self {
            address,
            shared,
            listening: Some(listening),
            kept: None,
        })
    }

    /// Ends every connection, and refuses new ones as an address does at which nobody listens.
    ///
    /// # Errors
    /// Where the address cannot be kept.
    pub async fn refuse(&mut self) -> anyhow::Result<()> {
        let Some(listening) = self.listening.take() else {
            return Ok(());
        };
        listening.abort();
        // The address is free once the task is gone; that it was aborted is no news.
        drop(listening.await);
        let kept = TcpSocket::new_v4()?;
        // The connections that were just ended still have the same address for a while.
        kept.set_reuseaddr(true)?;
        kept.bind(self.address)?;
        self.kept = Some(kept);
        Ok(())
    }

    /// Takes connections again, and lets go what is held up.
    ///
    /// # Errors
    /// Where nobody can listen at the address.
    pub fn pass(&mut self) -> anyhow::Result<()> {
        self.shared.held.send_replace(false);
        if let Some(kept) = self.kept.take() {
            let listener = kept.listen(BACKLOG)?;
            let listening = tokio::spawn(Arc::clone(&self.shared).listen(listener));
            self.listening = Some(listening);
        }
        Ok(())
    }

    /// Cuts a connection whenever so many more bytes of photos have passed, so many times.
    pub fn cut_after(&self, bytes: u64, times: u16) {
        let mut breaks = self.shared.breaks();
        for time in 1..=u64::from(times) {
            breaks.plan(bytes.saturating_mul(time), Break::Cut);
        }
    }

    /// Holds everything up, in the middle of a photo, once so many more bytes of photos have
    /// passed. The connections stay until the phone gives up or they are refused.
    pub fn hold_after(&self, bytes: u64) {
        self.shared.breaks().plan(bytes, Break::Hold);
    }

    /// Tells how often the way broke, whenever it does.
    pub fn broken(&self) -> watch::Receiver<Broken> {
        self.shared.broken.subscribe()
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
            cuts: shared.broken.borrow().cuts,
            places: shared.breaks().places,
        }
    }

    /// What has gone up so far, and what for. Whoever has an answer finds all of its request in it.
    pub fn counts(&self) -> Counts {
        self.shared.counter.read()
    }

    /// Behind which byte of the photo after `held` the connection will be cut next; none: it will
    /// not be.
    pub fn next_cut(&self, held: u64) -> Option<u64> {
        self.shared.breaks().at.range(held + 1..).next().copied()
    }
}

/// What the proxy reads in the head of a request.
struct Head {
    bytes: Vec<u8>,
    /// What of the body came with the head.
    rest: Vec<u8>,
    length: u64,
    asked: Asked,
    /// Where in the photo the body begins; none: it is of no photo.
    offset: Option<u64>,
}

impl Shared {
    fn breaks(&self) -> MutexGuard<'_, Breaks> {
        self.breaks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes connections for ever; whoever aborts it ends them with it.
    async fn listen(self: Arc<Self>, listener: TcpListener) {
        let mut open = JoinSet::new();
        loop {
            tokio::select! {
                taken = listener.accept() => {
                    let Ok((phone, _)) = taken else { return };
                    let shared = Arc::clone(&self);
                    open.spawn(async move {
                        // Whatever ends it, both sides see the connection end.
                        drop(shared.carry(phone).await);
                    });
                }
                // Those that have ended are let go.
                Some(_) = open.join_next() => {}
            }
        }
    }

    /// Waits while everything is held up.
    async fn flowing(&self) {
        // The sender lives as long as this.
        drop(self.held.subscribe().wait_for(|held| !held).await);
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
        mut head: Head,
        from_phone: &mut OwnedReadHalf,
        to_server: &mut OwnedWriteHalf,
    ) -> anyhow::Result<Vec<u8>> {
        self.flowing().await;
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.up
            .fetch_add(head.bytes.len() as u64, Ordering::Relaxed);
        self.counter.head(&head.asked, head.bytes.len() as u64);
        to_server.write_all(&head.bytes).await?;
        let mut left = head.length;
        let mut piece = head.rest;
        while left > 0 {
            if piece.is_empty() {
                piece = vec![0; BUFFER];
                let count = from_phone.read(&mut piece).await?;
                piece.truncate(count);
                if count == 0 {
                    bail!("the phone went away");
                }
            }
            self.flowing().await;
            let whole = usize::try_from(left).map_or(piece.len(), |left| left.min(piece.len()));
            let stop = head.offset.and_then(|offset| {
                let at = offset + (head.length - left);
                self.breaks().next(at, whole as u64)
            });
            let now = stop.map_or(whole, |(passes, _)| {
                usize::try_from(passes).map_or(whole, |passes| passes.min(whole))
            });
            let behind = piece.split_off(now);
            let at = head.offset.unwrap_or(0) + (head.length - left);
            self.counter.piece(&mut head.asked, at, &piece);
            to_server.write_all(&piece).await?;
            self.up.fetch_add(now as u64, Ordering::Relaxed);
            if head.offset.is_some() {
                self.photo.fetch_add(now as u64, Ordering::Relaxed);
            }
            left -= now as u64;
            piece = behind;
            match stop.map(|(_, what)| what) {
                Some(Break::Cut) => {
                    // What was written goes out before the end of the connection does.
                    to_server.flush().await?;
                    to_server.shutdown().await?;
                    self.broken.send_modify(|broken| broken.cuts += 1);
                    bail!("cut");
                }
                Some(Break::Hold) => {
                    self.held.send_replace(true);
                    self.broken.send_modify(|broken| broken.holds += 1);
                }
                None => {}
            }
        }
        Ok(piece)
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
    let asked = Asked::read(first);
    let offset = asked.offset(number("upload-offset")?);
    Ok(Head {
        asked,
        length: number("content-length")?.unwrap_or(0),
        offset,
        bytes,
        rest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_comes_once_behind_its_byte_whichever_photo_that_is_of() {
        let mut breaks = Breaks::default();
        breaks.plan(10, Break::Cut);
        breaks.plan(15, Break::Hold);
        assert_eq!(breaks.next(0, 9), None);
        assert_eq!(breaks.next(0, 4), Some((1, Break::Cut)));
        // What should have followed the cut has not passed.
        assert_eq!(breaks.next(1, 5), Some((5, Break::Hold)));
        assert_eq!(breaks.next(6, 100), None);
    }

    #[tokio::test]
    async fn whoever_is_refused_finds_nobody_and_later_the_same_address() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut tap = Tap::passing(server.local_addr().unwrap()).await.unwrap();
        let mut before = TcpStream::connect(tap.address).await.unwrap();
        let (_server_side, _) = server.accept().await.unwrap();

        tap.refuse().await.unwrap();
        assert!(matches!(before.read(&mut [0]).await, Ok(0) | Err(_)));
        let refused = TcpStream::connect(tap.address).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);

        tap.pass().unwrap();
        let _after = TcpStream::connect(tap.address).await.unwrap();
        server.accept().await.unwrap();
    }

    #[tokio::test]
    async fn what_is_held_up_stays_connected_and_goes_on_later() {
        let head = b"POST /api/v1/uploads/a HTTP/1.1\r\ncontent-length: 8\r\n\r\n";
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut tap = Tap::passing(server.local_addr().unwrap()).await.unwrap();
        tap.hold_after(5);
        let mut broken = tap.broken();
        let mut phone = TcpStream::connect(tap.address).await.unwrap();
        phone.write_all(head).await.unwrap();
        phone.write_all(b"12345678").await.unwrap();

        let (mut server_side, _) = server.accept().await.unwrap();
        broken.wait_for(|broken| broken.holds == 1).await.unwrap();
        let mut arrived = vec![0; head.len() + 5];
        server_side.read_exact(&mut arrived).await.unwrap();
        assert!(arrived.ends_with(b"12345"));
        assert!(server_side.try_read(&mut [0]).is_err(), "nothing more");

        tap.pass().unwrap();
        let mut rest = [0; 3];
        server_side.read_exact(&mut rest).await.unwrap();
        assert_eq!(&rest, b"678");
    }
}
