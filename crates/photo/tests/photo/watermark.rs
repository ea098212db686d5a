//! The watermark on every kind of photo, and its pictures for the README.

use std::path::Path;

use image::{GrayImage, Rgb, RgbImage};
use xunfang_domain::{PhotoCode, WatermarkLayout};
use xunfang_photo::{Picture, Watermark, develop, inspect, print};

const LINK: &str = "HTTPS://XUNFANG.EXAMPLE.GOV.CN/V/0F1W70W3GE1R70W3";

fn watermark(layout: WatermarkLayout) -> Watermark {
    Watermark {
        layout,
        title: "虹桥农贸市场 · 农贸市场".to_owned(),
        lines: vec![
            "2026-11-22 16:20:31 UTC+08:00".to_owned(),
            "距点位 35 米 东北 · 在检测范围内".to_owned(),
            "北纬 33.483512° 东经 117.880231° WGS-84 ±8 米".to_owned(),
            "泗县（示例） · 巡访员 张三".to_owned(),
        ],
        code: PhotoCode::from_digest(&[7; 32]),
        link: LINK.to_owned(),
    }
}

fn developed(picture: &RgbImage) -> Picture {
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 92)
        .encode_image(picture)
        .unwrap();
    develop(&file, &inspect(&file).unwrap(), 1920).unwrap()
}

fn printed(picture: &RgbImage, layout: WatermarkLayout, quality: u8) -> (Vec<u8>, GrayImage) {
    let marked = print(developed(picture), &watermark(layout)).unwrap();
    let jpeg = marked.encode(quality).unwrap();
    let shown = image::load_from_memory(&jpeg).unwrap().into_luma8();
    (jpeg, shown)
}

/// A street under a sky: houses, a road, a kerb, parking lines. `light` of 1 is noon.
fn street(width: u32, height: u32, light: f64) -> RgbImage {
    let horizon = f64::from(height) * 0.46;
    RgbImage::from_fn(width, height, |x, y| {
        let (fx, fy) = (f64::from(x), f64::from(y));
        let grain = f64::from((x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 28) - 8.0;
        let house = (fx / f64::from(height) * 3.1).floor();
        let roof = horizon * (0.42 + 0.3 * (house * 1.7).sin().abs());
        let tone = if fy < roof {
            let haze = 40.0 * fy / horizon;
            [132.0 + haze, 174.0 + haze * 0.7, 214.0]
        } else if fy < horizon {
            let shade = 150.0 + 46.0 * (house * 2.3).sin();
            let within = fx / f64::from(height) * 3.1 - house;
            let window =
                (within * 6.0).fract() < 0.55 && ((fy - roof) / horizon * 13.0).fract() < 0.5;
            let wall = if window && within > 0.06 && within < 0.94 {
                0.45
            } else {
                1.0
            };
            [shade * wall, shade * 0.9 * wall, shade * 0.8 * wall]
        } else if fy < horizon * 1.12 {
            [168.0, 164.0, 156.0]
        } else {
            let depth = (fy - horizon) / (f64::from(height) - horizon);
            let line = ((fx - f64::from(width) / 2.0) / (depth + 0.15) / f64::from(height) * 2.4)
                .rem_euclid(1.0);
            let paint = depth > 0.2 && line < 0.05;
            if paint {
                [226.0, 226.0, 220.0]
            } else {
                [
                    92.0 + 22.0 * depth,
                    94.0 + 22.0 * depth,
                    97.0 + 22.0 * depth,
                ]
            }
        };
        Rgb(tone.map(|tone| ((tone + grain) * light).clamp(0.0, 255.0) as u8))
    })
}

/// Reads the square code out of a picture.
fn square_code(shown: &GrayImage) -> Option<String> {
    let (width, height) = (shown.width() as usize, shown.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        shown.get_pixel(x as u32, y as u32).0[0]
    });
    let grids = prepared.detect_grids();
    grids
        .iter()
        .find_map(|grid| grid.decode().ok())
        .map(|(_, text)| text)
}

