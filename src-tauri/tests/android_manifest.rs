//! What the app may do on a phone, and the window inside the app: exact lists, so that each
//! widening is a change to this file that somebody reads (X2, X12).

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy takes a test's helpers for the product"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Value, json};

/// Each permission of the Android app, and why.
///
/// The types of foreground service (`FOREGROUND_SERVICE_LOCATION`, `…_DATA_SYNC`) are not here:
/// Android wants one from the moment a service of that type is declared, and none is yet.
/// `ACCESS_NETWORK_STATE` is not here: whether the server can be reached is found by trying.
const PERMISSIONS: [(&str, &str); 6] = [
    ("CAMERA", "photos of what is wrong"),
    (
        "ACCESS_FINE_LOCATION",
        "whether the inspector stood within the point's zone",
    ),
    (
        "ACCESS_COARSE_LOCATION",
        "since Android 12 a request for fine without coarse is ignored",
    ),
    ("INTERNET", "the district's server"),
    (
        "POST_NOTIFICATIONS",
        "a finding sent back; the notice that a foreground service must show",
    ),
    (
        "FOREGROUND_SERVICE",
        "a patrol's track and a long upload, started by the person",
    ),
];

/// Everywhere an app can keep something, in the words of Android's extraction rules.
const DOMAINS: [&str; 9] = [
    "root",
    "file",
    "database",
    "sharedpref",
    "external",
    "device_root",
    "device_file",
    "device_database",
    "device_sharedpref",
];

const MANIFEST: &str = "gen/android/app/src/main/AndroidManifest.xml";
const XML: &str = "gen/android/app/src/main/res/xml";

/// One element: its place in the document, its attributes, and its text.
#[derive(Debug, Default)]
struct Element {
    path: String,
    attributes: BTreeMap<String, String>,
    text: String,
}

impl Element {
    fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read_json(name: &str) -> Value {
    serde_json::from_str(&read(name)).unwrap()
}

fn read_xml(name: &str) -> Vec<Element> {
    let text = read(name);
    let mut reader = Reader::from_str(&text);
    let (mut elements, mut path) = (Vec::<Element>::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                path.push(element_name(&start));
                elements.push(element(&path.join("/"), &start));
            }
            Event::Empty(start) => {
                let place = [path.join("/"), element_name(&start)].join("/");
                elements.push(element(&place, &start));
            }
            Event::Text(text) => {
                if let Some(last) = elements.last_mut() {
                    last.text.push_str(text.decode().unwrap().trim());
                }
            }
            Event::End(_) => drop(path.pop()),
            Event::Eof => return elements,
            _ => {}
        }
    }
}

fn element_name(start: &BytesStart<'_>) -> String {
    String::from_utf8(start.name().as_ref().to_vec()).unwrap()
}

fn element(path: &str, start: &BytesStart<'_>) -> Element {
    let attributes = start.attributes().map(Result::unwrap).map(|attribute| {
        let name = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
        (name, attribute.unescape_value().unwrap().into_owned())
    });
    Element {
        path: path.to_owned(),
        attributes: attributes.collect(),
        text: String::new(),
    }
}

fn at<'a>(elements: &'a [Element], path: &str) -> Vec<&'a Element> {
    elements
        .iter()
        .filter(|element| element.path == path)
        .collect()
}

