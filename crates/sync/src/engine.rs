//! One exchange with the server, from the first photo to the last event.

use std::collections::{BTreeMap, BTreeSet};

use xunfang_domain::{
    BatchId, Clocks, DeviceId, DistrictId, HeldBeacon, OpId, PersonId, Sha256Hex, UnixMillis,
};
use xunfang_evidence::{DeviceSigner, OpAuthor, sign_op};
use xunfang_protocol::{
    BUNDLE_FILES_MAX, FeedScope, Op, OpKind, OpStatus, PROTO, PUSH_BYTES_AIM, PullRequest,
    PushRequest, PushResponse,
};
use xunfang_store::{
    Acknowledgement, Applied, OpOutcome, QueueHead, QueuedPhoto, Store, StoreError,
};

use crate::bundles::BundleSize;
use crate::link::retry_delay_ms;
use crate::plan::{Situation, Step, Upload, plan};
use crate::transport::{Failure, Transport};

/// Operations looked at per step; more are waiting behind them in the database.
const HEAD_OPS: u32 = 400;
/// Events asked for per scope and request.
const PULL_LIMIT: u32 = 500;
/// Items that may fail in a row by the server's own fault before the exchange gives up.
const TRANSIENT_IN_A_ROW_MAX: u32 = 3;
/// How long records that are ready wait for others, in milliseconds.
const HOLD_MS: i64 = 10_000;
/// How often events are asked for while originals go, in milliseconds.
const PULL_EVERY_MS: i64 = 30_000;

/// The clock that the caller lends for the length of an exchange.
pub trait Clock: Send + Sync {
    /// Returns the device's wall clock.
    fn now(&self) -> UnixMillis;

    /// Returns every clock of the device at once.
    fn all(&self) -> Clocks;
}

/// Who exchanges what.
pub struct Exchange<'a, T> {
    /// The device's storage.
    pub store: &'a Store,
    /// The way to the server.
    pub transport: &'a T,
    /// This installation.
    pub device: DeviceId,
    /// Whose session it is.
    pub person: PersonId,
    /// Their district.
    pub district: DistrictId,
    /// Names the pushes in logs.
    pub batch: BatchId,
    /// Signs the operations, as it has signed the photos' records.
    pub signer: &'a dyn DeviceSigner,
    /// How large bundles are just now; kept from one exchange to the next.
    pub bundles: &'a BundleSize,
    /// Whether originals may be sent now; the network can change during an exchange.
    pub may_send_originals: &'a (dyn Fn() -> bool + Send + Sync),
}

/// What an exchange has changed so far; screens are told after each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExchangeReport {
    /// Findings, photos or reviews.
    pub findings: bool,
    /// Points, standards or the district.
    pub reference: bool,
}

/// What the server said of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ServerWord {
    /// Its word for this device, which the next photos quote.
    pub beacon: Option<HeldBeacon>,
    /// Its clock.
    pub now: Option<UnixMillis>,
}

