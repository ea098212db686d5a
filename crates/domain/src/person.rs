//! People, their roles, and how far each role reaches.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{DistrictId, PersonId, Place, PointId, UnitId};

/// What somebody does in a district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 巡访员: walks points and records findings.
    Inspector,
    /// 网格员: does the same in a grid of their own.
    GridInspector,
    /// 值守: stands at a junction or a gate, and records what is wrong there.
    Duty,
    /// 责任单位: puts right what is wrong.
    Handler,
    /// 督查: reviews what came in, and sees to it that it is put right.
    Supervisor,
    /// 审核: reviews what came in.
    Reviewer,
    /// 管理员: keeps points, standards, people and units, and reads what came in.
    Administrator,
    /// 观察员: reads what came in, and takes it along in reports.
    Observer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Inspector,
        Self::GridInspector,
        Self::Duty,
        Self::Handler,
        Self::Supervisor,
        Self::Reviewer,
        Self::Administrator,
        Self::Observer,
    ];

    /// Returns the word by which it goes on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Inspector => "inspector",
            Self::GridInspector => "grid_inspector",
            Self::Duty => "duty",
            Self::Handler => "handler",
            Self::Supervisor => "supervisor",
            Self::Reviewer => "reviewer",
            Self::Administrator => "administrator",
            Self::Observer => "observer",
        }
    }

    /// Finds the role of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Says whether whoever has it records on the spot.
    pub const fn records(self) -> bool {
        matches!(self, Self::Inspector | Self::GridInspector | Self::Duty)
    }
}

/// How far a role reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Scope {
    /// All of the district.
    District,
    /// A unit, and all below it.
    Unit(UnitId),
    /// One point.
    Point(PointId),
}

impl Scope {
    /// Says whether it reaches a place.
    pub fn reaches(self, place: &Place) -> bool {
        match self {
            Self::District => true,
            Self::Unit(unit) => place.units.contains(&unit),
            Self::Point(point) => place.point == point,
        }
    }
}

/// A role, and how far it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// How far it reaches.
    pub scope: Scope,
}

impl Grant {
    /// A role in all of the district.
    pub const fn of_district(role: Role) -> Self {
        Self {
            role,
            scope: Scope::District,
        }
    }
}

/// Most grants of one person; a longer list is a mistake.
pub const GRANTS_MAX: usize = 200;

/// Why a list of grants is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantsError {
    /// It is empty.
    #[error("a person has at least one role")]
    None,
    /// It is too long.
    #[error("a person has at most {GRANTS_MAX} roles")]
    TooMany,
}

/// What a person may do: at least one grant, in order, none twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(ts_rs::TS, utoipa::ToSchema),
    ts(type = "Array<Grant>"),
    schema(value_type = Vec<Grant>)
)]
#[serde(try_from = "Vec<Grant>", into = "Vec<Grant>")]
pub struct Grants(Arc<[Grant]>);

impl Grants {
    /// Takes grants in any order.
    ///
    /// # Errors
    /// [`GrantsError`] where there are none or too many.
    pub fn new(mut grants: Vec<Grant>) -> Result<Self, GrantsError> {
        grants.sort_unstable();
        grants.dedup();
        if grants.is_empty() {
            return Err(GrantsError::None);
        }
        if grants.len() > GRANTS_MAX {
            return Err(GrantsError::TooMany);
        }
        Ok(Self(grants.into()))
    }

    /// One role in all of the district.
    pub fn of_district(role: Role) -> Self {
        Self([Grant::of_district(role)].into())
    }

    /// Lists them.
    pub fn iter(&self) -> impl Iterator<Item = Grant> + Clone + '_ {
        self.0.iter().copied()
    }

    /// Says whether a role is among them that reaches all of the district.
    pub fn has_everywhere(&self, role: Role) -> bool {
        self.0.contains(&Grant::of_district(role))
    }
}

impl TryFrom<Vec<Grant>> for Grants {
    type Error = GrantsError;

    fn try_from(grants: Vec<Grant>) -> Result<Self, GrantsError> {
        Self::new(grants)
    }
}

impl From<Grants> for Vec<Grant> {
    fn from(grants: Grants) -> Self {
        grants.0.to_vec()
    }
}

/// A person as others in the district may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(try_from = "WrittenPerson", into = "WrittenPerson")]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their district.
    pub district: DistrictId,
    /// Name shown beside their records.
    pub display_name: String,
    /// Their roles, and how far each reaches.
    pub grants: Grants,
}

