//! R11: nothing goes before the server has had it for 30 days, whatever the server comes back as.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Photos are told apart by their digit.
const FINDINGS_MAX: u32 = 15;

#[derive(Debug, Clone)]
enum Step {
    /// A finding is saved.
    Save,
    /// Photos and records that wait are sent.
    Send,
    /// So many days pass on the server's clock.
    Days(i64),
    /// The phone makes room, as after each exchange.
    LetGo,
    /// The server is backed up.
    Backup,
    /// The server comes back from its backup, under a new name or, by a careless hand, the old one.
    Restore { renamed: bool },
    /// The app is closed and opened again.
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Save),
        4 => Just(Step::Send),
        3 => (1..25_i64).prop_map(Step::Days),
        3 => Just(Step::LetGo),
        2 => Just(Step::Backup),
        2 => any::<bool>().prop_map(|renamed| Step::Restore { renamed }),
        1 => Just(Step::Reopen),
    ]
}

/// What a server holds.
#[derive(Debug, Clone, Default)]
struct Held {
    /// Findings by their number, with the number of the operation.
    findings: BTreeMap<u128, u64>,
    photos: BTreeSet<Sha256Hex>,
}

struct World {
    folder: TempDir,
    store: Option<Store>,
    server: Held,
    backup: Held,
    epoch: u128,
    now: UnixMillis,
    saved: u32,
    /// When the server last acknowledged a finding, by its clock.
    acked: BTreeMap<u128, UnixMillis>,
}

impl World {
    fn new() -> Self {
        let (folder, store) = phone();
        Self {
            folder,
            store: Some(store),
            server: Held::default(),
            backup: Held::default(),
            epoch: 5,
            now: NOW,
            saved: 0,
            acked: BTreeMap::new(),
        }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn photo(number: u32) -> QueuedPhoto {
        let digit = char::from_digit(number, 16).unwrap();
        let sha256: Sha256Hex = digit.to_string().repeat(64).parse().unwrap();
        QueuedPhoto {
            of: sha256.clone(),
            sha256,
            bytes: 1_000,
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Save if self.saved < FINDINGS_MAX => {
                self.saved += 1;
                photograph(self.store(), char::from_digit(self.saved, 16).unwrap());
                self.store()
                    .save_finding(finding(self.saved.into()))
                    .unwrap();
            }
            Step::Save => {}
            Step::Send => self.exchange(),
            Step::Days(days) => self.now = self.now.plus_ms(days * DAY_MS),
            Step::LetGo => {
                self.store().settle_receipts(self.now).unwrap();
                self.store().let_go(self.now).unwrap();
            }
            Step::Backup => self.backup = self.server.clone(),
            Step::Restore { renamed } => {
                self.server = self.backup.clone();
                self.epoch += u128::from(*renamed);
            }
            Step::Reopen => {
                self.store = None;
                self.store = Some(open(self.folder.path()));
            }
        }
    }

    /// Push and pull, until nothing waits.
    fn exchange(&mut self) {
        // What the first pull finds missing is pushed by the next exchange.
        for _ in 0..2 {
            let head = self.store().queue_head(lin(), NOW, 100).unwrap();
            for op in &head.ops {
                for photo in &op.missing {
                    let bytes = self.store().open_queued(photo).unwrap().read_all().unwrap();
                    assert_eq!(bytes.len(), 1_000);
                    self.server.photos.insert(photo.sha256.clone());
                    self.store()
                        .photos_stored(std::slice::from_ref(photo), NOW)
                        .unwrap();
                }
                let sent = self.store().ops(&[op.op]).unwrap().remove(0);
                let number = sent.entity.as_u128();
                self.server.findings.insert(number, op.dev_seq);
                self.acked.insert(number, self.now);
                let outcome = [(op.op, applied(self.now))];
                self.store().record_outcomes(&outcome, NOW).unwrap();
            }
            let remembered = self.store().acknowledged(lin(), district()).unwrap();
            if let Some(remembered) = remembered {
                let known = self.server.findings.values();
                let held = known.filter(|&&dev_seq| dev_seq >= remembered.first);
                if (held.count() as u64) < remembered.count {
                    let now = self.now;
                    self.store().requeue_lost(lin(), district(), now).unwrap();
                }
            }
            let page = page(0, &[]);
            self.store()
                .apply_page(uuid(self.epoch), lin(), &page)
                .unwrap();
        }
    }

    /// Whether the phone still has what it would send of a finding.
    fn can_send(&self, number: u32) -> bool {
        let db = look(self.folder.path());
        let op: bool = db
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE entity = ?1
                                UNION ALL SELECT 1 FROM acknowledged WHERE entity = ?1)",
                [uuid(number.into()).to_string()],
                |row| row.get(0),
            )
            .unwrap();
        let photo = self.store().open_queued(&Self::photo(number));
        op && photo.is_ok_and(|mut file| file.read_all().is_ok())
    }

    fn check(&self) {
        let (rows, total) = self
            .store()
            .findings(lin(), FindingQuery::All, 0, 100)
            .unwrap();
        assert_eq!(total, self.saved, "no record ever goes");
        for row in rows {
            let number = row.record.id.uuid().as_u128();
            let acked = self.acked.get(&number);
            if acked.is_none_or(|at| self.now.since(*at) <= 30 * DAY_MS) {
                let number = u32::try_from(number).unwrap();
                assert!(self.can_send(number), "{number} acknowledged at {acked:?}");
            }
        }
    }
}

