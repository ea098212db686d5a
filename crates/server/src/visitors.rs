//! What people without a session may ask for, and how often.
//!
//! Each address has a purse that fills with time; a question takes out what it costs the server. All
//! addresses together have a few places, so that nobody's photos fill the memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use xunfang_domain::UnixMillis;

use crate::App;
use crate::error::ApiError;
use crate::origin::Origin;

/// What a purse holds when it is full.
const FULL: f64 = 30.0;
/// What flows in each second: a code every two seconds, for as long as somebody likes.
const PER_SECOND: f64 = 0.5;
/// Photos that are looked at at a time, each in memory as a whole.
const PLACES: usize = 2;
/// Addresses that are remembered; those that came longest ago are forgotten first.
const REMEMBERED: usize = 20_000;
const RETRY_AFTER_S: u32 = 10;

#[derive(Debug, Clone, Copy)]
struct Purse {
    held: f64,
    at: UnixMillis,
}

/// The purses, and the places.
#[derive(Debug)]
pub(crate) struct Visitors {
    purses: Mutex<HashMap<IpAddr, Purse>>,
    places: Arc<Semaphore>,
}

impl Visitors {
    pub(crate) fn new() -> Self {
        Self {
            purses: Mutex::default(),
            places: Arc::new(Semaphore::new(PLACES)),
        }
    }

    /// Takes `cost` out of an address's purse, or refuses.
    fn pay(&self, who: IpAddr, cost: f64, now: UnixMillis) -> Result<(), ApiError> {
        let mut purses = self.purses.lock().unwrap_or_else(PoisonError::into_inner);
        if purses.len() >= REMEMBERED && !purses.contains_key(&who) {
            let oldest = purses.iter().min_by_key(|(_, purse)| purse.at);
            if let Some(oldest) = oldest.map(|(who, _)| *who) {
                purses.remove(&oldest);
            }
        }
        let purse = purses.entry(who).or_insert(Purse {
            held: FULL,
            at: now,
        });
        // A clock that was set back takes nothing away. Seconds of a day are exact.
        let passed_ms = now.since(purse.at).clamp(0, 86_400_000);
        #[expect(clippy::cast_precision_loss, reason = "at most 86,400,000")]
        let passed_s = passed_ms as f64 / 1_000.0;
        purse.held = (purse.held + passed_s * PER_SECOND).min(FULL);
        purse.at = now;
        if purse.held < cost {
            return Err(ApiError::Busy {
                retry_after_s: RETRY_AFTER_S,
            });
        }
        purse.held -= cost;
        Ok(())
    }
}

/// Somebody who looks up a code.
pub(crate) struct AsksForCode;

/// Somebody who has a photo looked at; holds a place until it is.
pub(crate) struct BringsPhoto {
    _place: OwnedSemaphorePermit,
}

impl FromRequestParts<App> for AsksForCode {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        app.visitors().pay(address(parts, app), 1.0, app.now())?;
        Ok(Self)
    }
}

impl FromRequestParts<App> for BringsPhoto {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        app.visitors().pay(address(parts, app), 3.0, app.now())?;
        let place = Arc::clone(&app.visitors().places).try_acquire_owned();
        let place = place.map_err(|_| ApiError::Busy {
            retry_after_s: RETRY_AFTER_S,
        })?;
        Ok(Self { _place: place })
    }
}

fn address(parts: &Parts, app: &App) -> IpAddr {
    Origin::of(&parts.extensions, &parts.headers, app.proxies()).address
}
