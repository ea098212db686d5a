//! What urban-management systems call things and problems.
//!
//! Two generations of the national standard are in use and an older one survives in places, and
//! cities add codes of their own. The same digits mean different things in different editions and
//! kinds, so a code is found by edition, kind and digits together, never by its digits.

#[cfg(feature = "catalogue")]
mod dictionary;

use serde::{Deserialize, Serialize};

#[cfg(feature = "catalogue")]
pub use dictionary::{CodeEdition, CodeEntry, CodeStatus, Dictionary, DictionaryError};

/// Whether a code names a thing or what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// 部件: a thing that belongs to somebody, such as a manhole cover.
    Component,
    /// 事项/事件: something that is wrong, such as litter.
    Matter,
}

/// A code of the newest edition with its kind, written `matter:06013`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS), ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct CodeRef {
    /// Thing or problem.
    pub kind: CodeKind,
    /// Five digits.
    pub digits: String,
}

/// A text that is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no code of the form matter:06013 or component:01001")]
pub struct CodeError(String);

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for CodeRef {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        String::schema()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for CodeRef {}

impl std::fmt::Display for CodeRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            CodeKind::Component => "component",
            CodeKind::Matter => "matter",
        };
        write!(f, "{kind}:{}", self.digits)
    }
}

impl TryFrom<String> for CodeRef {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        let kind_and_digits = text.split_once(':').and_then(|(kind, digits)| {
            let kind = match kind {
                "component" => CodeKind::Component,
                "matter" => CodeKind::Matter,
                _ => return None,
            };
            let five = digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
            five.then(|| Self {
                kind,
                digits: digits.to_owned(),
            })
        });
        kind_and_digits.ok_or_else(|| CodeError(text.chars().take(40).collect()))
    }
}

impl From<CodeRef> for String {
    fn from(code: CodeRef) -> Self {
        code.to_string()
    }
}
