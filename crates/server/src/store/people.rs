//! People and their roles.

use uuid::Uuid;
use xunfang_domain::{DistrictId, Grant, Person, PersonId, Role, Scope};
use xunfang_protocol::PersonRow;

use super::db::{Db, Row, params, statement};
use super::{StoreError, values};

/// A person with one of their grants, as the statements answer it.
struct Part {
    person: PersonId,
    display_name: String,
    account: Option<String>,
    disabled: bool,
    must_change: bool,
    grant: Grant,
}

fn part(row: Row<'_>) -> Result<Part, StoreError> {
    Ok(Part {
        person: PersonId::from_uuid(row.get("person_id")?),
        display_name: row.get("display_name")?,
        account: row.get("account")?,
        disabled: row.get::<Option<i64>>("disabled_at")?.is_some(),
        must_change: row.get::<Option<bool>>("must_change")?.unwrap_or(false),
        grant: values::grant(row)?,
    })
}

/// Puts together what belongs to one person; their parts follow each other.
fn together(district: DistrictId, parts: Vec<Part>) -> Result<Vec<PersonRow>, StoreError> {
    parts
        .chunk_by(|one, next| one.person == next.person)
        .filter_map(|parts| Some((parts.first()?, parts)))
        .map(|(first, parts)| {
            let grants = parts.iter().map(|part| part.grant).collect();
            Ok(PersonRow {
                person: Person {
                    id: first.person,
                    district,
                    display_name: first.display_name.clone(),
                    grants: values::grants(grants)?,
                },
                account: first.account.clone(),
                disabled: first.disabled,
                password_must_change: first.must_change,
            })
        })
        .collect()
}

/// Finds a person of a district, with their account.
pub(crate) fn find(
    db: &Db,
    district: DistrictId,
    person: PersonId,
) -> Result<Option<PersonRow>, StoreError> {
    let parts = db.all(
        statement!("people/find.sql"),
        params! { ":district_id": district.uuid(), ":person_id": person.uuid() },
        part,
    )?;
    Ok(together(district, parts)?.pop())
}

/// Finds a person of a district.
pub(crate) fn person(
    db: &Db,
    district: DistrictId,
    person: PersonId,
) -> Result<Option<Person>, StoreError> {
    Ok(find(db, district, person)?.map(|row| row.person))
}

/// Lists people of a district behind one of them, in the order of their ids.
pub(crate) fn page(
    db: &Db,
    district: DistrictId,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<PersonRow>, StoreError> {
    let parts = db.all(
        statement!("people/page.sql"),
        params! {
            ":district_id": district.uuid(),
            // Nobody has the least of all ids.
            ":after": after.map_or(Uuid::nil(), PersonId::uuid),
            ":limit": limit,
        },
        part,
    )?;
    together(district, parts)
}

/// Adds a person, or changes name and roles.
pub(crate) fn put(db: &Db, person: &Person) -> Result<(), StoreError> {
    let (district_id, person_id) = (person.district.uuid(), person.id.uuid());
    db.execute(
        statement!("people/put.sql"),
        params! {
            ":district_id": district_id,
            ":person_id": person_id,
            ":display_name": person.display_name,
        },
    )?;
    db.execute(
        statement!("people/take_grants.sql"),
        params! { ":district_id": district_id, ":person_id": person_id },
    )?;
    for (number, grant) in (1_u32..).zip(person.grants.iter()) {
        let (unit, point) = match grant.scope {
            Scope::District => (None, None),
            Scope::Unit(unit) => (Some(unit.uuid()), None),
            Scope::Point(point) => (None, Some(point.uuid())),
        };
        db.execute(
            statement!("people/add_grant.sql"),
            params! {
                ":district_id": district_id,
                ":person_id": person_id,
                ":number": number,
                ":role": *grant.role.word(),
                ":unit_id": unit,
                ":point_id": point,
            },
        )?;
    }
    Ok(())
}

/// Counts the people who administer all of the district and can sign in.
pub(crate) fn administrators(db: &Db, district: DistrictId) -> Result<u64, StoreError> {
    db.only(
        statement!("people/holders.sql"),
        params! { ":district_id": district.uuid(), ":role": Role::Administrator.word() },
        |row| row.get("people"),
    )
}
