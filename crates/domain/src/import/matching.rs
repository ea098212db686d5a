//! Which point of the district a row means.
//!
//! A number decides. Without one on both sides it is the name and the kind: 公厕 is the name of
//! many, so the nearest counts, and one that lies far off is another one. No two rows mean the
//! same point.

use std::collections::{HashMap, HashSet};

use super::cells::plain_name;
use super::{DUPLICATE_WITHIN_M, Draft};
use crate::{Nearby, Point, PointId, PointType};

/// A point without a number that moved further than this is taken for another one, metres: well
/// over the 600 m by which a wrong coordinate system shifts a place, and less than a quarter.
const MOVED_WITHIN_M: f64 = 1_000.0;

/// Returns the point that each row means; none for a new one.
pub(super) fn known_points<'a>(
    drafts: &[Option<&Draft>],
    points: &'a [Point],
) -> Vec<Option<&'a Point>> {
    let mut by_number: HashMap<&str, &Point> = HashMap::new();
    let mut named: HashMap<(String, PointType), Vec<&Point>> = HashMap::new();
    for point in points {
        if !point.number.is_empty() {
            by_number.insert(&point.number, point);
        }
        let name = (plain_name(&point.name), point.kind);
        named.entry(name).or_default().push(point);
    }
    let by_name: HashMap<(String, PointType), Nearby<&Point>> = named
        .into_iter()
        .map(|(name, points)| {
            let placed = points.into_iter().map(|point| (point.place, point));
            (name, Nearby::new(placed))
        })
        .collect();
    let mut known: Vec<Option<&Point>> = vec![None; drafts.len()];
    let mut meant: HashSet<PointId> = HashSet::new();
    for (draft, known) in drafts.iter().zip(&mut known) {
        let numbered = draft.and_then(|draft| by_number.get(draft.number.as_str()));
        *known = numbered.copied().filter(|point| meant.insert(point.id));
    }
    // The surest first: a row that moved must not take the point of one that stayed.
    for within_m in [DUPLICATE_WITHIN_M, MOVED_WITHIN_M] {
        for (draft, known) in drafts.iter().zip(&mut known) {
            let (Some(draft), None) = (draft, &known) else {
                continue;
            };
            let Some(points) = by_name.get(&(draft.name.clone(), draft.kind)) else {
                continue;
            };
            let nearest = points
                .within(draft.place, within_m)
                .into_iter()
                .map(|(_, point)| *point)
                .filter(|point| !meant.contains(&point.id))
                // Two numbers that differ name two points.
                .find(|point| point.number.is_empty() || draft.number.is_empty());
            if let Some(point) = nearest {
                meant.insert(point.id);
                *known = Some(point);
            }
        }
    }
    known
}
