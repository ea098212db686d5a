//! The shell on a desktop machine, where it is developed and tested.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    xunfang_app_lib::run();
}
