//! What a photo store promises, asked of both.

use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt;
use uuid::Uuid;
use xunfang_durable::make_folder;
use xunfang_rig::S3;

use super::*;
use crate::data_dir::DataDir;

/// A store, and what has to live as long as it does.
struct Shelf {
    blobs: Blobs,
    folder: tempfile::TempDir,
    bucket: Option<S3>,
}

impl Shelf {
    fn both() -> [Self; 2] {
        [None, Some(S3::start().unwrap())].map(|bucket| {
            let folder = tempfile::tempdir().unwrap();
            let data = Arc::new(DataDir::open(folder.path()).unwrap());
            let source = bucket.as_ref().map(|store: &S3| {
                let url = format!("{}/some/folder", store.url());
                BlobSource::new(url, store.settings())
            });
            Self {
                blobs: Blobs::open(source.as_ref(), &data).unwrap(),
                folder,
                bucket,
            }
        })
    }

    /// Puts bytes where a photo of that name lies.
    async fn put(&self, district: DistrictId, sha256: &Sha256Hex, bytes: &[u8]) {
        match &self.blobs {
            Blobs::Files(files) => {
                let path = files.path(district, sha256);
                make_folder(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
            Blobs::Bucket(bucket) => {
                let bytes = Bytes::copy_from_slice(bytes);
                bucket.put(&name(district, sha256), bytes).await.unwrap();
            }
        }
    }

    fn path(&self, district: DistrictId, sha256: &Sha256Hex) -> std::path::PathBuf {
        let root = match &self.bucket {
            Some(store) => store.objects().join("some/folder"),
            None => self.folder.path().to_owned(),
        };
        root.join(name(district, sha256))
    }
}

fn sha256(of: &[u8]) -> Sha256Hex {
    xunfang_photo::sha256(of)
}

#[tokio::test]
async fn both_stores_keep_read_list_and_remove_alike() {
    let [home, away] = [1, 2].map(|n| DistrictId::from_uuid(Uuid::from_u128(n)));
    for shelf in Shelf::both() {
        let blobs = &shelf.blobs;
        let large: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
        for bytes in [&b"one"[..], b"", &large] {
            let name = sha256(bytes);
            assert_eq!(blobs.length(home, &name).await.unwrap(), None);
            assert_eq!(blobs.read(home, &name).await.unwrap(), None);
            assert!(blobs.stream(home, &name).await.unwrap().is_none());
            blobs.remove(home, &name).await.unwrap();

            // Twice is as good as once.
            shelf.put(home, &name, bytes).await;
            shelf.put(home, &name, bytes).await;
            let length = bytes.len() as u64;
            assert_eq!(blobs.length(home, &name).await.unwrap(), Some(length));
            assert_eq!(blobs.read(home, &name).await.unwrap().unwrap(), bytes);
            let out = blobs.stream(home, &name).await.unwrap().unwrap();
            assert_eq!(out.bytes, length);
            let pieces: Vec<Bytes> = out.stream.try_collect().await.unwrap();
            assert_eq!(pieces.concat(), bytes);
            assert_eq!(std::fs::read(shelf.path(home, &name)).unwrap(), bytes);

            // Another district has its own.
            assert_eq!(blobs.length(away, &name).await.unwrap(), None);
        }
        let name = sha256(b"one");
        let slice = u8::from_str_radix(name.as_str().get(..2).unwrap(), 16).unwrap();
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let file = std::fs::File::options()
            .write(true)
            .open(shelf.path(home, &name))
            .unwrap();
        file.set_modified(then).unwrap();
        let one = Listed {
            sha256: name.clone(),
            written_at: UnixMillis::new(1_700_000_000_000),
        };
        assert_eq!(blobs.list(home, slice).await.unwrap(), [one]);
        assert_eq!(blobs.list(home, slice.wrapping_add(1)).await.unwrap(), []);
        assert_eq!(blobs.list(away, slice).await.unwrap(), []);
        let mut all = 0;
        for slice in SLICES {
            all += blobs.list(home, slice).await.unwrap().len();
        }
        assert_eq!(all, 3);

        blobs.remove(home, &name).await.unwrap();
        assert_eq!(blobs.read(home, &name).await.unwrap(), None);
        assert_eq!(blobs.list(home, slice).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_no_missing_photo() {
    let district = DistrictId::from_uuid(Uuid::from_u128(1));
    let [_, mut shelf] = Shelf::both();
    let name = sha256(b"one");
    shelf.put(district, &name, b"one").await;
    shelf.bucket.as_mut().unwrap().stop().unwrap();
    let blobs = &shelf.blobs;
    for failed in [
        blobs.length(district, &name).await.err(),
        blobs.read(district, &name).await.err(),
        blobs.stream(district, &name).await.err(),
        blobs.list(district, 0).await.err(),
        blobs.remove(district, &name).await.err(),
    ] {
        assert!(matches!(failed, Some(ApiError::Bucket(_))), "{failed:?}");
    }
}

#[test]
fn an_address_that_is_none_is_refused_in_words() {
    for wrong in [
        "",
        "xunfang",
        "s3://",
        "s3:///folder",
        "https://bucket",
        "s3://buck et",
        "s3://bucket/../other",
        "s3://bucket/a//b",
        "s3://bucket?x=y",
    ] {
        let error = BlobSource::new(wrong.to_owned(), Vec::new()).open();
        let error = error.map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("s3://bucket"), "{wrong}: {error}");
    }
}
