//! The points of a district: registers in and out, changes by hand, and the table of them.
//!
//! Every change of a point is one event of its district, in the transaction that changes it.

mod by_hand;
mod import;
mod table;

use crate::store::db::Db;
use xunfang_domain::Point;
use xunfang_protocol::{EventBody, FeedScope};

use crate::store::feed::{self, NewEvent};
use crate::store::{StoreError, reference};

pub(crate) use by_hand::save;
pub(crate) use import::{Register, commit, export, preview};
pub(crate) use table::{Order, Page, Use, page};

/// Stores a point and tells phones, where that changes anything.
fn put(db: &Db, point: &Point) -> Result<(), StoreError> {
    if reference::put_point(db, point)? {
        let scope = FeedScope::District(point.district).to_string();
        let event = NewEvent::new(scope, &EventBody::Point(point.clone()))?;
        feed::append(db, point.district, &event)?;
    }
    Ok(())
}
