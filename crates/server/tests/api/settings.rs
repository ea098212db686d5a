//! Settings of the program, wherever they are given.

use std::path::Path;

use tokio::process::Command;

use crate::program::{PROGRAM, Program, load_sample};

async fn said(command: &mut Command) -> String {
    let output = command.output().await.unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn the_manual_and_the_example_are_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (file, args) in [
        ("docs/configuration.md", &["settings"][..]),
        ("deploy/xunfang.example.toml", &["settings", "--example"]),
    ] {
        let output = Command::new(PROGRAM).args(args).output().await.unwrap();
        assert!(output.status.success());
        let kept = std::fs::read_to_string(root.join(file)).unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(kept == printed, "{file} differs: print it anew");
    }
}

#[tokio::test]
async fn a_flag_counts_before_a_variable_and_a_variable_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    load_sample(&data).await;
    let file = folder.path().join("xunfang.toml");
    let text = format!(
        "data = {:?}\nlisten = \"127.0.0.1:1\"\ncodes = \"/nowhere\"\ndatabase = \"mysql://a\"\n",
        data.to_str().unwrap()
    );
    std::fs::write(&file, text).unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "oracle://b\n").unwrap();
    let command = |arg: &str| {
        let mut command = Command::new(PROGRAM);
        command.arg(arg).env("XUNFANG_CONFIG", &file);
        command
    };
    let serve = || command("serve");
    // The file's: a port that only the system may open, or, as root, codes that are not there.
    let told = said(&mut serve()).await;
    assert!(
        told.contains("127.0.0.1:1") || told.contains("/nowhere"),
        "{told}"
    );
    let told = said(serve().args(["--listen", "127.0.0.1:0"])).await;
    assert!(told.contains("/nowhere"), "{told}");
    let told = said(
        serve()
            .args(["--listen", "127.0.0.1:0", "--codes", "/nowhere-else"])
            .env("XUNFANG_CODES", "/elsewhere"),
    )
    .await;
    assert!(told.contains("/nowhere-else"), "{told}");
    let told = said(command("sample").env("DATABASE_URL", "postgres://:1/")).await;
    assert!(!told.contains("mysql"), "{told}");
    // The variable's file is asked, although the file of settings names the address itself.
    let gone = command("sample")
        .env("DATABASE_URL_FILE", "/nowhere/secret")
        .output()
        .await
        .unwrap();
    let told = String::from_utf8(gone.stderr).unwrap();
    assert!(told.contains("--database-file"), "{told}");
    let told = said(command("sample").env("DATABASE_URL_FILE", &secret)).await;
    assert!(
        told.contains("does not read") && !told.contains("oracle"),
        "{told}"
    );
}

#[tokio::test]
async fn a_file_of_settings_is_all_that_a_server_needs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (accounts, _) = load_sample(&data).await;
    let file = folder.path().join("xunfang.toml");
    let text = format!(
        "data = {:?}\nlisten = \"127.0.0.1:0\"\n",
        data.to_str().unwrap()
    );
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--config"]).arg(&file);
    let program = Program::start(command).await;
    let phone = program.phone(&accounts).await;
    assert_eq!(phone.get("/api/v1/session").await.status, 200);

    std::fs::write(&file, "data = \"a\"\nlisten-to = \"b\"\n").unwrap();
    let told = said(
        Command::new(PROGRAM)
            .arg("sample")
            .arg("--config")
            .arg(&file),
    )
    .await;
    assert!(
        told.contains("xunfang.toml, line 2") && told.contains("did you mean listen?"),
        "{told}"
    );
}
