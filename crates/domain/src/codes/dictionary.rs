//! The dictionary of codes, and searching it.

use serde::{Deserialize, Serialize};

use super::{CodeKind, CodeRef};
use crate::spelled_like;

/// Which list a code is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum CodeEdition {
    /// Superseded; four digits.
    #[serde(rename = "cjt214")]
    Cjt214,
    /// In wide use; four digits.
    #[serde(rename = "gbt30428-2013")]
    Gbt30428,
    /// In force since 2026-07-01; five digits.
    #[serde(rename = "gbt47678-2026")]
    Gbt47678,
}

impl CodeEdition {
    const NAMED: [(&'static str, Self); 3] = [
        ("cjt214", Self::Cjt214),
        ("gbt30428-2013", Self::Gbt30428),
        ("gbt47678-2026", Self::Gbt47678),
    ];

    /// Finds an edition by the name that its files have.
    pub fn named(name: &str) -> Option<Self> {
        let mut named = Self::NAMED.into_iter();
        named.find(|(known, _)| *known == name).map(|(_, of)| of)
    }

    /// The names of all editions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMED.into_iter().map(|(name, _)| name)
    }
}

/// How well an entry is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CodeStatus {
    /// From a third party's transcription of the standard: to be verified.
    Transcribed,
    /// Derived from the 2026 edition by the rule of its numbering: to be verified.
    Derived,
    /// Seen in tables that cities published.
    Published,
    /// A city's own addition.
    Local,
}

/// A code with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct CodeEntry {
    /// Which list.
    pub edition: CodeEdition,
    /// Thing or problem.
    pub kind: CodeKind,
    /// Four or five digits.
    pub digits: String,
    /// The large class, in Chinese.
    pub class_zh: String,
    /// The name, in Chinese.
    pub name_zh: String,
    /// How well it is known.
    pub status: CodeStatus,
}

/// Why a list does not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct DictionaryError {
    /// Name of the file.
    pub file: String,
    /// Line, counting from 1.
    pub line: usize,
    /// What is wrong, in English.
    pub reason: &'static str,
}

/// All codes, found by edition, kind and digits.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    /// Sorted by their keys.
    entries: Vec<CodeEntry>,
}

const EMBEDDED: [(CodeEdition, &str, &str); 3] = [
    (
        CodeEdition::Cjt214,
        "cjt214.tsv",
        include_str!("../../catalogue/codes/cjt214.tsv"),
    ),
    (
        CodeEdition::Gbt30428,
        "gbt30428-2013.tsv",
        include_str!("../../catalogue/codes/gbt30428-2013.tsv"),
    ),
    (
        CodeEdition::Gbt47678,
        "gbt47678-2026.tsv",
        include_str!("../../catalogue/codes/gbt47678-2026.tsv"),
    ),
];

impl Dictionary {
    /// Reads the lists that come with the product.
    ///
    /// # Errors
    /// None in a build that passed its tests.
    pub fn embedded() -> Result<Self, DictionaryError> {
        let mut dictionary = Self::default();
        for (edition, file, text) in EMBEDDED {
            dictionary.add(edition, file, text)?;
        }
        Ok(dictionary)
    }

