//! The one function that says who may do what.
//!
//! What a role permits stands in one table, [`permits`]: role, verb and kind of object. How far a
//! grant reaches decides whether it reaches the object. `docs/permissions.md` is written from the
//! table, and every cell of it is held against what was written by hand.

use crate::{DistrictId, Grants, PersonId, Place, Role, Scope};

/// Whoever asks for something, as the session proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// The district they signed in to.
    pub district: DistrictId,
    /// Their roles there.
    pub grants: Grants,
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
    /// End it.
    Revoke,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Submit,
        Self::Review,
        Self::Edit,
        Self::Import,
        Self::Revoke,
    ];
}

/// What it is asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        /// Where it belongs; none where that is not known yet, as while its photos come.
        place: Option<Place>,
    },
    /// An inspection.
    Inspection {
        /// The district it belongs to.
        district: DistrictId,
        /// Who made it.
        author: PersonId,
        /// Where it belongs; none where that is not known yet, as while its photos come.
        place: Option<Place>,
    },
    /// The lists of findings and inspections of a district. What is in them is what may be read.
    ReviewQueue {
        /// The district.
        district: DistrictId,
    },
    /// Findings and inspections in files. What is in them is what may be read.
    Report {
        /// The district.
        district: DistrictId,
    },
    /// People, their grants and the units, and what lets somebody in.
    Account {
        /// The district.
        district: DistrictId,
    },
    /// Where a person is signed in.
    Session {
        /// The district.
        district: DistrictId,
        /// Who is signed in.
        person: PersonId,
    },
    /// The record of who changed what.
    Audit {
        /// The district.
        district: DistrictId,
    },
}

impl Object {
    const fn district(&self) -> DistrictId {
        match self {
            Self::Reference { district }
            | Self::Finding { district, .. }
            | Self::Inspection { district, .. }
            | Self::ReviewQueue { district }
            | Self::Report { district }
            | Self::Account { district }
            | Self::Session { district, .. }
            | Self::Audit { district } => *district,
        }
    }

    const fn place(&self) -> Option<&Place> {
        match self {
            Self::Finding { place, .. } | Self::Inspection { place, .. } => place.as_ref(),
            _ => None,
        }
    }

    /// What it is to a person.
    fn kind(&self, to: PersonId) -> ObjectKind {
        match self {
            Self::Reference { .. } => ObjectKind::Reference,
            Self::Finding { author, .. } if *author == to => ObjectKind::OwnFinding,
            Self::Finding { .. } => ObjectKind::Finding,
            Self::Inspection { author, .. } if *author == to => ObjectKind::OwnInspection,
            Self::Inspection { .. } => ObjectKind::Inspection,
            Self::ReviewQueue { .. } => ObjectKind::ReviewQueue,
            Self::Report { .. } => ObjectKind::Report,
            Self::Account { .. } => ObjectKind::Account,
            Self::Session { person, .. } if *person == to => ObjectKind::OwnSession,
            Self::Session { .. } => ObjectKind::Session,
            Self::Audit { .. } => ObjectKind::Audit,
        }
    }
}

/// Objects as the table of permissions parts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// Points, standards and the district itself.
    Reference,
    /// A finding of one's own.
    OwnFinding,
    /// A finding of somebody else.
    Finding,
    /// An inspection of one's own.
    OwnInspection,
    /// An inspection of somebody else.
    Inspection,
    /// The lists of findings and inspections.
    ReviewQueue,
    /// Findings and inspections in files.
    Report,
    /// People, units and enrolment.
    Account,
    /// Where oneself is signed in.
    OwnSession,
    /// Where somebody else is signed in.
    Session,
    /// The record of who changed what.
    Audit,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Reference,
        Self::OwnFinding,
        Self::Finding,
        Self::OwnInspection,
        Self::Inspection,
        Self::ReviewQueue,
        Self::Report,
        Self::Account,
        Self::OwnSession,
        Self::Session,
        Self::Audit,
    ];
}

/// Where a role permits something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nowhere.
    Nowhere,
    /// Only where the role is held for all of the district.
    WholeDistrict,
    /// Of what lies within the scope of the role.
    WithinScope,
    /// Whatever the scope of the role is.
    Everywhere,
}

/// The table of permissions; what is not listed is refused.
pub const fn permits(role: Role, verb: Verb, kind: ObjectKind) -> Reach {
    use ObjectKind as K;
    use Reach::{Everywhere, Nowhere, WholeDistrict, WithinScope};
    let administers = matches!(role, Role::Administrator);
    let reviews = matches!(role, Role::Supervisor | Role::Reviewer);
    let oversees = reviews || administers || matches!(role, Role::Observer);
    match (verb, kind) {
        (Verb::Read, K::Reference | K::OwnFinding | K::OwnInspection)
        | (Verb::Read | Verb::Revoke, K::OwnSession) => Everywhere,
        // Work that was done where somebody was sent yesterday is not refused because today's
        // scope is another one.
        (Verb::Submit, K::OwnFinding | K::OwnInspection) if role.records() => Everywhere,
        (Verb::Read, K::Finding | K::Inspection) if oversees => WithinScope,
        // The lists themselves hold only what may be read.
        (Verb::Read, K::ReviewQueue | K::Report) if oversees => Everywhere,
        // Nobody reviews their own finding, whatever roles they hold.
        (Verb::Review, K::Finding) if reviews => WithinScope,
        (Verb::Edit, K::Reference | K::Account)
        | (Verb::Read, K::Account | K::Session | K::Audit)
        | (Verb::Revoke, K::Session)
        // Records are brought in as a whole, and only as their authors signed them.
        | (Verb::Import, K::ReviewQueue)
            if administers =>
        {
            WholeDistrict
        }
        // What came in is not edited: a revision of its author comes beside it.
        _ => Nowhere,
    }
}

/// Says whether `actor` may do `verb` to `object`.
pub fn allows(actor: &Actor, verb: Verb, object: &Object) -> bool {
    let kind = object.kind(actor.person);
    object.district() == actor.district
        && actor
            .grants
            .iter()
            .any(|grant| match permits(grant.role, verb, kind) {
                Reach::Nowhere => false,
                Reach::WholeDistrict => grant.scope == Scope::District,
                Reach::WithinScope => {
                    let reached = |place| grant.scope.reaches(place);
                    grant.scope == Scope::District || object.place().is_some_and(reached)
                }
                Reach::Everywhere => true,
            })
}

impl Actor {
    /// Says whether they read every record of a kind in their district, so that nobody has to ask
    /// where a record belongs.
    pub fn reads_all(&self, kind: ObjectKind) -> bool {
        self.grants.iter().any(|grant| {
            grant.scope == Scope::District
                && permits(grant.role, Verb::Read, kind) != Reach::Nowhere
        })
    }
}

#[cfg(test)]
#[path = "policy/policy_tests.rs"]
mod tests;
