#!/usr/bin/env bash
# Measures the promises on speed and on bytes in a release build, prints a table and writes
# target/bench/summary.json. Fails where a goal is missed.

set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/setup.sh bench
bash scripts/ui.sh
echo "bench: building; the first time takes a few minutes" >&2
cargo build --quiet --release --locked -p xunfang-app --features bundle \
    --bin xunfang-app --example empty_window
cargo build --quiet --release --locked -p xunfang-photo --example take_in
cargo build --quiet --release --locked -p xunfang-bench

programs=${CARGO_TARGET_DIR:-target}/release
reports=target/bench
mkdir -p "$reports"
rm -f "$reports/summary.json"
# On this disk, because the disk is part of what is measured; gone even where the run is cut off.
work=$(mktemp -d -p "$reports")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

"$programs/xunfang-bench" run --folder "$work" --programs "$programs" \
    --summary "$reports/summary.json"
