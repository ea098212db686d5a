//! The phone's use cases, one per command a screen can call.
//!
//! A [`Phone`] owns the device's storage and one thread that exchanges with the server. Screens
//! send a [`Command`] and get a view; [`Phone::changes`] tells them what to ask again. Nothing
//! here waits for the network except signing in.
//!
//! This crate must not know which shell it runs in, a window or a developer's browser, and it
//! renders no text for people but a photo's watermark: screens have the words.

mod address;
mod annotations;
mod caption;
mod captures;
mod clock;
mod command;
mod dispatch;
mod findings;
mod frame;
mod http;
mod inspections;
mod keys;
mod opening;
mod phone;
mod photos;
mod points;
mod position;
mod rescue;
mod session;
mod surroundings;
mod syncing;
mod view;
mod walking;

pub use command::{Command, CommandError, ErrorCode, Keep, LineStep};
pub use http::{Carrier, HttpServer, Patience, client};
pub use keys::storage as storage_key;
pub use phone::{Phone, PhoneConfig};
pub use photos::PhotoPlace;
pub use position::{PositionSource, SimulatedPosition};
pub use xunfang_store::{PhotoFile, PhotoSize, PhotoSizeError};
pub use xunfang_vault::{KeyFiles, KeyStore};

pub use surroundings::Surroundings;
pub use view::{
    AnswerView, CaptureView, Change, DraftView, FindingFilter, FindingPageView, FindingStage,
    FindingView, InspectionItem, InspectionStage, InspectionSummary, InspectionView, LinkState,
    Notice, PhotoState, PhotoView, PointDetail, PointPage, PointRow, PointTypeCount, RaisedView,
    RescueView, RevisedView, RivalView, SavedFinding, Settings, StartView, SyncView,
};
