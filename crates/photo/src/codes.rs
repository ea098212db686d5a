//! Reading square codes out of pictures.

use std::panic;

use crate::Picture;

/// Reads every square code in a picture; one that is too small or damaged is not found.
pub fn read_codes(picture: &Picture) -> Vec<String> {
    // The reader asserts what a crooked corner breaks. Such a corner is no code of ours, and a
    // picture from anywhere must not take more down with it.
    panic::catch_unwind(|| read(picture)).unwrap_or_default()
}

fn read(picture: &Picture) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let luma = &picture.luma;
    let mut grey = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        let sample = luma.samples.get(y * luma.width + x);
        sample.copied().unwrap_or(u8::MAX)
    });
    let grids = grey.detect_grids();
    let read = grids.into_iter().filter_map(|grid| grid.decode().ok());
    read.map(|(_, text)| text).collect()
}
