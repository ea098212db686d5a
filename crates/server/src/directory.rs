//! Districts, units and accounts by command line, over a server's folder while nothing serves it.
//!
//! By these whoever runs the machine makes the first administrator; everything else can be done in
//! the console then. The rules are those of the console.

use uuid::Uuid;
use xunfang_domain::{
    District, DistrictId, Grant, Grants, PasswordProfile, PersonId, PhotoPolicy, Role, Scope,
    SessionId, Unit, UnitLevel,
};
use xunfang_protocol::{
    EventBody, FeedScope, PersonAdd, PersonChange, PersonRow, PersonWithPassword, SessionList,
    UnitSave,
};

use crate::App;
use crate::accounts::{passwords, people, units};
use crate::districts::{self, DistrictError};
use crate::error::ApiError;
use crate::store::accounts::{self, Account};
use crate::store::db::Db;
use crate::store::feed::{self, NewEvent};
use crate::store::{
    StoreError, devices, people as stored, reference, sessions, units as stored_units,
};

/// Radius of a point's zone where nobody says another, in metres.
pub const ZONE_RADIUS_M: f64 = 500.0;
/// Most characters of a district's name.
const DISTRICT_CHARS_MAX: usize = 100;
/// People that are read at a time.
const PAGE: u32 = 500;

/// Why a command changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// No district is called so.
    #[error(transparent)]
    District(#[from] DistrictError),
    /// A district needs a name.
    #[error("a district has a name of 1 to {DISTRICT_CHARS_MAX} characters. Nothing was changed.")]
    DistrictName,
    /// There is one.
    #[error("there is a district {0} already. Nothing was changed.")]
    DistrictTaken(String),
    /// The radius is none.
    #[error("a zone reaches 10 to 5000 m. Nothing was changed.")]
    Radius,
    /// Nobody signs in so.
    #[error("nobody signs in as {0}. `user list` says who does. Nothing was changed.")]
    Account(String),
    /// No unit is called so, or several are.
    #[error(
        "{found} units are called {named}. `unit list` says which there are, with their ids. \
         Nothing was changed."
    )]
    Unit {
        /// What was asked for.
        named: String,
        /// How many there are.
        found: usize,
    },
    /// The console would refuse it as well.
    #[error("{0}. Nothing was changed.")]
    Refused(String),
}

impl From<ApiError> for DirectoryError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<StoreError> for DirectoryError {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}

/// A role as a command names it, with the unit that it reaches by its name or id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedGrant {
    /// The role.
    pub role: Role,
    /// The unit; none: all of the district.
    pub unit: Option<String>,
}

impl std::str::FromStr for NamedGrant {
    type Err = String;

    /// Reads `supervisor` or `supervisor@泗城街道`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (role, unit) = match text.split_once('@') {
            Some((role, unit)) => (role, Some(unit.to_owned())),
            None => (text, None),
        };
        let role = Role::named(role).ok_or_else(|| {
            let roles = Role::ALL.map(Role::word).join(", ");
            format!("{role} is none of {roles}")
        })?;
        Ok(Self { role, unit })
    }
}

/// Adds a district.
///
/// # Errors
/// [`DirectoryError`]; nothing changed then.
pub async fn add_district(
    app: &App,
    name: &str,
    zone_radius_m: f64,
) -> Result<District, DirectoryError> {
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > DISTRICT_CHARS_MAX {
        return Err(DirectoryError::DistrictName);
    }
    if !(10.0..=5_000.0).contains(&zone_radius_m) {
        return Err(DirectoryError::Radius);
    }
    let known = districts(app).await?;
    if known.iter().any(|(district, _)| district.name == name) {
        return Err(DirectoryError::DistrictTaken(name));
    }
    let district = District {
        id: DistrictId::from_uuid(Uuid::now_v7()),
        name,
        zone_radius_m,
        standard: None,
        photos: PhotoPolicy::default(),
    };
    let id = district.id;
    app.database()
        .write(id, move |db| {
            reference::put_district(db, &district)?;
            let scope = FeedScope::District(id).to_string();
            let event = NewEvent::new(scope, &EventBody::District(district.clone()))?;
            feed::append(db, id, &[event])?;
            Ok(district)
        })
        .await
}

/// Lists the districts, and what each asks of passwords.
///
/// # Errors
/// [`DirectoryError`] where the database fails.
pub async fn districts(app: &App) -> Result<Vec<(District, PasswordProfile)>, DirectoryError> {
    app.database()
        .read(|db| {
            let all = reference::districts(db)?.into_iter();
            all.map(|district| {
                let profile = accounts::profile(db, district.id)?;
                Ok((district, profile))
            })
            .collect()
        })
        .await
}

/// Says what a district asks of passwords from now on.
///
/// # Errors
/// [`DirectoryError`]; nothing changed then.
pub async fn set_passwords(
    app: &App,
    district: &str,
    profile: PasswordProfile,
) -> Result<(), DirectoryError> {
    let district = districts::find(app, district).await?.id;
    app.database()
        .write(district, move |db| {
            Ok(accounts::set_profile(db, district, profile)?)
        })
        .await
}

/// Lists the units of a district by name.
///
/// # Errors
/// [`DirectoryError`] where the database fails.
pub async fn unit_list(app: &App, district: &str) -> Result<Vec<Unit>, DirectoryError> {
    let district = districts::find(app, district).await?.id;
    app.database()
        .read(move |db| Ok(stored_units::list(db, district)?))
        .await
}

