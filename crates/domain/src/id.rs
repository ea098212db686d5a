//! Ids are UUIDs in newtypes, so that a point's id never passes for a finding's.
//!
//! Field records get a version 7 UUID from the device that made them; nothing here mints one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id_type {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(type = "string"))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that was minted elsewhere.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Returns the UUID inside.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

id_type! {
    /// Names a district 辖区, the first part of every key on the server.
    DistrictId,
    /// Names a responsible unit 责任单位.
    UnitId,
    /// Names a person.
    PersonId,
    /// Names a point 点位.
    PointId,
    /// Names a standard 测评标准; its version is part of the record, not of the id.
    StandardId,
    /// Names a finding 问题.
    FindingId,
    /// Names an inspection 巡查.
    InspectionId,
    /// Names one installation of the phone app.
    DeviceId,
    /// Names one operation of a device's log; sending it twice is the same operation.
    OpId,
    /// Names one session, by which it is listed and ended; its token is another thing.
    SessionId,
    /// Names one push request, for logs only.
    BatchId,
}
