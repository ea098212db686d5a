//! A table's file: a line of JSON for each row, an array of what its columns hold, and all of it
//! packed with zstd. Rows come in the order of the table's key, so that both engines write the same
//! file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use xunfang_domain::Sha256Hex;
use xunfang_durable::DiskError;

use super::BackupError;
use super::manifest::{TableFile, damaged};
use crate::store::copy::{Cell, Table};

/// How hard the rows are packed: a further level takes twice the time for a tenth.
const LEVEL: i32 = 3;
const BUFFER_BYTES: usize = 256 * 1024;

/// Names the file of a table.
pub(super) fn path(folder: &Path, table: &str) -> PathBuf {
    folder.join(format!("{table}.jsonl.zst"))
}

/// Takes the hash and the length of what goes through.
struct Hashed<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Hashed<T> {
    fn new(inner: T) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    fn end(self) -> (T, u64, String) {
        (self.inner, self.bytes, hex::encode(self.hash.finalize()))
    }
}

impl<T: Write> Write for Hashed<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.take(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A file that is being written.
pub(super) struct TableWriter {
    path: PathBuf,
    packed: BufWriter<zstd::stream::write::Encoder<'static, Hashed<File>>>,
    rows: u64,
}

impl TableWriter {
    pub(super) fn create(folder: &Path, table: &str) -> Result<Self, BackupError> {
        let path = path(folder, table);
        let packed = File::create_new(&path)
            .and_then(|file| zstd::stream::write::Encoder::new(Hashed::new(file), LEVEL))
            .map_err(DiskError::at("make", &path))?;
        Ok(Self {
            path,
            packed: BufWriter::with_capacity(BUFFER_BYTES, packed),
            rows: 0,
        })
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn add(&mut self, row: &[Cell]) -> Result<(), BackupError> {
        serde_json::to_writer(&mut self.packed, row)
            .map_err(io::Error::from)
            .and_then(|()| self.packed.write_all(b"\n"))
            .map_err(DiskError::at("write", &self.path))?;
        self.rows += 1;
        Ok(())
    }

    /// Syncs the file, and says what it is.
    pub(super) fn end(self, table: &Table) -> Result<TableFile, BackupError> {
        let Self { path, packed, rows } = self;
        let ended = packed
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .and_then(zstd::stream::write::Encoder::finish);
        let (file, bytes, hash) = ended.map_err(DiskError::at("write", &path))?.end();
        file.sync_all().map_err(DiskError::at("sync", &path))?;
        Ok(TableFile {
            name: table.name.clone(),
            columns: table.columns.clone(),
            rows,
            bytes,
            sha256: hash
                .parse()
                .map_err(|_| damaged(&path, &"its hash is none"))?,
        })
    }
}

/// Fails where a file is not as its manifest says.
pub(super) fn check(folder: &Path, table: &TableFile) -> Result<(), BackupError> {
    let path = path(folder, &table.name);
    let mut file = File::open(&path).map_err(DiskError::at("open", &path))?;
    let mut hashed = Hashed::new(io::sink());
    io::copy(&mut file, &mut hashed).map_err(DiskError::at("read", &path))?;
    let (_, bytes, hash) = hashed.end();
    let found: Option<Sha256Hex> = hash.parse().ok();
    if bytes != table.bytes || found.as_ref() != Some(&table.sha256) {
        return Err(damaged(&path, &"it is not what its manifest names"));
    }
    Ok(())
}

/// Reads a file's rows.
pub(super) struct TableReader {
    path: PathBuf,
    lines: Box<dyn BufRead>,
    columns: usize,
    /// Rows that are still to come.
    left: u64,
    line: String,
}

impl TableReader {
    pub(super) fn open(folder: &Path, table: &TableFile) -> Result<Self, BackupError> {
        let path = path(folder, &table.name);
        let plain = File::open(&path)
            .and_then(zstd::stream::read::Decoder::new)
            .map_err(DiskError::at("open", &path))?;
        let plain: Box<dyn Read> = Box::new(plain);
        Ok(Self {
            path,
            lines: Box::new(BufReader::with_capacity(BUFFER_BYTES, plain)),
            columns: table.columns.len(),
            left: table.rows,
            line: String::new(),
        })
    }

    /// Reads the next row; none after the last.
    pub(super) fn next(&mut self) -> Result<Option<Vec<Cell>>, BackupError> {
        self.line.clear();
        let read = self.lines.read_line(&mut self.line);
        let read = read.map_err(|error| damaged(&self.path, &error))?;
        if read == 0 && self.left == 0 {
            return Ok(None);
        }
        if read == 0 || self.left == 0 {
            return Err(damaged(&self.path, &"it has another number of rows"));
        }
        self.left -= 1;
        let row: Vec<Cell> =
            serde_json::from_str(&self.line).map_err(|error| damaged(&self.path, &error))?;
        if row.len() != self.columns {
            return Err(damaged(&self.path, &"a row has another number of columns"));
        }
        Ok(Some(row))
    }
}
