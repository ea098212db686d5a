//! Two sample districts 泗县（示例） and 宿马园区（示例）: real kinds of places and criteria,
//! invented coordinates.
//!
//! Loading them twice changes nothing: ids are constants, and a phone is told only of what changed.
//! Passwords are drawn at the first run and kept in `sample-accounts.json` beside the database,
//! readable by its owner only, so that a later run prints the same ones. They are in no repository.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use crate::store::db::Db;
use serde::{Deserialize, Serialize};
use tokio::task::{JoinError, spawn_blocking};
use uuid::{Uuid, uuid};
use xunfang_domain::catalogue::{Catalogue, Profile};
use xunfang_domain::{
    District, DistrictId, Person, Point, StandardId, StandardRef, Unit, UnixMillis,
};
use xunfang_durable::{DiskError, rename};
use xunfang_protocol::{EventBody, FeedScope};

use crate::App;
use crate::passwords;
use crate::standards::{self, PublishError};
use crate::start::StartError;
use crate::store::accounts::{self, NewPassword};
use crate::store::feed::{self, NewEvent};
use crate::store::{StoreError, people, profiles, reference, sessions, units};

/// A district as it is compiled in.
struct Source {
    district: &'static str,
    units: &'static str,
    points: &'static str,
    people: &'static str,
    /// Its profile in the catalogue.
    profile: &'static str,
    /// Its own standard.
    standard: Uuid,
}

const SOURCES: [Source; 2] = [
    Source {
        district: include_str!("sample/sixian/district.json"),
        units: include_str!("sample/sixian/units.json"),
        points: include_str!("sample/sixian/points.json"),
        people: include_str!("sample/sixian/people.json"),
        profile: "sixian-2023",
        standard: uuid!("f2d97c40-b574-5bf0-9aab-aa08a2c0aa20"),
    },
    Source {
        district: include_str!("sample/suma/district.json"),
        units: include_str!("sample/suma/units.json"),
        points: include_str!("sample/suma/points.json"),
        people: include_str!("sample/suma/people.json"),
        profile: "suma-2023",
        standard: uuid!("b6469d52-f3c8-5f3d-92fe-262af805291b"),
    },
];

/// An account of a sample district with its password in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleAccount {
    /// Name to sign in with.
    pub account: String,
    /// Password, made of syllables that can be read out.
    pub password: String,
    /// Whose it is.
    pub person: Person,
}

/// What loading the sample districts came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleReport {
    /// How many of the districts, standards and points were new or changed.
    pub changed: usize,
    /// Every account.
    pub accounts: Vec<SampleAccount>,
}

/// Why the sample districts could not be loaded; the database is as it was.
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
    /// The catalogue does not hold what the sample asks for.
    #[error("the catalogue does not fit the sample districts: {0}. Nothing was changed.")]
    Catalogue(String),
    /// The work was broken off.
    #[error("loading was broken off: {0}")]
    BrokeOff(#[from] JoinError),
}

#[derive(Debug, Clone, Deserialize)]
struct SamplePerson {
    account: String,
    person: Person,
}

/// The accounts, and those whose passwords were drawn just now.
struct Drawn {
    accounts: Vec<SampleAccount>,
    hashes: Vec<String>,
    new: Vec<String>,
}

/// Loads the sample districts into a server's database.
///
/// # Errors
/// [`SampleError`]; a district is loaded as a whole or not at all.
pub async fn load(app: &App) -> Result<SampleReport, SampleError> {
    let mut districts = Vec::new();
    let mut people: Vec<SamplePerson> = Vec::new();
    for source in SOURCES {
        let named: Vec<SamplePerson> =
            serde_json::from_str(source.people).map_err(SampleError::Data)?;
        people.extend(named);
        districts.push(SampleDistrict::read(&source, &app.catalogue())?);
    }
    let path = app.folder().sample_accounts();
    // The file comes before the rows: a password that is in force can always be looked up.
    let drawn = spawn_blocking(move || draw(&path, &people)).await??;
    let drawn = Arc::new(drawn);
    let now = app.now();
    let mut changed = 0;
    for sample in districts {
        let district = sample.district.id;
        let (catalogue, drawn) = (app.catalogue(), Arc::clone(&drawn));
        let load = move |db: &Db| {
            let changed = put_reference(db, &catalogue, &sample, now)?;
            put_accounts(db, sample.district.id, &drawn, now)?;
            Ok::<_, SampleError>(changed)
        };
        changed += app.database().write(district, load).await?;
    }
    Ok(SampleReport {
        changed,
        accounts: drawn.accounts.clone(),
    })
}

struct SampleDistrict {
    district: District,
    /// Each behind the one that it belongs to.
    units: Vec<Unit>,
    points: Vec<Point>,
    profile: Profile,
    standard: StandardRef,
}

impl SampleDistrict {
    fn read(source: &Source, catalogue: &Catalogue) -> Result<Self, SampleError> {
        let profile = catalogue.profile(source.profile).cloned();
        Ok(Self {
            district: serde_json::from_str(source.district).map_err(SampleError::Data)?,
            units: serde_json::from_str(source.units).map_err(SampleError::Data)?,
            points: serde_json::from_str(source.points).map_err(SampleError::Data)?,
            profile: profile.ok_or_else(|| {
                SampleError::Catalogue(format!("there is no profile {}", source.profile))
            })?,
            standard: StandardRef {
                id: StandardId::from_uuid(source.standard),
                version: 1,
            },
        })
    }
}

