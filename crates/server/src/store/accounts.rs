//! How people sign in, and what their district asks of passwords.

use xunfang_domain::{DistrictId, PASSWORDS_REMEMBERED, PasswordProfile, PersonId, UnixMillis};

use super::StoreError;
use super::db::{Db, Row, params, statement};

/// What a sign-in is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) district: DistrictId,
    pub(crate) person: PersonId,
    pub(crate) password_hash: String,
    pub(crate) password_changed_at: UnixMillis,
    /// Whether the password was drawn, and is to be changed by the person.
    pub(crate) must_change: bool,
    /// Whether nobody may sign in with it.
    pub(crate) disabled: bool,
}

/// A password as it is set.
#[derive(Debug, Clone)]
pub(crate) struct NewPassword {
    pub(crate) hash: String,
    /// Whether it was drawn, and is to be changed by the person.
    pub(crate) must_change: bool,
    pub(crate) now: UnixMillis,
}

/// Finds an account by its name; the one lookup of an account that knows no district yet.
pub(crate) fn find(db: &Db, name: &str) -> Result<Option<Account>, StoreError> {
    db.one(
        statement!("accounts/find.sql"),
        params! { ":name": name },
        read,
    )
}

/// Finds the account of a person.
pub(crate) fn of_person(
    db: &Db,
    district: DistrictId,
    person: PersonId,
) -> Result<Option<Account>, StoreError> {
    db.one(
        statement!("accounts/of_person.sql"),
        params! { ":district_id": district.uuid(), ":person_id": person.uuid() },
        read,
    )
}

fn read(row: Row<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        name: row.get("name")?,
        district: DistrictId::from_uuid(row.get("district_id")?),
        person: PersonId::from_uuid(row.get("person_id")?),
        password_hash: row.get("password_hash")?,
        password_changed_at: UnixMillis::new(row.get("password_changed_at")?),
        must_change: row.get("must_change")?,
        disabled: row.get::<Option<i64>>("disabled_at")?.is_some(),
    })
}

/// Gives a person an account, and says whether the name was free.
pub(crate) fn add(
    db: &Db,
    name: &str,
    district: DistrictId,
    person: PersonId,
    password: &NewPassword,
) -> Result<bool, StoreError> {
    let added = db.execute(
        statement!("accounts/add.sql"),
        params! {
            ":name": name,
            ":district_id": district.uuid(),
            ":person_id": person.uuid(),
            ":password_hash": password.hash,
            ":now": password.now.get(),
            ":must_change": password.must_change,
        },
    )?;
    if added == 0 {
        return Ok(false);
    }
    remember(db, district, person, &password.hash)?;
    Ok(true)
}

/// Gives an account another password.
pub(crate) fn set_password(
    db: &Db,
    district: DistrictId,
    person: PersonId,
    password: &NewPassword,
) -> Result<(), StoreError> {
    db.execute(
        statement!("accounts/set_password.sql"),
        params! {
            ":district_id": district.uuid(),
            ":person_id": person.uuid(),
            ":password_hash": password.hash,
            ":now": password.now.get(),
            ":must_change": password.must_change,
        },
    )?;
    remember(db, district, person, &password.hash)
}

/// Keeps the last passwords, whatever the district asks now: it may ask more later.
fn remember(db: &Db, district: DistrictId, person: PersonId, hash: &str) -> Result<(), StoreError> {
    db.execute(
        statement!("accounts/remember.sql"),
        params! {
            ":district_id": district.uuid(),
            ":person_id": person.uuid(),
            ":password_hash": hash,
        },
    )?;
    db.execute(
        statement!("accounts/forget.sql"),
        params! {
            ":district_id": district.uuid(),
            ":person_id": person.uuid(),
            ":kept": PASSWORDS_REMEMBERED as u64,
        },
    )?;
    Ok(())
}

/// Lists the last passwords of a person, the one in force first.
pub(crate) fn last_passwords(
    db: &Db,
    district: DistrictId,
    person: PersonId,
) -> Result<Vec<String>, StoreError> {
    db.all(
        statement!("accounts/last_passwords.sql"),
        params! { ":district_id": district.uuid(), ":person_id": person.uuid() },
        |row| row.get("password_hash"),
    )
}

/// Lets nobody sign in with an account, since a time, or somebody again.
pub(crate) fn set_disabled(
    db: &Db,
    district: DistrictId,
    person: PersonId,
    since: Option<UnixMillis>,
) -> Result<(), StoreError> {
    db.execute(
        statement!("accounts/set_disabled.sql"),
        params! {
            ":district_id": district.uuid(),
            ":person_id": person.uuid(),
            ":disabled_at": since.map(UnixMillis::get),
        },
    )?;
    Ok(())
}

/// What a district asks of passwords.
pub(crate) fn profile(db: &Db, district: DistrictId) -> Result<PasswordProfile, StoreError> {
    let word: Option<String> = db.one(
        statement!("accounts/profile.sql"),
        params! { ":district_id": district.uuid() },
        |row| row.get("passwords"),
    )?;
    let Some(word) = word else {
        return Ok(PasswordProfile::default());
    };
    PasswordProfile::named(&word).ok_or_else(|| StoreError::Value {
        what: "password profile",
        reason: format!("{word} is none"),
    })
}

/// Says what a district asks of passwords from now on.
pub(crate) fn set_profile(
    db: &Db,
    district: DistrictId,
    profile: PasswordProfile,
) -> Result<(), StoreError> {
    db.execute(
        statement!("accounts/set_profile.sql"),
        params! { ":district_id": district.uuid(), ":passwords": profile.word() },
    )?;
    Ok(())
}
