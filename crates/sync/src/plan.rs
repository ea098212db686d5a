//! What to do next, as a pure function of the queue.

use xunfang_domain::OpId;
use xunfang_protocol::OPS_PER_PUSH_MAX;
use xunfang_store::{QueueHead, QueuedPhoto};

/// The next step of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send these operations; all their photos are on the server.
    Push(Vec<OpId>),
    /// Send these files side by side, at most [`UPLOADS_AT_ONCE`].
    Upload(Vec<Upload>),
    /// Ask for events.
    Pull,
    /// Send this original; nothing waits for it.
    Original(QueuedPhoto),
    /// Nothing is left.
    Rest,
}

/// A file to send, and the operation that waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The operation that waits.
    pub op: OpId,
    /// The file.
    pub photo: QueuedPhoto,
}

/// Files that are sent side by side. While the server syncs one, the other uses the link.
pub const UPLOADS_AT_ONCE: usize = 2;

/// Names the next step.
///
/// Records whose photos have arrived go first: they are small and complete a finding. Then the
/// first missing files of the oldest operations, the small ones first. Events are asked for once nothing is due, and then
/// the originals follow, one by one, as long as `original` names one that may go.
pub fn plan(head: &QueueHead, pulled: bool, original: Option<QueuedPhoto>) -> Step {
    let ready: Vec<OpId> = head
        .ops
        .iter()
        .filter(|op| op.missing.is_empty())
        .take(OPS_PER_PUSH_MAX)
        .map(|op| op.op)
        .collect();
    if !ready.is_empty() {
        return Step::Push(ready);
    }
    let mut uploads: Vec<Upload> = Vec::new();
    let waiting = head.ops.iter().flat_map(|op| {
        let photos = op.missing.iter();
        photos.map(|photo| (op.op, photo))
    });
    for (op, photo) in waiting {
        // Two records may show the same photo.
        if uploads.iter().all(|one| one.photo.sha256 != photo.sha256) {
            let photo = photo.clone();
            uploads.push(Upload { op, photo });
        }
        if uploads.len() == UPLOADS_AT_ONCE {
            break;
        }
    }
    match original {
        _ if !uploads.is_empty() => Step::Upload(uploads),
        _ if !pulled => Step::Pull,
        Some(photo) => Step::Original(photo),
        None => Step::Rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use xunfang_store::QueuedOp;

    fn op(number: u128, photos: &[char]) -> QueuedOp {
        QueuedOp {
            op: OpId::from_uuid(Uuid::from_u128(number)),
            dev_seq: u64::try_from(number).unwrap(),
            missing: photos.iter().map(|&digit| photo(digit)).collect(),
        }
    }

    fn photo(digit: char) -> QueuedPhoto {
        let sha256: xunfang_domain::Sha256Hex = digit.to_string().repeat(64).parse().unwrap();
        QueuedPhoto {
            of: sha256.clone(),
            sha256,
            bytes: 10,
        }
    }

    #[test]
    fn complete_records_go_first_then_the_oldest_photo_then_events() {
        let id = |number| OpId::from_uuid(Uuid::from_u128(number));
        let uploads = |files: &[(u128, char)]| {
            let upload = |&(number, digit): &(u128, char)| Upload {
                op: id(number),
                photo: photo(digit),
            };
            Step::Upload(files.iter().map(upload).collect())
        };
        let table: [(&str, Vec<QueuedOp>, bool, Step); 8] = [
            ("nothing waits", vec![], false, Step::Pull),
            ("nothing is left", vec![], true, Step::Rest),
            (
                "a record without photos",
                vec![op(1, &[])],
                true,
                Step::Push(vec![id(1)]),
            ),
            (
                "the photos before their record, two at a time",
                vec![op(1, &['a', 'b', 'c'])],
                false,
                uploads(&[(1, 'a'), (1, 'b')]),
            ),
            (
                "a photo of two records once",
                vec![op(1, &['a']), op(2, &['a'])],
                false,
                uploads(&[(1, 'a')]),
            ),
            (
                "the last one alone",
                vec![op(1, &['b'])],
                false,
                uploads(&[(1, 'b')]),
            ),
            (
                "complete ones pass an incomplete one",
                vec![op(1, &['a']), op(2, &[]), op(3, &[])],
                false,
                Step::Push(vec![id(2), id(3)]),
            ),
            (
                "the oldest photos",
                vec![op(1, &['c']), op(2, &['a']), op(3, &['b'])],
                true,
                uploads(&[(1, 'c'), (2, 'a')]),
            ),
        ];
        for (name, ops, pulled, expected) in table {
            assert_eq!(plan(&QueueHead { ops }, pulled, None), expected, "{name}");
        }
    }

    #[test]
    fn an_original_goes_when_nothing_else_does() {
        let waiting = [vec![], vec![op(1, &[])], vec![op(1, &['a'])]];
        for (ops, pulled, goes) in [
            (&waiting[0], true, true),
            (&waiting[0], false, false),
            (&waiting[1], true, false),
            (&waiting[2], true, false),
        ] {
            let head = QueueHead { ops: ops.clone() };
            let step = plan(&head, pulled, Some(photo('f')));
            assert_eq!(step == Step::Original(photo('f')), goes, "{step:?}");
        }
    }

    #[test]
    fn a_push_is_bounded() {
        let ops = (1..=500).map(|number| op(number, &[])).collect();
        let Step::Push(ids) = plan(&QueueHead { ops }, false, None) else {
            panic!("a push")
        };
        assert_eq!(ids.len(), OPS_PER_PUSH_MAX);
    }
}
