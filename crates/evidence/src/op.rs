//! Operations: what makes two of them the same, and the device's signature on each.
//!
//! What is signed is the operation with its place in the device's log, and whose it is. It is sent
//! without the text that was signed, which whoever verifies writes down again.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use xunfang_domain::{DeviceId, PersonId, Sealed, UnixMillis};
use xunfang_protocol::Op;

use crate::seal::{DeviceSigner, PublicKey, SealError, SignError, Statement, open, seal};

/// Whose operation it is, and from which device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpAuthor {
    /// The installation.
    pub device: DeviceId,
    /// The person who was signed in.
    pub person: PersonId,
}

/// What a device signs of an operation.
#[derive(Debug, Serialize, Deserialize)]
struct OpStatement {
    device: DeviceId,
    person: PersonId,
    id: Uuid,
    dev_seq: u64,
    base_rev: u64,
    made_at: UnixMillis,
    /// [`op_digest`] in hexadecimal digits.
    digest: String,
}

impl Statement for OpStatement {
    const KIND: &'static str = "xunfang.operation";
}

impl OpStatement {
    fn of(op: &Op, author: OpAuthor) -> Self {
        Self {
            device: author.device,
            person: author.person,
            id: op.id.uuid(),
            dev_seq: op.dev_seq,
            base_rev: op.base_rev,
            made_at: op.made_at,
            digest: hex::encode(op_digest(op)),
        }
    }
}

/// Signs an operation: 128 hexadecimal digits, the same each time.
///
/// # Errors
/// [`SignError`] where the key's keeper refuses.
pub fn sign_op(op: &Op, author: OpAuthor, signer: &dyn DeviceSigner) -> Result<String, SignError> {
    Ok(seal(&OpStatement::of(op, author), signer)?.signature)
}

/// Verifies the signature that came with an operation.
///
/// # Errors
/// [`SealError`] where there is none, or it is of another operation, author or key.
pub fn verify_op(op: &Op, author: OpAuthor, key: &PublicKey) -> Result<(), SealError> {
    let statement = OpStatement::of(op, author);
    let sealed = Sealed {
        text: serde_json::to_string(&statement)
            .map_err(|error| SealError::Malformed(error.to_string()))?,
        key: key.id(),
        signature: op.sig.clone().ok_or(SealError::Signature)?,
    };
    open::<OpStatement>(&sealed, key).map(drop)
}

/// Hashes id, kind, entity and body in one canonical form: operations are the same where it is.
///
/// The order of fields and white space do not count: a phone that wrote its database anew, or a
/// server whose JSON library keeps another order, still sees the same operation.
pub fn op_digest(op: &Op) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(op.id.uuid().as_bytes());
    hash.update(op.entity.as_bytes());
    text(&mut hash, &String::from(op.kind.clone()));
    value(&mut hash, &op.body);
    hash.finalize().into()
}

/// Every part is tagged and carries its length, so that no two values read alike.
fn value(hash: &mut Sha256, body: &Value) {
    match body {
        Value::Null => hash.update(b"n"),
        Value::Bool(false) => hash.update(b"f"),
        Value::Bool(true) => hash.update(b"t"),
        Value::Number(number) => {
            hash.update(b"#");
            text(hash, &number.to_string());
        }
        Value::String(string) => {
            hash.update(b"s");
            text(hash, string);
        }
        Value::Array(items) => {
            hash.update(b"[");
            hash.update((items.len() as u64).to_be_bytes());
            for item in items {
                value(hash, item);
            }
        }
        Value::Object(fields) => {
            hash.update(b"{");
            hash.update((fields.len() as u64).to_be_bytes());
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| name.as_str());
            for (name, field) in fields {
                text(hash, name);
                value(hash, field);
            }
        }
    }
}

fn text(hash: &mut Sha256, string: &str) {
    hash.update((string.len() as u64).to_be_bytes());
    hash.update(string.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SecretKey;

    fn op(body: &str) -> Op {
        let op = format!(
            r#"{{"id": "00000000-0000-0000-0000-000000000001", "dev_seq": 1, "base_rev": 0,
                 "entity": "00000000-0000-0000-0000-000000000002", "made_at": 0,
                 "kind": "finding.submitted", "body": {body}}}"#
        );
        serde_json::from_str(&op).unwrap()
    }

    #[test]
    fn the_order_of_fields_does_not_count_and_everything_else_does() {
        let digest = |body| op_digest(&op(body));
        let same = digest(r#"{"a": 1, "b": [true, null, "x"]}"#);
        assert_eq!(same, digest(r#"{ "b" : [true,null,"x"], "a": 1 }"#));
        for other in [
            r#"{"a": 1, "b": [true, null, "y"]}"#,
            r#"{"a": 1.0, "b": [true, null, "x"]}"#,
            r#"{"a": 1, "b": [true, "x", null]}"#,
            r#"{"a": 1, "b": [true, null], "x": ""}"#,
            r#"{"a": "1", "b": [true, null, "x"]}"#,
        ] {
            assert_ne!(same, digest(other), "{other}");
        }
    }

    #[test]
    fn a_signature_is_of_one_operation_in_one_place_by_one_person() {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let author = |person: u128| OpAuthor {
            device: DeviceId::from_uuid(Uuid::from_u128(1)),
            person: PersonId::from_uuid(Uuid::from_u128(person)),
        };
        let mut signed = op(r#"{"a": 1}"#);
        let signature = sign_op(&signed, author(2), &key).unwrap();
        assert_eq!(sign_op(&signed, author(2), &key).unwrap(), signature);
        signed.sig = Some(signature);
        let public = key.public_key();
        assert_eq!(verify_op(&signed, author(2), &public), Ok(()));
        assert!(verify_op(&signed, author(3), &public).is_err());
        let other = SecretKey::from_bytes(&[8; 32]).unwrap().public_key();
        assert!(verify_op(&signed, author(2), &other).is_err());
        let changes: [fn(&mut Op); 5] = [
            |op| op.dev_seq = 2,
            |op| op.base_rev = 1,
            |op| op.made_at = UnixMillis::new(1),
            |op| op.body = serde_json::json!({"a": 2}),
            |op| op.sig = None,
        ];
        for change in changes {
            let mut changed = signed.clone();
            change(&mut changed);
            assert!(
                verify_op(&changed, author(2), &public).is_err(),
                "{changed:?}"
            );
        }
    }
}
