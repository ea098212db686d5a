//! Every statement names the district, for each table that it touches.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sqlparser::ast::{
    BinaryOperator, ConflictTarget, Delete, Expr, FromTable, Insert, JoinConstraint, JoinOperator,
    OnInsert, Query, Select, Statement, TableFactor, TableObject, TableWithJoins, Update, Value,
    Visit, Visitor,
};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;

/// Statements that name none, and why.
const WITHOUT: [(&str, &str); 17] = [
    ("migrate/version.sql", "of the database itself"),
    ("migrate/set_version.sql", "of the database itself"),
    ("health/insert_server.sql", "of the database itself"),
    ("health/server.sql", "of the database itself"),
    ("health/sign_with.sql", "of the database itself"),
    ("health/open_with.sql", "of the database itself"),
    (
        "accounts/find.sql",
        "by the name, of which the district follows",
    ),
    (
        "sessions/find.sql",
        "by the token, of which the district follows",
    ),
    ("sessions/end_by_token.sql", "by the token"),
    ("evidence/by_code.sql", "the public look at a photo"),
    ("evidence/by_file.sql", "the public look at a photo"),
    (
        "reference/districts.sql",
        "for commands of whoever runs the machine",
    ),
    ("jobs/waiting.sql", "work for every district"),
    ("jobs/count.sql", "a figure for whoever runs the server"),
    ("jobs/unswept.sql", "work for every district"),
    (
        "jobs/give_up_all.sql",
        "at the start of a server that is alone",
    ),
    ("accounts/add.sql", "the name is the key of an account"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")
}

/// The statements by the path below the folder.
fn statements() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let subject = entry.unwrap().path();
        if !subject.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&subject).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "sql") {
                let name = path.strip_prefix(folder()).unwrap();
                let name = name.to_str().unwrap().to_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// What a part of a statement touches, and what it demands.
#[derive(Default)]
struct Block {
    /// By the names that they have in the part.
    tables: Vec<String>,
    demands: Vec<Expr>,
}

impl Block {
    fn add(&mut self, from: &[TableWithJoins], named: &BTreeSet<String>) {
        for table in from {
            self.add_table(&table.relation, named);
            for join in &table.joins {
                self.add_table(&join.relation, named);
                let (JoinOperator::Join(on)
                | JoinOperator::Inner(on)
                | JoinOperator::Left(on)
                | JoinOperator::LeftOuter(on)) = &join.join_operator
                else {
                    panic!("{join:?}");
                };
                if let JoinConstraint::On(on) = on {
                    self.demand(on);
                }
            }
        }
    }

    fn add_table(&mut self, table: &TableFactor, named: &BTreeSet<String>) {
        let TableFactor::Table { name, alias, .. } = table else {
            panic!("{table:?}");
        };
        let name = name.to_string();
        // A part of the statement that has a name was looked at by itself.
        if !named.contains(&name) {
            let alias = alias.as_ref().map(|alias| alias.name.to_string());
            self.tables.push(alias.unwrap_or(name));
        }
    }

    fn demand(&mut self, demand: &Expr) {
        match demand {
            Expr::BinaryOp {
                left,
                op: BinaryOperator::And,
                right,
            } => {
                self.demand(left);
                self.demand(right);
            }
            other => self.demands.push(other.clone()),
        }
    }

    /// The tables of which no district is named, by the parameter or by another table's.
    fn loose(&self) -> Vec<String> {
        let mut tied = BTreeSet::from([":district_id".to_owned()]);
        // Each round ties what hangs on what is tied.
        for _ in 0..=self.tables.len() {
            for demand in &self.demands {
                let Expr::BinaryOp {
                    left,
                    op: BinaryOperator::Eq,
                    right,
                } = demand
                else {
                    continue;
                };
                let (Some(left), Some(right)) = (self.side(left), self.side(right)) else {
                    continue;
                };
                if tied.contains(&left) || tied.contains(&right) {
                    tied.extend([left, right]);
                }
            }
        }
        let loose = self.tables.iter().filter(|table| !tied.contains(*table));
        loose.cloned().collect()
    }

    /// Whose district a side of an equation is.
    fn side(&self, side: &Expr) -> Option<String> {
        match side {
            Expr::Value(value) => match &value.value {
                Value::Placeholder(name) if name == ":district_id" => Some(name.clone()),
                _ => None,
            },
            Expr::Identifier(column) if column.value == "district_id" => {
                let [table] = self.tables.as_slice() else {
                    return None;
                };
                Some(table.clone())
            }
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [table, column] if column.value == "district_id" => Some(table.value.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Reads a statement part by part.
#[derive(Default)]
struct Reader {
    named: BTreeSet<String>,
    faults: Vec<String>,
}

impl Reader {
    fn blame(&mut self, block: &Block) {
        let loose = block.loose().into_iter();
        self.faults
            .extend(loose.map(|table| format!("{table} in any district")));
    }

    fn insert(&mut self, insert: &Insert) {
        let TableObject::TableName(table) = &insert.table else {
            panic!("{insert:?}");
        };
        let columns: Vec<String> = insert.columns.iter().map(ToString::to_string).collect();
        if columns.first().is_none_or(|first| first != "district_id") {
            self.faults.push(format!("into {table} without a district"));
        }
        if let Some(OnInsert::OnConflict(conflict)) = &insert.on {
            let Some(ConflictTarget::Columns(columns)) = &conflict.conflict_target else {
                panic!("{conflict:?}");
            };
            if columns
                .first()
                .is_none_or(|first| first.value != "district_id")
            {
                self.faults
                    .push(format!("a conflict in {table} without a district"));
            }
        }
    }
}

impl Visitor for Reader {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        let mut block = Block::default();
        let selection = match statement {
            Statement::Insert(insert) => {
                self.insert(insert);
                None
            }
            Statement::Update(Update {
                table, selection, ..
            }) => {
                block.add(std::slice::from_ref(table), &self.named);
                selection.as_ref()
            }
            Statement::Delete(Delete {
                from: FromTable::WithFromKeyword(from),
                selection,
                ..
            }) => {
                block.add(from, &self.named);
                selection.as_ref()
            }
            Statement::Query(_) => None,
            other => panic!("{other}"),
        };
        if let Some(selection) = selection {
            block.demand(selection);
        }
        self.blame(&block);
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for part in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.named.insert(part.alias.name.to_string());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let mut block = Block::default();
        block.add(&select.from, &self.named);
        if let Some(selection) = &select.selection {
            block.demand(selection);
        }
        self.blame(&block);
        ControlFlow::Continue(())
    }
}

/// What is wrong with a statement.
fn faults(text: &str) -> Vec<String> {
    let parsed = Parser::parse_sql(&SQLiteDialect {}, text).unwrap();
    assert_eq!(parsed.len(), 1, "{text}");
    let mut reader = Reader::default();
    let _ended = parsed.visit(&mut reader);
    reader.faults
}

#[test]
fn every_statement_names_the_district_of_everything_that_it_touches() {
    let all = statements();
    assert!(all.len() > 70, "{}", all.len());
    let mut found = BTreeSet::new();
    for (name, text) in &all {
        let faults = faults(text);
        if !faults.is_empty() {
            let allowed = WITHOUT.iter().any(|(other, _)| other == name);
            assert!(allowed, "{name}: {faults:?}");
            found.insert(name.as_str());
        }
    }
    // What is allowed is needed.
    let expected: BTreeSet<&str> = WITHOUT.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_statement_that_forgets_the_district_is_noticed() {
    for text in [
        "SELECT a FROM finding WHERE finding_id = :id",
        "SELECT a FROM finding WHERE district_id = :district_id OR 1 = 1",
        "SELECT a FROM finding WHERE district_id <> :district_id",
        "SELECT a FROM finding JOIN point ON point.point_id = finding.point_id
         WHERE finding.district_id = :district_id",
        "SELECT a FROM finding JOIN point ON point.district_id = finding.district_id",
        "SELECT a FROM finding WHERE district_id = :district_id
         AND EXISTS (SELECT 1 FROM review WHERE finding_id = :id)",
        "WITH some (a) AS (SELECT a FROM review) SELECT a FROM some",
        "UPDATE finding SET seq = 1 WHERE finding_id = :id",
        "DELETE FROM finding",
        "INSERT INTO finding (finding_id) VALUES (:id)",
        "INSERT INTO finding (district_id, finding_id) VALUES (:district_id, :id)
         ON CONFLICT (finding_id) DO NOTHING",
    ] {
        assert_ne!(faults(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn statements_stand_in_their_files_and_each_is_used() {
    let mut code = String::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            code.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    let all = statements();
    for (name, _) in &all {
        assert!(code.contains(&format!("statement!(\"{name}\")")), "{name}");
    }
    let distinct: BTreeSet<&str> = code
        .split("statement!(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(distinct.len(), all.len());
    // Made by the macro only, which takes them out of a file.
    assert!(!code.contains("Statement::new("));
}
