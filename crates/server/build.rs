//! Refuses to build a server without the console that it serves.

use std::path::Path;

fn main() {
    let console = "../../ui/console/dist";
    println!("cargo::rerun-if-changed={console}");
    if !Path::new(console).join("index.html").is_file() {
        println!("cargo::error=the web console is not built yet: run `make ui`, then build again");
    }
}
