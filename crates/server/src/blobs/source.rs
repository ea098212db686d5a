//! The setting that names a photo store.

use std::time::Duration;

use object_store::ClientOptions;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::{BackoffConfig, RetryConfig};

use super::Bucket;

/// Longest time to reach the store, and longest pause while it answers. An answer may take longer as
/// a whole: a photo goes out as slowly as a phone takes it.
const CONNECT_MAX: Duration = Duration::from_secs(5);
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// Repeats of a request that failed in passing, and how long they may take together.
const REPEATS_MAX: usize = 4;
const REPEATS_MAX_TIME: Duration = Duration::from_secs(20);
/// What the store's other settings are called in the environment.
const VARIABLES: &str = "AWS_";

/// Where an S3-compatible store is, and how to sign in to it.
#[derive(Clone)]
pub struct BlobSource {
    /// `s3://bucket` or `s3://bucket/folder`.
    url: String,
    /// The settings that S3's own tools know, by their names: `AWS_ENDPOINT_URL`, `AWS_REGION`,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and `AWS_ALLOW_HTTP` where it has no TLS.
    settings: Vec<(String, String)>,
}

/// Why a photo store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BlobSourceError {
    /// The address does not read.
    #[error("{0} is no address of the form s3://bucket or s3://bucket/folder")]
    Url(String),
    /// The settings do not fit together.
    #[error("{0}")]
    Settings(object_store::Error),
}

impl BlobSource {
    /// Takes the address, and the other settings by their names in the environment.
    pub fn new(url: String, settings: Vec<(String, String)>) -> Self {
        Self { url, settings }
    }

    /// Takes the address, and the other settings from the environment.
    pub fn with_environment(url: String) -> Self {
        let of_store = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            let name = name.into_string().ok()?;
            let value = value.into_string().ok()?;
            (name.starts_with(VARIABLES) && !value.is_empty()).then_some((name, value))
        };
        Self::new(url, std::env::vars_os().filter_map(of_store).collect())
    }

    pub(super) fn open(&self) -> Result<Bucket, BlobSourceError> {
        let no_address = || BlobSourceError::Url(self.url.clone());
        let place = self.url.strip_prefix("s3://").ok_or_else(no_address)?;
        let (bucket, root) = place.split_once('/').unwrap_or((place, ""));
        let root = root.trim_matches('/');
        let plain = |text: &str| {
            let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !text.is_empty() && text.chars().all(known) && !text.starts_with('.')
        };
        if !plain(bucket) || !(root.is_empty() || root.split('/').all(plain)) {
            return Err(no_address());
        }
        let mut store = AmazonS3Builder::new();
        for (name, value) in &self.settings {
            // Others of S3's tools have settings that are of no concern here.
            let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() else {
                continue;
            };
            store = store.with_config(key, value);
        }
        // One default of the process: the client asks for it where it makes its connections.
        drop(rustls::crypto::ring::default_provider().install_default());
        let allows_http = self.setting("AWS_ALLOW_HTTP") == Some("true");
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT_MAX)
            .with_timeout_disabled()
            .with_read_timeout(SILENCE_MAX)
            .with_allow_http(allows_http);
        let store = store
            .with_bucket_name(bucket)
            .with_client_options(client)
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: REPEATS_MAX,
                retry_timeout: REPEATS_MAX_TIME,
            })
            .build()
            .map_err(BlobSourceError::Settings)?;
        Ok(Bucket::new(store, root.to_owned()))
    }

    fn setting(&self, name: &str) -> Option<&str> {
        let named = self.settings.iter().find(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }
}
