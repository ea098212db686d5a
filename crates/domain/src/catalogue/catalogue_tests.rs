use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;
use crate::{
    Comparator, Control, CriterionKind, CriterionScope, ExcuseMode, LimitValue, MeasureUnit,
    PointType, Standard, StandardChange, Threshold, ZoneShape, compare,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue")
}

fn embedded() -> Catalogue {
    Catalogue::embedded().unwrap()
}

fn issue(version: u32) -> Issue {
    Issue {
        reference: crate::StandardRef {
            id: StandardId::from_uuid(uuid::Uuid::from_u128(7)),
            version,
        },
        edited: None,
    }
}

fn standard(profile: &str) -> Standard {
    let catalogue = embedded();
    resolve(&catalogue, catalogue.profile(profile).unwrap(), issue(1)).unwrap()
}

fn codes(standard: &Standard, kind: PointType) -> BTreeSet<&str> {
    standard
        .checklist(kind)
        .map(|criterion| criterion.code.as_str())
        .collect()
}

#[test]
fn the_catalogue_is_whole() {
    let catalogue = embedded();
    assert_eq!(catalogue.criteria.len(), 169);
    assert_eq!(catalogue.profiles.len(), 10);
    let rules: usize = catalogue
        .profiles
        .iter()
        .map(|profile| profile.rules.len())
        .sum();
    assert_eq!(rules, 235);
    let kinds: BTreeSet<String> = catalogue
        .criteria
        .iter()
        .map(|criterion| format!("{:?}", criterion.kind))
        .collect();
    assert_eq!(kinds.len(), 8, "{kinds:?}");
    let scopes: BTreeSet<String> = catalogue
        .criteria
        .iter()
        .map(|criterion| format!("{:?}", criterion.scope))
        .collect();
    assert_eq!(scopes.len(), 6, "{scopes:?}");
    let named: Vec<PointType> = catalogue.point_types.iter().map(|kind| kind.id).collect();
    assert_eq!(named, PointType::ALL);
    // Every criterion is used somewhere.
    for criterion in &catalogue.criteria {
        let used = |profile: &Profile| {
            let mut rules = profile.rules.iter();
            rules.any(|rule| rule.criterion == criterion.id)
        };
        assert!(catalogue.profiles.iter().any(used), "{}", criterion.id);
    }
}

#[test]
fn every_file_of_the_folder_is_part_of_the_program() {
    let mut found = Vec::new();
    for place in ["", "criteria", "profiles"] {
        for entry in std::fs::read_dir(folder().join(place)).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let name = path.strip_prefix(folder()).unwrap();
                found.push(name.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    let mut known: Vec<&str> = EMBEDDED.iter().map(|file| file.name).collect();
    known.sort_unstable();
    assert_eq!(found, known);
}

fn as_json(text: &str) -> serde_json::Value {
    serde_json::to_value(toml::from_str::<toml::Value>(text).unwrap()).unwrap()
}

fn schema_for(name: &str) -> &'static str {
    match name.split('/').next().unwrap() {
        "standard.toml" => "standard.schema.json",
        "criteria" => "criteria.schema.json",
        _ => "profile.schema.json",
    }
}

#[test]
fn the_schemas_are_those_of_the_program_and_every_file_keeps_to_its_own() {
    for (name, schema) in schemas() {
        let kept = folder().join("schema").join(name);
        let written = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&kept, &written).unwrap();
        }
        let kept = std::fs::read_to_string(&kept).unwrap_or_default();
        assert!(
            kept == written,
            "{name} differs: run UPDATE_SCHEMAS=1 cargo test -p xunfang-domain"
        );
        let validator = jsonschema::validator_for(&serde_json::to_value(schema).unwrap()).unwrap();
        for file in EMBEDDED.iter().filter(|file| schema_for(file.name) == name) {
            if let Err(error) = validator.validate(&as_json(file.text)) {
                panic!("{}: {error} at {}", file.name, error.instance_path);
            }
        }
        assert!(
            !validator.is_valid(&serde_json::json!({"surprise": 1})),
            "{name}"
        );
    }
}

