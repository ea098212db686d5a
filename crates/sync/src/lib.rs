//! Carries what is queued up to the server and its events down.
//!
//! One exchange runs like this: [`plan`] looks at the head of the queue and names the next step;
//! the step is taken over a [`Transport`]; its outcome is written to the store; and so on until
//! the plan says that nothing is left. Photos go before the records that name them. Each failure
//! has a class, decided once where it is met: the link is down, this one item has to wait, or it
//! will never go. Only the first stops the exchange, so one bad item blocks no other.
//!
//! This crate must not know HTTP, a runtime, a screen, the clock or random numbers.

mod bundles;
mod engine;
mod link;
mod plan;
mod sending;
mod transport;

pub use bundles::BundleSize;
pub use engine::{Clock, Exchange, ExchangeError, ExchangeReport, ServerWord, exchange};
pub use link::{Link, LinkEvent, retry_delay_ms};
pub use plan::{Situation, Step, UPLOADS_AT_ONCE, Upload, plan};
pub use transport::{Failure, Held, Transport};
