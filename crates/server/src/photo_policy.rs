//! How a district wants its photos, by command line, over a server's folder while nothing serves
//! it. Phones learn of it with their next exchange.

use xunfang_domain::{
    OriginalsGo, PhotoPolicy, WORKING_PX_MAX, WORKING_PX_MIN, WatermarkLayout, WatermarkPerson,
};
use xunfang_protocol::{EventBody, FeedScope};

use crate::App;
use crate::districts::{self, DistrictError};
use crate::store::feed::{self, NewEvent};
use crate::store::{StoreError, reference};

/// What is to be different; what is not named stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PolicyChange {
    /// Longer side of the working copy, in pixels.
    pub working_px: Option<u32>,
    /// How the watermark lies on a photo.
    pub layout: Option<WatermarkLayout>,
    /// Whom it names.
    pub person: Option<WatermarkPerson>,
    /// When originals are sent.
    pub originals: Option<OriginalsGo>,
}

/// Why the policy was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// No district is called so.
    #[error(transparent)]
    District(#[from] DistrictError),
    /// The size is out of its range.
    #[error(
        "A working copy of {0} px is not possible: {WORKING_PX_MIN} to {WORKING_PX_MAX} are. \
         Nothing was changed."
    )]
    Size(u32),
    /// The database refused.
    #[error("{0}. Nothing was changed.")]
    Store(#[from] StoreError),
}

/// Changes the policy of a district and returns it as it is then; without a change it only says it.
///
/// # Errors
/// [`PolicyError`]; nothing changed then.
pub async fn change(
    app: &App,
    district_named: &str,
    change: PolicyChange,
) -> Result<PhotoPolicy, PolicyError> {
    if let Some(px) = change.working_px
        && !(WORKING_PX_MIN..=WORKING_PX_MAX).contains(&px)
    {
        return Err(PolicyError::Size(px));
    }
    let id = districts::find(app, district_named).await?.id;
    app.database()
        .write(id, move |db| {
            // Read again where nobody changes it meanwhile.
            let mut district = reference::district(db, id)?.ok_or_else(|| StoreError::Value {
                what: "district",
                reason: "it is gone".to_owned(),
            })?;
            let before = district.photos;
            district.photos = PhotoPolicy {
                working_px: change.working_px.unwrap_or(before.working_px),
                layout: change.layout.unwrap_or(before.layout),
                person: change.person.unwrap_or(before.person),
                originals: change.originals.unwrap_or(before.originals),
            };
            let now = district.photos;
            if now != before {
                reference::put_district(db, &district)?;
                let scope = FeedScope::District(id).to_string();
                let event = NewEvent::new(scope, &EventBody::District(district))?;
                feed::append(db, id, &[event])?;
            }
            Ok(now)
        })
        .await
}
