//! Where the bytes of a push go: what it takes packed, less what it takes without a part.
//!
//! Parts that stand in for each other, as two times of one finding do, are each counted for less
//! than they take together. What is left over are names of fields and whatever the parts share.

use serde_json::{Map, Value, json};
use xunfang_protocol::{PushRequest, pack};

use crate::samples::round;

/// Where the signed text of a photo's record is, in an operation.
const RECORD: &str = "/body/photos/0/evidence/text";

/// A part of an operation: its name, and where it is.
struct Part {
    name: &'static str,
    /// Fields of the operation.
    fields: &'static [&'static str],
    /// Fields of the text that the device signed of the photo.
    signed: &'static [&'static str],
}

const fn field(name: &'static str, fields: &'static [&'static str]) -> Part {
    Part {
        name,
        fields,
        signed: &[],
    }
}

const fn signed(name: &'static str, signed: &'static [&'static str]) -> Part {
    Part {
        name,
        fields: &[],
        signed,
    }
}

const PARTS: [Part; 21] = [
    field("signature", &["/sig"]),
    field(
        "ids of operation and finding",
        &["/id", "/entity", "/body/id"],
    ),
    field("the finding's id a second time", &["/entity"]),
    field("note", &["/body/note"]),
    field("point", &["/body/point"]),
    field("criterion", &["/body/criterion"]),
    field("position", &["/body/position"]),
    field("standing", &["/body/standing"]),
    field("times", &["/made_at", "/body/found_at"]),
    field(
        "photo: all but its record",
        &[
            "/body/photos/0/sha256",
            "/body/photos/0/bytes",
            "/body/photos/0/media_type",
            "/body/photos/0/width",
            "/body/photos/0/height",
            "/body/photos/0/source",
            "/body/photos/0/taken_at",
            "/body/photos/0/position",
        ],
    ),
    field("photo: hash", &["/body/photos/0/sha256"]),
    field("photo: position", &["/body/photos/0/position"]),
    field("record: all", &["/body/photos/0/evidence"]),
    field("record: signature", &["/body/photos/0/evidence/signature"]),
    field("record: name of the key", &["/body/photos/0/evidence/key"]),
    signed("record: copies", &["/copies"]),
    signed("record: hash of the one before", &["/prev"]),
    signed("record: clocks", &["/clocks", "/fix_age_ms"]),
    signed("record: position and standing", &["/position", "/standing"]),
    signed("record: code", &["/code"]),
    signed("record: the server's word", &["/beacon"]),
];

/// Says for each part how many bytes of a packed push one operation takes for it.
///
/// # Errors
/// Where a request cannot be written or packed.
pub(crate) fn of(request: &PushRequest) -> anyhow::Result<Map<String, Value>> {
    let ops = u32::try_from(request.ops.len().max(1))?;
    let each = |bytes: usize| -> anyhow::Result<Value> {
        let bytes = f64::from(u32::try_from(bytes)?);
        Ok(json!(round(bytes / f64::from(ops))))
    };
    let plain = serde_json::to_vec(request)?;
    let mut told = Map::new();
    told.insert("whole".to_owned(), each(pack(&plain)?.len())?);
    told.insert("whole, not packed".to_owned(), each(plain.len())?);
    // Without nothing, but written in the same order of fields as without a part.
    let nothing = signed("", &[""]);
    let mut whole = serde_json::to_value(request)?;
    take_out(&mut whole, &nothing)?;
    let all = packed(&whole)?;
    for part in &PARTS {
        let mut without = whole.clone();
        if take_out(&mut without, part)? {
            let takes = all.saturating_sub(packed(&without)?);
            told.insert(part.name.to_owned(), each(takes)?);
        }
    }
    Ok(told)
}

fn packed(request: &Value) -> anyhow::Result<usize> {
    Ok(pack(&serde_json::to_vec(request)?)?.len())
}

/// Takes a part out of each operation, and says whether one of them had it.
fn take_out(request: &mut Value, part: &Part) -> anyhow::Result<bool> {
    let mut found = false;
    let ops = request.pointer_mut("/ops").and_then(Value::as_array_mut);
    for op in ops.into_iter().flatten() {
        for field in part.fields {
            found |= remove(op, field);
        }
        if part.signed.is_empty() {
            continue;
        }
        let Some(Value::String(text)) = op.pointer_mut(RECORD) else {
            continue;
        };
        let mut record: Value = serde_json::from_str(text)?;
        for field in part.signed {
            found |= remove(&mut record, field);
        }
        *text = serde_json::to_string(&record)?;
    }
    Ok(found)
}

/// Removes what a pointer points at, and says whether it was there.
fn remove(from: &mut Value, pointer: &str) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    let parent = from.pointer_mut(parent).and_then(Value::as_object_mut);
    parent.is_some_and(|parent| parent.remove(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op() -> Value {
        json!({"sig": "ab", "body": {"photos": [{"evidence": {
            "text": r#"{"prev": "0", "code": "X"}"#, "signature": "cd",
        }}]}})
    }

    #[test]
    fn a_part_is_taken_out_of_the_operation_or_of_the_signed_text() {
        let mut request = json!({"ops": [op(), op()]});
        assert!(!take_out(&mut request, &field("", &["/body/note"])).unwrap());
        assert!(take_out(&mut request, &field("", &["/sig"])).unwrap());
        assert_eq!(request.pointer("/ops/1/sig"), None);
        assert!(take_out(&mut request, &signed("", &["/prev"])).unwrap());
        let text = request.pointer("/ops/0/body/photos/0/evidence/text");
        assert_eq!(text, Some(&json!(r#"{"code":"X"}"#)));
    }

    #[test]
    fn no_part_is_named_twice() {
        let mut names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PARTS.len());
    }
}
