//! The sample district 泗县（示例）: real kinds of places and criteria, invented coordinates.
//!
//! Loading it twice changes nothing: ids are constants, and a phone is told only of what changed.
//! Passwords are drawn at the first run and kept in `sample-accounts.json` beside the database,
//! readable by its owner only, so that a later run prints the same ones. They are in no repository.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use tokio::task::{JoinError, spawn_blocking};
use xunfang_domain::{District, Person, Point, Standard};
use xunfang_durable::{DiskError, rename};
use xunfang_protocol::EventBody;

use crate::App;
use crate::passwords;
use crate::start::StartError;
use crate::store::accounts::{self, Account};
use crate::store::feed::{self, NewEvent};
use crate::store::{StoreError, reference, sessions};

const DISTRICT: &str = include_str!("sample/district.json");
const STANDARD: &str = include_str!("sample/standard.json");
const POINTS: &str = include_str!("sample/points.json");
const PEOPLE: &str = include_str!("sample/people.json");

/// Syllables of a password, six random bits each.
const PASSWORD_SYLLABLES: usize = 8;
const CONSONANTS: &[u8; 16] = b"bcdfghjkmnprstwz";
const VOWELS: &[u8; 4] = b"aeiu";

/// An account of the sample district with its password in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleAccount {
    /// Name to sign in with.
    pub account: String,
    /// Password, made of syllables that can be read out.
    pub password: String,
    /// Whose it is.
    pub person: Person,
}

/// What loading the sample district came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleReport {
    /// How many of the district, its standard and its points were new or changed.
    pub changed: usize,
    /// Every account.
    pub accounts: Vec<SampleAccount>,
}

