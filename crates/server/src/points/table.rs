//! The table of points: found, ordered and paged here, so that a browser holds one page.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::store::db::Db;
use serde::Deserialize;
use xunfang_domain::{DistrictId, Point, PointType, spelled_like, spelling_order};
use xunfang_protocol::{KindCount, PointTable};

use crate::store::{StoreError, reference};

/// What the table is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// 名称, by its pinyin.
    #[default]
    Name,
    /// 编号, numbers by their size.
    Number,
    /// 类型
    Kind,
    /// 责任单位, by its pinyin.
    Unit,
    /// How far the zone reaches.
    Reach,
}

/// Which points are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Use {
    /// Those that are inspected.
    #[default]
    InUse,
    /// Those that are inspected no longer.
    Retired,
}

/// Which page of which rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    /// A part of name, number or unit, or the spelling of one.
    pub(crate) typed: String,
    pub(crate) kind: Option<PointType>,
    pub(crate) uses: Use,
    pub(crate) order: Order,
    pub(crate) descending: bool,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

/// Reads one page of the table.
pub(crate) fn page(db: &Db, district: DistrictId, page: &Page) -> Result<PointTable, StoreError> {
    let mut points = reference::points(db, district)?;
    let all = points.len();
    points.retain(|point| point.retired == (page.uses == Use::Retired) && is_typed(point, page));
    let mut kinds: BTreeMap<PointType, u32> = BTreeMap::new();
    for point in &points {
        *kinds.entry(point.kind).or_default() += 1;
    }
    points.retain(|point| page.kind.is_none_or(|kind| point.kind == kind));
    let total = points.len();
    sort(&mut points, page.order);
    if page.descending {
        points.reverse();
    }
    Ok(PointTable {
        rows: points
            .into_iter()
            .skip(page.offset)
            .take(page.limit)
            .collect(),
        total: u32::try_from(total).unwrap_or(u32::MAX),
        all: u32::try_from(all).unwrap_or(u32::MAX),
        kinds: kinds
            .into_iter()
            .map(|(kind, points)| KindCount { kind, points })
            .collect(),
    })
}

fn is_typed(point: &Point, page: &Page) -> bool {
    [&point.name, &point.number, &point.unit]
        .into_iter()
        .any(|text| spelled_like(text, &page.typed))
}

fn sort(points: &mut [Point], order: Order) {
    let name = |point: &Point| spelling_order(&point.name);
    match order {
        Order::Name => points.sort_by_cached_key(name),
        Order::Number => points.sort_by(|a, b| by_number(&a.number, &b.number)),
        Order::Kind => points.sort_by_cached_key(|point| (point.kind, name(point))),
        Order::Unit => {
            points.sort_by_cached_key(|point| (spelling_order(&point.unit), name(point)));
        }
        Order::Reach => points.sort_by(|a, b| a.radius_m.total_cmp(&b.radius_m)),
    }
}

/// Orders numbers as people do: P9 before P10, and those without one last.
fn by_number(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> (bool, String, u64, String) {
        let digits = text.len()
            - text
                .trim_end_matches(|one: char| one.is_ascii_digit())
                .len();
        let (head, tail) = text.split_at(text.len() - digits);
        (
            text.is_empty(),
            head.to_owned(),
            tail.parse().unwrap_or(u64::MAX),
            tail.to_owned(),
        )
    };
    parts(a).cmp(&parts(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_their_size() {
        let mut numbers = ["P10", "", "P9", "A2", "12", "7"];
        numbers.sort_by(|a, b| by_number(a, b));
        assert_eq!(numbers, ["7", "12", "A2", "P9", "P10", ""]);
    }
}
