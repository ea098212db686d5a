//! P7: bytes on the wire, counted between a real phone and a real server.
//!
//! Counted is every byte from the phone to the server as it passes a proxy on the loopback
//! interface: first lines, headers and bodies of all requests, the packed bodies as they are packed.
//! TLS is not in it, and neither are what TCP and IP add to every packet and what the server answers.
//!
//! - `P7`: a push of 100 findings, all of that request, divided by 100. A finding counts with
//!   everything that is its own: ids, the device's signature, note, criterion, point, where and when
//!   it was saved, and with how it names its photo: hash, length, size, when and from where that
//!   was taken. The signed record of the photo belongs to the photo. So the push is one of a phone
//!   whose photos have none, and what the records add to the same push is told beside it.
//! - `P7photo`: one photo of 12 megapixels and its finding. Everything that was sent for the two,
//!   pushes and pulls too and nothing deducted, divided by the lengths of the photo's files: the two
//!   copies that go first and the original. Against the original alone it is told beside it.
//! - `P7queue`: 1,000 findings with a small photo each, recorded offline and sent in one go.
//!   Everything that was sent, divided by the lengths of all the photos' files plus 300 bytes a
//!   finding; so records, headers, questions and pulls are all overhead.
//! - `P7cut`: the same, and the connection is cut whenever so many bytes of photos have passed. The
//!   most bytes of photos that passed a second time between one cut and the next, whether the
//!   server had kept them or not. What a cut swallows before the proxy is not seen. Cuts that are
//!   less than a piece apart leave this goal no room to be missed; how much is sent again tells more.
//!
//! The findings are made by [`crate::fieldwork`]. What the phone makes of a photo is made by the
//! product's functions in the product's order ([`crate::shots`]); the small photos carry no notes
//! of a camera, of which a record would repeat time, place and model.

use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::{Map, Value, json};
use xunfang_domain::UnixMillis;
use xunfang_protocol::UPLOAD_CHUNK_BYTES;
use xunfang_sim::proxy::{Counts, Purpose, Tap};
use xunfang_sync::{ExchangeError, Failure};

use crate::handset::{Handset, Served};
use crate::parts;
use crate::photos::Input;
use crate::report::Figure;
use crate::samples::round;
use crate::say;
use crate::shots::{Files, Keeping, SMALL_BYTES_MAX, small_photo};

/// Most bytes of one finding in a batch.
const FINDING_BYTES: u32 = 300;
/// Most bytes that are sent for a byte of what is to be sent.
const RATIO: f64 = 1.02;
/// Findings of a batch.
const BATCH: u32 = 100;
/// Findings of the queue.
const QUEUE: u32 = 1_000;
/// Bytes of photos after which a connection is cut.
const CUT_EVERY: u64 = 500_000;
/// Exchanges after which something is wrong: each ends with a cut, and there are far fewer.
const EXCHANGES_MAX: u32 = 10_000;

/// Purposes by the names that they have in the summary.
const PURPOSES: [(&str, Purpose); 5] = [
    ("uploads", Purpose::Photo),
    ("asking what is held", Purpose::Ask),
    ("pushes", Purpose::Push),
    ("pulls", Purpose::Pull),
    ("other", Purpose::Other),
];

/// Measures all of it.
pub(crate) fn measure(photo: &Input, work: &Path) -> anyhow::Result<[Figure; 4]> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        say("P7: a batch of 100 findings, twice")?;
        let batch = batch(work).await?;
        say("P7: one large photo")?;
        let photo = one_photo(photo, work).await?;
        say("P7: 1,000 findings with small photos")?;
        let queue = queue(work).await?;
        say("P7: the same over a connection that is cut")?;
        Ok([batch, photo, queue, queue_with_cuts(work).await?])
    })
}

/// A new server, and a phone that is signed in there.
async fn begin(work: &Path, name: &str) -> anyhow::Result<(Served, Handset)> {
    let folder = work.join(name);
    std::fs::create_dir_all(&folder)?;
    let served = Served::start(&folder.join("server")).await?;
    let handset = Handset::sign_in(&folder.join("phone"), &served).await?;
    Ok((served, handset))
}

/// Records `count` findings with a small photo each. Returns the photos' files, and the evening.
fn record(handset: &Handset, count: u32, keeping: Keeping) -> anyhow::Result<(Files, UnixMillis)> {
    let mut field = handset.field_work()?;
    let (mut files, mut evening) = (Files::default(), None);
    for number in 0..count {
        let visit = field.next_visit()?;
        files.add(handset.record(&visit, &small_photo(number)?, keeping)?);
        evening = Some(visit.saved_at);
    }
    Ok((files, evening.context("nothing was recorded")?))
}

/// A push of a batch.
struct Pushed {
    heads: u64,
    bodies: u64,
    parts: Map<String, Value>,
}

impl Pushed {
    /// Bytes of one finding.
    fn each(&self) -> f64 {
        (self.heads + self.bodies) as f64 / f64::from(BATCH)
    }
}

