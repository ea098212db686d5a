//! Secrets of an installation, files that are sealed with them, and letters to an address.
//!
//! A phone that is lost must not show what is on it. So everything an installation keeps is
//! encrypted: its database by SQLCipher, its files here, in chunks that are each authenticated.
//! The key is random and lies in a [`KeyStore`], which on a phone is the platform's own and on a
//! desk the keyring or, where there is none, a file that only its user may read ([`KeyFiles`]).
//!
//! What has to leave the phone by any way there is goes as a letter, which is sealed to a public
//! key: whoever carries it, and the phone itself, cannot open it.
//!
//! Invariants:
//! - A secret is made once, and only where nothing was sealed yet: a store that cannot be asked is
//!   never taken for an empty one.
//! - A chunk that was changed, cut off, moved or put into another file is not read.
//! - Of a letter that was cut short no reader comes to the end without being told.
//!
//! This crate must not know what is sealed, nor which platform it runs on.

mod key_files;
mod keys;
mod letter;
mod sealed;
mod secret;

pub use key_files::KeyFiles;
pub use keys::{KeyStore, KeyStoreError, Layered, settle_secret};
pub use letter::{
    LetterAddress, LetterAddressError, LetterError, LetterKey, LetterReader, LetterWriter,
};
pub use sealed::{CHUNK_BYTES, FileSeal, SealWriter, SealedFile, UnsealError, sealed_bytes};
pub use secret::Secret;
pub use zeroize::Zeroizing;