/// Why an exchange ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The link failed; everything unsent stays queued.
    #[error(transparent)]
    Link(#[from] Failure),
    /// The device's storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Exchanges until nothing is due, telling `report` after each step that changed something.
/// Returns the server's last word.
///
/// # Errors
/// [`ExchangeError`] where the link or the storage failed. What was done until then stays done,
/// and the next exchange goes on from there.
pub async fn exchange<T: Transport + Sync>(
    exchange: &Exchange<'_, T>,
    clock: &dyn Clock,
    report: &(dyn Fn(ExchangeReport) + Send + Sync),
) -> Result<ServerWord, ExchangeError> {
    let mut word = ServerWord::default();
    let mut aside = Aside::default();
    let mut pulled_at = None;
    let mut held_since = None;
    let mut transient_in_a_row = 0;
    loop {
        let head = exchange.next_head(clock, &aside)?;
        let originals = exchange.next_originals(clock, &aside)?;
        let is_recent = |at: Option<UnixMillis>, within: i64| {
            at.is_some_and(|at| (0..within).contains(&clock.now().since(at)))
        };
        let situation = Situation {
            pulled: pulled_at.is_some()
                && (originals.is_empty() || is_recent(pulled_at, PULL_EVERY_MS)),
            // Only where a bundle has just gone through: on a bad link what is ready goes first.
            may_hold: is_recent(held_since, HOLD_MS),
            bundle_bytes: exchange.bundles.bytes(),
        };
        let outcomes = match plan(&head, &originals, situation) {
            Step::Rest => return Ok(word),
            Step::Pull => {
                word = exchange.pull(clock, report).await?;
                pulled_at = Some(clock.now());
                continue;
            }
            Step::Push(ops) => {
                held_since = None;
                let ops = exchange.next_ops(&ops)?;
                let sent = ops.iter().map(|op| op.id).collect();
                let pushed = exchange.push(ops, clock, &mut aside, report).await;
                vec![(pushed, Item::Ops(sent))]
            }
            Step::Bundle(uploads) => {
                let files = uploads.into_iter();
                let files = files.map(|Upload { op, photo }| (photo, Item::Ops(vec![op])));
                let outcomes = exchange.send_bundle(files.collect(), clock).await;
                if outcomes.iter().any(|(sent, _)| sent.is_ok()) {
                    held_since = held_since.or(Some(clock.now()));
                }
                outcomes
            }
            Step::Upload(uploads) => exchange.upload_all(uploads, clock).await,
            Step::Originals(photos) => match photos.as_slice() {
                [photo] => {
                    // Whatever is saved meanwhile goes first; the server keeps what it has of this.
                    let overtaken = || exchange.is_overtaken(clock, &aside);
                    let sent = exchange.upload(photo, clock, &overtaken).await;
                    vec![(sent, Item::Originals(vec![photo.of.clone()]))]
                }
                _ => {
                    let files = photos.into_iter();
                    let files = files.map(|photo| {
                        let original = photo.of.clone();
                        (photo, Item::Originals(vec![original]))
                    });
                    exchange.send_bundle(files.collect(), clock).await
                }
            },
        };
        for (result, item) in outcomes {
            match result {
                Ok(()) => transient_in_a_row = 0,
                Err(ExchangeError::Link(failure)) => {
                    let concerns_item = matches!(
                        failure,
                        Failure::Transient { .. } | Failure::Offset | Failure::Permanent { .. }
                    );
                    // An item that can never go says nothing of the server.
                    let is_of_server = !matches!(failure, Failure::Permanent { .. });
                    transient_in_a_row += u32::from(is_of_server);
                    if !concerns_item || transient_in_a_row >= TRANSIENT_IN_A_ROW_MAX {
                        return Err(failure.into());
                    }
                    exchange.put_off(&item, &failure, clock)?;
                    aside.put(&item);
                }
                Err(error) => return Err(error),
            }
        }
        report(ExchangeReport {
            findings: true,
            reference: false,
        });
    }
}

/// What a step was about, to be put off where it failed by itself.
pub(crate) enum Item {
    Ops(Vec<OpId>),
    Originals(Vec<Sha256Hex>),
}

impl Item {
    /// Joins what failed together.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Ops(mut ops), Self::Ops(more)) => {
                ops.extend(more);
                ops.sort_unstable();
                ops.dedup();
                Self::Ops(ops)
            }
            (Self::Originals(mut originals), Self::Originals(more)) => {
                originals.extend(more);
                Self::Originals(originals)
            }
            // A request brings files of either kind, and never of both.
            (one, _) => one,
        }
    }
}

/// What was put off during this exchange, and is left alone until the next: its time to wait may
/// look over at once where a clock is set meanwhile, and would be tried without end.
#[derive(Debug, Default)]
struct Aside {
    ops: BTreeSet<OpId>,
    originals: BTreeSet<Sha256Hex>,
}

impl Aside {
    fn put(&mut self, item: &Item) {
        match item {
            Item::Ops(ops) => self.ops.extend(ops),
            Item::Originals(originals) => self.originals.extend(originals.iter().cloned()),
        }
    }
}

