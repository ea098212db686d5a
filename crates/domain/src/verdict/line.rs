//! Things along a street: the longest stretch without one.

use super::{Verdict, Why, count};
use crate::answer::BESIDE_STREET_M;
use crate::plane::{Plane, Spot, distance_to, simplified};
use crate::{Marker, Outcome, Threshold, Wgs84};

/// A street shorter than this was not walked; a receiver alone wanders as far.
const STREET_M_MIN: f64 = 20.0;
/// Bends smaller than this are the receiver's and not the street's, metres: it wanders some 12 m
/// to either side, and left in that makes a street a tenth longer than it is, or half.
const WANDER_M: f64 = 25.0;

pub(super) fn judge(
    street: &[Wgs84],
    markers: &[Marker],
    walking: bool,
    limit: Threshold,
) -> Verdict {
    let (Some(first), Some(allowed_m)) = (street.first(), limit.number()) else {
        return Verdict::new(Outcome::Undetermined, Why::NoStreet);
    };
    let street = Street::new(*first, street);
    if street.length_m < STREET_M_MIN {
        return Verdict::new(Outcome::Undetermined, Why::NoStreet);
    }
    let mut along: Vec<(f64, f64)> = Vec::with_capacity(markers.len());
    for marker in markers {
        let (along_m, beside_m) = street.project(marker.place);
        if beside_m <= BESIDE_STREET_M {
            along.push((along_m, marker.accuracy_m));
        }
    }
    along.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Both ends of the street bound a stretch, and where they are is known.
    let ends = (along.iter().copied()).chain(std::iter::once((street.length_m, 0.0)));
    let starts = std::iter::once((0.0, 0.0)).chain(along.iter().copied());
    let stretches: Vec<(f64, f64, f64)> = starts
        .zip(ends)
        .map(|(from, to)| (to.0 - from.0, from.0, from.1 + to.1))
        .collect();
    // Each stretch has its own uncertainty: the longest need not be the one that decides.
    let too_long = |length_m: f64| limit.comparator.holds(length_m, allowed_m) == Some(false);
    let surely_too_long = |(length_m, _, off_m): &&(f64, f64, f64)| too_long(length_m - off_m);
    let maybe_too_long = |(length_m, _, off_m): &&(f64, f64, f64)| too_long(length_m + off_m);
    let longest = |among: &mut dyn Iterator<Item = &(f64, f64, f64)>| {
        among.max_by(|a, b| a.0.total_cmp(&b.0)).copied()
    };
    let surely = longest(&mut stretches.iter().filter(surely_too_long));
    let maybe = longest(&mut stretches.iter().filter(maybe_too_long));
    let outcome = if surely.is_some() {
        Outcome::NotMet
    } else if walking || along.is_empty() || maybe.is_some() {
        // What is ahead is not known yet; and of a street without any that is shorter than the
        // distance, its neighbours decide.
        Outcome::Undetermined
    } else {
        Outcome::Met
    };
    // The stretch that is told is the one that decides.
    let (longest_m, from_m, plus_minus_m) = surely
        .or(maybe)
        .or_else(|| longest(&mut stretches.iter()))
        .unwrap_or((street.length_m, 0.0, 0.0));
    Verdict::new(
        outcome,
        Why::Gap {
            longest_m,
            from_m,
            plus_minus_m,
            markers: count(along.len()),
            beside: count(markers.len() - along.len()),
            street_m: street.length_m,
        },
    )
}

/// A walked line with the distance of each leg from its start.
struct Street {
    plane: Plane,
    legs: Vec<(f64, (Spot, Spot))>,
    length_m: f64,
}

impl Street {
    fn new(first: Wgs84, walked: &[Wgs84]) -> Self {
        let plane = Plane::at(first);
        let walked: Vec<Spot> = walked.iter().map(|place| plane.spot(*place)).collect();
        let spots = simplified(&walked, WANDER_M);
        let mut length_m = 0.0;
        let mut legs = Vec::with_capacity(spots.len());
        for (from, to) in spots.iter().zip(spots.iter().skip(1)) {
            legs.push((length_m, (*from, *to)));
            length_m += from.distance(*to);
        }
        Self {
            plane,
            legs,
            length_m,
        }
    }

    /// Returns how far along the street a place lies, and how far beside it.
    fn project(&self, place: Wgs84) -> (f64, f64) {
        let spot = self.plane.spot(place);
        let nearest = self
            .legs
            .iter()
            .map(|leg| (distance_to(spot, leg.1), leg))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        nearest.map_or((0.0, f64::INFINITY), |(beside_m, (start_m, leg))| {
            let from_start = spot.distance(leg.0);
            let along_m = (from_start * from_start - beside_m * beside_m)
                .max(0.0)
                .sqrt();
            (start_m + along_m.min(leg.0.distance(leg.1)), beside_m)
        })
    }
}
