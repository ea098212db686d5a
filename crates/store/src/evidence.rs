//! The records that this device has signed, one after the other.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use xunfang_domain::{CopyRef, HeldBeacon, PhotoEvidence, Receipt, Sealed, Sha256Hex};

use crate::store::parse;
use crate::{Store, StoreError};

/// One signed record and its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainRecord {
    /// Its number, from 1.
    pub seq: u64,
    /// Hash of its text, which the next record names.
    pub digest: Sha256Hex,
    /// What was signed, a [`PhotoEvidence`].
    pub sealed: Sealed,
}

impl ChainRecord {
    /// Reads what the record says.
    ///
    /// # Errors
    /// [`StoreError`] where it does not parse.
    pub fn evidence(&self) -> Result<PhotoEvidence, StoreError> {
        parse("evidence", &self.sealed.text)
    }
}

/// The copies of a photo, as the database names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyKind {
    Working,
    Marked,
    Thumb,
    Annotated,
}

impl CopyKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Marked => "marked",
            Self::Thumb => "thumb",
            Self::Annotated => "annotated",
        }
    }
}

impl Store {
    /// Returns the last record of this device; none before the first photo.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn last_record(&self) -> Result<Option<ChainRecord>, StoreError> {
        let step = "read the last record";
        self.read(|db| {
            db.prepare_cached(
                "SELECT seq AS evidence, digest, text, key, signature
                 FROM evidence ORDER BY seq DESC LIMIT 1",
            )
            .and_then(|mut find| find.query_row([], read_record).optional())
            .map(Option::flatten)
            .map_err(StoreError::sql(step))
        })
    }

    /// Lists the records of this device from number `from` on, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn records(&self, from: u64, limit: u32) -> Result<Vec<ChainRecord>, StoreError> {
        let step = "read the records";
        self.read(|db| {
            let list = || {
                db.prepare_cached(
                    "SELECT seq AS evidence, digest, text, key, signature
                     FROM evidence WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
                )?
                .query_map(params![from, limit], read_record)?
                .filter_map(Result::transpose)
                .collect::<rusqlite::Result<_>>()
            };
            list().map_err(StoreError::sql(step))
        })
    }

    /// Returns the server's word on a record, where it has come.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn receipt(&self, seq: u64) -> Result<Option<Sealed>, StoreError> {
        let text: Option<String> = self.read(|db| {
            db.prepare_cached("SELECT receipt FROM evidence WHERE seq = ?1")
                .and_then(|mut find| find.query_row([seq], |row| row.get("receipt")).optional())
                .map(Option::flatten)
                .map_err(StoreError::sql("read a receipt"))
        })?;
        text.map(|text| parse("receipt", &text)).transpose()
    }

    /// Returns the server's last word, where there was one.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn beacon(&self) -> Result<Option<HeldBeacon>, StoreError> {
        let text: Option<String> = self.read(|db| {
            db.query_row("SELECT beacon FROM installation WHERE one = 1", [], |row| {
                row.get("beacon")
            })
            .optional()
            .map(Option::flatten)
            .map_err(StoreError::sql("read the beacon"))
        })?;
        text.map(|text| parse("beacon", &text)).transpose()
    }

    /// Names the newest copy of one kind.
    pub(crate) fn copy_of(
        &self,
        original: &Sha256Hex,
        kind: CopyKind,
    ) -> Result<Sha256Hex, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT c.sha256 FROM evidence e JOIN photo_copy c ON c.evidence = e.seq
                 WHERE e.original = ?1 AND c.kind = ?2 ORDER BY e.seq DESC LIMIT 1",
            )
            .and_then(|mut find| {
                find.query_row(params![original.as_str(), kind.name()], |row| {
                    hash(row, "sha256")
                })
                .optional()
            })
            .map_err(StoreError::sql("find a copy"))?
            .ok_or(StoreError::NotFound("copy of a photo"))
        })
    }

    /// Whether a record names the file as a copy of this original.
    pub(crate) fn is_copy(
        &self,
        original: &Sha256Hex,
        copy: &Sha256Hex,
    ) -> Result<bool, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT EXISTS (
                   SELECT 1 FROM evidence e JOIN photo_copy c ON c.evidence = e.seq
                   WHERE e.original = ?1 AND c.sha256 = ?2)",
            )
            .and_then(|mut find| {
                find.query_row(params![original.as_str(), copy.as_str()], |row| row.get(0))
            })
            .map_err(StoreError::sql("find a copy"))
        })
    }
}

pub(crate) fn hash(row: &Row<'_>, column: &str) -> rusqlite::Result<Sha256Hex> {
    let text: String = row.get(column)?;
    text.parse()
        .map_err(|error: xunfang_domain::Sha256HexError| {
            rusqlite::Error::FromSqlConversionFailure(
                0,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        })
}

/// Reads the record that a row names; none where the photo is older than records are.
pub(crate) fn read_record(row: &Row<'_>) -> rusqlite::Result<Option<ChainRecord>> {
    let Some(seq) = row.get("evidence")? else {
        return Ok(None);
    };
    Ok(Some(ChainRecord {
        seq,
        digest: hash(row, "digest")?,
        sealed: Sealed {
            text: row.get("text")?,
            key: hash(row, "key")?,
            signature: row.get("signature")?,
        },
    }))
}

/// Writes a record with its copies, whose files are durable. Its number must be the next one: the
/// table refuses a second record of one number.
pub(crate) fn put_record(tx: &Transaction<'_>, record: &ChainRecord) -> Result<(), StoreError> {
    let step = "keep the record of a photo";
    let evidence = record.evidence()?;
    let put = |db: &Connection| -> rusqlite::Result<()> {
        db.prepare_cached(
            "INSERT INTO evidence (seq, original, text, digest, key, signature)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            record.seq,
            evidence.original.sha256.as_str(),
            record.sealed.text,
            record.digest.as_str(),
            record.sealed.key.as_str(),
            record.sealed.signature,
        ])?;
        let mut copies = db.prepare_cached(
            "INSERT INTO photo_copy (evidence, kind, sha256, bytes) VALUES (?1, ?2, ?3, ?4)",
        )?;
        let mut copy = |kind: CopyKind, copy: &CopyRef| {
            let row = params![record.seq, kind.name(), copy.sha256.as_str(), copy.bytes];
            copies.execute(row)
        };
        copy(CopyKind::Working, &evidence.copies.working)?;
        copy(CopyKind::Marked, &evidence.copies.marked)?;
        copy(CopyKind::Thumb, &evidence.copies.thumb)?;
        Ok(())
    };
    put(tx).map_err(StoreError::sql(step))
}

/// Keeps the server's word beside the records that it is about. One that is about none of them, or
/// does not read, is of no use to anybody.
pub(crate) fn keep_receipts(tx: &Transaction<'_>, receipts: &[Sealed]) -> rusqlite::Result<()> {
    for sealed in receipts {
        let read = serde_json::from_str::<Receipt>(&sealed.text)
            .and_then(|receipt| Ok((receipt, serde_json::to_string(sealed)?)));
        let (receipt, text) = match read {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(%error, "a receipt does not read");
                continue;
            }
        };
        tx.prepare_cached("UPDATE evidence SET receipt = ?2 WHERE digest = ?1")?
            .execute(params![receipt.evidence.as_str(), text])?;
    }
    Ok(())
}
