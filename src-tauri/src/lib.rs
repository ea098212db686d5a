//! The mobile shell: a window whose commands call the phone's core, and nothing else.
//!
//! It hands over what only a shell has, which is the app's folder, the phone's receiver and the
//! window, and turns answers into what a web view understands. It must not know SQL, the server
//! or what a finding is: a rule that appears here is in the wrong crate.

mod commands;
mod keys;
mod log;
mod navigation;
mod pages;
mod photos;
#[cfg(any(mobile, test))]
mod position;
#[cfg(mobile)]
mod receiver;
mod rescue;
mod run;
mod start;

pub use log::log_to_stderr;
pub use run::run;
