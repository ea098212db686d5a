//! What the server has said, known by its fingerprint.
//!
//! Each thing that an event brings is read back as it was written and its fingerprint is kept in the
//! same transaction. Later the rows are compared with their fingerprints, some at each exchange: one
//! that differs, or is gone, was changed by something else than an event. Its feed is then begun
//! anew, which writes every row again; and what a feed that was begun anew no longer has, because
//! the server has lost or taken it back, goes when its end is reached.
//!
//! Nothing that a person has made and the server has not confirmed is ever changed here.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use xunfang_protocol::FeedScope;

use crate::{Store, StoreError};

/// Rows that are compared at one exchange: a few milliseconds on an old phone.
const COMPARED_AT_ONCE: usize = 2_000;

/// A kind of thing that comes from the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    District,
    Point,
    /// Named by its id and its version.
    Standard,
    /// Named by its finding.
    Review,
    Finding,
    Inspection,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::District,
        Self::Point,
        Self::Standard,
        Self::Review,
        Self::Finding,
        Self::Inspection,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Point => "point",
            Self::Standard => "standard",
            Self::Review => "review",
            Self::Finding => "finding",
            Self::Inspection => "inspection",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Reads everything of a thing that the server decides, as one text; NULL where some is gone.
    const fn content(self) -> &'static str {
        match self {
            Self::District => "SELECT body FROM district WHERE id = ?1",
            Self::Point => {
                "SELECT json_array(district, name, kind, lat, lng, radius_m, sample, retired, shape,
                                   number, unit)
                 FROM point WHERE id = ?1"
            }
            Self::Standard => "SELECT body FROM standard WHERE id || ' ' || version = ?1",
            Self::Review => "SELECT review_state || ' ' || review FROM finding WHERE id = ?1",
            Self::Finding => {
                "SELECT json_array(person, point, criterion, found_at, inspection, record)
                 FROM finding WHERE id = ?1"
            }
            Self::Inspection => {
                "SELECT json_array(person, point, standard, standard_version, submitted_at, record)
                 FROM inspection WHERE id = ?1"
            }
        }
    }
}

type Print = [u8; 32];

fn print_of(db: &Connection, kind: Kind, entity: &str) -> rusqlite::Result<Option<Print>> {
    let content: Option<Option<String>> = db
        .prepare_cached(kind.content())?
        .query_row([entity], |row| row.get(0))
        .optional()?;
    Ok(content
        .flatten()
        .map(|text| Sha256::digest(text.as_bytes()).into()))
}

/// Keeps the fingerprint of what an event has just written. What is not there, because it concerns
/// something that this phone does not have, has none.
pub(crate) fn hold(
    tx: &Transaction<'_>,
    scope: &str,
    kind: Kind,
    entity: &str,
) -> rusqlite::Result<()> {
    let Some(print) = print_of(tx, kind, entity)? else {
        return Ok(());
    };
    tx.prepare_cached(
        "INSERT INTO held (kind, entity, scope, pass, print)
         VALUES (?1, ?2, ?3, coalesce((SELECT pass FROM cursor WHERE scope = ?3), 0), ?4)
         ON CONFLICT (kind, entity) DO UPDATE SET
           scope = excluded.scope, pass = excluded.pass, print = excluded.print",
    )?
    .execute(params![kind.name(), entity, scope, print])?;
    Ok(())
}

/// Whether a thing has come with the present reading of a feed.
pub(crate) fn has_come(
    tx: &Transaction<'_>,
    scope: &str,
    kind: Kind,
    entity: &str,
) -> rusqlite::Result<bool> {
    tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM held WHERE kind = ?1 AND entity = ?2 AND scope = ?3
           AND pass = coalesce((SELECT pass FROM cursor WHERE scope = ?3), 0))",
    )?
    .query_row([kind.name(), entity, scope], |row| row.get(0))
}

