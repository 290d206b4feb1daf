# SPDX-License-Identifier: MIT
# What the tests of --follow share: a broker with a stream, the client, and the
# auditor that compares what it prints with what was sent.
#
#   stream [OPTION...]     a broker with a fast tape; its logs are files
#   follow [ARGUMENT...]   the client, to its end, without snapshots: out, err, $status
#   begin, leave           as it is, in two steps; between them it runs as $pid
#   begin_to FILE ...      begin, with its records going there
#   audit [OPTION...]      of the records in out; leaves audited
#   live_after N FAULT...  all of it: under the faults, its Nth session is good
# shellcheck shell=bash disable=SC2154 # serve and fetch leave what they name

load ../support/common

follow() {
    fetch --follow --snapshot no --events none "$@"
}

stream() {
    serve --tape-rate 30000 --stream-log stream.log --tape-log tape.log "$@"
}

audit() {
    python3 "$ROOT/tests/support/auditor.py" --tape tape.log --stream-log stream.log "$@" out \
        >audited 2>complaints || fail "$(cat complaints)"
}

begin() {
    begin_to out "$@"
}

begin_to() {
    ran="--follow ${*:2}"
    "$QUOTEFETCH" --follow "${@:2}" >"$1" 2>err 3>&- 8>&- &
    pid=$!
    brokers+=("$pid")
}

leave() {
    kill -TERM "$pid" || fail "it has ended: $(cat err)"
    status=0
    wait "$pid" || status=$?
}

# ends WORD: how the last session ended, by the broker's log.
ended() {
    grep '"event":"end"' stream.log | tail -n 1 | grep -q "$1"
}

# registrations SYMBOL: how often the broker was asked for it.
registrations() {
    jq -s "map(select(.event == \"register\" and .tr_key == \"$1\")) | length" stream.log
}

# opened N: the broker saw so many sessions.
opened() {
    expect_same "$(grep -c '"event":"open"' stream.log) sessions" "$1 sessions"
}

# live_after N FAULT...: under the faults it is live again, and its Nth session is.
live_after() {
    local options=() fault

    for fault in "${@:2}"; do options+=(--fault "$fault"); done
    stream "${options[@]}"
    fetch --follow --snapshot no --count 30 --try-timeout 1 --timeout 60 005930 || true
    expect_same "$status: ${*:2}" "0: ${*:2}"
    audit
    opened "$1"
}
