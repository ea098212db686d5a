//! Finding Chinese names by what people type: characters, pinyin, or its initials.

use pinyin::ToPinyinMulti;

/// Most letters of a search that are looked at.
const LETTERS_MAX: usize = 40;

/// Says whether a name has `typed` in it: as it is written, or as it is spelled.
///
/// `农贸市场` is found by `农贸`, `nongmao`, `nm`, `nmsc` and `nongmsc`. A character with several
/// readings is found by each. Capitals and spaces at the ends do not matter; nothing typed finds
/// everything.
pub fn spelled_like(name: &str, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    let name = name.to_lowercase();
    if name.contains(&typed) {
        return true;
    }
    let letters = typed.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !letters || typed.len() > LETTERS_MAX {
        return false;
    }
    let name: Vec<char> = name.chars().collect();
    (0..name.len()).any(|from| name.get(from..).is_some_and(|name| begins(name, &typed)))
}

/// Says whether the characters, from the first one on, can be spelled as the letters.
fn begins(name: &[char], letters: &str) -> bool {
    if letters.is_empty() {
        return true;
    }
    let Some((character, rest)) = name.split_first() else {
        return false;
    };
    if character.is_ascii() {
        let mut left = letters.chars();
        return left.next() == Some(*character) && begins(rest, left.as_str());
    }
    let Some(readings) = character.to_pinyin_multi() else {
        return false;
    };
    readings.into_iter().any(|reading| {
        let spelled = reading.plain();
        // In full, up to where the typing stops, or by its first letter alone.
        spelled.starts_with(letters)
            || [spelled, spelled.get(..1).unwrap_or(spelled)]
                .into_iter()
                .any(|part| {
                    letters
                        .strip_prefix(part)
                        .is_some_and(|letters| begins(rest, letters))
                })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_people_type_them() {
        for (name, typed) in [
            ("中央农贸市场", "农贸"),
            ("中央农贸市场", "nongmao"),
            ("中央农贸市场", "nmsc"),
            ("中央农贸市场", "nongmsc"),
            ("中央农贸市场", " NM "),
            ("中央农贸市场", "nong"),
            ("中央农贸市场", "non"),
            ("长途客运站", "ctky"),
            ("重庆路", "cq"),
            ("国防路115号", "gfl115"),
            ("万达A座", "wda"),
            ("泗州广场", ""),
        ] {
            assert!(spelled_like(name, typed), "{name} by {typed}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for (name, typed) in [
            ("中央农贸市场", "医院"),
            ("中央农贸市场", "nz"),
            ("中央农贸市场", "yiyuan"),
            ("中央农贸市场", "农m?"),
            ("", "a"),
            ("①②③", "abc"),
        ] {
            assert!(!spelled_like(name, typed), "{name} by {typed}");
        }
        assert!(!spelled_like(&"一".repeat(200), &"y".repeat(300)));
    }
}