/// Why the sample district could not be loaded; the database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The compiled-in data does not parse.
    #[error("the sample data of this build does not read: {0}")]
    Data(serde_json::Error),
    /// The file with the passwords does not parse.
    #[error(
        "sample-accounts.json does not read: {0}. Nothing was changed. Move the file away to \
         have new passwords drawn."
    )]
    Accounts(serde_json::Error),
    /// A password could not be drawn or hashed.
    #[error(transparent)]
    Password(#[from] StartError),
    /// The file with the passwords could not be read or written.
    #[error("{0}. Nothing was changed.")]
    Disk(#[from] DiskError),
    /// The database refused.
    #[error("{0}. Nothing was changed.")]
    Store(#[from] StoreError),
    /// The work was broken off.
    #[error("loading was broken off: {0}")]
    BrokeOff(#[from] JoinError),
}

#[derive(Debug, Clone, Deserialize)]
struct SamplePerson {
    account: String,
    person: Person,
}

/// The accounts, and whether their passwords were drawn just now.
struct Drawn {
    accounts: Vec<SampleAccount>,
    hashes: Vec<String>,
    new: bool,
}

/// Loads the sample district into a server's database.
///
/// # Errors
/// [`SampleError`]; the database is then as it was.
pub async fn load(app: &App) -> Result<SampleReport, SampleError> {
    let district: District = serde_json::from_str(DISTRICT).map_err(SampleError::Data)?;
    let standard: Standard = serde_json::from_str(STANDARD).map_err(SampleError::Data)?;
    let points: Vec<Point> = serde_json::from_str(POINTS).map_err(SampleError::Data)?;
    let people: Vec<SamplePerson> = serde_json::from_str(PEOPLE).map_err(SampleError::Data)?;
    let path = app.folder().sample_accounts();
    // The file comes before the rows: a password that is in force can always be looked up.
    let drawn = spawn_blocking(move || draw(&path, &people)).await??;
    app.database()
        .write(move |db| {
            let changed = put_reference(db, &district, &standard, &points)?;
            put_accounts(db, &drawn)?;
            Ok(SampleReport {
                changed,
                accounts: drawn.accounts,
            })
        })
        .await
}

/// Stores what changed, and tells phones of that.
fn put_reference(
    db: &Transaction<'_>,
    district: &District,
    standard: &Standard,
    points: &[Point],
) -> Result<usize, SampleError> {
    let mut changes = Vec::new();
    if reference::put_district(db, district)? {
        changes.push(EventBody::District(district.clone()));
    }
    if reference::publish_standard(db, district.id, standard)? {
        changes.push(EventBody::Standard(standard.clone()));
    }
    for point in points {
        if reference::put_point(db, point)? {
            changes.push(EventBody::Point(point.clone()));
        }
    }
    for change in &changes {
        let event = NewEvent::new(feed::district_scope(district.id), change)?;
        feed::append(db, district.id, &event)?;
    }
    Ok(changes.len())
}

/// Adds the accounts that are missing; new passwords replace old ones and end their sessions.
fn put_accounts(db: &Transaction<'_>, drawn: &Drawn) -> Result<(), SampleError> {
    for (sample, hash) in drawn.accounts.iter().zip(&drawn.hashes) {
        let Person { id, district, .. } = sample.person;
        accounts::put_person(db, &sample.person)?;
        if drawn.new || accounts::find(db, &sample.account)?.is_none() {
            let account = Account {
                district,
                person: id,
                password_hash: hash.clone(),
            };
            accounts::put(db, &sample.account, &account)?;
            sessions::revoke_all(db, district, id)?;
        }
    }
    Ok(())
}

/// Reads the passwords, or draws them and keeps them for the next run.
fn draw(path: &Path, people: &[SamplePerson]) -> Result<Drawn, SampleError> {
    let (accounts, new) = match fs::read(path) {
        Ok(text) => (
            serde_json::from_slice(&text).map_err(SampleError::Accounts)?,
            false,
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (keep_new(path, people)?, true),
        Err(error) => return Err(DiskError::at("read", path)(error).into()),
    };
    let hashes = accounts
        .iter()
        .map(|sample: &SampleAccount| passwords::hash(&sample.password))
        .collect::<Result<_, _>>()?;
    Ok(Drawn {
        accounts,
        hashes,
        new,
    })
}

fn keep_new(path: &Path, people: &[SamplePerson]) -> Result<Vec<SampleAccount>, SampleError> {
    let accounts = people
        .iter()
        .map(|SamplePerson { account, person }| {
            let password = password()?;
            Ok(SampleAccount {
                account: account.clone(),
                password,
                person: person.clone(),
            })
        })
        .collect::<Result<Vec<_>, StartError>>()?;
    let json = serde_json::to_vec_pretty(&accounts).map_err(SampleError::Accounts)?;
    let new = path.with_extension("json.new");
    // Nobody else may read it, from its first byte on.
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)
        .and_then(|mut file| file.write_all(&json).and_then(|()| file.sync_all()))
        .map_err(DiskError::at("write", &new))?;
    rename(&new, path)?;
    Ok(accounts)
}

/// Draws a password of 48 random bits, like `kavu-rite-subi-mepa`.
fn password() -> Result<String, StartError> {
    let mut bits = [0; PASSWORD_SYLLABLES];
    getrandom::fill(&mut bits)?;
    let mut password = String::new();
    for (index, bits) in bits.into_iter().enumerate() {
        if index > 0 && index % 2 == 0 {
            password.push('-');
        }
        let (consonant, vowel) = (usize::from(bits & 15), usize::from(bits >> 6));
        let letters = CONSONANTS
            .get(consonant)
            .into_iter()
            .chain(VOWELS.get(vowel));
        password.extend(letters.map(|&letter| char::from(letter)));
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use xunfang_domain::{KEY_POINT_TYPES, PointType, Wgs84};

    use super::*;

    #[test]
    fn the_district_has_every_key_kind_of_place_within_four_kilometres() {
        let points: Vec<Point> = serde_json::from_str(POINTS).unwrap();
        let count = |kind| points.iter().filter(|point| point.kind == kind).count();
        assert!(points.len() >= 22);
        assert_eq!(
            (
                count(PointType::ParkSquare),
                count(PointType::FarmersMarket)
            ),
            (8, 7)
        );
        assert!(KEY_POINT_TYPES.iter().all(|&kind| count(kind) >= 1));
        let center = Wgs84::new(33.48, 117.88).unwrap();
        for point in &points {
            assert!(point.sample && point.radius_m == 500.0, "{point:?}");
            assert!(center.distance_m(point.place) < 4_000.0, "{point:?}");
        }
        let ids: BTreeSet<_> = points.iter().map(|point| point.id).collect();
        assert_eq!(ids.len(), points.len());
    }

    #[test]
    fn the_standard_says_where_each_figure_was_printed() {
        let standard: Standard = serde_json::from_str(STANDARD).unwrap();
        let limits: Vec<_> = standard
            .criteria
            .iter()
            .map(|criterion| {
                let limit = criterion.threshold.as_ref();
                (criterion.code.as_str(), limit.map(|limit| limit.value))
            })
            .collect();
        assert_eq!(
            limits,
            [
                ("cables-tidy", None),
                ("messy-cable-count", Some(3.0)),
                ("parking-lines-complete", None),
                ("manhole-intact-rate", Some(98.0)),
            ]
        );
        for criterion in &standard.criteria {
            assert!(
                !criterion.provenance.document.is_empty(),
                "{}",
                criterion.code
            );
            assert!(
                !criterion.provenance.jurisdiction.is_empty(),
                "{}",
                criterion.code
            );
        }
    }

    #[test]
    fn a_password_can_be_read_out() {
        let password = password().unwrap();
        assert_eq!(password.len(), 19);
        assert!(
            password.split('-').all(|group| group.len() == 4),
            "{password}"
        );
    }
}
