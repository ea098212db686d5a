//! Whom a letter is for.

use std::fmt;
use std::io;
use std::str::FromStr;

use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey};
use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use super::hpke::{self, POINT_BYTES};
use crate::Secret;
use crate::sealed::impossible;
use crate::secret::SECRET_BYTES;

/// Length of an address in bytes: a compressed point.
pub(super) const ADDRESS_BYTES: usize = 33;
/// Length of the short name of an address, in bytes.
pub(super) const ID_BYTES: usize = 8;

/// Another use of the same key must never find the key of a letter.
const INFO: &[u8] = b"xunfang letter 1";
const CHUNKS: &[u8] = b"chunks";

/// What opens the letters to one address. It is wiped from memory when it goes, and never printed.
#[derive(Clone)]
pub struct LetterKey(SecretKey);

impl fmt::Debug for LetterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LetterKey(…)")
    }
}

impl LetterKey {
    /// Makes one.
    ///
    /// # Errors
    /// The operating system's, where it gives no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        // One in 2^32 is no key of this curve, so a system that gives four such in a row is broken.
        for _ in 0..4 {
            let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
            getrandom::fill(bytes.as_mut_slice())?;
            if let Some(key) = Self::from_bytes(&bytes) {
                return Ok(key);
            }
        }
        Err(getrandom::Error::UNEXPECTED)
    }

    /// Takes 32 bytes that are a key already, or random; none where they are no key, which one in
    /// 2^32 is.
    pub fn from_bytes(bytes: &[u8; SECRET_BYTES]) -> Option<Self> {
        SecretKey::from_slice(bytes).ok().map(Self)
    }

    /// Returns the bytes, to be kept; they are wiped when they go.
    pub fn to_bytes(&self) -> Zeroizing<[u8; SECRET_BYTES]> {
        Zeroizing::new(self.0.to_bytes().into())
    }

    /// Returns the address of the letters that it opens.
    pub fn address(&self) -> LetterAddress {
        LetterAddress(self.0.public_key())
    }

    /// Finds the key of a letter that was sealed with `one_time` to this one's address.
    pub(super) fn letter_key(&self, one_time: &LetterAddress) -> io::Result<Secret> {
        self.agree(one_time, one_time, &self.address())
    }

    fn agree(
        &self,
        other: &LetterAddress,
        one_time: &LetterAddress,
        recipient: &LetterAddress,
    ) -> io::Result<Secret> {
        let scalar = Zeroizing::new(self.0.to_nonzero_scalar());
        let agreed = p256::ecdh::diffie_hellman(&*scalar, other.0.as_affine());
        let (one_time, recipient) = (one_time.point(), recipient.point());
        hpke::export(&agreed, &one_time, &recipient, INFO, CHUNKS).map_err(|_| impossible())
    }
}

/// The text or the bytes are no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address has 66 hexadecimal digits of a point of P-256")]
pub struct LetterAddressError;

/// Where anybody can send a letter: a public key of P-256, written as 66 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LetterAddress(PublicKey);

impl LetterAddress {
    /// Takes 33 bytes, a compressed point (SEC 1).
    ///
    /// # Errors
    /// [`LetterAddressError`] where they are no point of the curve, or written in another way.
    pub fn from_bytes(bytes: &[u8; ADDRESS_BYTES]) -> Result<Self, LetterAddressError> {
        let address = PublicKey::from_sec1_bytes(bytes)
            .map(Self)
            .map_err(|_| LetterAddressError)?;
        // The library reads the "compact" form of this length too: a second name of one point.
        if address.to_bytes() != *bytes {
            return Err(LetterAddressError);
        }
        Ok(address)
    }

    /// Returns the compressed point.
    pub fn to_bytes(&self) -> [u8; ADDRESS_BYTES] {
        self.encoded(true)
    }

