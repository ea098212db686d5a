//! The part of RFC 9180 (HPKE) that letters use.
//!
//! Base mode of DHKEM(P-256, HKDF-SHA256) with HKDF-SHA256, export only: the standard turns what
//! the two halves of a key agree on into one key, and the chunks are encrypted with that. So a
//! letter of any length streams, and any other library of HPKE finds the same key.
//!
//! Rejected: the crate `hpke`. Its versions for this p256 (0.12, 0.13) bring ten crates of ciphers
//! that nothing here uses, and have been succeeded; the newest (0.15) brings a second P-256. What
//! remains without the ciphers is below, and is held against the RFC's own vectors.

use p256::ecdh::SharedSecret;
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, Prk};
use ring::hmac::{Context, HMAC_SHA256, Key};
use zeroize::Zeroizing;

use crate::Secret;
use crate::secret::SECRET_BYTES;

/// Length of a public key as the standard writes it, in bytes: an uncompressed point.
pub(super) const POINT_BYTES: usize = 65;

const VERSION: &[u8] = b"HPKE-v1";
/// DHKEM(P-256, HKDF-SHA256).
const KEM: &[u8] = b"KEM\x00\x10";
/// The same, HKDF-SHA256, export only.
const SUITE: &[u8] = b"HPKE\x00\x10\x00\x01\xff\xff";
/// Nobody but the recipient needs a key.
const MODE_BASE: u8 = 0;

type Bytes = Zeroizing<[u8; SECRET_BYTES]>;

/// Exports the 32 bytes that `context` names from what both sides agreed on.
///
/// `agreed` is the Diffie-Hellman secret of the one-time key `one_time` and of `recipient`.
///
/// # Errors
/// None that happen: HKDF-SHA256 gives 32 bytes.
pub(super) fn export(
    agreed: &SharedSecret,
    one_time: &[u8; POINT_BYTES],
    recipient: &[u8; POINT_BYTES],
    info: &[u8],
    context: &[u8],
) -> Result<Secret, Unspecified> {
    let agreed = extract(KEM, b"", b"eae_prk", agreed.raw_secret_bytes());
    let shared = expand(KEM, &agreed, b"shared_secret", &[one_time, recipient])?;

    // There is no pre-shared key: its place and its name are empty.
    let psk_id = extract(SUITE, b"", b"psk_id_hash", b"");
    let info = extract(SUITE, b"", b"info_hash", info);
    let secret = extract(SUITE, shared.as_slice(), b"secret", b"");
    let schedule: [&[u8]; 3] = [&[MODE_BASE], psk_id.as_slice(), info.as_slice()];
    let exporter = expand(SUITE, &secret, b"exp", &schedule)?;
    let exported = expand(SUITE, &exporter, b"sec", &[context])?;
    Ok(Secret::from_bytes(*exported))
}

/// `LabeledExtract` of the standard's section 4. Extracting is the HMAC, with the salt as its key.
fn extract(suite: &[u8], salt: &[u8], label: &[u8], material: &[u8]) -> Bytes {
    let mut mac = Context::with_key(&Key::new(HMAC_SHA256, salt));
    for piece in [VERSION, suite, label, material] {
        mac.update(piece);
    }
    let mut bytes = Bytes::default();
    for (place, byte) in bytes.iter_mut().zip(mac.sign().as_ref()) {
        *place = *byte;
    }
    bytes
}

/// `LabeledExpand` of the standard's section 4, to 32 bytes.
fn expand(suite: &[u8], key: &Bytes, label: &[u8], info: &[&[u8]]) -> Result<Bytes, Unspecified> {
    let length = [0, SECRET_BYTES as u8];
    let pieces = [&[&length, VERSION, suite, label], info].concat();
    let mut bytes = Bytes::default();
    Prk::new_less_safe(HKDF_SHA256, key.as_slice())
        .expand(&pieces, HKDF_SHA256)?
        .fill(bytes.as_mut_slice())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use p256::{PublicKey, SecretKey};

    use super::*;

    fn point(digits: &str) -> [u8; POINT_BYTES] {
        hex::decode(digits).unwrap().try_into().unwrap()
    }

    /// From the RFC's test vectors (test-vectors.json of draft-irtf-cfrg-hpke at 5f503c5): mode 0,
    /// KEM 0x0010, KDF 0x0001, AEAD 0xffff.
    #[test]
    fn the_keys_are_those_of_the_standard() {
        let recipient = "62c3868357a464f8461d03aa0182c7cebcde841036aea7230ddc7339f1088346";
        let recipient = SecretKey::from_slice(&hex::decode(recipient).unwrap()).unwrap();
        let recipient_point = point(
            "046c6bb9e1976402c692fef72552f4aaeedd83a5e5079de3d7ae732da0f397b159\
             21fb9c52c9866affc8e29c0271a35937023a9245982ec18bab1eb157cf16fc33",
        );
        let one_time = point(
            "04d804370b7e24b94749eb1dc8df6d4d4a5d75f9effad01739ebcad5c54a40d57a\
             aa8b4190fc124dbde2e4f1e1d1b012a3bc4038157dc29b55533a932306d8d38d",
        );
        let theirs = PublicKey::from_sec1_bytes(&one_time).unwrap();
        let agreed = p256::ecdh::diffie_hellman(recipient.to_nonzero_scalar(), theirs.as_affine());
        let info = b"Ode on a Grecian Urn";
        for (context, exported) in [
            (
                b"".as_slice(),
                "8cf837d5bf1994f0fac3ee1faa671d07e9a38b7f6153bdbb8a66b90159ef7d13",
            ),
            (
                b"\0",
                "3c7708f8ae1f510f4439fa514deb1c7ece7a29085a2e8270a84b6ad6481cc0b4",
            ),
            (
                b"TestContext",
                "f53fb127f67dabf35b14fae14b53e6ce5c49e572f95eb4ef7a3b3cb9cd85f12b",
            ),
        ] {
            let key = export(&agreed, &one_time, &recipient_point, info, context).unwrap();
            assert_eq!(*key.to_hex(), exported);
        }
    }
}
