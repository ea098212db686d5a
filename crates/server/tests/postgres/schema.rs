//! Both engines have the same tables, and everything begins with the district.

use std::collections::BTreeMap;

use tempfile::tempdir;
use xunfang_server::{App, AppConfig};

use crate::actors::TestServer;
use crate::engine::Engine;

/// A schema, as both engines can describe theirs; texts are sorted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// `name kind`, with a mark where it may be null.
    columns: Vec<String>,
    /// The columns of the key.
    key: Vec<String>,
    /// `unique` or not, and the columns.
    indexes: Vec<String>,
    /// `columns -> table(columns)`
    references: Vec<String>,
}

const OF_SQLITE: [&str; 4] = [
    "SELECT m.name, c.name || ' ' || CASE c.type WHEN 'BLOB' THEN 'bytes' ELSE lower(c.type) END
            || CASE c.\"notnull\" WHEN 1 THEN '' ELSE '?' END
     FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2",
    "SELECT m.name, c.name
     FROM sqlite_schema m, pragma_table_info(m.name) c
     WHERE m.type = 'table' AND c.pk > 0 ORDER BY m.name, c.pk",
    "SELECT m.name, CASE i.\"unique\" WHEN 1 THEN 'unique ' ELSE '' END
            || (SELECT group_concat(name, ', ')
                FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
     FROM sqlite_schema m, pragma_index_list(m.name) i
     WHERE m.type = 'table' AND i.origin <> 'pk' ORDER BY 1, 2",
    "SELECT name, own || ' -> ' || other || '(' || theirs || ')' FROM (
         SELECT m.name, k.id, k.\"table\" AS other, group_concat(k.\"from\", ', ') AS own,
                group_concat(k.\"to\", ', ') AS theirs
         FROM sqlite_schema m, pragma_foreign_key_list(m.name) k
         WHERE m.type = 'table' GROUP BY m.name, k.id) ORDER BY 1, 2",
];

const OF_POSTGRES: [&str; 4] = [
    "SELECT table_name, column_name || ' '
            || CASE data_type WHEN 'uuid' THEN 'bytes' WHEN 'bytea' THEN 'bytes'
                              WHEN 'bigint' THEN 'integer' ELSE data_type END
            || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END
     FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    "SELECT t.relname, a.attname
     FROM pg_index i
     JOIN pg_class t ON t.oid = i.indrelid
     JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public',
          unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
     JOIN pg_attribute a ON a.attnum = k.attnum
     WHERE i.indisprimary AND a.attrelid = i.indrelid ORDER BY t.relname, k.place",
    "SELECT t.relname, CASE WHEN i.indisunique THEN 'unique ' ELSE '' END
            || (SELECT string_agg(a.attname, ', ' ORDER BY k.place)
                FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
                JOIN pg_attribute a ON a.attnum = k.attnum
                WHERE a.attrelid = i.indrelid)
     FROM pg_index i
     JOIN pg_class t ON t.oid = i.indrelid
     JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
     WHERE NOT i.indisprimary ORDER BY 1, 2",
    "SELECT t.relname,
            (SELECT string_agg(a.attname, ', ' ORDER BY k.place)
             FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, place)
             JOIN pg_attribute a ON a.attnum = k.attnum WHERE a.attrelid = c.conrelid)
            || ' -> ' || o.relname || '('
            || (SELECT string_agg(a.attname, ', ' ORDER BY k.place)
                FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, place)
                JOIN pg_attribute a ON a.attnum = k.attnum WHERE a.attrelid = c.confrelid) || ')'
     FROM pg_constraint c
     JOIN pg_class t ON t.oid = c.conrelid
     JOIN pg_class o ON o.oid = c.confrelid
     WHERE c.contype = 'f' ORDER BY 1, 2",
];

fn tables(
    ask: impl Fn(&str) -> Vec<Vec<Option<String>>>,
    of: [&str; 4],
) -> BTreeMap<String, Table> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for (part, question) in of.into_iter().enumerate() {
        for row in ask(question) {
            let [Some(table), Some(what)] = row.as_slice() else {
                panic!("{question}");
            };
            let table = tables.entry(table.clone()).or_default();
            let parts = [
                &mut table.columns,
                &mut table.key,
                &mut table.indexes,
                &mut table.references,
            ];
            parts.into_iter().nth(part).unwrap().push(what.clone());
        }
    }
    // Each engine keeps the number of its steps in its own way.
    tables.remove("schema_version");
    for table in tables.values_mut() {
        for part in [
            &mut table.columns,
            &mut table.indexes,
            &mut table.references,
        ] {
            part.sort();
        }
    }
    tables
}

fn of_sqlite() -> BTreeMap<String, Table> {
    let folder = tempdir().unwrap();
    drop(App::open(AppConfig::new(folder.path())).unwrap());
    tables(
        |question| Engine::Sqlite.ask(folder.path(), question),
        OF_SQLITE,
    )
}

#[tokio::test]
async fn both_engines_have_the_same_schema() {
    let server = TestServer::start().await;
    let theirs = tables(|question| server.ask(question), OF_POSTGRES);
    let ours = of_sqlite();
    assert!(
        ours.len() > 20 && ours["finding"].references.len() == 2,
        "{ours:?}"
    );
    for (name, table) in &ours {
        assert_eq!(Some(table), theirs.get(name), "{name}");
    }
    assert_eq!(ours.len(), theirs.len());
}

/// What is looked up before anybody can know the district. A machine that has only some of the
/// districts has to have these for all of them, or has to ask all.
const WITHOUT: [&str; 6] = [
    "server(only_row)",
    "account(name)",
    "session(token_hash)",
    "evidence(code)",
    "evidence_file(sha256)",
    "job(kind, noted_at)",
];

fn begins_elsewhere(tables: &BTreeMap<String, Table>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, table) in tables {
        let indexes = table.indexes.iter();
        let indexes = indexes.map(|index| index.trim_start_matches("unique ").to_owned());
        for columns in indexes.chain([table.key.join(", ")]) {
            if columns != "district_id" && !columns.starts_with("district_id, ") {
                found.push(format!("{name}({columns})"));
            }
        }
        for reference in &table.references {
            let (own, theirs) = reference.split_once(" -> ").unwrap();
            let together = own.starts_with("district_id") && theirs.contains("(district_id");
            if !together {
                found.push(format!("{name}: {reference}"));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_key_index_and_reference_begins_with_the_district() {
    let mut tables = of_sqlite();
    let mut expected = WITHOUT.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(begins_elsewhere(&tables), expected);

    // It would be noticed.
    let finding = tables.get_mut("finding").unwrap();
    finding.key = vec!["finding_id".to_owned()];
    finding.indexes.push("unique seq, district_id".to_owned());
    finding.references = vec!["author_id -> person(person_id)".to_owned()];
    let noticed = begins_elsewhere(&tables);
    assert_eq!(noticed.len(), WITHOUT.len() + 3, "{noticed:?}");
}
