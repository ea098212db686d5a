use std::fmt::Write;
use std::path::Path;

use uuid::Uuid;

use super::*;
use crate::{Grant, PointId, UnitId};

/// What each role may, by hand: a row per object; in it a group per verb; in that a letter per role,
/// in the order inspector, grid inspector, duty, handler, supervisor, reviewer, administrator,
/// observer. `a` anywhere, `s` within the scope, `d` with the whole district only, `-` never.
#[rustfmt::skip]
const BY_HAND: [(ObjectKind, [&str; 6]); 11] = [
    //                            Read        Submit      Review      Edit        Import      Revoke
    (ObjectKind::Reference,     ["aaaaaaaa", "--------", "--------", "------d-", "--------", "--------"]),
    (ObjectKind::OwnFinding,    ["aaaaaaaa", "aaa-----", "--------", "--------", "--------", "--------"]),
    (ObjectKind::Finding,       ["----ssss", "--------", "----ss--", "--------", "--------", "--------"]),
    (ObjectKind::OwnInspection, ["aaaaaaaa", "aaa-----", "--------", "--------", "--------", "--------"]),
    (ObjectKind::Inspection,    ["----ssss", "--------", "--------", "--------", "--------", "--------"]),
    (ObjectKind::ReviewQueue,   ["----aaaa", "--------", "--------", "--------", "------d-", "--------"]),
    (ObjectKind::Report,        ["----aaaa", "--------", "--------", "--------", "--------", "--------"]),
    (ObjectKind::Account,       ["------d-", "--------", "--------", "------d-", "--------", "--------"]),
    (ObjectKind::OwnSession,    ["aaaaaaaa", "--------", "--------", "--------", "--------", "aaaaaaaa"]),
    (ObjectKind::Session,       ["------d-", "--------", "--------", "--------", "--------", "------d-"]),
    (ObjectKind::Audit,         ["------d-", "--------", "--------", "--------", "--------", "--------"]),
];

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn me() -> PersonId {
    PersonId::from_uuid(uuid(3))
}

fn home() -> DistrictId {
    DistrictId::from_uuid(uuid(1))
}

fn point(number: u128) -> PointId {
    PointId::from_uuid(uuid(number))
}

fn unit(number: u128) -> UnitId {
    UnitId::from_uuid(uuid(number))
}

/// The point 10 belongs to the unit 20, and that one to the unit 21.
fn object(kind: ObjectKind, district: DistrictId) -> Object {
    let other = PersonId::from_uuid(uuid(4));
    let place = Place {
        point: point(10),
        units: vec![unit(20), unit(21)],
    };
    let finding = |author| Object::Finding {
        district,
        author,
        place: Some(place.clone()),
    };
    let inspection = |author| Object::Inspection {
        district,
        author,
        place: Some(place.clone()),
    };
    let session = |person| Object::Session { district, person };
    match kind {
        ObjectKind::Reference => Object::Reference { district },
        ObjectKind::OwnFinding => finding(me()),
        ObjectKind::Finding => finding(other),
        ObjectKind::OwnInspection => inspection(me()),
        ObjectKind::Inspection => inspection(other),
        ObjectKind::ReviewQueue => Object::ReviewQueue { district },
        ObjectKind::Report => Object::Report { district },
        ObjectKind::Account => Object::Account { district },
        ObjectKind::OwnSession => session(me()),
        ObjectKind::Session => session(other),
        ObjectKind::Audit => Object::Audit { district },
    }
}

/// The scopes that a role can have, and whether each reaches the place of [`object`].
fn scopes() -> [(Scope, bool); 6] {
    [
        (Scope::District, true),
        (Scope::Unit(unit(20)), true),
        (Scope::Unit(unit(21)), true),
        (Scope::Unit(unit(22)), false),
        (Scope::Point(point(10)), true),
        (Scope::Point(point(11)), false),
    ]
}

fn actor(grants: Vec<Grant>) -> Actor {
    Actor {
        person: me(),
        district: home(),
        grants: Grants::new(grants).unwrap(),
    }
}

fn by_hand(letter: char, scope: Scope, reaches: bool) -> bool {
    match letter {
        'a' => true,
        's' => reaches,
        'd' => scope == Scope::District,
        '-' => false,
        other => panic!("{other}"),
    }
}

#[test]
fn x4_every_cell_of_the_permission_table_is_as_written() {
    let away = DistrictId::from_uuid(uuid(2));
    let mut cells = 0;
    for (kind, verbs) in BY_HAND {
        for (verb, letters) in Verb::ALL.into_iter().zip(verbs) {
            assert_eq!(letters.len(), Role::ALL.len());
            for (role, letter) in Role::ALL.into_iter().zip(letters.chars()) {
                for (scope, reaches) in scopes() {
                    let actor = actor(vec![Grant { role, scope }]);
                    let expected = by_hand(letter, scope, reaches);
                    let cell = format!("{role:?} of {scope:?}: {verb:?} {kind:?}");
                    assert_eq!(
                        allows(&actor, verb, &object(kind, home())),
                        expected,
                        "{cell}"
                    );
                    assert!(!allows(&actor, verb, &object(kind, away)), "{cell}, away");
                    cells += 1;
                }
            }
        }
    }
    assert_eq!(cells, 11 * 6 * 8 * 6);
}

