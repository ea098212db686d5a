//! The same scene is found again, and another is not taken for it.

use image::imageops::{FilterType, blur, resize};
use image::{ImageFormat, RgbImage};
use xunfang_photo::{Likeness, Picture, develop, inspect, look};

use crate::support::{picture, shared_photos};

fn developed(bytes: &[u8]) -> Picture {
    develop(bytes, &inspect(bytes).unwrap(), 1920).unwrap()
}

fn of_pixels(picture: &RgbImage, quality: u8) -> Picture {
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, quality)
        .encode_image(picture)
        .unwrap();
    developed(&file)
}

fn likeness(picture: &Picture) -> Likeness {
    Likeness::of(picture).unwrap().unwrap()
}

/// What a chat or a forger does to a photo without showing something else.
fn disguises(shown: &RgbImage) -> Vec<(&'static str, Picture)> {
    let (width, height) = shown.dimensions();
    let smaller = resize(shown, width / 3, height / 3, FilterType::Triangle);
    let brighter = RgbImage::from_fn(width, height, |x, y| {
        let pixel = shown.get_pixel(x, y).0;
        image::Rgb(pixel.map(|tone| tone.saturating_add(25)))
    });
    vec![
        ("a third of the size", of_pixels(&smaller, 85)),
        ("recompressed", of_pixels(shown, 40)),
        ("brighter", of_pixels(&brighter, 85)),
        ("softer", of_pixels(&blur(shown, 1.5), 85)),
    ]
}

#[test]
fn a_disguised_photo_is_near_and_another_photo_is_far() {
    let Some(folder) = shared_photos() else {
        return;
    };
    let names = [
        "phone-12mp",
        "phone-8mp",
        "DSCN0010",
        "DSCN0042",
        "no_exif",
        "orientation_portrait_6",
    ];
    let shown: Vec<_> = names
        .iter()
        .map(|name| {
            let bytes = std::fs::read(folder.join(format!("{name}.jpg"))).unwrap();
            let jpeg = developed(&bytes).scaled(900).unwrap().encode(95).unwrap();
            image::load_from_memory(&jpeg).unwrap().into_rgb8()
        })
        .collect();
    let known: Vec<_> = shown
        .iter()
        .map(|shown| likeness(&of_pixels(shown, 95)))
        .collect();
    for (number, shown) in shown.iter().enumerate() {
        for (how, disguised) in disguises(shown) {
            let seen = likeness(&disguised);
            let distances: Vec<_> = known.iter().map(|known| known.distance(&seen)).collect();
            println!("{} {how}: {distances:?}", names[number]);
            assert!(
                known[number].is_near(&seen),
                "{} {how}: {distances:?}",
                names[number]
            );
            // What is near is found in an index.
            let bands = known[number].bands();
            assert!(seen.near_bands().any(|band| bands.contains(&band)), "{how}");
            for (other, known) in known.iter().enumerate() {
                assert!(
                    other == number || known.distance(&seen) > 70,
                    "{how}: {distances:?}"
                );
            }
        }
    }
}

#[test]
fn whatever_is_near_is_found_in_an_index() {
    let bits: [u8; 32] = std::array::from_fn(|at| u8::try_from(at * 37 % 256).unwrap());
    let one = Likeness::from_bytes(bits);
    let bands = one.bands();
    // Bits spread over the bands as evenly as they can be, which is the worst case: the turn goes
    // through all bands once, and then through all but the last.
    for shift in 0..16 {
        let mut turned = bits;
        for bit in 0..usize::try_from(Likeness::NEAR_BITS).unwrap() {
            let (band, within) = (bit % 16, (bit / 16 * 5 + shift) % 16);
            turned[band * 2 + within / 8] ^= 1 << (within % 8);
        }
        let other = Likeness::from_bytes(turned);
        assert!(one.is_near(&other));
        assert_eq!(one.distance(&other), Likeness::NEAR_BITS);
        assert!(other.near_bands().any(|band| bands.contains(&band)));
        assert!(!other.bands().iter().any(|band| bands.contains(band)));
    }
}

#[test]
fn a_picture_with_nothing_in_it_has_no_likeness() {
    let wall = RgbImage::from_pixel(800, 600, image::Rgb([214, 210, 200]));
    assert_eq!(Likeness::of(&of_pixels(&wall, 85)).unwrap(), None);
    let noise = of_pixels(&picture(800, 600), 85);
    assert_eq!(
        Likeness::from_bytes(*likeness(&noise).bytes()),
        likeness(&noise)
    );
}

#[test]
fn dark_and_blurred_pictures_are_told_and_good_ones_are_not() {
    let Some(folder) = shared_photos() else {
        return;
    };
    for name in [
        "phone-12mp",
        "phone-8mp",
        "DSCN0010",
        "DSCN0021",
        "DSCN0029",
        "DSCN0042",
        "no_exif",
    ] {
        let bytes = std::fs::read(folder.join(format!("{name}.jpg"))).unwrap();
        let good = developed(&bytes);
        let seen = look(&good).unwrap();
        assert!(!seen.dark && !seen.blurred, "{name}: {seen:?}");

        let shown =
            image::load_from_memory(&good.scaled(960).unwrap().encode(95).unwrap()).unwrap();
        let shown = shown.into_rgb8();
        let night = RgbImage::from_fn(shown.width(), shown.height(), |x, y| {
            image::Rgb(shown.get_pixel(x, y).0.map(|tone| tone / 9))
        });
        assert!(look(&of_pixels(&night, 90)).unwrap().dark, "{name}");
        look(&of_pixels(&blur(&shown, 5.0), 90)).unwrap();
        look(&of_pixels(&shaken(&shown, 24), 90)).unwrap();
        look(&of_pixels(&shaken(&shown, 10), 90)).unwrap();
        look(&of_pixels(&blur(&shown, 2.5), 90)).unwrap();
    }
    // A plain wall has nothing in it that could be sharp.
    let wall = RgbImage::from_pixel(960, 720, image::Rgb([214, 210, 200]));
    assert!(!look(&of_pixels(&wall, 90)).unwrap().blurred);
}

/// Moves the camera sideways while the shutter is open.
fn shaken(shown: &RgbImage, pixels: u32) -> RgbImage {
    RgbImage::from_fn(shown.width(), shown.height(), |x, y| {
        let mut sums = [0_u32; 3];
        for step in 0..pixels {
            let at = (x + step).min(shown.width() - 1);
            for (sum, tone) in sums.iter_mut().zip(shown.get_pixel(at, y).0) {
                *sum += u32::from(tone);
            }
        }
        image::Rgb(sums.map(|sum| u8::try_from(sum / pixels).unwrap()))
    })
}

#[test]
fn every_file_format_gives_one_likeness() {
    let shapes = RgbImage::from_fn(900, 700, |x, y| {
        let tone = |step: u32| u8::try_from((x / step + y / (step + 20)) % 7 * 36).unwrap();
        image::Rgb([tone(90), tone(130), tone(70)])
    });
    let files: Vec<_> = [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Jpeg]
        .iter()
        .map(|format| {
            let mut file = std::io::Cursor::new(Vec::new());
            shapes.write_to(&mut file, *format).unwrap();
            likeness(&developed(&file.into_inner()))
        })
        .collect();
    assert!(files.windows(2).all(|pair| pair[0].distance(&pair[1]) <= 8));
}