#[test]
fn the_square_code_is_read_from_every_layout_and_shape_of_photo() {
    for layout in WatermarkLayout::ALL {
        for (width, height, light) in [
            (1920, 1440, 1.0),
            (1440, 1920, 0.12),
            (1920, 480, 1.0),
            (480, 1920, 1.6),
            (800, 600, 1.0),
        ] {
            let (_, shown) = printed(&street(width, height, light), layout, 85);
            let read = square_code(&shown);
            assert_eq!(read.as_deref(), Some(LINK), "{layout:?} {width} x {height}");
        }
        // Chats shrink a photo and compress it hard.
        let (jpeg, _) = printed(&street(1920, 1440, 1.0), layout, 85);
        let sent = develop(&jpeg, &inspect(&jpeg).unwrap(), 1280).unwrap();
        let sent = image::load_from_memory(&sent.encode(45).unwrap())
            .unwrap()
            .into_luma8();
        assert_eq!(
            square_code(&sent).as_deref(),
            Some(LINK),
            "{layout:?} sent on"
        );
    }
}

#[test]
fn letters_stand_out_from_bright_and_dark_photos_alike() {
    for tone in [255_u8, 128, 0] {
        let plain = RgbImage::from_pixel(1600, 1200, Rgb([tone; 3]));
        for layout in WatermarkLayout::ALL {
            let (_, shown) = printed(&plain, layout, 95);
            // Below the middle, right of the square code, left of the longest line's end.
            let (mut lightest, mut darkest) = (0_u8, 255_u8);
            let top = if layout == WatermarkLayout::Footer {
                1200
            } else {
                shown.height() - 90
            };
            for y in top + 20..(top + 80).min(shown.height()) {
                for x in 330..480 {
                    let sample = shown.get_pixel(x, y).0[0];
                    (lightest, darkest) = (lightest.max(sample), darkest.min(sample));
                }
            }
            let contrast = contrast(lightest, darkest);
            assert!(
                contrast >= 4.5,
                "{layout:?} on {tone}: {lightest} on {darkest}, {contrast}"
            );
        }
    }
}

/// Contrast as WCAG counts it, of two greys.
fn contrast(light: u8, dark: u8) -> f64 {
    let linear = |tone: u8| {
        let share = f64::from(tone) / 255.0;
        if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    };
    (linear(light) + 0.05) / (linear(dark) + 0.05)
}

#[test]
fn a_watermark_leaves_most_of_the_photo_uncovered() {
    let white = RgbImage::from_pixel(1920, 1440, Rgb([255; 3]));
    for (layout, most) in [
        (WatermarkLayout::Panel, 0.2),
        (WatermarkLayout::Strip, 0.2),
        (WatermarkLayout::Compact, 0.1),
        (WatermarkLayout::Footer, 0.0),
    ] {
        let (_, shown) = printed(&white, layout, 95);
        let covered = shown
            .enumerate_pixels()
            .filter(|(_, y, pixel)| *y < 1440 && pixel.0[0] < 200)
            .count();
        let share = covered as f64 / (1920.0 * 1440.0);
        assert!(share <= most, "{layout:?} {share}");
    }
}

#[test]
fn any_text_is_printed_on_any_size_without_failing() {
    let rare = Watermark {
        title: "𠮷野家龘靐齉 🙂 \u{202e}\n".to_owned() + &"长".repeat(300),
        lines: (0..40)
            .map(|n| format!("第 {n} 行 {}", "字".repeat(n)))
            .collect(),
        ..watermark(WatermarkLayout::Panel)
    };
    for (width, height) in [(1, 1), (7, 900), (900, 7), (33, 21), (640, 480)] {
        for layout in WatermarkLayout::ALL {
            let picture = developed(&RgbImage::from_pixel(width, height, Rgb([90; 3])));
            let said = Watermark {
                layout,
                ..rare.clone()
            };
            let marked = print(picture, &said).unwrap();
            assert!(
                marked.width() == width && marked.height() >= height,
                "{layout:?}"
            );
            assert!(marked.encode(80).is_ok(), "{layout:?} {width} x {height}");
        }
    }
}

#[test]
fn pictures_of_the_four_layouts_are_taken() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    for (layout, name, width, height, light) in [
        (WatermarkLayout::Panel, "panel", 1600, 1200, 1.0),
        (WatermarkLayout::Strip, "strip", 900, 1200, 0.35),
        (WatermarkLayout::Compact, "compact", 2000, 700, 1.1),
        (WatermarkLayout::Footer, "footer", 1200, 900, 0.8),
    ] {
        let (jpeg, shown) = printed(&street(width, height, light), layout, 85);
        assert_eq!(square_code(&shown).as_deref(), Some(LINK), "{name}");
        std::fs::write(folder.join(format!("watermark-{name}.jpg")), jpeg).unwrap();
    }
}
