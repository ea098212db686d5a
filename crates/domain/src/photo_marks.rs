//! What of a photo gives pause.
//!
//! A mark says that something deserves a second look; it never stops anybody's work and is not a
//! verdict.

use serde::{Deserialize, Serialize};

use crate::{CaptureSource, Clocks, ExifClaims, PositionEvidence};

/// Something about a photo that deserves a second look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "mark", rename_all = "snake_case")]
pub enum PhotoMark {
    /// It was chosen from files and not taken with the camera.
    FromFile,
    /// The app was ended while the camera was open and found the photo later: its time and place are
    /// those of the finding.
    FoundLater {
        /// Seconds after the camera wrote it.
        seconds: u64,
    },
    /// The system says that another app made the position up, or it is a developer's.
    MockPosition,
    /// The fix is old.
    StaleFix {
        /// By how many seconds.
        seconds: u64,
    },
    /// The file claims another place than was measured.
    PlaceDiffers {
        /// Metres between the two.
        distance_m: f64,
    },
    /// The file claims another time than the clock showed.
    TimeDiffers {
        /// Seconds between the two; positive: the file claims an earlier time.
        seconds: i64,
    },
    /// The way from the photo before could not be made in that time.
    TooFast {
        /// Kilometres an hour.
        kmh: f64,
    },
    /// The picture is too dark to see much.
    Dark,
    /// The picture is blurred.
    Blurred,
}

/// The oldest fix that passes for the place of a photo, in milliseconds.
pub const FIX_AGE_MS_MAX: u64 = 60_000;
/// How far a file's place may lie from the measured one, beside what both do not know, in metres.
pub const PLACE_DIFFERS_M: f64 = 200.0;
/// How far a file's time may lie from the clock's, in milliseconds. Cameras and clocks drift, and
/// a photo is sometimes sent on minutes later.
pub const TIME_DIFFERS_MS: i64 = 10 * 60_000;
/// The highest speed between two photos that passes, in metres a second: a train is 97.
pub const SPEED_M_S_MAX: f64 = 100.0;

/// What a photo looks like, by its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Look {
    /// Too dark to see much.
    pub dark: bool,
    /// Blurred.
    pub blurred: bool,
}

/// Where and when the photo before was taken by the same device.
#[derive(Debug, Clone, PartialEq)]
pub struct ShotBefore {
    /// Where the phone was.
    pub position: PositionEvidence,
    /// When.
    pub clocks: Clocks,
}

/// Lists what about a photo deserves a second look, as far as one device can tell. Phone and
/// server both ask, and have to agree.
pub fn photo_marks(
    source: CaptureSource,
    clocks: &Clocks,
    position: &PositionEvidence,
    exif: &ExifClaims,
    look: Look,
    before: Option<&ShotBefore>,
) -> Vec<PhotoMark> {
    let mut marks = Vec::new();
    if source == CaptureSource::File {
        marks.push(PhotoMark::FromFile);
    }
    if let Some(fix) = position.fix() {
        if fix.mock {
            marks.push(PhotoMark::MockPosition);
        }
        let age = u64::try_from(clocks.wall.since(fix.taken_at)).unwrap_or(0);
        if age > FIX_AGE_MS_MAX {
            marks.push(PhotoMark::StaleFix {
                seconds: age / 1_000,
            });
        }
        if let Some(claimed) = exif.place {
            let distance_m = fix.place.distance_m(claimed);
            let unsure_m = fix.accuracy_m + exif.accuracy_m.unwrap_or(0.0);
            if distance_m > PLACE_DIFFERS_M + unsure_m {
                marks.push(PhotoMark::PlaceDiffers {
                    distance_m: distance_m.round(),
                });
            }
        }
    }
    if let Some(claimed) = exif.taken {
        // A camera that does not say its zone is taken to have the phone's.
        let zone = claimed.offset_min.unwrap_or(clocks.offset_min);
        let utc = claimed.local.plus_ms(-i64::from(zone) * 60_000);
        let late_ms = clocks.wall.since(utc);
        if late_ms.abs() > TIME_DIFFERS_MS {
            marks.push(PhotoMark::TimeDiffers {
                seconds: late_ms / 1_000,
            });
        }
    }
    if let Some(speed) = before.and_then(|before| speed_m_s(before, clocks, position))
        && speed > SPEED_M_S_MAX
    {
        marks.push(PhotoMark::TooFast {
            kmh: (speed * 3.6).round(),
        });
    }
    if look.dark {
        marks.push(PhotoMark::Dark);
    }
    if look.blurred {
        marks.push(PhotoMark::Blurred);
    }
    marks
}

