//! Where positions come from.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use quick_xml::events::Event;
use xunfang_domain::{Fix, PositionEvidence, PositionMissing, Wgs84};
use xunfang_sync::Clock;

use crate::clock::WallClock;
use crate::{CommandError, ErrorCode};

/// A receiver. Asking it never blocks and never fails: no fix is an answer too.
pub trait PositionSource: Send + Sync {
    /// Returns the latest that is known.
    fn current(&self) -> PositionEvidence;

    /// Moves a simulated receiver; `false` where positions are real.
    fn simulate(&self, place: Wgs84, accuracy_m: f64) -> bool;
}

/// Accuracy of a simulated fix where none is given, metres.
const ACCURACY_M: f64 = 8.0;

/// A receiver for machines without one: a fixed place, a replayed track, or nothing.
///
/// Its fixes say so: provider `simulated` and the mock flag are recorded with every finding.
#[derive(Debug)]
pub struct SimulatedPosition {
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Nowhere,
    At {
        place: Wgs84,
        accuracy_m: f64,
    },
    Track {
        points: Vec<TrackPoint>,
        began: Instant,
        speed: f64,
    },
}

/// One point of a track, `after` its first.
#[derive(Debug, Clone, Copy, PartialEq)]
struct TrackPoint {
    place: Wgs84,
    after: Duration,
}

impl SimulatedPosition {
    /// Reads `XUNFANG_GPX` (a file, replayed `XUNFANG_GPX_SPEED` times as fast) or
    /// `XUNFANG_POSITION` (`latitude,longitude[,accuracy in metres]`); without either there is no
    /// fix until somebody moves the receiver.
    ///
    /// # Errors
    /// [`CommandError`] where a variable is set and cannot be read.
    pub fn from_env() -> Result<Self, CommandError> {
        let variable = |name| {
            std::env::var(name)
                .ok()
                .filter(|text| !text.trim().is_empty())
        };
        let state = if let Some(path) = variable("XUNFANG_GPX") {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| refuse(&format!("XUNFANG_GPX {path}: {error}")))?;
            let speed = variable("XUNFANG_GPX_SPEED").map_or(Ok(1.0), |text| {
                text.trim()
                    .parse()
                    .map_err(|_| refuse("XUNFANG_GPX_SPEED is no number"))
            })?;
            State::Track {
                points: read_gpx(&text)?,
                began: Instant::now(),
                speed,
            }
        } else if let Some(text) = variable("XUNFANG_POSITION") {
            let (place, accuracy_m) = read_place(&text)?;
            State::At { place, accuracy_m }
        } else {
            State::Nowhere
        };
        Ok(Self {
            state: Mutex::new(state),
        })
    }

    /// Makes a receiver that stands still.
    pub fn at(place: Wgs84, accuracy_m: f64) -> Self {
        Self {
            state: Mutex::new(State::At { place, accuracy_m }),
        }
    }

    /// Makes a receiver that knows nothing.
    pub fn nowhere() -> Self {
        Self {
            state: Mutex::new(State::Nowhere),
        }
    }
}

impl PositionSource for SimulatedPosition {
    fn current(&self) -> PositionEvidence {
        let Ok(state) = self.state.lock() else {
            return PositionEvidence::Missing {
                why: PositionMissing::Unavailable,
            };
        };
        let (place, accuracy_m) = match &*state {
            State::Nowhere => {
                return PositionEvidence::Missing {
                    why: PositionMissing::NoFix,
                };
            }
            State::At { place, accuracy_m } => (*place, *accuracy_m),
            State::Track {
                points,
                began,
                speed,
            } => {
                let elapsed = began.elapsed().as_secs_f64() * speed;
                match along(points, elapsed) {
                    Some(place) => (place, ACCURACY_M),
                    None => {
                        return PositionEvidence::Missing {
                            why: PositionMissing::NoFix,
                        };
                    }
                }
            }
        };
        let fix = Fix {
            place,
            accuracy_m,
            provider: "simulated".to_owned(),
            taken_at: WallClock.now(),
            mock: true,
        };
        PositionEvidence::Measured { fix }
    }

    fn simulate(&self, place: Wgs84, accuracy_m: f64) -> bool {
        match self.state.lock() {
            Ok(mut state) => {
                *state = State::At { place, accuracy_m };
                true
            }
            Err(_) => false,
        }
    }
}

fn refuse(message: &str) -> CommandError {
    CommandError::new(ErrorCode::BadCommand, message)
}

fn read_place(text: &str) -> Result<(Wgs84, f64), CommandError> {
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| refuse("XUNFANG_POSITION is not latitude,longitude[,accuracy]"))?;
    let (lat, lng, accuracy_m) = match *numbers.as_slice() {
        [lat, lng] => (lat, lng, ACCURACY_M),
        [lat, lng, accuracy_m] if accuracy_m > 0.0 => (lat, lng, accuracy_m),
        _ => {
            return Err(refuse(
                "XUNFANG_POSITION is not latitude,longitude[,accuracy]",
            ));
        }
    };
    Ok((
        Wgs84::new(lat, lng).map_err(|error| refuse(&error.to_string()))?,
        accuracy_m,
    ))
}

