#!/usr/bin/env bash
# Throws anything at each parser: `fuzz.sh SECONDS REPORT`, so many seconds each. Writes whether
# promise R15 held, and fails where an input made a parser panic or take too much memory; that input
# is then under fuzz/artifacts.

set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:?seconds} report=$(realpath -m "${2:?report}")

began=$SECONDS
runs=() broken=()
cd fuzz
# The instrumentation is not a stable option of the compiler yet.
export RUSTC_BOOTSTRAP=1
for target in photo exif; do
    mkdir -p "corpus/$target" target
    # Broken photos to begin with, where a folder of them lies beside the project.
    find ../../shared/photos/broken -type f -size -256k -exec cp -n -t "corpus/$target" {} + \
        2>/dev/null || true
    log=target/$target.log
    if cargo fuzz run -s none "$target" -- -max_total_time="$seconds" -rss_limit_mb=512 \
        -malloc_limit_mb=256 -print_final_stats=1 >"$log" 2>&1; then
        runs+=("$target $(sed -n 's/^stat::number_of_executed_units: *//p' "$log")")
    else
        broken+=("$target")
        tail -n 40 "$log" >&2
    fi
done

passed=true
((${#broken[@]})) && passed=false
printf '{"R15": {"passed": %s, "figure": "inputs tried: %s; broken: %s", "seconds": %d}}\n' "$passed" \
    "$(IFS=,; echo "${runs[*]-}")" "${broken[*]-none}" "$((SECONDS - began))" | tee "$report"
$passed
