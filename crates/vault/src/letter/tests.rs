use std::collections::VecDeque;

use proptest::prelude::*;
use ring::digest::{SHA256, digest};

use super::*;
use crate::CHUNK_BYTES;

fn key() -> LetterKey {
    LetterKey::from_bytes(&[7; 32]).unwrap()
}

fn plain(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place * 7 % 251) as u8).collect()
}

fn written(plain: &[u8]) -> Vec<u8> {
    let mut writer = LetterWriter::new(&key().address(), Vec::new()).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}

fn read_with(key: &LetterKey, letter: &[u8]) -> Result<Vec<u8>, LetterError> {
    let mut plain = Vec::new();
    LetterReader::open(key, letter)
        .and_then(|mut reader| reader.read_to_end(&mut plain))
        .map_err(|error| {
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            LetterError::of(&error).unwrap()
        })?;
    Ok(plain)
}

fn read(letter: &[u8]) -> Result<Vec<u8>, LetterError> {
    read_with(&key(), letter)
}

#[test]
fn any_length_comes_back_and_nothing_of_it_can_be_seen() {
    for (length, chunks) in [
        (0, 1),
        (1, 1),
        (CHUNK_BYTES - 1, 1),
        (CHUNK_BYTES, 1),
        (CHUNK_BYTES + 1, 2),
        (3 * CHUNK_BYTES, 3),
        (3 * CHUNK_BYTES + 1, 4),
    ] {
        let plain = plain(length);
        let letter = written(&plain);
        assert_eq!(letter.len(), 45 + length + chunks * 16 + 4);
        assert_eq!(read(&letter).as_ref(), Ok(&plain));
        if length > 64 {
            let sample = &plain[32..48];
            assert!(!letter.windows(16).any(|window| window == sample));
        }
    }
}

#[test]
fn two_letters_of_one_text_have_nothing_in_common_but_the_address() {
    let letters = [written(b"the same"), written(b"the same")];
    assert_eq!(letters[0][..12], letters[1][..12]);
    assert_ne!(letters[0][12..45], letters[1][12..45]);
    assert_ne!(letters[0][45..], letters[1][45..]);
}

/// Written by another program, from RFC 9180 and the description of the format alone.
#[test]
fn a_letter_of_another_program_opens() {
    let small = "58464c31341b2be0bed75e270307810ea974cea5773e63b897f37e3be9a09e7a5fe9b971a44d10\
                 65ac2a3a93114e2c688af74739193a63c13d2d7b0f707c5e426382f958464c65";
    let small = hex::decode(small).unwrap();
    assert_eq!(read(&small).unwrap(), "巡访".as_bytes());
    assert_eq!(
        key().address().to_string(),
        "031e18532fd4754c02f3041d9c75ceb33b83ffd81ac7ce4fe882ccb1c98bc5896e"
    );

    // Of three chunks the hash is enough: the one-time key is the same as above.
    let one_time = small[12..45].try_into().unwrap();
    let one_time = LetterAddress::from_bytes(one_time).unwrap();
    let header = header(key().address().id(), &one_time);
    let secret = key().letter_key(&one_time).unwrap();
    let chunks = Chunks::new(&secret, header.clone()).unwrap();
    let mut writer = LetterWriter(SealWriter::new(chunks, header));
    writer.write_all(&plain(2 * CHUNK_BYTES + 1)).unwrap();
    let letter = writer.finish().unwrap();
    assert_eq!(
        hex::encode(digest(&SHA256, &letter)),
        "32ffcffd5b4a5c0c880bb644c1691f09f203ef4403e908ae47ea95b5317a805d"
    );
}

#[test]
fn every_changed_bit_is_noticed() {
    let letter = written(b"A manhole cover is missing.");
    for place in 0..letter.len() {
        for bit in 0..8 {
            let mut changed = letter.clone();
            changed[place] ^= 1 << bit;
            let error = read(&changed).unwrap_err();
            let expected = match place {
                0..4 => LetterError::NotALetter,
                4..12 => LetterError::ForAnother {
                    id: changed[4..12].try_into().unwrap(),
                },
                end if end >= letter.len() - 4 => LetterError::CutShort,
                _ => LetterError::Damaged,
            };
            assert_eq!(error, expected, "bit {bit} of byte {place}");
        }
    }
}

#[test]
fn every_cut_is_noticed_and_said() {
    let letter = written(b"A manhole cover is missing.");
    for cut in 0..letter.len() {
        let expected = match cut {
            0..4 => LetterError::NotALetter,
            _ => LetterError::CutShort,
        };
        assert_eq!(read(&letter[..cut]), Err(expected), "cut at {cut}");
    }
    let letter = written(&plain(2 * CHUNK_BYTES));
    for end in [
        45,
        45 + SEALED_CHUNK_BYTES,
        45 + 2 * SEALED_CHUNK_BYTES,
        letter.len(),
    ] {
        for cut in end - 9..letter.len().min(end + 9) {
            assert_eq!(
                read(&letter[..cut]),
                Err(LetterError::CutShort),
                "cut at {cut}"
            );
        }
    }
}

