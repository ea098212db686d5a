//! Districts as the commands name them.

use xunfang_domain::District;

use crate::App;
use crate::store::{StoreError, reference};

/// Why there is no such district; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum DistrictError {
    /// No district is called so.
    #[error("There is no district {named}. There are: {known}. Nothing was changed.")]
    Unknown {
        /// What was asked for.
        named: String,
        /// What there is.
        known: String,
    },
    /// The database refused.
    #[error("{0}. Nothing was changed.")]
    Store(#[from] StoreError),
}

/// Finds a district by its name or its id.
pub(crate) async fn find(app: &App, named: &str) -> Result<District, DistrictError> {
    let districts: Result<_, StoreError> = app.database().read(reference::districts).await;
    let districts: Vec<District> = districts?;
    let is_named = |one: &&District| one.name == named || one.id.to_string() == named;
    if let Some(found) = districts.iter().find(is_named) {
        return Ok(found.clone());
    }
    let names: Vec<&str> = districts.iter().map(|one| one.name.as_str()).collect();
    Err(DistrictError::Unknown {
        named: named.to_owned(),
        known: names.join(", "),
    })
}
