//! Checks that the phone's screens have been built before they are embedded.

fn main() {
    let dist = std::path::Path::new("../../ui/phone/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    if !dist.join("index.html").is_file() {
        println!("cargo::error=the phone's screens are not built: run `make ui` first");
    }
}
