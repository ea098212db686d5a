//! Declares the app's own commands, so that each needs a permission to be called.

use std::error::Error;

/// Where the Makefile puts the built pages.
const PAGES: &str = "../ui/phone/dist";

fn main() -> Result<(), Box<dyn Error>> {
    // The pages are compiled in. Without the folder nothing compiles, not even a type check on
    // a fresh checkout; without watching it a new page would not reach the program.
    std::fs::create_dir_all(PAGES)?;
    println!("cargo::rerun-if-changed={PAGES}");
    let commands =
        tauri_build::AppManifest::new().commands(&["command", "stage_photo", "save_rescue"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}
