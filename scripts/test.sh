#!/usr/bin/env bash
# Everything that has to hold, in one go. Each step's output is shown when it fails; the last line
# adds up what all test runners counted.

set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never NO_COLOR=1

bash scripts/setup.sh test
bash scripts/ui.sh

reports=target/test
rm -rf "$reports"
mkdir -p "$reports"
failed_steps=()

# step NAME COMMAND...: runs it, keeps its output, says how long it took.
step() {
    local name=$1 began=$SECONDS
    shift
    echo "test: $name" >&2
    if "$@" >"$reports/$name.log" 2>&1; then
        echo "test: $name passed in $((SECONDS - began)) s" >&2
    else
        failed_steps+=("$name")
        tail -n 150 "$reports/$name.log" >&2
        echo "test: $name FAILED after $((SECONDS - began)) s, see $reports/$name.log" >&2
    fi
}

types_are_current() {
    # The example that `build` has just made; `cargo run` would build it once more on its own.
    "${CARGO_TARGET_DIR:-target}/debug/examples/types" >"$reports/types.ts"
    diff -u ui/shared/src/generated/types.ts "$reports/types.ts" || {
        echo "the TypeScript types differ from the Rust types: run 'make types'"
        return 1
    }
}

step fmt cargo fmt --all --check
step deny cargo deny --locked check licenses bans sources
step clippy cargo clippy --locked --workspace --all-features --all-targets -- -D warnings
step build cargo build --locked --workspace --all-features --all-targets
step types types_are_current
step rust env XUNFANG_REPORTS="$PWD/$reports" \
    cargo nextest run --locked --workspace --all-features --no-fail-fast --profile ci
sim=${CARGO_TARGET_DIR:-target}/debug/xunfang-sim
step crash "$sim" crash --states 10000 --most 20 --report "$reports/R-crash.json"
step upgrade "$sim" upgrade --states 300 --report "$reports/R-upgrade.json"
step net "$sim" net --seeds 1000 --report "$reports/R-net.json"
step model "$sim" model --cases 100000 --report "$reports/R-model.json"
step proxy "$sim" proxy --cuts 5000 --report "$reports/R-proxy.json"
step feed "$sim" feed --events 1000000 --report "$reports/R-feed.json"
step kill "$sim" kill --most 60 --report "$reports/R-kill.json"
step backup "$sim" backup --rounds 1 --report "$reports/R-backup.json"
step planted "$sim" plant all --report "$reports/planted.json"
step fuzz bash scripts/fuzz.sh 20 "$reports/R15.json"
step rust-doc cargo test --locked --workspace --all-features --doc
step rustdoc env RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --all-features --no-deps
step ui-types npm --prefix ui run --silent types
step ui-lint npm --prefix ui run --silent lint
step ui-unit npm --prefix ui run --silent unit -- --reporter=default --reporter=json \
    --outputFile.json="$PWD/$reports/ui-unit.json"
step system-types npm --prefix tests run --silent types
step system-lint npm --prefix tests run --silent lint
step system npm --prefix tests run --silent test -- --reporter=default --reporter=json \
    --outputFile.json="$PWD/$reports/system.json"

node scripts/summary.mjs "$reports" "${failed_steps[@]}"
