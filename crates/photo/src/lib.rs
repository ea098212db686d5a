//! Turns camera bytes into evidence and the copies that people look at.
//!
//! Invariant: the bytes handed in are hashed and looked at, never changed. Everything made here
//! is a copy beside them. Sizes are checked before anything is decoded, so that a small file
//! cannot ask for much memory. This crate must not know files, the database or the network.

mod decode;
mod inspect;
mod orient;
mod render;

pub use inspect::{Format, PhotoError, PhotoInfo, SIDE_PX_MAX, inspect, sha256};
pub use orient::Orientation;
pub use render::{Rendition, THUMB_PX, WORKING_PX, render};
