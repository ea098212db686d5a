//! The table and the summary.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::{Map, Value, json};

use crate::samples::round;

/// One promise as it was measured.
#[derive(Debug)]
pub(crate) struct Figure {
    /// Its number.
    pub(crate) promise: &'static str,
    /// What was measured, for the table.
    pub(crate) what: &'static str,
    /// The ratio, or the figure where the promise is one.
    pub(crate) value: f64,
    /// `ratio`, or what the figure is in.
    pub(crate) unit: &'static str,
    /// The highest value that keeps the promise.
    pub(crate) goal: f64,
    /// What it is a ratio to, or what it was measured by.
    pub(crate) against: &'static str,
    /// What it was measured with.
    pub(crate) inputs: String,
    /// Both sides of the ratio, for the table.
    pub(crate) sides: String,
    /// Everything else that was measured.
    pub(crate) raw: Map<String, Value>,
}

impl Figure {
    /// A ratio that is no number, for want of samples, keeps nothing.
    fn kept(&self) -> bool {
        self.value <= self.goal
    }

    fn json(&self) -> Value {
        let mut all = json!({
            "value": round(self.value),
            "unit": self.unit,
            "goal": self.goal,
            "kept": self.kept(),
            "against": self.against,
            "inputs": self.inputs,
        });
        if let Some(object) = all.as_object_mut() {
            object.extend(self.raw.clone());
        }
        all
    }
}

/// All promises of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    figures: Vec<Figure>,
}

impl Report {
    pub(crate) fn add(&mut self, figure: Figure) {
        self.figures.push(figure);
        self.figures.sort_by_key(|figure| figure.promise);
    }

    pub(crate) fn all_kept(&self) -> bool {
        self.figures.iter().all(Figure::kept)
    }

    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let summary: Map<String, Value> = self
            .figures
            .iter()
            .map(|figure| (figure.promise.to_owned(), figure.json()))
            .collect();
        let text = serde_json::to_string_pretty(&summary)?;
        std::fs::write(path, text + "\n").with_context(|| format!("write {}", path.display()))
    }

    pub(crate) fn print(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let columns = |out: &mut dyn Write, row: [&str; 5]| {
            let [promise, what, ratio, goal, sides] = row;
            let line = format!("{promise:<7} {what:<58} {ratio:>8} {goal:>11}  {sides}");
            writeln!(out, "{}", line.trim_end())
        };
        columns(out, ["", "", "ratio", "goal", ""])?;
        for figure in &self.figures {
            let what = format!("{} / {}", figure.what, figure.against);
            let unit = if figure.unit == "ratio" {
                ""
            } else {
                figure.unit
            };
            let goal_digits = digits(figure.goal);
            let digits = match goal_digits {
                0 => 0,
                _ if figure.value < 0.1 => 4,
                1 => 2,
                // A goal of hundredths is kept or missed by thousandths.
                _ => 3,
            };
            let ratio = format!("{:.digits$}", figure.value);
            let goal = format!("<= {:.goal_digits$} {unit}", figure.goal);
            let goal = goal.trim_end();
            let verdict = if figure.kept() { "kept" } else { "MISSED" };
            let sides = format!("{verdict} ({})", figure.sides);
            columns(out, [figure.promise, &what, &ratio, goal, &sides])?;
        }
        Ok(())
    }
}

/// Decimals that a goal is told with: hundreds of bytes have none.
fn digits(goal: f64) -> usize {
    if goal >= 100.0 {
        0
    } else if (goal * 10.0 - (goal * 10.0).round()).abs() < 1e-9 {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64) -> Figure {
        Figure {
            promise: "P3",
            what: "a save",
            value,
            unit: "ratio",
            goal: 2.0,
            against: "a bare write",
            inputs: "2,000 of each".to_owned(),
            sides: "1.50 ms, 1.00 ms".to_owned(),
            raw: Map::from_iter([("save_p99_ms".to_owned(), json!(1.5))]),
        }
    }

    fn report(value: f64) -> Report {
        let mut report = Report::default();
        report.add(figure(value));
        report
    }

    #[test]
    fn a_goal_is_kept_up_to_its_limit_and_never_by_what_is_no_number() {
        for (value, kept) in [(1.5, true), (2.0, true), (2.001, false), (f64::NAN, false)] {
            assert_eq!(report(value).all_kept(), kept, "{value}");
        }
    }

    #[test]
    fn the_table_names_ratio_goal_and_verdict() {
        let mut table = Vec::new();
        report(1.5).print(&mut table).unwrap();
        let table = String::from_utf8(table).unwrap();
        for part in [
            "P3",
            "a save / a bare write",
            "1.50",
            "<= 2.0",
            "kept (1.50 ms, 1.00 ms)",
        ] {
            assert!(table.contains(part), "{part} in {table}");
        }
    }

    #[test]
    fn a_goal_is_told_as_finely_as_it_is() {
        for (goal, told) in [(2.0, "2.0"), (0.5, "0.5"), (1.02, "1.02"), (300.0, "300")] {
            assert_eq!(format!("{goal:.0$}", digits(goal)), told);
        }
    }

    #[test]
    fn the_summary_holds_the_ratio_beside_the_raw_figures() {
        let summary = figure(1.5).json();
        assert_eq!(summary.get("value"), Some(&json!(1.5)));
        assert_eq!(summary.get("unit"), Some(&json!("ratio")));
        assert_eq!(summary.get("save_p99_ms"), Some(&json!(1.5)));
    }
}
