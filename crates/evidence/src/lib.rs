//! Signs what is known of a photo, chains it, and verifies both.
//!
//! A statement is a JSON text with its kind in front. It is signed and kept letter for letter, so
//! that one changed byte shows, and a reader that does not know a field still verifies it. Of
//! photos there are four kinds: the evidence of one and what was drawn on a copy of it, signed by a
//! device; the beacon and the receipt of a server, between which the photo must have been taken whatever the
//! phone's clock said.
//!
//! The records of a device are numbered, and each names the hash of the one before. A photo that
//! was taken and never submitted leaves a gap in what others see; what is there still proves its
//! own order.
//!
//! What this cannot do: a photo of a screen is a photo, and whoever owns a rooted phone owns its
//! key. This crate must not know files, the database, the network, the clock or random numbers.

mod chain;
mod code;
mod op;
mod seal;

pub use chain::{ChainFault, Linked, chain_start, follow};
pub use code::{CodeBasis, photo_code};
pub use op::{OpAuthor, op_digest, sign_op, verify_op};
pub use seal::{
    DeviceSigner, PublicKey, SealError, SecretKey, SignError, Statement, digest, open, seal,
};
