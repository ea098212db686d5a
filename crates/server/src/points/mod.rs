//! The points of a district: registers in and out, changes by hand, and the table of them.
//!
//! Every change of a point is one event of its district, in the transaction that changes it.

mod by_hand;
mod import;
mod table;

use crate::store::db::Db;
use xunfang_domain::{DistrictId, Point};
use xunfang_protocol::{EventBody, FeedScope};

use crate::store::feed::{self, NewEvent};
use crate::store::{StoreError, reference};

pub(crate) use by_hand::save;
pub(crate) use import::{Register, commit, export, preview};
pub(crate) use table::{Order, Page, Use, page};

/// Stores points of a district and tells phones of those that are new or changed.
fn put(db: &Db, district: DistrictId, points: Vec<Point>) -> Result<(), StoreError> {
    let scope = FeedScope::District(district).to_string();
    let events: Vec<NewEvent> = reference::put_points(db, district, points)?
        .into_iter()
        .map(|point| NewEvent::new(scope.clone(), &EventBody::Point(point)))
        .collect::<Result<_, _>>()?;
    feed::append(db, district, &events)
}
