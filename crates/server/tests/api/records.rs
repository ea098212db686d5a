//! What inspectors make: photos and findings.

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use uuid::Uuid;
use xunfang_domain::{FindingId, Sha256Hex};

/// The sample district's standard.
const STANDARD: &str = "f2d97c40-b574-5bf0-9aab-aa08a2c0aa20";

/// A photo as a camera would give it.
#[derive(Clone)]
pub struct Photo {
    pub bytes: Vec<u8>,
    pub sha256: Sha256Hex,
}

impl Photo {
    /// Takes a small picture of noise; each seed is another picture.
    pub fn take(seed: u32) -> Self {
        Self::sized(seed, 64, ImageFormat::Jpeg)
    }

    /// Takes a square picture of noise, which no format makes smaller.
    pub fn sized(seed: u32, side: u32, format: ImageFormat) -> Self {
        let picture = RgbImage::from_fn(side, side, |x, y| {
            let mut noise = (x * 7919 + y).wrapping_add(seed.wrapping_mul(104_729));
            noise = (noise ^ (noise >> 15)).wrapping_mul(2_246_822_519);
            noise = (noise ^ (noise >> 13)).wrapping_mul(3_266_489_917);
            let [r, g, b, _] = (noise ^ (noise >> 16)).to_le_bytes();
            Rgb([r, g, b])
        });
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        Self::of(file.into_inner())
    }

    pub fn of(bytes: Vec<u8>) -> Self {
        let sha256 = xunfang_photo::sha256(&bytes);
        Self { bytes, sha256 }
    }
}

/// Makes the record of a finding.
pub fn finding_at(point: &Value, photos: &[&Photo]) -> Value {
    let missing = json!({ "kind": "missing", "why": "no_fix" });
    let photos: Vec<_> = photos
        .iter()
        .map(|photo| {
            json!({
                "sha256": photo.sha256, "bytes": photo.bytes.len(), "media_type": "image/jpeg",
                "width": 64, "height": 64, "source": "camera", "taken_at": 1_760_000_000_000_i64,
                "position": missing,
            })
        })
        .collect();
    json!({
        "id": FindingId::from_uuid(Uuid::now_v7()),
        "point": point,
        "standard": STANDARD,
        "standard_version": 1,
        "criterion": "cables-tidy",
        "note": "缆线垂落",
        "found_at": 1_760_000_000_000_i64,
        "position": missing,
        "standing": null,
        "photos": photos,
    })
}
