//! How often somebody may ask.
//!
//! Everybody has a purse that fills with time, and a request takes one out. Whoever is signed in has
//! one for the session, so that a thousand phones behind one address do not take from each other;
//! whoever is not, has one with all others of the same address. Signing in has a purse of its own, as
//! each attempt costs a password's hash. What is forgotten first is what is full again: forgetting it
//! changes nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use xunfang_domain::UnixMillis;

use crate::App;
use crate::error::ApiError;
use crate::origin::Origin;
use crate::session::Token;
use crate::store::sessions::TokenHash;

/// Purses that are remembered of a kind.
const REMEMBERED: usize = 20_000;

/// How fast a purse fills, and what it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests that flow in each second, for as long as somebody likes.
    pub per_second: f64,
    /// Requests that may come together after a pause.
    pub burst: f64,
}

/// How often whom is answered; none for as often as they like.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rates {
    /// Whoever is signed in, each session for itself.
    pub session: Option<Rate>,
    /// Whoever is not, all of an address together.
    pub address: Option<Rate>,
    /// Attempts to sign in, all of an address together.
    pub sign_in: Option<Rate>,
}

/// The purses of everybody.
pub(crate) struct Limits {
    session: Option<Purses<TokenHash>>,
    address: Option<Purses<IpAddr>>,
    sign_in: Option<Purses<IpAddr>>,
}

impl Limits {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            session: rates.session.map(Purses::new),
            address: rates.address.map(Purses::new),
            sign_in: rates.sign_in.map(Purses::new),
        }
    }

    /// Takes a request out of a session's purse, or refuses.
    pub(crate) fn of_session(&self, token: TokenHash, now: UnixMillis) -> Result<(), ApiError> {
        pay(self.session.as_ref(), token, now)
    }

    /// Takes a request out of the purse that an address has for all who are not signed in.
    pub(crate) fn of_address(&self, address: IpAddr, now: UnixMillis) -> Result<(), ApiError> {
        pay(self.address.as_ref(), network_of(address), now)
    }

    /// Takes an attempt out of an address's purse for signing in.
    pub(crate) fn of_sign_in(&self, address: IpAddr, now: UnixMillis) -> Result<(), ApiError> {
        pay(self.sign_in.as_ref(), network_of(address), now)
    }
}

fn pay<K: Copy + Eq + Hash>(
    purses: Option<&Purses<K>>,
    who: K,
    now: UnixMillis,
) -> Result<(), ApiError> {
    purses.map_or(Ok(()), |purses| purses.pay(who, 1.0, now))
}

/// Who has the first half of an address of the newer form has all that begin with it.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(network.into())
        }
    }
}

/// Counts whoever shows nothing that a session would. Sessions are counted where they are found.
pub(crate) async fn by_address(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    // Whether it lives is not for a limit to say: whoever watches it would start it anew.
    let watches = request.uri().path() == "/livez";
    if !watches && Token::from_headers(headers).is_none() {
        let origin = Origin::of(request.extensions(), headers, app.proxies());
        if let Err(refused) = app.limits().of_address(origin.address, app.now()) {
            return refused.into_response();
        }
    }
    next.run(request).await
}

#[derive(Debug, Clone, Copy)]
struct Purse {
    held: f64,
    at: UnixMillis,
}

/// A purse for each of a kind.
#[derive(Debug)]
pub(crate) struct Purses<K> {
    rate: Rate,
    all: Mutex<HashMap<K, Purse>>,
}

impl<K: Copy + Eq + Hash> Purses<K> {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            all: Mutex::default(),
        }
    }

    /// Takes `cost` out of a purse, or says when there will be enough in it.
    pub(crate) fn pay(&self, who: K, cost: f64, now: UnixMillis) -> Result<(), ApiError> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED && !all.contains_key(&who) {
            all.retain(|_, purse| self.filled(*purse, now) < self.rate.burst);
            if all.len() >= REMEMBERED {
                // So many who ask too often at once are no people: they are counted anew.
                all.clear();
            }
        }
        let full = Purse {
            held: self.rate.burst,
            at: now,
        };
        let purse = all.entry(who).or_insert(full);
        let held = self.filled(*purse, now);
        *purse = Purse { held, at: now };
        if held < cost {
            let wait_s = ((cost - held) / self.rate.per_second)
                .ceil()
                .clamp(1.0, 3_600.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "1..=3,600"
            )]
            let retry_after_s = wait_s as u32;
            return Err(ApiError::TooOften { retry_after_s });
        }
        purse.held -= cost;
        Ok(())
    }

    /// What a purse holds by now. A clock that was set back takes nothing away.
    fn filled(&self, purse: Purse, now: UnixMillis) -> f64 {
        let passed_ms = now.since(purse.at).clamp(0, 86_400_000);
        #[expect(clippy::cast_precision_loss, reason = "at most 86,400,000")]
        let passed_s = passed_ms as f64 / 1_000.0;
        (purse.held + passed_s * self.rate.per_second).min(self.rate.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: UnixMillis = UnixMillis::new(1_760_000_000_000);

    fn waits(paid: Result<(), ApiError>) -> Option<u32> {
        match paid {
            Ok(()) => None,
            Err(ApiError::TooOften { retry_after_s }) => Some(retry_after_s),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_purse_fills_with_time_and_never_over_its_brim() {
        let purses = Purses::new(Rate {
            per_second: 0.5,
            burst: 3.0,
        });
        let pay =
            |who: u8, after_s: i64| waits(purses.pay(who, 1.0, START.plus_ms(after_s * 1_000)));
        assert_eq!([(); 4].map(|()| pay(1, 0)), [None, None, None, Some(2)]);
        // Another one has another.
        assert_eq!(pay(2, 0), None);
        assert_eq!([pay(1, 1), pay(1, 2), pay(1, 2)], [Some(1), None, Some(2)]);
        assert_eq!([(); 4].map(|()| pay(1, 1_000)), [None, None, None, Some(2)]);
        // A clock that was set back takes nothing away and gives nothing.
        assert_eq!(pay(1, 0), Some(2));
    }

    #[test]
    fn memory_is_bounded_and_whoever_asks_too_often_is_not_forgotten_for_others() {
        let purses = Purses::new(Rate {
            per_second: 1.0,
            burst: 1.0,
        });
        assert_eq!(waits(purses.pay(0, 1.0, START)), None);
        let later = START.plus_ms(900);
        for who in 1..REMEMBERED as u64 {
            // All of these are full again when the memory is.
            assert_eq!(waits(purses.pay(who, 1.0, START.plus_ms(-5_000))), None);
        }
        assert_eq!(waits(purses.pay(REMEMBERED as u64, 1.0, later)), None);
        assert_eq!(purses.all.lock().unwrap().len(), 2);
        assert_eq!(waits(purses.pay(0, 1.0, later)), Some(1));
    }

    #[test]
    fn all_addresses_of_one_network_of_the_newer_form_share_a_purse() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
