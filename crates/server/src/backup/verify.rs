//! Looks through everything: of a server, also while it serves, or of a backup.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;
use uuid::Uuid;
use xunfang_domain::{PhotoEvidence, Sealed, Sha256Hex};
use xunfang_evidence::{PublicKey, digest, open};

use super::manifest::{Manifest, PhotoCount};
use super::photos::{Photos, Take};
use super::read::{Snapshot, photo};
use super::{BackupError, BackupFolder, Step, TOLD_ROWS, Tell, table};
use crate::app::AppConfig;
use crate::blobs::Blobs;
use crate::data_dir::DataDir;
use crate::store::StoreError;
use crate::store::copy::{Cell, Reading};
use crate::store::feed;

/// What was looked through, and what is wrong.
#[derive(Debug, Default)]
pub struct Verified {
    /// Photos whose bytes are those of their names, and how many bytes these are.
    pub photos: u64,
    /// See `photos`.
    pub photo_bytes: u64,
    /// Events of feeds that come to what they carry.
    pub events: u64,
    /// Records of photos whose signatures hold.
    pub records: u64,
    /// What is wrong, each with its name.
    pub faults: Vec<String>,
}

/// Looks through a server's database and photos.
///
/// # Errors
/// [`BackupError`] where it cannot be looked through; what is wrong with it is in the answer.
pub async fn verify(config: AppConfig, tell: Tell) -> Result<Verified, BackupError> {
    super::blocking(move |handle| {
        let source = super::present(&config)?;
        let folder = Arc::new(DataDir::unlocked(&config.data));
        let blobs = Blobs::open(config.blobs.as_ref(), &folder)?;
        let reading = Reading::begin(&source)?;
        let faults = reading.own_faults()?;
        let mut looking = Looking::new(Rows::Database(Box::new(reading)), &tell, faults);
        looking.look(handle, blobs)?;
        Ok(looking.found)
    })
    .await
}

/// Looks through a backup: that of a time, or the newest one.
///
/// # Errors
/// As [`verify`].
pub async fn verify_backup(
    from: PathBuf,
    time: Option<String>,
    tell: Tell,
) -> Result<Verified, BackupError> {
    super::blocking(move |handle| {
        let backups = BackupFolder::new(&from);
        let folder = backups.find(time.as_deref())?;
        let manifest = Manifest::read(&folder)?;
        for file in &manifest.tables {
            table::check(&folder, file)?;
        }
        let blobs = backups.blobs();
        let rows = Rows::Backup(folder, Box::new(manifest));
        let mut looking = Looking::new(rows, &tell, Vec::new());
        looking.look(handle, blobs)?;
        Ok(looking.found)
    })
    .await
}

/// Where rows come from, in the order of their tables' keys.
enum Rows {
    Database(Box<Reading>),
    Backup(PathBuf, Box<Manifest>),
}

impl Rows {
    /// Hands over what some columns of a table hold.
    fn each<const N: usize>(
        &self,
        tell: &Tell,
        name: &'static str,
        columns: [&str; N],
        mut take: impl FnMut([&Cell; N]) -> Result<(), BackupError>,
    ) -> Result<(), BackupError> {
        let mut rows = 0;
        let mut take = |cells: [&Cell; N]| {
            rows += 1;
            if u64::is_multiple_of(rows, TOLD_ROWS) {
                tell(Step::Rows { table: name, rows });
            }
            take(cells)
        };
        match self {
            Self::Backup(folder, manifest) => {
                Snapshot::of(folder, manifest).each(name, columns, take)
            }
            Self::Database(reading) => {
                let table = reading.tables.iter().find(|table| table.name == name);
                let table = table.ok_or_else(|| unread(name))?;
                let places =
                    columns.map(|wanted| table.columns.iter().position(|name| name == wanted));
                reading.each(table, |row| {
                    let cells = places.map(|place| place.and_then(|place| row.get(place)));
                    if cells.contains(&None) {
                        return Err(unread(name));
                    }
                    take(cells.map(|cell| cell.unwrap_or(&Cell::Null)))
                })
            }
        }
    }
}

/// A row is not of the form that this build writes.
fn unread(table: &'static str) -> BackupError {
    StoreError::Value {
        what: "row",
        reason: format!("of the table {table}"),
    }
    .into()
}

struct Looking<'a> {
    rows: Rows,
    tell: &'a Tell,
    found: Verified,
}

/// The place in a feed that was read last.
struct Place {
    feed: (Uuid, String),
    seq: u64,
    chain: Option<i64>,
}

impl<'a> Looking<'a> {
    fn new(rows: Rows, tell: &'a Tell, faults: Vec<String>) -> Self {
        Self {
            rows,
            tell,
            found: Verified {
                faults,
                ..Verified::default()
            },
        }
    }

    fn look(&mut self, handle: Handle, blobs: Blobs) -> Result<(), BackupError> {
        self.feeds()?;
        self.records()?;
        let mut all = PhotoCount::default();
        self.list(&mut |photo| {
            all.count += 1;
            all.bytes += photo.bytes;
            Ok(())
        })?;
        let photos = Photos {
            handle,
            from: blobs,
            all,
            tell: Arc::clone(self.tell),
        };
        let looked = photos.look(|take| self.list(take))?;
        self.found.photos = looked.sound.count;
        self.found.photo_bytes = looked.sound.bytes;
        let faulty = looked.faulty.iter().map(ToString::to_string);
        self.found.faults.extend(faulty);
        Ok(())
    }

