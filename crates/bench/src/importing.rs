//! Importing 50,000 points from a spreadsheet: the preview, and then taking all of it.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::ensure;
use serde_json::{Map, json};
use uuid::Uuid;
use xunfang_domain::{Datum, DistrictId, Point, PointId, PointType, Wgs84};
use xunfang_report::{Format, write_points};
use xunfang_server::{App, AppConfig, register, sample};

use crate::report::Figure;
use crate::samples::round;

const POINTS: u32 = 50_000;
const GOAL_S: f64 = 5.0;
/// The sample district, which the register is imported into.
const DISTRICT: &str = "泗县（示例）";
/// A row of points every 150 m, so that none is taken for its neighbour.
const APART_M: f64 = 150.0;
const A_ROW: u32 = 224;

fn register_points() -> anyhow::Result<Vec<Point>> {
    let corner = Wgs84::new(33.34, 117.72)?;
    Ok((0..POINTS)
        .map(|number| {
            let (row, column) = (number / A_ROW, number % A_ROW);
            let place = corner
                .towards(0.0, f64::from(row) * APART_M)
                .towards(90.0, f64::from(column) * APART_M);
            Point {
                id: PointId::from_uuid(Uuid::from_u128(u128::from(number))),
                district: DistrictId::from_uuid(Uuid::from_u128(1)),
                number: format!("Z-{number:05}"),
                name: format!("第{number}号门店"),
                unit: "城市管理局第三大队".to_owned(),
                kind: PointType::FarmersMarket,
                place,
                radius_m: 500.0,
                shape: None,
                unit_id: None,
                own_zone: false,
                sample: false,
                retired: false,
            }
        })
        .collect())
}

/// Measures both together.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<Figure> {
    let file = folder.join("register.xlsx");
    let points = register_points()?;
    fs::write(
        &file,
        write_points(Format::Xlsx, &points, Datum::Gcj02, |_| {
            "农贸市场".to_owned()
        })?,
    )?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (preview_s, both_s, tally) = runtime.block_on(async {
        let app = App::open(AppConfig::new(folder.join("server")))?;
        sample::load(&app).await?;
        let began = Instant::now();
        register::import(&app, DISTRICT, &file, Datum::Gcj02, false).await?;
        let preview_s = began.elapsed().as_secs_f64();
        let began = Instant::now();
        // This one looks, and then takes it.
        let taken = register::import(&app, DISTRICT, &file, Datum::Gcj02, true).await?;
        anyhow::Ok((preview_s, began.elapsed().as_secs_f64(), taken.tally))
    })?;
    ensure!(tally.new == POINTS, "not all of it was taken: {tally:?}");
    Ok(Figure {
        promise: "import",
        what: "50,000 points from XLSX, preview and commit",
        value: both_s,
        unit: "s",
        goal: GOAL_S,
        against: "the clock",
        inputs: format!("{POINTS} rows of 8 columns, GCJ-02, into SQLite"),
        sides: format!("preview alone {preview_s:.2} s"),
        raw: Map::from_iter([("preview_s".to_owned(), json!(round(preview_s)))]),
    })
}
