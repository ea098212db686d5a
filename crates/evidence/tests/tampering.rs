//! Whatever is changed in a photo, in its record or in the order of records is noticed (X9).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use uuid::Uuid;
use xunfang_domain::{
    Beacon, CaptureSource, Clocks, CopyRef, DeviceId, EVIDENCE_VERSION, ExifClaims, FindingId, Fix,
    OriginalRef, PersonId, PhotoCode, PhotoCopies, PhotoEvidence, PhotoSubject, PointId,
    PositionEvidence, Receipt, Sealed, Sha256Hex, UnixMillis, Wgs84,
};
use xunfang_evidence::{
    ChainFault, CodeBasis, DeviceSigner, SealError, SecretKey, chain_start, digest, follow, open,
    photo_code, seal,
};

const PHOTOS: u64 = 12;
const CHANGES: usize = 10_000;

fn key(seed: u8) -> SecretKey {
    SecretKey::from_bytes(&[seed; 32]).unwrap()
}

fn copy(name: &str) -> CopyRef {
    CopyRef {
        sha256: digest(name.as_bytes()),
        bytes: 500_000,
        width: 1920,
        height: 1440,
    }
}

fn record(seq: u64, prev: Sha256Hex, original: &[u8]) -> PhotoEvidence {
    let moment = i64::try_from(seq * 20_000).unwrap();
    let wall = UnixMillis::new(1_790_000_000_000 + moment);
    let mut evidence = PhotoEvidence {
        version: EVIDENCE_VERSION,
        device: DeviceId::from_uuid(Uuid::from_u128(1)),
        seq,
        prev,
        original: OriginalRef {
            sha256: digest(original),
            bytes: original.len() as u64,
        },
        code: PhotoCode::from_digest(&[0; 32]),
        copies: PhotoCopies {
            working: copy("working"),
            marked: copy("marked"),
            thumb: copy("thumb"),
        },
        person: PersonId::from_uuid(Uuid::from_u128(2)),
        point: PointId::from_uuid(Uuid::from_u128(3)),
        subject: PhotoSubject::Finding {
            id: FindingId::from_uuid(Uuid::from_u128(4)),
        },
        source: CaptureSource::Camera,
        clocks: Clocks {
            wall,
            offset_min: 480,
            boot: "b3b1".to_owned(),
            since_boot_ms: 3_600_000 + seq * 20_000,
        },
        position: PositionEvidence::Measured {
            fix: Fix {
                place: Wgs84::new(33.483_512_1, 117.880_231_7).unwrap(),
                accuracy_m: 8.25,
                provider: "gps".to_owned(),
                taken_at: wall,
                mock: false,
            },
        },
        fix_age_ms: Some(0),
        standing: None,
        exif: ExifClaims::default(),
        marks: Vec::new(),
        beacon: None,
    };
    evidence.code = photo_code(CodeBasis::from(&evidence)).unwrap();
    evidence
}

/// A day's photos with their records.
fn day() -> (Vec<Vec<u8>>, Vec<Sealed>) {
    let (mut originals, mut records, mut prev) = (Vec::new(), Vec::new(), chain_start());
    for seq in 1..=PHOTOS {
        let original: Vec<u8> = (0..4_096_u64)
            .map(|n| u8::try_from((n * seq) % 251).unwrap())
            .collect();
        let sealed = seal(&record(seq, prev, &original), &key(7)).unwrap();
        prev = digest(sealed.text.as_bytes());
        originals.push(original);
        records.push(sealed);
    }
    (originals, records)
}

/// What anybody who holds the device's public key can check.
fn verify(originals: &[Vec<u8>], records: &[Sealed]) -> Result<(), String> {
    let linked = follow(records, &key(7).public_key()).map_err(|fault| fault.to_string())?;
    for (record, original) in linked.records.iter().zip(originals) {
        if record.original.sha256 != digest(original) {
            return Err("the original is another".to_owned());
        }
    }
    Ok(())
}

/// Changes one byte of a text so that it stays a text.
fn change(text: &mut String, place: usize, by: u8) {
    let mut bytes = std::mem::take(text).into_bytes();
    let place = place % bytes.len();
    // 1..=94 steps through the printable characters and never comes back to the same one.
    bytes[place] = (bytes[place] - 32 + 1 + by % 94) % 95 + 32;
    *text = String::from_utf8(bytes).unwrap();
}

