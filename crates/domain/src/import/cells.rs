//! Reading cells as a person means them, and telling names that mean the same.

use super::{ALIKE, Cell, PointField, RowRefusal, TEXT_CHARS_MAX};

/// Reads text as a person means it: full-width letters and digits as plain ones, without blanks at
/// the ends, and a run of blanks as one.
pub(super) fn plain(text: &str) -> String {
    let narrowed: String = text
        .chars()
        .map(|character| match u32::from(character) {
            0x3000 | 0x00a0 => ' ',
            // Digits, letters and what stands between digits; Chinese punctuation stays.
            wide @ (0xff0b
            | 0xff0d
            | 0xff0e
            | 0xff10..=0xff19
            | 0xff21..=0xff3a
            | 0xff41..=0xff5a) => char::from_u32(wide - 0xfee0).unwrap_or(character),
            _ => character,
        })
        .filter(|character| *character != '\u{feff}')
        .collect();
    narrowed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name keeps its full-width brackets, which are the usual ones in Chinese.
pub(super) fn plain_name(text: &str) -> String {
    plain(text).replace('(', "（").replace(')', "）")
}

/// Reads cells and gathers what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) reasons: Vec<RowRefusal>,
}

impl Reader {
    pub(super) fn text(&mut self, field: PointField, cell: &Cell, needed: bool) -> String {
        let text = match cell {
            Cell::Empty | Cell::NoColumn => String::new(),
            Cell::Text(text) => plain(text),
            // A register's number is often a number.
            Cell::Number(number) if field == PointField::Number => format!("{number}"),
            Cell::Number(number) => {
                self.reasons.push(RowRefusal::NoNumber {
                    field,
                    text: number.to_string(),
                });
                return String::new();
            }
            Cell::Date(text) => {
                let text = text.clone();
                self.reasons.push(RowRefusal::DateInstead { field, text });
                return String::new();
            }
            Cell::Error(text) => {
                let text = text.clone();
                self.reasons.push(RowRefusal::FormulaError { field, text });
                return String::new();
            }
        };
        if text.is_empty() && needed {
            self.reasons.push(RowRefusal::Missing { field });
        } else if text.chars().count() > TEXT_CHARS_MAX {
            self.reasons.push(RowRefusal::TooLong { field });
        }
        text
    }

    pub(super) fn number(&mut self, field: PointField, cell: &Cell, needed: bool) -> Option<f64> {
        let refused = |text: &str| RowRefusal::NoNumber {
            field,
            text: text.chars().take(40).collect(),
        };
        match cell {
            Cell::Number(number) if number.is_finite() => Some(*number),
            Cell::Number(number) => {
                self.reasons.push(refused(&number.to_string()));
                None
            }
            Cell::Text(text) if !plain(text).is_empty() => {
                let number = plain(text).parse::<f64>().ok().filter(|it| it.is_finite());
                if number.is_none() {
                    self.reasons.push(refused(text));
                }
                number
            }
            Cell::Empty | Cell::NoColumn | Cell::Text(_) => {
                if needed {
                    self.reasons.push(RowRefusal::Missing { field });
                }
                None
            }
            Cell::Date(text) => {
                let text = text.clone();
                self.reasons.push(RowRefusal::DateInstead { field, text });
                None
            }
            Cell::Error(text) => {
                let text = text.clone();
                self.reasons.push(RowRefusal::FormulaError { field, text });
                None
            }
        }
    }
}

/// Says whether two names may mean the same place: one is a short form of the other, or most pairs
/// of neighbouring characters are common.
pub(super) fn alike(a: &str, b: &str) -> bool {
    let bare = |name: &str| -> Vec<char> {
        plain(name)
            .to_lowercase()
            .chars()
            .filter(|character| character.is_alphanumeric())
            .collect()
    };
    let (a, b) = (bare(a), bare(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    // A short form leaves characters out and keeps their order: 东关市场 of 东关农贸市场.
    let shortens = |short: &[char], long: &[char]| {
        let mut left = long.iter();
        short.len() >= 2 && short.iter().all(|one| left.any(|other| other == one))
    };
    if a == b || shortens(&a, &b) || shortens(&b, &a) {
        return true;
    }
    let pairs = |name: &[char]| -> Vec<[char; 2]> {
        name.iter()
            .zip(name.iter().skip(1))
            .map(|(first, second)| [*first, *second])
            .collect()
    };
    let (first, mut second) = (pairs(&a), pairs(&b));
    let all = first.len() + second.len();
    let mut common = 0_u32;
    for pair in first {
        if let Some(place) = second.iter().position(|other| *other == pair) {
            second.swap_remove(place);
            common += 2;
        }
    }
    u32::try_from(all).is_ok_and(|all| f64::from(common) >= ALIKE * f64::from(all.max(1)))
}
