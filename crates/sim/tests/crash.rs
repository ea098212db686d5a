//! R1, R2: what was acknowledged, and of a photo's file, row and outbox entry all or none, whenever
//! the power goes. `make test` and `make soak` judge many more states, kills and broken disks with
//! the same program.
#![cfg(target_os = "linux")]

use std::path::Path;

use xunfang_sim::plant::Fault;
use xunfang_sim::record::Kill;
use xunfang_sim::replay::{Recording, replay};
use xunfang_sim::{memory_folder, record_scene};

const PROGRAM: &str = env!("CARGO_BIN_EXE_xunfang-sim");

async fn recording(kill: Option<Kill>) -> anyhow::Result<Recording> {
    record_scene(Path::new(PROGRAM), kill).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_acknowledged_survives_a_power_cut_at_any_moment() {
    let recording = recording(None).await.unwrap();
    let folder = memory_folder().unwrap();
    let found = replay(&recording, 1_000, 1, folder.path()).unwrap();
    assert!(found.violations.is_empty(), "{:#?}", found.violations);
    assert_eq!(found.states, 1_000);
    assert!(
        found.distinct > 500,
        "only {} states differ",
        found.distinct
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_app_had_not_synced_does_not_harm_the_next_one() {
    for when in 1..=24 {
        let kill = Kill {
            call: "fsync",
            when,
        };
        let recording = recording(Some(kill)).await.unwrap();
        let folder = memory_folder().unwrap();
        let found = replay(&recording, 100, when.into(), folder.path()).unwrap();
        assert!(
            found.violations.is_empty(),
            "{kill:?}: {:#?}",
            found.violations
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_planted_fault_is_noticed() {
    let recording = recording(None).await.unwrap();
    for fault in Fault::ALL {
        let faulty = Recording {
            steps: fault.plant(&recording.steps),
            ..recording.clone()
        };
        assert!(faulty.steps != recording.steps, "{fault:?} changes nothing");
        let folder = memory_folder().unwrap();
        let found = replay(&faulty, 2_000, 2, folder.path()).unwrap();
        assert!(!found.violations.is_empty(), "{fault:?} goes unnoticed");
    }
}
