//! What to do next, as a pure function of the queue.

use xunfang_domain::OpId;
use xunfang_protocol::{BUNDLE_FILES_MAX, BUNDLE_HEAD_BYTES, OPS_PER_PUSH_MAX, UPLOAD_SMALL_BYTES};
use xunfang_store::{QueueHead, QueuedPhoto};

/// The next step of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send these operations; all their photos are on the server.
    Push(Vec<OpId>),
    /// Send these small files in one request.
    Bundle(Vec<Upload>),
    /// Send these files side by side, at most [`UPLOADS_AT_ONCE`].
    Upload(Vec<Upload>),
    /// Ask for events.
    Pull,
    /// Send these originals, for which nothing waits: a large one, or small ones in one request.
    Originals(Vec<QueuedPhoto>),
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

/// How an exchange stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Whether events were asked for just now.
    pub pulled: bool,
    /// Whether records that are ready may wait a little for others, to go with them.
    pub may_hold: bool,
    /// Up to how many bytes a bundle is filled; 0: files go one by one.
    pub bundle_bytes: u64,
}

/// Files that are sent side by side. While the server syncs one, the other uses the link.
pub const UPLOADS_AT_ONCE: usize = 2;
/// So many records make a push worth its while.
const PUSH_AIM: usize = 100;

/// Names the next step.
///
/// Records whose photos have arrived go first: they are small and complete a finding. While small
/// files of others are on their way they may wait for those, since many records in one push take a
/// third of the bytes. Then the missing files of the oldest operations, the small ones first and
/// together. Events are asked for once nothing is due, and then the originals follow, as long as
/// `originals` names some that may go.
pub fn plan(head: &QueueHead, originals: &[QueuedPhoto], situation: Situation) -> Step {
    let mut ready: Vec<OpId> = head
        .ops
        .iter()
        .filter(|op| op.missing.is_empty())
        .map(|op| op.op)
        .collect();
    let mut waiting: Vec<Upload> = Vec::new();
    for op in &head.ops {
        for photo in &op.missing {
            // Two records may show the same photo.
            if waiting.iter().all(|one| one.photo.sha256 != photo.sha256) {
                let photo = photo.clone();
                waiting.push(Upload { op: op.op, photo });
            }
        }
        // More than any step takes.
        if waiting.len() > BUNDLE_FILES_MAX * 4 {
            break;
        }
    }
    let bundle = small_ones(&waiting, |one| &one.photo, situation);
    let hold = situation.may_hold && ready.len() < PUSH_AIM && !bundle.is_empty();
    if !ready.is_empty() && !hold {
        ready.truncate(OPS_PER_PUSH_MAX);
        return Step::Push(ready);
    }
    if !bundle.is_empty() {
        return Step::Bundle(bundle);
    }
    waiting.truncate(UPLOADS_AT_ONCE);
    let small = small_ones(originals, |one| one, situation);
    match originals.first() {
        _ if !waiting.is_empty() => Step::Upload(waiting),
        _ if !situation.pulled => Step::Pull,
        Some(_) if !small.is_empty() => Step::Originals(small),
        Some(large) => Step::Originals(vec![large.clone()]),
        None => Step::Rest,
    }
}

