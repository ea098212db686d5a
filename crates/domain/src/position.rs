//! Where a person stood, how well that is known, and how it lies to a point's zone.

use serde::{Deserialize, Serialize};

use crate::{UnixMillis, Wgs84};

/// One answer of the phone's receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Fix {
    /// The place as measured.
    pub place: Wgs84,
    /// Radius in metres within which the receiver believes the true place lies (68 %).
    pub accuracy_m: f64,
    /// What gave the fix: `gps`, `network`, `fused`, or `simulated` on a developer's machine.
    pub provider: String,
    /// When the fix was taken, by the device's wall clock.
    pub taken_at: UnixMillis,
    /// Whether the operating system says that another app made the position up.
    pub mock: bool,
}

/// Why there is no fix. It is recorded, and never stops the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PositionMissing {
    /// The person did not allow it.
    Denied,
    /// The receiver gave nothing in time.
    NoFix,
    /// Location is switched off or the device has none.
    Unavailable,
}

/// What is known of the position at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PositionEvidence {
    /// The receiver answered.
    Measured {
        /// Its answer.
        fix: Fix,
    },
    /// It did not.
    Missing {
        /// Why not.
        why: PositionMissing,
    },
}

impl PositionEvidence {
    /// Returns the fix, where there is one.
    pub const fn fix(&self) -> Option<&Fix> {
        match self {
            Self::Measured { fix } => Some(fix),
            Self::Missing { .. } => None,
        }
    }
}

/// The area around a point that is inspected with it 检测范围: a geodesic circle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Zone {
    /// The point itself.
    pub center: Wgs84,
    /// Radius in metres, from the district's profile.
    pub radius_m: f64,
}

/// Which side of a zone's edge somebody stood on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Inside, even if the fix is off by its accuracy.
    Inside,
    /// Outside, even if the fix is off by its accuracy.
    Outside,
    /// The edge lies within the accuracy, so either may be true.
    Unsure,
}

/// How a fix lies to a zone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Standing {
    /// Geodesic distance from the point, metres.
    pub distance_m: f64,
    /// Distance to the edge in metres: positive inside, negative outside.
    pub to_edge_m: f64,
    /// Which side of the edge.
    pub side: Side,
}

impl Zone {
    /// Judges a fix against the zone.
    pub fn standing(&self, fix: &Fix) -> Standing {
        let distance_m = self.center.distance_m(fix.place);
        let to_edge_m = self.radius_m - distance_m;
        let side = if to_edge_m.abs() < fix.accuracy_m {
            Side::Unsure
        } else if to_edge_m >= 0.0 {
            Side::Inside
        } else {
            Side::Outside
        };
        Standing {
            distance_m,
            to_edge_m,
            side,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(lat: f64, lng: f64, accuracy_m: f64) -> Fix {
        Fix {
            place: Wgs84::new(lat, lng).unwrap(),
            accuracy_m,
            provider: "gps".into(),
            taken_at: UnixMillis::new(0),
            mock: false,
        }
    }

    #[test]
    fn a_fix_nearer_the_edge_than_its_accuracy_is_unsure() {
        let zone = Zone {
            center: Wgs84::new(33.48, 117.88).unwrap(),
            radius_m: 500.0,
        };
        // 0.0045 degrees of latitude are 499.1 m here.
        for (lat, accuracy_m, side) in [
            (33.48, 10.0, Side::Inside),
            (33.4845, 0.5, Side::Inside),
            (33.4845, 10.0, Side::Unsure),
            (33.4846, 1.0, Side::Outside),
            (33.5, 30.0, Side::Outside),
        ] {
            let standing = zone.standing(&fix(lat, 117.88, accuracy_m));
            assert_eq!(standing.side, side, "{lat} ±{accuracy_m}: {standing:?}");
        }
    }
}