/// The embedded files with one of them changed.
fn changed(name: &str, from: &str, to: &str) -> Result<Catalogue, CatalogueError> {
    let file = EMBEDDED.iter().find(|file| file.name == name).unwrap();
    assert!(file.text.contains(from), "{name} has no {from:?}");
    let text = file.text.replacen(from, to, 1);
    let files: Vec<SourceFile<'_>> = EMBEDDED
        .iter()
        .map(|file| SourceFile {
            name: file.name,
            text: if file.name == name { &text } else { file.text },
        })
        .collect();
    Catalogue::read(&files)
}

/// The line on which a text is first found in an embedded file.
fn line_of(name: &str, text: &str) -> usize {
    let file = EMBEDDED.iter().find(|file| file.name == name).unwrap();
    1 + file
        .text
        .lines()
        .position(|line| line.contains(text))
        .unwrap()
}

#[test]
fn a_fault_is_told_with_file_line_and_reason() {
    const STREET: &str = "criteria/street.toml";
    const SUMA: &str = "profiles/suma-2023.toml";
    let limit = r#"limit = { comparator = ">=", value = 98, unit = "percent" }"#;
    let to_parking = r#"to = ["parking-orderly"]"#;
    for (name, from, to, at, reason) in [
        (
            STREET,
            r#"kind = "rate-threshold""#,
            r#"kind = "rate""#,
            r#"kind = "rate-threshold""#,
            "unknown variant `rate`",
        ),
        (
            STREET,
            r#"id = "streetlight-lit-rate""#,
            r#"id = "manhole-intact-rate""#,
            r#"id = "streetlight-lit-rate""#,
            "manhole-intact-rate is there twice",
        ),
        (
            STREET,
            r#"id = "manhole-intact-rate""#,
            r#"id = "Manhole""#,
            r#"id = "manhole-intact-rate""#,
            "a-z",
        ),
        (
            STREET,
            limit,
            r#"limit = { comparator = ">=", value = 198, unit = "percent" }"#,
            limit,
            "198 is out of range: 0..=100 percent",
        ),
        (
            STREET,
            limit,
            r#"limit = { comparator = ">=", value = 98 }"#,
            limit,
            "missing field `unit`",
        ),
        (
            STREET,
            limit,
            r#"limit = { comparator = ">=", value = 98, unit = "m2" }"#,
            limit,
            "does not fit kind",
        ),
        (
            STREET,
            r#""main-road""#,
            r#""mane-road""#,
            r#""main-road""#,
            "kind of point in place 1 is not known",
        ),
        (
            STREET,
            limit,
            r#"limit = { comparator = "rising", value = 98, unit = "percent" }"#,
            limit,
            "comparator Rising",
        ),
        (
            STREET,
            limit,
            r#"limit = { comparator = ">=", value = nan, unit = "percent" }"#,
            limit,
            "NaN is out of range",
        ),
        (
            STREET,
            limit,
            r#"limit = { comparator = ">=", value = "2023-07-31", unit = "percent" }"#,
            limit,
            "does not take this value",
        ),
        (
            STREET,
            limit,
            "",
            r#"id = "manhole-intact-rate""#,
            "needs a limit",
        ),
        (
            STREET,
            r#"category = "infrastructure""#,
            r#"category = "nowhere""#,
            r#"category = "infrastructure""#,
            "no category nowhere",
        ),
        (
            STREET,
            r#"codes = ["component:01001""#,
            r#"codes = ["thing:01001""#,
            "codes = [",
            "no code",
        ),
        (
            STREET,
            r#"scope = "point""#,
            "scope = \"point\"\ncolour = 1",
            r#"scope = "point""#,
            "unknown field `colour`",
        ),
        (
            "criteria/order.toml",
            to_parking,
            r#"to = ["parking-in-line-exemption"]"#,
            "grants = {",
            "excuses itself in a circle",
        ),
        (
            "criteria/order.toml",
            to_parking,
            r#"to = ["nothing"]"#,
            "grants = {",
            "no criterion nothing",
        ),
        (
            SUMA,
            r#"criterion = "manhole-intact-rate""#,
            r#"criterion = "manhole""#,
            r#"criterion = "manhole-intact-rate""#,
            "no criterion manhole",
        ),
        (
            SUMA,
            r#"criterion = "streetlight-lit-rate""#,
            r#"criterion = "manhole-intact-rate""#,
            r#"criterion = "streetlight-lit-rate""#,
            "is there twice",
        ),
        (
            SUMA,
            "radius_m = 600",
            "radius_m = 6",
            "[zone]",
            "6 m is outside 10..=5000 m",
        ),
        (
            SUMA,
            "titles = []",
            r#"titles = ["none"]"#,
            "titles = []",
            "no title none",
        ),
        (
            "standard.toml",
            "version = 1",
            "version = 0",
            "version = 1",
            "count from 1",
        ),
        (
            "standard.toml",
            "version = 1",
            "version = ",
            "version = 1",
            "",
        ),
        (
            "standard.toml",
            r#"id = "sanitation""#,
            r#"id = "infrastructure""#,
            r#"id = "sanitation""#,
            "infrastructure is there twice",
        ),
    ] {
        let error = changed(name, from, to).expect_err(to);
        assert_eq!(error.file, name, "{to}: {error}");
        // An unknown field stands on the line after the one that was added to.
        let lines = line_of(name, at)..=line_of(name, at) + 1;
        let near = lines.contains(&error.line) || reason == "needs a limit";
        assert!(near, "{to}: {error}, expected line {}", lines.start());
        assert!(error.reason.contains(reason), "{to}: {error}");
    }
    let first = EMBEDDED.get(1..).unwrap();
    assert_eq!(
        Catalogue::read(first).unwrap_err().reason,
        "the file is missing"
    );
    let stray = SourceFile {
        name: "notes.md",
        text: "",
    };
    let files = [EMBEDDED, &[stray]].concat();
    assert_eq!(Catalogue::read(&files).unwrap_err().file, "notes.md");
}

