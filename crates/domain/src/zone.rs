//! The area around a point that is inspected with it 检测范围.
//!
//! Three shapes are in use: a circle of 400 to 600 m around the point, a polygon drawn by an
//! administrator, and "walk 400 m and everything in sight", which is what lies within sight of
//! the walked track as far as the track keeps within 400 m of the point. The last one depends on
//! where somebody walked; before they did, it reaches as far as they could see from anywhere they
//! may go.
//!
//! Distances to a point are geodesic. What lies between a polygon's corners and along a track is
//! computed on the plane that touches the Earth at the point, which is exact to a millimetre over
//! the sizes allowed here.

mod coverage;

use serde::{Deserialize, Serialize};

use crate::plane::{self, Plane, Spot};
pub use coverage::{CELL_M, Coverage};

use crate::{Fix, Wgs84};

/// Smallest and largest radius or walk in metres.
const REACH_M: std::ops::RangeInclusive<f64> = 10.0..=5_000.0;
/// Most corners of a polygon.
pub const ZONE_CORNERS_MAX: usize = 500;
/// Corners of a circle's outline: its area is then 0.02 % below the circle's.
const OUTLINE_CORNERS: u32 = 180;
/// Two fixes of a track further apart than this are not joined by a line: nobody knows what lies
/// between them. Walking takes 70 s for it.
const GAP_M: f64 = 100.0;

/// What a zone looks like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[cfg_attr(feature = "catalogue", derive(schemars::JsonSchema))]
#[serde(tag = "mode", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ZoneShape {
    /// Everything within a distance of the point.
    Circle {
        /// Metres, 10..=5000.
        radius_m: f64,
    },
    /// What an administrator drew.
    Polygon {
        /// Corners in order, either way round; the last is joined to the first. 3..=500.
        #[cfg_attr(feature = "catalogue", schemars(with = "Vec<[f64; 2]>"))]
        corners: Vec<Wgs84>,
    },
    /// Everything in sight of a walk that keeps near the point.
    WalkVisible {
        /// How far from the point the walk counts, metres, 10..=5000.
        walk_m: f64,
        /// How far one sees from the track, metres, 1..=500.
        sight_m: f64,
    },
}

/// A zone: a shape around a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// The point itself.
    pub center: Wgs84,
    /// The shape.
    pub shape: ZoneShape,
}

/// Why a shape cannot be a zone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum ZoneError {
    /// A distance is out of range.
    #[error("{value} m is outside {min}..={max} m")]
    Distance {
        /// What was given.
        value: f64,
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// Too few or too many corners.
    #[error("a polygon has 3..={ZONE_CORNERS_MAX} corners, not {count}")]
    Corners {
        /// How many there are.
        count: usize,
    },
    /// A corner lies too far from the point.
    #[error("corner {corner} is more than 5000 m from the point")]
    FarCorner {
        /// Which, counted from 0.
        corner: usize,
    },
    /// Two edges cross, so that inside and outside are not defined.
    #[error("the edges after corners {first} and {second} cross")]
    Crossing {
        /// The corner where the first begins, counted from 0.
        first: usize,
        /// The corner where the other begins, counted from 0.
        second: usize,
    },
    /// The polygon encloses nothing.
    #[error("the polygon encloses no area")]
    Flat,
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
    /// Geodesic distance from the point, metres, to the centimetre.
    pub distance_m: f64,
    /// Distance to the edge in metres, to the centimetre: positive inside, negative outside.
    pub to_edge_m: f64,
    /// Which side of the edge.
    pub side: Side,
}

fn distance(value: f64, min: f64, max: f64) -> Result<(), ZoneError> {
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(ZoneError::Distance { value, min, max })
    }
}

impl ZoneShape {
    /// Returns how far the zone reaches from its point at most, in metres.
    pub fn reach_m(&self, center: Wgs84) -> f64 {
        match self {
            Self::Circle { radius_m } => *radius_m,
            Self::Polygon { corners } => corners
                .iter()
                .map(|corner| center.distance_m(*corner))
                .fold(0.0, f64::max),
            Self::WalkVisible { walk_m, sight_m } => walk_m + sight_m,
        }
    }
}

impl Zone {
    /// Checks what types cannot say.
    ///
    /// # Errors
    /// [`ZoneError`] naming the first thing that is wrong.
    pub fn check(&self) -> Result<(), ZoneError> {
        match &self.shape {
            ZoneShape::Circle { radius_m } => distance(*radius_m, *REACH_M.start(), *REACH_M.end()),
            ZoneShape::WalkVisible { walk_m, sight_m } => {
                distance(*walk_m, *REACH_M.start(), *REACH_M.end())?;
                distance(*sight_m, 1.0, 500.0)
            }
            ZoneShape::Polygon { corners } => self.check_polygon(corners),
        }
    }