/// Histories that are lived through.
const HISTORIES: u32 = 60;

#[test]
fn r11_nothing_goes_before_the_server_has_had_it_for_30_days() {
    let began = Instant::now();
    let (saved, restores) = (AtomicU64::new(0), AtomicU64::new(0));
    let mut runner = TestRunner::new(ProptestConfig {
        cases: HISTORIES,
        max_shrink_iters: 200,
        source_file: Some(file!()),
        ..ProptestConfig::default()
    });
    let lived = runner.run(&prop::collection::vec(step(), 1..30), |steps| {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            world.check();
        }
        // A second careless restore within a day is mended on the next.
        world.now = world.now.plus_ms(DAY_MS);
        world.exchange();
        for number in 1..=world.saved {
            let known = world.server.findings.contains_key(&u128::from(number));
            let old = world
                .acked
                .get(&u128::from(number))
                .is_some_and(|at| world.now.since(*at) > 30 * DAY_MS);
            prop_assert!(known || old, "{} is lost", number);
        }
        saved.fetch_add(world.saved.into(), Ordering::Relaxed);
        let restored = steps
            .iter()
            .filter(|step| matches!(step, Step::Restore { .. }));
        restores.fetch_add(restored.count() as u64, Ordering::Relaxed);
        Ok(())
    });
    lived.unwrap_or_else(|error| panic!("{error}"));
    let (saved, restores) = (saved.into_inner(), restores.into_inner());
    assert!(
        saved > 0 && restores > 0,
        "{saved} saved, {restores} restores"
    );
    report(
        "R11",
        &format!(
            "{HISTORIES} histories, {saved} findings, {restores} restores of a backup: none gone \
             within 30 days of its receipt"
        ),
        began,
    );
}

#[test]
fn a_server_that_forgot_gets_again_what_it_had_acknowledged() {
    for renamed in [true, false] {
        let mut world = World::new();
        for step in [
            Step::Save,
            Step::Send,
            Step::Backup,
            Step::Save,
            Step::Send,
            Step::Restore { renamed },
            Step::Save,
        ] {
            world.take(&step);
        }
        assert_eq!(world.server.findings.len(), 1);
        world.exchange();
        assert_eq!(world.server.findings.len(), 3, "renamed: {renamed}");
        assert_eq!(world.server.photos.len(), 3);
        assert!(
            stages(world.store())
                .iter()
                .all(|one| *one == SendState::Applied)
        );
    }
}

#[test]
fn originals_are_removed_after_30_days_and_their_records_stay() {
    let mut world = World::new();
    for step in [
        Step::Save,
        Step::Send,
        Step::Save,
        Step::LetGo,
        Step::Days(31),
        Step::LetGo,
    ] {
        world.take(&step);
    }
    let file = |number| world.store().open_queued(&World::photo(number)).is_ok();
    assert!(!file(1), "the server has had it for long");
    assert!(file(2), "it was never sent");
    assert_eq!(stages(world.store()).len(), 2);
    let facts = world.store().photo_facts(&World::photo(1).sha256);
    assert_eq!(facts.unwrap().bytes, 1_000);
    // Taken in again it is there again.
    photograph(world.store(), '1');
    let file = world.store().open_queued(&World::photo(1));
    assert!(file.unwrap().read_all().is_ok());
}

#[test]
fn one_that_the_server_has_does_not_hide_another_that_it_has_lost() {
    let (_folder, store) = phone();
    for (number, digit) in [(1, 'a'), (2, 'b'), (3, 'c')] {
        photograph(&store, digit);
        store.save_finding(finding(number)).unwrap();
        let op = store.queue_head(lin(), NOW, 1).unwrap().ops[0].op;
        store.record_outcomes(&[(op, applied(NOW))], NOW).unwrap();
    }
    // Still counted from 1 on; the fourth waits here, and is on the server all the same.
    photograph(&store, 'd');
    store.save_finding(finding(4)).unwrap();
    let range = |first, last| xunfang_protocol::SeqRange { first, last };
    let lacks = |held: &[_]| store.lacks_acknowledged(lin(), district(), held).unwrap();
    assert!(!lacks(&[range(1, 3)]) && !lacks(&[range(1, 9)]));
    assert!(!lacks(&[range(1, 1), range(2, 2), range(3, 4)]));
    assert!(
        lacks(&[range(1, 2), range(4, 4)]),
        "as many, and not the same"
    );
    assert!(lacks(&[]) && lacks(&[range(2, 3)]) && lacks(&[range(1, 1), range(3, 4)]));
}
