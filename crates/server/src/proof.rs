//! The feed by itself, for the proof that it skips nothing whoever writes to it.

use xunfang_domain::DistrictId;

use crate::App;
use crate::store::feed::{self, NewEvent};
use crate::store::{StoreError, reference};

/// Appends events in one transaction, or takes all of it back where `stays` says so.
///
/// # Errors
/// What the database says.
pub async fn append(
    app: &App,
    district: DistrictId,
    scope: &str,
    bodies: Vec<String>,
    stays: bool,
) -> Result<(), StoreError> {
    let scope = scope.to_owned();
    let done = app.database().write(district, move |db| {
        let events: Vec<NewEvent> = bodies
            .into_iter()
            .map(|body| NewEvent {
                scope: scope.clone(),
                kind: "proof",
                body,
            })
            .collect();
        feed::append(db, district, &events)?;
        if stays {
            Ok(())
        } else {
            Err(StoreError::TakenBack)
        }
    });
    match done.await {
        Err(StoreError::TakenBack) if !stays => Ok(()),
        other => other,
    }
}

/// Reads events behind a cursor, as a phone gets them: their numbers and bodies.
///
/// # Errors
/// What the database says.
pub async fn after(
    app: &App,
    district: DistrictId,
    scope: &str,
    cursor: u64,
    limit: u32,
) -> Result<Vec<(u64, String)>, StoreError> {
    let scope = scope.to_owned();
    let events = app
        .database()
        .read(move |db| feed::after(db, district, &scope, cursor, limit))
        .await?;
    Ok(events
        .into_iter()
        .map(|event| (event.seq, event.body.to_string()))
        .collect())
}

/// The first district that there is.
///
/// # Errors
/// What the database says.
pub async fn district(app: &App) -> Result<Option<DistrictId>, StoreError> {
    let districts = app.database().read(reference::districts).await?;
    Ok(districts.first().map(|district| district.id))
}