#[test]
fn each_of_10_000_one_byte_changes_is_noticed() {
    let (originals, records) = day();
    verify(&originals, &records).unwrap();
    let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut noticed = [0_usize; 4];
    for _ in 0..CHANGES {
        let mut next = |below: usize| usize::try_from(rng.next_u64() % below as u64).unwrap();
        let (target, which, by) = (
            next(4),
            next(records.len()),
            u8::try_from(next(94)).unwrap(),
        );
        // The changed one with its neighbours: nothing else can tell more.
        let around = which.saturating_sub(1)..(which + 2).min(records.len());
        let mut originals = originals[around.clone()].to_vec();
        let mut records = records[around.clone()].to_vec();
        let which = which - around.start;
        let place = next(usize::MAX);
        match target {
            0 => {
                let bytes = &mut originals[which];
                let place = place % bytes.len();
                bytes[place] ^= by + 1;
            }
            1 => change(&mut records[which].text, place, by),
            2 => change(&mut records[which].signature, place, by),
            _ => {
                // Another key, as one byte of its name says.
                let mut name = String::from(records[which].key.clone());
                let at = place % name.len();
                let digit = if name.as_bytes()[at] == b'0' {
                    "1"
                } else {
                    "0"
                };
                name.replace_range(at..=at, digit);
                records[which].key = name.parse().unwrap();
            }
        }
        assert!(
            verify(&originals, &records).is_err(),
            "target {target}, record {which}, place {place}, by {by}"
        );
        noticed[target] += 1;
    }
    assert_eq!(noticed.iter().sum::<usize>(), CHANGES);
    assert!(
        noticed.iter().all(|count| *count > CHANGES / 5),
        "{noticed:?}"
    );
}

#[test]
fn records_cannot_be_swapped_repeated_or_put_on_another_chain() {
    let (_, records) = day();
    let public = key(7).public_key();
    let broken = |list: &[&Sealed]| {
        let list: Vec<_> = list.iter().map(|sealed| (*sealed).clone()).collect();
        follow(&list, &public).map(|linked| linked.missing)
    };
    let [a, b, c, ..] = records.as_slice() else {
        panic!("a day has photos");
    };
    assert_eq!(broken(&[a, b, c]), Ok(vec![]));
    assert_eq!(broken(&[a, c, b]), Err(ChainFault::Order { at: 2 }));
    assert_eq!(broken(&[a, a]), Err(ChainFault::Order { at: 1 }));
    // A photo that was never submitted is told, not accused.
    assert_eq!(broken(&[a, c]), Ok(vec![2]));
    assert_eq!(broken(&[c]), Ok(vec![1, 2]));

    // The device's own key on another history: the second record does not follow the first.
    let stranger = seal(&record(2, chain_start(), b"another"), &key(7)).unwrap();
    assert_eq!(broken(&[a, &stranger]), Err(ChainFault::Broken { at: 1 }));
    let not_first = seal(&record(1, digest(b"x"), b"another"), &key(7)).unwrap();
    assert_eq!(broken(&[&not_first]), Err(ChainFault::Broken { at: 0 }));

    // Signed by somebody else's key.
    let forged = seal(&record(1, chain_start(), b"forged"), &key(8)).unwrap();
    let fault = SealError::OtherKey;
    assert_eq!(broken(&[&forged]), Err(ChainFault::Record { at: 0, fault }));
    let posing = Sealed {
        key: public.id(),
        ..forged
    };
    let fault = SealError::Signature;
    assert_eq!(broken(&[&posing]), Err(ChainFault::Record { at: 0, fault }));

    // A code that its own facts do not give.
    let mut other_code = record(1, chain_start(), b"photo");
    other_code.code = PhotoCode::from_digest(&[1; 32]);
    let sealed = seal(&other_code, &key(7)).unwrap();
    assert_eq!(broken(&[&sealed]), Err(ChainFault::Code { at: 0 }));
}

#[test]
fn one_kind_of_statement_never_passes_for_another() {
    let server = key(9);
    let beacon = Beacon {
        at: UnixMillis::new(1_790_000_000_000),
        device: DeviceId::from_uuid(Uuid::from_u128(1)),
        nonce: "00ff".to_owned(),
    };
    let sealed = seal(&beacon, &server).unwrap();
    assert_eq!(open::<Beacon>(&sealed, &server.public_key()), Ok(beacon));
    let as_receipt = open::<Receipt>(&sealed, &server.public_key());
    assert_eq!(as_receipt, Err(SealError::Signature));
}

#[test]
fn a_record_of_a_later_app_is_verified_whole() {
    // A field that this build does not know is part of what was signed.
    let signer = key(7);
    let known = seal(&record(1, chain_start(), b"photo"), &signer).unwrap();
    let text = known.text.replacen('{', r#"{"tilt_deg":4.5,"#, 1);
    let message = format!("xunfang.photo-evidence\n{text}");
    let later = Sealed {
        signature: hex::encode(signer.sign(message.as_bytes()).unwrap()),
        text,
        ..known
    };
    let linked = follow(std::slice::from_ref(&later), &signer.public_key()).unwrap();
    assert_eq!(linked.records.len(), 1);
    let mut without = later;
    without.text = without.text.replacen(r#""tilt_deg":4.5,"#, "", 1);
    assert!(follow(&[without], &signer.public_key()).is_err());
}

#[test]
fn a_public_key_is_a_point_in_66_digits() {
    let public = key(7).public_key();
    let text = public.to_string();
    assert_eq!((text.len(), text.parse()), (66, Ok(public)));
    for bad in [
        "",
        "02",
        &"0".repeat(66),
        text.get(..64).unwrap(),
        &format!("{text}00"),
    ] {
        assert_eq!(
            bad.parse::<xunfang_evidence::PublicKey>(),
            Err(SealError::Key),
            "{bad}"
        );
    }
}
