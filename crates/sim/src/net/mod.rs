//! A world with several phones and the real server, in simulated time.
//!
//! Each world follows from its seed: what is saved and when, which requests are lost, delayed, cut
//! or come twice, when apps are killed, when the server dies or comes back from a backup, and which
//! clocks are wrong. Then everything is well for 60 simulated seconds, and what was promised has to
//! be: R5 each operation once, R6 each photo once and whole, R8 no write dropped, R10 all phones
//! alike, R11 nothing gone, R13 queues empty, R14 whatever the clocks say.

mod check;
mod clock;
mod many;
mod phone;
mod photo;
mod plant;
mod revising;
mod template;
mod wire;
mod world;

pub(crate) use photo::jpeg;

pub use many::{BUSY, EVENTFUL, Found, What, Worlds, Wrong, live_all};
pub use plant::Plant;
pub use template::Template;
pub use world::{Life, Outcome, WRITES, live};
