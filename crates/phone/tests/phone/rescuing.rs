//! The rescue file: a stuck queue leaves the phone another way than the network.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::json;
use xunfang_phone::{ErrorCode, RescueView};
use xunfang_protocol::RescueReport;

use crate::district::District;
use crate::inspector::Inspector;
use crate::link::Fault;
use crate::photos::jpeg;

/// Where a person saves it.
#[derive(Debug, Clone, Default)]
struct Card {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// How many bytes it takes at most.
    room: Option<usize>,
}

impl Write for Card {
    fn write(&mut self, new: &[u8]) -> io::Result<usize> {
        let mut bytes = self.bytes.lock().unwrap();
        if self.room.is_some_and(|room| bytes.len() + new.len() > room) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        bytes.extend_from_slice(new);
        Ok(new.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Inspector {
    async fn rescue_view(&self) -> serde_json::Value {
        self.run(json!({"cmd": "rescue"})).await.unwrap()
    }

    async fn rescue(&self) -> Result<(RescueView, Vec<u8>), ErrorCode> {
        let card = Card::default();
        let view = self.write_rescue(card.clone()).await?;
        let bytes = card.bytes.lock().unwrap().clone();
        Ok((view, bytes))
    }
}

#[tokio::test]
async fn what_the_network_does_not_take_arrives_by_a_file_and_then_once() {
    let district = District::open().await;
    let lin = district.inspector().await;
    assert_eq!(lin.rescue().await.unwrap_err(), ErrorCode::RescueEmpty);
    assert_eq!(lin.rescue_view().await["records"], 0);
    district.goes(Fault::Closed);
    let points = lin.points().await;
    for (seed, point) in (1..).zip(&points[..2]) {
        lin.photograph(point, jpeg(seed)).await.unwrap();
        lin.photograph(point, jpeg(seed + 10)).await.unwrap();
        lin.save(point, "井盖缺失").await.unwrap();
    }
    let counted = lin.rescue_view().await;
    assert_eq!(
        (
            &counted["records"],
            &counted["photos"],
            &counted["can_be_made"]
        ),
        (&json!(2), &json!(4), &json!(true))
    );
    let name = counted["file_name"].as_str().unwrap();
    assert!(
        name.starts_with("xunfang-2") && name.ends_with(".xfrescue"),
        "{name}"
    );
    let (view, file) = lin.rescue().await.unwrap();
    assert_eq!((view.records, view.photos), (2, 4));
    let size = file.len() as u64;
    assert!(
        view.bytes.abs_diff(size) < size / 4,
        "{} for {size}",
        view.bytes
    );
    // Nobody on the way can read it, and nothing on the phone has changed.
    assert!(!contains(&file, "井盖缺失".as_bytes()) && !contains(&file, &jpeg(1)[..12]));
    assert_eq!(lin.sync().await["unsent"], 2);

    let imported: RescueReport = district.import_rescue("guanli01", file.clone()).await;
    assert_eq!((imported.applied, imported.already), (2, 0));
    assert!(
        imported.complete && imported.refused.is_empty(),
        "{imported:?}"
    );
    assert_eq!(imported.files_stored, imported.files);
    assert_eq!(district.findings(), 2);
    // A second time, by mistake.
    let again: RescueReport = district.import_rescue("guanli01", file).await;
    assert_eq!(
        (again.applied, again.already, again.files_stored),
        (0, 2, 0)
    );

    district.goes(Fault::None);
    lin.sync_now().await;
    lin.wait_until_sent().await;
    assert_eq!(district.findings(), 2);
    assert_eq!(lin.rescue().await.unwrap_err(), ErrorCode::RescueEmpty);
}

#[tokio::test]
async fn a_rescue_file_that_cannot_be_written_says_so_and_harms_nothing() {
    let district = District::open().await;
    let lin = district.inspector().await;
    district.goes(Fault::Closed);
    lin.record(1).await;
    let full = Card {
        room: Some(1_000),
        ..Card::default()
    };
    assert_eq!(
        lin.write_rescue(full).await.unwrap_err(),
        ErrorCode::DiskFull
    );
    assert_eq!(lin.sync().await["unsent"], 1);
    assert!(lin.rescue().await.is_ok());
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
