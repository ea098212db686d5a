//! Reading a catalogue of criteria from a folder.

use std::fs;
use std::path::{Path, PathBuf};

use xunfang_domain::catalogue::{Catalogue, SourceFile};

use crate::StartError;

/// Reads `standard.toml`, `criteria/*.toml` and `profiles/*.toml`.
///
/// # Errors
/// [`StartError`] with the file, and the line where something in it is wrong.
pub fn read(folder: &Path) -> Result<Catalogue, StartError> {
    let mut files = vec![(
        "standard.toml".to_owned(),
        text(&folder.join("standard.toml"))?,
    )];
    for place in ["criteria", "profiles"] {
        let mut paths = list(&folder.join(place))?;
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push((format!("{place}/{name}"), text(&path)?));
        }
    }
    let files: Vec<SourceFile<'_>> = files
        .iter()
        .map(|(name, text)| SourceFile { name, text })
        .collect();
    Ok(Catalogue::read(&files)?)
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> StartError {
    let path = path.to_owned();
    move |source| StartError::CatalogueFile { path, source }
}

fn text(path: &Path) -> Result<String, StartError> {
    fs::read_to_string(path).map_err(unreadable(path))
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, StartError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    Ok(paths)
}
