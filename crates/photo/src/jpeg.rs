//! What a JPEG's markers say, up to the first scan.
//!
//! The decoder is asked only after this: it allocates by what the header claims.

use crate::PhotoError;

/// Most bytes of DCT coefficients that a decoder may have to hold at once.
const COEFFICIENT_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// The frame of a JPEG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Sampling factors, horizontal and vertical, of each component.
    pub(crate) sampling: Vec<(u8, u8)>,
    /// Whether the first scan leaves something to later ones, so that the decoder has to keep
    /// every coefficient until the last of them.
    pub(crate) several_scans: bool,
    /// Whether Adobe's marker is there; four inks are stored inverted then.
    pub(crate) adobe: bool,
}

impl Frame {
    /// Reads the markers.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, PhotoError> {
        let (mut frame, mut progressive, mut adobe) = (None, false, false);
        for Segment { marker, body } in Segments::of(bytes) {
            match marker {
                0xc0..=0xc2 => {
                    progressive = marker == 0xc2;
                    frame = Some(start_of_frame(body)?);
                }
                // Lossless, differential and arithmetically coded frames.
                0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                    return Err(PhotoError::Unsupported("a rare kind of JPEG"));
                }
                0xee if body.starts_with(b"Adobe") => adobe = true,
                0xda => {
                    let (width, height, sampling) =
                        frame.ok_or_else(|| damaged("a scan comes before the frame"))?;
                    let scanned = body.first().copied().unwrap_or(0);
                    return Ok(Self {
                        width,
                        height,
                        several_scans: progressive || usize::from(scanned) < sampling.len(),
                        sampling,
                        adobe,
                    });
                }
                _ => {}
            }
        }
        Err(damaged("it breaks off before the picture"))
    }

    /// Refuses a frame whose coefficients would take too much memory.
    pub(crate) fn check_memory(&self) -> Result<(), PhotoError> {
        if !self.several_scans {
            return Ok(()); // One row of blocks at a time.
        }
        let most = |side: fn(&(u8, u8)) -> u8| self.sampling.iter().map(side).max().unwrap_or(1);
        let (across, down) = (most(|s| s.0), most(|s| s.1));
        let coefficients: u64 = self
            .sampling
            .iter()
            .map(|&(x, y)| {
                let width = (u64::from(self.width) * u64::from(x)).div_ceil(u64::from(across));
                let height = (u64::from(self.height) * u64::from(y)).div_ceil(u64::from(down));
                width.next_multiple_of(8) * height.next_multiple_of(8)
            })
            .sum();
        if coefficients * 2 > COEFFICIENT_BYTES_MAX {
            return Err(PhotoError::TooManyPixels {
                width: self.width,
                height: self.height,
            });
        }
        Ok(())
    }
}

type Sizes = (u32, u32, Vec<(u8, u8)>);

fn start_of_frame(body: &[u8]) -> Result<Sizes, PhotoError> {
    let [precision, h1, h0, w1, w0, count, components @ ..] = body else {
        return Err(damaged("its frame is too short"));
    };
    if *precision != 8 {
        return Err(PhotoError::Unsupported("a JPEG with more than 8 bits"));
    }
    let sampling: Vec<_> = components
        .chunks_exact(3)
        .take(usize::from(*count))
        .filter_map(|component| component.get(1))
        .map(|factors| (factors >> 4, factors & 15))
        .collect();
    let sane = |&(x, y): &(u8, u8)| (1..=4).contains(&x) && (1..=4).contains(&y);
    if sampling.len() != usize::from(*count) || !sampling.iter().all(sane) {
        return Err(damaged("its components make no sense"));
    }
    if !matches!(count, 1 | 3 | 4) {
        return Err(PhotoError::Unsupported("a JPEG of a rare colour space"));
    }
    let (width, height) = (
        u16::from_be_bytes([*w1, *w0]),
        u16::from_be_bytes([*h1, *h0]),
    );
    Ok((width.into(), height.into(), sampling))
}

fn damaged(what: &str) -> PhotoError {
    PhotoError::Damaged(what.to_owned())
}

/// One marker with what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    pub(crate) body: &'a [u8],
}

/// The markers of a JPEG up to its first scan.
#[derive(Debug)]
pub(crate) struct Segments<'a> {
    rest: &'a [u8],
}

impl<'a> Segments<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let rest = bytes.strip_prefix(&[0xff, 0xd8]).unwrap_or(&[]);
        Self { rest }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = self.rest.iter().position(|&byte| byte == 0xff)?;
            let after = self.rest.get(start..)?;
            let fill = after.iter().take_while(|&&byte| byte == 0xff).count();
            let (&marker, after) = after.get(fill..)?.split_first()?;
            self.rest = after;
            match marker {
                // A stuffed byte, and markers that stand alone.
                0x00 | 0x01 | 0xd0..=0xd8 => {}
                0xd9 => return None,
                _ => {
                    let (length, _) = after.split_first_chunk::<2>()?;
                    let length = usize::from(u16::from_be_bytes(*length));
                    let body = after.get(2..length)?;
                    self.rest = if marker == 0xda {
                        &[]
                    } else {
                        after.get(length..)?
                    };
                    return Some(Segment { marker, body });
                }
            }
        }
    }
}

/// Puts an EXIF block behind the first marker of a JPEG that has none.
///
/// # Errors
/// [`PhotoError::Encode`] where the block is longer than a segment holds.
pub(crate) fn with_exif(jpeg: &[u8], tiff: &[u8]) -> Result<Vec<u8>, PhotoError> {
    const NAME: &[u8] = b"Exif\0\0";
    let length = u16::try_from(2 + NAME.len() + tiff.len())
        .map_err(|_| PhotoError::Encode("the EXIF block is too long".to_owned()))?;
    let rest = jpeg
        .strip_prefix(&[0xff, 0xd8])
        .ok_or_else(|| PhotoError::Encode("the copy is no JPEG".to_owned()))?;
    let mut file = Vec::with_capacity(jpeg.len() + tiff.len() + 10);
    file.extend_from_slice(&[0xff, 0xd8, 0xff, 0xe1]);
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(NAME);
    file.extend_from_slice(tiff);
    file.extend_from_slice(rest);
    Ok(file)
}
