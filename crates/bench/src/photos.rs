//! P1: everything that is made of a photo, beside `vipsthumbnail`, which makes one copy, and beside
//! the least that anybody could do with the same libraries: decode at a reduced scale, resize,
//! encode. P2: the same and everything that makes it durable, beside the work of P1 and two bare
//! writes. And how much memory one photo takes.
//!
//! What is compared is measured in turns. The bare loop and the phone's own work run in this
//! process; `vipsthumbnail` is started anew each time, as people use it.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use fast_image_resize::images::{Image as Resized, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use serde_json::{Map, Value, json};
use turbojpeg::{Decompressor, PixelFormat, ScalingFactor, Subsamp};
use xunfang_domain::{CaptureSource, ExifClaims, PhotoCode, WatermarkLayout};
use xunfang_phone::{Phone, PhotoPlace};
use xunfang_photo::{WORKING_PX, Watermark, inspect, make_copies, take_in};

use crate::device;
use crate::report::Figure;
use crate::samples::{Samples, round};

/// Turns that count, after one that does not.
const TURNS: u32 = 20;
const QUALITY: i32 = 85;
/// The photo that is larger than those that phones take by themselves.
const HUGE: &str = "48 MP";

/// One photo to measure with.
pub(crate) struct Input {
    pub(crate) name: &'static str,
    path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

/// Finds the real photos, or makes some where they are not, and one of 48 megapixels.
pub(crate) fn inputs(folder: &Path, work: &Path) -> anyhow::Result<Vec<Input>> {
    let mut inputs = vec![usual(folder, work)?];
    inputs.push(match real(folder, "phone-8mp")? {
        Some(real) => real,
        None => generated(work, "8 MP", 3_264, 2_448, None)?,
    });
    // Twice as wide and high as the first one, with a grain of its own.
    let first = inputs.first().map(|input| input.bytes.clone());
    inputs.push(generated(work, HUGE, 8_064, 6_048, first.as_deref())?);
    Ok(inputs)
}

/// Finds the real photo of 12 megapixels, or makes one where it is not.
pub(crate) fn usual(folder: &Path, work: &Path) -> anyhow::Result<Input> {
    match real(folder, "phone-12mp")? {
        Some(real) => Ok(real),
        None => generated(work, "12 MP", 4_032, 3_024, None),
    }
}

fn real(folder: &Path, name: &'static str) -> anyhow::Result<Option<Input>> {
    let path = folder.join(format!("{name}.jpg"));
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(&path)?;
    Ok(Some(Input { name, path, bytes }))
}

fn generated(
    work: &Path,
    name: &'static str,
    width: usize,
    height: usize,
    from: Option<&[u8]>,
) -> anyhow::Result<Input> {
    let shown = from
        .map(|bytes| turbojpeg::decompress(bytes, PixelFormat::RGB))
        .transpose()?;
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let grain =
                u8::try_from((x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 7 & 7)?;
            let tone = |channel: usize| match &shown {
                Some(shown) => {
                    let (x, y) = (x * shown.width / width, y * shown.height / height);
                    let at = y * shown.pitch + x * 3 + channel;
                    shown.pixels.get(at).copied().unwrap_or(0)
                }
                None => u8::try_from((x / (90 + channel * 40) + y / 130) % 7 * 34).unwrap_or(0),
            };
            pixels.extend([0, 1, 2].map(|channel| tone(channel).saturating_add(grain)));
        }
    }
    let view = turbojpeg::Image {
        pixels: pixels.as_slice(),
        width,
        pitch: width * 3,
        height,
        format: PixelFormat::RGB,
    };
    let bytes = turbojpeg::compress(view, 90, Subsamp::Sub2x2)?.to_vec();
    let path = work.join(format!("{width}.jpg"));
    std::fs::write(&path, &bytes)?;
    Ok(Input { name, path, bytes })
}

/// Times of one photo.
#[derive(Debug, Default)]
struct Turns {
    own: Samples,
    bare: Samples,
    vips: Samples,
}

