//! Where the photos of a test's server lie, looked into past the server.

use std::path::{Path, PathBuf};

use uuid::Uuid;
use xunfang_domain::Sha256Hex;
use xunfang_rig::S3;
use xunfang_server::BlobSource;

use crate::actors::files;
use crate::engine::Engine;

/// Which of the two it is.
pub enum Shelf {
    Folder,
    Bucket(S3),
}

impl Shelf {
    /// The one that this program tests.
    pub fn start() -> Self {
        if crate::ON_BUCKET {
            Self::Bucket(S3::start().unwrap())
        } else {
            Self::Folder
        }
    }

    /// What a server is told of it.
    pub fn source(&self) -> Option<BlobSource> {
        match self {
            Self::Folder => None,
            Self::Bucket(store) => Some(BlobSource::new(store.url(), store.settings())),
        }
    }

    /// Lists the files, or the objects, below one of its folders.
    pub fn files(&self, folder: &Path, below: &str) -> Vec<PathBuf> {
        match self {
            Self::Folder => files(&folder.join(below)),
            Self::Bucket(store) => files(&store.objects().join(below)),
        }
    }

    /// How many files there are of a photo that has begun to come.
    pub fn files_of_a_part(&self) -> usize {
        match self {
            // It has its length beside it.
            Self::Folder => 2,
            Self::Bucket(_) => 1,
        }
    }

    /// Fills a part that was announced, as a server does that dies before it looks at the hash.
    pub fn fill(&self, engine: &Engine, folder: &Path, sha256: &Sha256Hex, bytes: &[u8]) {
        match self {
            Self::Folder => {
                let parts = self.files(folder, "parts");
                let part = parts
                    .into_iter()
                    .find(|file| file.ends_with(sha256.as_str()));
                std::fs::write(part.unwrap(), bytes).unwrap();
            }
            Self::Bucket(store) => {
                let of_part = format!("WHERE sha256 = '{sha256}'");
                let id = |column: &str| {
                    let asked = format!("SELECT {column} FROM upload {of_part}");
                    let rows = engine.ask(folder, &asked);
                    rows[0][0].clone().unwrap().parse::<Uuid>().unwrap()
                };
                let (district, piece) = (id("district_id"), Uuid::now_v7());
                let object = format!("parts/{district}/{piece}");
                let object = store.objects().join(object);
                std::fs::create_dir_all(object.parent().unwrap()).unwrap();
                std::fs::write(object, bytes).unwrap();
                let (length, piece) = (bytes.len(), piece.simple());
                engine.ask(
                    folder,
                    &format!(
                        "UPDATE upload SET held = {length} {of_part};
                         INSERT INTO upload_piece
                             (district_id, owner_id, sha256, begins_at, bytes, piece_id)
                         SELECT district_id, owner_id, sha256, 0, {length}, id('{piece}')
                         FROM upload {of_part}"
                    ),
                );
            }
        }
    }
}
