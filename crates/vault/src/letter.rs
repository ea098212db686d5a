//! Letters: bytes that anybody can seal to an address and only its key opens.
//!
//! ```text
//! "XFL1"  address's id, 8 bytes  one-time key, 33 bytes  chunk  chunk  …  last chunk  "XFLe"
//! ```
//!
//! A letter may travel any way, through a chat or on a stick: who carries it can neither read nor
//! change it. Its writer makes a key of P-256 for this one letter, and what that and the address
//! agree on gives the key of the chunks by RFC 9180 (HPKE). The chunks are those of a
//! [`FileSeal`](crate::FileSeal)'s file, but each is authenticated with the letter's header in the
//! place of a file's name.
//!
//! The chunks alone would show that a letter was cut off, and not tell it from one that was changed.
//! To whoever has to ask for it once more that is a difference, so four bytes follow that only say
//! "up to here". Nothing that is believed rests on them.
//!
//! A letter does not say who wrote it: anybody can. What is in it has to be signed for itself. And
//! whoever gets hold of the address's key reads every letter to it, earlier ones too.

mod hpke;
mod key;

use std::fmt;
use std::io::{self, Read, Write};

use self::key::{ADDRESS_BYTES, ID_BYTES};
pub use self::key::{LetterAddress, LetterAddressError, LetterKey};
use crate::sealed::{Chunks, SEALED_CHUNK_BYTES, SealWriter, impossible};

const MAGIC: [u8; 4] = *b"XFL1";
const END: [u8; 4] = *b"XFLe";
const HEADER_BYTES: usize = MAGIC.len() + ID_BYTES + ADDRESS_BYTES;
/// How much has to lie there for the first chunk in it not to be the last, in bytes: one more than
/// a full chunk and the end.
const MORE_BYTES: usize = SEALED_CHUNK_BYTES + END.len() + 1;

/// Why a letter is not read. It is the source of an [`io::Error`] of the kind
/// [`InvalidData`](io::ErrorKind::InvalidData), where [`LetterError::of`] finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// The bytes do not begin as a letter does.
    #[error("this is no letter")]
    NotALetter,
    /// It names another address. So does one in which just that name, bytes 4 to 11, was changed.
    #[error("the letter is for another address, {}", hex::encode(.id))]
    ForAnother {
        /// The [id](LetterAddress::id) of the address that it names.
        id: [u8; ID_BYTES],
    },
    /// Something in it was changed, moved, left out or added.
    #[error("the letter was changed")]
    Damaged,
    /// It does not end as letters do, so it broke off on its way; where it came from the whole of it
    /// may still be. One whose last 4 bytes were changed, or that others follow, can look the same.
    #[error("the letter was cut short")]
    CutShort,
}

impl LetterError {
    /// Finds it in what a [`LetterReader`] answered; none where the reader beneath failed.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<LetterError> for io::Error {
    fn from(error: LetterError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

fn header(id: [u8; ID_BYTES], one_time: &LetterAddress) -> Vec<u8> {
    [MAGIC.as_slice(), &id, &one_time.to_bytes()].concat()
}

/// Seals what is written as a letter. One that was not [finished](Self::finish) does not open.
///
/// It holds no more than 64 KiB of the letter. After an error it takes nothing more.
pub struct LetterWriter<W>(SealWriter<W>);

impl<W> fmt::Debug for LetterWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LetterWriter").finish_non_exhaustive()
    }
}

impl<W: Write> LetterWriter<W> {
    /// Begins a letter to `address`.
    ///
    /// # Errors
    /// Where the system gives no random numbers, or `to` takes no bytes.
    pub fn new(address: &LetterAddress, mut to: W) -> io::Result<Self> {
        let (one_time, key) = address.new_letter_key()?;
        let header = header(address.id(), &one_time);
        to.write_all(&header)?;
        let chunks = Chunks::new(&key, header).ok_or_else(impossible)?;
        Ok(Self(SealWriter::new(chunks, to)))
    }

    /// Ends the letter and returns what was written to, which is not flushed.
    ///
    /// # Errors
    /// Those of the writer beneath, and where an earlier write failed.
    pub fn finish(self) -> io::Result<W> {
        let mut to = self.0.finish()?;
        to.write_all(&END)?;
        Ok(to)
    }
}