/// Measures P1 on every photo, and the memory of each.
pub(crate) fn measure(
    inputs: &[Input],
    take_in: &Path,
    work: &Path,
) -> anyhow::Result<[Figure; 4]> {
    let mut raw = Map::new();
    let (mut against_vips, mut against_bare, mut memory) = (0.0_f64, 0.0_f64, 0.0_f64);
    let mut huge_against_vips = 0.0_f64;
    let (mut vips_sides, mut bare_sides, mut memory_sides) = (Vec::new(), Vec::new(), Vec::new());
    for input in inputs {
        let mut turns = Turns::default();
        for number in 0..=TURNS {
            for place in 0..3 {
                let (samples, time) = match (number + place) % 3 {
                    0 => (&mut turns.own, own(&input.bytes)?),
                    1 => (&mut turns.bare, bare(&input.bytes)?),
                    _ => (&mut turns.vips, vips(&input.path, work)?),
                };
                if number > 0 {
                    samples.add(time);
                }
            }
        }
        let (own, bare, vips) = (
            turns.own.median_ms(),
            turns.bare.median_ms(),
            turns.vips.median_ms(),
        );
        let (peak, allowed) = peak(take_in, input)?;
        if input.name == HUGE {
            huge_against_vips = own / vips;
        } else {
            against_vips = against_vips.max(own / vips);
        }
        against_bare = against_bare.max(own / bare);
        memory = memory.max(peak / allowed);
        vips_sides.push(format!("{} {own:.0} ms, {vips:.0} ms", input.name));
        bare_sides.push(format!("{} {own:.0} ms, {bare:.0} ms", input.name));
        memory_sides.push(format!("{} {:.1} MB", input.name, peak / 1e6));
        raw.insert(
            input.name.to_owned(),
            json!({
                "own_ms": round(own), "bare_ms": round(bare), "vipsthumbnail_ms": round(vips),
                "peak_bytes": peak, "decoded_working_bytes": allowed,
                "file_bytes": input.bytes.len(),
            }),
        );
    }
    let names = inputs
        .iter()
        .map(|input| input.name)
        .collect::<Vec<_>>()
        .join(", ");
    let inputs = format!("{names}, the worst of them; medians of {TURNS} turns");
    let figure = |promise, what, value, goal, against, sides: Vec<String>| Figure {
        promise,
        what,
        value,
        unit: "ratio",
        goal,
        against,
        inputs: inputs.clone(),
        sides: sides.join("; "),
        raw: raw.clone(),
    };
    let copies = "photo to three copies and hashes";
    Ok([
        figure(
            "P1",
            copies,
            against_vips,
            0.5,
            "vipsthumbnail --size 1920",
            vips_sides.clone(),
        ),
        // The promise is about the photos that phones take. Of one that is four times as large four
        // fifths of the time go into undoing its entropy code, which cannot be done in parts.
        figure(
            "P1huge",
            "48 MP photo to three copies and hashes",
            huge_against_vips,
            0.6,
            "vipsthumbnail --size 1920",
            vips_sides,
        ),
        figure(
            "P1bare",
            copies,
            against_bare,
            1.3,
            "bare decode, resize, encode",
            bare_sides,
        ),
        figure(
            "P1mem",
            "most memory of one photo",
            memory,
            3.0,
            "decoded working copy",
            memory_sides,
        ),
    ])
}

fn own(bytes: &[u8]) -> anyhow::Result<Duration> {
    let watermark = Watermark {
        layout: WatermarkLayout::Panel,
        title: "虹桥农贸市场 · 农贸市场".to_owned(),
        lines: vec![
            "2026-11-22 16:20:31 UTC+08:00".to_owned(),
            "距点位 35 米 东北 · 检测范围内".to_owned(),
            "北纬 33.483512° 东经 117.880231° WGS-84 ±8 米".to_owned(),
            "泗县 · 张三".to_owned(),
        ],
        code: PhotoCode::from_digest(&[7; 32]),
        link: "HTTPS://XUNFANG.EXAMPLE/V/0W3GE1R70W3GE1RH".to_owned(),
    };
    let began = Instant::now();
    let info = inspect(bytes)?;
    let negative = take_in(bytes, &info, WORKING_PX)?;
    let copies = make_copies(&negative.picture, &ExifClaims::default(), &watermark)?;
    let time = began.elapsed();
    ensure!(
        copies.marked.width.max(copies.marked.height) == WORKING_PX,
        "the copy has another size"
    );
    Ok(time)
}