#[test]
fn x4_several_roles_permit_what_each_permits_and_nothing_else() {
    let all: Vec<Grant> = Role::ALL
        .into_iter()
        .flat_map(|role| scopes().map(|(scope, _)| Grant { role, scope }))
        .collect();
    for one in &all {
        for two in &all {
            let both = actor(vec![*one, *two]);
            for kind in ObjectKind::ALL {
                for verb in Verb::ALL {
                    let object = object(kind, home());
                    let alone = |grant: &Grant| allows(&actor(vec![*grant]), verb, &object);
                    assert_eq!(
                        allows(&both, verb, &object),
                        alone(one) || alone(two),
                        "{one:?} {two:?} {verb:?} {kind:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn who_reads_all_of_a_district_may_read_each_record_of_it() {
    for role in Role::ALL {
        for (scope, _) in scopes() {
            let actor = actor(vec![Grant { role, scope }]);
            for kind in [ObjectKind::Finding, ObjectKind::Inspection] {
                let oversees = matches!(
                    role,
                    Role::Supervisor | Role::Reviewer | Role::Administrator | Role::Observer
                );
                let expected = oversees && scope == Scope::District;
                assert_eq!(actor.reads_all(kind), expected, "{role:?} {scope:?}");
            }
        }
    }
}

const fn role_names(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Inspector => ("巡访员", "Inspector"),
        Role::GridInspector => ("网格员", "Grid inspector"),
        Role::Duty => ("值守", "Duty"),
        Role::Handler => ("责任单位", "Handler"),
        Role::Supervisor => ("督查", "Supervisor"),
        Role::Reviewer => ("审核", "Reviewer"),
        Role::Administrator => ("管理员", "Administrator"),
        Role::Observer => ("观察员", "Observer"),
    }
}

const fn kind_name(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Reference => "Points, standards, the district",
        ObjectKind::OwnFinding => "A finding of one's own",
        ObjectKind::Finding => "A finding of somebody else",
        ObjectKind::OwnInspection => "An inspection of one's own",
        ObjectKind::Inspection => "An inspection of somebody else",
        ObjectKind::ReviewQueue => "Lists of findings and inspections",
        ObjectKind::Report => "Reports",
        ObjectKind::Account => "People, units, enrolment",
        ObjectKind::OwnSession => "Sessions and devices of one's own",
        ObjectKind::Session => "Sessions and devices of somebody else",
        ObjectKind::Audit => "The record of who changed what",
    }
}

/// Writes the table down for people.
fn document() -> String {
    let mut text = String::from(
        "# Who may do what\n\n\
         Written from the policy in `crates/domain/src/policy.rs` by\n\
         `UPDATE_PERMISSIONS=1 cargo test -p xunfang-domain permissions`; a test fails where the two differ.\n\n\
         A person has one or more roles, and each reaches the whole district, a unit with all below it, or\n\
         one point. Nothing of another district can be reached. What is not listed is refused.\n\n\
         - ● whatever the role reaches\n\
         - ◐ of what the role reaches; lists, the map, photos and notices hold only that\n\
         - ○ only where the role reaches the whole district\n\n\
         | What | May be |",
    );
    for role in Role::ALL {
        let (zh, en) = role_names(role);
        write!(text, " {zh} {en} |").unwrap();
    }
    text.push_str("\n|---|---|");
    text.push_str(&":-:|".repeat(Role::ALL.len()));
    text.push('\n');
    for kind in ObjectKind::ALL {
        for verb in Verb::ALL {
            let reaches = Role::ALL.map(|role| permits(role, verb, kind));
            if reaches.iter().all(|reach| *reach == Reach::Nowhere) {
                continue;
            }
            let verb = match verb {
                Verb::Read => "read",
                Verb::Submit => "submitted",
                Verb::Review => "reviewed",
                Verb::Edit => "changed",
                Verb::Import => "imported into, from rescue files",
                Verb::Revoke => "ended",
            };
            write!(text, "| {} | {verb} |", kind_name(kind)).unwrap();
            for reach in reaches {
                let mark = match reach {
                    Reach::Nowhere => " ",
                    Reach::WholeDistrict => " ○ ",
                    Reach::WithinScope => " ◐ ",
                    Reach::Everywhere => " ● ",
                };
                write!(text, "{mark}|").unwrap();
            }
            text.push('\n');
        }
    }
    text.push_str(
        "\nA record is submitted wherever in the district its author was: work that was done where somebody\n\
         was sent yesterday is not refused because today's scope is another one. Nobody reviews a finding of\n\
         their own, whatever roles they have. The last person who administers the whole district keeps that\n\
         role and their account.\n",
    );
    text
}

#[test]
fn the_document_of_permissions_is_that_of_the_policy() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
    if std::env::var_os("UPDATE_PERMISSIONS").is_some() {
        std::fs::write(&path, document()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == document(),
        "docs/permissions.md differs: run UPDATE_PERMISSIONS=1 cargo test -p xunfang-domain permissions"
    );
}