    fn check_polygon(&self, corners: &[Wgs84]) -> Result<(), ZoneError> {
        if !(3..=ZONE_CORNERS_MAX).contains(&corners.len()) {
            return Err(ZoneError::Corners {
                count: corners.len(),
            });
        }
        if let Some(far) = corners
            .iter()
            .position(|corner| self.center.distance_m(*corner) > *REACH_M.end())
        {
            return Err(ZoneError::FarCorner { corner: far });
        }
        let edges = self.edges(corners);
        for (first, a) in edges.iter().enumerate() {
            for (second, b) in edges.iter().enumerate().skip(first + 1) {
                let neighbours = second == first + 1 || (first == 0 && second == edges.len() - 1);
                if !neighbours && plane::cross(*a, *b) {
                    return Err(ZoneError::Crossing { first, second });
                }
            }
        }
        if self.area_m2() < 1.0 {
            return Err(ZoneError::Flat);
        }
        Ok(())
    }

    fn edges(&self, corners: &[Wgs84]) -> Vec<(Spot, Spot)> {
        let plane = Plane::at(self.center);
        let spots: Vec<Spot> = corners.iter().map(|corner| plane.spot(*corner)).collect();
        let next = spots.iter().skip(1).chain(spots.first());
        spots.iter().copied().zip(next.copied()).collect()
    }

    /// Judges a fix against the zone. Of "in sight of the walk" it takes all that could be in
    /// sight; [`Zone::walked_standing`] takes what was.
    pub fn standing(&self, fix: &Fix) -> Standing {
        let distance_m = self.center.distance_m(fix.place);
        let to_edge_m = match &self.shape {
            ZoneShape::Circle { radius_m } => radius_m - distance_m,
            ZoneShape::WalkVisible { walk_m, sight_m } => walk_m + sight_m - distance_m,
            ZoneShape::Polygon { corners } => {
                let edges = self.edges(corners);
                let here = Plane::at(self.center).spot(fix.place);
                let to_edge = edges
                    .iter()
                    .map(|edge| plane::distance_to(here, *edge))
                    .fold(f64::INFINITY, f64::min);
                if plane::encloses(&edges, here) {
                    to_edge
                } else {
                    -to_edge
                }
            }
        };
        standing(distance_m, to_edge_m, fix.accuracy_m)
    }

    /// Judges a fix against what was in sight of a walked track; the same as
    /// [`Zone::standing`] for other shapes.
    pub fn walked_standing(&self, fix: &Fix, track: &[Wgs84]) -> Standing {
        let ZoneShape::WalkVisible { walk_m, sight_m } = self.shape else {
            return self.standing(fix);
        };
        let here = Plane::at(self.center).spot(fix.place);
        let to_track = self
            .legs(track, walk_m)
            .into_iter()
            .map(|leg| plane::distance_to(here, leg))
            .fold(f64::INFINITY, f64::min);
        // A walk that never came near has nothing in sight: the point itself is all there is.
        let to_edge_m = if to_track.is_finite() {
            sight_m - to_track
        } else {
            -self.center.distance_m(fix.place)
        };
        standing(self.center.distance_m(fix.place), to_edge_m, fix.accuracy_m)
    }

    /// The stretches of a track within `reach_m` of the point; a single fix is one of no length.
    fn legs(&self, track: &[Wgs84], reach_m: f64) -> Vec<(Spot, Spot)> {
        let plane = Plane::at(self.center);
        let spots: Vec<Spot> = track.iter().map(|place| plane.spot(*place)).collect();
        let mut legs: Vec<(Spot, Spot)> = Vec::with_capacity(spots.len());
        for (place, spot) in spots.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| spots.get(before));
            let leg = match before {
                Some(before) if before.distance(*spot) <= GAP_M => (*before, *spot),
                _ => (*spot, *spot),
            };
            legs.extend(plane::clip(leg, reach_m));
        }
        legs
    }

    /// Returns the zone's area in square metres; of "in sight of the walk" the largest it can be.
    pub fn area_m2(&self) -> f64 {
        match &self.shape {
            ZoneShape::Polygon { corners } => plane::area(&self.edges(corners)),
            shape => {
                let reach_m = shape.reach_m(self.center);
                std::f64::consts::PI * reach_m * reach_m
            }
        }
    }

    /// Returns the corners of the zone's edge, to be drawn.
    pub fn outline(&self) -> Vec<Wgs84> {
        match &self.shape {
            ZoneShape::Polygon { corners } => corners.clone(),
            shape => {
                let reach_m = shape.reach_m(self.center);
                (0..OUTLINE_CORNERS)
                    .map(|corner| {
                        let bearing = 360.0 * f64::from(corner) / f64::from(OUTLINE_CORNERS);
                        self.center.towards(bearing, reach_m)
                    })
                    .collect()
            }
        }
    }
}

fn standing(distance_m: f64, to_edge_m: f64, accuracy_m: f64) -> Standing {
    let side = if to_edge_m.abs() < accuracy_m {
        Side::Unsure
    } else if to_edge_m >= 0.0 {
        Side::Inside
    } else {
        Side::Outside
    };
    Standing {
        distance_m: centimetres(distance_m),
        to_edge_m: centimetres(to_edge_m),
        side,
    }
}

/// Rounds metres to what is worth writing down: no fix is better than decimetres, and each further
/// digit is a byte of every record.
fn centimetres(metres: f64) -> f64 {
    (metres * 100.0).round() / 100.0
}

#[cfg(test)]
#[path = "zone/zone_tests.rs"]
mod tests;
