//! Statements, written once for both engines.
//!
//! Parameters have names, `:district_id`. SQLite takes them so; PostgreSQL counts, so that each
//! name becomes a number when the statement is first asked of a connection.

use std::fmt::Write;

/// A statement that stands in a file of its own beside the module that uses it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement {
    /// Where it stands, by which it is known in caches and in a log.
    name: &'static str,
    text: &'static str,
}

impl Statement {
    /// Names a statement; use [`statement!`](crate::store::db::statement).
    pub(crate) const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }

    pub(crate) const fn name(self) -> &'static str {
        self.name
    }

    pub(crate) const fn text(self) -> &'static str {
        self.text
    }
}

/// Takes a statement out of its file.
macro_rules! statement {
    ($path:literal) => {
        $crate::store::db::Statement::new($path, include_str!($path))
    };
}
pub(crate) use statement;

/// A statement whose parameters are numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Numbered {
    /// With `$1` for the first of the names, and so on.
    pub(super) text: String,
    /// With their colon, each once.
    pub(super) names: Vec<&'static str>,
}

/// Gives a statement's parameters numbers, in the order in which they first occur.
pub(super) fn numbered(statement: &'static str) -> Numbered {
    let mut text = String::with_capacity(statement.len());
    let mut names: Vec<&'static str> = Vec::new();
    let mut rest = statement;
    while let Some((begin, kind)) = next_part(rest) {
        let (before, part) = rest.split_at(begin);
        text.push_str(before);
        let (part, after) = part.split_at(kind.length(part));
        match kind {
            Part::Parameter => {
                let number = names.iter().position(|name| *name == part);
                let number = number.unwrap_or_else(|| {
                    names.push(part);
                    names.len() - 1
                });
                // Writing into a string does not fail.
                let _written = write!(text, "${}", number + 1);
            }
            Part::Cast | Part::Quoted | Part::Comment => text.push_str(part),
        }
        rest = after;
    }
    text.push_str(rest);
    Numbered { text, names }
}

/// What a colon may stand in.
#[derive(Clone, Copy)]
enum Part {
    Parameter,
    /// `::`
    Cast,
    /// `'…'`
    Quoted,
    /// `-- …`
    Comment,
}

impl Part {
    /// How long it is, at the beginning of `text`.
    fn length(self, text: &str) -> usize {
        match self {
            Self::Parameter => text
                .char_indices()
                .skip(1)
                .find(|(_, c)| !(c.is_ascii_alphanumeric() || *c == '_'))
                .map_or(text.len(), |(at, _)| at),
            Self::Cast => 2,
            Self::Quoted => text
                .char_indices()
                .skip(1)
                .find(|(_, c)| *c == '\'')
                .map_or(text.len(), |(at, _)| at + 1),
            Self::Comment => text.find('\n').unwrap_or(text.len()),
        }
    }
}

/// Finds where the next part begins that is more than text.
fn next_part(text: &str) -> Option<(usize, Part)> {
    text.char_indices().find_map(|(at, c)| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        match (c, next) {
            ('\'', _) => Some((at, Part::Quoted)),
            ('-', Some('-')) => Some((at, Part::Comment)),
            (':', Some(':')) => Some((at, Part::Cast)),
            (':', Some(c)) if c.is_ascii_alphabetic() || c == '_' => Some((at, Part::Parameter)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_numbers_and_nothing_else_does() {
        let read = numbered(
            "-- not :this\nSELECT ':nor_this', a::text, :b_1 FROM t WHERE x = :x AND y > :b_1 - 1",
        );
        assert_eq!(
            read.text,
            "-- not :this\nSELECT ':nor_this', a::text, $1 FROM t WHERE x = $2 AND y > $1 - 1"
        );
        assert_eq!(read.names, [":b_1", ":x"]);
        assert_eq!(numbered("SELECT 1").text, "SELECT 1");
        assert_eq!(numbered("SELECT :a").text, "SELECT $1");
        assert_eq!(numbered("SELECT '问：",).text, "SELECT '问：");
    }
}