/// Reads the points of a track with their times. A point that carries none, or one before the
/// point it follows, comes a second after that one.
fn read_gpx(text: &str) -> Result<Vec<TrackPoint>, CommandError> {
    let broken =
        |error: &dyn std::fmt::Display| refuse(&format!("the GPX does not parse: {error}"));
    let mut reader = quick_xml::Reader::from_str(text);
    let mut points: Vec<(Wgs84, Option<i64>)> = Vec::new();
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == b"trkpt" => {
                let degrees = |name| -> Result<f64, CommandError> {
                    let attribute = tag
                        .try_get_attribute(name)
                        .map_err(|error| broken(&error))?;
                    let value = attribute.ok_or_else(|| broken(&"a point has no place"))?;
                    let value = value.unescape_value().map_err(|error| broken(&error))?;
                    value.trim().parse().map_err(|error| broken(&error))
                };
                let place =
                    Wgs84::new(degrees("lat")?, degrees("lon")?).map_err(|error| broken(&error))?;
                points.push((place, None));
            }
            Event::Start(tag) if tag.local_name().as_ref() == b"time" => {
                let text = reader
                    .read_text(tag.name())
                    .map_err(|error| broken(&error))?;
                // A time before the first point is the file's own.
                if let Some((_, time)) = points.last_mut() {
                    let parsed = chrono::DateTime::parse_from_rfc3339(text.trim());
                    *time = Some(parsed.map_err(|error| broken(&error))?.timestamp_millis());
                }
            }
            _ => {}
        }
    }
    let Some(&(_, first)) = points.first() else {
        return Err(refuse("the GPX holds no track points"));
    };
    let mut after = Duration::ZERO;
    let timed = |(number, (place, time)): (usize, (Wgs84, Option<i64>))| {
        let since_first = time
            .zip(first)
            .map(|(time, first)| time.saturating_sub(first));
        let told = since_first
            .and_then(|ms| u64::try_from(ms).ok())
            .map(Duration::from_millis);
        after = match told {
            Some(told) if number == 0 || told > after => told,
            _ if number == 0 => Duration::ZERO,
            _ => after + Duration::from_secs(1),
        };
        TrackPoint { place, after }
    };
    Ok(points.into_iter().enumerate().map(timed).collect())
}

/// Returns the place `elapsed_s` seconds into the track; its end where the track is over.
fn along(points: &[TrackPoint], elapsed_s: f64) -> Option<Wgs84> {
    let next = points
        .iter()
        .position(|point| point.after.as_secs_f64() > elapsed_s);
    let Some(next) = next else {
        return points.last().map(|point| point.place);
    };
    let (before, after) = (points.get(next.checked_sub(1)?)?, points.get(next)?);
    let span = (after.after - before.after).as_secs_f64();
    let share = ((elapsed_s - before.after.as_secs_f64()) / span).clamp(0.0, 1.0);
    let between = |from: f64, to: f64| from + (to - from) * share;
    Wgs84::new(
        between(before.place.lat(), after.place.lat()),
        between(before.place.lng(), after.place.lng()),
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_with_or_without_its_accuracy() {
        let (place, accuracy_m) = read_place(" 33.48, 117.88 , 12.5").unwrap();
        assert_eq!(
            (place.lat(), place.lng(), accuracy_m),
            (33.48, 117.88, 12.5)
        );
        assert_eq!(read_place("33.48,117.88").unwrap().1, ACCURACY_M);
        for bad in ["", "33", "33;117", "91,0", "33,117,-1", "a,b"] {
            assert!(read_place(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_track_is_walked_from_point_to_point_and_ends_at_its_last() {
        let points = read_gpx(
            r#"<gpx><trk><trkseg>
                 <trkpt lat="33.0" lon="117.0"/><trkpt lat="33.2" lon="117.4"><ele>3</ele></trkpt>
               </trkseg></trk></gpx>"#,
        )
        .unwrap();
        let at = |elapsed_s| {
            let place = along(&points, elapsed_s).unwrap();
            (
                (place.lat() * 1e6).round() / 1e6,
                (place.lng() * 1e6).round() / 1e6,
            )
        };
        assert_eq!(at(0.0), (33.0, 117.0));
        assert_eq!(at(0.5), (33.1, 117.2));
        assert_eq!(at(99.0), (33.2, 117.4));

        let points = read_gpx(
            r#"<gpx><metadata><time>2020-01-01T00:00:00Z</time></metadata><trk><trkseg>
                 <trkpt lat="33.0" lon="117"><time>2026-11-22T08:00:00+08:00</time></trkpt>
                 <trkpt lat="33.1" lon="117"><time>2026-11-22T00:00:20.5Z</time></trkpt>
                 <trkpt lat="33.2" lon="117"></trkpt>
               </trkseg></trk></gpx>"#,
        )
        .unwrap();
        let after: Vec<_> = points.iter().map(|point| point.after.as_millis()).collect();
        assert_eq!(after, [0, 20_500, 21_500]);
        for bad in [
            "<gpx><trkpt lat='1' lon='1'><time>noon</time></trkpt></gpx>",
            "<gpx/>",
            "<gpx><trkpt lat='1'/></gpx>",
            "<gpx><trkpt lat='99' lon='0'/></gpx>",
        ] {
            assert!(read_gpx(bad).is_err(), "{bad}");
        }
    }
}
