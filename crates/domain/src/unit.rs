//! Units 责任单位 in a tree of four levels.

use serde::{Deserialize, Serialize};

use crate::{PointId, UnitId};

/// How high a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnitLevel {
    /// 市
    City,
    /// 区
    County,
    /// 街道
    Street,
    /// 社区
    Community,
}

impl UnitLevel {
    /// Every level, the highest first.
    pub const ALL: [Self; 4] = [Self::City, Self::County, Self::Street, Self::Community];

    /// Returns the word by which it goes on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::County => "county",
            Self::Street => "street",
            Self::Community => "community",
        }
    }

    /// Finds the level of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }
}

/// A unit 责任单位.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// The unit that it belongs to; null for one that stands on top.
    pub parent: Option<UnitId>,
    /// How high it stands.
    pub level: UnitLevel,
    /// Its name as people say it.
    pub name: String,
}

/// Most characters of a unit's name.
pub const UNIT_NAME_CHARS_MAX: usize = 100;

/// Why a unit cannot be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnitError {
    /// The name is empty or too long.
    #[error("a unit has a name of 1 to {UNIT_NAME_CHARS_MAX} characters")]
    Name,
    /// A unit beside it has its name already.
    #[error("another unit in the same place has this name")]
    NameTaken,
    /// There is no such unit above it.
    #[error("the unit above it is not one of this district")]
    ParentUnknown,
    /// It would not stand below the unit that it belongs to.
    #[error("a unit stands below the one that it belongs to: city, county, street, community")]
    AboveParent,
    /// A unit that belongs to it would not stand below it.
    #[error("units that belong to it would not stand below it")]
    BelowChild,
}

impl Unit {
    /// Holds the unit against the others of its district.
    ///
    /// Each stands strictly below the one that it belongs to, so that no way upwards is longer
    /// than four, and none leads back.
    ///
    /// # Errors
    /// [`UnitError`] with what does not fit.
    pub fn check(&self, others: &[Self]) -> Result<(), UnitError> {
        let chars = self.name.trim().chars().count();
        if chars == 0 || chars > UNIT_NAME_CHARS_MAX {
            return Err(UnitError::Name);
        }
        let mut others = others.iter().filter(|other| other.id != self.id);
        if let Some(parent) = self.parent {
            let mut above = others.clone().filter(|other| other.id == parent);
            let above = above.next().ok_or(UnitError::ParentUnknown)?;
            if above.level >= self.level {
                return Err(UnitError::AboveParent);
            }
        }
        let mut below = others.clone().filter(|other| other.parent == Some(self.id));
        if below.any(|below| below.level <= self.level) {
            return Err(UnitError::BelowChild);
        }
        let is_twin =
            |other: &Self| other.parent == self.parent && other.name.trim() == self.name.trim();
        if others.any(is_twin) {
            return Err(UnitError::NameTaken);
        }
        Ok(())
    }
}

/// Where a record belongs: its point, and the units that the point belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The point.
    pub point: PointId,
    /// Its unit and all above that one; empty where the point belongs to none.
    pub units: Vec<UnitId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn unit(id: u128, parent: Option<u128>, level: UnitLevel, name: &str) -> Unit {
        let id_of = |id| UnitId::from_uuid(Uuid::from_u128(id));
        Unit {
            id: id_of(id),
            parent: parent.map(id_of),
            level,
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_unit_stands_below_the_one_that_it_belongs_to() {
        use UnitLevel::{City, Community, County, Street};
        let tree = [
            unit(1, None, City, "宿州市"),
            unit(2, Some(1), County, "泗县"),
            unit(3, Some(2), Street, "泗城镇"),
            unit(4, Some(3), Community, "东关社区"),
        ];
        for one in &tree {
            assert_eq!(one.check(&tree), Ok(()));
        }
        for (case, expected) in [
            (unit(5, Some(2), Community, "无街道的社区"), Ok(())),
            (unit(5, None, Street, "单独的街道"), Ok(())),
            (unit(5, Some(3), Community, "西关社区"), Ok(())),
            // A name is taken beside it only.
            (unit(5, Some(2), Community, "东关社区"), Ok(())),
            (
                unit(5, Some(3), Community, " 东关社区"),
                Err(UnitError::NameTaken),
            ),
            (unit(5, Some(3), Community, " "), Err(UnitError::Name)),
            (
                unit(5, Some(3), Community, &"长".repeat(101)),
                Err(UnitError::Name),
            ),
            (
                unit(5, Some(9), Community, "无"),
                Err(UnitError::ParentUnknown),
            ),
            (
                unit(5, Some(3), Street, "同级"),
                Err(UnitError::AboveParent),
            ),
            (unit(5, Some(4), City, "倒置"), Err(UnitError::AboveParent)),
            (unit(2, Some(1), Street, "泗县"), Err(UnitError::BelowChild)),
            // No way leads back.
            (
                unit(2, Some(4), County, "泗县"),
                Err(UnitError::AboveParent),
            ),
            (
                unit(2, Some(2), County, "泗县"),
                Err(UnitError::ParentUnknown),
            ),
        ] {
            assert_eq!(case.check(&tree), expected, "{case:?}");
        }
    }

    #[test]
    fn a_level_goes_by_one_word() {
        for level in UnitLevel::ALL {
            assert_eq!(serde_json::to_value(level).unwrap(), level.word());
            assert_eq!(UnitLevel::named(level.word()), Some(level));
        }
    }
}