#[test]
fn a_circle_of_excuses_is_found_however_long() {
    let street = EMBEDDED
        .iter()
        .find(|file| file.name == "criteria/order.toml")
        .unwrap();
    // The exemption is itself excused by the item that it excuses.
    let grant = "\n[[criteria]]\nid = \"parking-orderly\"";
    let text = street.text.replacen(
        "[[criteria]]\nid = \"parking-orderly\"",
        &format!("{}\ngrants = {{ mode = \"exempts\", to = [\"parking-in-line-exemption\"], reasons = [ {{ id = \"a\", name_zh = \"a\", name_en = \"a\" }} ] }}", grant.trim_start()),
        1,
    );
    assert_ne!(text, street.text);
    let files: Vec<SourceFile<'_>> = EMBEDDED
        .iter()
        .map(|file| SourceFile {
            name: file.name,
            text: if file.name == street.name {
                &text
            } else {
                file.text
            },
        })
        .collect();
    let error = Catalogue::read(&files).unwrap_err();
    assert!(error.reason.contains("in a circle"), "{error}");
}

#[test]
fn every_profile_resolves_and_names_its_source() {
    let catalogue = embedded();
    for profile in &catalogue.profiles {
        let standard = resolve(&catalogue, profile, issue(3)).unwrap();
        assert_eq!(standard.version, 3);
        assert_eq!(standard.criteria.len(), profile.rules.len());
        for criterion in &standard.criteria {
            assert_eq!(criterion.provenance.document, profile.document);
            assert_eq!(criterion.provenance.jurisdiction, profile.id);
            assert!(!criterion.applies_to.is_empty(), "{}", criterion.code);
        }
        // What is published can be read by phones, and says the same.
        let read: Standard =
            serde_json::from_str(&serde_json::to_string(&standard).unwrap()).unwrap();
        assert_eq!(read, standard);
        assert!(compare(&standard, &read).is_empty());
    }
}

