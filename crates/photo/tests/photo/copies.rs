//! What the kept copies hold, as an independent reader sees it.

use std::process::Command;

use image::ImageFormat;
use xunfang_domain::{CivilTime, ExifClaims, PhotoCode, UnixMillis, WatermarkLayout, Wgs84};
use xunfang_photo::{Copies, Watermark, claims, inspect, make_copies, sha256, take_in};

use crate::support::{encoded, shared_photos};

fn watermark() -> Watermark {
    Watermark {
        layout: WatermarkLayout::Panel,
        title: "虹桥农贸市场".to_owned(),
        lines: vec!["2026-11-22 16:20:31 UTC+08:00".to_owned()],
        code: PhotoCode::from_digest(&[9; 32]),
        link: "https://xunfang.example/verify/1".to_owned(),
    }
}

fn copies(photo: &[u8], known: &ExifClaims) -> Copies {
    let negative = take_in(photo, &inspect(photo).unwrap(), 1920).unwrap();
    assert_eq!(negative.sha256, sha256(photo));
    make_copies(&negative.picture, known, &watermark()).unwrap()
}

/// Asks exiftool, which knows nothing of this project, for numbers as they are stored.
fn exiftool(file: &[u8]) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.jpg");
    std::fs::write(&path, file).unwrap();
    let output = Command::new("exiftool")
        .args(["-j", "-n", "-api", "largefilesupport=1"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    told[0].take()
}

#[test]
fn exiftool_reads_back_what_was_written() {
    let photo = encoded(640, 480, ImageFormat::Jpeg);
    // (place, altitude, accuracy, direction), on every quarter of the globe.
    for (lat, lng, altitude, accuracy, direction) in [
        (33.483_512_34, 117.880_231_78, 23.5, 8.25, 271.5),
        (-33.868_8, 151.209_3, -4.0, 65.0, 0.0),
        (40.712_8, -74.006, 0.0, 3.0, 359.99),
        (-0.000_1, -0.000_1, 4_000.0, 1_500.0, 12.34),
    ] {
        let known = ExifClaims {
            taken: Some(CivilTime {
                local: UnixMillis::new(1_795_364_431_678),
                offset_min: Some(480),
            }),
            place: Wgs84::new(lat, lng).ok(),
            altitude_m: Some(altitude),
            accuracy_m: Some(accuracy),
            direction_deg: Some(direction),
            device: Some("Redmi Note 9".to_owned()),
        };
        let copies = copies(&photo, &known);
        let told = exiftool(&copies.working.jpeg);
        let number = |tag: &str| told[tag].as_f64().unwrap();
        let near = |tag: &str, expected: f64, within: f64| {
            let found = number(tag);
            assert!(
                (found - expected).abs() <= within,
                "{tag}: {found}, not {expected}"
            );
        };
        // A ten-millionth of a degree is a centimetre.
        near("GPSLatitude", lat, 1e-7);
        near("GPSLongitude", lng, 1e-7);
        near("GPSAltitude", altitude, 0.01);
        near("GPSHPositioningError", accuracy, 0.01);
        near("GPSImgDirection", direction, 0.01);
        assert_eq!(told["GPSLatitudeRef"], if lat < 0.0 { "S" } else { "N" });
        assert_eq!(told["GPSLongitudeRef"], if lng < 0.0 { "W" } else { "E" });
        assert_eq!(told["GPSAltitudeRef"], i32::from(altitude < 0.0));
        assert_eq!(told["GPSImgDirectionRef"], "T");
        assert_eq!(told["GPSMapDatum"], "WGS-84");
        assert_eq!(told["DateTimeOriginal"], "2026:11:22 16:20:31");
        assert_eq!(told["OffsetTimeOriginal"], "+08:00");
        assert_eq!(told["SubSecTimeOriginal"], 678);
        assert_eq!(told["GPSDateStamp"], "2026:11:22");
        assert_eq!(told["GPSTimeStamp"], "08:20:31.678");
        assert_eq!(told["Orientation"], 1);
        assert_eq!(told["ImageDescription"], watermark().code.to_string());
        assert!(told["Warning"].is_null(), "{told}");
        // And this project reads its own notes as they were meant.
        let again = claims(&copies.working.jpeg);
        let read = again.place.unwrap();
        assert!(read.distance_m(known.place.unwrap()) < 0.01);
        let taken = again.taken.unwrap();
        assert_eq!(taken.offset_min, Some(480));
        assert_eq!(taken.local.get() / 1_000, 1_795_364_431);
        assert_eq!(again.device, known.device);
    }
}

#[test]
fn only_the_working_copy_tells_where_it_was_taken() {
    let known = ExifClaims {
        place: Wgs84::new(33.48, 117.88).ok(),
        ..ExifClaims::default()
    };
    let Copies {
        working,
        marked,
        thumb,
        ..
    } = copies(&encoded(2400, 1800, ImageFormat::Jpeg), &known);
    assert_eq!((working.width, working.height), (1920, 1440));
    assert_eq!((marked.width, marked.height), (1920, 1440));
    assert_eq!((thumb.width, thumb.height), (320, 240));
    assert!(claims(&working.jpeg).place.is_some());
    for passed_on in [&marked, &thumb] {
        assert_eq!(claims(&passed_on.jpeg), ExifClaims::default());
        let told = exiftool(&passed_on.jpeg);
        assert!(told["GPSLatitude"].is_null() && told["ImageDescription"].is_null());
    }
    for copy in [&working, &marked, &thumb] {
        assert_eq!(copy.sha256, sha256(&copy.jpeg));
        let shown = image::load_from_memory(&copy.jpeg).unwrap();
        assert_eq!((shown.width(), shown.height()), (copy.width, copy.height));
    }
}

#[test]
fn claims_of_real_photos_are_those_that_exiftool_reads() {
    let Some(folder) = shared_photos() else {
        return;
    };
    let mut with_place = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "jpg") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let (found, told) = (claims(&bytes), exiftool(&bytes));
        let name = path.display();
        if let Some(place) = found.place {
            with_place += 1;
            assert!(
                (place.lat() - told["GPSLatitude"].as_f64().unwrap()).abs() < 1e-6,
                "{name}"
            );
            assert!(
                (place.lng() - told["GPSLongitude"].as_f64().unwrap()).abs() < 1e-6,
                "{name}"
            );
        } else {
            assert!(told["GPSLatitude"].as_f64().is_none(), "{name}: {told}");
        }
        let time = told["DateTimeOriginal"].as_str();
        let real = time.filter(|text| !text.starts_with("0000"));
        assert_eq!(
            found.taken.is_some(),
            real.is_some() || !told["GPSDateStamp"].is_null(),
            "{name}"
        );
        let model = told["Model"].as_str().unwrap_or("").trim().to_owned();
        assert!(found.device.unwrap_or_default().ends_with(&model), "{name}");
    }
    assert!(with_place >= 5, "{with_place}");
}

#[test]
fn a_tiny_photo_keeps_its_pixels_and_carries_its_watermark_below() {
    let photo = encoded(61, 43, ImageFormat::Png);
    let copies = copies(&photo, &ExifClaims::default());
    assert_eq!((copies.working.width, copies.working.height), (61, 43));
    assert_eq!(copies.marked.width, 61);
    assert!(copies.marked.height > 43);
}
