//! Which files are taken, and what they turn into.

use image::{ExtendedColorType, ImageEncoder, ImageFormat};
use xunfang_photo::{Format, PhotoError, THUMB_PX, WORKING_PX, inspect, render};

use crate::support::{claims, encoded, mean_difference, refusal, scene, shared_photos};

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
    for brand in ["heic", "mif1", "avif"] {
        let file = [b"\0\0\0\x18ftyp", brand.as_bytes(), &[0; 64]].concat();
        assert!(matches!(refusal(&file), PhotoError::Heic), "{brand}");
    }
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

#[test]
fn rare_samples_and_scans_show_the_same_picture() {
    let plain = scene(800, 600);
    let mut png = std::io::Cursor::new(Vec::new());
    plain.write_to(&mut png, ImageFormat::Png).unwrap();
    let expected = pixels(&png.into_inner());
    let wide: Vec<u8> = plain
        .as_raw()
        .iter()
        .flat_map(|sample| (u16::from(*sample) * 257).to_ne_bytes())
        .collect();
    let mut sixteen_bits = Vec::new();
    image::codecs::png::PngEncoder::new(&mut sixteen_bits)
        .write_image(&wide, 800, 600, ExtendedColorType::Rgb16)
        .unwrap();
    assert!(mean_difference(&pixels(&sixteen_bits), &expected) < 0.5);

    let jpeg = |make: &dyn Fn(&mut turbojpeg::Compressor), subsamp| {
        let mut compressor = turbojpeg::Compressor::new().unwrap();
        compressor.set_quality(95).unwrap();
        compressor.set_subsamp(subsamp).unwrap();
        make(&mut compressor);
        let view = turbojpeg::Image {
            pixels: plain.as_raw().as_slice(),
            width: 800,
            pitch: 2400,
            height: 600,
            format: turbojpeg::PixelFormat::RGB,
        };
        compressor.compress_to_vec(view).unwrap()
    };
    use turbojpeg::{Colorspace, Subsamp};
    let baseline = pixels(&jpeg(&|_| {}, Subsamp::None));
    assert!(mean_difference(&baseline, &expected) < 1.5);
    for subsamp in [
        Subsamp::Sub2x2,
        Subsamp::Sub2x1,
        Subsamp::Sub1x2,
        Subsamp::Sub4x1,
        Subsamp::Sub1x4,
    ] {
        let found = mean_difference(&pixels(&jpeg(&|_| {}, subsamp)), &baseline);
        assert!(found < 1.5, "{subsamp:?} {found}");
    }
    let progressive = jpeg(&|c| c.set_progressive(true).unwrap(), Subsamp::None);
    assert!(mean_difference(&pixels(&progressive), &baseline) < 0.1);
    let rgb = jpeg(
        &|c| c.set_colorspace(Colorspace::RGB).unwrap(),
        Subsamp::None,
    );
    assert!(mean_difference(&pixels(&rgb), &expected) < 1.5);
    let grey = pixels(&jpeg(&|_| {}, Subsamp::Gray));
    assert!(grey.pixels().all(|p| p.0[0].abs_diff(p.0[2]) <= 2));

    // Four inks, as a print shop's program writes them.
    let inks: Vec<u8> = plain
        .pixels()
        .flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2], 255])
        .collect();
    let view = turbojpeg::Image {
        pixels: inks.as_slice(),
        width: 800,
        pitch: 3200,
        height: 600,
        format: turbojpeg::PixelFormat::CMYK,
    };
    let mut compressor = turbojpeg::Compressor::new().unwrap();
    compressor.set_quality(95).unwrap();
    compressor.set_subsamp(Subsamp::None).unwrap();
    let cmyk = compressor.compress_to_vec(view).unwrap();
    assert_eq!(inspect(&cmyk).unwrap().format, Format::Jpeg);
    let found = mean_difference(&pixels(&cmyk), &expected);
    assert!(found < 1.5, "{found}");
}

/// Decodes a photo as it is shown.
fn pixels(bytes: &[u8]) -> image::RgbImage {
    let copies = render(bytes, &inspect(bytes).unwrap(), &[WORKING_PX]).unwrap();
    image::load_from_memory(&copies[0].jpeg)
        .unwrap()
        .into_rgb8()
}
