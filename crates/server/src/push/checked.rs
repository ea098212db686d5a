//! What can be found out about an operation without the database, before anybody waits for it.

use tokio::task::spawn_blocking;
use xunfang_evidence::{OpAuthor, SealError, op_digest, verify_op};
use xunfang_protocol::Op;

use super::Push;
use crate::store::StoreError;
use crate::store::ops::{OpDigest, OpSignature};

/// So many are looked at where the request is read, in less than a millisecond; more would hold up
/// others there.
const AT_ONCE: usize = 8;

/// An operation that was looked at.
pub(super) struct Checked {
    pub(super) op: Op,
    pub(super) digest: OpDigest,
    /// Its signature where it has one and that holds, or why it does not.
    pub(super) signature: Result<Option<OpSignature>, SealError>,
}

/// Looks at the operations of a push.
pub(super) async fn all(push: &Push, ops: Vec<Op>) -> Result<Vec<Checked>, StoreError> {
    if ops.len() <= AT_ONCE {
        return Ok(looked_at(push, ops));
    }
    let push = push.clone();
    Ok(spawn_blocking(move || looked_at(&push, ops)).await?)
}

fn looked_at(push: &Push, ops: Vec<Op>) -> Vec<Checked> {
    ops.into_iter().map(|op| Checked::of(push, op)).collect()
}

impl Checked {
    fn of(push: &Push, op: Op) -> Self {
        Self {
            digest: op_digest(&op),
            signature: signature(push, &op),
            op,
        }
    }
}

/// Verifies the signature of an operation. Apps that sign nothing are taken; what is signed has to
/// be as it was signed, or it was changed on its way.
fn signature(push: &Push, op: &Op) -> Result<Option<OpSignature>, SealError> {
    let Some(signature) = &op.sig else {
        return Ok(None);
    };
    let key = push.key.ok_or(SealError::Key)?;
    let author = OpAuthor {
        device: push.device,
        person: push.actor.person,
    };
    verify_op(op, author, &key)?;
    Ok(Some(OpSignature {
        signature: signature.clone(),
        key: key.id(),
    }))
}
