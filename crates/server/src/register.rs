//! Registers of points by command line, over a server's folder while nothing serves it.

use std::fs;
use std::path::{Path, PathBuf};

use xunfang_domain::Datum;
use xunfang_protocol::ImportPreview;
use xunfang_report::Format;

use crate::App;
use crate::districts::{self, DistrictError};
use crate::error::ApiError;
use crate::points::{self, Register};

/// Why a register was not taken or written; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The end of the name tells no form.
    #[error("{0} is neither .xlsx nor .csv nor .geojson. Nothing was changed.")]
    Form(PathBuf),
    /// The file cannot be read or written.
    #[error("{path}: {source}. Nothing was changed.")]
    File {
        /// Which file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// No district is called so.
    #[error(transparent)]
    District(#[from] DistrictError),
    /// The register itself.
    #[error("{0}. Nothing was changed.")]
    Refused(String),
}

impl From<ApiError> for RegisterError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error.to_string())
    }
}

fn form(path: &Path) -> Result<Format, RegisterError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Format::of(&name).ok_or_else(|| RegisterError::Form(path.to_owned()))
}

/// Says what would become of every row of a file, and takes all of it where `commit` says so and
/// no row is refused.
///
/// # Errors
/// [`RegisterError`]; nothing changed then.
pub async fn import(
    app: &App,
    district_named: &str,
    path: &Path,
    datum: Datum,
    commit: bool,
) -> Result<ImportPreview, RegisterError> {
    let format = form(path)?;
    let bytes = fs::read(path).map_err(|source| RegisterError::File {
        path: path.to_owned(),
        source,
    })?;
    let id = districts::find(app, district_named).await?.id;
    let register = Register {
        format,
        datum,
        bytes,
    };
    let (looking, shared) = (register.clone(), app.clone());
    let preview = app
        .database()
        .read(move |db| points::preview(db, &shared.catalogue(), id, &looking))
        .await?;
    if commit {
        points::commit(app, id, register, preview.digest.clone()).await?;
    }
    Ok(preview)
}

/// Writes a district's points into a file, in the columns that are read back.
///
/// # Errors
/// [`RegisterError`], also where the file is there already.
pub async fn export(
    app: &App,
    district_named: &str,
    path: &Path,
    datum: Datum,
) -> Result<(), RegisterError> {
    let format = form(path)?;
    let id = districts::find(app, district_named).await?.id;
    let shared = app.clone();
    let bytes = app
        .database()
        .read(move |db| points::export(db, &shared.catalogue(), id, format, datum))
        .await?;
    let file_error = |source| RegisterError::File {
        path: path.to_owned(),
        source,
    };
    let mut file = fs::File::create_new(path).map_err(file_error)?;
    std::io::Write::write_all(&mut file, &bytes).map_err(file_error)
}
