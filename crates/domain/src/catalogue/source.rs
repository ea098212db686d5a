//! The form of the files, and finding the line of what is wrong in one.

use schemars::{JsonSchema, Schema, schema_for};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check;
use super::profile::Profile;
use super::{Catalogue, SourceFile};
use crate::{
    Category, CodeRef, CriterionKind, CriterionScope, Evidence, ExcuseMode, Part, PointType,
    Threshold,
};

/// What is wrong in a catalogue, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct CatalogueError {
    /// Name of the file.
    pub file: String,
    /// Line, counting from 1; 0 where a whole file is missing.
    pub line: usize,
    /// What is wrong, in English.
    pub reason: String,
}

/// `standard.toml`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StandardFile {
    /// UUID, the same over all versions.
    #[schemars(with = "String")]
    pub(super) id: uuid::Uuid,
    /// Counts up from 1.
    #[schemars(range(min = 1))]
    pub(super) version: u32,
    pub(super) name_zh: String,
    pub(super) name_en: String,
    /// Headings, in the order in which they are shown.
    pub(super) categories: Vec<Category>,
    pub(super) point_types: Vec<PointTypeName>,
    #[serde(default)]
    pub(super) titles: Vec<Title>,
}

/// `criteria/*.toml`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CriteriaFile {
    pub(super) criteria: Vec<CriterionSource>,
}

/// Names of a kind of point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointTypeName {
    /// Which.
    pub id: PointType,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Whether one can stand there.
    pub place: bool,
}

/// A title that a city can hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Stable name.
    pub id: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
}

/// A criterion with its baseline.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionSource {
    /// Stable name, in lower case with hyphens.
    #[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// What to look at, in Chinese.
    pub hint_zh: String,
    /// The same in English.
    pub hint_en: String,
    /// Which heading.
    pub category: String,
    /// How it is judged.
    pub kind: CriterionKind,
    /// What it is about.
    pub scope: CriterionScope,
    /// At which kinds of point it is looked at.
    pub applies_to: Vec<PointType>,
    /// The baseline limit; absent for boolean.
    pub limit: Option<Threshold>,
    /// Whether the baseline is a reading of words and no printed figure.
    #[serde(default)]
    pub inferred: bool,
    /// What proves an answer.
    #[serde(default)]
    pub evidence: Evidence,
    /// What urban-management systems call the problem: `matter:06013`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub codes: Vec<CodeRef>,
    /// What is ticked one by one.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// Which other criteria it excuses.
    pub grants: Option<Grant>,
    /// What has to be known of the limit, in Chinese.
    #[serde(default)]
    pub note_zh: String,
    /// The same in English.
    #[serde(default)]
    pub note_en: String,
}

/// A rule that excuses other criteria.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// What it does to them.
    pub mode: ExcuseMode,
    /// Ids of the criteria.
    pub to: Vec<String>,
    /// The title that has to be held, for mode passes.
    pub title: Option<String>,
    /// The reasons that a person can give.
    pub reasons: Vec<GrantReason>,
}

/// A reason of a [`Grant`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantReason {
    /// Stable name within the rule.
    pub id: String,
    /// Chinese wording.
    pub name_zh: String,
    /// English wording.
    pub name_en: String,
}

/// Returns the JSON Schema of each kind of file, with the name it is kept under.
pub fn schemas() -> [(&'static str, Schema); 3] {
    [
        ("standard.schema.json", schema_for!(StandardFile)),
        ("criteria.schema.json", schema_for!(CriteriaFile)),
        ("profile.schema.json", schema_for!(Profile)),
    ]
}

/// A file that was parsed, with the places of its parts.
#[derive(Debug)]
pub(super) struct Parsed<'a, T> {
    pub(super) file: SourceFile<'a>,
    pub(super) content: T,
    places: Spanned<DeTable<'a>>,
}

impl<'a, T: DeserializeOwned> Parsed<'a, T> {
    fn parse(file: SourceFile<'a>) -> Result<Self, CatalogueError> {
        let error = |error: toml::de::Error| CatalogueError {
            file: file.name.to_owned(),
            line: error.span().map_or(1, |span| line(file.text, span.start)),
            reason: error.message().to_owned(),
        };
        Ok(Self {
            file,
            content: toml::from_str(file.text).map_err(error)?,
            places: DeTable::parse(file.text).map_err(error)?,
        })
    }

    /// Makes an error at an entry of one of the file's lists, at a field of it where it has one.
    pub(super) fn error(
        &self,
        list: &str,
        entry: usize,
        field: &str,
        reason: impl std::fmt::Display,
    ) -> CatalogueError {
        let place = || {
            let list = self.places.get_ref().get(list)?;
            let DeValue::Array(entries) = list.get_ref() else {
                return Some(list.span().start);
            };
            let entry = entries.get(entry)?;
            let DeValue::Table(fields) = entry.get_ref() else {
                return Some(entry.span().start);
            };
            Some(
                fields
                    .get(field)
                    .map_or(entry.span().start, |field| field.span().start),
            )
        };
        CatalogueError {
            file: self.file.name.to_owned(),
            line: line(self.file.text, place().unwrap_or(0)),
            reason: reason.to_string(),
        }
    }

    /// Makes an error at a field of the file itself.
    pub(super) fn error_at(&self, field: &str, reason: impl std::fmt::Display) -> CatalogueError {
        let place = self.places.get_ref().get(field).map(|at| at.span().start);
        CatalogueError {
            file: self.file.name.to_owned(),
            line: line(self.file.text, place.unwrap_or(0)),
            reason: reason.to_string(),
        }
    }
}

/// The line of a byte, counting from 1.
fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

pub(super) fn read(files: &[SourceFile<'_>]) -> Result<Catalogue, CatalogueError> {
    let mut standard = None;
    let (mut criteria, mut profiles) = (Vec::new(), Vec::new());
    for file in files {
        if file.name == "standard.toml" {
            standard = Some(Parsed::<StandardFile>::parse(*file)?);
        } else if file.name.starts_with("criteria/") {
            criteria.push(Parsed::<CriteriaFile>::parse(*file)?);
        } else if file.name.starts_with("profiles/") {
            profiles.push(Parsed::<Profile>::parse(*file)?);
        } else {
            return Err(CatalogueError {
                file: file.name.to_owned(),
                line: 0,
                reason: "a catalogue is made of standard.toml, criteria/*.toml and \
                         profiles/*.toml; this is none of them"
                    .to_owned(),
            });
        }
    }
    let standard = standard.ok_or_else(|| CatalogueError {
        file: "standard.toml".to_owned(),
        line: 0,
        reason: "the file is missing".to_owned(),
    })?;
    check::all(&standard, &criteria, &profiles)?;
    let head = standard.content;
    let rank = |category: &str| {
        head.categories
            .iter()
            .position(|known| known.id == category)
            .unwrap_or(usize::MAX)
    };
    let mut sorted: Vec<CriterionSource> = criteria
        .into_iter()
        .flat_map(|file| file.content.criteria)
        .collect();
    // Within a heading they stay as the files have them.
    sorted.sort_by_key(|criterion| rank(&criterion.category));
    let mut profiles: Vec<Profile> = profiles.into_iter().map(|file| file.content).collect();
    profiles.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Catalogue {
        id: crate::StandardId::from_uuid(head.id),
        version: head.version,
        name_zh: head.name_zh,
        name_en: head.name_en,
        categories: head.categories,
        point_types: head.point_types,
        titles: head.titles,
        criteria: sorted,
        profiles,
    })
}
