//! People and how they sign in.

use uuid::Uuid;
use xunfang_domain::{DistrictId, Person, PersonId, Role};

use super::db::{Db, params, statement};
use super::{StoreError, values};

/// What a sign-in is checked against.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) district: DistrictId,
    pub(crate) person: PersonId,
    pub(crate) password_hash: String,
}

/// Finds an account by its name; the one lookup of an account that knows no district yet.
pub(crate) fn find(db: &Db, name: &str) -> Result<Option<Account>, StoreError> {
    let found = db.one(
        statement!("accounts/find.sql"),
        params! { ":name": name },
        |row| {
            Ok(Account {
                district: DistrictId::from_uuid(row.get("district_id")?),
                person: PersonId::from_uuid(row.get("person_id")?),
                password_hash: row.get("password_hash")?,
            })
        },
    )?;
    Ok(found)
}

/// Adds an account, or gives it another password.
pub(crate) fn put(db: &Db, name: &str, account: &Account) -> Result<(), StoreError> {
    db.execute(
        statement!("accounts/put.sql"),
        params! {
            ":name": name,
            ":district_id": account.district.uuid(),
            ":person_id": account.person.uuid(),
            ":password_hash": account.password_hash,
        },
    )?;
    Ok(())
}

/// Finds a person of a district.
pub(crate) fn person(
    db: &Db,
    district: DistrictId,
    person: PersonId,
) -> Result<Option<Person>, StoreError> {
    let found: Option<(Uuid, String, String, bool)> = db.one(
        statement!("accounts/person.sql"),
        params! { ":district_id": district.uuid(), ":person_id": person.uuid() },
        |row| {
            Ok((
                row.get("person_id")?,
                row.get("display_name")?,
                row.get("role")?,
                row.get("administrator")?,
            ))
        },
    )?;
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
pub(crate) fn put_person(db: &Db, person: &Person) -> Result<(), StoreError> {
    db.execute(
        statement!("accounts/put_person.sql"),
        params! {
            ":district_id": person.district.uuid(),
            ":person_id": person.id.uuid(),
            ":display_name": person.display_name,
            ":role": values::role_word(person.role),
            ":administrator": person.role == Role::Administrator,
        },
    )?;
    Ok(())
}
