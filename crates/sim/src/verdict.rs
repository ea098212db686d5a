//! What a proof came to, by promise.

use std::io::Write;
use std::path::Path;

use serde_json::Value;

/// Writes a verdict into its report, where one is wanted, and shows it.
pub(crate) fn tell(verdict: &Value, report: Option<&Path>) -> anyhow::Result<()> {
    let text = format!("{verdict:#}\n");
    if let Some(report) = report {
        std::fs::write(report, &text)?;
    }
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}
