//! Figures for whoever runs the server, in the form of Prometheus.
//!
//! No label has values that a client makes up: a route is its template, a method one of those that
//! there are. Each server of a process counts for itself. What is a matter of the moment, such as
//! the length of a queue, is looked up when it is asked for.

use std::fmt::Error;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use rustix::time::{ClockId, clock_gettime};
use xunfang_protocol::OpStatus;

use crate::App;
use crate::error::ApiError;
use crate::store::{Measured, jobs};

/// From a millisecond to a minute: a cached answer, and an upload over a bad network.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 60.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Became {
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

/// What one server counts.
pub(crate) struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    took: Family<Asked, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    operations: Family<Became, Counter>,
    uploaded: Counter,
    sign_ins_failed: Counter,
    readers: Gauge,
    writers: Gauge,
    queued: Gauge,
    jobs: Gauge,
    disk_free: Gauge,
    memory: Gauge,
    cpu: Gauge<f64, AtomicU64>,
}

impl Metrics {
    pub(crate) fn new(engine: &'static str, database: &Measured) -> Self {
        let mut all = Registry::default();
        let answered = Family::default();
        let help = "Requests that were answered";
        all.register("xunfang_http_requests", help, answered.clone());
        let took = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        let help = "Time from the head of a request to the head of its answer";
        all.register_with_unit("xunfang_http_request", help, Unit::Seconds, took.clone());
        let operations = Family::default();
        let help = "Operations that phones pushed, by what became of them";
        all.register("xunfang_push_operations", help, operations.clone());
        let uploaded = Counter::default();
        let help = "Bytes of photos that were taken and synced";
        all.register_with_unit("xunfang_upload", help, Unit::Bytes, uploaded.clone());
        let sign_ins_failed = Counter::default();
        let help = "Sign-ins with a wrong password or an account that there is not";
        all.register("xunfang_sign_in_failures", help, sign_ins_failed.clone());
        let build = Info::new(Build {
            version: env!("CARGO_PKG_VERSION"),
        });
        all.register("xunfang_build", "The program that runs", build);

        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::<i64, AtomicI64>::default();
            all.register(name, help, gauge.clone());
            gauge
        };
        let in_flight = gauge("xunfang_http_in_flight", "Requests without an answer yet");
        let jobs = gauge(
            "xunfang_jobs_waiting",
            "Work that is done apart from requests",
        );
        let disk_free = gauge(
            "xunfang_disk_free_bytes",
            "Room on the disk of the data folder",
        );
        let memory = gauge("process_resident_memory_bytes", "Memory that is in use");
        let cpu = Gauge::default();
        let help = "Time that the processors worked for it, since its start";
        all.register("process_cpu_seconds", help, cpu.clone());

        let of = all.sub_registry_with_label(("engine".into(), engine.into()));
        let help = "Time that work on the database waited for a connection or its turn";
        let waiting = database.waiting.clone();
        of.register_with_unit("xunfang_database_wait", help, Unit::Seconds, waiting);
        let help = "Time that questions and transactions took";
        let working = database.working.clone();
        of.register_with_unit("xunfang_database_work", help, Unit::Seconds, working);
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::<i64, AtomicI64>::default();
            of.register(name, help, gauge.clone());
            gauge
        };
        let readers = gauge("xunfang_database_readers_in_use", "Connections that read");
        let writers = gauge("xunfang_database_writers_in_use", "Connections that write");
        let queued = gauge("xunfang_database_queue", "Changes that wait for a writer");
        Self {
            registry: all,
            answered,
            took,
            in_flight,
            operations,
            uploaded,
            sign_ins_failed,
            readers,
            writers,
            queued,
            jobs,
            disk_free,
            memory,
            cpu,
        }
    }

    /// Counts a request for as long as it is answered.
    pub(crate) fn begin(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }

    /// Notes an answer. A route is the template that the request met.
    pub(crate) fn answered(
        &self,
        method: &Method,
        route: &str,
        status: StatusCode,
        began: Instant,
    ) -> Duration {
        let (method, took) = (word(method), began.elapsed());
        let route = route.to_owned();
        let asked = Asked {
            method,
            route: route.clone(),
        };
        self.took.get_or_create(&asked).observe(took.as_secs_f64());
        let answered = Answered {
            method,
            route,
            status: status.as_u16(),
        };
        self.answered.get_or_create(&answered).inc();
        took
    }

    pub(crate) fn pushed(&self, status: OpStatus) {
        let result = match status {
            OpStatus::Applied => "applied",
            OpStatus::Duplicate => "duplicate",
            OpStatus::Conflict => "conflict",
            OpStatus::Rejected => "rejected",
            OpStatus::Retry => "retry",
        };
        self.operations.get_or_create(&Became { result }).inc();
    }

    pub(crate) fn uploaded(&self, bytes: u64) {
        self.uploaded.inc_by(bytes);
    }

    pub(crate) fn sign_in_failed(&self) {
        self.sign_ins_failed.inc();
    }
}

/// A request that is being answered, or was given up.
pub(crate) struct InFlight<'a>(&'a Gauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// One of the methods that there are: a client may write anything.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Writes all figures, with those of the moment looked up.
pub(crate) async fn scrape(app: &App) -> Result<String, ApiError> {
    let metrics = app.metrics();
    let set = |gauge: &Gauge, value: u64| {
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    };
    let in_use = app.database().in_use();
    set(&metrics.readers, in_use.readers as u64);
    set(&metrics.writers, in_use.writers as u64);
    set(&metrics.queued, in_use.queued as u64);
    set(&metrics.jobs, app.database().look(jobs::count).await?);
    set(&metrics.disk_free, app.folder().room()?.free);
    if let Some(bytes) = resident_bytes() {
        set(&metrics.memory, bytes);
    }
    metrics.cpu.set(cpu_seconds());
    let mut out = String::new();
    text::encode(&mut out, &metrics.registry)
        .map_err(|Error| ApiError::Broken("the figures could not be written"))?;
    Ok(out)
}

/// As the system tells it where there is a `/proc`.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

fn cpu_seconds() -> f64 {
    let worked = clock_gettime(ClockId::ProcessCPUTime);
    let whole = Duration::from_secs(u64::try_from(worked.tv_sec).unwrap_or_default());
    let part = Duration::from_nanos(u64::try_from(worked.tv_nsec).unwrap_or_default());
    (whole + part).as_secs_f64()
}
