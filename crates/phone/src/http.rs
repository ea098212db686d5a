//! The server over HTTP.
//!
//! Every answer is read up to a bound, and every wait has an end: a server that is slow, cut off
//! in the middle, or not a server of ours at all becomes a [`Failure`] of the right class.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use futures_util::StreamExt;
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, RETRY_AFTER,
};
use reqwest::{Client, Method, Request, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use xunfang_domain::Sha256Hex;
use xunfang_protocol::{
    BUNDLE_CONTENT_TYPE, BundleAnswer, ErrorBody, PACKING, PullRequest, PullResponse, PushRequest,
    PushResponse, SignInRequest, SignedIn, UPLOAD_CHECKSUM, UPLOAD_CONTENT_TYPE, UPLOAD_OFFSET,
    add_to_bundle, codes, pack, unpack,
};
use xunfang_sync::{Failure, Held, Transport};

/// How long to wait for a server before it counts as away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the next bytes of an answer.
    pub read: Duration,
    /// For one request as a whole.
    pub request: Duration,
}

impl Default for Patience {
    /// 5 s to connect and 15 s of silence; 60 s are enough for a chunk of 512 KiB at 10 kB/s.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            request: Duration::from_secs(60),
        }
    }
}

/// Largest answer that is read: 500 events of two scopes stay far below.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
const TUS_VERSION: &str = "1.0.0";
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static(UPLOAD_OFFSET);
const CHECKSUM: HeaderName = HeaderName::from_static(UPLOAD_CHECKSUM);

/// Brings a request to a server, and its answer back. The one for a phone is reqwest's client.
pub trait Carrier: Send + Sync {
    /// Carries a request.
    fn carry(&self, request: Request) -> impl Future<Output = Result<Response, Failure>> + Send;
}

impl Carrier for Client {
    async fn carry(&self, request: Request) -> Result<Response, Failure> {
        self.execute(request).await.map_err(|error| network(&error))
    }
}

/// One server, with or without a session.
#[derive(Debug, Clone)]
pub struct HttpServer<C = Client> {
    carrier: C,
    base: Url,
    token: Option<String>,
}

/// Makes a pool of connections.
///
/// # Errors
/// The library's, where it cannot be set up.
pub fn client(patience: Patience) -> Result<Client, reqwest::Error> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = Client::builder()
        .connect_timeout(patience.connect)
        .read_timeout(patience.read)
        .timeout(patience.request)
        // A proxy named in a developer's environment must not see what goes to this machine.
        .no_proxy()
        // The address is checked once; a redirect could lead to one that is not encrypted.
        .redirect(reqwest::redirect::Policy::none());
    let tls =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    match tls {
        Ok(tls) => builder
            .tls_backend_preconfigured(tls.with_root_certificates(roots).with_no_client_auth())
            .build(),
        // The ring provider supports the default versions, so this is not reached.
        Err(error) => {
            tracing::error!(%error, "TLS is not available");
            builder.build()
        }
    }
}

impl<C: Carrier> HttpServer<C> {
    /// Speaks with the server at `base`, in the session of `token`.
    pub fn new(carrier: C, base: Url, token: Option<String>) -> Self {
        Self {
            carrier,
            base,
            token,
        }
    }

    /// Signs in; the transport itself stays without a session.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Permanent`] where account and password do not match.
    pub async fn sign_in(&self, request: &SignInRequest) -> Result<SignedIn, Failure> {
        let body = serde_json::to_vec(request).map_err(garbled)?;
        let request = self.json(Method::POST, "session", body);
        let response = self.carrier.carry(request).await?;
        // A wrong password and an ended session share their status; here it is the former.
        if response.status() == StatusCode::UNAUTHORIZED {
            return Err(Failure::Permanent {
                code: codes::WRONG_PASSWORD.to_owned(),
            });
        }
        read_json(accept(response).await?).await
    }

    /// Ends the session on the server.
    pub(crate) async fn sign_out(&self) -> Result<(), Failure> {
        self.ask(self.request(Method::DELETE, "session"))
            .await
            .map(drop)
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}/api/v1/{path}",
            self.base.path().trim_end_matches('/')
        ));
        let mut request = Request::new(method, url);
        // A token is what the server gave, in letters that a header takes.
        let token = self.token.as_ref();
        if let Some(Ok(value)) = token.map(|token| HeaderValue::try_from(format!("Bearer {token}")))
        {
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        request
    }

    fn json(&self, method: Method, path: &str, body: Vec<u8>) -> Request {
        let mut request = self.request(method, path);
        set(&mut request, CONTENT_TYPE, "application/json");
        *request.body_mut() = Some(body.into());
        request
    }

    fn upload(&self, method: Method, sha256: &Sha256Hex) -> Request {
        let mut request = self.request(method, &format!("uploads/{sha256}"));
        set(&mut request, TUS_RESUMABLE, TUS_VERSION);
        request
    }

    /// Carries a request and takes a success only.
    async fn ask(&self, request: Request) -> Result<Response, Failure> {
        accept(self.carrier.carry(request).await?).await
    }

    async fn exchange<A: Serialize + Sync, B: DeserializeOwned>(
        &self,
        path: &str,
        body: &A,
    ) -> Result<B, Failure> {
        let text = serde_json::to_vec(body).map_err(garbled)?;
        let packed = pack(&text).map_err(garbled)?;
        let mut request = self.json(Method::POST, path, packed);
        set(&mut request, CONTENT_ENCODING, PACKING);
        set(&mut request, ACCEPT_ENCODING, PACKING);
        read_json(self.ask(request).await?).await
    }

    /// Sends a piece with its hash; answers the offset after it.
    async fn send_piece(&self, mut request: Request, piece: Vec<u8>) -> Result<u64, Failure> {
        let checksum = format!("sha256 {}", BASE64.encode(Sha256::digest(&piece)));
        set(&mut request, CONTENT_TYPE, UPLOAD_CONTENT_TYPE);
        set(&mut request, CHECKSUM, &checksum);
        *request.body_mut() = Some(piece.into());
        number(self.ask(request).await?.headers(), UPLOAD_OFFSET)
    }
}

