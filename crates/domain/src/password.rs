//! What a district asks of passwords.

use serde::{Deserialize, Serialize};

/// Fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Most characters of a password, so that nobody keeps a server busy with one.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Kinds of characters that [`PasswordProfile::Rotating`] asks for: small and capital letters,
/// digits, others.
const KINDS_MIN: usize = 3;
const DAYS_VALID: u32 = 90;
/// Earlier passwords that must not come again where they rotate.
pub const PASSWORDS_REMEMBERED: usize = 5;

/// The commonest passwords of eight characters and more, a line each, in small letters.
const COMMON: &str = include_str!("password/common.txt");

/// What a district asks of passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PasswordProfile {
    /// Long enough and none of the commonest, for as long as somebody likes: asked to change a
    /// password every few weeks, people count up a number at its end.
    #[default]
    Plain,
    /// For those whose rules ask for it: three kinds of characters, changed every 90 days, and
    /// none of the last five.
    Rotating,
}

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PasswordFault {
    /// It is too short.
    #[error("a password has at least {PASSWORD_CHARS_MIN} characters")]
    TooShort,
    /// It is too long.
    #[error("a password has at most {PASSWORD_CHARS_MAX} characters")]
    TooLong,
    /// It is the name of the account.
    #[error("the name of the account is no password")]
    IsAccount,
    /// It is one of the commonest.
    #[error("it is one of the commonest passwords")]
    Common,
    /// It has too few kinds of characters.
    #[error(
        "a password has three of four kinds of characters: small letters, capitals, digits, others"
    )]
    TooFewKinds,
    /// It was used before.
    #[error("it is one of the last {PASSWORDS_REMEMBERED} passwords")]
    UsedBefore,
}

impl PasswordProfile {
    /// Every profile.
    pub const ALL: [Self; 2] = [Self::Plain, Self::Rotating];

    /// Returns the word by which it goes on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Rotating => "rotating",
        }
    }

    /// Finds the profile of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Says for how many days a password is good; none: for ever.
    pub const fn days_valid(self) -> Option<u32> {
        match self {
            Self::Plain => None,
            Self::Rotating => Some(DAYS_VALID),
        }
    }

    /// Says whether a password must be none of the last ones.
    pub const fn remembers(self) -> bool {
        matches!(self, Self::Rotating)
    }

    /// Looks at a password by itself; whether it was used before is for those who have the old
    /// ones.
    ///
    /// # Errors
    /// The first [`PasswordFault`].
    pub fn check(self, password: &str, account: &str) -> Result<(), PasswordFault> {
        let chars = password.chars().count();
        if chars < PASSWORD_CHARS_MIN {
            return Err(PasswordFault::TooShort);
        }
        if chars > PASSWORD_CHARS_MAX {
            return Err(PasswordFault::TooLong);
        }
        let small = password.to_lowercase();
        if small == account.to_lowercase() {
            return Err(PasswordFault::IsAccount);
        }
        if COMMON.lines().any(|common| common == small) {
            return Err(PasswordFault::Common);
        }
        if self == Self::Rotating && kinds(password) < KINDS_MIN {
            return Err(PasswordFault::TooFewKinds);
        }
        Ok(())
    }
}

fn kinds(password: &str) -> usize {
    let is_other = |letter: char| !letter.is_ascii_alphanumeric();
    let kinds: [&dyn Fn(char) -> bool; 4] = [
        &|letter| letter.is_ascii_lowercase(),
        &|letter| letter.is_ascii_uppercase(),
        &|letter| letter.is_ascii_digit(),
        &is_other,
    ];
    kinds
        .iter()
        .filter(|kind| password.chars().any(kind))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_held_against_what_the_district_asks() {
        use PasswordFault::{Common, IsAccount, TooFewKinds, TooLong, TooShort};
        for (password, plain, rotating) in [
            ("kavu-rite-subi", Ok(()), Err(TooFewKinds)),
            ("kavu-rite-7ubi", Ok(()), Ok(())),
            ("Kavurite7", Ok(()), Ok(())),
            ("春风十里扬州路", Err(TooShort), Err(TooShort)),
            ("春风十里扬州路卷", Ok(()), Err(TooFewKinds)),
            ("kavu-ri", Err(TooShort), Err(TooShort)),
            ("XunFang01", Err(IsAccount), Err(IsAccount)),
            ("Password123", Err(Common), Err(Common)),
            ("88888888", Err(Common), Err(Common)),
        ] {
            let check = |profile: PasswordProfile| profile.check(password, "xunfang01");
            assert_eq!(check(PasswordProfile::Plain), plain, "{password}");
            assert_eq!(check(PasswordProfile::Rotating), rotating, "{password}");
        }
        let check = |times| PasswordProfile::Plain.check(&"kV7-".repeat(times), "x");
        assert_eq!((check(32), check(33)), (Ok(()), Err(TooLong)));
    }

    #[test]
    fn each_common_password_would_be_long_enough_and_stands_there_once() {
        let all: Vec<&str> = COMMON.lines().collect();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        for common in all {
            assert!(common.chars().count() >= PASSWORD_CHARS_MIN, "{common}");
            assert_eq!(common, common.to_lowercase());
        }
    }
}
