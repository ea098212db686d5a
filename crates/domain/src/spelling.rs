//! Finding Chinese names by what people type: characters, pinyin, or its initials.

use pinyin::{ToPinyin, ToPinyinMulti};

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
    spelled(&name, typed.as_bytes())
}

/// Says whether the letters spell some characters of the name in a row. It goes once over the
/// name and remembers how many letters may be spelled by then, so that characters with many
/// readings cost no more than others.
fn spelled(name: &str, letters: &[u8]) -> bool {
    // Bit n: the first n letters are spelled by the characters just before this one.
    let mut reached: u64 = 0;
    for character in name.chars() {
        // Any character may be the first.
        reached |= 1;
        let mut next = 0;
        let mut spell = |part: &[u8]| -> bool {
            let mut from = reached;
            while from != 0 {
                let done = from.trailing_zeros() as usize;
                from &= from - 1;
                let left = letters.get(done..).unwrap_or_default();
                // In full, or up to where the typing stops.
                if part.starts_with(left) {
                    return true;
                }
                if left.starts_with(part) {
                    next |= 1 << (done + part.len());
                }
            }
            false
        };
        if character.is_ascii() {
            let mut byte = [0; 4];
            if spell(character.encode_utf8(&mut byte).as_bytes()) {
                return true;
            }
        } else {
            for reading in character.to_pinyin_multi().into_iter().flatten() {
                let reading = reading.plain().as_bytes();
                if spell(reading) || spell(reading.get(..1).unwrap_or(reading)) {
                    return true;
                }
            }
        }
        reached = next;
    }
    false
}

/// What a name is ordered by in a list: its pinyin, as in a dictionary; a character with several
/// readings by its first. Numbers are ordered by their size.
pub fn spelling_order(name: &str) -> String {
    let mut order = String::with_capacity(name.len() * 3);
    let mut rest = name;
    while let Some(character) = rest.chars().next() {
        let digits = rest
            .find(|next: char| !next.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        if digits > 0 {
            let number = number.trim_start_matches('0');
            // How many digits comes first: 2 before 10. Nobody counts further than the table of
            // signs below the letters reaches.
            let length = u8::try_from(number.len()).unwrap_or(u8::MAX).min(40);
            order.push(char::from(b'0' + length));
            order.push_str(number);
            rest = behind;
        } else {
            match character.to_pinyin() {
                Some(reading) => order.push_str(reading.plain()),
                None => order.extend(character.to_lowercase()),
            }
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        // Syllable by syllable: all of 西 xi come before 先 xian.
        order.push(' ');
    }
    order
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
        // Five readings that all begin alike, a hundred times over.
        let typed = format!("{}b", "a".repeat(LETTERS_MAX - 1));
        assert!(!spelled_like(&"啊".repeat(100), &typed));
    }

    #[test]
    fn names_are_ordered_as_in_a_dictionary() {
        let mut names = ["东站", "西安路", "先锋路", "第2市场", "北关市场"];
        names.sort_by_cached_key(|name| spelling_order(name));
        assert_eq!(names, ["北关市场", "第2市场", "东站", "西安路", "先锋路"]);
        let mut numbered = [
            "第10小学",
            "第2小学",
            "第002号",
            "第1000号",
            "第二小学",
            "3路",
        ];
        numbered.sort_by_cached_key(|name| spelling_order(name));
        assert_eq!(
            numbered,
            [
                "3路",
                "第002号",
                "第2小学",
                "第10小学",
                "第1000号",
                "第二小学"
            ]
        );
    }
}
