//! Photos as objects of an S3-compatible store, which any number of servers share.
//!
//! ```text
//! blobs/<district>/<aa>/<sha256>    photos, whole
//! owner                             the history of the database that names them
//! parts/<district>/<uuid>           pieces of photos on their way, see `uploads`
//! ```
//!
//! The store answers a put when the object is durable. A name of a photo is its content, so putting
//! one twice changes nothing; a name of a piece is drawn anew each time, so no piece is ever written
//! over.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use uuid::Uuid;
use xunfang_domain::{DistrictId, Sha256Hex, UnixMillis};

use super::{BucketError, Outgoing};

/// A store, and where in it this server's objects begin.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    store: Arc<AmazonS3>,
    root: String,
}

/// Names a photo.
pub(crate) fn name(district: DistrictId, sha256: &Sha256Hex) -> String {
    let first = sha256.as_str().get(..2).unwrap_or_default();
    format!("blobs/{district}/{first}/{sha256}")
}

/// Names what a slice of a district's photos begins with.
pub(super) fn slice(district: DistrictId, slice: u8) -> String {
    format!("blobs/{district}/{slice:02x}")
}

/// Names what all pieces of a district begin with.
pub(crate) fn pieces(district: DistrictId) -> String {
    format!("parts/{district}")
}

/// Names a piece of a photo on its way.
pub(crate) fn piece(district: DistrictId, piece: Uuid) -> String {
    format!("parts/{district}/{piece}")
}

impl Bucket {
    pub(super) fn new(store: AmazonS3, root: String) -> Self {
        Self {
            store: Arc::new(store),
            root,
        }
    }

    fn path(&self, name: &str) -> Path {
        if self.root.is_empty() {
            Path::from(name)
        } else {
            Path::from(format!("{}/{name}", self.root))
        }
    }

    /// Puts an object; it is durable when this returns.
    pub(crate) async fn put(&self, name: &str, bytes: Bytes) -> Result<(), BucketError> {
        let put = self.store.put(&self.path(name), bytes.into()).await;
        put.map(|_| ()).map_err(BucketError::at("put an object"))
    }

    /// Returns an object's length in bytes, or nothing where there is none.
    pub(crate) async fn length(&self, name: &str) -> Result<Option<u64>, BucketError> {
        let found = self.store.head(&self.path(name)).await;
        Ok(where_there(found, "look for an object")?.map(|object| object.size))
    }

    /// Reads a whole object, or says that there is none.
    pub(crate) async fn read(&self, name: &str) -> Result<Option<Bytes>, BucketError> {
        let path = self.path(name);
        let reading = async { self.store.get(&path).await?.bytes().await };
        where_there(reading.await, "read an object")
    }

    /// Reads an object piece by piece, or says that there is none.
    pub(super) async fn stream(&self, name: &str) -> Result<Option<Outgoing>, BucketError> {
        let found = self.store.get(&self.path(name)).await;
        Ok(where_there(found, "read an object")?.map(|found| Outgoing {
            bytes: found.meta.size,
            stream: found.into_stream().map_err(io::Error::other).boxed(),
        }))
    }

    /// Lists the objects below a name, each with when it was written last by the store's clock.
    pub(crate) async fn list(&self, below: &str) -> Result<Vec<(String, UnixMillis)>, BucketError> {
        let below = self.path(below);
        let listed = self.store.list(Some(&below)).map_ok(|object| {
            let written_at = UnixMillis::new(object.last_modified.timestamp_millis());
            let name = object.location.as_ref();
            let name = name.strip_prefix(&self.root).unwrap_or(name);
            (name.trim_start_matches('/').to_owned(), written_at)
        });
        let listed: Result<Vec<_>, _> = listed.try_collect().await;
        listed.map_err(BucketError::at("list objects"))
    }

    /// Removes an object; one that is not there counts as removed.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), BucketError> {
        let removed = self.store.delete(&self.path(name)).await;
        where_there(removed, "remove an object").map(|_| ())
    }
}

/// Takes "there is no such object" for an answer.
fn where_there<T>(
    answer: object_store::Result<T>,
    step: &'static str,
) -> Result<Option<T>, BucketError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(BucketError::at(step)(error)),
    }
}
