//! A photo's file, from the first look to the last copy.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xunfang_domain::{PhotoCode, WatermarkLayout};
use xunfang_photo::{Likeness, Watermark, inspect, make_copies, take_in};

/// Small enough that many files are tried in a second.
const LONG_SIDE_PX: u32 = 160;

fuzz_target!(|bytes: &[u8]| {
    let Ok(info) = inspect(bytes) else { return };
    let Ok(negative) = take_in(bytes, &info, LONG_SIDE_PX) else {
        return;
    };
    let (width, height) = (negative.picture.width(), negative.picture.height());
    assert!(width.max(height) <= LONG_SIDE_PX && width > 0 && height > 0);
    let watermark = Watermark {
        layout: WatermarkLayout::ALL[bytes.len() % WatermarkLayout::ALL.len()],
        title: "虹桥农贸市场".to_owned(),
        lines: vec!["2026-11-22 16:20:31 UTC+08:00".to_owned()],
        code: PhotoCode::from_digest(&[7; 32]),
        link: "HTTPS://XUNFANG.EXAMPLE/V/0W3GE1R70W3GE1RH".to_owned(),
    };
    let copies = make_copies(&negative.picture, &negative.claims, &watermark);
    let copies = copies.expect("what was decoded can be copied");
    // Whatever came in, what goes out is a photo again.
    for copy in [&copies.working, &copies.marked, &copies.thumb] {
        let again = inspect(&copy.jpeg).expect("a copy is a photo");
        assert_eq!((again.width, again.height), (copy.width, copy.height));
    }
    Likeness::of(&negative.picture).expect("what was decoded can be looked at");
});
