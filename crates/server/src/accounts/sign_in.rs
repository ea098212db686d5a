//! Signing in with a name and a password.
//!
//! A wrong password, an account that does not exist and one that was disabled are answered alike
//! and after the same work, and wrong passwords lock a name whether somebody is called so or not.
//!
//! A password that was drawn, or is older than the district allows, has to be changed in a browser
//! before anything else. A phone is let in with it: whoever stands in the field has no console, and
//! what they record must not wait for one. The next browser asks.

use xunfang_protocol::{SessionView, SignInRequest};

use super::{DAY_MS, Entrance, Installation, let_in};
use crate::App;
use crate::error::ApiError;
use crate::session::Token;
use crate::store::accounts;

/// Lets somebody in whose password is right.
pub(crate) async fn sign_in(
    app: &App,
    request: SignInRequest,
) -> Result<(SessionView, Token), ApiError> {
    let SignInRequest {
        account,
        password,
        device,
        device_name,
    } = request;
    let now = app.now();
    let attempt = app.attempts().begin(&account, now)?;
    let named = account.clone();
    let found = app
        .database()
        .read(move |db| accounts::find(db, &named))
        .await?
        .filter(|account| !account.disabled);
    let stored = found.as_ref().map(|account| account.password_hash.clone());
    let matches = app.passwords().matches(password, stored).await?;
    let Some(checked) = found.filter(|_| matches) else {
        attempt.was_wrong(now);
        app.metrics().sign_in_failed();
        return Err(ApiError::WrongPassword);
    };
    attempt.was_right();
    let device = device.map(|id| Installation::new(id, device_name));
    let token = Token::draw()?;
    app.database()
        .write(checked.district, move |db| {
            // What was checked may have been changed or disabled meanwhile.
            let still = accounts::find(db, &account)?.filter(|still| *still == checked);
            let account = still.ok_or(ApiError::WrongPassword)?;
            let is_old = accounts::profile(db, account.district)?
                .days_valid()
                .is_some_and(|days| {
                    now.since(account.password_changed_at) >= i64::from(days) * DAY_MS
                });
            let entrance = Entrance {
                district: account.district,
                person: account.person,
                device: device.as_ref(),
                must_change: device.is_none() && (account.must_change || is_old),
            };
            let (_, view) = let_in(db, &entrance, &token, now)?;
            Ok((view, token))
        })
        .await
}