fn folder(name: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(file(name)).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn the_app_asks_for_exactly_these_permissions() {
    let manifest = read_xml(MANIFEST);
    let asked: BTreeSet<_> = manifest
        .iter()
        .filter(|element| element.path.contains("permission"))
        .map(|element| (element.path.as_str(), element.attributes.clone()))
        .collect();
    let allowed = PERMISSIONS
        .iter()
        .map(|(name, _)| {
            (
                "android:name".to_owned(),
                format!("android.permission.{name}"),
            )
        })
        .map(|attribute| ("manifest/uses-permission", BTreeMap::from([attribute])))
        .collect();
    assert_eq!(asked, allowed);
}

#[test]
fn only_the_main_source_set_has_a_manifest() {
    // A manifest of the debug build would be merged into this one.
    for set in folder("gen/android/app/src") {
        let manifest = file("gen/android/app/src")
            .join(&set)
            .join("AndroidManifest.xml");
        assert_eq!(manifest.exists(), set == "main", "{set}");
    }
}

#[test]
fn a_phone_without_a_camera_can_install_the_app() {
    let manifest = read_xml(MANIFEST);
    let features: Vec<_> = at(&manifest, "manifest/uses-feature")
        .iter()
        .map(|element| (element.get("android:name"), element.get("android:required")))
        .collect();
    assert_eq!(features, [(Some("android.hardware.camera"), Some("false"))]);
}

#[test]
fn only_the_launcher_can_start_the_app() {
    let manifest = read_xml(MANIFEST);
    let components: Vec<_> = [
        "activity",
        "activity-alias",
        "service",
        "receiver",
        "provider",
    ]
    .iter()
    .flat_map(|kind| at(&manifest, &format!("manifest/application/{kind}")))
    .map(|element| {
        (
            element.get("android:name").unwrap(),
            element.get("android:exported"),
        )
    })
    .collect();
    assert_eq!(
        components,
        [
            (".MainActivity", Some("true")),
            ("androidx.core.content.FileProvider", Some("false"))
        ]
    );
    let filters: Vec<_> = manifest
        .iter()
        .filter(|element| element.path.contains("/intent-filter/"))
        .map(|element| element.get("android:name").unwrap())
        .collect();
    assert_eq!(
        filters,
        [
            "android.intent.action.MAIN",
            "android.intent.category.LAUNCHER"
        ]
    );
}

#[test]
fn the_file_provider_lends_captures_only() {
    let paths = read_xml(&format!("{XML}/file_paths.xml"));
    let lent: Vec<_> = paths
        .iter()
        .filter(|element| element.path != "paths")
        .map(|element| (element.path.as_str(), element.get("path")))
        .collect();
    assert_eq!(lent, [("paths/external-files-path", Some("Pictures/"))]);
}

#[test]
fn nothing_is_backed_up_or_moved_to_another_phone() {
    let manifest = read_xml(MANIFEST);
    let [application] = at(&manifest, "manifest/application")[..] else {
        panic!("one application")
    };
    assert_eq!(application.get("android:allowBackup"), Some("false"));
    assert_eq!(application.get("android:fullBackupContent"), Some("false"));
    assert_eq!(
        application.get("android:dataExtractionRules"),
        Some("@xml/data_extraction_rules")
    );

    let rules = read_xml(&format!("{XML}/data_extraction_rules.xml"));
    for section in ["cloud-backup", "device-transfer"] {
        let below = format!("data-extraction-rules/{section}/");
        let rules: Vec<_> = rules
            .iter()
            .filter(|rule| rule.path.starts_with(&below))
            .collect();
        assert!(
            rules.iter().all(|rule| rule.path.ends_with("/exclude")),
            "{rules:?}"
        );
        assert!(
            rules.iter().all(|rule| rule.get("path") == Some(".")),
            "{rules:?}"
        );
        let domains: Vec<_> = rules.iter().filter_map(|rule| rule.get("domain")).collect();
        assert_eq!(domains, DOMAINS, "{section}");
    }
}

#[test]
fn unencrypted_traffic_is_for_loopback_only() {
    let manifest = read_xml(MANIFEST);
    let [application] = at(&manifest, "manifest/application")[..] else {
        panic!("one application")
    };
    assert_eq!(
        application.get("android:networkSecurityConfig"),
        Some("@xml/network_security_config")
    );
    for place in [MANIFEST, "gen/android/app/build.gradle.kts"] {
        assert!(
            !read(place).contains("usesCleartextTraffic"),
            "{place} has its own rule"
        );
    }

    let config = read_xml(&format!("{XML}/network_security_config.xml"));
    let rules: Vec<_> = config
        .iter()
        .map(|element| {
            let path = element.path.trim_start_matches("network-security-config");
            let attributes: Vec<_> = element.attributes.values().map(String::as_str).collect();
            (path, attributes.join(" "), element.text.as_str())
        })
        .collect();
    assert_eq!(
        rules,
        [
            ("", String::new(), ""),
            ("/base-config", "false".into(), ""),
            ("/domain-config", "true".into(), ""),
            ("/domain-config/domain", "false".into(), "127.0.0.1"),
            ("/domain-config/domain", "false".into(), "localhost"),
        ]
    );
}

#[test]
fn the_window_loads_the_apps_own_pages_under_this_policy() {
    let config = read_json("tauri.conf.json");
    assert_eq!(
        config["app"]["security"],
        json!({
            "capabilities": ["main"],
            "csp": {
                "default-src": "'self'",
                "img-src": "'self' photo: http://photo.localhost blob: data:",
                "style-src": "'self' 'unsafe-inline'",
                "script-src": "'self'",
                "connect-src": "'self' ipc: http://ipc.localhost",
                "object-src": "'none'",
                "base-uri": "'none'",
                "frame-ancestors": "'none'",
                "form-action": "'none'",
            },
            "freezePrototype": true,
        })
    );
    assert_eq!(config["app"]["withGlobalTauri"], json!(false));
    assert_eq!(
        config["build"],
        json!({"frontendDist": "../ui/phone/dist"}),
        "no remote page"
    );
    assert_eq!(config.get("plugins"), None);
    let windows = config["app"]["windows"].as_array().unwrap();
    assert_eq!(windows.len(), 1);
    assert_eq!(windows[0]["label"], "main");
    assert_eq!(windows[0].get("url"), None);
}

#[test]
fn the_window_may_call_exactly_this() {
    let files = folder("capabilities");
    assert_eq!(files, BTreeSet::from(["main.json".to_owned()]));
    let mut capability = read_json("capabilities/main.json");
    capability.as_object_mut().unwrap().remove("description");
    assert_eq!(
        capability,
        json!({
            "identifier": "main",
            "local": true,
            "windows": ["main"],
            "permissions": [
                "core:event:allow-listen",
                "core:event:allow-unlisten",
                "allow-command",
                "allow-stage-photo",
                "allow-save-rescue",
            ],
        })
    );
}

#[test]
fn the_apps_own_commands_each_need_a_permission() {
    // A command that the build script does not list would be open to every window.
    let squeezed = |name| read(name).split_whitespace().collect::<String>();
    assert!(
        squeezed("build.rs").contains(r#".commands(&["command","stage_photo","save_rescue"])"#)
    );
    assert!(squeezed("src/run.rs").contains(
        "generate_handler![commands::command,commands::stage_photo,commands::save_rescue])"
    ));
}
