//! Turns camera bytes into evidence and the copies that people look at.
//!
//! Invariant: the bytes handed in are hashed and looked at, never changed. Everything made here
//! is a copy beside them. Sizes are checked before anything is decoded, so that a small file
//! cannot ask for much memory. This crate must not know files, the database or the network.

mod annotate;
#[cfg(feature = "read-codes")]
mod codes;
mod decode;
mod exif;
mod ink;
mod inspect;
mod jpeg;
mod likeness;
mod look;
mod orient;
mod picture;
mod pipeline;
mod render;
mod watermark;

pub use self::annotate::draw;
#[cfg(feature = "read-codes")]
pub use self::codes::read_codes;
pub use self::exif::claims;
pub use inspect::{Format, PhotoError, PhotoInfo, SIDE_PX_MAX, inspect, sha256};
pub use likeness::Likeness;
pub use look::look;
pub use orient::Orientation;
pub use picture::Picture;
pub use pipeline::{Copies, CopyFile, Negative, annotated, make_copies, take_in};
pub use render::{Rendition, THUMB_PX, WORKING_PX, develop, render};
pub use watermark::{Watermark, print};
