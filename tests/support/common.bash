# SPDX-License-Identifier: MIT
# What the command line tests share. Every test runs in a directory of its own,
# with a HOME and a state of its own, and with stdin at its end:
#
#   serve [OPTION...]         starts a broker; its arrival log is the file log
#   fetch [ARGUMENT...]       runs quotefetch; leaves out, err and $status
#   expect_...                holds, or says what was seen instead
#
# Neither side limits calls unless a test says so: most are not about the quota.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
QUOTEFETCH=${QUOTEFETCH:-$ROOT/build/quotefetch}
SANDBOX=${SANDBOX:-$ROOT/build/quotefetch-sandbox}
PATH=$ROOT/tests/support:${QUOTEFETCH%/*}:$PATH

# Credentials of the broker that serve starts; neither is in the other.
KEY=PSdummyKeyOfTheTestsOnly0123456789ab
SECRET=dummySecretOfTheTestsOnly+/=$(printf '%0150d' 7)

setup() {
    local name

    for name in $(compgen -e); do
        case $name in
        KIS_* | ALPACA_* | APCA_* | UPBIT_* | ECB_* | QUOTEFETCH_* | XDG_* | CREDENTIALS_DIRECTORY | NO_COLOR | COLUMNS | LINES | \
            *_proxy | *_PROXY | SSL_CERT_* | SSLKEYLOGFILE) unset "$name" ;;
        esac
    done
    export HOME=$BATS_TEST_TMPDIR/home LC_ALL=C.UTF-8 TERM=dumb
    # Nobody is there: a test never asks the real ones.
    export KIS_BASE_URL=http://127.0.0.1:1 ALPACA_BASE_URL=http://127.0.0.1:1 \
        UPBIT_BASE_URL=http://127.0.0.1:1 ECB_BASE_URL=http://127.0.0.1:1
    mkdir -p "$HOME/.config/quotefetch"
    CONFIG=$HOME/.config/quotefetch/config
    # shellcheck disable=SC2034 # the tests use it
    STATE=$HOME/.local/state/quotefetch
    echo 'rate = 0' >"$CONFIG"
    cd "$BATS_TEST_TMPDIR" || return
    brokers=()
    ran=
    exec </dev/null
}

teardown() {
    local pid

    for pid in "${brokers[@]}"; do
        kill "$pid" 2>/dev/null || continue
        wait "$pid" || true
    done
    # What a test that failed left running would hold its suite for ever.
    for pid in $(jobs -p); do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

# ---- doing ------------------------------------------------------------------

# serve [OPTION...]: a sandbox until the test ends; the environment names it.
serve() {
    { read -r KIS_BASE_URL && read -r KIS_STREAM_URL; } < <(exec "$SANDBOX" --rate 0 --lifetime 120 --log log \
        --app-key "$KEY" --app-secret "$SECRET" "$@" 2>broker.err 3>&-) ||
        fail "no broker: $(cat broker.err)" || return
    brokers+=("$!")
    export KIS_BASE_URL KIS_STREAM_URL KIS_APP_KEY=$KEY KIS_APP_SECRET=$SECRET
}

# fetch [ARGUMENT...]
fetch() {
    ran=$*
    status=0
    "$QUOTEFETCH" "$@" >out 2>err || status=$?
}

# codes N: N Korean symbols that the broker knows, one a line.
codes() {
    seq -f '1%05g' 1 "$1"
}

# quote_calls FILTER: what the jq FILTER makes of each quote call in the log.
quote_calls() {
    jq -c "select(.tr_id) | $1" log
}

# wait_until COMMAND...: until it succeeds, for ten seconds.
wait_until() {
    local tries

    for ((tries = 0; tries < 1000; tries++)); do
        ! "$@" || return 0
        sleep 0.01
    done
    fail "in vain: $*"
}

# ---- expecting --------------------------------------------------------------
# Steps are joined by &&: in a condition, errexit would not end a function.

# fail LINE...: says it, and what the last fetch was and wrote.
fail() {
    local file

    printf '%s\n' "$@" "after: quotefetch $ran"
    for file in out err; do
        [ ! -s "$file" ] || head -n 12 "$file" | cut -c 1-200 | sed "s/^/$file: /"
    done
    return 1
}

expect_status() {
    [ "$status" = "$1" ] || fail "exit status $status, not $1"
}

# expect_same SEEN WANTED
expect_same() {
    [ "$1" = "$2" ] || fail "seen:   $1" "wanted: $2"
}

# expect_json FILTER [FILE]: the jq FILTER is true of a document, out.
expect_json() {
    jq -e "$1" "${2:-out}" >verdict 2>&1 || fail "not true: $1" "$(head -c 1000 "${2:-out}")"
}

# expect_ndjson FILTER [FILE]: of an array of all documents in it.
expect_ndjson() {
    jq -es "$1" "${2:-out}" >verdict 2>&1 || fail "not true: $1" "$(head -c 1000 verdict)"
}

# expect_text FILE TEXT: the text stands in it. expect_no_text: it does not.
expect_text() {
    grep -qF -e "$2" "$1" || fail "not in $1: $2" "$(head -n 20 "$1" | cut -c 1-200)"
}

expect_no_text() {
    ! grep -qF -e "$2" "$1" || fail "in $1: $2"
}

# expect_match FILE REGEX: a line matches it.
expect_match() {
    grep -qE -e "$2" "$1" || fail "no line of $1 matches: $2" "$(head -n 20 "$1" | cut -c 1-200)"
}

# expect_lines FILE N
expect_lines() {
    expect_same "$(wc -l <"$1") lines in $1" "$2 lines in $1"
}

# expect_arrivals FILTER: of what arrivals makes of the log.
expect_arrivals() {
    arrivals log >arrived && expect_json "$1" arrived
}

expect_no_calls() {
    [ ! -s log ] || fail 'calls were made:' "$(head -n 3 log)"
}

# expect_refused MESSAGE: one line, status 2, no output and no call.
expect_refused() {
    expect_status 2 &&
        expect_same "$(cat err)" "quotefetch: $1" &&
        expect_lines out 0 &&
        expect_no_calls
}
