//! A display to draw on: the one that is there, or one that exists only for the run.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context;

const OPENS_WITHIN: Duration = Duration::from_secs(20);

/// A display by its name; its own server ends with it.
#[derive(Debug)]
pub(crate) struct Display {
    pub(crate) name: String,
    server: Option<Child>,
}

impl Display {
    pub(crate) fn open() -> anyhow::Result<Self> {
        if let Ok(name) = std::env::var("DISPLAY")
            && !name.is_empty()
        {
            return Ok(Self { name, server: None });
        }
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24"])
            .args(["-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("start Xvfb, which draws where there is no display")?;
        let stdout = server.stdout.take();
        // From here on dropping ends the server, whatever fails.
        let mut display = Self {
            name: String::new(),
            server: Some(server),
        };
        let (send, opened) = mpsc::channel();
        let mut lines = BufReader::new(stdout.context("Xvfb has an output")?).lines();
        std::thread::spawn(move || send.send(lines.next()));
        let number = opened
            .recv_timeout(OPENS_WITHIN)
            .context("Xvfb opened no display in time")?
            .context("Xvfb ended")??;
        display.name = format!(":{}", number.trim());
        Ok(display)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            // It has ended already, or ends now: either way nothing of it is left.
            drop(server.kill());
            drop(server.wait());
        }
    }
}
