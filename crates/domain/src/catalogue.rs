//! The catalogue of criteria and the districts' profiles, read from TOML.
//!
//! The files under `catalogue/` come with the product; an administrator can read others of the
//! same form. `catalogue/schema/` describes the form for editors. What is wrong in a file is told
//! with its name, line and reason, and nothing of a faulty catalogue is used.

mod check;
mod profile;
mod source;

pub use check::district_zone_fault;
pub use profile::{Issue, Profile, ResolveError, Rule, resolve};
pub use source::{
    CatalogueError, CriterionSource, Grant, GrantReason, PointTypeName, Title, schemas,
};

use crate::{Category, StandardId};

/// A catalogue with every reference in it checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    /// Its id, the same over all versions.
    pub id: StandardId,
    /// Counts up from 1.
    pub version: u32,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// The headings in the order in which they are shown.
    pub categories: Vec<Category>,
    /// Names of the kinds of point.
    pub point_types: Vec<PointTypeName>,
    /// Titles that a city can hold.
    pub titles: Vec<Title>,
    /// The criteria, in the order of their headings.
    pub criteria: Vec<CriterionSource>,
    /// The profiles, by their ids.
    pub profiles: Vec<Profile>,
}

/// A file of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceFile<'a> {
    /// Its path below the catalogue's folder; tells what it holds.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        &[$(SourceFile {
            name: $name,
            text: include_str!(concat!("../catalogue/", $name)),
        }),+]
    };
}

/// The files that come with the product.
pub const EMBEDDED: &[SourceFile<'static>] = embedded![
    "standard.toml",
    "criteria/street.toml",
    "criteria/sanitation.toml",
    "criteria/cables-and-adverts.toml",
    "criteria/order.toml",
    "criteria/conduct-and-traffic.toml",
    "criteria/safety-and-food.toml",
    "criteria/services-and-community.toml",
    "criteria/city-and-area.toml",
    "criteria/materials.toml",
    "criteria/organisation-and-scoring.toml",
    "profiles/baiyin-2024.toml",
    "profiles/benxi-2024.toml",
    "profiles/dongqu-2024.toml",
    "profiles/jinchuan-2024.toml",
    "profiles/sixian-2023.toml",
    "profiles/suma-2023.toml",
    "profiles/suqian-2022.toml",
    "profiles/taizhou-like.toml",
    "profiles/xuzhou-2022.toml",
    "profiles/yancheng-2022.toml",
];

impl Catalogue {
    /// Reads a catalogue: one `standard.toml`, any number of `criteria/*.toml` and
    /// `profiles/*.toml`.
    ///
    /// # Errors
    /// [`CatalogueError`] with file, line and reason of the first thing that is wrong.
    pub fn read(files: &[SourceFile<'_>]) -> Result<Self, CatalogueError> {
        source::read(files)
    }

    /// Reads the catalogue that comes with the product.
    ///
    /// # Errors
    /// None in a build that passed its tests.
    pub fn embedded() -> Result<Self, CatalogueError> {
        Self::read(EMBEDDED)
    }

    /// Finds a criterion.
    pub fn criterion(&self, id: &str) -> Option<&CriterionSource> {
        self.criteria.iter().find(|criterion| criterion.id == id)
    }

    /// Finds a profile.
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }
}

#[cfg(test)]
#[path = "catalogue/catalogue_tests.rs"]
mod tests;