/// Stores what changed, and tells phones of that. What an administrator made of a district's
/// standard since the first time stays.
fn put_reference(
    db: &Db,
    catalogue: &Catalogue,
    sample: &SampleDistrict,
    now: UnixMillis,
) -> Result<usize, SampleError> {
    let id = sample.district.id;
    let mut changes = Vec::new();
    if reference::district(db, id)?.is_none() {
        reference::put_district(db, &sample.district)?;
        changes.push(EventBody::District(sample.district.clone()));
    }
    for unit in &sample.units {
        if !units::is_one(db, id, unit.id)? {
            units::put(db, id, unit)?;
        }
    }
    let mut missing = Vec::new();
    for point in &sample.points {
        if reference::point(db, id, point.id)?.is_none() {
            missing.push(point.clone());
        }
    }
    let made = reference::put_points(db, id, missing)?;
    changes.extend(made.into_iter().map(EventBody::Point));
    let events: Vec<NewEvent> = changes
        .iter()
        .map(|change| NewEvent::new(FeedScope::District(id).to_string(), change))
        .collect::<Result<_, _>>()?;
    feed::append(db, id, &events)?;
    let mut changed = changes.len();
    if profiles::newest(db, id)?.is_none() {
        let (profile, standard) = (&sample.profile, sample.standard);
        standards::publish(db, catalogue, id, profile, standard, None, now).map_err(|error| {
            match error {
                PublishError::Store(error) => SampleError::Store(error),
                error => SampleError::Catalogue(error.to_string()),
            }
        })?;
        changed += 1;
    }
    Ok(changed)
}

/// Adds the accounts that a district lacks; new passwords replace old ones and end their sessions.
fn put_accounts(
    db: &Db,
    of: DistrictId,
    drawn: &Drawn,
    now: UnixMillis,
) -> Result<(), SampleError> {
    for (sample, hash) in drawn.accounts.iter().zip(&drawn.hashes) {
        let Person { id, district, .. } = sample.person;
        if district != of {
            continue;
        }
        let password = NewPassword {
            hash: hash.clone(),
            must_change: false,
            now,
        };
        // What an administrator made of them since the first time stays.
        if people::person(db, district, id)?.is_none() {
            people::put(db, &sample.person)?;
        }
        if accounts::of_person(db, district, id)?.is_none() {
            accounts::add(db, &sample.account, district, id, &password)?;
        } else if drawn.new.contains(&sample.account) {
            accounts::set_password(db, district, id, &password)?;
            sessions::end_all(db, district, id)?;
        }
    }
    Ok(())
}

/// Reads the passwords, draws those that are missing and keeps them for the next run.
fn draw(path: &Path, people: &[SamplePerson]) -> Result<Drawn, SampleError> {
    let known: Vec<SampleAccount> = match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).map_err(SampleError::Accounts)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(DiskError::at("read", path)(error).into()),
    };
    let is_known = |person: &SamplePerson| known.iter().any(|old| old.account == person.account);
    let drawn: Vec<SampleAccount> = people
        .iter()
        .filter(|person| !is_known(person))
        .map(|SamplePerson { account, person }| {
            Ok(SampleAccount {
                account: account.clone(),
                password: passwords::draw()?,
                person: person.clone(),
            })
        })
        .collect::<Result<_, StartError>>()?;
    let new: Vec<String> = drawn.iter().map(|sample| sample.account.clone()).collect();
    let accounts = [known, drawn].concat();
    if !new.is_empty() {
        keep(path, &accounts)?;
    }
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

fn keep(path: &Path, accounts: &[SampleAccount]) -> Result<(), SampleError> {
    let json = serde_json::to_vec_pretty(accounts).map_err(SampleError::Accounts)?;
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
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use xunfang_domain::{PointType, Wgs84};

    use super::*;

    #[test]
    fn each_district_has_every_key_kind_of_its_profile_close_by() {
        let catalogue = Catalogue::embedded().unwrap();
        let mut ids = BTreeSet::new();
        let mut all = 0;
        for (source, radius_m, center) in [
            (&SOURCES[0], 500.0, Wgs84::new(33.48, 117.88).unwrap()),
            (&SOURCES[1], 600.0, Wgs84::new(33.57, 117.04).unwrap()),
        ] {
            let sample = SampleDistrict::read(source, &catalogue).unwrap();
            for kind in &sample.profile.key_point_types {
                let there = |point: &Point| point.kind.with_wider().any(|wider| wider == *kind);
                assert!(
                    sample.points.iter().any(there),
                    "{}: {kind:?}",
                    source.profile
                );
            }
            for point in &sample.points {
                assert_eq!(point.district, sample.district.id);
                assert!(point.sample && point.radius_m == radius_m, "{point:?}");
                assert!(center.distance_m(point.place) < 4_000.0, "{point:?}");
                ids.insert(point.id);
            }
            all += sample.points.len();
        }
        assert_eq!(ids.len(), all);
        let first = SampleDistrict::read(&SOURCES[0], &catalogue).unwrap();
        let count = |kind| {
            first
                .points
                .iter()
                .filter(|point| point.kind == kind)
                .count()
        };
        assert_eq!(
            (
                count(PointType::ParkSquare),
                count(PointType::FarmersMarket)
            ),
            (8, 7)
        );
    }
}
