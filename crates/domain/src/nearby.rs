//! Finding what lies near a place, among very many.
//!
//! Places are kept on the ellipsoid in three dimensions, in metres from the Earth's centre. There
//! the antimeridian is no edge and the poles are no corners, and over a kilometre the straight line
//! is a millimetre shorter than the way along the ground.

use rstar::primitives::GeomWithData;
use rstar::{PointDistance, RTree};

use crate::Wgs84;

/// How much longer than the straight line a way of 100 km along the ground can be: 1 part in 40,000.
const CURVED: f64 = 1.000_025;

/// Items by their places.
#[derive(Debug, Clone)]
pub struct Nearby<T> {
    tree: RTree<GeomWithData<[f64; 3], (Wgs84, T)>>,
}

impl<T> Nearby<T> {
    /// Indexes items.
    pub fn new(items: impl IntoIterator<Item = (Wgs84, T)>) -> Self {
        let placed = items
            .into_iter()
            .map(|(place, item)| GeomWithData::new(place.centred_m(), (place, item)));
        Self {
            tree: RTree::bulk_load(placed.collect()),
        }
    }

    /// Adds an item.
    pub fn insert(&mut self, place: Wgs84, item: T) {
        let placed = GeomWithData::new(place.centred_m(), (place, item));
        self.tree.insert(placed);
    }

    /// Lists what lies within a geodesic distance of at most 100 km, nearest first, with the
    /// distance in metres.
    pub fn within(&self, from: Wgs84, radius_m: f64) -> Vec<(f64, &T)> {
        let centre = from.centred_m();
        // The straight line is never longer than the way, so nothing is missed.
        let mut found: Vec<(f64, &T)> = self
            .tree
            .locate_within_distance(centre, radius_m * radius_m)
            .map(|placed| {
                let (place, item) = &placed.data;
                let straight_m = placed.distance_2(&centre).sqrt();
                // What is close to the edge is measured along the ground.
                if straight_m * CURVED < radius_m {
                    (straight_m, item)
                } else {
                    (from.distance_m(*place), item)
                }
            })
            .filter(|(distance_m, _)| *distance_m <= radius_m)
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_finds_what_measuring_everything_finds(
            lat in -80.0..80.0f64, lng in -180.0..180.0f64,
            around in prop::collection::vec((0.0..360.0f64, 0.0..2_000.0f64), 0..60),
            radius_m in 1.0..1_500.0f64,
        ) {
            let from = Wgs84::new(lat, lng).unwrap();
            let places: Vec<Wgs84> =
                around.iter().map(|(bearing, m)| from.towards(*bearing, *m)).collect();
            let index = Nearby::new(places.iter().copied().zip(0..));
            let mut expected: Vec<(f64, usize)> = places
                .iter()
                .zip(0..)
                .map(|(place, number)| (from.distance_m(*place), number))
                .filter(|(m, _)| *m <= radius_m)
                .collect();
            expected.sort_by(|a, b| a.0.total_cmp(&b.0));
            let found = index.within(from, radius_m);
            prop_assert_eq!(found.len(), expected.len());
            for ((found_m, _), (exact_m, _)) in found.iter().zip(&expected) {
                prop_assert!((found_m - exact_m).abs() < 0.01, "{found_m} {exact_m}");
            }
        }
    }

    #[test]
    fn what_lies_across_the_antimeridian_or_the_pole_is_near() {
        let east = Wgs84::new(10.0, 179.999).unwrap();
        let west = Wgs84::new(10.0, -179.999).unwrap();
        let index = Nearby::new([(west, "west")]);
        assert_eq!(index.within(east, 300.0).len(), 1);
        let pole = Nearby::new([(Wgs84::new(89.999, 0.0).unwrap(), ())]);
        assert_eq!(
            pole.within(Wgs84::new(89.999, 180.0).unwrap(), 300.0).len(),
            1
        );
    }
}
