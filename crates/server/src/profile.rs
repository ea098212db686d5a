//! Putting a profile of the catalogue in force for a district, by command line, over a server's
//! folder while nothing serves it.

use uuid::Uuid;
use xunfang_domain::{Standard, StandardId, StandardRef};

use crate::App;
use crate::districts::{self, DistrictError};
use crate::standards::{self, PublishError};
use crate::store::{StoreError, profiles};

/// Why a profile was not put in force; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// No district is called so.
    #[error(transparent)]
    District(#[from] DistrictError),
    /// The catalogue has no such profile.
    #[error("There is no profile {named}. There are: {known}. Nothing was changed.")]
    Unknown {
        /// What was asked for.
        named: String,
        /// The ids that there are.
        known: String,
    },
    /// It is what is in force already.
    #[error("{named} is in force for this district already. Nothing was changed.")]
    InForce {
        /// Which profile.
        named: String,
    },
    /// It does not resolve to a standard, or was not stored.
    #[error("{0}. Nothing was changed.")]
    Publish(#[from] PublishError),
    /// The database refused.
    #[error("{0}. Nothing was changed.")]
    Store(#[from] StoreError),
}

/// Publishes a profile of the catalogue as the next version of a district's standard. Inspections
/// that were begun under an earlier version end under it.
///
/// # Errors
/// [`ProfileError`]; nothing changed then.
pub async fn put_in_force(
    app: &App,
    district_named: &str,
    profile_named: &str,
) -> Result<Standard, ProfileError> {
    let catalogue = app.catalogue();
    let Some(profile) = catalogue.profile(profile_named).cloned() else {
        let ids: Vec<&str> = catalogue
            .profiles
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        return Err(ProfileError::Unknown {
            named: profile_named.to_owned(),
            known: ids.join(", "),
        });
    };
    let district = districts::find(app, district_named).await?.id;
    let now = app.now();
    app.database()
        .write(district, move |db| {
            let reference = match profiles::newest(db, district)? {
                Some(newest) if newest.profile == profile => {
                    return Err(ProfileError::InForce { named: profile.id });
                }
                Some(newest) => StandardRef {
                    version: newest.reference.version + 1,
                    ..newest.reference
                },
                None => StandardRef {
                    id: StandardId::from_uuid(Uuid::now_v7()),
                    version: 1,
                },
            };
            let made = standards::publish(db, &catalogue, district, &profile, reference, None, now);
            Ok(made?)
        })
        .await
}