/// Whether a thing is as the last event has written it, or never came with one.
pub(crate) fn is_as_held(tx: &Transaction<'_>, kind: Kind, entity: &str) -> rusqlite::Result<bool> {
    let held: Option<Print> = tx
        .prepare_cached("SELECT print FROM held WHERE kind = ?1 AND entity = ?2")?
        .query_row([kind.name(), entity], |row| row.get("print"))
        .optional()?;
    Ok(match held {
        Some(held) => print_of(tx, kind, entity)? == Some(held),
        None => true,
    })
}

/// Keeps the fingerprint of what this phone has rightly changed ahead of the event that will say so.
pub(crate) fn rewrite(tx: &Transaction<'_>, kind: Kind, entity: &str) -> rusqlite::Result<()> {
    if let Some(print) = print_of(tx, kind, entity)? {
        tx.prepare_cached("UPDATE held SET print = ?3 WHERE kind = ?1 AND entity = ?2")?
            .execute(params![kind.name(), entity, print])?;
    }
    Ok(())
}

/// Has all events of a feed applied again.
fn read_again(tx: &Transaction<'_>, scope: &str) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO cursor (scope, seq, pass) VALUES (?1, 0, 1)
         ON CONFLICT (scope) DO UPDATE SET seq = 0, chain = NULL, pass = pass + 1",
        [scope],
    )?;
    Ok(())
}

/// Begins a feed anew whose server has another history: its events are all applied again.
pub(crate) fn begin_anew(tx: &Transaction<'_>, scope: &str) -> rusqlite::Result<()> {
    read_again(tx, scope)?;
    // The server may have lost decisions and count them anew; those that it still has come with
    // their events. The other feeds' reviews are not sent again.
    forget_reviews(tx, "scope = ?1", scope)
}

fn forget_reviews(tx: &Transaction<'_>, which: &str, scope: &str) -> rusqlite::Result<()> {
    tx.execute(
        &format!(
            "UPDATE finding SET review = NULL, review_state = 'pending'
             WHERE id IN (SELECT entity FROM held WHERE kind = 'review' AND {which})"
        ),
        [scope],
    )?;
    tx.execute(
        &format!("DELETE FROM held WHERE kind = 'review' AND {which}"),
        [scope],
    )?;
    Ok(())
}

/// At the end of a feed: what it no longer has goes, decisions as well. A point is only retired,
/// because something may still be recorded there.
pub(crate) fn sweep(tx: &Transaction<'_>, scope: &str) -> rusqlite::Result<bool> {
    const GONE: &str = "scope = ?1 AND pass < (SELECT pass FROM cursor WHERE scope = ?1)";
    let gone: bool = tx
        .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM held WHERE {GONE})"))?
        .query_row([scope], |row| row.get(0))?;
    if gone {
        tx.execute(
            &format!(
                "UPDATE point SET retired = 1
                 WHERE id IN (SELECT entity FROM held WHERE kind = 'point' AND {GONE})"
            ),
            [scope],
        )?;
        forget_reviews(tx, GONE, scope)?;
        tx.execute(&format!("DELETE FROM held WHERE {GONE}"), [scope])?;
    }
    Ok(gone)
}

/// Removes what came with a feed that the person may not read any more. What they have recorded
/// stays, and so does what a draft, an open inspection or a waiting record is about.
pub(crate) fn revoke(tx: &Transaction<'_>, scope: &str) -> rusqlite::Result<()> {
    forget_reviews(tx, "scope = ?1", scope)?;
    let of = |kind: &str| format!("SELECT entity FROM held WHERE kind = '{kind}' AND scope = ?1");
    for statement in [
        format!(
            "DELETE FROM point WHERE id IN ({})
               AND id NOT IN (SELECT point FROM draft UNION SELECT point FROM draft_photo
                              UNION SELECT point FROM capture
                              UNION SELECT point FROM inspection WHERE NOT applied
                              UNION SELECT point FROM finding
                                    WHERE NOT applied OR id IN (SELECT entity FROM outbox))",
            of("point")
        ),
        format!(
            "DELETE FROM standard WHERE id || ' ' || version IN ({})
               AND NOT EXISTS (SELECT 1 FROM inspection i
                               WHERE i.standard = standard.id AND NOT i.applied)",
            of("standard")
        ),
        format!("DELETE FROM district WHERE id IN ({})", of("district")),
        "DELETE FROM held WHERE scope = ?1".to_owned(),
        "DELETE FROM cursor WHERE scope = ?1".to_owned(),
    ] {
        tx.execute(&statement, [scope])?;
    }
    Ok(())
}

