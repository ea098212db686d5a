//! Whichever way the camera was held, the picture stands upright.

use exif::{Tag, Value};
use image::imageops::{flip_horizontal, flip_vertical, rotate90, rotate180, rotate270};
use image::{ImageFormat, RgbImage};
use xunfang_photo::{Likeness, WORKING_PX, develop, inspect, render};

use crate::support::{field, mean_difference, scene, shared_photos, with_fields};

/// What a camera stores that notes `orientation`.
fn stored(scene: &RgbImage, orientation: u16) -> RgbImage {
    match orientation {
        2 => flip_horizontal(scene),
        3 => rotate180(scene),
        4 => flip_vertical(scene),
        5 => rotate270(&flip_horizontal(scene)),
        6 => rotate270(scene),
        7 => rotate90(&flip_horizontal(scene)),
        8 => rotate90(scene),
        _ => scene.clone(),
    }
}

#[test]
fn all_eight_orientations_give_the_same_upright_pixels() {
    let scene = scene(1600, 1200);
    for orientation in 1..=8 {
        let mut jpeg = std::io::Cursor::new(Vec::new());
        let picture = stored(&scene, orientation);
        picture.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
        let noted = field(Tag::Orientation, Value::Short(vec![orientation]));
        let photo = with_fields(&jpeg.into_inner(), &[noted]);
        let info = inspect(&photo).unwrap();
        assert_eq!(info.upright(), (1600, 1200), "{orientation}");
        for long_side in [WORKING_PX, 320] {
            let copy = &render(&photo, &info, &[long_side]).unwrap()[0];
            let shown = image::load_from_memory(&copy.jpeg).unwrap().into_rgb8();
            let (width, height) = shown.dimensions();
            let expected = image::imageops::resize(
                &scene,
                width,
                height,
                image::imageops::FilterType::CatmullRom,
            );
            let found = mean_difference(&shown, &expected);
            assert!(found <= 2.0, "{orientation} at {long_side} px: {found}");
        }
    }
}

#[test]
fn the_shared_photos_of_one_scene_look_alike_whichever_way_they_were_taken() {
    let Some(folder) = shared_photos() else {
        return;
    };
    let likeness = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let picture = develop(&bytes, &inspect(&bytes).unwrap(), WORKING_PX).unwrap();
        Likeness::of(&picture).unwrap().unwrap()
    };
    let upright = likeness("orientation_landscape_1.jpg");
    for orientation in [3, 5, 6, 8] {
        let turned = likeness(&format!("orientation_landscape_{orientation}.jpg"));
        let found = turned.distance(&upright);
        assert!(turned.is_near(&upright), "{orientation}: {found}");
    }
}
