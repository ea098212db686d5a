#!/usr/bin/env bash
# The proofs that take hours, bounded in `make test`: power cuts and fuzzing. Writes
# target/soak/summary.json by promise.

set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/setup.sh test
bash scripts/ui.sh
reports=target/soak
rm -rf "$reports"
mkdir -p "$reports"
cargo build --quiet --release --locked -p xunfang-sim

failed=0
# A recording of its own for each seed: threads meet in another order.
"${CARGO_TARGET_DIR:-target}/release/xunfang-sim" powercut --states 100000 --seed "$RANDOM" \
    --report "$reports/R2.json" || failed=1
bash scripts/fuzz.sh 600 "$reports/R15.json" || failed=1
node -e '
    const { readFileSync, writeFileSync } = require("node:fs")
    const [to, ...from] = process.argv.slice(1)
    const found = Object.assign({}, ...from.map((name) => JSON.parse(readFileSync(name, "utf8"))))
    writeFileSync(to, JSON.stringify(found, null, 2) + "\n")
' "$reports/summary.json" "$reports/R2.json" "$reports/R15.json"
cat "$reports/summary.json"
exit "$failed"