/// A person as they are written down.
///
/// Before there were grants a person had one role in the whole district. A phone has written that
/// down, and an app of then reads it still: it is told the nearest of the three roles it knows.
#[derive(Serialize, Deserialize)]
struct WrittenPerson {
    id: PersonId,
    district: DistrictId,
    display_name: String,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    grants: Option<Grants>,
}

impl TryFrom<WrittenPerson> for Person {
    type Error = GrantsError;

    fn try_from(written: WrittenPerson) -> Result<Self, GrantsError> {
        let grants = written.grants.or(written.role.map(Grants::of_district));
        Ok(Self {
            id: written.id,
            district: written.district,
            display_name: written.display_name,
            grants: grants.ok_or(GrantsError::None)?,
        })
    }
}

impl From<Person> for WrittenPerson {
    fn from(person: Person) -> Self {
        let has = |is: fn(Role) -> bool| person.grants.iter().any(|grant| is(grant.role));
        let role = if has(Role::records) {
            Role::Inspector
        } else if has(|role| role == Role::Administrator) {
            Role::Administrator
        } else {
            Role::Supervisor
        };
        Self {
            id: person.id,
            district: person.district,
            display_name: person.display_name,
            role: Some(role),
            grants: Some(person.grants),
        }
    }
}

impl Person {
    /// Returns what a watermark says instead of the name where a district wants it so: six letters
    /// and digits out of the end of the id, which is the random part of it.
    pub fn number(&self) -> String {
        let id = self.id.uuid().simple().to_string().to_uppercase();
        id.chars().skip(id.len().saturating_sub(6)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    #[test]
    fn a_role_goes_by_one_word() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.word());
            assert_eq!(Role::named(role.word()), Some(role));
        }
        assert_eq!(Role::named("chief"), None);
    }

    #[test]
    fn grants_are_in_order_and_none_is_there_twice() {
        let unit = Scope::Unit(UnitId::from_uuid(Uuid::from_u128(7)));
        let duty = Grant {
            role: Role::Duty,
            scope: unit,
        };
        let chief = Grant::of_district(Role::Supervisor);
        let grants = Grants::new(vec![chief, duty, chief]).unwrap();
        assert_eq!(grants.iter().collect::<Vec<_>>(), [duty, chief]);
        assert_eq!(
            serde_json::to_value(&grants).unwrap(),
            json!([
                {"role": "duty", "scope": {"kind": "unit", "id": Uuid::from_u128(7)}},
                {"role": "supervisor", "scope": {"kind": "district"}},
            ])
        );
        assert_eq!(Grants::new(Vec::new()), Err(GrantsError::None));
        let many = (0..=GRANTS_MAX as u128).map(|id| Grant {
            role: Role::Duty,
            scope: Scope::Point(PointId::from_uuid(Uuid::from_u128(id))),
        });
        assert_eq!(Grants::new(many.collect()), Err(GrantsError::TooMany));
    }

    fn written(with: Value) -> Value {
        let mut person = json!({
            "id": Uuid::from_u128(1), "district": Uuid::from_u128(2), "display_name": "林",
        });
        let fields = with.as_object().unwrap().clone();
        person.as_object_mut().unwrap().extend(fields);
        person
    }

    #[test]
    fn a_person_from_before_grants_has_their_role_in_all_of_the_district() {
        for role in [Role::Inspector, Role::Supervisor, Role::Administrator] {
            let person: Person = serde_json::from_value(written(json!({"role": role}))).unwrap();
            assert_eq!(person.grants, Grants::of_district(role));
            // And an app of then reads them.
            assert_eq!(serde_json::to_value(&person).unwrap()["role"], role.word());
        }
        assert!(serde_json::from_value::<Person>(written(json!({}))).is_err());
        assert!(serde_json::from_value::<Person>(written(json!({"grants": []}))).is_err());
    }

    #[test]
    fn an_app_from_before_grants_is_told_the_nearest_role_it_knows() {
        for (roles, nearest) in [
            (&[Role::GridInspector][..], "inspector"),
            (&[Role::Administrator, Role::Duty], "inspector"),
            (&[Role::Reviewer], "supervisor"),
            (&[Role::Handler], "supervisor"),
            (&[Role::Observer, Role::Administrator], "administrator"),
        ] {
            let grants = roles.iter().map(|role| Grant::of_district(*role)).collect();
            let grants = Grants::new(grants).unwrap();
            let person: Person =
                serde_json::from_value(written(json!({"grants": grants, "role": "supervisor"})))
                    .unwrap();
            assert_eq!(person.grants, grants);
            assert_eq!(serde_json::to_value(&person).unwrap()["role"], nearest);
        }
    }
}
