//! The plane that touches the Earth at a place, in metres east and north of it.

use crate::Wgs84;
use crate::geodesy::{AXIS_M, ECCENTRICITY_SQUARED};

/// A spot on the plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

impl Spot {
    pub(crate) fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// The plane at one place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    center: Wgs84,
    /// Metres per degree of latitude here.
    north_m: f64,
}

/// Metres per degree of longitude at a latitude.
fn east_m(lat: f64) -> f64 {
    let (sin, cos) = lat.to_radians().sin_cos();
    (AXIS_M / (1.0 - ECCENTRICITY_SQUARED * sin * sin).sqrt() * cos).to_radians()
}

impl Plane {
    pub(crate) fn at(center: Wgs84) -> Self {
        let sin = center.lat().to_radians().sin();
        let flattened = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
        Self {
            center,
            north_m: (AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (flattened * flattened.sqrt()))
                .to_radians(),
        }
    }

    pub(crate) fn spot(&self, place: Wgs84) -> Spot {
        // The shorter way round, so that the antimeridian is no edge.
        let d_lng = (place.lng() - self.center.lng() + 540.0).rem_euclid(360.0) - 180.0;
        let middle = f64::midpoint(place.lat(), self.center.lat());
        Spot {
            x: d_lng * east_m(middle),
            y: (place.lat() - self.center.lat()) * self.north_m,
        }
    }

    pub(crate) fn place(&self, spot: Spot) -> Wgs84 {
        let lat = self.center.lat() + spot.y / self.north_m;
        let middle = f64::midpoint(lat, self.center.lat());
        Wgs84::wrapped(lat, self.center.lng() + spot.x / east_m(middle))
    }
}

/// Twice the area of the triangle; positive where `c` lies left of the line from `a` to `b`.
fn turn(a: Spot, b: Spot, c: Spot) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Says whether two edges that share no corner meet.
pub(crate) fn cross(a: (Spot, Spot), b: (Spot, Spot)) -> bool {
    let apart = |of: (Spot, Spot), by: (Spot, Spot)| {
        let (first, second) = (turn(by.0, by.1, of.0), turn(by.0, by.1, of.1));
        (first > 0.0 && second > 0.0) || (first < 0.0 && second < 0.0)
    };
    let boxes_meet = |pick: fn(Spot) -> f64| {
        let range = |edge: (Spot, Spot)| {
            let (from, to) = (pick(edge.0), pick(edge.1));
            (from.min(to), from.max(to))
        };
        let ((a_min, a_max), (b_min, b_max)) = (range(a), range(b));
        a_min <= b_max && b_min <= a_max
    };
    boxes_meet(|spot| spot.x) && boxes_meet(|spot| spot.y) && !apart(a, b) && !apart(b, a)
}

pub(crate) fn distance_to(spot: Spot, (from, to): (Spot, Spot)) -> f64 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let square = dx * dx + dy * dy;
    if square == 0.0 {
        return spot.distance(from);
    }
    let along = (((spot.x - from.x) * dx + (spot.y - from.y) * dy) / square).clamp(0.0, 1.0);
    spot.distance(Spot {
        x: from.x + along * dx,
        y: from.y + along * dy,
    })
}

/// Says whether a ray eastward meets the edges an odd number of times.
pub(crate) fn encloses(edges: &[(Spot, Spot)], spot: Spot) -> bool {
    let meets = |(from, to): &(Spot, Spot)| {
        (from.y > spot.y) != (to.y > spot.y)
            && spot.x < (to.x - from.x) * (spot.y - from.y) / (to.y - from.y) + from.x
    };
    edges.iter().filter(|edge| meets(edge)).count() % 2 == 1
}

pub(crate) fn area(edges: &[(Spot, Spot)]) -> f64 {
    edges
        .iter()
        .map(|(from, to)| from.x * to.y - to.x * from.y)
        .sum::<f64>()
        .abs()
        / 2.0
}

/// Cuts a leg down to what lies within `reach_m` of the plane's origin.
pub(crate) fn clip((from, to): (Spot, Spot), reach_m: f64) -> Option<(Spot, Spot)> {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let (square, along) = (dx * dx + dy * dy, from.x * dx + from.y * dy);
    let beyond = from.x * from.x + from.y * from.y - reach_m * reach_m;
    if square == 0.0 {
        return (beyond <= 0.0).then_some((from, to));
    }
    // Where |from + t (to - from)| = reach.
    let under_root = along * along - square * beyond;
    if under_root < 0.0 {
        return None;
    }
    let root = under_root.sqrt();
    let enters = ((-along - root) / square).max(0.0);
    let leaves = ((-along + root) / square).min(1.0);
    let at = |t: f64| Spot {
        x: from.x + t * dx,
        y: from.y + t * dy,
    };
    (enters <= leaves).then(|| (at(enters), at(leaves)))
}
/// Leaves out the spots of a line without which it still passes within `within_m` of them all
/// (Ramer 1972, Douglas and Peucker 1973). Both ends stay.
pub(crate) fn simplified(line: &[Spot], within_m: f64) -> Vec<Spot> {
    let mut kept = vec![false; line.len()];
    for end in [0, line.len().saturating_sub(1)] {
        if let Some(kept) = kept.get_mut(end) {
            *kept = true;
        }
    }
    let mut open = vec![(0, line.len().saturating_sub(1))];
    while let Some((from, to)) = open.pop() {
        let (Some(first), Some(last)) = (line.get(from), line.get(to)) else {
            continue;
        };
        let between = line.iter().enumerate().take(to).skip(from + 1);
        let farthest = between
            .map(|(place, spot)| (place, distance_to(*spot, (*first, *last))))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((place, away_m)) = farthest
            && away_m > within_m
            && let Some(kept) = kept.get_mut(place)
        {
            *kept = true;
            open.extend([(from, place), (place, to)]);
        }
    }
    line.iter()
        .zip(kept)
        .filter_map(|(spot, kept)| kept.then_some(*spot))
        .collect()
}
