//! Changing passwords: one's own, and somebody's who has forgotten theirs.

use tokio::task::spawn_blocking;
use xunfang_domain::{DistrictId, PasswordFault, PersonId};
use xunfang_protocol::{PasswordChange, PersonWithPassword};

use crate::App;
use crate::error::ApiError;
use crate::passwords;
use crate::session::Session;
use crate::store::accounts::{self, NewPassword};
use crate::store::{StoreError, enrolments, people, sessions};

/// A password that was drawn, and what is stored of it.
pub(super) struct Drawn {
    pub(super) password: String,
    pub(super) hash: String,
}

impl Drawn {
    pub(super) async fn draw() -> Result<Self, ApiError> {
        let drawn = spawn_blocking(|| {
            let password = passwords::draw()?;
            let hash = passwords::hash(&password)?;
            Ok(Self { password, hash })
        });
        drawn.await?.map_err(|error: crate::StartError| {
            tracing::error!(%error, "a password could not be drawn");
            ApiError::Broken("no password could be drawn")
        })
    }
}

/// Gives a person a password that is drawn, and ends their sessions: it may have been reset because
/// somebody else knew it. What their phone has not sent stays on it.
pub(crate) async fn reset(
    app: &App,
    district: DistrictId,
    person: PersonId,
) -> Result<PersonWithPassword, ApiError> {
    let drawn = Drawn::draw().await?;
    let now = app.now();
    app.database()
        .write(district, move |db| {
            accounts::of_person(db, district, person)?.ok_or(ApiError::NotFound)?;
            let password = NewPassword {
                hash: drawn.hash,
                must_change: true,
                now,
            };
            accounts::set_password(db, district, person, &password)?;
            sessions::end_all(db, district, person)?;
            // A code that was given out, or used, lets nobody in again.
            enrolments::forget(db, district, person)?;
            Ok(PersonWithPassword {
                row: people::find(db, district, person)?.ok_or(ApiError::NotFound)?,
                password: drawn.password,
            })
        })
        .await
}

/// Changes the password of whoever asks. Their other browsers are signed out; phones are not, as
/// they may be far from any network, and are listed to be ended one by one.
pub(crate) async fn change(
    app: &App,
    session: &Session,
    request: PasswordChange,
) -> Result<(), ApiError> {
    let (district, person, asking) = (session.actor.district, session.actor.person, session.id);
    let (account, profile, last) = app
        .database()
        .read(move |db| {
            Ok::<_, StoreError>((
                accounts::of_person(db, district, person)?,
                accounts::profile(db, district)?,
                accounts::last_passwords(db, district, person)?,
            ))
        })
        .await?;
    let account = account.ok_or(ApiError::NotFound)?;
    let now = app.now();
    // A browser that somebody left open is no place to guess a password either.
    let attempt = app.attempts().begin(&account.name, now)?;
    let current = Some(account.password_hash.clone());
    if !app.passwords().matches(request.current, current).await? {
        attempt.was_wrong(now);
        return Err(ApiError::WrongPassword);
    }
    attempt.was_right();
    profile.check(&request.new, &account.name)?;
    // The one in force is the first, and no change whatever the profile.
    let remembered = if profile.remembers() { last.len() } else { 1 };
    for hash in last.into_iter().take(remembered) {
        if app
            .passwords()
            .matches(request.new.clone(), Some(hash))
            .await?
        {
            return Err(ApiError::PasswordRefused(PasswordFault::UsedBefore));
        }
    }
    let hash = app.passwords().hash(request.new).await?;
    app.database()
        .write(district, move |db| {
            // Somebody may have reset it, or ended the account, meanwhile.
            if accounts::of_person(db, district, person)?.as_ref() != Some(&account) {
                return Err(ApiError::SignedOut);
            }
            let password = NewPassword {
                hash,
                must_change: false,
                now,
            };
            accounts::set_password(db, district, person, &password)?;
            Ok(sessions::password_changed(db, district, person, asking)?)
        })
        .await
}
