//! Thirty-two bytes that nobody guesses.

use ring::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

/// Length of a secret in bytes.
pub(crate) const SECRET_BYTES: usize = 32;

/// A random key. It is wiped from memory when it goes, and never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; SECRET_BYTES]>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Takes bytes that are a secret already.
    pub fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Makes one.
    ///
    /// # Errors
    /// The operating system's, where it gives no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// Derives the secret for one use, so that what one use gives away tells nothing of another.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        self.derive_salted(&[], purpose)
    }

    /// Derives the secret for one use of one thing that `salt` names.
    pub(crate) fn derive_salted(&self, salt: &[u8], purpose: &str) -> Self {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        let key = Salt::new(HKDF_SHA256, salt).extract(self.as_bytes());
        let info = [purpose.as_bytes()];
        let filled = key
            .expand(&info, HKDF_SHA256)
            .and_then(|output| output.fill(bytes.as_mut_slice()));
        debug_assert!(filled.is_ok(), "HKDF-SHA256 gives 32 bytes");
        Self(bytes)
    }

    /// Returns the bytes, for a cipher.
    pub fn as_bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// Writes the secret in hexadecimal digits; the text is wiped when it goes.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_use_has_a_secret_of_its_own_and_none_is_printed() {
        let secret = Secret::from_bytes([7; 32]);
        let database = secret.derive("database");
        assert_eq!(database.as_bytes(), secret.derive("database").as_bytes());
        assert_ne!(database.as_bytes(), secret.derive("files").as_bytes());
        assert_ne!(database.as_bytes(), secret.as_bytes());
        assert_ne!(
            secret.derive_salted(b"a", "files").as_bytes(),
            secret.derive_salted(b"b", "files").as_bytes()
        );
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        let (one, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_ne!(one.as_bytes(), other.as_bytes());
    }
}
