//! People of a district: added, changed, disabled.

use uuid::Uuid;
use xunfang_domain::{DistrictId, Grants, Person, PersonId, Scope, UnixMillis};
use xunfang_protocol::{
    NAME_CHARS_MAX, PersonAdd, PersonChange, PersonFault, PersonRow, PersonWithPassword,
};

use super::passwords::Drawn;
use crate::App;
use crate::error::ApiError;
use crate::store::accounts::{self, NewPassword};
use crate::store::db::Db;
use crate::store::{people, reference, sessions, units};

/// Adds a person with an account whose password is drawn.
pub(crate) async fn add(
    app: &App,
    district: DistrictId,
    request: PersonAdd,
) -> Result<PersonWithPassword, ApiError> {
    let account = account_name(&request.account)?;
    let drawn = Drawn::draw().await?;
    let now = app.now();
    app.database()
        .write(district, move |db| {
            reference::district(db, district)?.ok_or(ApiError::NotFound)?;
            let person = Person {
                id: PersonId::from_uuid(Uuid::now_v7()),
                district,
                display_name: display_name(&request.display_name)?,
                grants: known(db, district, request.grants)?,
            };
            people::put(db, &person)?;
            let password = NewPassword {
                hash: drawn.hash,
                must_change: true,
                now,
            };
            if !accounts::add(db, &account, district, person.id, &password)? {
                return Err(ApiError::AccountTaken);
            }
            Ok(PersonWithPassword {
                row: people::find(db, district, person.id)?.ok_or(ApiError::NotFound)?,
                password: drawn.password,
            })
        })
        .await
}

/// Changes a person. Where nobody would be left who administers the district, nothing changes.
pub(crate) fn change(
    db: &Db,
    district: DistrictId,
    person: PersonId,
    request: PersonChange,
    now: UnixMillis,
) -> Result<PersonRow, ApiError> {
    let before = people::find(db, district, person)?.ok_or(ApiError::NotFound)?;
    let administered = people::administrators(db, district)? > 0;
    people::put(
        db,
        &Person {
            display_name: display_name(&request.display_name)?,
            grants: known(db, district, request.grants)?,
            ..before.person
        },
    )?;
    if before.disabled != request.disabled {
        accounts::set_disabled(db, district, person, request.disabled.then_some(now))?;
    }
    if request.disabled {
        sessions::end_all(db, district, person)?;
    }
    // Counted behind the change: whoever changes themselves is no exception.
    if administered && people::administrators(db, district)? == 0 {
        return Err(ApiError::LastAdministrator);
    }
    people::find(db, district, person)?.ok_or(ApiError::NotFound)
}

fn display_name(text: &str) -> Result<String, ApiError> {
    let name = text.trim();
    let fits = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
    let plain = !name.chars().any(char::is_control);
    if fits && plain {
        Ok(name.to_owned())
    } else {
        Err(ApiError::PersonInvalid(PersonFault::Name))
    }
}

/// A name that is typed to sign in has nothing in it that cannot be seen.
fn account_name(text: &str) -> Result<String, ApiError> {
    let fits = !text.is_empty() && text.chars().count() <= NAME_CHARS_MAX;
    let hidden = |letter: char| letter.is_whitespace() || letter.is_control();
    if fits && !text.chars().any(hidden) {
        Ok(text.to_owned())
    } else {
        Err(ApiError::PersonInvalid(PersonFault::Account))
    }
}

/// Holds grants against the units and points of the district.
fn known(db: &Db, district: DistrictId, grants: Grants) -> Result<Grants, ApiError> {
    for grant in grants.iter() {
        let fault = match grant.scope {
            Scope::Unit(unit) if !units::is_one(db, district, unit)? => PersonFault::UnitUnknown,
            Scope::Point(point) if reference::point(db, district, point)?.is_none() => {
                PersonFault::PointUnknown
            }
            Scope::District | Scope::Unit(_) | Scope::Point(_) => continue,
        };
        return Err(ApiError::PersonInvalid(fault));
    }
    Ok(grants)
}