/// Sets a header to a text that this file has made.
fn set(request: &mut Request, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        request.headers_mut().insert(name, value);
    }
}

impl<C: Carrier> Transport for HttpServer<C> {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, Failure> {
        self.exchange("sync/push", request).await
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, Failure> {
        self.exchange("sync/pull", request).await
    }

    async fn held(&self, sha256: &Sha256Hex) -> Result<Held, Failure> {
        let request = self.upload(Method::HEAD, sha256);
        let response = self.carrier.carry(request).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(Held::Nothing);
        }
        let response = accept(response).await?;
        let offset = number(response.headers(), UPLOAD_OFFSET)?;
        let length = number(response.headers(), LENGTH.as_str())?;
        Ok(if offset == length {
            Held::Whole
        } else {
            Held::Part(offset)
        })
    }

    async fn begin(&self, sha256: &Sha256Hex, bytes: u64, piece: Vec<u8>) -> Result<u64, Failure> {
        let mut request = self.upload(Method::POST, sha256);
        request.headers_mut().insert(LENGTH, bytes.into());
        self.send_piece(request, piece).await
    }

    async fn bundle(&self, files: &[(Sha256Hex, Vec<u8>)]) -> Result<Vec<Option<String>>, Failure> {
        let mut body = Vec::new();
        for (sha256, bytes) in files {
            add_to_bundle(&mut body, sha256, bytes);
        }
        let mut request = self.request(Method::POST, "uploads");
        set(&mut request, CONTENT_TYPE, BUNDLE_CONTENT_TYPE);
        *request.body_mut() = Some(body.into());
        let answer: BundleAnswer = read_json(self.ask(request).await?).await?;
        let names = answer.files.iter().map(|file| &file.sha256);
        if !names.eq(files.iter().map(|(sha256, _)| sha256)) {
            return Err(garbled("a bundle is answered with other files"));
        }
        Ok(answer.files.into_iter().map(|file| file.code).collect())
    }

    async fn append(
        &self,
        sha256: &Sha256Hex,
        offset: u64,
        piece: Vec<u8>,
    ) -> Result<u64, Failure> {
        let mut request = self.upload(Method::PATCH, sha256);
        request.headers_mut().insert(OFFSET, offset.into());
        self.send_piece(request, piece).await
    }
}

fn network(error: &reqwest::Error) -> Failure {
    let code = if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "unreachable"
    } else {
        "cut"
    };
    Failure::Network { code }
}

fn garbled(detail: impl std::fmt::Display) -> Failure {
    Failure::Garbled {
        detail: detail.to_string(),
    }
}

fn number(headers: &HeaderMap, name: &str) -> Result<u64, Failure> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| garbled(format!("the header {name} is missing")))
}

/// Passes a success on and turns everything else into its class.
async fn accept(response: Response) -> Result<Response, Failure> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status == StatusCode::UNAUTHORIZED {
        return Err(Failure::SignedOut);
    }
    let retry_after_ms = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u32>().ok())
        .map(|seconds| seconds.saturating_mul(1_000));
    let body = read(response).await?;
    // A proxy in between answers in its own words; then the status has to do.
    let code = serde_json::from_slice::<ErrorBody>(&body)
        .map_or_else(|_| format!("http_{}", status.as_u16()), |body| body.code);
    Err(match code.as_str() {
        codes::OFFSET_MISMATCH => Failure::Offset,
        codes::PIECE_DAMAGED => Failure::Transient {
            code,
            retry_after_ms,
        },
        _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Failure::Transient {
                code,
                retry_after_ms,
            }
        }
        _ if status.is_redirection() => garbled(format!("redirected with {status}")),
        _ => Failure::Permanent { code },
    })
}

async fn read(response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| network(&error))?;
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(garbled("the answer does not end"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn read_json<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let packed = response
        .headers()
        .get(CONTENT_ENCODING)
        .is_some_and(|packing| packing == PACKING);
    let mut body = read(response).await?;
    if packed {
        body = unpack(&body, ANSWER_BYTES_MAX)
            .map_err(garbled)?
            .ok_or_else(|| garbled("the answer does not end"))?;
    }
    serde_json::from_slice(&body).map_err(garbled)
}
