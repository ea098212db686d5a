//! Signing statements and opening them again.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use xunfang_domain::{Beacon, PhotoAnnotation, PhotoEvidence, Receipt, Sealed, Sha256Hex};
use xunfang_protocol::EnrolmentClaim;

/// Something that is signed. Its kind is signed with it, so that one never passes for another.
pub trait Statement: Serialize + DeserializeOwned {
    /// Names the kind.
    const KIND: &'static str;
}

impl Statement for PhotoEvidence {
    const KIND: &'static str = "xunfang.photo-evidence";
}

impl Statement for PhotoAnnotation {
    const KIND: &'static str = "xunfang.photo-annotation";
}

impl Statement for Beacon {
    const KIND: &'static str = "xunfang.beacon";
}

impl Statement for Receipt {
    const KIND: &'static str = "xunfang.receipt";
}

impl Statement for EnrolmentClaim {
    const KIND: &'static str = "xunfang.enrolment";
}

/// Why a device did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the device's key could not sign: {0}")]
pub struct SignError(pub String);

/// Holds a P-256 key and signs with it; a phone's secure hardware can be one.
pub trait DeviceSigner: Send + Sync {
    /// Returns the public half.
    fn public_key(&self) -> PublicKey;

    /// Signs the SHA-256 of `message` and returns r and s, 32 bytes each.
    ///
    /// # Errors
    /// [`SignError`] where the key's keeper refuses.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError>;
}

/// A private key in memory.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// Takes 32 random bytes; none where they are no key, which one in 2^32 is.
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        SigningKey::from_slice(bytes).ok().map(Self)
    }
}

impl DeviceSigner for SecretKey {
    fn public_key(&self) -> PublicKey {
        PublicKey(*self.0.verifying_key())
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let signature: Signature = self
            .0
            .try_sign(message)
            .map_err(|error| SignError(error.to_string()))?;
        Ok(signature.to_bytes().into())
    }
}

/// A public key: 66 hexadecimal digits, a compressed point of P-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Returns the hash that names the key.
    pub fn id(&self) -> Sha256Hex {
        digest(&self.0.to_encoded_point(true).to_bytes())
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0.to_encoded_point(true)))
    }
}

impl std::str::FromStr for PublicKey {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = hex::decode(text).map_err(|_| SealError::Key)?;
        if bytes.len() != 33 {
            return Err(SealError::Key);
        }
        let key = VerifyingKey::from_sec1_bytes(&bytes).map_err(|_| SealError::Key)?;
        Ok(Self(key))
    }
}

/// Why a sealed statement does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The text is no public key.
    #[error("a public key has 66 hexadecimal digits of a point of P-256")]
    Key,
    /// It names another key than the one it is held against.
    #[error("the statement was signed by another key")]
    OtherKey,
    /// The signature is none, or of another text.
    #[error("the signature does not fit the statement")]
    Signature,
    /// The signature fits, but the text says something else than was expected.
    #[error("the statement does not parse: {0}")]
    Malformed(String),
}

/// Returns the SHA-256 of some bytes.
pub fn digest(bytes: &[u8]) -> Sha256Hex {
    // 64 lower-case hexadecimal digits are what the type asks for.
    #[expect(
        clippy::expect_used,
        reason = "hex::encode gives exactly what Sha256Hex takes"
    )]
    Sha256Hex::try_from(hex::encode(Sha256::digest(bytes))).expect("hexadecimal digits")
}

/// What is signed: the kind, a line break, the text.
fn message<T: Statement>(text: &str) -> Vec<u8> {
    [T::KIND.as_bytes(), b"\n", text.as_bytes()].concat()
}

/// Writes a statement down and signs it.
///
/// # Errors
/// [`SignError`] where it cannot be written or the key's keeper refuses.
pub fn seal<T: Statement>(statement: &T, signer: &dyn DeviceSigner) -> Result<Sealed, SignError> {
    let text = serde_json::to_string(statement).map_err(|error| SignError(error.to_string()))?;
    let signature = signer.sign(&message::<T>(&text))?;
    Ok(Sealed {
        text,
        key: signer.public_key().id(),
        signature: hex::encode(signature),
    })
}

/// Verifies a statement against a key and reads it.
///
/// # Errors
/// [`SealError`] with what does not fit.
pub fn open<T: Statement>(sealed: &Sealed, key: &PublicKey) -> Result<T, SealError> {
    if sealed.key != key.id() {
        return Err(SealError::OtherKey);
    }
    // Capital digits would be a second form of one signature.
    let lower = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if !sealed.signature.bytes().all(lower) {
        return Err(SealError::Signature);
    }
    let bytes = hex::decode(&sealed.signature).map_err(|_| SealError::Signature)?;
    // A server verifies each of a phone's records, and this takes a fifth of the time of the crate
    // that signs here.
    let point = key.0.to_encoded_point(false);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.as_bytes())
        .verify(&message::<T>(&sealed.text), &bytes)
        .map_err(|_| SealError::Signature)?;
    serde_json::from_str(&sealed.text).map_err(|error| SealError::Malformed(error.to_string()))
}
