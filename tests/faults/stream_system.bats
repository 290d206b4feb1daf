# SPDX-License-Identifier: MIT
# The stream: what network and system do to it. What is where: stream.bats.
# shellcheck shell=bash disable=SC2154,SC2034 # serve and fetch leave what they name

load ../support/stream
load ../support/faults

eval "faults_$(declare -f setup)" # what faults.bash does comes first

setup() {
    faults_setup
    echo 'rate = 0' >"$CONFIG"
}

# between WHAT: tests/support/rawserver.py before the broker's stream.
between() {
    local port place=${KIS_STREAM_URL#ws://}

    read -r port < <(exec "$PYTHON" "$ROOT/tests/support/rawserver.py" --upstream "${place%%/*}" "$1" 2>wire.err 3>&-)
    brokers+=("$!")
    export KIS_STREAM_URL=${KIS_STREAM_URL/${place%%/*}/127.0.0.1:$port}
}

# behind: from now on the client runs behind what is in client.
behind() {
    printf '#!/bin/sh\nexec %s "$@"\n' "$(printf "'%s' " "${client[@]}" "$QUOTEFETCH")" >behind
    chmod +x behind
    QUOTEFETCH=$PWD/behind
}

# set_clock SECONDS: so far ahead is the client's, which was preloaded with FAULT_AHEAD.
set_clock() {
    echo "$1" >ahead.new
    mv ahead.new ahead
}

# has_event N EVENT: it was told so often among the records.
has_event() {
    [ "$(grep -c "\"event\":\"$2\"" out)" -ge "$1" ]
}

is_over() {
    ! kill -0 "$pid" 2>/dev/null
}

# grown FILE LINES: it has more by now.
grown() {
    [ "$(wc -l <"$1")" -gt "$2" ]
}

# ---- the network -----------------------------------------------------------------

@test "W3: SYNs are dropped: tried again, each time for a while, and none counts as an opening" {
    stream
    between deaf
    fetch --follow --events out --try-timeout 1 --timeout 6 --stats stats 005930
    expect_status 6
    expect_ndjson 'map(select(.event == "reconnecting")) | length >= 2 and all(.reason | test("no answer|in time|timeout"))'
    expect_json '.stream.sessions == 0' stats
    [ ! -s stream.log ]
}

@test "W3: SYNs are dropped: a signal does not wait for the connection" {
    stream
    between deaf
    echo 0 >ahead
    client=(env --default-signal)
    preload faults FAULT_AHEAD="$PWD/ahead"
    behind
    begin --events out --try-timeout 60 005930
    wait_until has_event 1 connecting
    set_clock -100000 # no limit of the connection ends it
    kill -INT "$pid"
    wait_until is_over
    status=0
    wait "$pid" || status=$?
    expect_status 130
    expect_no_text out reconnecting
}

@test "W18: the interface is down for a while: TCP rides it out, and nothing is lost" {
    local sent

    namespace
    stream --heartbeat 200
    behind
    begin --snapshot no --events out 005930
    wait_until grep -q '"kind":"tick"' out
    inside ip link set lo down
    sent=$(wc -l <tape.log)
    wait_until grown tape.log $((sent + 300)) # a second and more
    expect_lines out "$(wc -l <out)"
    inside ip link set lo up
    wait_until grown out $((sent + 600))
    leave
    expect_status 143
    expect_no_text out reconnecting
    opened 1
    grep '"kind":"tick"' out >ticks
    mv ticks out
    audit --complete --answer-ms inf
}

@test "W18: the interface stays down: silence, a question, and a new line once it is up" {
    namespace
    stream --heartbeat 200 --silence 2 # the broker hears nothing, either
    behind
    begin --snapshot no --events out --stale 1 005930
    wait_until grep -q '"kind":"tick"' out
    inside ip link set lo down
    wait_until has_event 1 stale
    wait_until has_event 1 reconnecting
    expect_match out '"event":"reconnecting".*"reason":"silence for'
    inside ip link set lo up
    wait_until has_event 2 connected
    before=$(wc -l <out)
    wait_until grown out $((before + 100))
    leave
    expect_status 143
    grep '"kind":"tick"' out >ticks
    mv ticks out
    audit --answer-ms inf
}

@test "W19: a connection that the way has forgotten: asked, given up, and a new one" {
    [ "$(uname)" = Linux ] || skip 'it takes a socket filter of Linux'
    stream --heartbeat 200 --silence 2
    between "forget=$PWD/forgotten"
    begin --snapshot no --events out --stale 1 005930
    wait_until grep -q '"kind":"tick"' out
    : >forgotten
    wait_until has_event 1 stale
    wait_until has_event 1 reconnecting
    expect_match out '"event":"reconnecting".*"reason":"silence for'
    wait_until has_event 2 connected
    before=$(wc -l <out)
    wait_until grown out $((before + 100))
    leave
    expect_status 143
    expect_text stream.log '"by":"silence"'
    grep '"kind":"tick"' out >ticks
    mv ticks out
    audit --answer-ms inf
}

# ---- the market --------------------------------------------------------------------

answers() {
    grep -c '"event":"answer"' stream.log || true # none yet
}

# answered_twice_since N: of which one at least came after whatever was done then.
answered_twice_since() {
    [ "$(answers)" -ge $(($1 + 2)) ]
}

# go_to SECONDS...: the client's clock is set ahead, each time by less than what
# would be a silence, and between two heartbeats.
go_to() {
    local seconds

    for seconds; do
        before=$(answers)
        set_clock "$seconds"
        wait_until answered_twice_since "$before"
    done
}

@test "W17: heartbeats and no trade: told once after five minutes, and the line is kept" {
    stream --heartbeat 50 --fault tape:closed
    echo 0 >ahead
    preload faults FAULT_AHEAD="$PWD/ahead"
    behind
    begin --snapshot no --events out 005930
    wait_until has_event 1 subscribed
    # shellcheck disable=SC2046 # words
    go_to $(seq 20 20 260)
    expect_no_text out closed-market
    # shellcheck disable=SC2046
    go_to $(seq 280 20 320)
    wait_until has_event 1 closed-market
    # shellcheck disable=SC2046
    go_to $(seq 340 20 700)
    leave
    expect_status 143
    expect_same "$(grep -c closed-market out)" 1
    expect_no_text out reconnecting
    opened 1
}

@test "W17: of a line that is silent itself it is not said that it lives" {
    stream --heartbeat 50 --fault tape:closed --fault mute@ms=300
    echo 0 >ahead
    preload faults FAULT_AHEAD="$PWD/ahead"
    behind
    begin --snapshot no --events out --stale 1 005930
    wait_until has_event 1 subscribed
    wait_until grep -q '"event":"fault"' stream.log
    set_clock 400
    wait_until has_event 1 stale
    leave
    expect_no_text out closed-market
}

# ---- memory, quota -----------------------------------------------------------------

@test "W67: any one of its allocations fails: said, and a clean end; nothing is left over" {
    local count i left

    unsanitized || skip "a sanitizer has its own malloc"
    ! grep -q gcov_do_dump "$QUOTEFETCH" || skip "gcov does not survive a failed malloc"
    stream --approval-interval 0
    unfailing=$QUOTEFETCH
    preload malloc FAULT_MALLOC_FILE="$PWD/count"
    behind
    fetch --follow --count 20 --timeout 60 005930 AAPL
    read -r count left <count
    [ "$count" -gt 50 ] || fail "$count allocations"
    expect_same "$left never freed" '0 never freed'
    for ((i = 1; i <= count; i++)); do
        rm -f "$STATE"/session-* count # the openings of another hour
        client=() QUOTEFETCH=$unfailing
        preload malloc FAULT_MALLOC="$i" FAULT_MALLOC_FILE="$PWD/count"
        behind
        fetch --follow --count 20 --timeout 60 --stats stats 005930 AAPL
        case $status in
        0 | 1) ;;
        2 | 3 | 4 | 5) expect_text err 'out of memory' ;;
        *) fail "allocation $i: status $status" ;;
        esac
        jq -c . out >whole || fail "allocation $i: a record is not whole"
        read -r _ left <count
        expect_same "$i: $left never freed" "$i: 0 never freed"
    done
}

@test "W69: another process uses up the quota while quotes are asked for: the trades come all the same" {
    stream --rate 2
    echo 'rate = 2' >"$CONFIG"
    codes 200 >many
    "$QUOTEFETCH" --batch 1 --timeout 0 --format ndjson -f many >other 2>other.err 3>&- &
    other=$!
    brokers+=("$other")
    wait_until test -s other
    fetch --follow --events none --count 500 --timeout 60 005930 000660 035720
    expect_status 0
    kill -TERM "$other"
    wait "$other" || true
    expect_arrivals '.sliding <= 2 and .statuses == { "200": .calls }'
    opened 1
    audit
}

# refused N CALLS: the broker refused so many of the calls that fit the jq filter.
refused() {
    [ "$(jq -c "select($2) | select(.status != 200)" log 2>/dev/null | wc -l)" -ge "$1" ]
}

# goes_on_without N CALLS: the quotes are asked for, and refused, for a minute, and
# given up then; trades come all the time.
goes_on_without() {
    echo 0 >ahead
    preload faults FAULT_AHEAD="$PWD/ahead"
    behind
    begin 005930 000660
    wait_until refused "$@"
    before=$(wc -l <out)
    wait_until grown out $((before + 500))
    set_clock 70
    wait_until grep -q 'quotefetch: 0 of 2 symbols have a snapshot' err
    before=$(wc -l <out)
    wait_until grown out $((before + 500))
    leave
    expect_status 143
    expect_same "$(jq -r .kind out | sort -u)" tick
    opened 1
    audit
}

@test "W69: another program uses up the account while quotes are asked for: the trades come all the same" {
    stream --fault limit # each quote call is one too many
    goes_on_without 2 "$quote"
}

@test "W69: no token for the quotes: the trades come all the same" {
    stream --fault status=403@path=token
    goes_on_without 1 "$token"
}
