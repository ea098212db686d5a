//! What makes two operations the same operation.

use serde_json::Value;
use sha2::{Digest, Sha256};
use xunfang_protocol::Op;

use crate::store::ops::OpDigest;

/// Hashes id, kind, entity and body in one canonical form.
///
/// The order of fields and white space do not count: a phone that wrote its database anew, or a
/// server whose JSON library keeps another order, still sees the same operation.
pub(super) fn of(op: &Op) -> OpDigest {
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

    fn digest(body: &str) -> OpDigest {
        let op = format!(
            r#"{{"id": "00000000-0000-0000-0000-000000000001", "dev_seq": 1, "base_rev": 0,
                 "entity": "00000000-0000-0000-0000-000000000002", "made_at": 0,
                 "kind": "finding.submitted", "body": {body}}}"#
        );
        of(&serde_json::from_str(&op).unwrap())
    }

    #[test]
    fn the_order_of_fields_does_not_count_and_everything_else_does() {
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
}
