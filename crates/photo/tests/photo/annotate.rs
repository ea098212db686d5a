//! What is drawn on a photo is where it was drawn, and what was hidden cannot be had back.

use std::path::Path;

use image::{Rgb, RgbImage};
use xunfang_domain::{DrawnShape, InkColour, Spot};
use xunfang_photo::{Picture, develop, draw, inspect};

use crate::support::{mean_difference, picture, scene};

fn developed(shown: &RgbImage) -> Picture {
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 95)
        .encode_image(shown)
        .unwrap();
    develop(&file, &inspect(&file).unwrap(), 1920).unwrap()
}

fn seen(picture: &Picture) -> RgbImage {
    let jpeg = picture.encode(95).unwrap();
    image::load_from_memory(&jpeg).unwrap().into_rgb8()
}

const fn spot(x: u16, y: u16) -> Spot {
    Spot { x, y }
}

/// One of each, over the whole photo.
fn one_of_each() -> Vec<DrawnShape> {
    vec![
        DrawnShape::Arrow {
            from: spot(1_000, 6_500),
            to: spot(3_600, 4_300),
            colour: InkColour::Red,
        },
        DrawnShape::Ellipse {
            from: spot(6_600, 4_700),
            to: spot(3_700, 2_600),
            colour: InkColour::Yellow,
        },
        DrawnShape::Line {
            path: (0..40)
                .map(|step: u16| spot(6_000 + step * 60, 6_200 - (step % 8) * 60))
                .collect(),
            colour: InkColour::Blue,
        },
        DrawnShape::Label {
            at: spot(600, 400),
            text: "井盖破损 3 处，已围挡".to_owned(),
            colour: InkColour::White,
        },
        DrawnShape::Mosaic {
            from: spot(7_600, 700),
            to: spot(9_400, 2_200),
        },
    ]
}

#[test]
fn every_shape_is_where_it_was_drawn_and_nowhere_else() {
    let plain = RgbImage::from_pixel(1_000, 750, Rgb([120, 130, 125]));
    let is_red = |pixel: &Rgb<u8>| pixel[0] > 180 && pixel[1] < 110;
    let is_dark = |pixel: &Rgb<u8>| pixel.0.iter().all(|tone| *tone < 70);
    let colour = InkColour::Red;
    // (what is drawn, where it is red, where nothing is)
    for (shape, red, clear) in [
        (
            DrawnShape::Arrow {
                from: spot(1_000, 1_000),
                to: spot(6_000, 1_000),
                colour,
            },
            vec![(300, 100), (570, 100)],
            vec![(300, 130), (620, 100), (80, 100)],
        ),
        (
            // Corners the other way round.
            DrawnShape::Ellipse {
                from: spot(8_000, 6_000),
                to: spot(2_000, 2_000),
                colour,
            },
            vec![(500, 200), (500, 600), (200, 400), (800, 400)],
            vec![(500, 400), (210, 210), (790, 590)],
        ),
        (
            DrawnShape::Line {
                path: vec![spot(1_000, 1_000), spot(5_000, 1_000), spot(5_000, 5_000)],
                colour,
            },
            vec![(250, 100), (500, 300), (500, 500)],
            vec![(300, 300), (540, 300)],
        ),
    ] {
        let drawn = seen(&draw(developed(&plain), std::slice::from_ref(&shape)));
        for (x, y) in red {
            let pixel = drawn.get_pixel(x, y);
            assert!(is_red(pixel), "{shape:?} at {x}, {y}: {pixel:?}");
        }
        for (x, y) in clear {
            let pixel = drawn.get_pixel(x, y);
            let apart = pixel
                .0
                .iter()
                .zip([120, 130, 125])
                .map(|(a, b)| a.abs_diff(b));
            assert!(apart.max() < Some(12), "{shape:?} at {x}, {y}: {pixel:?}");
        }
        // Dark around, so that red shows on red.
        assert!(drawn.pixels().any(is_dark), "{shape:?}");
    }
}

