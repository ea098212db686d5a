//! The verification code 验证码 printed into a photo's watermark.

use serde::{Deserialize, Serialize};

/// Sixteen characters in groups of four, for example `7KQ2-M0XA-93ZC-VH4N`.
///
/// Fifteen of them are 75 bits of a hash over what is known of the photo before it is printed, so
/// that nobody can guess the code of a photo that they have not seen. The last is a check, so that
/// a typing mistake is told from a code that does not exist. Letters that look like digits are not
/// used, and are read as those digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(ts_rs::TS, utoipa::ToSchema),
    ts(type = "string"),
    schema(value_type = String)
)]
#[serde(try_from = "String", into = "String")]
pub struct PhotoCode([u8; LETTERS]);

/// Why a text is no verification code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PhotoCodeError {
    /// It has other than sixteen characters, or one that is never used.
    #[error("a verification code has 16 letters and digits")]
    Shape,
    /// It has the right form, but a character is wrong.
    #[error("a character of the verification code is wrong")]
    Mistyped,
}

const LETTERS: usize = 16;
const GROUP: usize = 4;
/// Digits and letters without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl PhotoCode {
    /// Makes the code out of a hash.
    pub fn from_digest(digest: &[u8; 32]) -> Self {
        let mut values = [0; LETTERS];
        let bits = digest
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |n| byte >> n & 1));
        let mut bits = bits.fuse();
        for value in values.iter_mut().take(LETTERS - 1) {
            *value = bits.by_ref().take(5).fold(0, |sum, bit| sum << 1 | bit);
        }
        if let Some(last) = values.last_mut() {
            *last = 0;
        }
        let check = check(&values);
        if let Some(last) = values.last_mut() {
            *last = check;
        }
        Self(values)
    }

    /// Returns the sixteen characters without their dashes, as they stand in an address.
    pub fn bare(self) -> String {
        self.0.iter().map(|&value| letter(value)).collect()
    }
}

/// An odd weight for each place finds every wrong character, and all but one in 32 swaps of two.
fn check(values: &[u8; LETTERS]) -> u8 {
    let sum: u32 = values
        .iter()
        .take(LETTERS - 1)
        .zip((1_u32..).step_by(2))
        .map(|(&value, weight)| u32::from(value) * weight)
        .sum();
    u8::try_from(sum % 32).unwrap_or(0)
}

fn letter(value: u8) -> char {
    ALPHABET
        .get(usize::from(value))
        .map_or('0', |&letter| char::from(letter))
}

impl std::fmt::Display for PhotoCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, group) in self.0.chunks(GROUP).enumerate() {
            if number > 0 {
                f.write_str("-")?;
            }
            for &value in group {
                write!(f, "{}", letter(value))?;
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for PhotoCode {
    type Err = PhotoCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut values = Vec::with_capacity(LETTERS);
        for letter in text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '—'))
        {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET
                .iter()
                .position(|&known| char::from(known) == letter);
            let value = value.and_then(|value| u8::try_from(value).ok());
            values.push(value.ok_or(PhotoCodeError::Shape)?);
        }
        let values: [u8; LETTERS] = values.try_into().map_err(|_| PhotoCodeError::Shape)?;
        if values.last() == Some(&check(&values)) {
            Ok(Self(values))
        } else {
            Err(PhotoCodeError::Mistyped)
        }
    }
}

impl TryFrom<String> for PhotoCode {
    type Error = PhotoCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PhotoCode> for String {
    fn from(code: PhotoCode) -> Self {
        code.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = PhotoCode::from_digest(&[0x5a; 32]);
        let text = code.to_string();
        assert_eq!((text.len(), text.matches('-').count()), (19, 3));
        for typed in [
            text.clone(),
            text.to_lowercase(),
            code.bare(),
            format!("  {} ", text.replace('-', " ")),
            text.replace('0', "o").replace('1', "l"),
        ] {
            assert_eq!(typed.parse(), Ok(code), "{typed}");
        }
        for other in ["", "ABCD", "5A5A-5A5A-5A5A-5A5!", &format!("{text}0")] {
            assert_eq!(
                other.parse::<PhotoCode>(),
                Err(PhotoCodeError::Shape),
                "{other}"
            );
        }
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_noticed(digest: [u8; 32], place in 0..16_usize, step in 1..32_u8) {
            let code = PhotoCode::from_digest(&digest);
            prop_assert_eq!(code.to_string().parse(), Ok(code));
            let mut wrong = code;
            wrong.0[place] = (wrong.0[place] + step) % 32;
            prop_assert_eq!(wrong.to_string().parse::<PhotoCode>(), Err(PhotoCodeError::Mistyped));
        }
    }
}