    /// Adds a list: kind, digits, class, name and status in columns parted by tabulators; lines
    /// that begin with `#` are remarks. A city's own codes are added to an edition in this way.
    ///
    /// # Errors
    /// [`DictionaryError`] with the first line that does not read; nothing is added then.
    pub fn add(
        &mut self,
        edition: CodeEdition,
        file: &str,
        text: &str,
    ) -> Result<(), DictionaryError> {
        let mut entries = self.entries.clone();
        for (number, line) in text.lines().enumerate() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let entry = read(edition, line).map_err(|reason| DictionaryError {
                file: file.to_owned(),
                line: number + 1,
                reason,
            })?;
            let key = |entry: &CodeEntry| (entry.edition, entry.kind, entry.digits.clone());
            match entries.binary_search_by_key(&key(&entry), key) {
                Ok(_) => {
                    return Err(DictionaryError {
                        file: file.to_owned(),
                        line: number + 1,
                        reason: "this code is there twice",
                    });
                }
                Err(place) => entries.insert(place, entry),
            }
        }
        self.entries = entries;
        Ok(())
    }

    /// Finds a code.
    pub fn get(&self, edition: CodeEdition, kind: CodeKind, digits: &str) -> Option<&CodeEntry> {
        self.entries
            .binary_search_by(|entry| {
                (entry.edition, entry.kind, entry.digits.as_str()).cmp(&(edition, kind, digits))
            })
            .ok()
            .and_then(|place| self.entries.get(place))
    }

    /// Finds what a criterion refers to, in the newest edition.
    pub fn resolve(&self, code: &CodeRef) -> Option<&CodeEntry> {
        self.get(CodeEdition::Gbt47678, code.kind, &code.digits)
    }

    /// Returns the entry of the 2013 edition for one of 2026, where there is one: things keep
    /// their numbers without the leading zero of the small class, matters come five classes
    /// lower.
    pub fn in_2013(&self, code: &CodeRef) -> Option<&CodeEntry> {
        let (class, small) = code.digits.split_at_checked(2)?;
        let small = small.strip_prefix('0')?;
        let class: u32 = class.parse().ok()?;
        let class = match code.kind {
            CodeKind::Component => class,
            CodeKind::Matter => class.checked_sub(5)?,
        };
        self.get(
            CodeEdition::Gbt30428,
            code.kind,
            &format!("{class:02}{small}"),
        )
    }

    /// Lists what is found by a name, by the pinyin of a name or its initials, or by the first
    /// digits of a code; in the order of the codes.
    pub fn search<'a>(
        &'a self,
        edition: Option<CodeEdition>,
        typed: &'a str,
    ) -> impl Iterator<Item = &'a CodeEntry> {
        let typed = typed.trim();
        let digits = typed.replace('-', "");
        let by_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        self.entries.iter().filter(move |entry| {
            edition.is_none_or(|edition| edition == entry.edition)
                && if by_digits {
                    entry.digits.starts_with(&digits)
                } else {
                    spelled_like(&entry.name_zh, typed)
                }
        })
    }
}

