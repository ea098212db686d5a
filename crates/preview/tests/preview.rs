//! The preview program as a developer and the test of a bad disk run it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use image::{ImageFormat, Rgb, RgbImage};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use xunfang_server::{App, AppConfig, sample};

const PROGRAM: &str = env!("CARGO_BIN_EXE_xunfang-preview");
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running preview, spoken to as its page does.
struct Preview {
    child: Child,
    address: String,
    token: String,
    client: Client,
}

impl Preview {
    /// Starts it as it is.
    async fn start(data: &Path) -> Self {
        Self::ready(Command::new(PROGRAM), data).await
    }

    /// Starts it where no file may grow beyond `blocks` KiB, which is how a full disk feels.
    async fn start_with_files_up_to(data: &Path, blocks: u32) -> Self {
        let mut shell = Command::new("bash");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        shell.arg("-c").arg(script).arg(PROGRAM);
        Self::ready(shell, data).await
    }

    async fn ready(mut command: Command, data: &Path) -> Self {
        command
            .arg("--data")
            .arg(data)
            .args(["--listen", "127.0.0.1:0"]);
        command
            .env("XUNFANG_POSITION", "33.48,117.88,8")
            .kill_on_drop(true);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await.unwrap() {
                let line: Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(address) = line["fields"]["address"].as_str() {
                    return address.to_owned();
                }
            }
            panic!("the preview ended before it was ready");
        })
        .await
        .unwrap();
        // Keep reading, so that the program never waits for its log to be taken.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder().build().unwrap();
        let page = client
            .get(format!("http://{address}/"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let mark = r#"name="xunfang-bridge" content=""#;
        let begin = page.find(mark).unwrap() + mark.len();
        let token = page[begin..begin + 64].to_owned();
        Self {
            child,
            address,
            token,
            client,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn command(&self, command: Value) -> Result<Value, String> {
        let request = self
            .client
            .post(self.url("/bridge/command"))
            .bearer_auth(&self.token);
        Self::answer(request.json(&command)).await
    }

    async fn photograph(&self, point: &str, bytes: Vec<u8>) -> Result<Value, String> {
        let url = self.url(&format!("/bridge/photo?point={point}&source=camera"));
        Self::answer(self.client.post(url).bearer_auth(&self.token).body(bytes)).await
    }

    /// The answer, or the code of the refusal.
    async fn answer(request: reqwest::RequestBuilder) -> Result<Value, String> {
        let response = request.send().await.unwrap();
        let fine = response.status().is_success();
        let body: Value = response.json().await.unwrap();
        if fine {
            Ok(body)
        } else {
            Err(body["code"].as_str().unwrap().to_owned())
        }
    }

    async fn sign_in(&self, district: &District) {
        let account = district
            .accounts
            .iter()
            .find(|one| one.account == "xunfang01")
            .unwrap();
        self.command(json!({
            "cmd": "sign_in", "server": format!("http://{}", district.address),
            "account": "xunfang01", "password": account.password
        }))
        .await
        .unwrap();
    }

    /// The nearest point, once points have arrived.
    async fn point(&self) -> String {
        let list = json!({"cmd": "points", "query": "", "kind": null, "offset": 0, "limit": 1});
        let ask = async {
            loop {
                let page = self.command(list.clone()).await.unwrap();
                let id = page["rows"][0]["point"]["id"].as_str().map(str::to_owned);
                if let Some(id) = id
                    && self
                        .command(json!({"cmd": "point", "id": id}))
                        .await
                        .is_ok()
                {
                    return id;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, ask).await.unwrap()
    }

    async fn draft(&self, point: &str) -> Value {
        self.command(json!({"cmd": "point", "id": point}))
            .await
            .unwrap()["draft"]
            .clone()
    }

    async fn save(&self, point: &str, note: &str) -> Result<Value, String> {
        self.command(json!({
            "cmd": "save_finding", "point": point, "criterion": "cables-tidy", "note": note
        }))
        .await
    }

    async fn end(mut self) {
        self.child.kill().await.unwrap();
    }
}

struct District {
    _folder: TempDir,
    address: SocketAddr,
    accounts: Vec<sample::SampleAccount>,
}

impl District {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(AppConfig::new(folder.path())).unwrap();
        let accounts = sample::load(&app).await.unwrap().accounts;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(xunfang_server::serve(app, listener, std::future::pending()));
        Self {
            _folder: folder,
            address,
            accounts,
        }
    }
}

/// A JPEG of noise, so that its size grows with its area.
fn jpeg(side: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(side, side, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(1_103_515_245)).to_le_bytes();
        Rgb([noise[3], noise[2] ^ noise[0], noise[1]])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Jpeg).unwrap();
    file.into_inner()
}

fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn only_the_served_page_reaches_the_phone() {
    let folder = tempfile::tempdir().unwrap();
    let preview = Preview::start(folder.path()).await;
    let start = json!({"cmd": "start"});
    assert_eq!(
        preview.command(start.clone()).await.unwrap()["session"],
        Value::Null
    );
    for token in ["", "0", &"0".repeat(64)] {
        let post = preview
            .client
            .post(preview.url("/bridge/command"))
            .bearer_auth(token);
        let refused = post.json(&start).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{token}");
    }
    let open = preview
        .client
        .get(preview.url("/bridge/changes"))
        .send()
        .await
        .unwrap();
    assert_eq!(open.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        preview.command(json!({"cmd": "format_disk"})).await,
        Err("bad_command".into())
    );
    preview.end().await;
}

#[tokio::test]
async fn a_full_disk_refuses_the_photo_keeps_everything_before_and_leaves_nothing_half() {
    let district = District::open().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("phone");
    let preview = Preview::start_with_files_up_to(&data, 1_024).await;
    preview.sign_in(&district).await;
    let point = preview.point().await;
    let small = jpeg(400);
    let large = jpeg(1_600);
    assert!(
        small.len() < 1_000_000 && large.len() > 1_100_000,
        "{} {}",
        small.len(),
        large.len()
    );
    preview.photograph(&point, small.clone()).await.unwrap();
    assert_eq!(
        preview.photograph(&point, large.clone()).await,
        Err("disk_full".into())
    );
    assert_eq!(
        preview.draft(&point).await["photos"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(entries(&data.join("incoming")), 0, "the room is given back");
    preview.save(&point, "磁盘满之前的照片").await.unwrap();
    preview.end().await;

    let preview = Preview::start(&data).await;
    assert_eq!(preview.draft(&point).await["photos"], json!([]));
    preview.photograph(&point, large).await.unwrap();
    preview.save(&point, "有空间了").await.unwrap();
    let findings = json!({"cmd": "findings", "filter": "all", "offset": 0, "limit": 10});
    assert_eq!(preview.command(findings).await.unwrap()["total"], 2);
    preview.end().await;
}

#[tokio::test]
async fn a_database_that_cannot_grow_saves_nothing_and_shows_no_success() {
    let district = District::open().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("phone");
    let preview = Preview::start(&data).await;
    preview.sign_in(&district).await;
    let point = preview.point().await;
    preview.photograph(&point, jpeg(100)).await.unwrap();
    preview.end().await;
    let log = std::fs::metadata(data.join("device.sqlite-wal"))
        .unwrap()
        .len();
    // The log is as long as it may be: the next page of a commit does not fit.
    let blocks = u32::try_from(log / 1_024).unwrap();
    let preview = Preview::start_with_files_up_to(&data, blocks).await;
    // The log begins anew after a start, so it takes a while until it is full again.
    let mut saved = 0;
    let refused = loop {
        match preview.save(&point, &"字".repeat(1_900)).await {
            Ok(_) => {
                saved += 1;
                if let Err(code) = preview.photograph(&point, jpeg(100)).await {
                    break code;
                }
            }
            Err(code) => break code,
        }
    };
    assert!(
        ["disk_full", "disk_failed"].contains(&refused.as_str()),
        "{refused}"
    );
    let findings = json!({"cmd": "findings", "filter": "all", "offset": 0, "limit": 10});
    assert_eq!(
        preview.command(findings.clone()).await.unwrap()["total"],
        saved
    );
    preview.end().await;

    let preview = Preview::start(&data).await;
    assert_eq!(
        preview.command(findings).await.unwrap()["total"],
        saved,
        "none lost, none half"
    );
    preview.end().await;
}

#[tokio::test]
async fn a_taken_port_is_named_with_what_to_do() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(PROGRAM)
        .args(["--listen", &address, "--data"])
        .arg(folder.path())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        said.contains(&address) && said.contains("--listen"),
        "{said}"
    );
}

#[tokio::test]
async fn a_read_only_database_is_set_aside_and_a_read_only_folder_is_refused() {
    use std::os::unix::fs::{PermissionsExt, chown};
    // Permissions do not bind root, so the program runs as nobody.
    const NOBODY: u32 = 65_534;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("phone");
    let root = std::fs::metadata("/proc/self").is_ok_and(|me| {
        use std::os::unix::fs::MetadataExt;
        me.uid() == 0
    });
    Preview::start(&data).await.end().await;
    let program = folder.path().join("preview");
    std::fs::copy(PROGRAM, &program).unwrap();
    let allow = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(folder.path(), 0o755);
    let mut all = vec![data.clone(), data.with_extension("keys")];
    while let Some(path) = all.pop() {
        if root {
            chown(&path, Some(NOBODY), None).unwrap();
        }
        if path.is_dir() {
            all.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    let as_nobody = || {
        let mut command = Command::new(&program);
        if root {
            command.uid(NOBODY);
        }
        command
    };

    allow(&data.join("device.sqlite"), 0o444);
    let preview = Preview::ready(as_nobody(), &data).await;
    let start = preview.command(json!({"cmd": "start"})).await.unwrap();
    assert_eq!(start["notices"][0]["code"], "database_set_aside");
    assert_eq!(start["notices"][1]["code"], "database_recovered");
    assert_eq!(entries(&data.join("set-aside")), 1);
    preview.end().await;

    allow(&data.join("device.sqlite"), 0o444);
    allow(&data, 0o555);
    let output = as_nobody()
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("DiskReadOnly"),
        "{said}"
    );
    assert!(
        data.join("device.sqlite").is_file(),
        "nothing was taken away"
    );
    allow(&data, 0o755);
}
