//! Who is asking: a token in, an [`Actor`] out.
//!
//! A token is 256 random bits in hexadecimal. A phone sends it as `Authorization: Bearer`; a
//! browser holds it in a cookie that scripts cannot read and other sites cannot send. The server
//! stores its SHA-256 only: whoever reads the database cannot sign in with what it holds. A fast
//! hash is enough, as nobody guesses 256 bits.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use sha2::{Digest, Sha256};
use xunfang_domain::{Actor, DeviceId, DistrictId, Object, SessionId, UnixMillis, Verb, allows};

use crate::App;
use crate::error::ApiError;
use crate::origin::Origin;
use crate::store::StoreError;
use crate::store::sessions::{self, FoundSession, TokenHash};

/// Name of the browser's cookie.
pub(crate) const COOKIE_NAME: &str = "xunfang";
/// How old the time may be at which a session was last used, in milliseconds: each use would be a
/// write, and a list says days.
const NOTED_EVERY_MS: i64 = 60 * 60 * 1000;

/// Hexadecimal digits of a token.
const TOKEN_DIGITS: usize = 64;

/// A new token. It leaves the server once, in the answer to a sign-in.
pub(crate) struct Token(String);

impl Token {
    /// Draws a token.
    pub(crate) fn draw() -> Result<Self, ApiError> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).map_err(|_| ApiError::Broken("no random numbers"))?;
        Ok(Self(hex::encode(bits)))
    }

    /// Takes a token out of a request: the header of a phone, or else the cookie of a browser.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        // Nobody looks for what cannot be one.
        Self::named(headers).filter(|Self(token)| {
            token.len() == TOKEN_DIGITS && token.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    }

    fn named(headers: &HeaderMap) -> Option<Self> {
        if let Some(header) = headers.get(AUTHORIZATION) {
            let token = header.to_str().ok()?.strip_prefix("Bearer ")?;
            return Some(Self(token.to_owned()));
        }
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE_NAME)
            .map(|(_, token)| Self(token.to_owned()))
    }

    pub(crate) fn hash(&self) -> TokenHash {
        Sha256::digest(self.0.as_bytes()).into()
    }

    pub(crate) fn reveal(self) -> String {
        self.0
    }
}

/// A valid session; a handler that names it refuses everybody else, and those who have to change
/// their password first.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) actor: Actor,
    pub(crate) id: SessionId,
    /// The installation that signed in; none for a browser.
    pub(crate) device: Option<DeviceId>,
    pub(crate) token_hash: TokenHash,
}

impl Session {
    /// Asks the policy.
    pub(crate) fn require(&self, verb: Verb, object: &Object) -> Result<(), ApiError> {
        if allows(&self.actor, verb, object) {
            Ok(())
        } else {
            Err(ApiError::Forbidden)
        }
    }
}

/// A valid session, also one with which nothing can be done but change the password.
#[derive(Debug, Clone)]
pub(crate) struct AnySession {
    pub(crate) session: Session,
    pub(crate) must_change: bool,
}

impl FromRequestParts<App> for AnySession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let now = app.now();
        // Who shows nothing was counted before; whose token is worth nothing is counted with them.
        let token = Token::from_headers(&parts.headers).ok_or(ApiError::SignedOut)?;
        let token_hash = token.hash();
        let found = app
            .database()
            .look(move |db| sessions::find(db, &token_hash, now))
            .await?;
        let Some(found) = found else {
            let origin = Origin::of(&parts.extensions, &parts.headers, app.proxies());
            app.limits().of_address(origin.address, now)?;
            return Err(ApiError::SignedOut);
        };
        app.limits().of_session(token_hash, now)?;
        let FoundSession {
            actor,
            id,
            device,
            last_used_at,
            must_change,
        } = found;
        if now.since(last_used_at) >= NOTED_EVERY_MS {
            note_use(app, actor.district, token_hash, now);
        }
        let session = Session {
            actor,
            id,
            device,
            token_hash,
        };
        Ok(Self {
            session,
            must_change,
        })
    }
}

impl FromRequestParts<App> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let any = AnySession::from_request_parts(parts, app).await?;
        if any.must_change {
            return Err(ApiError::PasswordMustChange);
        }
        Ok(any.session)
    }
}

/// Notes that a session is used. Nobody waits for it, and a disk that is full refuses no reader.
fn note_use(app: &App, district: DistrictId, token_hash: TokenHash, now: UnixMillis) {
    let noting = app.clone();
    app.tasks().spawn(async move {
        let noted: Result<(), StoreError> = noting
            .database()
            .write(district, move |db| {
                sessions::note_use(db, district, &token_hash, now)
            })
            .await;
        if let Err(error) = noted {
            tracing::warn!(%error, "the use of a session was not noted");
        }
    });
}

/// Takes the session of somebody who may do something in their district, found out before a body
/// is read.
async fn allowed(
    parts: &mut Parts,
    app: &App,
    verb: Verb,
    object: fn(DistrictId) -> Object,
) -> Result<Session, ApiError> {
    let session = Session::from_request_parts(parts, app).await?;
    session.require(verb, &object(session.actor.district))?;
    Ok(session)
}

/// The session of somebody who may bring in what others have recorded.
#[derive(Debug, Clone)]
pub(crate) struct Importer(pub(crate) Actor);

impl FromRequestParts<App> for Importer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let queue = |district| Object::ReviewQueue { district };
        let session = allowed(parts, app, Verb::Import, queue).await?;
        Ok(Self(session.actor))
    }
}

/// The session of somebody who may change points and standards.
#[derive(Debug, Clone)]
pub(crate) struct Administrator(pub(crate) Actor);

impl FromRequestParts<App> for Administrator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let reference = |district| Object::Reference { district };
        let session = allowed(parts, app, Verb::Edit, reference).await?;
        Ok(Self(session.actor))
    }
}

/// The session of somebody who may change people, units and what lets them in; whoever may not
/// change them does not see them either.
#[derive(Debug, Clone)]
pub(crate) struct Registrar(pub(crate) Session);

impl FromRequestParts<App> for Registrar {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let account = |district| Object::Account { district };
        let session = allowed(parts, app, Verb::Edit, account).await?;
        Ok(Self(session))
    }
}
