//! Letting a device in with a code instead of a password.
//!
//! An administrator has a code shown as a square; the device reads it, signs with its key that it is
//! this device with this code, and gets a session. The code is good for ten minutes and for one key.
//! Where the answer is lost on its way, the same device with the same key asks again and gets
//! another token, and the session before is ended. Anybody else is told the same, whether the code is
//! wrong, over or used.
//!
//! A code says its district, so that it is looked for there and nowhere else, and 160 random bits.

use uuid::Uuid;
use xunfang_domain::{DistrictId, PersonId, Sha256Hex};
use xunfang_evidence::{PublicKey, digest, open};
use xunfang_protocol::{EnrolmentClaim, EnrolmentCode, EnrolmentRequest, SessionView};

use super::{Entrance, Installation, let_in};
use crate::App;
use crate::error::ApiError;
use crate::session::Token;
use crate::store::db::Db;
use crate::store::enrolments::{self, Enrolment, Used};
use crate::store::evidence::{self, KeyOwner};
use crate::store::{accounts, devices, people, sessions};

const CODE_MS: i64 = 10 * 60_000;
/// Random bytes of a code.
const CODE_BYTES: usize = 20;
/// Digits of a code that say the district.
const DISTRICT_DIGITS: usize = 32;

/// Gives out a code for a person.
pub(crate) async fn give_out(
    app: &App,
    district: DistrictId,
    person: PersonId,
) -> Result<EnrolmentCode, ApiError> {
    let mut bits = [0; CODE_BYTES];
    getrandom::fill(&mut bits).map_err(|_| ApiError::Broken("no random numbers"))?;
    // Capitals take fewer squares.
    let code = format!(
        "{}{}",
        hex::encode_upper(district.uuid().as_bytes()),
        hex::encode_upper(bits)
    );
    let name = digest(code.as_bytes());
    let now = app.now();
    let expires_at = now.plus_ms(CODE_MS);
    app.database()
        .write(district, move |db| {
            people::find(db, district, person)?.ok_or(ApiError::NotFound)?;
            Ok::<_, ApiError>(enrolments::add(
                db, district, &name, person, now, expires_at,
            )?)
        })
        .await?;
    Ok(EnrolmentCode { code, expires_at })
}

/// A device that proves that it has a key.
#[derive(Debug, Clone)]
struct Applicant {
    district: DistrictId,
    /// Hash of the code.
    code: Sha256Hex,
    device: Installation,
    key: PublicKey,
}

impl Applicant {
    /// Reads a request whose signature holds; none otherwise.
    fn read(request: EnrolmentRequest) -> Option<Self> {
        let district = request.code.get(..DISTRICT_DIGITS)?;
        let district = DistrictId::from_uuid(Uuid::try_parse(district).ok()?);
        let code = digest(request.code.as_bytes());
        let key: PublicKey = request.key.parse().ok()?;
        let claim: EnrolmentClaim = open(&request.claim, &key).ok()?;
        let holds = claim.code == code && claim.device == request.device;
        holds.then(|| Self {
            district,
            code,
            device: Installation::new(request.device, request.device_name),
            key,
        })
    }
}

/// Lets a device in that comes with a code.
pub(crate) async fn redeem(
    app: &App,
    request: EnrolmentRequest,
) -> Result<(SessionView, Token), ApiError> {
    let applicant = Applicant::read(request).ok_or(ApiError::EnrolmentRefused)?;
    let district = applicant.district;
    // Whoever guesses is not worth a place in the queue of those who write.
    let code = applicant.code.clone();
    let is_known = app
        .database()
        .read(move |db| enrolments::find(db, district, &code))
        .await?
        .is_some();
    if !is_known {
        return Err(ApiError::EnrolmentRefused);
    }
    let (now, token) = (app.now(), Token::draw()?);
    app.database()
        .write(district, move |db| {
            let enrolment = enrolments::find(db, district, &applicant.code)?
                .filter(|enrolment| enrolment.expires_at.since(now) > 0)
                .ok_or(ApiError::EnrolmentRefused)?;
            if !is_open_to(db, &applicant, &enrolment)? {
                return Err(ApiError::EnrolmentRefused);
            }
            if let Some(before) = &enrolment.used {
                // Where that session was ended, somebody ended it.
                if !sessions::end(db, district, enrolment.person, before.session)? {
                    return Err(ApiError::EnrolmentRefused);
                }
            }
            let entrance = Entrance {
                district,
                person: enrolment.person,
                device: Some(&applicant.device),
                must_change: false,
            };
            let entered = let_in(db, &entrance, &token, now);
            let (session, view) = entered.map_err(|error| match error {
                ApiError::DeviceRevoked => ApiError::EnrolmentRefused,
                error => error,
            })?;
            let owner = KeyOwner {
                district,
                device: applicant.device.id,
                person: enrolment.person,
            };
            evidence::add_key(db, owner, &applicant.key, now)?;
            let used = Used {
                device: applicant.device.id,
                key: applicant.key.id(),
                session,
            };
            enrolments::note_use(db, district, &applicant.code, &used)?;
            Ok((view, token))
        })
        .await
}

/// Whether a device may use a code: nobody else has, and neither the person nor the key is shut out.
fn is_open_to(db: &Db, applicant: &Applicant, enrolment: &Enrolment) -> Result<bool, ApiError> {
    let district = applicant.district;
    let key = applicant.key.id();
    let taken = enrolment
        .used
        .as_ref()
        .is_some_and(|used| used.key != key || used.device != applicant.device.id);
    let account = accounts::of_person(db, district, enrolment.person)?;
    let disabled = account.is_some_and(|account| account.disabled);
    Ok(!taken && !disabled && !devices::is_key_revoked(db, district, &key)?)
}
