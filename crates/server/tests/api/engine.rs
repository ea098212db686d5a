//! The database behind a test's server, looked into past the server.

use std::path::{Path, PathBuf};

use crate::actors::files;
use xunfang_rig::{Postgres, Syncs};

/// Which of the two it is.
pub enum Engine {
    Sqlite,
    Postgres(Postgres),
}

impl Engine {
    /// The one that this program tests.
    pub fn start() -> Self {
        if crate::ON_POSTGRES {
            Self::Postgres(Postgres::start(Syncs::No).unwrap())
        } else {
            Self::Sqlite
        }
    }

    /// What a server is told of it.
    pub fn url(&self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(cluster) => Some(cluster.url()),
        }
    }

    /// Lists the files of a server's folder, and those of its database.
    pub fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut all = files(folder);
        if let Self::Postgres(cluster) = self {
            cluster.ask("CHECKPOINT").unwrap();
            let theirs = files(cluster.folder());
            assert!(theirs.len() > 100 && all.iter().all(|file| !file.ends_with("server.db")));
            all.extend(theirs);
        }
        all
    }

    /// Runs statements and returns the rows of the last answer as texts. Ids are written as
    /// `id(…)`, with 32 hexadecimal digits.
    pub fn ask(&self, folder: &Path, statements: &str) -> Vec<Vec<Option<String>>> {
        match self {
            Self::Sqlite => {
                let db = rusqlite::Connection::open(folder.join("server.db")).unwrap();
                let statements = statements.replace("id('", "unhex('");
                let mut rows = Vec::new();
                for statement in statements.split(';') {
                    let mut statement = db.prepare(statement).unwrap();
                    let columns = statement.column_count();
                    let mut answer = statement.raw_query();
                    rows.clear();
                    while let Some(row) = answer.next().unwrap() {
                        rows.push(
                            (0..columns)
                                .map(|at| text(row.get_ref(at).unwrap()))
                                .collect(),
                        );
                    }
                }
                rows
            }
            Self::Postgres(cluster) => cluster.ask(&statements.replace("id('", "uuid('")).unwrap(),
        }
    }
}

fn text(value: rusqlite::types::ValueRef<'_>) -> Option<String> {
    use rusqlite::types::ValueRef as V;
    match value {
        V::Null => None,
        V::Integer(number) => Some(number.to_string()),
        V::Real(number) => Some(number.to_string()),
        V::Text(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
        V::Blob(bytes) => Some(hex(bytes)),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
