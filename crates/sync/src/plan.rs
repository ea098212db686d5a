//! What to do next, as a pure function of the queue.

use xunfang_domain::OpId;
use xunfang_protocol::OPS_PER_PUSH_MAX;
use xunfang_store::{QueueHead, QueuedPhoto};

/// The next step of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send these operations; all their photos are on the server.
    Push(Vec<OpId>),
    /// Send this photo; `op` waits for it.
    Upload {
        /// The operation that waits.
        op: OpId,
        /// The photo.
        photo: QueuedPhoto,
    },
    /// Ask for events.
    Pull,
    /// Send this original; nothing waits for it.
    Original(QueuedPhoto),
    /// Nothing is left.
    Rest,
}

/// Names the next step.
///
/// Records whose photos have arrived go first: they are small and complete a finding. Then the
/// first missing file of the oldest operation. Events are asked for once nothing is due, and then
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
    let waiting = head
        .ops
        .iter()
        .find_map(|op| op.missing.first().map(|photo| (op.op, photo.clone())));
    match (waiting, original) {
        (Some((op, photo)), _) => Step::Upload { op, photo },
        (None, _) if !pulled => Step::Pull,
        (None, Some(photo)) => Step::Original(photo),
        (None, None) => Step::Rest,
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
        let upload = |number, digit| Step::Upload {
            op: id(number),
            photo: photo(digit),
        };
        let table: [(&str, Vec<QueuedOp>, bool, Step); 6] = [
            ("nothing waits", vec![], false, Step::Pull),
            ("nothing is left", vec![], true, Step::Rest),
            (
                "a record without photos",
                vec![op(1, &[])],
                true,
                Step::Push(vec![id(1)]),
            ),
            (
                "the photo before its record",
                vec![op(1, &['a', 'b'])],
                false,
                upload(1, 'a'),
            ),
            (
                "complete ones pass an incomplete one",
                vec![op(1, &['a']), op(2, &[]), op(3, &[])],
                false,
                Step::Push(vec![id(2), id(3)]),
            ),
            (
                "the oldest photo",
                vec![op(1, &['c']), op(2, &['a'])],
                true,
                upload(1, 'c'),
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
