//! What a picture looks like: too dark, blurred, and a fingerprint of its shapes.

use xunfang_domain::Look;

use crate::picture::Plane;
use crate::{PhotoError, Picture};

/// Long side at which a picture is judged, in pixels: what a person sees on a phone.
const JUDGED_PX: u32 = 960;
/// Below this mean luminance a picture is dark, where its brightest parts are, too.
const DARK_MEAN: u32 = 40;
/// Luminance that at least one pixel in twenty of a usable picture reaches.
const DARK_BRIGHTEST: usize = 90;
/// Share of its differences, in percent, that only a blurred picture keeps when it is blurred once
/// more. Measured on photos of streets and rooms: sharp ones keep 15 to 35, those taken out of focus
/// or with a moving hand 51 to 84.
const BLURRED_KEEPS: u64 = 45;
/// Samples over which it is blurred on purpose.
const SPREAD: usize = 9;
/// Mean difference between neighbours, in hundredths of a grey level, below which a picture has
/// nothing in it that could be blurred.
const FLAT: u64 = 60;

/// Judges an upright picture.
///
/// # Errors
/// [`PhotoError::Encode`] where it cannot be scaled, which would be a fault of this crate.
pub fn look(picture: &Picture) -> Result<Look, PhotoError> {
    let luma = picture.luma_scaled(JUDGED_PX)?;
    Ok(Look {
        dark: is_dark(&luma),
        blurred: is_blurred(&luma),
    })
}

fn is_dark(luma: &Plane) -> bool {
    let mut counts = [0_u32; 256];
    let mut sum = 0_u64;
    for &sample in &luma.samples {
        sum += u64::from(sample);
        if let Some(count) = counts.get_mut(usize::from(sample)) {
            *count += 1;
        }
    }
    let all = luma.samples.len().max(1);
    let bright: u32 = counts.iter().skip(DARK_BRIGHTEST).sum();
    sum / (all as u64) < u64::from(DARK_MEAN) && (bright as usize) < all / 20
}

/// A sharp picture changes when it is blurred, a blurred one hardly does (F. Crété and others, The
/// Blur Effect, 2007). Judged along rows and columns, so that a moving hand shows too.
fn is_blurred(luma: &Plane) -> bool {
    let columns = turned(luma);
    let [across, down] = [luma, &columns].map(differences);
    let flat = across.total + down.total < FLAT * (luma.samples.len() as u64) * 2 / 100;
    !flat
        && [across, down]
            .iter()
            .any(|way| way.kept * 100 > way.total * BLURRED_KEEPS)
}

fn turned(plane: &Plane) -> Plane {
    let transpose = crate::Orientation::of(5);
    let samples = transpose.apply(&plane.samples, plane.width, plane.height);
    Plane {
        width: plane.height,
        height: plane.width,
        samples: samples.unwrap_or_default(),
    }
}

/// Differences between neighbours, and how much of them stays when the row is blurred.
#[derive(Debug, Clone, Copy, Default)]
struct Differences {
    total: u64,
    kept: u64,
}

fn differences(plane: &Plane) -> Differences {
    let mut found = Differences::default();
    // Every second row tells as much and takes half the time.
    for row in plane.samples.chunks_exact(plane.width.max(1)).step_by(2) {
        // Two neighbours blurred over nine samples differ by the ends of the two windows.
        for window in row.windows(SPREAD + 1) {
            let [first, .., last] = window else { continue };
            let (Some(here), Some(next)) = (window.get(SPREAD / 2), window.get(SPREAD / 2 + 1))
            else {
                continue;
            };
            let sharp = u64::from(here.abs_diff(*next)) * SPREAD as u64;
            found.total += sharp;
            found.kept += sharp.min(u64::from(first.abs_diff(*last)));
        }
    }
    found.total /= SPREAD as u64;
    found.kept /= SPREAD as u64;
    found
}
