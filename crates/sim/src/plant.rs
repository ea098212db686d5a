//! Faults that are planted into a recording, to prove that a replay would notice them.

use std::path::Path;

use crate::record::Step;

/// A mistake that a phone could make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Photo files are not synced before they get their names.
    PhotoNotSynced,
    /// The folders of photos are not synced after the rename.
    FolderNotSynced,
    /// New folders of photos are made and the one above is not synced.
    NewFolderNotSynced,
    /// The database's log is not synced at a commit.
    LogNotSynced,
    /// Photos are written under their lasting names.
    NoRename,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::PhotoNotSynced,
        Self::FolderNotSynced,
        Self::NewFolderNotSynced,
        Self::LogNotSynced,
        Self::NoRename,
    ];

    /// Returns the recording as a phone with this fault would have left it.
    pub fn plant(self, steps: &[Step]) -> Vec<Step> {
        if self == Self::NoRename {
            return without_rename(steps);
        }
        let forgets = |path: &Path| match self {
            Self::PhotoNotSynced => path.starts_with("incoming"),
            // `photos/ab`, where the files lie; `photos` itself holds the folders.
            Self::FolderNotSynced => in_photos(path) && path.components().count() == 2,
            Self::NewFolderNotSynced => in_photos(path) && path.components().count() == 1,
            Self::LogNotSynced => path.to_string_lossy().ends_with("-wal"),
            Self::NoRename => false,
        };
        let kept = steps.iter().filter(|step| match step {
            Step::Sync { path } => !forgets(path),
            _ => true,
        });
        kept.cloned().collect()
    }
}

fn in_photos(path: &Path) -> bool {
    path.starts_with("photos") || path.starts_with("copies")
}

/// Gives each photo its lasting name from its first byte on, and drops the renames.
fn without_rename(steps: &[Step]) -> Vec<Step> {
    let lasting = |path: &Path| {
        let mut names = steps.iter().filter_map(|step| match step {
            Step::Rename { from, to } if from == path => Some(to.clone()),
            _ => None,
        });
        names.next_back().unwrap_or_else(|| path.to_owned())
    };
    let kept = steps
        .iter()
        .filter(|step| !matches!(step, Step::Rename { .. }));
    kept.map(|step| match step.clone() {
        Step::Open { path } => Step::Open {
            path: lasting(&path),
        },
        Step::Write { path, offset, data } => Step::Write {
            path: lasting(&path),
            offset,
            data,
        },
        // Synced too late: after the name is there to be seen.
        other => other,
    })
    .collect()
}
