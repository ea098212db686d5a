//! TLS with a certificate of one's own.
//!
//! Chain and key are read from files at the start and again on the signal HUP. A pair that does not
//! fit leaves the one that is in use; connections that are open keep theirs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::StartError;

/// Where chain and key are, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those between it and the root.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// The pair that is in use.
pub(crate) struct Tls {
    files: TlsFiles,
    current: watch::Sender<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the pair, or says what is wrong with which file.
    pub(crate) fn read(files: TlsFiles) -> Result<Self, StartError> {
        let current = watch::Sender::new(read(&files)?);
        Ok(Self { files, current })
    }

    /// Reads the pair again; one that does not fit changes nothing.
    pub(crate) fn read_again(&self) -> Result<(), StartError> {
        self.current.send_replace(read(&self.files)?);
        Ok(())
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.borrow()))
    }
}

fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>, StartError> {
    let TlsFiles { certificate, key } = files;
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain: Vec<_> = chain.map_err(|error| unfit(certificate, &error.to_string()))?;
    if chain.is_empty() {
        return Err(unfit(certificate, "there is no certificate in it"));
    }
    let secret =
        PrivateKeyDer::from_pem_file(key).map_err(|error| unfit(key, &error.to_string()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            let builder = builder.with_no_client_auth();
            builder.with_single_cert(chain, secret)
        })
        .map_err(|error| unfit(certificate, &error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn unfit(path: &Path, reason: &str) -> StartError {
    StartError::Certificate {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}
