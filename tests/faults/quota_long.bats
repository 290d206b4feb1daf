# SPDX-License-Identifier: MIT
# What takes longer than a check may: kills and stops by the hundred, and workers
# that follow a long round trip.

load ../support/quota

# answered I: the symbols that have a record in out.I. A line that a kill has cut
# is none.
answered() {
    jq -Rr 'fromjson? | .symbol' "out.$1" | sort -u
}

# hunted I: clients for list.I, one after the other, killed at random and started
# anew until all of it is answered. kills.I counts.
hunted() {
    local left pid

    : >"out.$1"
    : >"kills.$1"
    RANDOM=$1
    while left=$(answered "$1" | comm -13 - "list.$1"); [ -n "$left" ]; do
        [ -z "$(tail -c 1 "out.$1")" ] || echo >>"out.$1"
        "$QUOTEFETCH" --format ndjson --batch 1 -q --timeout 60 -f - <<<"$left" >>"out.$1" 2>>"err.$1" &
        pid=$!
        sleep "$((RANDOM % 2)).$((RANDOM % 10))"
        ! kill -KILL "$pid" || echo >>"kills.$1"
        wait "$pid" || true
    done
}

@test "a hundred clients are killed: never over, all answered, and the quota comes back" {
    local i

    limited --latency 15 --jitter 60
    hands 6 60
    warm
    for i in 1 2 3 4 5; do
        hunted "$i" 2>/dev/null 3>&- &
        pids[i]=$!
    done
    landed 1 2 3 4 5
    expect_least "$(cat kills.* | wc -l)" 100
    expect_quota
    expect_arrivals '.statuses["500"] == null'
    for i in 1 2 3 4 5; do
        expect_same "$(answered "$i")" "$(cat "list.$i")"
    done
    # Whatever the killed ones held comes back: a client alone has it all.
    : >log
    fetch --format ndjson --batch 1 -f list.5 -f list.6
    expect_status 0
    expect_least "$(pace 4)" 15
    expect_same "$(find "$STATE" -name 'quota-*' | wc -l)" 1
}

@test "clients that are stopped and go on, also with the lock: never over, nobody refused" {
    local end=$((SECONDS + 25)) i

    limited --latency 15 --jitter 60
    hands 5 60
    warm
    for i in 1 2 3 4 5; do
        launch "$i" -f "list.$i" --batch 1 --timeout 100 --try-timeout 20
    done
    while [ $SECONDS -lt $end ]; do
        i=$((RANDOM % 5 + 1))
        kill -STOP "${pids[i]}" 2>/dev/null || true
        sleep "$((RANDOM % 3 / 2)).$((RANDOM % 10))"
        kill -CONT "${pids[i]}" 2>/dev/null || true
    done
    landed 1 2 3 4 5
    expect_status 0
    expect_quota
    expect_arrivals '.quotes == 300 and .statuses == { "200": 300 }'
    expect_warnings 1 err.1 err.2 err.3 err.4 err.5
}

@test "half a second of round trip: --workers auto reaches what the rule allows, three workers half" {
    # A place is kept for the round trip and a second: N / (1 + RTT) = 12 a second.
    limited --latency 500
    hands 2 150
    fetch --format ndjson --batch 1 --workers auto --timeout 60 --stats stats -f list.1
    expect_status 0
    expect_quota
    expect_least "$(pace 4)" 10.8
    expect_json '.refusals == 0 and .workers >= 6 and .workers <= 12' stats
    sleep 2
    : >log
    head -n 60 list.2 >list
    fetch --format ndjson --batch 1 --timeout 60 -f list
    expect_most "$(pace 2)" 6.2
}
