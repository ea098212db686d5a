//! What people without a session may ask for, and how often.
//!
//! Each address has a purse that fills with time; a question takes out what it costs the server. All
//! addresses together have a few places, so that nobody's photos fill the memory.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use xunfang_domain::UnixMillis;

use crate::App;
use crate::error::ApiError;
use crate::limits::{Purses, Rate};
use crate::origin::Origin;

/// A code every two seconds, for as long as somebody likes.
const RATE: Rate = Rate {
    per_second: 0.5,
    burst: 30.0,
};
/// Photos that are looked at at a time, each in memory as a whole.
const PLACES: usize = 2;
/// When somebody who found no place is asked to come back.
const RETRY_AFTER_S: u32 = 10;

/// The purses, and the places.
pub(crate) struct Visitors {
    purses: Purses<IpAddr>,
    places: Arc<Semaphore>,
}

impl Visitors {
    pub(crate) fn new() -> Self {
        Self {
            purses: Purses::new(RATE),
            places: Arc::new(Semaphore::new(PLACES)),
        }
    }

    /// Takes `cost` out of an address's purse, or refuses.
    fn pay(&self, who: IpAddr, cost: f64, now: UnixMillis) -> Result<(), ApiError> {
        self.purses.pay(who, cost, now)
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
