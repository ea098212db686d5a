//! Who this installation is, who is signed in, and what they have to be told.

use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;
use xunfang_domain::{DeviceId, HeldBeacon, UnixMillis};
use xunfang_protocol::SessionView;

use crate::store::{id, json, parse};
use crate::{Store, StoreError};

/// The installation as the first screen needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Installation {
    /// This installation.
    pub device: DeviceId,
    /// Settings as JSON; empty text where nothing was saved yet.
    pub settings: String,
    /// Address of the last sign-in, or empty.
    pub server: String,
    /// Who is signed in.
    pub session: Option<SessionView>,
    /// The token; absent where the server has ended the session.
    pub token: Option<String>,
    /// When an exchange last succeeded, by the device's clock.
    pub synced_at: Option<UnixMillis>,
}

/// A sign-in to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedInSession {
    /// Address of the server.
    pub server: String,
    /// Who signed in.
    pub session: SessionView,
    /// Their token.
    pub token: String,
}

/// Something the person must read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// Stable name of what happened.
    pub code: String,
    /// What belongs to it.
    pub detail: String,
    /// When.
    pub at: UnixMillis,
}

impl Store {
    /// Reads the installation; `fresh` names the device where there is none yet.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn installation(&self, fresh: DeviceId) -> Result<Installation, StoreError> {
        if let Some(installation) = self.read(read)? {
            return Ok(installation);
        }
        self.write("name this device", |tx| {
            tx.execute(
                "INSERT INTO installation (one, device, settings, server) VALUES (1, ?1, '', '')
                 ON CONFLICT (one) DO NOTHING",
                params![fresh.to_string()],
            )
            .map_err(StoreError::sql("name this device"))?;
            read(tx)?.ok_or(StoreError::NotFound("installation"))
        })
    }

    /// Keeps a sign-in.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn sign_in(&self, signed_in: &SignedInSession) -> Result<(), StoreError> {
        let session = json("session", &signed_in.session)?;
        self.write("keep the sign-in", |tx| {
            tx.execute(
                // A rescue file is sealed to its own server and to no other.
                "UPDATE installation SET rescue = CASE WHEN server = ?1 THEN rescue END,
                   server = ?1, session = ?2, token = ?3
                 WHERE one = 1",
                params![signed_in.server, session, signed_in.token],
            )
            .map_err(StoreError::sql("keep the sign-in"))?;
            tx.execute(
                "INSERT INTO district (id, body) VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                params![
                    signed_in.session.district.id.to_string(),
                    json("district", &signed_in.session.district)?
                ],
            )
            .map_err(StoreError::sql("keep the district"))?;
            // It came another way than by its feed, which has a fingerprint of its own.
            tx.execute(
                "DELETE FROM held WHERE kind = 'district' AND entity = ?1",
                [signed_in.session.district.id.to_string()],
            )
            .map_err(StoreError::sql("keep the district"))?;
            // What waited for an ended session is due at once.
            tx.execute(
                "UPDATE outbox SET retry_at = 0 WHERE person = ?1",
                params![signed_in.session.person.id.to_string()],
            )
            .map_err(StoreError::sql("wake the queue"))?;
            Ok(())
        })
    }

    /// Forgets the token and, where `person_too`, who was signed in. Records and queue stay.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn sign_out(&self, person_too: bool) -> Result<(), StoreError> {
        self.write("sign out", |tx| {
            tx.execute(
                "UPDATE installation
                 SET token = NULL, session = CASE WHEN ?1 THEN NULL ELSE session END
                 WHERE one = 1",
                params![person_too],
            )
            .map_err(StoreError::sql("sign out"))?;
            Ok(())
        })
    }

    /// Keeps the settings, as JSON.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn save_settings(&self, settings: &str) -> Result<(), StoreError> {
        self.write("keep the settings", |tx| {
            tx.execute(
                "UPDATE installation SET settings = ?1 WHERE one = 1",
                params![settings],
            )
            .map_err(StoreError::sql("keep the settings"))?;
            Ok(())
        })
    }

    /// Records that an exchange succeeded, and the server's word that came with it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn synced(&self, at: UnixMillis, beacon: Option<&HeldBeacon>) -> Result<(), StoreError> {
        let beacon = beacon.map(|beacon| json("beacon", beacon)).transpose()?;
        self.write("record the exchange", |tx| {
            tx.execute(
                "UPDATE installation SET synced_at = ?1, beacon = coalesce(?2, beacon)
                 WHERE one = 1",
                params![at.get(), beacon],
            )
            .map_err(StoreError::sql("record the exchange"))?;
            Ok(())
        })
    }

    /// Returns the identity of the server's history that the cursors belong to.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn epoch(&self) -> Result<Option<Uuid>, StoreError> {
        self.read(|db| {
            db.query_row("SELECT epoch FROM installation WHERE one = 1", [], |row| {
                let text: Option<String> = row.get("epoch")?;
                text.map(|text| id(0, &text)).transpose()
            })
            .optional()
            .map(Option::flatten)
            .map_err(StoreError::sql("read the epoch"))
        })
    }

    /// Adds a notice.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn add_notice(&self, code: &str, detail: &str, at: UnixMillis) -> Result<(), StoreError> {
        self.write("keep a notice", |tx| {
            put_notice(tx, code, detail, at).map_err(StoreError::sql("keep a notice"))
        })
    }

    /// Forgets a notice that was read.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn dismiss_notice(&self, id: i64) -> Result<(), StoreError> {
        self.write("dismiss a notice", |tx| {
            tx.execute("DELETE FROM notice WHERE id = ?1", params![id])
                .map_err(StoreError::sql("dismiss a notice"))?;
            Ok(())
        })
    }

    /// Lists the notices, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn notices(&self) -> Result<Vec<Notice>, StoreError> {
        self.read(|db| {
            let list = || {
                db.prepare_cached("SELECT id, code, detail, at FROM notice ORDER BY id")?
                    .query_map([], |row| {
                        Ok(Notice {
                            id: row.get("id")?,
                            code: row.get("code")?,
                            detail: row.get("detail")?,
                            at: UnixMillis::new(row.get("at")?),
                        })
                    })?
                    .collect::<rusqlite::Result<_>>()
            };
            list().map_err(StoreError::sql("list the notices"))
        })
    }
}

/// Adds a notice as part of what it tells of.
pub(crate) fn put_notice(
    tx: &Transaction<'_>,
    code: &str,
    detail: &str,
    at: UnixMillis,
) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO notice (code, detail, at) VALUES (?1, ?2, ?3)",
        params![code, detail, at.get()],
    )?;
    Ok(())
}

fn read(db: &rusqlite::Connection) -> Result<Option<Installation>, StoreError> {
    let row = db
        .query_row(
            "SELECT device, settings, server, session, token, synced_at
             FROM installation WHERE one = 1",
            [],
            |row| {
                let device: String = row.get("device")?;
                let session: Option<String> = row.get("session")?;
                let installation = Installation {
                    device: id(0, &device)?,
                    settings: row.get("settings")?,
                    server: row.get("server")?,
                    session: None,
                    token: row.get("token")?,
                    synced_at: row.get::<_, Option<i64>>("synced_at")?.map(UnixMillis::new),
                };
                Ok((installation, session))
            },
        )
        .optional()
        .map_err(StoreError::sql("read the installation"))?;
    let Some((mut installation, session)) = row else {
        return Ok(None);
    };
    installation.session = session
        .as_deref()
        .map(|text| parse("session", text))
        .transpose()?;
    Ok(Some(installation))
}
