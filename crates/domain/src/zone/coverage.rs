//! How much of a zone a walk has seen, and what is left to visit.

use serde::{Deserialize, Serialize};

use super::{Zone, ZoneShape};
use crate::Wgs84;
use crate::plane::{self, Plane, Spot};

/// Edge of a cell in metres. A side street is wider, a receiver in a street is no better.
pub const CELL_M: f64 = 20.0;

/// How much of a zone a track has seen, counted in cells of [`CELL_M`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Coverage {
    /// Cells of the zone.
    pub cells: u32,
    /// Cells whose middle came into sight.
    pub seen: u32,
}

impl Coverage {
    /// Returns the share in 0..=1; 0 for a zone without a cell.
    pub fn share(&self) -> f64 {
        if self.cells == 0 {
            0.0
        } else {
            f64::from(self.seen) / f64::from(self.cells)
        }
    }
}

/// The zone in rows of cells, from south-west.
struct Grid {
    /// Cells from the middle to each side.
    half: i32,
    cells: Vec<Cell>,
}

#[derive(Clone, Copy, PartialEq)]
enum Cell {
    Outside,
    Left,
    Seen,
}

impl Zone {
    /// Counts what was seen from a track by somebody who sees `sight_m` metres around them.
    ///
    /// Of "in sight of the walk" it counts the circle in which one may walk, by the zone's own
    /// sight distance.
    pub fn coverage(&self, track: &[Wgs84], sight_m: f64) -> Coverage {
        let grid = self.walked(track, sight_m);
        let count = |of: &[Cell]| {
            let cells = grid.cells.iter().filter(|cell| of.contains(cell)).count();
            u32::try_from(cells).unwrap_or(u32::MAX)
        };
        Coverage {
            cells: count(&[Cell::Left, Cell::Seen]),
            seen: count(&[Cell::Seen]),
        }
    }

    /// Returns the middles of the cells that are left to visit, nearest to the last fix first.
    pub fn left_to_visit(&self, track: &[Wgs84], sight_m: f64) -> Vec<Wgs84> {
        let grid = self.walked(track, sight_m);
        let plane = Plane::at(self.center);
        let from = track.last().copied().unwrap_or(self.center);
        let mut left: Vec<Wgs84> = grid
            .cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| **cell == Cell::Left)
            .map(|(at, _)| plane.place(grid.middle(at)))
            .collect();
        left.sort_by(|a, b| from.nearness(*a).total_cmp(&from.nearness(*b)));
        left
    }

    fn walked(&self, track: &[Wgs84], sight_m: f64) -> Grid {
        let (mut grid, walk_m, sight_m) = match &self.shape {
            ZoneShape::Circle { radius_m } => (
                Grid::new(*radius_m, |spot| spot.x.hypot(spot.y) <= *radius_m),
                f64::INFINITY,
                sight_m,
            ),
            ZoneShape::WalkVisible { walk_m, sight_m } => (
                Grid::new(*walk_m, |spot| spot.x.hypot(spot.y) <= *walk_m),
                *walk_m,
                *sight_m,
            ),
            ZoneShape::Polygon { corners } => {
                let edges = self.edges(corners);
                (
                    Grid::new(self.shape.reach_m(self.center), |spot| {
                        plane::encloses(&edges, spot)
                    }),
                    f64::INFINITY,
                    sight_m,
                )
            }
        };
        for leg in self.legs(track, walk_m.min(1e9)) {
            grid.see(leg, sight_m);
        }
        grid
    }
}

impl Grid {
    fn new(reach_m: f64, inside: impl Fn(Spot) -> bool) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a zone reaches 5 km, which is 250 cells"
        )]
        let half = (reach_m / CELL_M).ceil() as i32;
        let mut grid = Self {
            half,
            cells: Vec::new(),
        };
        let side = usize::try_from(2 * half).unwrap_or(0);
        grid.cells = (0..side * side)
            .map(|at| {
                if inside(grid.middle(at)) {
                    Cell::Left
                } else {
                    Cell::Outside
                }
            })
            .collect();
        grid
    }

    fn side(&self) -> usize {
        usize::try_from(2 * self.half).unwrap_or(1).max(1)
    }

    fn middle(&self, at: usize) -> Spot {
        let along = |cell: usize| {
            let cell = u32::try_from(cell).map_or(0.0, f64::from);
            (cell - f64::from(self.half) + 0.5) * CELL_M
        };
        Spot {
            x: along(at % self.side()),
            y: along(at / self.side()),
        }
    }

    /// Marks the cells whose middle lies within `sight_m` of a leg.
    fn see(&mut self, leg: (Spot, Spot), sight_m: f64) {
        let side = self.side();
        let range = |from: f64, to: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a cast of a float saturates at the ends of the range"
            )]
            let cell = |m: f64| (m / CELL_M + f64::from(self.half)).floor().max(0.0) as usize;
            let first = cell(from.min(to) - sight_m);
            let last = cell(from.max(to) + sight_m).min(side - 1);
            first..=last
        };
        let columns = range(leg.0.x, leg.1.x);
        for row in range(leg.0.y, leg.1.y) {
            for column in columns.clone() {
                let at = row * side + column;
                if plane::distance_to(self.middle(at), leg) <= sight_m
                    && let Some(cell) = self.cells.get_mut(at)
                    && *cell == Cell::Left
                {
                    *cell = Cell::Seen;
                }
            }
        }
    }
}