async fn batch(work: &Path) -> anyhow::Result<Figure> {
    let plain = push(work, "batch", Keeping::Nothing).await?;
    let signed = push(work, "batch-with-records", Keeping::Record).await?;
    let each_record = signed.each() - plain.each();
    let raw = Map::from_iter([
        ("head_bytes".to_owned(), json!(plain.heads)),
        ("body_bytes".to_owned(), json!(plain.bodies)),
        ("parts".to_owned(), Value::Object(plain.parts.clone())),
        ("record_of_a_photo".to_owned(), json!(round(each_record))),
        ("with_records".to_owned(), json!(round(signed.each()))),
        (
            "parts_with_records".to_owned(),
            Value::Object(signed.parts.clone()),
        ),
    ]);
    Ok(Figure {
        promise: "P7",
        what: "one finding in a push of 100",
        value: plain.each(),
        unit: "B",
        goal: f64::from(FINDING_BYTES),
        against: "bytes at a proxy",
        inputs: format!(
            "all bytes of one push of {BATCH} findings, head and packed body, divided by {BATCH}; \
             notes of 10 to 40 Chinese characters, a fix for the finding and one for its photo; the \
             record that the device signs of each photo is counted to the photo, and told as \
             record_of_a_photo: what such records add to the same push"
        ),
        sides: format!(
            "head {} B, body {} B; with the photos' records {:.0} B each",
            plain.heads,
            plain.bodies,
            signed.each()
        ),
        raw,
    })
}

/// Pushes a batch whose photos are there already, as after a connection that broke behind the last
/// of them.
async fn push(work: &Path, name: &str, keeping: Keeping) -> anyhow::Result<Pushed> {
    let (served, handset) = begin(work, name).await?;
    let (_, evening) = record(&handset, BATCH, keeping)?;
    let parts = parts::of(&handset.push_request(evening)?)?;
    let tap = Tap::passing(served.address).await?;
    let way = handset.transport(&tap.address())?;
    handset.send_files(&way, evening).await?;
    handset.exchange(&way, evening).await?;
    handset.ensure_all_sent()?;
    let pushes = tap.counts().of(Purpose::Push);
    ensure!(
        pushes.requests == 1,
        "{} pushes and not one",
        pushes.requests
    );
    Ok(Pushed {
        heads: pushes.heads,
        bodies: pushes.bodies,
        parts,
    })
}

/// What sending everything came to.
struct Sent {
    counts: Counts,
    files: Files,
    cuts: u64,
    /// The most that passed again between one cut and the next, in bytes.
    again_most: u64,
    exchanges: u32,
}

impl Sent {
    /// All bytes by a measure in bytes.
    fn by(&self, measure: f64) -> f64 {
        self.counts.bytes() as f64 / measure
    }

    /// Bytes for a purpose, head and body, by a measure in bytes.
    fn share(&self, purpose: Purpose, measure: f64) -> f64 {
        let passed = self.counts.of(purpose);
        (passed.heads + passed.bodies) as f64 / measure
    }

    fn raw(&self) -> Map<String, Value> {
        let purposes = PURPOSES.map(|(name, purpose)| {
            let passed = self.counts.of(purpose);
            let told = json!({
                "requests": passed.requests,
                "head_bytes": passed.heads,
                "body_bytes": passed.bodies,
            });
            (name.to_owned(), told)
        });
        Map::from_iter([
            ("sent_bytes".to_owned(), json!(self.counts.bytes())),
            ("sent".to_owned(), Value::Object(Map::from_iter(purposes))),
            ("originals_bytes".to_owned(), json!(self.files.originals())),
            ("copies_bytes".to_owned(), json!(self.files.copies())),
            ("exchanges".to_owned(), json!(self.exchanges)),
        ])
    }
}

/// Sends everything that waits on a phone.
async fn send(
    (served, handset): (&Served, &Handset),
    (files, evening): (Files, UnixMillis),
    cut_every: Option<u64>,
) -> anyhow::Result<Sent> {
    let tap = Tap::passing(served.address).await?;
    if let Some(bytes) = cut_every {
        // Also while what was cut is sent again.
        let times = 2 * files.bytes() / bytes.max(1) + 1;
        tap.cut_after(bytes, u16::try_from(times)?);
    }
    let way = handset.transport(&tap.address())?;
    let (mut exchanges, mut again, mut again_most) = (0, 0, 0);
    loop {
        let cuts = tap.traffic().cuts;
        let result = handset.exchange(&way, evening).await;
        let (counts, now) = (tap.counts(), tap.traffic().cuts);
        exchanges += 1;
        // What one cut costs passes in the exchange after it, which the next cut ends.
        again_most = again_most.max(counts.again() - again);
        again = counts.again();
        match result {
            Ok(()) => break,
            Err(ExchangeError::Link(Failure::Network { .. })) if now == cuts + 1 => {}
            Err(error) => return Err(error).context("an exchange failed by itself"),
        }
        ensure!(exchanges < EXCHANGES_MAX, "it does not come to its end");
    }
    handset.ensure_all_sent()?;
    let (counts, cuts) = (tap.counts(), tap.traffic().cuts);
    let once = counts.of(Purpose::Photo).bodies - counts.again();
    ensure!(
        once == files.bytes(),
        "{once} bytes of photos passed, of {}",
        files.bytes()
    );
    Ok(Sent {
        counts,
        files,
        cuts,
        again_most,
        exchanges,
    })
}

