#!/usr/bin/env bash
# Builds the screens of phone and console where their sources are newer than what was built.

set -euo pipefail
cd "$(dirname "$0")/../ui"

for screens in phone console; do
    built=$screens/dist/index.html
    if [[ ! -f $built ]] ||
        [[ -n $(find "$screens" shared package-lock.json -newer "$built" -type f \
            -not -path '*/node_modules/*' -not -path '*/dist/*' -print -quit) ]]; then
        echo "ui: building the screens of the $screens" >&2
        npm run --silent build -w "$screens" -- --logLevel warn
    fi
done