impl<T: Transport + Sync> Exchange<'_, T> {
    fn next_head(&self, clock: &dyn Clock, aside: &Aside) -> Result<QueueHead, StoreError> {
        let mut head = self.store.queue_head(self.person, clock.now(), HEAD_OPS)?;
        head.ops.retain(|op| !aside.ops.contains(&op.op));
        Ok(head)
    }

    fn next_originals(
        &self,
        clock: &dyn Clock,
        aside: &Aside,
    ) -> Result<Vec<QueuedPhoto>, StoreError> {
        if !(self.may_send_originals)() {
            return Ok(Vec::new());
        }
        let known = BUNDLE_FILES_MAX.saturating_add(aside.originals.len());
        let most = u32::try_from(known).unwrap_or(u32::MAX);
        let mut due = self.store.originals_due(self.person, clock.now(), most)?;
        due.retain(|photo| !aside.originals.contains(&photo.of));
        Ok(due)
    }

    /// Whether an original has to make room: for what was saved since, or because the network
    /// changed.
    fn is_overtaken(&self, clock: &dyn Clock, aside: &Aside) -> Result<bool, StoreError> {
        let head = self.next_head(clock, aside)?;
        Ok(!head.ops.is_empty() || !(self.may_send_originals)())
    }

    /// Reads and signs as many of the operations as one push takes.
    fn next_ops(&self, ids: &[OpId]) -> Result<Vec<Op>, ExchangeError> {
        let mut ops = self.store.ops(ids)?;
        bound_bytes(&mut ops);
        let author = OpAuthor {
            device: self.device,
            person: self.person,
        };
        for op in &mut ops {
            match sign_op(op, author, self.signer) {
                Ok(signature) => op.sig = Some(signature),
                // A key that refuses must not keep anybody's work on the phone.
                Err(error) => tracing::error!(op = %op.id, %error, "an operation goes unsigned"),
            }
        }
        Ok(ops)
    }

    async fn push(
        &self,
        ops: Vec<Op>,
        clock: &dyn Clock,
        aside: &mut Aside,
        report: &(dyn Fn(ExchangeReport) + Send + Sync),
    ) -> Result<(), ExchangeError> {
        let request = PushRequest {
            proto: PROTO,
            schema: self.store.schema()?,
            device: self.device,
            batch: self.batch,
            key: Some(self.signer.public_key().to_string()),
            ops,
        };
        let response = self.transport.push(&request).await?;
        let outcomes = self.outcomes(&request, response, clock)?;
        let (conflicts, outcomes): (Vec<_>, Vec<_>) = outcomes
            .into_iter()
            .partition(|(_, outcome)| matches!(outcome, OpOutcome::Conflict { .. }));
        self.store.record_outcomes(&outcomes, clock.now())?;
        let again = outcomes
            .iter()
            .filter(|(_, outcome)| matches!(outcome, OpOutcome::Retry { .. }));
        aside.ops.extend(again.map(|(op, _)| op));
        if !conflicts.is_empty() {
            // A person is asked to choose when what they choose between is here. Until then the
            // operations wait, and the pull that follows says what ails the link.
            aside.ops.extend(conflicts.iter().map(|(op, _)| op));
            match self.pull(clock, report).await {
                Ok(_) => self.store.record_outcomes(&conflicts, clock.now())?,
                Err(ExchangeError::Link(failure)) => {
                    tracing::warn!(%failure, "what a conflict is with did not come");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads the server's word on each operation that was sent, and on no other.
    fn outcomes(
        &self,
        request: &PushRequest,
        response: PushResponse,
        clock: &dyn Clock,
    ) -> Result<Vec<(OpId, OpOutcome)>, ExchangeError> {
        let mut outcomes = Vec::with_capacity(request.ops.len());
        let mut results = response.results;
        for op in &request.ops {
            let Some(place) = results.iter().position(|result| result.id == op.id) else {
                let detail = format!("operation {} was not answered", op.id);
                return Err(Failure::Garbled { detail }.into());
            };
            let result = results.swap_remove(place);
            let code = result.code.unwrap_or_else(|| "unexplained".to_owned());
            let outcome = match result.status {
                OpStatus::Applied | OpStatus::Duplicate => OpOutcome::Applied {
                    receipts: result.receipts,
                    acknowledgement: Acknowledgement {
                        district: self.district,
                        at: response.server_time,
                    },
                },
                OpStatus::Conflict if op.kind == OpKind::FindingRevised => {
                    OpOutcome::Conflict { code }
                }
                OpStatus::Rejected => OpOutcome::Rejected { code },
                // There is nothing to choose between where nothing is revised.
                OpStatus::Retry | OpStatus::Conflict => OpOutcome::Retry {
                    code,
                    at: self.later(op.id, clock)?,
                    need: result.need_blobs,
                },
            };
            outcomes.push((op.id, outcome));
        }
        Ok(outcomes)
    }

    async fn pull(
        &self,
        clock: &dyn Clock,
        report: &(dyn Fn(ExchangeReport) + Send + Sync),
    ) -> Result<ServerWord, ExchangeError> {
        let mut word = ServerWord::default();
        let remembered = self.store.acknowledged(self.person, self.district)?;
        let ours = [
            FeedScope::District(self.district),
            FeedScope::Person(self.person),
        ];
        self.store.mend_drift(&ours)?;
        loop {
            let mut request = PullRequest {
                since: remembered.map(|held| held.first),
                proto: PROTO,
                epoch: self.store.epoch()?,
                scopes: self.scopes()?,
                chains: self.store.chains()?,
                limit: PULL_LIMIT,
            };
            let response = self.transport.pull(&request).await?;
            if let Some(beacon) = response.beacon {
                let came = clock.all();
                word.beacon = Some(HeldBeacon { beacon, came });
            }
            word.now = Some(response.server_time);
            if let Some(address) = &response.rescue {
                self.store.keep_rescue_address(address)?;
            }
            let lost = match (&response.held, remembered) {
                (_, None) => false,
                (Some(held), Some(_)) => {
                    self.store
                        .lacks_acknowledged(self.person, self.district, held)?
                }
                // A server that only counts.
                (None, Some(remembered)) => response
                    .held_ops
                    .is_some_and(|held| held < remembered.count),
            };
            if lost {
                // It came back from a backup, and knows less than it has acknowledged.
                let now = response.server_time;
                self.store.requeue_lost(self.person, self.district, now)?;
            }
            let mut more = false;
            for page in &response.scopes {
                let from = if page.reset {
                    0
                } else {
                    request.scopes.remove(&page.id).unwrap_or(0)
                };
                check_page(page, from)?;
                more |= page.more;
                let applied = self.store.apply_page(response.epoch, self.person, page)?;
                if applied.reference || applied.findings {
                    let Applied {
                        reference,
                        findings,
                        ..
                    } = applied;
                    report(ExchangeReport {
                        findings,
                        reference,
                    });
                }
            }
            if !more {
                return Ok(word);
            }
        }
    }

    /// The cursors of everything that came for whoever is signed in. Another person of this phone
    /// reads their own feed when they are here again.
    fn scopes(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let ours = FeedScope::Person(self.person).to_string();
        let mut scopes = self.store.cursors()?;
        scopes.retain(|scope, _| *scope == ours || !scope.starts_with("person:"));
        Ok(scopes)
    }

    fn put_off(
        &self,
        item: &Item,
        failure: &Failure,
        clock: &dyn Clock,
    ) -> Result<(), ExchangeError> {
        let ops = match item {
            Item::Ops(ops) => ops,
            Item::Originals(originals) => {
                for original in originals {
                    tracing::warn!(%original, code = failure.code(), "an original is put off");
                    let attempts = self.store.original_attempts(original)?.saturating_add(1);
                    let delay_ms = retry_delay_ms(attempts, false, 1.0);
                    let until = clock.now().plus_ms(i64::from(delay_ms));
                    self.store.put_off_original(original, until)?;
                }
                return Ok(());
            }
        };
        for &op in ops {
            tracing::warn!(%op, code = failure.code(), "an item is put off");
            self.store
                .put_off(op, failure.code(), self.later(op, clock)?, clock.now())?;
        }
        Ok(())
    }

    /// Says when an item that failed by itself is due again.
    fn later(&self, op: OpId, clock: &dyn Clock) -> Result<UnixMillis, ExchangeError> {
        let attempts = self.store.attempts(op)?.saturating_add(1);
        let delay_ms = retry_delay_ms(attempts, false, 1.0);
        Ok(clock.now().plus_ms(i64::from(delay_ms)))
    }
}

/// Leaves as many operations as fit into one push; the first always stays.
fn bound_bytes(ops: &mut Vec<Op>) {
    // What surrounds the operations in a push, with room to spare.
    let mut bytes = 1_024;
    let fitting = ops
        .iter()
        .take_while(|op| {
            bytes += op.body.to_string().len() + 512;
            bytes <= PUSH_BYTES_AIM
        })
        .count();
    ops.truncate(fitting.max(1));
}

/// Refuses a page that would skip events or never end.
fn check_page(page: &xunfang_protocol::ScopePage, from: u64) -> Result<(), Failure> {
    let numbers_rise = page.events.iter().try_fold(from, |last, event| {
        (event.seq == last + 1).then_some(event.seq)
    });
    let moves_on = !page.more || page.to > from;
    if numbers_rise == Some(page.to) && moves_on {
        return Ok(());
    }
    let detail = format!("events of {} do not follow {from}", page.id);
    Err(Failure::Garbled { detail })
}