    /// Returns the first 8 bytes of the SHA-256 of the 33 that are the address. A letter names
    /// them, so that its recipient knows it for its own; they tell addresses apart and prove nothing.
    pub fn id(&self) -> [u8; ID_BYTES] {
        let mut id = [0; ID_BYTES];
        let hash = digest(&SHA256, &self.to_bytes());
        for (place, byte) in id.iter_mut().zip(hash.as_ref()) {
            *place = *byte;
        }
        id
    }

    /// Makes the key of a new letter, and what its recipient finds it with.
    pub(super) fn new_letter_key(&self) -> io::Result<(Self, Secret)> {
        let key = LetterKey::random().map_err(io::Error::other)?;
        let one_time = key.address();
        Ok((one_time, key.agree(self, &one_time, self)?))
    }

    fn point(&self) -> [u8; POINT_BYTES] {
        self.encoded(false)
    }

    fn encoded<const N: usize>(&self, compress: bool) -> [u8; N] {
        let mut bytes = [0; N];
        let point = self.0.to_encoded_point(compress);
        debug_assert_eq!(point.len(), N, "a point has one length in each form");
        for (place, byte) in bytes.iter_mut().zip(point.as_bytes()) {
            *place = *byte;
        }
        bytes
    }
}

impl fmt::Debug for LetterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LetterAddress({self})")
    }
}

impl fmt::Display for LetterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.to_bytes()))
    }
}

impl FromStr for LetterAddress {
    type Err = LetterAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; ADDRESS_BYTES];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| LetterAddressError)?;
        Self::from_bytes(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_from_its_bytes_and_is_not_printed() {
        let key = LetterKey::random().unwrap();
        let kept = LetterKey::from_bytes(&key.to_bytes()).unwrap();
        assert_eq!(kept.address(), key.address());
        assert_ne!(LetterKey::random().unwrap().address(), key.address());
        assert_eq!(format!("{key:?}"), "LetterKey(…)");
        assert!(LetterKey::from_bytes(&[0; 32]).is_none());
        assert!(LetterKey::from_bytes(&[255; 32]).is_none());
    }

    #[test]
    fn an_address_is_66_digits_and_has_one_form() {
        let address = LetterKey::from_bytes(&[7; 32]).unwrap().address();
        let text = address.to_string();
        assert_eq!(text.len(), 66);
        assert_eq!(text.parse(), Ok(address));
        assert_eq!(text.to_uppercase().parse(), Ok(address));
        assert_eq!(format!("{address:?}"), format!("LetterAddress({text})"));
        assert_eq!(LetterAddress::from_bytes(&address.to_bytes()), Ok(address));
        let hash = digest(&SHA256, &address.to_bytes());
        assert_eq!(address.id(), hash.as_ref()[..8]);
        let (_, digits) = text.split_at(2);
        for wrong in [
            String::new(),
            digits.to_owned(),
            format!("{text}00"),
            text.replacen("0", "x", 1),
            format!("05{digits}"),
            format!("00{digits}"),
            format!("02{}", "ff".repeat(32)),
            hex::encode(address.point()),
        ] {
            assert_eq!(wrong.parse::<LetterAddress>(), Err(LetterAddressError));
        }
    }

    #[test]
    fn both_sides_find_the_same_key_and_each_letter_its_own() {
        let key = LetterKey::random().unwrap();
        let (one_time, sealed) = key.address().new_letter_key().unwrap();
        let opened = key.letter_key(&one_time).unwrap();
        assert_eq!(opened.as_bytes(), sealed.as_bytes());
        let (_, another) = key.address().new_letter_key().unwrap();
        assert_ne!(another.as_bytes(), sealed.as_bytes());
        // What the curve alone agrees on is the same for a point and its opposite.
        let mut opposite = one_time.to_bytes();
        opposite[0] ^= 1;
        let opposite = LetterAddress::from_bytes(&opposite).unwrap();
        let found = key.letter_key(&opposite).unwrap();
        assert_ne!(found.as_bytes(), sealed.as_bytes());
    }
}
