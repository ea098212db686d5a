//! Files that are whole and stay, whenever the power goes.
//!
//! A file gets its name only when its bytes are on the disk: write beside it, sync, rename, sync
//! the folder. After [`Incoming::keep`] returns, the file survives a power cut; before, there is
//! nothing under its name. Phone and server both store photos this way. This crate must not know
//! what the bytes mean, and it never deletes a file that has its name.

mod error;
mod folders;
mod incoming;

pub use error::{DiskError, DiskFault};
pub use folders::Folders;
pub use incoming::{Incoming, keep_all, make_folder, rename, settle, sync_folder};
