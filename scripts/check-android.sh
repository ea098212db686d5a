#!/usr/bin/env bash
# Type-checks src-tauri and every crate it uses for aarch64-linux-android.
#
# With rustup's Android target and an NDK (ANDROID_NDK_HOME) those are used. Where neither is to
# be had, Debian's rustc-web packages bring a compiler and the standard library's source, which is
# checked along with the app; the machine's own toolchain stays as it is. Nothing is linked then,
# so C code is not compiled: a small stand-in for the C compiler writes empty objects.
#
# Everything made here lies in .cache/android and is made once.
#
# XUNFANG_ANDROID_DEBIAN=1 takes the Debian way even where an NDK is there.

set -euo pipefail

target=aarch64-linux-android
cd "$(dirname "$0")/.."
workspace=$PWD
cache=$workspace/.cache/android
root=$cache/root
packages=(rustc-web rust-web-src libstd-rust-web-dev libstd-rust-web-1.96 libllvm22)
rust_version=1.96.0

say() { echo "android: $*" >&2; }
die() {
    say "$*"
    exit 1
}

check() {
    cargo check --quiet --locked --lib --target "$target" -p xunfang-app \
        --features bundle --message-format json-render-diagnostics "$@" >"$cache/messages.json"
}

have_ndk() {
    [[ -z ${XUNFANG_ANDROID_DEBIAN:-} && -n ${ANDROID_NDK_HOME:-} ]] || return 1
    [[ -d $ANDROID_NDK_HOME/toolchains/llvm/prebuilt ]] || return 1
    command -v rustup >/dev/null && rustup target list --installed | grep -qx "$target"
}

check_with_ndk() {
    local bin
    bin=$(echo "$ANDROID_NDK_HOME"/toolchains/llvm/prebuilt/*/bin)
    say "using the NDK in ANDROID_NDK_HOME"
    export CC_aarch64_linux_android="$bin/aarch64-linux-android26-clang"
    export CXX_aarch64_linux_android="$bin/aarch64-linux-android26-clang++"
    export AR_aarch64_linux_android="$bin/llvm-ar"
    export ANDROID_NDK_ROOT="$ANDROID_NDK_HOME"
    check
}

install_from_debian() {
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || die \
        "needs either rustup's $target with ANDROID_NDK_HOME, or a Debian 12 (or newer) machine"
    local missing=() package
    for package in clang libturbojpeg0-dev libssl-dev; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    if ((${#missing[@]})); then
        [[ $(id -u) == 0 ]] || die "not root, so install these first: apt-get install ${missing[*]}"
        say "installing ${missing[*]}"
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi

    if [[ ! -e $root/.complete ]]; then
        say "fetching the compiler: ${packages[*]}"
        rm -rf "$root" "$cache/debs"
        mkdir -p "$root" "$cache/debs"
        (cd "$cache/debs" && apt-get download -qq "${packages[@]}" 2>/dev/null) || die \
            "apt-get download failed: apt-get update, or a Debian that has ${packages[*]}"
        for package in "$cache"/debs/*.deb; do
            dpkg -x "$package" "$root"
        done
        # cargo looks for the standard library's source beside the compiler; Debian links it.
        [[ -f $root/usr/lib/rustlib/src/rust/library/Cargo.lock ]] || die "no source in rust-web-src"
        rm -rf "$cache/debs"
        touch "$root/.complete"
    fi
}

# A compiler that compiles nothing. Build scripts also ask it what it is and what the headers
# define; for that it is the system's clang.
write_stand_in() {
    mkdir -p "$cache/bin"
    cat >"$cache/bin/cc" <<'EOF'
#!/bin/sh
compile=no output= previous= source=
for argument in "$@"; do
    case $argument in
    -c) compile=yes ;;
    *.c | *.cc | *.cpp | *.S | *.s) source=$argument ;;
    esac
    if [ "$previous" = -o ]; then output=$argument; fi
    previous=$argument
done
if [ "$compile" = no ]; then exec clang "$@" -isystem /usr/include/x86_64-linux-gnu; fi
if [ -z "$output" ]; then
    output=${source##*/}
    output=${output%.*}.o
fi
: >"$output"
EOF
    chmod +x "$cache/bin/cc"
}

check_with_debian() {
    install_from_debian
    write_stand_in
    local multiarch
    multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
    say "checking with rustc $rust_version and the standard library's source"
    export LD_LIBRARY_PATH="$root/usr/lib/$multiarch:$root/usr/lib"
    export RUSTC="$root/usr/bin/rustc" RUSTC_BOOTSTRAP=1
    export CC_aarch64_linux_android="$cache/bin/cc" CXX_aarch64_linux_android="$cache/bin/cc"
    export AR_aarch64_linux_android=/bin/true RANLIB_aarch64_linux_android=/bin/true
    export TURBOJPEG_SOURCE=explicit TURBOJPEG_DYNAMIC=1
    export TURBOJPEG_LIB_DIR="/usr/lib/$multiarch" TURBOJPEG_INCLUDE_DIR=/usr/include
    export OPENSSL_NO_VENDOR=1
    export OPENSSL_LIB_DIR="/usr/lib/$multiarch" OPENSSL_INCLUDE_DIR=/usr/include
    check -Zbuild-std=std,panic_abort
}

mkdir -p "$cache"
export CARGO_TARGET_DIR="$cache/target"
if have_ndk; then check_with_ndk; else check_with_debian; fi

# Counted from what the compiler reported, not from what was meant to be checked: an artifact for
# the target lies below its folder, those for build scripts and macros do not.
count=$(grep '"reason":"compiler-artifact"' "$cache/messages.json" |
    grep -F "path+file://$workspace/" | grep -vF "path+file://$cache/" |
    grep -F "$CARGO_TARGET_DIR/$target/" |
    grep -o '"package_id":"[^"]*"' | sort -u | wc -l)
((count > 0)) || die "the compiler reported no crate of this workspace"
echo "android: type check passed for $count crates of this workspace"
