//! TLS, with certificates that the tests make.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use xunfang_server::{App, AppConfig, TlsFiles};

use crate::actors::{SUPERVISOR, password};
use crate::process::until_logged;
use crate::program::{PROGRAM, Program, load_sample};

/// Somebody who makes certificates, and whom the client believes.
struct Authority {
    root: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap().der().clone();
        Self {
            root,
            issuer: Issuer::new(params, key),
        }
    }

    /// Writes a certificate for this machine with its key, and returns it.
    fn issue(&self, files: &TlsFiles) -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        std::fs::write(&files.certificate, certificate.pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        certificate.der().clone()
    }

    async fn connect(&self, address: &str) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await.unwrap()
    }
}

fn files(folder: &Path) -> TlsFiles {
    TlsFiles {
        certificate: folder.join("chain.pem"),
        key: folder.join("key.pem"),
    }
}

fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone()
}

/// Asks on a connection and returns the head of the answer.
async fn ask(stream: &mut TlsStream<TcpStream>, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(answer).unwrap()
}

const HEALTH: &str = "HEAD /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn a_certificate_is_renewed_while_it_runs_and_one_that_does_not_fit_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, _) = load_sample(&folder.path().join("data")).await;
    let authority = Authority::new();
    let files = files(folder.path());
    let first = authority.issue(&files);
    let mut command = Command::new(PROGRAM);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"))
        .arg("--tls-cert")
        .arg(&files.certificate)
        .arg("--tls-key")
        .arg(&files.key)
        .stderr(std::process::Stdio::piped());
    let mut program = Program::start_logging(command, "xunfang_server=info").await;
    let stderr = program.child.stderr.take().unwrap();
    let mut log = tokio::io::AsyncBufReadExt::lines(BufReader::new(stderr));
    let address = program.address.clone();

    let mut open = authority.connect(&address).await;
    assert_eq!(shown(&open), first);
    assert!(ask(&mut open, HEALTH).await.starts_with("HTTP/1.1 200"));
    // A browser's cookie goes nowhere but over TLS.
    let password = password(&accounts, SUPERVISOR);
    let body = serde_json::json!({ "account": SUPERVISOR, "password": password }).to_string();
    let request = format!(
        "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut browser = authority.connect(&address).await;
    let answer = ask(&mut browser, &request).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("; Secure"),
        "{answer}"
    );
    // Who speaks plainly is not understood.
    let mut plain = TcpStream::connect(&address).await.unwrap();
    plain.write_all(HEALTH.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    drop(plain.read_to_end(&mut answer).await);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");

    let second = authority.issue(&files);
    program.hang_up().await;
    until_logged(&mut log, "the certificate was read again").await;
    assert_eq!(shown(&authority.connect(&address).await), second);
    assert!(ask(&mut open, HEALTH).await.starts_with("HTTP/1.1 200"));

    let other = KeyPair::generate().unwrap().serialize_pem();
    for broken in [other.as_str(), "no key"] {
        std::fs::write(&files.key, broken).unwrap();
        program.hang_up().await;
        let line = until_logged(&mut log, "the certificate stays as it was").await;
        assert!(
            line.contains(".pem") && line.contains("--tls-key"),
            "{line}"
        );
        assert_eq!(shown(&authority.connect(&address).await), second);
    }
}

#[tokio::test]
async fn half_a_pair_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let serve = async |args: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(folder.path()).args(args);
        let output = command.output().await.unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let told = serve(&["--tls-cert", "/nowhere.pem"]).await;
    assert!(told.contains("--tls-key"), "{told}");
    let told = serve(&["--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.pem"]).await;
    assert!(
        told.contains("/nowhere.pem") && told.contains("Nothing was changed"),
        "{told}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_begins_and_says_nothing_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let files = files(folder.path());
    authority.issue(&files);
    for tls in [None, Some(files)] {
        let config = AppConfig {
            tls,
            ..AppConfig::new(folder.path().join("data"))
        };
        let app = App::open(config).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = tokio::spawn(xunfang_server::serve(app, listener, std::future::pending()));
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut told = Vec::new();
        let closed = silent.read_to_end(&mut told);
        let closed = tokio::time::timeout(Duration::from_secs(60), closed).await;
        assert_eq!(closed.unwrap().unwrap(), 0);
        served.abort();
        assert!(served.await.unwrap_err().is_cancelled());
    }
}
