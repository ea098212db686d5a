//! The order in which a device took its photos.

use xunfang_domain::{PhotoEvidence, Sealed, Sha256Hex};

use crate::{CodeBasis, PublicKey, SealError, digest, open, photo_code};

/// What is wrong with one record, or between two.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// The record itself does not hold.
    #[error("record {at} of the list: {fault}")]
    Record {
        /// Its place in the list, from 0.
        at: usize,
        /// What is wrong.
        fault: SealError,
    },
    /// The code in the record is not the one that its facts give.
    #[error("record {at} of the list has another photo's code")]
    Code {
        /// Its place in the list, from 0.
        at: usize,
    },
    /// Numbers do not rise: one is there twice, or two have changed places.
    #[error("record {at} of the list is not in its place")]
    Order {
        /// Its place in the list, from 0.
        at: usize,
    },
    /// It follows another record than the one before it.
    #[error("record {at} of the list does not follow the one before it")]
    Broken {
        /// Its place in the list, from 0.
        at: usize,
    },
}

/// A device's records as they hang together.
#[derive(Debug, Clone, PartialEq)]
pub struct Linked {
    /// The records, in order.
    pub records: Vec<PhotoEvidence>,
    /// Numbers that are missing in between: photos that were taken and are not here.
    pub missing: Vec<u64>,
    /// What the next record has to name.
    pub head: Sha256Hex,
}

/// Returns the hash that the first record of a device names: 64 zeros.
pub fn chain_start() -> Sha256Hex {
    // 64 lower-case hexadecimal digits are what the type asks for.
    #[expect(clippy::expect_used, reason = "zeros are hexadecimal digits")]
    Sha256Hex::try_from("0".repeat(64)).expect("hexadecimal digits")
}

/// Follows a device's records from the first that is here.
///
/// # Errors
/// [`ChainFault`] for the first thing that does not fit. Numbers that are missing are no fault.
pub fn follow(records: &[Sealed], key: &PublicKey) -> Result<Linked, ChainFault> {
    let mut linked = Linked {
        records: Vec::with_capacity(records.len()),
        missing: Vec::new(),
        head: chain_start(),
    };
    let mut last: Option<(u64, Sha256Hex)> = None;
    for (at, sealed) in records.iter().enumerate() {
        let record: PhotoEvidence =
            open(sealed, key).map_err(|fault| ChainFault::Record { at, fault })?;
        let code = photo_code(CodeBasis::from(&record)).ok();
        if code != Some(record.code) {
            return Err(ChainFault::Code { at });
        }
        let next = last.as_ref().map_or(1, |(seq, _)| seq + 1);
        if record.seq < next {
            return Err(ChainFault::Order { at });
        }
        let follows = match &last {
            _ if record.seq > next => true,
            Some((_, head)) => record.prev == *head,
            None => record.prev == chain_start(),
        };
        if !follows {
            return Err(ChainFault::Broken { at });
        }
        // A list may be long, the numbers missing between two of its records too many to write
        // down; a thousand say enough.
        let room = 1_000_usize.saturating_sub(linked.missing.len());
        linked.missing.extend((next..record.seq).take(room));
        let head = digest(sealed.text.as_bytes());
        last = Some((record.seq, head.clone()));
        linked.head = head;
        linked.records.push(record);
    }
    Ok(linked)
}
