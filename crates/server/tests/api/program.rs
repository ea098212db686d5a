//! The program itself, started like a user starts it.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use xunfang_server::sample::SampleAccount;

use crate::actors::{INSPECTOR, Phone, password};
use crate::wire::Wire;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_xunfang-server");

/// A running server; it is killed with the test.
pub struct Program {
    pub child: Child,
    pub address: String,
    pub wire: Wire,
}

impl Program {
    pub async fn serve(folder: &Path) -> Self {
        let mut command = Command::new(PROGRAM);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder);
        Self::start(command).await
    }

    /// Serves with files limited in size, as a full disk would limit them.
    pub async fn serve_with_files_up_to(folder: &Path, kib: u32) -> Self {
        let script = format!(
            "ulimit -f {kib}; trap '' XFSZ; exec {PROGRAM} serve --listen 127.0.0.1:0 --data '{}'",
            folder.display()
        );
        let mut command = Command::new("bash");
        command.args(["-c", &script]);
        Self::start(command).await
    }

    /// Serves with lists of local codes; its log can be read.
    pub async fn serve_with_codes(folder: &Path, codes: &Path) -> Self {
        let mut command = Command::new(PROGRAM);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--codes"])
            .arg(codes)
            .arg("--data")
            .arg(folder)
            .stderr(Stdio::piped());
        Self::start_logging(command, "xunfang_server=info").await
    }

    /// Has criteria and codes read again.
    pub async fn hang_up(&self) {
        let id = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-HUP", &id]).status().await;
        assert!(sent.unwrap().success());
    }

    pub async fn start(command: Command) -> Self {
        Self::start_logging(command, "error").await
    }

    pub async fn start_logging(mut command: Command, level: &str) -> Self {
        command
            .env("XUNFANG_LOG", level)
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut ready = lines.next_line().await.unwrap().unwrap();
        if ready.starts_with("Figures are on ") {
            ready = lines.next_line().await.unwrap().unwrap();
        }
        let (told, address) = ready.split_once("://").unwrap();
        assert!(told.starts_with("Xunfang is ready on http"), "{ready}");
        Self {
            child,
            address: address.to_owned(),
            wire: Wire::to(address),
        }
    }

    pub async fn phone(&self, accounts: &[SampleAccount]) -> Phone {
        Phone::sign_in(self.wire.clone(), INSPECTOR, &password(accounts, INSPECTOR)).await
    }

    /// Kills it where it stands, like a power cut that the disk survives.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Loads the sample district by the command and returns its accounts and what was printed.
pub async fn load_sample(folder: &Path) -> (Vec<SampleAccount>, String) {
    let output = Command::new(PROGRAM)
        .args(["sample", "--data"])
        .arg(folder)
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let accounts = std::fs::read(folder.join("sample-accounts.json")).unwrap();
    (
        serde_json::from_slice(&accounts).unwrap(),
        String::from_utf8(output.stdout).unwrap(),
    )
}
