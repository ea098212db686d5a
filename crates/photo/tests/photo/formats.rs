//! What real and broken photos turn into.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;

use image::{ImageFormat, Rgb, RgbImage};
use xunfang_photo::{PhotoError, THUMB_PX, WORKING_PX, inspect, render};

/// A picture with detail, so that its JPEG has scan data worth cutting.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_le_bytes();
        Rgb([noise[3], noise[2], u8::try_from((x + y) % 256).unwrap()])
    })
}

fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture(width, height).write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A JPEG header that claims a size which the file does not hold.
fn claims(width: u16, height: u16) -> Vec<u8> {
    let mut file = encoded(64, 64, ImageFormat::Jpeg);
    let sof = file
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    file[sof + 5..sof + 7].copy_from_slice(&height.to_be_bytes());
    file[sof + 7..sof + 9].copy_from_slice(&width.to_be_bytes());
    file
}

fn refusal(bytes: &[u8]) -> PhotoError {
    let rendered = inspect(bytes).and_then(|info| render(bytes, &info, &[THUMB_PX]));
    rendered.map(|copies| copies.len()).unwrap_err()
}

/// The shared folder of real photos; a user's clone does not have it.
fn shared_photos() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/photos");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the folder of real photos is not here");
    None
}

#[test]
fn every_format_gives_upright_copies_of_the_asked_size() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let bytes = encoded(2400, 1200, format);
        let info = inspect(&bytes).unwrap();
        let copies = render(&bytes, &info, &[THUMB_PX, WORKING_PX]).unwrap();
        let sizes: Vec<_> = copies
            .iter()
            .map(|copy| (copy.width, copy.height))
            .collect();
        assert_eq!(sizes, [(320, 160), (1920, 960)], "{format:?}");
        for copy in copies {
            let shown = image::load_from_memory_with_format(&copy.jpeg, ImageFormat::Jpeg).unwrap();
            assert_eq!((shown.width(), shown.height()), (copy.width, copy.height));
        }
    }
}

#[test]
fn a_small_photo_is_not_enlarged() {
    let bytes = encoded(200, 100, ImageFormat::Jpeg);
    let copies = render(&bytes, &inspect(&bytes).unwrap(), &[THUMB_PX]).unwrap();
    assert_eq!((copies[0].width, copies[0].height), (200, 100));
}

#[test]
fn what_is_no_photo_is_refused_with_its_reason() {
    assert!(matches!(refusal(b""), PhotoError::Empty));
    assert!(matches!(
        refusal(b"%PDF-1.7 not a photo"),
        PhotoError::NotAPhoto
    ));
    assert!(matches!(
        refusal("这不是照片".as_bytes()),
        PhotoError::NotAPhoto
    ));
    assert!(matches!(
        refusal(&[0xff, 0xd8, 0xff, 0xe0]),
        PhotoError::Damaged(_)
    ));
    assert!(matches!(refusal(&vec![0xff; 4096]), PhotoError::NotAPhoto));
}

#[test]
fn a_photo_cut_anywhere_is_refused() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encoded(640, 480, format);
        for tenth in 1..10 {
            let cut = &whole[..whole.len() * tenth / 10];
            assert!(
                matches!(refusal(cut), PhotoError::Damaged(_)),
                "{format:?} {tenth}/10"
            );
        }
    }
}

#[test]
fn a_header_that_claims_too_many_pixels_is_refused_before_decoding() {
    for (width, height) in [(30_000, 30_000), (65_500, 100), (12_000, 12_000)] {
        assert!(
            matches!(
                refusal(&claims(width, height)),
                PhotoError::TooManyPixels { .. }
            ),
            "{width} x {height}"
        );
    }
}

#[test]
fn the_shared_phone_photos_are_taken_and_turned_upright() {
    let Some(folder) = shared_photos() else {
        return;
    };
    for (name, upright) in [
        ("phone-12mp.jpg", None),
        ("phone-8mp.jpg", None),
        ("orientation_landscape_1.jpg", Some(true)),
        ("orientation_landscape_3.jpg", Some(true)),
        ("orientation_landscape_5.jpg", Some(true)),
        ("orientation_landscape_6.jpg", Some(true)),
        ("orientation_landscape_8.jpg", Some(true)),
        ("orientation_portrait_6.jpg", Some(false)),
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let info = inspect(&bytes).unwrap();
        let copies = render(&bytes, &info, &[WORKING_PX, THUMB_PX]).unwrap();
        assert_eq!(copies[1].width.max(copies[1].height), THUMB_PX, "{name}");
        if let Some(landscape) = upright {
            assert_eq!(copies[0].width > copies[0].height, landscape, "{name}");
        }
    }
}

#[test]
fn the_shared_damaged_files_are_refused_or_shown_whole() {
    let Some(folder) = shared_photos() else {
        return;
    };
    // Only `corrupted.jpg` has a damaged picture. The others once broke an EXIF reader; djpeg and
    // exiftool find nothing wrong with them, and refusing a whole picture would lose a finding.
    for (name, size) in [
        ("corrupted.jpg", None),
        ("36-memory_error.jpg", Some((320, 240))),
        ("image00971.jpg", Some((320, 114))),
        ("image01137.jpg", Some((88, 64))),
    ] {
        let bytes = std::fs::read(folder.join("broken").join(name)).unwrap();
        match size {
            None => assert!(matches!(refusal(&bytes), PhotoError::Damaged(_)), "{name}"),
            Some(size) => {
                let info = inspect(&bytes).unwrap();
                let copies = render(&bytes, &info, &[THUMB_PX]).unwrap();
                assert_eq!((copies[0].width, copies[0].height), size, "{name}");
            }
        }
    }
    let named = std::fs::read_dir(folder.join("broken")).unwrap().count();
    assert_eq!(named, 4, "a new damaged file wants a line in this test");
}
