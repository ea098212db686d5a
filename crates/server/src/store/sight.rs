//! Which records a list holds for somebody: exactly those that the policy lets them read.
//!
//! Whoever reads all of a district is answered without asking where a record belongs. For others
//! there is a second statement, which takes the points that their grants reach from the database
//! and the roles by which they read from the policy.

use xunfang_domain::{Actor, ObjectKind, Reach, Role, Verb, permits};

/// The words of the roles with which others' records of a kind are read where a grant reaches them;
/// the statements take eight, and an empty one is no role. None: `actor` reads all of them.
pub(super) fn part_of(actor: &Actor, kind: ObjectKind) -> Option<[&'static str; Role::ALL.len()]> {
    let word = |role: Role| match permits(role, Verb::Read, kind) {
        Reach::WithinScope | Reach::Everywhere => role.word(),
        Reach::WholeDistrict | Reach::Nowhere => "",
    };
    (!actor.reads_all(kind)).then(|| Role::ALL.map(word))
}
