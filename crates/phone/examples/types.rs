//! Prints the TypeScript declarations of everything that screens and Rust exchange.
//!
//! `make types` writes the output to `ui/shared/src/generated/types.ts`; `make test` fails when
//! that file differs. One generator serves phone and console, so that a type which both show,
//! for example a finding, is declared once.

use std::io::Write;

use ts_rs::{Config, TS};
use xunfang_domain as domain;
use xunfang_phone as phone;
use xunfang_protocol as protocol;

/// Writes one declaration after the other.
struct Declarations {
    config: Config,
    text: String,
}

impl Declarations {
    fn add<T: TS>(&mut self) {
        if let Some(docs) = T::docs() {
            self.text.push_str(docs.trim_end());
            self.text.push('\n');
        }
        self.text.push_str("export ");
        self.text.push_str(&T::decl(&self.config));
        self.text.push_str("\n\n");
    }
}

macro_rules! declare {
    ($($module:ident :: { $($name:ident),+ $(,)? }),+ $(,)?) => {{
        let mut out = Declarations {
            config: Config::default().with_large_int("number"),
            text: "// Written by `make types` from the Rust types; do not edit.\n\n".to_owned(),
        };
        $($(out.add::<$module::$name>();)+)+
        out.text
    }};
}

fn main() -> std::io::Result<()> {
    let text = declare! {
        domain::{
            DistrictId, UnitId, PersonId, PointId, StandardId, FindingId, DeviceId, OpId, BatchId,
            InspectionId, UnixMillis, CivilDate, Deadline, Wgs84, Fix, PositionMissing,
            PositionEvidence, ZoneShape, Side, Standing, Coverage, PointType, Point,
            CriterionKind, Comparator, MeasureUnit, LimitValue, Threshold, Provenance, PhotosWhen, Shot,
            Need, Evidence, Part, ExcuseMode, Excuse, CriterionScope, CodeRef, Criterion, Category,
            ProfileHead, Edited, StandardRef, Standard, District, Role, Scope, Grant, Grants, Person, PasswordFault, PasswordProfile, UnitLevel, Unit, UnitError, SessionId, Sha256Hex,
            CaptureSource, PhotoRef, FindingRecord, ReviewState, Decision, Review, Counting,
            PartAnswer, Marker, AnswerValue, Control, AnswerField, AnswerFault, AnswerError,
            Outcome, Why, Verdict, TrackFix, Answer, InspectionRecord, Lack, OutcomeTally, StandardChange,
            CodeKind, CodeEdition, CodeStatus, CodeEntry, Datum, PointField, ZoneError, RowRefusal, RowFate,
            PlaceEdit, PointEdit,
            FateTally, WatermarkLayout, WatermarkPerson, OriginalsGo, PhotoPolicy, PhotoCode, CivilTime, ExifClaims,
            CopyRef, PhotoCopies, OriginalRef, PhotoSubject, Clocks, Sealed, HeldBeacon, PhotoMark,
            PhotoEvidence, Spot, InkColour, DrawnShape, PhotoAnnotation,
        },
        protocol::{
            ErrorBody, SignInRequest, SessionView, SignedIn, UnitSave, PersonRow, PersonPage, PersonAdd, PersonWithPassword, PersonChange, PersonFault, PasswordChange, SessionRow, DeviceRow, SessionList, EnrolmentCode, EnrolmentRequest, PhotoCheck, CheckOutcome, EvidenceCheck, TimeBracket, Resemblance, ShownIn, EarlierUse, PhotoReport, FindingRow, FindingPage, ReviewTally,
            EarlierFinding, FindingDetail, ReviewRequest, InspectionRow, InspectionPage, StandardHead,
            LimitEdit, StandardEdit, RowPoint, ImportPreviewRow, ImportPreview, FileFault, ImportDone, PointSave,
            KindCount, PointTable, RescueReport, RescueRefusal, RescueFault, LiveBegun, LiveNotice, VerifyVerdict, PublicRecord, VerifyReport,
        },
        phone::{
            StartView, CaptureView, Settings, Notice, LinkState, SyncView, RescueView, Surroundings, PointRow, PointPage, PointTypeCount,
            PhotoView, PhotoState, RevisedView, DraftView, PointDetail, FindingStage, FindingView,
            RivalView, FindingPageView, FindingFilter, SavedFinding, InspectionStage, InspectionSummary,
            RaisedView, InspectionItem, InspectionView, AnswerView, Change, LineStep, Keep, Command, CommandError,
            ErrorCode,
        },
    };
    std::io::stdout()
        .lock()
        .write_all(text.trim_end().as_bytes())?;
    std::io::stdout().lock().write_all(b"\n")
}
