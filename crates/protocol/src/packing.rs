//! Bodies that are compressed on their way.
//!
//! Requests and answers of push and pull are JSON whose records resemble each other: compressed they
//! take a fifth. What is unpacked is bounded, whatever it says of its own length.

use std::io::{self, Read};

/// How a packed body is named in `content-encoding` and `accept-encoding`.
pub const PACKING: &str = "zstd";

/// Beyond this level a push takes longer and no less: measured over 100 findings.
const LEVEL: i32 = 9;
/// Largest window that is unpacked, as a power of two: 8 MiB of memory.
const WINDOW_LOG_MAX: u32 = 23;

/// Packs a body.
///
/// # Errors
/// Where there is no memory for it.
pub fn pack(plain: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(plain, LEVEL)
}

/// Unpacks a body of at most `most` bytes; none where it is longer.
///
/// # Errors
/// Where the bytes were not packed like this.
pub fn unpack(packed: &[u8], most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
    decoder.window_log_max(WINDOW_LOG_MAX)?;
    let mut plain = Vec::new();
    // One byte more tells that there is more.
    decoder.take(most as u64 + 1).read_to_end(&mut plain)?;
    Ok((plain.len() <= most).then_some(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_and_no_more_than_was_asked_for() {
        let plain = vec![b'x'; 100_000];
        let packed = pack(&plain).unwrap();
        assert!(packed.len() < 100, "{} bytes", packed.len());
        assert_eq!(unpack(&packed, 100_000).unwrap(), Some(plain));
        assert_eq!(unpack(&packed, 99_999).unwrap(), None);
        assert!(unpack(b"{\"plain\": 1}", 100).is_err());
        assert!(unpack(&packed[..packed.len() - 4], 100_000).is_err());
    }
}
