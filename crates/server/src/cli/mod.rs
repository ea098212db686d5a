//! Commands of whoever runs the machine, one module per subject.

pub(crate) mod district;
pub(crate) mod unit;
pub(crate) mod user;

use std::error::Error;

/// What a command comes to.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;