#[test]
fn a_text_stays_on_the_photo_and_stands_out() {
    for (width, height) in [(1_000, 750), (750, 1_000), (1_000, 160)] {
        let plain = RgbImage::from_pixel(width, height, Rgb([250, 250, 250]));
        for (at, text) in [
            (spot(0, 0), "井"),
            (spot(10_000, 10_000), "线缆凌乱超过三处"),
            (
                spot(4_000, 1_000),
                "二十个字的说明要完整地写在照片里面不能少",
            ),
        ] {
            let label = DrawnShape::Label {
                at,
                text: text.to_owned(),
                colour: InkColour::Yellow,
            };
            let drawn = seen(&draw(developed(&plain), &[label]));
            let places = |is: fn(&Rgb<u8>) -> bool| {
                drawn
                    .enumerate_pixels()
                    .filter(move |(.., pixel)| is(pixel))
                    .map(|(x, y, _)| (x, y))
                    .collect::<Vec<_>>()
            };
            let letters = places(|pixel| pixel[0] > 190 && pixel[1] > 150 && pixel[2] < 110);
            let panel = places(|pixel| pixel.0.iter().all(|tone| *tone < 110));
            assert!(letters.len() > 20, "{text} on {width} x {height}");
            assert!(panel.len() > letters.len(), "{text}");
            let edge = |side: fn(&(u32, u32)) -> u32| letters.iter().map(side).max().unwrap();
            assert!(
                edge(|place| place.0) < width - 2,
                "{text} on {width} x {height}"
            );
            assert!(
                edge(|place| place.1) < height - 2,
                "{text} on {width} x {height}"
            );
        }
    }
}

#[test]
fn what_a_mosaic_hides_is_gone() {
    // Two photos that differ only in how light and dark lie in each square: the same mosaic.
    let stripes = |turned: u32| {
        RgbImage::from_fn(1_920, 1_440, |x, y| {
            let inside = (480..960).contains(&x) && (480..720).contains(&y);
            let tone = if inside && (x / 6 + turned).is_multiple_of(2) {
                230
            } else {
                30
            };
            Rgb([tone; 3])
        })
    };
    let hidden = |shown: &RgbImage| {
        let mosaic = DrawnShape::Mosaic {
            from: spot(5_000, 3_750),
            to: spot(2_500, 2_500),
        };
        seen(&draw(developed(shown), &[mosaic]))
    };
    let (one, other) = (hidden(&stripes(0)), hidden(&stripes(1)));
    let part = |shown: &RgbImage| image::imageops::crop_imm(shown, 484, 484, 470, 230).to_image();
    assert!(mean_difference(&part(&stripes(0)), &part(&stripes(1))) > 190.0);
    assert!(mean_difference(&part(&one), &part(&other)) < 2.0);
    // What lies beside it is as it was.
    let beside =
        |shown: &RgbImage| image::imageops::crop_imm(shown, 1_000, 0, 900, 1_400).to_image();
    let photo = scene(1_920, 1_440);
    let untouched = seen(&developed(&photo));
    assert!(mean_difference(&beside(&hidden(&photo)), &beside(&untouched)) < 0.5);
    assert!(mean_difference(&part(&hidden(&photo)), &part(&untouched)) > 0.5);
}

#[test]
fn any_drawing_fits_any_photo() {
    let far = [spot(0, 0), spot(10_000, 10_000), spot(9_999, 3)];
    let mut shapes = one_of_each();
    for (from, to) in far.iter().zip(far.iter().rev()) {
        let (from, to, colour) = (*from, *to, InkColour::White);
        shapes.extend([
            DrawnShape::Arrow { from, to, colour },
            DrawnShape::Ellipse { from, to, colour },
            DrawnShape::Mosaic { from, to },
            DrawnShape::Label {
                at: to,
                text: "𠮷 □ ok".to_owned(),
                colour,
            },
            DrawnShape::Line {
                path: vec![from, to, from],
                colour,
            },
            // Nothing to see: both ends on one spot.
            DrawnShape::Arrow {
                from,
                to: from,
                colour,
            },
            DrawnShape::Ellipse {
                from,
                to: from,
                colour,
            },
            DrawnShape::Mosaic { from, to: from },
            DrawnShape::Line {
                path: vec![from, from],
                colour,
            },
        ]);
    }
    for (width, height) in [(1, 1), (3, 2), (17, 900), (640, 5), (1_920, 1_440)] {
        let drawn = draw(developed(&picture(width, height)), &shapes);
        assert_eq!((drawn.width(), drawn.height()), (width, height));
        assert!(drawn.encode(80).is_ok(), "{width} x {height}");
    }
}

#[test]
fn a_picture_of_a_drawing_is_taken() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    let drawn = draw(developed(&scene(1_600, 1_200)), &one_of_each());
    std::fs::write(folder.join("annotation.jpg"), drawn.encode(88).unwrap()).unwrap();
}