    fn list(&self, take: &mut Take<'_>) -> Result<(), BackupError> {
        let columns = ["district_id", "sha256", "bytes"];
        self.rows.each(self.tell, "blob", columns, |row| {
            take(photo(row).ok_or_else(|| unread("blob"))?)
        })
    }

    /// Follows every feed from its first event, and holds its end against its counter.
    fn feeds(&mut self) -> Result<(), BackupError> {
        let Self { rows, tell, found } = self;
        let mut ends: HashMap<(Uuid, String), (u64, Option<i64>)> = HashMap::new();
        let mut before: Option<Place> = None;
        let columns = ["district_id", "scope", "seq", "kind", "body", "chain"];
        rows.each(tell, "feed_event", columns, |row| {
            let (event, kind, body) = event(row).ok_or_else(|| unread("feed_event"))?;
            let last = before.take().filter(|last| last.feed == event.feed);
            let (last_seq, last_chain) = last.map_or((0, None), |last| (last.seq, last.chain));
            let (district, scope) = &event.feed;
            if event.seq != last_seq + 1 {
                let (seq, next) = (event.seq, last_seq + 1);
                let fault = format!("feed {scope} of district {district}: {seq} comes for {next}");
                found.faults.push(fault);
            }
            let comes_to = feed::link(last_chain, event.seq, kind, body);
            // Those from before feeds were chained carry nothing.
            match event.chain {
                Some(chain) if chain != comes_to => found.faults.push(format!(
                    "event {} of feed {scope} of district {district}: it, or one before it, is \
                     not as it was written",
                    event.seq
                )),
                Some(_) => found.events += 1,
                None => {}
            }
            ends.insert(event.feed.clone(), (event.seq, event.chain));
            before = Some(event);
            Ok(())
        })?;
        let columns = ["district_id", "scope", "last_seq", "chain"];
        rows.each(
            tell,
            "feed_counter",
            columns,
            |[district, scope, last, chain]| {
                let district = district.id().ok_or_else(|| unread("feed_counter"))?;
                let scope = scope.text().ok_or_else(|| unread("feed_counter"))?;
                let last = last.integer().and_then(|last| u64::try_from(last).ok());
                let counted = (last.ok_or_else(|| unread("feed_counter"))?, chain.integer());
                let end = ends.remove(&(district, scope.to_owned()));
                // A counter of something else than events has no end here.
                if end.is_some_and(|end| end != counted) {
                    let fault = format!("feed {scope} of district {district}: it ends elsewhere");
                    found.faults.push(fault);
                }
                Ok(())
            },
        )
    }

    /// Opens the record of every photo with the key of the phone that took it.
    fn records(&mut self) -> Result<(), BackupError> {
        let Self { rows, tell, found } = self;
        let mut keys: HashMap<(Uuid, Uuid, String), PublicKey> = HashMap::new();
        let columns = ["district_id", "device_id", "key_id", "public_key"];
        rows.each(
            tell,
            "device_key",
            columns,
            |[district, device, id, key]| {
                let read = (|| {
                    let of = (district.id()?, device.id()?, id.text()?.to_owned());
                    Some((of, key.text()?.parse().ok()?))
                })();
                let (of, key) = read.ok_or_else(|| unread("device_key"))?;
                keys.insert(of, key);
                Ok(())
            },
        )?;
        let columns = ["district_id", "digest", "device_id", "body"];
        rows.each(
            tell,
            "evidence",
            columns,
            |[district, name, device, body]| {
                let read = (|| Some((district.id()?, name.text()?, device.id()?, body.text()?)))();
                let (district, name, device, body) = read.ok_or_else(|| unread("evidence"))?;
                match record_fault(&keys, (district, device), name, body) {
                    None => found.records += 1,
                    Some(fault) => {
                        let fault = format!("record {name} of district {district}: {fault}");
                        found.faults.push(fault);
                    }
                }
                Ok(())
            },
        )
    }
}

fn record_fault(
    keys: &HashMap<(Uuid, Uuid, String), PublicKey>,
    (district, device): (Uuid, Uuid),
    name: &str,
    body: &str,
) -> Option<String> {
    let sealed: Sealed = match serde_json::from_str(body) {
        Ok(sealed) => sealed,
        Err(error) => return Some(format!("it does not read: {error}")),
    };
    let hash: Sha256Hex = digest(sealed.text.as_bytes());
    if hash.as_str() != name {
        return Some("its text is not that of its name".to_owned());
    }
    let Some(key) = keys.get(&(district, device, sealed.key.as_str().to_owned())) else {
        return Some("the key that signed it is not known".to_owned());
    };
    open::<PhotoEvidence>(&sealed, key)
        .err()
        .map(|error| error.to_string())
}

type Event<'a> = (Place, &'a str, &'a str);

fn event<'a>([district, scope, seq, kind, body, chain]: [&'a Cell; 6]) -> Option<Event<'a>> {
    let place = Place {
        feed: (district.id()?, scope.text()?.to_owned()),
        seq: u64::try_from(seq.integer()?).ok()?,
        chain: chain.integer(),
    };
    Some((place, kind.text()?, body.text()?))
}
