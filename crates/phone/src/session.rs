//! Signing in and out.

use xunfang_domain::DeviceId;
use xunfang_protocol::{SignInRequest, codes};
use xunfang_store::{SignedInSession, Store};
use xunfang_sync::Failure;

use crate::http::HttpServer;
use crate::{CommandError, ErrorCode, address};

/// What a person typed to sign in.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) server: String,
    pub(crate) account: String,
    pub(crate) password: String,
}

/// Asks the server, and keeps the session where it agrees.
pub(crate) async fn sign_in(
    client: reqwest::Client,
    device: DeviceId,
    credentials: Credentials,
) -> Result<SignedInSession, CommandError> {
    let base = address::parse(&credentials.server)?;
    let server = HttpServer::new(client, base.clone(), None);
    let request = SignInRequest {
        account: credentials.account,
        password: credentials.password,
        device: Some(device),
        device_name: Some(std::env::consts::OS.to_owned()),
    };
    let signed_in = server
        .sign_in(&request)
        .await
        .map_err(|failure| refusal(&failure))?;
    let token = signed_in
        .token
        .ok_or_else(|| CommandError::new(ErrorCode::ServerBroken, "the server gave no token"))?;
    Ok(SignedInSession {
        server: base.as_str().trim_end_matches('/').to_owned(),
        session: signed_in.session,
        token,
    })
}

fn refusal(failure: &Failure) -> CommandError {
    let code = match failure {
        Failure::Permanent { code } if code == codes::WRONG_PASSWORD => ErrorCode::WrongPassword,
        Failure::Transient { code, .. } if code == codes::LOCKED => ErrorCode::Locked,
        Failure::Permanent { code } if code == codes::DEVICE_REVOKED => ErrorCode::DeviceRevoked,
        Failure::Network { .. } | Failure::Transient { .. } => ErrorCode::ServerUnreachable,
        Failure::Garbled { .. }
        | Failure::SignedOut
        | Failure::Offset
        | Failure::Permanent { .. } => ErrorCode::ServerBroken,
    };
    CommandError::new(code, &failure.to_string())
}

/// Ends the session on the server, as far as it can be reached; locally it has ended already.
pub(crate) async fn end_on_server(client: reqwest::Client, server: String, token: String) {
    let Ok(base) = address::parse(&server) else {
        return;
    };
    if let Err(failure) = HttpServer::new(client, base, Some(token)).sign_out().await {
        tracing::info!(
            code = failure.code(),
            "the server was not told of the sign-out"
        );
    }
}

/// Refuses a command that needs a person.
pub(crate) fn person_of(
    store: &Store,
    device: DeviceId,
) -> Result<xunfang_protocol::SessionView, CommandError> {
    store
        .installation(device)?
        .session
        .ok_or_else(|| CommandError::new(ErrorCode::SignedOut, "nobody is signed in"))
}