async fn one_photo(photo: &Input, work: &Path) -> anyhow::Result<Figure> {
    let (served, handset) = begin(work, "one-photo").await?;
    let visit = handset.field_work()?.next_visit()?;
    let files = handset.record(&visit, &photo.bytes, Keeping::Record)?;
    let sent = send((&served, &handset), (files, visit.saved_at), None).await?;
    let files = &sent.files;
    let measure = files.bytes() as f64;
    let to_original = sent.by(files.originals() as f64);
    let mut raw = sent.raw();
    raw.insert("to_original_alone".to_owned(), json!(round(to_original)));
    Ok(Figure {
        promise: "P7photo",
        what: "one 12 MP photo and its finding, all bytes",
        value: sent.by(measure),
        unit: "ratio",
        goal: RATIO,
        against: "its files",
        inputs: format!(
            "{}: every byte sent for the photo and its finding, divided by the lengths of the \
             files that are sent of it: thumbnail, working copy and original",
            photo.name
        ),
        sides: format!(
            "{:.2} MB, {:.2} MB; {to_original:.3} of the original alone",
            sent.counts.bytes() as f64 / 1e6,
            measure / 1e6
        ),
        raw,
    })
}

/// The queue's files and what its findings may take.
fn budget(files: &Files) -> f64 {
    files.bytes() as f64 + f64::from(QUEUE) * f64::from(FINDING_BYTES)
}

async fn queue(work: &Path) -> anyhow::Result<Figure> {
    let (served, handset) = begin(work, "queue").await?;
    let recorded = record(&handset, QUEUE, Keeping::Record)?;
    let sent = send((&served, &handset), recorded, None).await?;
    let files = &sent.files;
    let budget = budget(files);
    // Hundredths of the budget, by what they go into.
    let share = |purpose| 100.0 * sent.share(purpose, budget);
    let heads = sent.counts.of(Purpose::Photo).heads as f64 / budget * 100.0;
    let findings = f64::from(QUEUE) * f64::from(FINDING_BYTES) / budget * 100.0;
    let over = [
        ("heads of uploads", heads),
        ("asking what is held", share(Purpose::Ask)),
        (
            "pushes beyond the findings' own",
            share(Purpose::Push) - findings,
        ),
        ("pulls", share(Purpose::Pull)),
    ];
    let originals = sent.by(budget - files.copies() as f64);
    let mut raw = sent.raw();
    let percent = over.map(|(name, share)| (name.to_owned(), json!(round(share))));
    raw.insert(
        "overhead_percent".to_owned(),
        Value::Object(Map::from_iter(percent)),
    );
    raw.insert("to_originals_alone".to_owned(), json!(round(originals)));
    let told = over.map(|(name, share)| format!("{name} {share:.1} %"));
    Ok(Figure {
        promise: "P7queue",
        what: "1,000 offline findings, all bytes",
        value: sent.by(budget),
        unit: "ratio",
        goal: RATIO,
        against: "photos + 300 B each",
        inputs: format!(
            "{QUEUE} findings with one photo of up to {SMALL_BYTES_MAX} bytes each, {:.1} kB on \
             average, recorded offline and sent in one go: every byte sent, divided by the \
             lengths of the files that are sent of the photos (thumbnails, working copies, \
             originals) and {FINDING_BYTES} B a finding; the photos' signed records are overhead",
            files.originals() as f64 / f64::from(QUEUE) / 1e3
        ),
        sides: format!(
            "{:.2} MB, {:.2} MB; {}",
            sent.counts.bytes() as f64 / 1e6,
            budget / 1e6,
            told.join(", ")
        ),
        raw,
    })
}

async fn queue_with_cuts(work: &Path) -> anyhow::Result<Figure> {
    let (served, handset) = begin(work, "queue-with-cuts").await?;
    let recorded = record(&handset, QUEUE, Keeping::Record)?;
    let sent = send((&served, &handset), recorded, Some(CUT_EVERY)).await?;
    ensure!(sent.cuts > 0, "nothing was cut");
    let again = sent.counts.again();
    let mut raw = sent.raw();
    raw.insert("cuts".to_owned(), json!(sent.cuts));
    raw.insert("again_bytes".to_owned(), json!(again));
    raw.insert(
        "to_photos_and_findings".to_owned(),
        json!(round(sent.by(budget(&sent.files)))),
    );
    Ok(Figure {
        promise: "P7cut",
        what: "sent again after one cut, at most",
        value: sent.again_most as f64,
        unit: "B",
        goal: UPLOAD_CHUNK_BYTES as f64,
        against: "one piece of an upload",
        inputs: format!(
            "the {QUEUE} findings of P7queue on a phone and a server of their own, the connection \
             cut whenever {CUT_EVERY} bytes of photos have passed: bytes of photos that passed a \
             second time between one cut and the next"
        ),
        sides: format!(
            "{} cuts, {:.1} kB again on average",
            sent.cuts,
            again as f64 / sent.cuts as f64 / 1e3
        ),
        raw,
    })
}