#[test]
fn places_disagree_as_their_documents_do() {
    let limit = |profile: &str, code: &str| {
        let standard = standard(profile);
        let limit = standard.criterion(code).unwrap().threshold.unwrap();
        (limit.comparator, limit.number().unwrap())
    };
    use Comparator::{AtLeast, AtMost, MoreThan};
    assert_eq!(limit("suma-2023", "streetlight-lit-rate"), (AtLeast, 99.0));
    assert_eq!(
        limit("baiyin-2024", "streetlight-lit-rate"),
        (AtLeast, 95.0)
    );
    assert_eq!(limit("taizhou-like", "hoarding-psa-share"), (AtLeast, 30.0));
    assert_eq!(
        limit("jinchuan-2024", "hoarding-psa-share"),
        (AtLeast, 40.0)
    );
    assert_eq!(limit("suma-2023", "key-place-zone"), (AtMost, 600.0));
    assert_eq!(limit("sixian-2023", "key-place-zone"), (AtMost, 500.0));
    assert_eq!(
        limit("jinchuan-2024", "crosswalk-yield-rate"),
        (MoreThan, 95.0)
    );
    let zone = |profile: &str| standard(profile).profile.unwrap().zone;
    assert_eq!(zone("suma-2023"), ZoneShape::Circle { radius_m: 600.0 });
    assert_eq!(zone("sixian-2023"), ZoneShape::Circle { radius_m: 500.0 });
    assert!(matches!(
        zone("jinchuan-2024"),
        ZoneShape::WalkVisible { walk_m: 400.0, .. }
    ));
    // Estates are key places in one, communities in the other.
    let [suma, sixian] = ["suma-2023", "sixian-2023"].map(standard);
    assert!(suma.is_key_place(PointType::Residential) && !suma.is_key_place(PointType::Community));
    assert!(
        sixian.is_key_place(PointType::Community) && !sixian.is_key_place(PointType::Residential)
    );
}

#[test]
fn a_market_has_another_list_in_each_district() {
    let [suma, sixian] = ["suma-2023", "sixian-2023"].map(standard);
    let here = codes(&sixian, PointType::FarmersMarket);
    let there = codes(&suma, PointType::FarmersMarket);
    assert!(here.contains("market-zoned-by-goods") && !there.contains("market-zoned-by-goods"));
    assert!(there.contains("live-poultry-separated") && !here.contains("live-poultry-separated"));
    // Both look at its surroundings, because a market is a key place in both.
    assert!(there.contains("zone-twelve-disorders"), "{there:?}");
    assert!(here.contains("parking-lines-complete") && there.contains("parking-lines-complete"));
    // A complex is a mall, and a rule about zones or meetings is no question on the spot.
    assert!(codes(&suma, PointType::Complex).contains("barrier-free-parking"));
    for standard in [&suma, &sixian] {
        for kind in PointType::ALL {
            for criterion in standard.checklist(kind) {
                assert_eq!(criterion.scope, CriterionScope::Point, "{}", criterion.code);
            }
        }
    }
}

#[test]
fn excuses_come_with_the_rules_that_grant_them() {
    let baiyin = standard("baiyin-2024");
    let parking = baiyin.criterion("parking-orderly").unwrap();
    let reasons: Vec<&str> = parking
        .excuses
        .iter()
        .map(|excuse| excuse.id.as_str())
        .collect();
    assert_eq!(reasons, ["inside-lines", "neat-unmarked"]);
    for code in ["no-smoking-indoors", "no-illegal-small-ads"] {
        let excuses = &baiyin.criterion(code).unwrap().excuses;
        assert_eq!(excuses.len(), 1, "{code}");
        assert_eq!(excuses[0].mode, ExcuseMode::Passes);
        assert_eq!(excuses[0].title.as_deref(), Some("national-hygienic-city"));
    }
    // The rules themselves are no items of a list.
    let all = PointType::ALL.map(|kind| codes(&baiyin, kind));
    for code in ["parking-in-line-exemption", "county-hygiene-auto-pass"] {
        assert!(baiyin.criterion(code).unwrap().grants);
        assert!(all.iter().all(|codes| !codes.contains(code)));
    }
    // A district that has not adopted the rules has no excuses.
    assert!(
        standard("sixian-2023")
            .criterion("parking-orderly")
            .unwrap()
            .excuses
            .is_empty()
    );
}

