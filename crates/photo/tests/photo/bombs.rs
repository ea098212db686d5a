//! Small files that ask for much memory (X7).

use std::path::PathBuf;
use std::process::Command;

use image::{ExtendedColorType, ImageEncoder, ImageFormat};

use crate::support::{claims, encoded};

/// What taking in one photo may need at most, beside nothing else.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

/// The program that takes one photo in, which is built with the tests.
fn take_in() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.join("examples/take_in")
}

/// Claims another size in the frame of a JPEG.
fn resized(mut jpeg: Vec<u8>, frame: u8, width: u16, height: u16) -> Vec<u8> {
    let at = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, frame])
        .unwrap();
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

fn progressive(subsamp: turbojpeg::Subsamp) -> Vec<u8> {
    let mut compressor = turbojpeg::Compressor::new().unwrap();
    compressor.set_progressive(true).unwrap();
    compressor.set_subsamp(subsamp).unwrap();
    let picture = crate::support::picture(64, 64);
    let view = turbojpeg::Image {
        pixels: picture.as_raw().as_slice(),
        width: 64,
        pitch: 192,
        height: 64,
        format: turbojpeg::PixelFormat::RGB,
    };
    compressor.compress_to_vec(view).unwrap()
}

/// A JPEG of which the first scan holds one component only.
fn scan_by_scan(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = resized(encoded(64, 64, ImageFormat::Jpeg), 0xc0, width, height);
    let scan = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xda])
        .unwrap();
    // Length 8, one component, its tables, the spectrum.
    let head = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
    let length = usize::from(u16::from_be_bytes([jpeg[scan + 2], jpeg[scan + 3]]));
    jpeg.splice(scan..scan + 2 + length, head);
    jpeg
}

fn png(width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let bytes = width as usize * height as usize * usize::from(colour.bits_per_pixel()) / 8;
    let mut file = Vec::new();
    image::codecs::png::PngEncoder::new(&mut file)
        .write_image(&vec![0; bytes], width, height, colour)
        .unwrap();
    file
}

/// Puts a chunk of packed zeros behind the header of a PNG.
fn with_chunk(png: &[u8], name: &[u8; 4], before: &[u8], zeros: usize) -> Vec<u8> {
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; zeros], 9);
    let body = [before, &packed].concat();
    let named = [name.as_slice(), &body].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let sum = crc32(&named).to_be_bytes();
    // The signature has 8 bytes, the header 25.
    [&png[..33], &length, &named, &sum, &png[33..]].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}

fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut file)
        .encode(
            &vec![0; width as usize * height as usize * 4],
            width,
            height,
            ExtendedColorType::Rgba8,
        )
        .unwrap();
    file
}

#[test]
fn the_bomb_corpus_stays_under_256_mib() {
    use turbojpeg::Subsamp;
    let small = png(64, 64, ExtendedColorType::Rgba8);
    let corpus: [(&str, Vec<u8>, Option<bool>); 16] = [
        // (what it is, the file, whether it is refused; none: either will do)
        ("30,000 px square", claims(30_000, 30_000), Some(true)),
        ("65,500 px wide", claims(65_500, 65_500), Some(true)),
        (
            "120 MP that are not there",
            claims(20_000, 6_000),
            Some(true),
        ),
        ("a line of 20,000 px", claims(20_000, 1), None),
        (
            "progressive, 100 MP",
            resized(progressive(Subsamp::None), 0xc2, 10_000, 10_000),
            Some(true),
        ),
        (
            "progressive, as large as may be",
            resized(progressive(Subsamp::Sub2x2), 0xc2, 6_600, 6_600),
            Some(true),
        ),
        (
            "scan by scan, 100 MP",
            scan_by_scan(10_000, 10_000),
            Some(true),
        ),
        (
            "scan by scan, as large as may be",
            scan_by_scan(4_600, 4_600),
            Some(true),
        ),
        (
            "PNG of 16 bits, 40 MP",
            png(8_000, 5_000, ExtendedColorType::Rgba16),
            Some(true),
        ),
        (
            "PNG, as large as may be",
            png(5_700, 5_700, ExtendedColorType::Rgba8),
            Some(false),
        ),
        (
            "PNG in grey, as large as may be",
            png(9_500, 8_000, ExtendedColorType::L8),
            Some(false),
        ),
        (
            "PNG, 20,000 px wide",
            png(20_000, 1_600, ExtendedColorType::Rgb8),
            Some(false),
        ),
        (
            "colour profile",
            with_chunk(&small, b"iCCP", b"x\0\0", 1 << 28),
            None,
        ),
        ("text", with_chunk(&small, b"zTXt", b"x\0\0", 1 << 28), None),
        ("WebP, 40 MP", webp(8_000, 5_000), Some(true)),
        ("WebP, as large as may be", webp(4_500, 3_500), Some(false)),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb");
    let mut largest = 0;
    for (what, file, refused) in corpus {
        std::fs::write(&path, &file).unwrap();
        let output = Command::new(take_in()).arg(&path).output().unwrap();
        assert!(output.status.success(), "{what}: {output:?}");
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let peak = told["peak_bytes"].as_u64().unwrap() + file.len() as u64;
        println!(
            "{what}: {} bytes, {} MiB, {}",
            file.len(),
            peak >> 20,
            told["refused"]
        );
        assert!(peak < MEMORY_MAX, "{what}: {peak} bytes");
        if let Some(refused) = refused {
            assert_eq!(told["refused"].is_string(), refused, "{what}: {told}");
        }
        largest = largest.max(peak);
    }
    // A corpus that needs nothing would prove nothing.
    assert!(largest > MEMORY_MAX / 4, "{largest}");
}