/// Adds a unit below another one, or on top.
///
/// # Errors
/// [`DirectoryError`]; nothing changed then.
pub async fn add_unit(
    app: &App,
    district: &str,
    level: UnitLevel,
    below: Option<String>,
    name: String,
) -> Result<Unit, DirectoryError> {
    let district = districts::find(app, district).await?.id;
    app.database()
        .write(district, move |db| {
            let below = below.map(|named| unit_named(db, district, &named));
            let save = UnitSave {
                parent: below.transpose()?.map(|unit| unit.id),
                level,
                name,
            };
            Ok(units::save(db, district, None, save)?)
        })
        .await
}

fn unit_named(db: &Db, district: DistrictId, named: &str) -> Result<Unit, DirectoryError> {
    let mut found = stored_units::list(db, district)?;
    found.retain(|unit| unit.name == named || unit.id.to_string() == named);
    let count = found.len();
    let only = found.pop().filter(|_| count == 1);
    only.ok_or_else(|| DirectoryError::Unit {
        named: named.to_owned(),
        found: count,
    })
}

fn grants(db: &Db, district: DistrictId, named: &[NamedGrant]) -> Result<Grants, DirectoryError> {
    let grant = |one: &NamedGrant| {
        let scope = match &one.unit {
            Some(unit) => Scope::Unit(unit_named(db, district, unit)?.id),
            None => Scope::District,
        };
        Ok(Grant {
            role: one.role,
            scope,
        })
    };
    let grants: Result<Vec<Grant>, DirectoryError> = named.iter().map(grant).collect();
    Grants::new(grants?).map_err(|error| DirectoryError::Refused(error.to_string()))
}

/// Adds a person with an account, whose password is drawn.
///
/// # Errors
/// [`DirectoryError`]; nothing changed then.
pub async fn add_user(
    app: &App,
    district: &str,
    account: String,
    display_name: String,
    roles: Vec<NamedGrant>,
) -> Result<PersonWithPassword, DirectoryError> {
    let district = districts::find(app, district).await?.id;
    let grants = app
        .database()
        .read(move |db| grants(db, district, &roles))
        .await?;
    let request = PersonAdd {
        account,
        display_name,
        grants,
    };
    Ok(people::add(app, district, request).await?)
}

/// Lists the people of a district.
///
/// # Errors
/// [`DirectoryError`] where the database fails.
pub async fn users(app: &App, district: &str) -> Result<Vec<PersonRow>, DirectoryError> {
    let district = districts::find(app, district).await?.id;
    app.database()
        .read(move |db| {
            let mut all: Vec<PersonRow> = Vec::new();
            loop {
                let after = all.last().map(|row| row.person.id);
                let page = stored::page(db, district, after, PAGE)?;
                if page.is_empty() {
                    return Ok(all);
                }
                all.extend(page);
            }
        })
        .await
}

async fn account(app: &App, name: &str) -> Result<Account, DirectoryError> {
    let named = name.to_owned();
    let found: Result<Option<Account>, StoreError> = app
        .database()
        .read(move |db| accounts::find(db, &named))
        .await;
    found?.ok_or_else(|| DirectoryError::Account(name.to_owned()))
}

/// Gives an account a password that is drawn, and ends its sessions.
///
/// # Errors
/// [`DirectoryError`]; nothing changed then.
pub async fn reset_password(app: &App, name: &str) -> Result<PersonWithPassword, DirectoryError> {
    let account = account(app, name).await?;
    Ok(passwords::reset(app, account.district, account.person).await?)
}

/// Gives a person other roles in place of those they have.
///
/// # Errors
/// [`DirectoryError`]; nothing changed then.
pub async fn set_roles(
    app: &App,
    name: &str,
    roles: Vec<NamedGrant>,
) -> Result<PersonRow, DirectoryError> {
    change(app, name, move |db, row| {
        let named = grants(db, row.person.district, &roles)?;
        Ok(PersonChange {
            display_name: row.person.display_name,
            grants: named,
            disabled: row.disabled,
        })
    })
    .await
}

/// Lets nobody sign in with an account, or somebody again.
///
/// # Errors
/// [`DirectoryError`]; nothing changed then.
pub async fn set_disabled(
    app: &App,
    name: &str,
    disabled: bool,
) -> Result<PersonRow, DirectoryError> {
    change(app, name, move |_, row| {
        Ok(PersonChange {
            display_name: row.person.display_name,
            grants: row.person.grants,
            disabled,
        })
    })
    .await
}

async fn change(
    app: &App,
    name: &str,
    to: impl FnOnce(&Db, PersonRow) -> Result<PersonChange, DirectoryError> + Send + 'static,
) -> Result<PersonRow, DirectoryError> {
    let Account {
        district, person, ..
    } = account(app, name).await?;
    let now = app.now();
    app.database()
        .write(district, move |db| {
            let row = stored::find(db, district, person)?.ok_or(ApiError::NotFound)?;
            let change = to(db, row)?;
            Ok(people::change(db, district, person, change, now)?)
        })
        .await
}

/// Lists where an account is signed in, and its devices; with `end` all of it is ended first.
///
/// # Errors
/// [`DirectoryError`]; nothing changed then.
pub async fn user_sessions(
    app: &App,
    name: &str,
    end: bool,
) -> Result<SessionList, DirectoryError> {
    let Account {
        district, person, ..
    } = account(app, name).await?;
    if end {
        let ended: Result<(), StoreError> = app
            .database()
            .write(district, move |db| sessions::end_all(db, district, person))
            .await;
        ended?;
    }
    let now = app.now();
    app.database()
        .read(move |db| listed(db, district, person, now))
        .await
}

fn listed(
    db: &Db,
    district: DistrictId,
    person: PersonId,
    now: xunfang_domain::UnixMillis,
) -> Result<SessionList, DirectoryError> {
    // A command is no session.
    let asking = SessionId::from_uuid(Uuid::nil());
    Ok(SessionList {
        sessions: sessions::list(db, district, person, asking, now)?,
        devices: devices::list(db, district, person)?,
    })
}
