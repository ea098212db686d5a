//! The proxy as a program: for tests that are not written in Rust.
//!
//! Its first line is `listening ADDRESS`. Every line that comes in is answered by `done LINE` or
//! `failed LINE: REASON`; between the answers stand `cut N` for the N-th cut, and `held N` when
//! everything is held up for the N-th time. It ends when no more lines can come.

use std::io::Write;
use std::net::SocketAddr;

use anyhow::bail;
use tokio::sync::mpsc;

use super::tap::{Broken, Tap};

/// Stands before `server` until standard input ends, and does what its lines say.
///
/// # Errors
/// Where no address is to be had, or nobody reads the answers.
pub async fn stand(server: SocketAddr) -> anyhow::Result<()> {
    let mut tap = Tap::passing(server).await?;
    let mut broken = tap.broken();
    let mut told = Broken::default();
    let mut lines = lines();
    say(&format!("listening {}", tap.address()))?;
    loop {
        tokio::select! {
            line = lines.recv() => {
                let Some(line) = line else { return Ok(()) };
                match obey(&mut tap, &line).await {
                    Ok(()) => say(&format!("done {line}"))?,
                    Err(error) => say(&format!("failed {line}: {error:#}"))?,
                }
            }
            // The sender lives as long as the tap.
            _ = broken.changed() => {
                let now = *broken.borrow_and_update();
                for number in told.cuts + 1..=now.cuts {
                    say(&format!("cut {number}"))?;
                }
                for number in told.holds + 1..=now.holds {
                    say(&format!("held {number}"))?;
                }
                told = now;
            }
        }
    }
}

async fn obey(tap: &mut Tap, line: &str) -> anyhow::Result<()> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match *words.as_slice() {
        ["refuse"] => tap.refuse().await?,
        ["pass"] => tap.pass()?,
        ["cut-after", bytes, times] => tap.cut_after(bytes.parse()?, times.parse()?),
        ["hold-after", bytes] => tap.hold_after(bytes.parse()?),
        _ => bail!("it is none of refuse, pass, cut-after BYTES TIMES and hold-after BYTES"),
    }
    Ok(())
}

/// The lines of standard input. A thread reads them that nobody waits for: a read there ends with
/// the input and not before.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()
}
