//! The network between phones and the server, and what it does to requests and answers.
//!
//! Each request is delayed, and may be lost, cut in the middle of its body, or arrive a second time
//! later; so may its answer. Requests overtake each other by their delays. A phone may be cut off
//! altogether. The server is the real one, asked inside the process.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use fastrand::Rng;
use http_body_util::BodyExt;
use reqwest::{Request, Response};
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::sleep;
use tower::ServiceExt;
use xunfang_phone::Carrier;
use xunfang_sync::Failure;

use super::plant::{Meddler, Plant};

/// How long a phone waits for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// What happens to one request, of a hundred.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weather {
    /// Longest delay of one way, milliseconds.
    pub(super) delay_ms: u64,
    pub(super) lost: u8,
    pub(super) cut: u8,
    pub(super) twice: u8,
    /// A byte of the request is changed, as by a proxy that is broken.
    pub(super) garbled: u8,
    /// How many bytes of a body go up in a second.
    pub(super) bytes_per_s: usize,
}

impl Weather {
    /// The edge of what is covered, and nothing else is wrong.
    pub(super) const SLOW: Self = Self {
        delay_ms: 600,
        bytes_per_s: 3_000,
        ..Self::FINE
    };

    /// Nothing happens.
    pub(super) const FINE: Self = Self {
        delay_ms: 40,
        lost: 0,
        cut: 0,
        twice: 0,
        garbled: 0,
        bytes_per_s: 10_000_000,
    };
}

/// What lies between phones and server.
pub(super) struct Net {
    /// The server while it runs.
    router: Mutex<Option<Router>>,
    /// Counts the ends of the server: whoever waits for an answer of an earlier run gets none.
    runs: watch::Sender<u64>,
    /// One request at a time, so that a seed gives the same world each time.
    turn: AsyncMutex<()>,
    rng: Mutex<Rng>,
    weather: Mutex<Weather>,
    /// Phones that are cut off.
    apart: Vec<AtomicBool>,
    meddler: Option<Meddler>,
}

/// A request whose body can be sent twice.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    pub(super) method: reqwest::Method,
    pub(super) url: reqwest::Url,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: Vec<u8>,
}

/// An answer that came whole.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: reqwest::StatusCode,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: Vec<u8>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const fn failed(code: &'static str) -> Failure {
    Failure::Network { code }
}

impl Net {
    pub(super) fn new(phones: usize, rng: Rng, plant: Option<Plant>) -> Self {
        Self {
            router: Mutex::new(None),
            runs: watch::Sender::new(0),
            turn: AsyncMutex::new(()),
            rng: Mutex::new(rng),
            weather: Mutex::new(Weather::FINE),
            apart: (0..phones).map(|_| AtomicBool::new(false)).collect(),
            meddler: plant.map(Meddler::new),
        }
    }

    pub(super) fn set_weather(&self, weather: Weather) {
        *locked(&self.weather) = weather;
    }

    /// Cuts a phone off, or lets it come back.
    pub(super) fn set_apart(&self, phone: usize, apart: bool) {
        if let Some(flag) = self.apart.get(phone) {
            flag.store(apart, Ordering::Relaxed);
        }
    }

    pub(super) fn serve_with(&self, router: Router) {
        *locked(&self.router) = Some(router);
    }

    /// Ends the server: nobody gets an answer any more, whatever was done for it.
    pub(super) async fn end_server(&self) {
        *locked(&self.router) = None;
        self.runs.send_modify(|run| *run += 1);
        drop(self.turn.lock().await);
    }

    /// Asks the server without anything in between.
    pub(super) async fn ask(&self, parcel: &Parcel, cut: Option<usize>) -> Option<Reply> {
        let mut runs = self.runs.subscribe();
        let run = *runs.borrow_and_update();
        let _turn = self.turn.lock().await;
        if *self.runs.borrow() != run {
            return None;
        }
        let router = locked(&self.router).clone()?;
        let answer = async {
            let request = http_request(parcel, cut)?;
            let response = router.oneshot(request).await.unwrap_or_else(never);
            let (head, body) = response.into_parts();
            let body = body.collect().await.ok()?.to_bytes().to_vec();
            Some(Reply {
                status: head.status,
                headers: head.headers,
                body,
            })
        };
        tokio::select! {
            biased;
            _ = runs.changed() => None,
            reply = answer => reply,
        }
    }

