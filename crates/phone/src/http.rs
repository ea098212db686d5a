//! The server over HTTP.
//!
//! Every answer is read up to a bound, and every wait has an end: a server that is slow, cut off
//! in the middle, or not a server of ours at all becomes a [`Failure`] of the right class.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use xunfang_domain::Sha256Hex;
use xunfang_protocol::{
    ErrorBody, PullRequest, PullResponse, PushRequest, PushResponse, SignInRequest, SignedIn,
    UPLOAD_CONTENT_TYPE, UPLOAD_OFFSET, codes,
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

/// One server, with or without a session.
#[derive(Debug, Clone)]
pub(crate) struct HttpServer {
    client: Client,
    base: Url,
    token: Option<String>,
}

/// The shared connection pool.
pub(crate) fn client(patience: Patience) -> Result<Client, reqwest::Error> {
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

impl HttpServer {
    pub(crate) fn new(client: Client, base: Url, token: Option<String>) -> Self {
        Self {
            client,
            base,
            token,
        }
    }

    pub(crate) async fn sign_in(&self, request: &SignInRequest) -> Result<SignedIn, Failure> {
        let response = self
            .send(self.request(Method::POST, "session").json(request))
            .await?;
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
        accept(self.send(self.request(Method::DELETE, "session")).await?)
            .await
            .map(drop)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}/api/v1/{path}",
            self.base.path().trim_end_matches('/')
        ));
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn upload(&self, method: Method, sha256: &Sha256Hex) -> RequestBuilder {
        self.request(method, &format!("uploads/{sha256}"))
            .header("tus-resumable", TUS_VERSION)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        request.send().await.map_err(|error| network(&error))
    }

    async fn exchange<A: Serialize + Sync, B: DeserializeOwned>(
        &self,
        path: &str,
        body: &A,
    ) -> Result<B, Failure> {
        let response = self
            .send(self.request(Method::POST, path).json(body))
            .await?;
        read_json(accept(response).await?).await
    }
}

impl Transport for HttpServer {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, Failure> {
        self.exchange("sync/push", request).await
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, Failure> {
        self.exchange("sync/pull", request).await
    }

    async fn held(&self, sha256: &Sha256Hex) -> Result<Held, Failure> {
        let response = self.send(self.upload(Method::HEAD, sha256)).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(Held::Nothing);
        }
        let response = accept(response).await?;
        let offset = number(response.headers(), UPLOAD_OFFSET)?;
        let length = number(response.headers(), "upload-length")?;
        Ok(if offset == length {
            Held::Whole
        } else {
            Held::Part(offset)
        })
    }

    async fn announce(&self, sha256: &Sha256Hex, bytes: u64) -> Result<(), Failure> {
        let request = self
            .upload(Method::POST, sha256)
            .header("upload-length", bytes);
        accept(self.send(request).await?).await.map(drop)
    }

    async fn append(
        &self,
        sha256: &Sha256Hex,
        offset: u64,
        chunk: Vec<u8>,
    ) -> Result<u64, Failure> {
        let request = self
            .upload(Method::PATCH, sha256)
            .header(CONTENT_TYPE, UPLOAD_CONTENT_TYPE)
            .header(UPLOAD_OFFSET, offset)
            .body(chunk);
        let response = accept(self.send(request).await?).await?;
        number(response.headers(), UPLOAD_OFFSET)
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
    serde_json::from_slice(&read(response).await?).map_err(garbled)
}