fn bare(bytes: &[u8]) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut decompressor = Decompressor::new()?;
    let header = decompressor.read_header(bytes)?;
    let long = WORKING_PX as usize;
    let stored = header.width.max(header.height);
    let scale = (1..=8)
        .map(|eighths| ScalingFactor::new(eighths, 8))
        .find(|scale| scale.scale(stored) >= long)
        .unwrap_or(ScalingFactor::ONE);
    decompressor.set_scaling_factor(scale)?;
    let (width, height) = (scale.scale(header.width), scale.scale(header.height));
    let mut pixels = vec![0; width * height * 3];
    let target = turbojpeg::Image {
        pixels: pixels.as_mut_slice(),
        width,
        pitch: width * 3,
        height,
        format: PixelFormat::RGB,
    };
    decompressor.decompress(bytes, target)?;
    let shrink = |side: usize| side * long / width.max(height);
    let (to_width, to_height) = (shrink(width), shrink(height));
    let side = |pixels: usize| u32::try_from(pixels);
    let source = ImageRef::new(side(width)?, side(height)?, &pixels, PixelType::U8x3)?;
    let mut target = Resized::new(side(to_width)?, side(to_height)?, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, &options)?;
    let view = turbojpeg::Image {
        pixels: target.buffer(),
        width: to_width,
        pitch: to_width * 3,
        height: to_height,
        format: PixelFormat::RGB,
    };
    let copy = turbojpeg::compress(view, QUALITY, Subsamp::Sub2x2)?;
    let time = began.elapsed();
    ensure!(!copy.is_empty(), "the bare loop made no copy");
    Ok(time)
}

fn vips(photo: &Path, work: &Path) -> anyhow::Result<Duration> {
    let copy = work.join("vips.jpg");
    let began = Instant::now();
    let status = Command::new("vipsthumbnail")
        .args(["--size", "1920", "-o"])
        .arg(format!("{}[Q={QUALITY}]", copy.display()))
        .arg(photo)
        .status()
        .context("start vipsthumbnail, from Debian's libvips-tools")?;
    let time = began.elapsed();
    ensure!(status.success() && copy.is_file(), "vipsthumbnail failed");
    std::fs::remove_file(&copy)?;
    Ok(time)
}

/// The most memory that one photo took beside its file, and the size of its decoded working copy.
fn peak(take_in: &Path, input: &Input) -> anyhow::Result<(f64, f64)> {
    let output = Command::new(take_in).arg(&input.path).output()?;
    ensure!(output.status.success(), "{} failed", take_in.display());
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let refused = told.get("refused").is_none_or(|reason| !reason.is_null());
    ensure!(!refused, "the photo was refused: {told}");
    let peak = told
        .get("peak_bytes")
        .and_then(Value::as_f64)
        .ok_or_else(|| anyhow!("memory is only known on Linux"))?;
    let (width, height) = inspect(&input.bytes)?.upright();
    let long = f64::from(WORKING_PX);
    let scale = long / f64::from(width.max(height));
    let decoded = f64::from(width) * scale * f64::from(height) * scale * 3.0;
    Ok((peak, decoded))
}

/// Measures P2: from the bytes of the shutter to "saved".
pub(crate) fn saved(input: &Input, phone: &Phone, folder: &Path) -> anyhow::Result<Figure> {
    let runtime = tokio::runtime::Runtime::new()?;
    let (mut staged, mut work, mut synced) =
        (Samples::default(), Samples::default(), Samples::default());
    let mut bare = File::create(folder.join("two-syncs"))?;
    for number in 0..=TURNS {
        // A few bytes behind the end of the picture make every shot another file.
        let mut bytes = input.bytes.clone();
        bytes.extend(number.to_be_bytes());
        let place = PhotoPlace::draft(device::point_id(number));
        let began = Instant::now();
        runtime
            .block_on(phone.stage_photo(place, CaptureSource::Camera, bytes))
            .map_err(|error| anyhow!("take a photo in: {error}"))?;
        let time = began.elapsed();
        let began = Instant::now();
        for _ in 0..2 {
            bare.write_all(&[0x5a; 4_096])?;
            bare.sync_data()?;
        }
        let syncs = began.elapsed();
        let own = own(&input.bytes)?;
        if number > 0 {
            staged.add(time);
            synced.add(syncs);
            work.add(own);
        }
    }
    std::fs::remove_file(folder.join("two-syncs"))?;
    let (saved, own, syncs) = (staged.median_ms(), work.median_ms(), synced.median_ms());
    let mut raw = Map::new();
    raw.insert("saved_ms".to_owned(), json!(staged.all_ms()));
    Ok(Figure {
        promise: "P2",
        what: "shutter to saved",
        value: saved / (own + syncs),
        unit: "ratio",
        goal: 1.5,
        against: "P1's own work + two bare fdatasync",
        inputs: format!(
            "{} on a phone with {} points and {} findings; medians of {TURNS} turns",
            input.name,
            device::POINTS,
            device::FINDINGS
        ),
        sides: format!("{saved:.0} ms, {own:.0} ms + {syncs:.1} ms"),
        raw,
    })
}
