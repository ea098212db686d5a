#!/usr/bin/env bash
# The proofs that take hours, bounded in `make test`: power cuts, bad networks and fuzzing. Writes
# target/soak/summary.json by promise. `make soak SECONDS=600` bounds each of the open-ended ones.

set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}

bash scripts/setup.sh test
bash scripts/ui.sh
reports=target/soak
rm -rf "$reports"
mkdir -p "$reports"
cargo build --quiet --release --locked -p xunfang-sim -p xunfang-server

sim=${CARGO_TARGET_DIR:-target}/release/xunfang-sim

failed=0
# A recording of its own for each seed: threads meet in another order.
"$sim" crash --states 1000000 --seed "$RANDOM" --seconds "$seconds" \
    --report "$reports/R-crash.json" || failed=1
"$sim" upgrade --states 2000 --seed "$RANDOM" --report "$reports/R-upgrade.json" || failed=1
"$sim" net --seeds 1000000 --from "$RANDOM$RANDOM" --seconds "$seconds" \
    --report "$reports/R-net.json" || failed=1
"$sim" model --cases 1000000 --seconds "$seconds" --from "$RANDOM" --report "$reports/R-model.json" || failed=1
"$sim" proxy --cuts 50000 --seed "$RANDOM" --report "$reports/R-proxy.json" || failed=1
# Ten million events take about ten minutes.
"$sim" feed --events 10000000 --seconds "$seconds" --seed "$RANDOM" \
    --report "$reports/R-feed.json" || failed=1
"$sim" kill --seconds "$seconds" --seed "$RANDOM" --report "$reports/R-kill.json" || failed=1
"$sim" backup --seconds "$seconds" --report "$reports/R-backup.json" || failed=1
"$sim" plant all || failed=1
bash scripts/fuzz.sh "$seconds" "$reports/R15.json" || failed=1
node -e '
    const { readFileSync, writeFileSync } = require("node:fs")
    const [to, ...from] = process.argv.slice(1)
    const found = Object.assign({}, ...from.map((name) => JSON.parse(readFileSync(name, "utf8"))))
    writeFileSync(to, JSON.stringify(found, null, 2) + "\n")
' "$reports/summary.json" "$reports"/R*.json
cat "$reports/summary.json"
exit "$failed"
