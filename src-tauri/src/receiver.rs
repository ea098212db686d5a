//! The phone's own receiver, through Tauri's geolocation plugin.

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::AppHandle;
use tauri::plugin::PermissionState;
use tauri_plugin_geolocation::{GeolocationExt, PermissionStatus, PermissionType, PositionOptions};
use xunfang_domain::{Fix, PositionEvidence, PositionMissing, UnixMillis, Wgs84};

use crate::position::{KeptPosition, Receiver};

/// Longest wait for a fix under open sky after a cold start; waiting longer empties the battery.
const FIX_MS_MAX: u32 = 20_000;

/// Returns the source of real positions.
pub(crate) fn source(app: AppHandle) -> KeptPosition<Geolocation> {
    KeptPosition::new(Geolocation {
        app,
        asked: AtomicBool::new(false),
    })
}

/// The plugin's receiver. Each call to it waits for the platform, so only [`Receiver::ask`]
/// does that, which runs in the background.
pub(crate) struct Geolocation {
    app: AppHandle,
    /// Whether the person was asked for the permission since the app started. Android would ask
    /// again after a first no, and a question every ten seconds is no way to be told no.
    asked: AtomicBool,
}

impl Receiver for Geolocation {
    fn ask(&self) -> PositionEvidence {
        self.measure()
            .unwrap_or_else(|why| PositionEvidence::Missing { why })
    }
}

impl Geolocation {
    fn measure(&self) -> Result<PositionEvidence, PositionMissing> {
        let receiver = self.app.geolocation();
        // The plugin fails here when location is switched off, and only then.
        let status = receiver
            .check_permissions()
            .map_err(|_| PositionMissing::Unavailable)?;
        if !allowed(&status) {
            if !may_ask(&status) || self.asked.swap(true, Ordering::Relaxed) {
                return Err(PositionMissing::Denied);
            }
            let answer = receiver
                .request_permissions(Some(vec![PermissionType::Location]))
                .map_err(|_| PositionMissing::Unavailable)?;
            if !allowed(&answer) {
                return Err(PositionMissing::Denied);
            }
        }
        let options = PositionOptions {
            enable_high_accuracy: true,
            timeout: FIX_MS_MAX,
            // Zero: an answer that is kept is kept here, with its age.
            maximum_age: 0,
        };
        let position = receiver
            .get_current_position(Some(options))
            .map_err(|_| PositionMissing::NoFix)?;
        let fix = fix(position.timestamp, &position.coords).ok_or(PositionMissing::NoFix)?;
        Ok(PositionEvidence::Measured { fix })
    }
}

/// An approximate position is one too: its accuracy says how approximate.
fn allowed(status: &PermissionStatus) -> bool {
    [&status.location, &status.coarse_location].contains(&&PermissionState::Granted)
}

fn may_ask(status: &PermissionStatus) -> bool {
    status.location != PermissionState::Denied
}

/// A place without a known accuracy cannot be judged against a zone, so it is no fix.
fn fix(timestamp_ms: u64, coords: &tauri_plugin_geolocation::Coordinates) -> Option<Fix> {
    if !coords.accuracy.is_finite() || coords.accuracy <= 0.0 {
        return None;
    }
    Some(Fix {
        place: Wgs84::new(coords.latitude, coords.longitude).ok()?,
        accuracy_m: coords.accuracy,
        // The platform combines its receivers and the plugin does not tell which one it was.
        provider: "fused".to_owned(),
        taken_at: UnixMillis::new(i64::try_from(timestamp_ms).ok()?),
        // The plugin does not pass on Android's mark of a made-up position.
        mock: false,
    })
}