#[test]
fn two_limits_of_one_criterion_share_its_places_out() {
    let jinchuan = standard("jinchuan-2024");
    let at = |kind: PointType| -> Vec<&str> {
        let items = jinchuan
            .checklist(kind)
            .map(|criterion| criterion.code.as_str());
        items
            .filter(|code| code.starts_with("psa-content-condition"))
            .collect()
    };
    assert_eq!(at(PointType::Residential), ["psa-content-condition"]);
    assert_eq!(
        at(PointType::UrbanVillage),
        ["psa-content-condition.urban-village"]
    );
}

#[test]
fn an_edited_limit_is_one_difference_between_two_versions() {
    let catalogue = embedded();
    let mut profile = catalogue.profile("suma-2023").unwrap().clone();
    let before = resolve(&catalogue, &profile, issue(1)).unwrap();
    let raised = Threshold {
        comparator: Comparator::AtLeast,
        value: LimitValue::Number(99.5),
        unit: MeasureUnit::Percent,
    };
    let rule = profile
        .rules
        .iter_mut()
        .find(|rule| rule.criterion == "streetlight-lit-rate");
    let rule = rule.unwrap();
    rule.limit = Some(raised);
    // Goes with the limit, and is no change of its own.
    rule.inferred = Some(!before.criterion("streetlight-lit-rate").unwrap().inferred);
    profile
        .key_point_types
        .retain(|kind| *kind != PointType::Residential);
    profile
        .rules
        .retain(|rule| rule.criterion != "off-hours-parking-sharing");
    let edited = crate::Edited {
        by: "督查".into(),
        at: crate::UnixMillis::new(1),
        note: String::new(),
    };
    let after = resolve(
        &catalogue,
        &profile,
        Issue {
            edited: Some(edited),
            ..issue(2)
        },
    )
    .unwrap();
    let from = before.criterion("streetlight-lit-rate").unwrap().threshold;
    assert_eq!(
        compare(&before, &after),
        [
            StandardChange::KeyPlaces {
                removed: vec![PointType::Residential],
                added: vec![]
            },
            StandardChange::Limit {
                code: "streetlight-lit-rate".into(),
                from,
                to: Some(raised)
            },
            StandardChange::Removed {
                code: "off-hours-parking-sharing".into()
            },
        ]
    );
    assert_eq!(compare(&after, &before).len(), 3);
    let rule = profile
        .rules
        .iter_mut()
        .find(|rule| rule.criterion == "streetlight-lit-rate");
    rule.unwrap().limit = Some(Threshold {
        value: LimitValue::Number(101.0),
        ..raised
    });
    assert!(matches!(
        resolve(&catalogue, &profile, issue(3)),
        Err(ResolveError::Limit { .. })
    ));
}

#[test]
fn every_kind_of_control_is_asked_for() {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for profile in embedded().profiles {
        for criterion in standard(&profile.id).criteria {
            seen.insert(format!("{:?}", criterion.control()));
            let bundled = !criterion.parts.is_empty();
            assert_eq!(
                bundled,
                criterion.control() == Control::Parts,
                "{}",
                criterion.code
            );
            if criterion.kind == CriterionKind::Boolean && !bundled {
                assert_eq!(criterion.control(), Control::Holds);
            }
        }
    }
    assert_eq!(seen.len(), 12, "{seen:?}");
}
