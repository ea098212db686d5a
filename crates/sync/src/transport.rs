//! What the engine needs of a network, and how networks fail.

use xunfang_domain::Sha256Hex;
use xunfang_protocol::{PullRequest, PullResponse, PushRequest, PushResponse};

/// How much of a photo the server holds durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Nothing, and it has not been announced.
    Nothing,
    /// The first bytes.
    Part(u64),
    /// All of it, verified.
    Whole,
}

/// Why a request failed; the class decides what happens next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No usable answer came: no route, refused, cut, too slow. The link counts as down.
    #[error("the server did not answer: {code}")]
    Network {
        /// Stable name: `unreachable`, `timeout` or `cut`.
        code: &'static str,
    },
    /// The server answered that it cannot just now.
    #[error("the server cannot take it now: {code}")]
    Transient {
        /// The server's code.
        code: String,
        /// When it wants to be asked again, in milliseconds from now.
        retry_after_ms: Option<u32>,
    },
    /// The answer came and is not what the protocol says: another program, or a broken proxy.
    #[error("the answer is not understood: {detail}")]
    Garbled {
        /// What was wrong, for the log.
        detail: String,
    },
    /// The session has ended; nothing is sent before the next sign-in.
    #[error("the session has ended")]
    SignedOut,
    /// The photo goes on at another place than was thought.
    #[error("the upload goes on elsewhere")]
    Offset,
    /// The server will never take this item.
    #[error("the server refuses it: {code}")]
    Permanent {
        /// The server's code.
        code: String,
    },
}

impl Failure {
    /// Returns the stable name that is kept with the item and shown.
    pub fn code(&self) -> &str {
        match self {
            Self::Network { code } => code,
            Self::Transient { code, .. } | Self::Permanent { code } => code,
            Self::Garbled { .. } => "garbled",
            Self::SignedOut => "signed_out",
            Self::Offset => "offset_mismatch",
        }
    }
}

/// The six requests of an exchange. None of them is retried inside.
pub trait Transport {
    /// Sends operations.
    fn push(
        &self,
        request: &PushRequest,
    ) -> impl Future<Output = Result<PushResponse, Failure>> + Send;

    /// Asks for events.
    fn pull(
        &self,
        request: &PullRequest,
    ) -> impl Future<Output = Result<PullResponse, Failure>> + Send;

    /// Asks how much of a photo is held.
    fn held(&self, sha256: &Sha256Hex) -> impl Future<Output = Result<Held, Failure>> + Send;

    /// Announces a photo of `bytes` bytes with its first piece; answers how much of it the server
    /// holds durably now, which is more or less than the piece where it held something before.
    fn begin(
        &self,
        sha256: &Sha256Hex,
        bytes: u64,
        piece: Vec<u8>,
    ) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// Sends small files at once; answers for each, in their order, why it will never be taken, or
    /// nothing where it is whole and durable on the server.
    fn bundle(
        &self,
        files: &[(Sha256Hex, Vec<u8>)],
    ) -> impl Future<Output = Result<Vec<Option<String>>, Failure>> + Send;

    /// Appends a piece at `offset`; answers the new offset, durable on the server.
    fn append(
        &self,
        sha256: &Sha256Hex,
        offset: u64,
        piece: Vec<u8>,
    ) -> impl Future<Output = Result<u64, Failure>> + Send;
}
