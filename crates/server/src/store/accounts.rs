//! People and how they sign in.

use rusqlite::{Connection, OptionalExtension, named_params};
use uuid::Uuid;
use xunfang_domain::{DistrictId, Person, PersonId, Role};

use super::{StoreError, values};

/// What a sign-in is checked against.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) district: DistrictId,
    pub(crate) person: PersonId,
    pub(crate) password_hash: String,
}

/// Finds an account by its name; the one lookup of an account that knows no district yet.
pub(crate) fn find(db: &Connection, name: &str) -> Result<Option<Account>, StoreError> {
    let found = db
        .prepare_cached(include_str!("accounts/find.sql"))?
        .query_row(named_params! { ":name": name }, |row| {
            Ok(Account {
                district: DistrictId::from_uuid(row.get("district_id")?),
                person: PersonId::from_uuid(row.get("person_id")?),
                password_hash: row.get("password_hash")?,
            })
        })
        .optional()?;
    Ok(found)
}

/// Adds an account, or gives it another password.
pub(crate) fn put(db: &Connection, name: &str, account: &Account) -> Result<(), StoreError> {
    db.prepare_cached(include_str!("accounts/put.sql"))?
        .execute(named_params! {
            ":name": name,
            ":district_id": account.district.uuid(),
            ":person_id": account.person.uuid(),
            ":password_hash": account.password_hash,
        })?;
    Ok(())
}

/// Finds a person of a district.
pub(crate) fn person(
    db: &Connection,
    district: DistrictId,
    person: PersonId,
) -> Result<Option<Person>, StoreError> {
    let found: Option<(Uuid, String, String, bool)> = db
        .prepare_cached(include_str!("accounts/person.sql"))?
        .query_row(
            named_params! { ":district_id": district.uuid(), ":person_id": person.uuid() },
            |row| {
                Ok((
                    row.get("person_id")?,
                    row.get("display_name")?,
                    row.get("role")?,
                    row.get("administrator")?,
                ))
            },
        )
        .optional()?;
    found
        .map(|(id, display_name, role, administrator)| {
            let role = values::role(&role, administrator)?;
            Ok(Person {
                id: PersonId::from_uuid(id),
                district,
                display_name,
                role,
            })
        })
        .transpose()
}

/// Adds a person, or changes name and role.
pub(crate) fn put_person(db: &Connection, person: &Person) -> Result<(), StoreError> {
    db.prepare_cached(include_str!("accounts/put_person.sql"))?
        .execute(named_params! {
            ":district_id": person.district.uuid(),
            ":person_id": person.id.uuid(),
            ":display_name": person.display_name,
            ":role": values::role_word(person.role),
            ":administrator": person.role == Role::Administrator,
        })?;
    Ok(())
}
