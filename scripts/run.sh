#!/usr/bin/env bash
# Starts everything on this machine: the server with the sample district, the phone app in a
# window where there is a display, and the same app in a browser. Ctrl-C ends it all.

set -euo pipefail
cd "$(dirname "$0")/.."

server=127.0.0.1:8700
preview=127.0.0.1:8701
logs=var/log
mkdir -p "$logs"

say() { echo "$*" >&2; }

# Named before anything is built, so that nobody waits for a build that cannot be used.
for address in "$server" "$preview"; do
    if (exec 3<>"/dev/tcp/${address/://}") 2>/dev/null; then
        say "run: $address is taken by another program. End that program (for example another"
        say "     'make run'), then try again. Nothing was started or changed."
        exit 1
    fi
done

bash scripts/setup.sh build
bash scripts/ui.sh
say "run: building; the first time takes a few minutes"
cargo build --locked -p xunfang-server -p xunfang-preview -p xunfang-app \
    --features xunfang-app/bundle
programs=${CARGO_TARGET_DIR:-target}/debug

children=()
finish() {
    trap - EXIT INT TERM
    ((${#children[@]})) && kill "${children[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    say "run: everything has ended; what was recorded is under var/"
}
trap finish EXIT
trap 'exit 0' INT TERM

accounts=$("$programs/xunfang-server" sample --data var/server)

"$programs/xunfang-server" serve --data var/server --listen "$server" \
    >"$logs/server.out" 2>"$logs/server.log" &
children+=($!)
# In the middle of the sample district, a few steps from its first points.
export XUNFANG_POSITION=${XUNFANG_POSITION:-33.4800,117.8800,8}
export XUNFANG_SERVER=http://$server
"$programs/xunfang-preview" --data var/preview --listen "$preview" 2>"$logs/preview.log" &
children+=($!)

answers() { (exec 3<>"/dev/tcp/${1/://}") 2>/dev/null; }
for address in "$server" "$preview"; do
    for ((attempt = 0; attempt < 100; attempt++)); do
        answers "$address" && break
        sleep 0.1
    done
    answers "$address" || {
        say "run: $address does not answer; the end of its log:"
        tail -n 5 "$logs"/server.log "$logs"/preview.log >&2
        exit 1
    }
done

window="no display here, so no window; the preview is the same app"
if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
    XUNFANG_DATA=var/phone "$programs/xunfang-app" 2>"$logs/phone.log" &
    children+=($!)
    window="open"
fi

cat <<END

  Xunfang 巡访 is running.

  Console for supervisors   http://$server
  Phone app in a browser    http://$preview
  Phone app in a window     $window

$(sed 's/^/  /' <<<"$accounts")

  Try this:
    1. In the phone app sign in as xunfang01, open the nearest point, photograph, choose, save.
    2. In the console sign in as ducha01: the finding is there. Return it with a reason.
    3. Stop the server (kill ${children[0]}), record another one: it is kept and sent later.
    4. In the phone app begin an inspection and submit it: the console shows every verdict and why.
    5. In the console sign in as guanli01: publish another limit, draw the zone of a point.

  Logs are in $logs. Ctrl-C ends everything.

END

# The server may be stopped to try the app offline, so only the preview's end is the end.
wait "${children[1]}"