/// The small files of a list that fit into one bundle; none where that is a single one.
fn small_ones<T: Clone>(
    files: &[T],
    photo: impl Fn(&T) -> &QueuedPhoto,
    situation: Situation,
) -> Vec<T> {
    let mut room = situation.bundle_bytes;
    let fitting = files.iter().filter(|file| {
        let bytes = photo(file).bytes;
        let needed = bytes + BUNDLE_HEAD_BYTES as u64;
        let fits = bytes <= UPLOAD_SMALL_BYTES && needed <= room;
        if fits {
            room -= needed;
        }
        fits
    });
    let small: Vec<T> = fitting.take(BUNDLE_FILES_MAX).cloned().collect();
    if small.len() > 1 { small } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use xunfang_protocol::BUNDLE_BYTES_AIM;
    use xunfang_store::QueuedOp;

    const SMALL: u64 = 10;
    const LARGE: u64 = UPLOAD_SMALL_BYTES + 1;
    const BEGUN: Situation = Situation {
        pulled: false,
        may_hold: true,
        bundle_bytes: BUNDLE_BYTES_AIM,
    };
    const PULLED: Situation = Situation {
        pulled: true,
        ..BEGUN
    };

    fn id(number: u128) -> OpId {
        OpId::from_uuid(Uuid::from_u128(number))
    }

    fn photo(number: u32, bytes: u64) -> QueuedPhoto {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&number.to_be_bytes());
        let sha256 = xunfang_domain::Sha256Hex::from_bytes(hash);
        QueuedPhoto {
            of: sha256.clone(),
            sha256,
            bytes,
        }
    }

    fn op(number: u128, missing: &[QueuedPhoto]) -> QueuedOp {
        QueuedOp {
            op: id(number),
            dev_seq: u64::try_from(number).unwrap(),
            missing: missing.to_vec(),
        }
    }

    fn uploads(files: &[(u128, QueuedPhoto)]) -> Vec<Upload> {
        let files = files.iter().map(|(op, photo)| Upload {
            op: id(*op),
            photo: photo.clone(),
        });
        files.collect()
    }

    #[test]
    fn complete_records_go_first_then_the_oldest_photos_then_events() {
        let small = |number| photo(number, SMALL);
        let large = |number| photo(number, LARGE);
        let unbundled = Situation {
            bundle_bytes: 0,
            ..BEGUN
        };
        let late = Situation {
            may_hold: false,
            ..BEGUN
        };
        let table: [(&str, Vec<QueuedOp>, Situation, Step); 13] = [
            ("nothing waits", vec![], BEGUN, Step::Pull),
            ("nothing is left", vec![], PULLED, Step::Rest),
            (
                "a record without photos",
                vec![op(1, &[])],
                PULLED,
                Step::Push(vec![id(1)]),
            ),
            (
                "small files in one request",
                vec![op(1, &[small(1), small(2)]), op(2, &[small(3)])],
                BEGUN,
                Step::Bundle(uploads(&[(1, small(1)), (1, small(2)), (2, small(3))])),
            ),
            (
                "small ones before large ones",
                vec![op(1, &[large(1)]), op(2, &[small(2), small(3)])],
                BEGUN,
                Step::Bundle(uploads(&[(2, small(2)), (2, small(3))])),
            ),
            (
                "large files two at a time",
                vec![op(1, &[large(1), large(2), large(3)])],
                BEGUN,
                Step::Upload(uploads(&[(1, large(1)), (1, large(2))])),
            ),
            (
                "a single small file as it is",
                vec![op(1, &[small(1), large(2)])],
                BEGUN,
                Step::Upload(uploads(&[(1, small(1)), (1, large(2))])),
            ),
            (
                "a server that takes no bundles",
                vec![op(1, &[small(1), small(2), small(3)])],
                unbundled,
                Step::Upload(uploads(&[(1, small(1)), (1, small(2))])),
            ),
            (
                "a photo of two records once",
                vec![op(1, &[large(1)]), op(2, &[large(1)])],
                BEGUN,
                Step::Upload(uploads(&[(1, large(1))])),
            ),
            (
                "complete ones pass an incomplete one",
                vec![op(1, &[large(1)]), op(2, &[]), op(3, &[])],
                BEGUN,
                Step::Push(vec![id(2), id(3)]),
            ),
            (
                "they wait a little where small files are still on their way",
                vec![op(1, &[]), op(2, &[small(1), small(2)])],
                BEGUN,
                Step::Bundle(uploads(&[(2, small(1)), (2, small(2))])),
            ),
            (
                "and not for long",
                vec![op(1, &[]), op(2, &[small(1), small(2)])],
                late,
                Step::Push(vec![id(1)]),
            ),
            (
                "the oldest photos",
                vec![op(1, &[large(3)]), op(2, &[large(1)]), op(3, &[large(2)])],
                PULLED,
                Step::Upload(uploads(&[(1, large(3)), (2, large(1))])),
            ),
        ];
        for (name, ops, situation, expected) in table {
            let step = plan(&QueueHead { ops }, &[], situation);
            assert_eq!(step, expected, "{name}");
        }
    }

    #[test]
    fn originals_go_when_nothing_else_does() {
        let waiting = [vec![], vec![op(1, &[])], vec![op(1, &[photo(1, SMALL)])]];
        let originals = [photo(8, LARGE), photo(9, SMALL)];
        for (ops, situation, goes) in [
            (&waiting[0], PULLED, true),
            (&waiting[0], BEGUN, false),
            (&waiting[1], PULLED, false),
            (&waiting[2], PULLED, false),
        ] {
            let head = QueueHead { ops: ops.clone() };
            let step = plan(&head, &originals, situation);
            let first = Step::Originals(vec![originals[0].clone()]);
            assert_eq!(step == first, goes, "{step:?}");
        }
        let small = [photo(7, SMALL), photo(8, SMALL)];
        let step = plan(&QueueHead::default(), &small, PULLED);
        assert_eq!(step, Step::Originals(small.to_vec()));
    }

    #[test]
    fn a_bundle_is_bounded_in_bytes_and_files() {
        for (bytes, most) in [(UPLOAD_SMALL_BYTES, 3), (100, BUNDLE_FILES_MAX)] {
            let photos: Vec<QueuedPhoto> = (0..200).map(|number| photo(number, bytes)).collect();
            let head = QueueHead {
                ops: vec![op(1, &photos)],
            };
            let Step::Bundle(files) = plan(&head, &[], BEGUN) else {
                panic!("a bundle")
            };
            assert_eq!(files.len(), most);
        }
    }

    #[test]
    fn a_push_is_bounded() {
        let ops = (1..=500).map(|number| op(number, &[])).collect();
        let Step::Push(ids) = plan(&QueueHead { ops }, &[], BEGUN) else {
            panic!("a push")
        };
        assert_eq!(ids.len(), OPS_PER_PUSH_MAX);
    }
}