/// How far the comparison has come; it begins anew with each start of the app.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// The last kind and thing.
    last: (String, String),
}

impl Store {
    /// Compares some of what came with these feeds with its fingerprints, going on where the last
    /// call ended. Where something differs its feed is begun anew, so that the next pull writes it
    /// again. Returns how many things differ.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn mend_drift(&self, scopes: &[FeedScope]) -> Result<usize, StoreError> {
        let step = "compare what the server has said";
        let mut compared = self.compared.lock().map_err(|_| StoreError::Poisoned)?;
        let (drifted, last) =
            self.read(|db| look(db, &compared.last).map_err(StoreError::sql(step)))?;
        compared.last = last;
        let mut found = 0;
        for scope in scopes.iter().map(FeedScope::to_string) {
            let of_scope = drifted.iter().filter(|drift| drift.scope == scope);
            for Drift { kind, entity, .. } in of_scope.clone() {
                tracing::warn!(
                    scope,
                    kind,
                    entity,
                    "what the server has said was changed here"
                );
            }
            let count = of_scope.clone().count();
            if count > 0 {
                self.write(step, |tx| {
                    let again = || -> rusqlite::Result<()> {
                        for drift in of_scope {
                            forget_harmed_review(tx, &drift.kind, &drift.entity)?;
                        }
                        read_again(tx, &scope)
                    };
                    again().map_err(StoreError::sql(step))
                })?;
            }
            found += count;
        }
        Ok(found)
    }
}

/// A thing whose row is another than its event has written.
struct Drift {
    scope: String,
    kind: String,
    entity: String,
}

/// A review that was harmed may count for newer than the one that comes again.
fn forget_harmed_review(tx: &Transaction<'_>, kind: &str, entity: &str) -> rusqlite::Result<()> {
    if Kind::named(kind) == Some(Kind::Review) {
        tx.execute(
            "UPDATE finding SET review = NULL, review_state = 'pending' WHERE id = ?1",
            [entity],
        )?;
    }
    Ok(())
}

/// The next things whose rows differ, and the last that was looked at; the very first again after
/// the last of all. A feed that is being read again is looked at as far as it has come.
fn look(
    db: &Connection,
    after: &(String, String),
) -> rusqlite::Result<(Vec<Drift>, (String, String))> {
    let mut drifted = Vec::new();
    let mut last = after.clone();
    let mut seen = 0;
    let mut next = db.prepare_cached(
        "SELECT kind, entity, scope, print,
                pass < coalesce((SELECT pass FROM cursor c WHERE c.scope = held.scope), 0) AS old
         FROM held WHERE (kind, entity) > (?1, ?2)
         ORDER BY kind, entity LIMIT ?3",
    )?;
    let mut rows = next.query(params![after.0, after.1, COMPARED_AT_ONCE as u64])?;
    while let Some(row) = rows.next()? {
        let (kind, entity): (String, String) = (row.get("kind")?, row.get("entity")?);
        let held: Print = row.get("print")?;
        seen += 1;
        if !row.get::<_, bool>("old")?
            && let Some(known) = Kind::named(&kind)
            && print_of(db, known, &entity)? != Some(held)
        {
            drifted.push(Drift {
                scope: row.get("scope")?,
                kind: kind.clone(),
                entity: entity.clone(),
            });
        }
        last = (kind, entity);
    }
    if seen < COMPARED_AT_ONCE {
        last = Default::default();
    }
    Ok((drifted, last))
}
