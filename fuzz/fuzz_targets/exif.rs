//! The notes that a camera leaves: any bytes as a block of a JPEG, and as a file of their own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xunfang_photo::claims;

fuzz_target!(|block: &[u8]| {
    check(block);
    let Ok(length) = u16::try_from(block.len() + 8) else {
        return;
    };
    let head = [0xff, 0xd8, 0xff, 0xe1];
    check(&[&head, &length.to_be_bytes()[..], b"Exif\0\0", block].concat());
});

fn check(bytes: &[u8]) {
    let read = claims(bytes);
    assert!(read.direction_deg.is_none_or(|degrees| (0.0..=360.0).contains(&degrees)));
    assert!(read.accuracy_m.is_none_or(|metres| metres >= 0.0 && metres.is_finite()));
    assert!(read.altitude_m.is_none_or(f64::is_finite));
    assert!(read.device.is_none_or(|name| name.chars().count() <= 200));
    if let Some(taken) = read.taken {
        assert!(taken.offset_min.is_none_or(|minutes| (-900..=900).contains(&minutes)));
    }
}