/// The least speed that explains both fixes, in metres a second; none where one is missing or
/// nothing tells the time between them.
fn speed_m_s(before: &ShotBefore, clocks: &Clocks, position: &PositionEvidence) -> Option<f64> {
    let (from, to) = (before.position.fix()?, position.fix()?);
    let way_m = from.place.distance_m(to.place) - from.accuracy_m - to.accuracy_m;
    // Fixes carry the wall clock; where nobody started the device in between, the other clock
    // tells whether somebody set it.
    let by_fixes = to.taken_at.since(from.taken_at);
    let measured = clocks.elapsed_ms(&before.clocks);
    let millis = measured.map_or(by_fixes, |ms| i64::try_from(ms).unwrap_or(i64::MAX));
    // Two fixes of one moment, or a clock that was set back, tell nothing of the speed.
    if way_m <= 0.0 || millis <= 0 {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of a day fit by far"
    )]
    let seconds = (millis as f64 / 1_000.0).max(1.0);
    Some(way_m / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CivilTime, Fix, UnixMillis, Wgs84};

    const NOON: i64 = 1_790_000_000_000;

    fn clocks(minutes: i64) -> Clocks {
        Clocks {
            wall: UnixMillis::new(NOON + minutes * 60_000),
            offset_min: 480,
            boot: "b".to_owned(),
            since_boot_ms: u64::try_from(3_600_000 + minutes * 60_000).unwrap(),
        }
    }

    fn at(lat: f64, minutes: i64) -> PositionEvidence {
        PositionEvidence::Measured {
            fix: Fix {
                place: Wgs84::new(lat, 117.88).unwrap(),
                accuracy_m: 8.0,
                provider: "gps".to_owned(),
                taken_at: UnixMillis::new(NOON + minutes * 60_000),
                mock: false,
            },
        }
    }

    fn marks(position: &PositionEvidence, exif: &ExifClaims) -> Vec<PhotoMark> {
        let look = Look::default();
        photo_marks(
            CaptureSource::Camera,
            &clocks(0),
            position,
            exif,
            look,
            None,
        )
    }

    #[test]
    fn an_ordinary_photo_has_no_mark() {
        let exif = ExifClaims {
            taken: Some(CivilTime {
                local: UnixMillis::new(NOON + 8 * 3_600_000 - 5_000),
                offset_min: None,
            }),
            place: Wgs84::new(33.4802, 117.8801).ok(),
            ..ExifClaims::default()
        };
        assert_eq!(marks(&at(33.48, 0), &exif), []);
        assert_eq!(marks(&at(33.48, 0), &ExifClaims::default()), []);
    }

    #[test]
    fn what_the_file_claims_is_held_against_what_was_measured() {
        let exif = ExifClaims {
            taken: Some(CivilTime {
                local: UnixMillis::new(NOON + 8 * 3_600_000 - 3_600_000),
                offset_min: Some(480),
            }),
            place: Wgs84::new(33.49, 117.88).ok(),
            ..ExifClaims::default()
        };
        assert_eq!(
            marks(&at(33.48, 0), &exif),
            [
                PhotoMark::PlaceDiffers { distance_m: 1109.0 },
                PhotoMark::TimeDiffers { seconds: 3_600 },
            ]
        );
        // Without a fix there is nothing to hold a place against.
        let missing = PositionEvidence::Missing {
            why: crate::PositionMissing::Denied,
        };
        assert_eq!(
            marks(&missing, &exif),
            [PhotoMark::TimeDiffers { seconds: 3_600 }]
        );
    }

    #[test]
    fn a_made_up_or_old_fix_is_marked() {
        let mut mock = at(33.48, -10);
        if let PositionEvidence::Measured { fix } = &mut mock {
            fix.mock = true;
        }
        assert_eq!(
            marks(&mock, &ExifClaims::default()),
            [
                PhotoMark::MockPosition,
                PhotoMark::StaleFix { seconds: 600 }
            ]
        );
    }

    #[test]
    fn a_leap_between_two_photos_is_marked_whatever_the_wall_clock_says() {
        let before = |boot: &str, wall_minutes: i64| ShotBefore {
            position: at(34.48, wall_minutes),
            clocks: Clocks {
                boot: boot.to_owned(),
                ..clocks(-1)
            },
        };
        let leap = |before: &ShotBefore| {
            photo_marks(
                CaptureSource::Camera,
                &clocks(0),
                &at(33.48, 0),
                &ExifClaims::default(),
                Look::default(),
                Some(before),
            )
        };
        let [PhotoMark::TooFast { kmh }] = *leap(&before("b", -1)).as_slice() else {
            panic!("110 km in a minute");
        };
        assert!((6_600.0..6_700.0).contains(&kmh), "{kmh}");
        // Somebody set the wall clock back a day in between.
        assert_eq!(leap(&before("b", -1_440)).len(), 1);
        // The device was started in between: only the fixes tell, and a day is enough.
        assert_eq!(leap(&before("a", -1_440)), []);
    }

    #[test]
    fn dark_blurred_and_chosen_photos_say_so() {
        let look = Look {
            dark: true,
            blurred: true,
        };
        let found = photo_marks(
            CaptureSource::File,
            &clocks(0),
            &at(33.48, 0),
            &ExifClaims::default(),
            look,
            None,
        );
        assert_eq!(
            found,
            [PhotoMark::FromFile, PhotoMark::Dark, PhotoMark::Blurred]
        );
    }
}