#[test]
fn chunks_have_their_places_and_nothing_follows_the_last() {
    let letter = written(&plain(2 * CHUNK_BYTES));
    let (header, chunks) = letter.split_at(45);
    let (one, rest) = chunks.split_at(SEALED_CHUNK_BYTES);
    let (two, end) = rest.split_at(SEALED_CHUNK_BYTES);
    for pieces in [
        vec![header, two, one, end],
        vec![header, one, end],
        vec![header, two, end],
        vec![header, one, one, two, end],
        vec![header, end],
        vec![header, one, two, end, end],
        vec![header, one, two, end, two, end],
    ] {
        assert_eq!(read(&pieces.concat()), Err(LetterError::Damaged));
    }
    for letter in [&letter, &written(b"short")] {
        for more in [1, 3, 4, 5, 100_000] {
            assert!(read(&[letter, plain(more).as_slice()].concat()).is_err());
        }
    }
    // Another letter to the same address has chunks of its own.
    let other = written(&plain(2 * CHUNK_BYTES));
    let mixed = [&other[..45], chunks].concat();
    assert_eq!(read(&mixed), Err(LetterError::Damaged));
}

#[test]
fn another_key_does_not_open_a_letter_and_says_for_whom_it_is() {
    let other = LetterKey::random().unwrap();
    let mut letter = written(b"x");
    let id = key().address().id();
    let error = LetterError::ForAnother { id };
    assert_eq!(read_with(&other, &letter), Err(error));
    assert!(error.to_string().ends_with(&hex::encode(id)), "{error}");
    // With another address written on it, it opens no more for that one.
    letter[4..12].copy_from_slice(&other.address().id());
    assert_eq!(read_with(&other, &letter), Err(LetterError::Damaged));
    assert!(matches!(read(&letter), Err(LetterError::ForAnother { .. })));
    for no_letter in [b"".as_slice(), b"XFS1 and something", &plain(100_000)] {
        assert_eq!(read(no_letter), Err(LetterError::NotALetter));
    }
}

#[test]
fn a_refused_letter_gives_what_held_and_stays_refused() {
    let plain = plain(2 * CHUNK_BYTES);
    let mut letter = written(&plain);
    letter[45 + SEALED_CHUNK_BYTES + 5] ^= 1;
    let mut reader = LetterReader::open(&key(), letter.as_slice()).unwrap();
    let mut given = Vec::new();
    for _ in 0..3 {
        let error = reader.read_to_end(&mut given).unwrap_err();
        assert_eq!(LetterError::of(&error), Some(LetterError::Damaged));
    }
    assert_eq!(given, plain[..CHUNK_BYTES]);
}

/// Gives pieces of a file, and fails in between.
struct Shaky(VecDeque<Result<Vec<u8>, io::ErrorKind>>);

impl Read for Shaky {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let Some(mut piece) = self.0.pop_front().transpose()? else {
            return Ok(0);
        };
        let rest = piece.split_off(piece.len().min(to.len()));
        to[..piece.len()].copy_from_slice(&piece);
        if !rest.is_empty() {
            self.0.push_front(Ok(rest));
        }
        Ok(piece.len())
    }
}

#[test]
fn a_reader_that_fails_beneath_can_go_on() {
    let plain = plain(2 * CHUNK_BYTES + 5);
    let mut pieces = VecDeque::new();
    for (number, piece) in written(&plain).chunks(10_000).enumerate() {
        pieces.push_back(Err(io::ErrorKind::Interrupted));
        pieces.push_back(Ok(piece.to_vec()));
        if number > 0 {
            pieces.push_back(Err(io::ErrorKind::TimedOut));
        }
    }
    let mut reader = LetterReader::open(&key(), Shaky(pieces)).unwrap();
    let (mut given, mut failures) = (Vec::new(), 0);
    while let Err(error) = reader.read_to_end(&mut given) {
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(LetterError::of(&error), None);
        failures += 1;
    }
    assert_eq!(failures, 13);
    assert_eq!(given, plain);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn written_and_read_in_any_pieces_it_is_the_same(
        pieces in prop::collection::vec(0..90_000_usize, 0..5), most in 1..150_000_usize,
    ) {
        let mut writer = LetterWriter::new(&key().address(), Vec::new()).unwrap();
        let mut all = Vec::new();
        for length in pieces {
            let piece = plain(length);
            writer.write_all(&piece).unwrap();
            all.extend(piece);
        }
        let letter = writer.finish().unwrap();
        let mut reader = LetterReader::open(&key(), letter.as_slice()).unwrap();
        let (mut read, mut piece) = (Vec::new(), vec![0; most]);
        loop {
            match reader.read(&mut piece).unwrap() {
                0 => break,
                given => read.extend_from_slice(&piece[..given]),
            }
        }
        prop_assert_eq!(read, all);
        prop_assert!(reader.sealed.capacity() <= MORE_BYTES);
        prop_assert!(reader.plain.capacity() <= SEALED_CHUNK_BYTES);
    }

    #[test]
    fn a_cut_or_a_changed_byte_anywhere_is_noticed(
        length in 0..200_000_usize, place: prop::sample::Index, change in 1..=255_u8,
    ) {
        let mut letter = written(&plain(length));
        let place = place.index(letter.len());
        prop_assert!(read(&letter[..place]).is_err());
        letter[place] ^= change;
        prop_assert!(read(&letter).is_err());
    }
}
