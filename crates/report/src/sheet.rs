//! A spreadsheet, row by row.
//!
//! A file of a few kilobytes can unpack to gigabytes, and a stray cell in the last corner of a
//! sheet makes a table of 17 thousand million cells. So the file is unpacked once into nothing,
//! under a limit, before it is read; and then only one row is held at a time.

use std::io::{Cursor, Read, Write};

use calamine::{Data, Dimensions, Reader, Xlsx};
use xunfang_domain::Cell;
use zip::ZipArchive;

use crate::ReadError;

/// Most bytes of a spreadsheet once it is unpacked: 200,000 points are some 80 MB.
pub(crate) const UNPACKED_MAX: u64 = 200_000_000;
/// Most different texts that a spreadsheet may say it has; memory for them is taken at its word.
const TEXTS_MAX: u64 = 2_000_000;
/// The attribute by which it says so.
const TEXTS: &[u8] = b"uniqueCount";
/// Columns further to the right than this are not looked at.
const COLUMNS_MAX: u32 = 256;

/// Hands over the rows of the first sheet that hold something: the row's number from 0, whether
/// it shares a cell with another row, and its cells from the first column on.
pub(crate) fn read_rows(
    bytes: &[u8],
    mut take: impl FnMut(usize, bool, &[Data]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    check_size(bytes, UNPACKED_MAX)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let sheet = book.sheet_names().first().cloned();
    let sheet = sheet.ok_or(ReadError::NoSheet)?;
    let merged = Merged::new(&book.merge_cells_by_sheet_name(&sheet)?);
    let mut cells = book.worksheet_cells_reader(&sheet)?;
    let mut row: Vec<Data> = Vec::new();
    let mut number = None;
    while let Some(cell) = cells.next_cell()? {
        let (at, column) = cell.get_position();
        if number != Some(at) {
            if let Some(before) = number {
                if before > at {
                    return Err(ReadError::Order);
                }
                take(before as usize, merged.contains(before), &row)?;
            }
            row.clear();
            number = Some(at);
        }
        if column < COLUMNS_MAX {
            let column = column as usize;
            if row.len() <= column {
                row.resize(column + 1, Data::Empty);
            }
            if let Some(place) = row.get_mut(column) {
                *place = cell.get_value().clone().into();
            }
        }
    }
    match number {
        Some(last) => take(last as usize, merged.contains(last), &row),
        None => Ok(()),
    }
}

/// Refuses a file that unpacks to more than it may, or claims to. What its directory says of sizes
/// is not believed.
fn check_size(bytes: &[u8], most: u64) -> Result<(), ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut left = most;
    for entry in 0..archive.len() {
        let entry = archive.by_index(entry)?;
        let mut counted = Counted::default();
        let unpacked = std::io::copy(&mut entry.take(left + 1), &mut counted)
            .map_err(|error| ReadError::Archive(zip::result::ZipError::Io(error)))?;
        left = left.checked_sub(unpacked).ok_or(ReadError::TooLarge)?;
        if counted.texts > TEXTS_MAX {
            return Err(ReadError::TooLarge);
        }
    }
    Ok(())
}

/// Reads on to nothing but the largest number of texts that is claimed.
#[derive(Default)]
struct Counted {
    /// How much of the attribute's name was read just now.
    named: usize,
    /// What follows it so far; none while the name is read.
    digits: Option<u64>,
    texts: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for byte in bytes {
            if let Some(so_far) = self.digits {
                if byte.is_ascii_digit() {
                    let next = so_far
                        .saturating_mul(10)
                        .saturating_add(u64::from(byte - b'0'));
                    self.digits = Some(next);
                    self.texts = self.texts.max(next);
                    continue;
                }
                if so_far == 0 && matches!(byte, b'=' | b'"' | b'\'' | b' ' | b'\t' | b'\r' | b'\n')
                {
                    continue;
                }
                self.digits = None;
            }
            let fits = |named: usize| TEXTS.get(named) == Some(byte);
            self.named = if fits(self.named) {
                self.named + 1
            } else {
                usize::from(fits(0))
            };
            if self.named == TEXTS.len() {
                self.named = 0;
                self.digits = Some(0);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The rows that share a cell with another row. A heading merged across its own row shares none.
struct Merged(Vec<(u32, u32)>);

impl Merged {
    fn new(areas: &[Dimensions]) -> Self {
        let mut rows: Vec<(u32, u32)> = areas
            .iter()
            .filter(|area| area.start.0 != area.end.0)
            .map(|area| (area.start.0, area.end.0))
            .collect();
        rows.sort_unstable();
        rows.dedup_by(|next, kept| {
            let joined = next.0 <= kept.1;
            if joined {
                kept.1 = kept.1.max(next.1);
            }
            joined
        });
        Self(rows)
    }

    fn contains(&self, row: u32) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= row);
        let before = after.checked_sub(1).and_then(|place| self.0.get(place));
        before.is_some_and(|(_, last)| row <= *last)
    }
}

/// Reads a cell for what it is.
pub(crate) fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::String(text) => Cell::Text(text.clone()),
        Data::Int(number) => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a spreadsheet's numbers are doubles"
            )]
            let number = *number as f64;
            Cell::Number(number)
        }
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(yes) => Cell::Text(yes.to_string()),
        Data::DateTime(date) => Cell::Date(date.to_string()),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Date(text.clone()),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            let deflated = zip::write::SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Deflated);
            archive.start_file(*name, deflated).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn a_spreadsheet_that_claims_more_texts_than_it_can_hold_is_refused() {
        for (text, taken) in [
            (
                &b"<sst count=\"9\" uniqueCount=\"1000000000000\">"[..],
                false,
            ),
            (b"<x:sst uniqueCount =\n '99999999999999999999999'>", false),
            (b"<sst uniqueuniqueCount=\"5000000\">", false),
            (b"<sst uniqueCount=\"1999999\" count=\"9999999\">", true),
            (b"<sst uniqueCount=\"\">12345678901</sst>", true),
        ] {
            let found = check_size(&archive(&[("xl/sharedStrings.xml", text)]), 1 << 20);
            assert_eq!(found.is_ok(), taken, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_spreadsheet_that_unpacks_to_more_than_it_may_is_refused() {
        let blanks = vec![b' '; 2 << 20];
        let bomb = archive(&[
            ("xl/sharedStrings.xml", &blanks),
            ("xl/workbook.xml", &blanks),
        ]);
        assert!(bomb.len() < 10_000, "{} bytes", bomb.len());
        // Neither entry is too large by itself.
        assert!(matches!(
            check_size(&bomb, 3 << 20),
            Err(ReadError::TooLarge)
        ));
        assert!(check_size(&bomb, 4 << 20).is_ok());
    }

    #[test]
    fn rows_of_overlapping_areas_are_found() {
        let area = |first: u32, last: u32| Dimensions {
            start: (first, 0),
            end: (last, 2),
        };
        let merged = Merged::new(&[area(9, 9), area(5, 7), area(2, 3), area(6, 8)]);
        let rows: Vec<u32> = (0..12).filter(|row| merged.contains(*row)).collect();
        assert_eq!(rows, [2, 3, 5, 6, 7, 8]);
    }
}
