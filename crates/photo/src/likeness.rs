//! A fingerprint of a picture's shapes, by which the same scene is found again.

use crate::{PhotoError, Picture};

/// Samples on a side of the square that a picture is reduced to.
const SIDE: usize = 64;
/// Waves on a side that are looked at, from the second longest on.
const WAVES: usize = 16;
/// Bits of a band.
const BAND_BITS: usize = 16;

/// 256 bits, one for each long wave in a picture: whether it is stronger than the median.
///
/// Scaling, recompression and a change of brightness turn few of them, another scene half. A
/// watermark turns some forty, but has a square code by which the photo is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Likeness([u8; 32]);

impl Likeness {
    /// Bits in which two pictures of one scene differ at most.
    pub const NEAR_BITS: u32 = 31;
    /// Bits in which two pictures of one scene differ at most where one of them has a watermark on
    /// it. Enough to compare two pictures that belong together by their code; for a search it would
    /// find strangers.
    pub const MARKED_BITS: u32 = 80;
    /// Bands of sixteen bits.
    pub const BANDS: usize = 16;

    /// Looks at a picture; none where there is too little in it to tell it from others.
    ///
    /// # Errors
    /// [`PhotoError::Encode`] where it cannot be scaled, which would be a fault of this crate.
    pub fn of(picture: &Picture) -> Result<Option<Self>, PhotoError> {
        let square = picture.luma_square(SIDE)?;
        let rough: u64 = square
            .chunks_exact(SIDE)
            .flat_map(|row| row.windows(2))
            .map(|pair| match pair {
                [a, b] => u64::from(a.abs_diff(*b)),
                _ => 0,
            })
            .sum();
        // A wall or a night sky: its waves are noise.
        if rough < (SIDE * SIDE) as u64 {
            return Ok(None);
        }
        let waves = waves(&square);
        let mut sorted = waves.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        let mut bits = [0_u8; 32];
        for (byte, waves) in bits.iter_mut().zip(waves.chunks(8)) {
            *byte = waves
                .iter()
                .fold(0, |byte, wave| byte << 1 | u8::from(*wave > median));
        }
        Ok(Some(Self(bits)))
    }

    /// Takes the bits as they are stored.
    pub const fn from_bytes(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// Returns the bits.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Counts the bits that differ.
    pub fn distance(&self, other: &Self) -> u32 {
        self.0
            .iter()
            .zip(&other.0)
            .map(|(a, b)| (a ^ b).count_ones())
            .sum()
    }

    /// Whether two pictures show the same.
    pub fn is_near(&self, other: &Self) -> bool {
        self.distance(other) <= Self::NEAR_BITS
    }

    /// Returns the bands, each with its number in the upper half, to be put into an index.
    pub fn bands(&self) -> [u32; Self::BANDS] {
        let mut bands = [0; Self::BANDS];
        for ((band, pair), number) in bands
            .iter_mut()
            .zip(self.0.chunks_exact(BAND_BITS / 8))
            .zip(0_u32..)
        {
            if let [high, low] = *pair {
                *band = number << 16 | u32::from(u16::from_be_bytes([high, low]));
            }
        }
        bands
    }

    /// Returns the bands that are looked up in an index: its own, and each with one bit turned.
    ///
    /// A picture that differs in [`Self::NEAR_BITS`] bits or fewer has one of them: two or more in
    /// each of sixteen bands would be 32.
    pub fn near_bands(&self) -> impl Iterator<Item = u32> {
        self.bands().into_iter().flat_map(|band| {
            let turned = (0..BAND_BITS).map(move |bit| band ^ 1 << bit);
            std::iter::once(band).chain(turned)
        })
    }
}

/// The long waves of a square, by a discrete cosine transform of rows and then of columns.
fn waves(square: &[u8]) -> Vec<f64> {
    let table: Vec<Vec<f64>> = (1..=WAVES)
        .map(|wave| (0..SIDE).map(|place| cosine(wave, place)).collect())
        .collect();
    let along = |samples: &[f64], wave: &[f64]| -> f64 {
        samples
            .iter()
            .zip(wave)
            .map(|(sample, weight)| sample * weight)
            .sum()
    };
    let rows: Vec<Vec<f64>> = square
        .chunks_exact(SIDE)
        .map(|row| {
            let row: Vec<f64> = row.iter().copied().map(f64::from).collect();
            table.iter().map(|wave| along(&row, wave)).collect()
        })
        .collect();
    (0..WAVES)
        .flat_map(|column| {
            let column: Vec<f64> = rows
                .iter()
                .filter_map(|row| row.get(column).copied())
                .collect();
            table
                .iter()
                .map(move |wave| along(&column, wave))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "numbers below 64")]
fn cosine(wave: usize, place: usize) -> f64 {
    let angle = std::f64::consts::PI * wave as f64 * (2 * place + 1) as f64 / (2 * SIDE) as f64;
    angle.cos()
}