    async fn carry(self: &Arc<Self>, phone: usize, parcel: Parcel) -> Result<Reply, Failure> {
        let weather = *locked(&self.weather);
        let fate = Fate::draw(&mut locked(&self.rng), weather, parcel.body.len());
        let apart = |at: usize| {
            let flag = self.apart.get(at);
            flag.is_some_and(|flag| flag.load(Ordering::Relaxed))
        };
        if apart(phone) {
            sleep(fate.up).await;
            return Err(failed("unreachable"));
        }
        sleep(fate.up).await;
        let takes = Duration::from_secs_f64(parcel.body.len() as f64 / weather.bytes_per_s as f64);
        sleep(takes.min(PATIENCE)).await;
        if takes > PATIENCE {
            // The phone gives up on it; what came until then came.
            let patience_s = usize::try_from(PATIENCE.as_secs()).unwrap_or(usize::MAX);
            drop(
                self.ask(&parcel, Some(weather.bytes_per_s * patience_s))
                    .await,
            );
            return Err(failed("timeout"));
        }
        if fate.lost_up {
            sleep(PATIENCE).await;
            return Err(failed("timeout"));
        }
        let mut parcel = parcel;
        if let Some(byte) = fate.garbled.and_then(|at| parcel.body.get_mut(at)) {
            *byte ^= 0x20;
        }
        let parcel = match &self.meddler {
            Some(meddler) => meddler.on_the_way(parcel),
            None => parcel,
        };
        let reply = self.ask(&parcel, fate.cut_up).await;
        let Some(mut reply) = reply else {
            return Err(failed("unreachable"));
        };
        if let Some(later) = fate.twice {
            let net = Arc::clone(self);
            let again = parcel.clone();
            tokio::spawn(async move {
                sleep(later).await;
                // Nobody waits for this answer.
                drop(net.ask(&again, None).await);
            });
        }
        if fate.cut_up.is_some() {
            return Err(failed("cut"));
        }
        if let Some(meddler) = &self.meddler {
            reply = meddler.on_the_way_back(&parcel, reply);
        }
        sleep(fate.down).await;
        if fate.lost_down || apart(phone) {
            sleep(PATIENCE).await;
            return Err(failed("timeout"));
        }
        if fate.cut_down {
            return Err(failed("cut"));
        }
        Ok(reply)
    }
}

fn never(never: Infallible) -> axum::response::Response {
    match never {}
}

/// What becomes of one request and its answer.
struct Fate {
    up: Duration,
    down: Duration,
    lost_up: bool,
    lost_down: bool,
    /// How much of the body arrives.
    cut_up: Option<usize>,
    cut_down: bool,
    /// Which byte of the body is changed.
    garbled: Option<usize>,
    /// When it arrives a second time.
    twice: Option<Duration>,
}

impl Fate {
    fn draw(rng: &mut Rng, weather: Weather, body: usize) -> Self {
        let mut delay = || Duration::from_millis(rng.u64(0..=weather.delay_ms));
        let (up, down, later) = (delay(), delay(), delay());
        let mut happens = |of_hundred: u8| rng.u8(0..100) < of_hundred;
        let (lost_up, lost_down) = (happens(weather.lost), happens(weather.lost));
        let (cut_up, cut_down) = (happens(weather.cut), happens(weather.cut));
        let (twice, garbled) = (happens(weather.twice), happens(weather.garbled));
        Self {
            up,
            down,
            lost_up,
            lost_down,
            cut_up: (cut_up && body > 0).then(|| rng.usize(0..body)),
            cut_down,
            garbled: (garbled && body > 0).then(|| rng.usize(0..body)),
            twice: twice.then_some(later * 10),
        }
    }
}

/// Writes a request for the server; with `cut` its body breaks off after so many bytes.
fn http_request(parcel: &Parcel, cut: Option<usize>) -> Option<axum::extract::Request> {
    let body = match cut {
        None => Body::from(parcel.body.clone()),
        Some(arrives) => {
            let arrived = parcel.body.get(..arrives)?.to_vec();
            let pieces = [
                Ok(arrived),
                Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
            ];
            Body::from_stream(futures_util::stream::iter(pieces))
        }
    };
    let mut request = axum::extract::Request::new(body);
    *request.method_mut() = parcel.method.clone();
    *request.uri_mut() = parcel.url.path().parse().ok()?;
    *request.headers_mut() = parcel.headers.clone();
    if parcel.method != reqwest::Method::HEAD {
        request
            .headers_mut()
            .insert("content-length", parcel.body.len().into());
    }
    Some(request)
}

/// One phone's way to the server.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) net: Arc<Net>,
    pub(super) phone: usize,
}

impl Carrier for Way {
    async fn carry(&self, request: Request) -> Result<Response, Failure> {
        let parcel = Parcel {
            method: request.method().clone(),
            url: request.url().clone(),
            headers: request.headers().clone(),
            body: request
                .body()
                .and_then(|body| body.as_bytes())
                .unwrap_or_default()
                .to_vec(),
        };
        let reply = self.net.carry(self.phone, parcel).await?;
        let mut response = axum::http::Response::new(reply.body);
        *response.status_mut() = reply.status;
        *response.headers_mut() = reply.headers;
        Ok(Response::from(response))
    }
}