fn read(edition: CodeEdition, line: &str) -> Result<CodeEntry, &'static str> {
    let mut columns = line.split('\t');
    let (Some(kind), Some(digits), Some(class), Some(name), Some(status), None) = (
        columns.next(),
        columns.next(),
        columns.next(),
        columns.next(),
        columns.next(),
        columns.next(),
    ) else {
        return Err("five columns are expected: kind, code, class, name, status");
    };
    let kind = match kind {
        "component" => CodeKind::Component,
        "matter" => CodeKind::Matter,
        _ => return Err("the kind is component or matter"),
    };
    let wanted = if edition == CodeEdition::Gbt47678 {
        5
    } else {
        4
    };
    if digits.len() != wanted || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the code does not have the digits of its edition");
    }
    if class.is_empty() || name.is_empty() {
        return Err("class or name is empty");
    }
    let status = match status {
        "transcribed" => CodeStatus::Transcribed,
        "derived" => CodeStatus::Derived,
        "published" => CodeStatus::Published,
        "local" => CodeStatus::Local,
        _ => return Err("the status is transcribed, derived, published or local"),
    };
    Ok(CodeEntry {
        edition,
        kind,
        digits: digits.to_owned(),
        class_zh: class.to_owned(),
        name_zh: name.to_owned(),
        status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn dictionary() -> Dictionary {
        Dictionary::embedded().unwrap()
    }

    #[test]
    fn the_editions_are_whole_and_marked() {
        let dictionary = dictionary();
        let count = |edition, kind| {
            let all = dictionary.search(Some(edition), "");
            all.filter(|entry| entry.kind == kind).count()
        };
        assert_eq!(count(CodeEdition::Gbt47678, CodeKind::Component), 153);
        assert_eq!(count(CodeEdition::Gbt47678, CodeKind::Matter), 250);
        for entry in dictionary.search(Some(CodeEdition::Gbt47678), "") {
            assert_eq!(entry.status, CodeStatus::Transcribed);
        }
        assert!(count(CodeEdition::Gbt30428, CodeKind::Matter) > 90);
        assert!(count(CodeEdition::Cjt214, CodeKind::Component) > 50);
    }

    #[test]
    fn the_same_digits_mean_different_things() {
        let dictionary = dictionary();
        let name = |edition, kind, digits| {
            let entry = dictionary.get(edition, kind, digits);
            entry.map(|entry| entry.name_zh.clone()).unwrap_or_default()
        };
        use CodeKind::{Component, Matter};
        assert_eq!(name(CodeEdition::Gbt47678, Component, "01001"), "供水井盖");
        assert_eq!(name(CodeEdition::Gbt47678, Matter, "01001"), "供水井盖异常");
        // A street lamp has another number in every edition.
        assert_eq!(name(CodeEdition::Cjt214, Component, "0118"), "路灯");
        assert_eq!(name(CodeEdition::Gbt30428, Component, "0137"), "路灯");
        assert_eq!(name(CodeEdition::Gbt47678, Component, "01037"), "路灯");
        assert_eq!(name(CodeEdition::Gbt47678, Component, "0137"), "");
    }

    #[test]
    fn a_code_of_2026_is_led_back_to_2013() {
        let dictionary = dictionary();
        let back = |code: &str| {
            let code = CodeRef::try_from(code.to_owned()).unwrap();
            dictionary.in_2013(&code).map(|entry| entry.digits.clone())
        };
        assert_eq!(back("matter:06010").as_deref(), Some("0110"));
        assert_eq!(back("component:01037").as_deref(), Some("0137"));
        // Snow and ice were an emergency then, under a number that nobody published.
        assert_eq!(back("matter:10001"), None);
    }

    #[test]
    fn names_are_found_by_initials_and_codes_by_digits() {
        let dictionary = dictionary();
        let first = |typed: &str| {
            let mut found = dictionary.search(Some(CodeEdition::Gbt47678), typed);
            found.next().map(|entry| entry.digits.clone())
        };
        for typed in ["暴露垃圾", "bllj", "baolulaji", "06010"] {
            assert_eq!(first(typed).as_deref(), Some("06010"), "{typed}");
        }
        assert_eq!(first("xxxx"), None);
        assert!(dictionary.search(None, "06-01").count() >= 10);
    }

    #[test]
    fn every_criterion_refers_to_codes_that_there_are() {
        let dictionary = dictionary();
        let mut mapped = 0;
        for criterion in Catalogue::embedded().unwrap().criteria {
            for code in &criterion.codes {
                assert!(
                    dictionary.resolve(code).is_some(),
                    "{}: {code}",
                    criterion.id
                );
                mapped += 1;
            }
        }
        assert!(mapped > 100, "{mapped}");
    }

    #[test]
    fn a_citys_own_codes_are_added_whole_or_not_at_all() {
        let mut dictionary = dictionary();
        let own = "# ours\nmatter\t06099\t市容环境类\t道路积水\tlocal\n";
        dictionary
            .add(CodeEdition::Gbt47678, "own.tsv", own)
            .unwrap();
        let code = CodeRef::try_from("matter:06099".to_owned()).unwrap();
        assert_eq!(dictionary.resolve(&code).unwrap().name_zh, "道路积水");
        for (line, reason) in [
            ("matter\t06099\t类\t名\tlocal", "this code is there twice"),
            ("matter\t0609\t类\t名\tlocal", "digits of its edition"),
            ("thing\t06098\t类\t名\tlocal", "component or matter"),
            ("matter\t06098\t类\tlocal", "five columns"),
            ("matter\t06098\t类\t名\tsure", "the status is"),
            ("matter\t06098\t\t名\tlocal", "empty"),
        ] {
            let text = format!("matter\t06097\t类\t名\tlocal\n{line}\n");
            let error = dictionary
                .add(CodeEdition::Gbt47678, "own.tsv", &text)
                .unwrap_err();
            assert_eq!((error.file.as_str(), error.line), ("own.tsv", 2), "{line}");
            assert!(error.reason.contains(reason), "{line}: {error}");
            let code = CodeRef::try_from("matter:06097".to_owned()).unwrap();
            assert!(dictionary.resolve(&code).is_none(), "{line}");
        }
    }
}
