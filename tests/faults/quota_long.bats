# What takes longer than a check may: kills and stops by the hundred, and workers
# that follow a long round trip.

load ../support/quota

# hunted I: clients for list.I, one after the other, killed at random and started
# anew until every symbol of it has a quote in out.I. kills.I counts.
hunted() {
    local left pid

    : >"out.$1"
    : >"kills.$1"
    RANDOM=$1
    while left=$(jq -Rr 'fromjson? | .symbol' "out.$1" | sort | comm -13 - "list.$1"); [ -n "$left" ]; do
        # A line that a kill has cut is no record: what follows begins another.
        [ -z "$(tail -c 1 "out.$1")" ] || echo >>"out.$1"
        "$QUOTEFETCH" --format ndjson --batch 1 -q --timeout 60 -f - >>"out.$1" 2>>"err.$1" 3>&- <<<"$left" &
        pid=$!
        sleep "$((RANDOM % 4)).$((RANDOM % 10))"
        ! kill -KILL "$pid" 2>/dev/null || echo >>"kills.$1"
        wait "$pid" || true
    done
}

@test "a hundred clients are killed: never over, all answered, and the quota comes back" {
    local i from

    limited --latency 15 --jitter 60
    hands 6 90
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
        expect_same "$(jq -Rr 'fromjson? | .symbol' "out.$i" | sort -u | wc -l)" 90
    done
    : >log
    fetch --format ndjson --batch 1 -f list.6
    expect_status 0
    expect_least "$(pace 3)" 15
}
