#!/usr/bin/env bash
# Installs what is missing, and only that: `setup.sh build` for running, `setup.sh test` for the
# tests as well, `setup.sh bench` for what is measured beside. On Debian and Ubuntu by apt-get; elsewhere it says what to install.

set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:?build, test or bench}

say() { echo "setup: $*" >&2; }

build_packages=(build-essential cmake nasm pkg-config libwebkit2gtk-4.1-dev fonts-noto-cjk)
test_packages=(webkit2gtk-driver xvfb chromium libimage-exiftool-perl strace postgresql)
bench_packages=(libvips-tools)

packages=("${build_packages[@]}")
[[ $purpose == test || $purpose == bench ]] && packages+=("${test_packages[@]}")
[[ $purpose == bench ]] && packages+=("${bench_packages[@]}")

missing=()
if command -v dpkg-query >/dev/null; then
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            missing+=("$package")
    done
elif ! pkg-config --exists webkit2gtk-4.1 2>/dev/null; then
    missing=("${packages[@]}")
fi
if ((${#missing[@]})); then
    if command -v apt-get >/dev/null; then
        say "installing ${missing[*]}"
        as_root=()
        [[ $(id -u) == 0 ]] || as_root=(sudo)
        "${as_root[@]}" apt-get update -qq
        DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq \
            --no-install-recommends "${missing[@]}" >/dev/null
    else
        say "please install, under your system's names for them: ${missing[*]}"
        exit 1
    fi
fi

command -v cargo >/dev/null || {
    say "please install Rust 1.95 or newer, with rustup"
    exit 1
}
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null || {
    say "please install Node.js 20.19 or newer, with npm"
    exit 1
}

# The lock file that npm keeps inside node_modules is as new as the last install.
npm_packages() {
    local folder=$1 done=$1/node_modules/.package-lock.json
    if [[ ! -f $done || $folder/package-lock.json -nt $done ]]; then
        say "fetching the npm packages of $folder"
        (cd "$folder" && npm ci --loglevel=error)
    fi
}
npm_packages ui

tool() {
    local name=$1 version=$2
    command -v "$name" >/dev/null && return
    say "building $name $version, once"
    cargo install --quiet --locked "$name" --version "$version"
}
if [[ $purpose != build ]]; then
    npm_packages tests
    tool cargo-nextest 0.9.143
    tool cargo-deny 0.20.2
    tool tauri-driver 2.1.0
    tool cargo-fuzz 0.13.1
fi
