//! What districts choose from: the criteria, and the codes of urban management.
//!
//! Both come with the product and can come from folders instead or besides. They are read again
//! while the server runs; what does not read is refused, and what was there stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use xunfang_domain::catalogue::Catalogue;
use xunfang_domain::{CodeEdition, Dictionary};

use crate::StartError;
use crate::catalogue;

/// Where the criteria and codes are that do not come with the product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    /// A catalogue to use instead of the product's own.
    pub catalogue: Option<PathBuf>,
    /// Lists of a city's own codes, each named for the edition that it adds to:
    /// `gbt47678-2026.tsv`.
    pub codes: Option<PathBuf>,
}

/// The criteria and codes of one reading; cloning shares them.
#[derive(Debug, Clone)]
pub(crate) struct Library {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) dictionary: Arc<Dictionary>,
}

impl Library {
    /// Reads everything, or says what is wrong with what.
    pub(crate) fn read(folders: &Folders) -> Result<Self, StartError> {
        let Self {
            mut catalogue,
            mut dictionary,
        } = Self::embedded()?;
        if let Some(folder) = &folders.catalogue {
            catalogue = Arc::new(catalogue::read(folder)?);
        }
        if let Some(folder) = &folders.codes {
            add_codes(Arc::make_mut(&mut dictionary), folder)?;
        }
        Ok(Self {
            catalogue,
            dictionary,
        })
    }

    /// What comes with the product; it is read once in a process.
    fn embedded() -> Result<Self, StartError> {
        static EMBEDDED: OnceLock<Library> = OnceLock::new();
        if let Some(library) = EMBEDDED.get() {
            return Ok(library.clone());
        }
        let library = Self {
            catalogue: Arc::new(Catalogue::embedded()?),
            dictionary: Arc::new(Dictionary::embedded()?),
        };
        Ok(EMBEDDED.get_or_init(|| library).clone())
    }
}

fn add_codes(dictionary: &mut Dictionary, folder: &Path) -> Result<(), StartError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| StartError::CodesFile { path, source }
    };
    let entries = fs::read_dir(folder).map_err(unreadable(folder))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable(folder))?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "tsv"));
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let edition = CodeEdition::named(&name).ok_or_else(|| StartError::CodesEdition {
            path: path.clone(),
            known: CodeEdition::names().collect::<Vec<_>>().join(", "),
        })?;
        let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
        dictionary.add(edition, &path.to_string_lossy(), &text)?;
    }
    Ok(())
}
