//! People, their roles, and the one function that says who may do what.

use serde::{Deserialize, Serialize};

use crate::{DistrictId, PersonId};

/// What somebody does in a district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 巡访员: walks points and records findings.
    Inspector,
    /// 督查: reviews what came in.
    Supervisor,
    /// 管理员: keeps points and standards, and reads what came in.
    Administrator,
}

/// A person as others in the district may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their district.
    pub district: DistrictId,
    /// Name shown beside their records.
    pub display_name: String,
    /// Their role.
    pub role: Role,
}

impl Person {
    /// Returns what a watermark says instead of the name where a district wants it so: six letters
    /// and digits out of the end of the id, which is the random part of it.
    pub fn number(&self) -> String {
        let id = self.id.uuid().simple().to_string().to_uppercase();
        id.chars().skip(id.len().saturating_sub(6)).collect()
    }
}

/// Whoever asks for something, as the session proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// The district they signed in to.
    pub district: DistrictId,
    /// Their role there.
    pub role: Role,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// See it.
    Read,
    /// Add it.
    Submit,
    /// Accept or return it.
    Review,
    /// Change it.
    Edit,
    /// Bring in what others have recorded and could not send.
    Import,
}

/// What it is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// Points, standards and the district itself.
    Reference {
        /// The district they belong to.
        district: DistrictId,
    },
    /// A finding or one of its photos.
    Finding {
        /// The district it belongs to.
        district: DistrictId,
        /// Who recorded it.
        author: PersonId,
    },
    /// An inspection.
    Inspection {
        /// The district it belongs to.
        district: DistrictId,
        /// Who made it.
        author: PersonId,
    },
    /// All findings and inspections of a district at once.
    ReviewQueue {
        /// The district.
        district: DistrictId,
    },
}

/// Says whether `actor` may do `verb` to `object`; what is not listed is refused.
pub fn allows(actor: Actor, verb: Verb, object: Object) -> bool {
    let home = match object {
        Object::Reference { district }
        | Object::Finding { district, .. }
        | Object::Inspection { district, .. }
        | Object::ReviewQueue { district } => district,
    };
    if home != actor.district {
        return false;
    }
    match (verb, object) {
        (Verb::Read, Object::Reference { .. }) => true,
        (Verb::Read, Object::Finding { author, .. } | Object::Inspection { author, .. }) => {
            matches!(actor.role, Role::Supervisor | Role::Administrator) || author == actor.person
        }
        (Verb::Submit, Object::Finding { author, .. } | Object::Inspection { author, .. }) => {
            actor.role == Role::Inspector && author == actor.person
        }
        (Verb::Read, Object::ReviewQueue { .. }) => {
            matches!(actor.role, Role::Supervisor | Role::Administrator)
        }
        (Verb::Edit, Object::Reference { .. }) | (Verb::Import, Object::ReviewQueue { .. }) => {
            actor.role == Role::Administrator
        }
        // Nobody reviews their own finding, whatever role they hold now.
        (Verb::Review, Object::Finding { author, .. }) => {
            actor.role == Role::Supervisor && author != actor.person
        }
        (Verb::Submit | Verb::Review, Object::Reference { .. } | Object::ReviewQueue { .. })
        | (Verb::Review, Object::Inspection { .. })
        // What came in is not edited: a revision of its author comes beside it.
        | (
            Verb::Edit,
            Object::Finding { .. } | Object::Inspection { .. } | Object::ReviewQueue { .. },
        )
        // Records are brought in as a whole, and only as their authors signed them.
        | (
            Verb::Import,
            Object::Reference { .. } | Object::Finding { .. } | Object::Inspection { .. },
        ) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_cell_of_the_permission_table_is_as_written() {
        let [home, away] = [1, 2].map(|n| DistrictId::from_uuid(Uuid::from_u128(n)));
        let [me, other] = [3, 4].map(|n| PersonId::from_uuid(Uuid::from_u128(n)));
        let mine = |district| Object::Finding {
            district,
            author: me,
        };
        let theirs = |district| Object::Finding {
            district,
            author: other,
        };
        let my_visit = |district| Object::Inspection {
            district,
            author: me,
        };
        let their_visit = |district| Object::Inspection {
            district,
            author: other,
        };
        let reference = |district| Object::Reference { district };
        let queue = |district| Object::ReviewQueue { district };
        use Role::{Administrator, Inspector, Supervisor};
        use Verb::{Edit, Import, Read, Review, Submit};
        type ObjectIn<'a> = &'a dyn Fn(DistrictId) -> Object;
        // (verb, object in the actor's own district, inspector, supervisor, administrator)
        let table: [(Verb, ObjectIn<'_>, bool, bool, bool); 30] = [
            (Read, &reference, true, true, true),
            (Submit, &reference, false, false, false),
            (Review, &reference, false, false, false),
            (Read, &mine, true, true, true),
            (Submit, &mine, true, false, false),
            (Review, &mine, false, false, false),
            (Read, &theirs, false, true, true),
            (Submit, &theirs, false, false, false),
            (Review, &theirs, false, true, false),
            (Read, &my_visit, true, true, true),
            (Submit, &my_visit, true, false, false),
            (Review, &my_visit, false, false, false),
            (Read, &their_visit, false, true, true),
            (Submit, &their_visit, false, false, false),
            (Review, &their_visit, false, false, false),
            (Read, &queue, false, true, true),
            (Submit, &queue, false, false, false),
            (Review, &queue, false, false, false),
            (Edit, &reference, false, false, true),
            (Edit, &mine, false, false, false),
            (Edit, &theirs, false, false, false),
            (Edit, &my_visit, false, false, false),
            (Edit, &their_visit, false, false, false),
            (Edit, &queue, false, false, false),
            (Import, &reference, false, false, false),
            (Import, &mine, false, false, false),
            (Import, &theirs, false, false, false),
            (Import, &my_visit, false, false, false),
            (Import, &their_visit, false, false, false),
            (Import, &queue, false, false, true),
        ];
        for (verb, object, inspector, supervisor, administrator) in table {
            for (role, expected) in [
                (Inspector, inspector),
                (Supervisor, supervisor),
                (Administrator, administrator),
            ] {
                let actor = Actor {
                    person: me,
                    district: home,
                    role,
                };
                let at_home = object(home);
                assert_eq!(
                    allows(actor, verb, at_home),
                    expected,
                    "{role:?} {verb:?} {at_home:?}"
                );
                assert!(
                    !allows(actor, verb, object(away)),
                    "{role:?} {verb:?} in another district"
                );
            }
        }
    }
}