impl<W: Write> Write for LetterWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    /// Flushes what is beneath. Up to 64 KiB stay here: only the end makes a short chunk.
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Reads a letter.
///
/// What it gives is what was written, as far as it goes. That it is all of it is known when a read
/// gives nothing without an error, so act on it no earlier: a letter that was cut short fails only
/// there. It holds no more than two chunks, and reads beneath in pieces of 64 KiB.
pub struct LetterReader<R> {
    chunks: Chunks,
    /// Number of the next chunk.
    number: u64,
    /// What was read and not opened: up to a chunk and what shows whether it is the last.
    sealed: Vec<u8>,
    /// The chunk that is being given.
    plain: Vec<u8>,
    /// How much of it was given.
    given: usize,
    state: State,
    from: R,
}

#[derive(Clone, Copy)]
enum State {
    More,
    Ended,
    /// What a letter was refused for once it is refused for ever.
    Refused(LetterError),
}

impl<R> fmt::Debug for LetterReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LetterReader").finish_non_exhaustive()
    }
}

impl<R: Read> LetterReader<R> {
    /// Begins to read a letter to the address of `key`.
    ///
    /// # Errors
    /// [`LetterError`] as the error's source, and those of the reader beneath.
    pub fn open(key: &LetterKey, mut from: R) -> io::Result<Self> {
        let mut header = Vec::with_capacity(HEADER_BYTES);
        from.by_ref()
            .take(HEADER_BYTES as u64)
            .read_to_end(&mut header)?;
        let rest = header.strip_prefix(&MAGIC).ok_or(LetterError::NotALetter)?;
        let (id, rest) = rest
            .split_first_chunk::<ID_BYTES>()
            .ok_or(LetterError::CutShort)?;
        if *id != key.address().id() {
            return Err(LetterError::ForAnother { id: *id }.into());
        }
        let one_time = rest.first_chunk().ok_or(LetterError::CutShort)?;
        let one_time = LetterAddress::from_bytes(one_time).map_err(|_| LetterError::Damaged)?;
        let secret = key.letter_key(&one_time)?;
        Ok(Self {
            chunks: Chunks::new(&secret, header).ok_or_else(impossible)?,
            number: 0,
            sealed: Vec::with_capacity(MORE_BYTES),
            plain: Vec::with_capacity(SEALED_CHUNK_BYTES),
            given: 0,
            state: State::More,
            from,
        })
    }

    /// Opens the next chunk. An error of the reader beneath leaves everything as it was.
    fn advance(&mut self) -> io::Result<()> {
        let missing = MORE_BYTES.saturating_sub(self.sealed.len());
        self.from
            .by_ref()
            .take(missing as u64)
            .read_to_end(&mut self.sealed)?;
        self.plain.clear();
        self.given = 0;
        let opened = self.open_chunk();
        self.state = match opened {
            Ok(state) => state,
            Err(error) => {
                // Where a chunk does not open, the cipher may have left anything there.
                self.plain.clear();
                State::Refused(error)
            }
        };
        opened.map(drop).map_err(io::Error::from)
    }

    fn open_chunk(&mut self) -> Result<State, LetterError> {
        let is_last = self.sealed.len() < MORE_BYTES;
        let chunk = if is_last {
            self.sealed.strip_suffix(&END)
        } else {
            self.sealed.get(..SEALED_CHUNK_BYTES)
        };
        let chunk = chunk.ok_or(LetterError::CutShort)?;
        self.plain.extend_from_slice(chunk);
        self.chunks
            .open(self.number, is_last, &mut self.plain)
            .map_err(|_| LetterError::Damaged)?;
        if is_last {
            return Ok(State::Ended);
        }
        self.sealed.drain(..SEALED_CHUNK_BYTES);
        self.number += 1;
        Ok(State::More)
    }
}

impl<R: Read> Read for LetterReader<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if to.is_empty() {
            return Ok(0);
        }
        // Every chunk but the last holds something, so one step is enough.
        if self.given == self.plain.len() {
            match self.state {
                State::More => self.advance()?,
                State::Ended => return Ok(0),
                State::Refused(error) => return Err(error.into()),
            }
        }
        let taken = self.plain.get(self.given..).unwrap_or_default().read(to)?;
        self.given += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests;
