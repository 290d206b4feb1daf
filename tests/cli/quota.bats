# SPDX-License-Identifier: MIT
# The broker's quota, by the broker's own log: calls in any second, calls in
# flight, connections, and how many symbols a call is spent on.

load ../support/common

@test "18 a second by default: never more in any second, on three connections, with one token" {
    for window in sliding fixed; do
        serve --rate 18 --window "$window" --latency 10 --jitter 40
        rm -f "$CONFIG"
        codes 24 >list
        fetch --batch 1 --stats stats -f list
        expect_status 0
        expect_arrivals '.calls == 25 and .tokens == 1 and .statuses == { "200": 25 }'
        expect_arrivals '.sliding <= 18 and .fixed <= 18 and .in_flight <= 3'
        expect_arrivals '.quote_connections <= 3 and .connections <= 4'
        expect_json '.refusals == 0 and .quota_wait_ms > 0' stats
    done
}

@test "--rate N: never more than N in any second" {
    serve --rate 5
    codes 8 >list
    fetch --rate 5 --batch 1 -f list
    expect_status 0
    expect_arrivals '.calls == 9 and .sliding <= 5 and .fixed <= 5 and .statuses == { "200": 9 }'
}

@test "what is tried again takes its place in the quota like any call" {
    serve --rate 8 --fault status=503@every=2
    codes 6 >list
    fetch --rate 8 --batch 1 --retries 10 -f list
    expect_status 0
    expect_arrivals '.calls > 9 and .sliding <= 8 and (.statuses | has("500") | not)'
}

@test "paper: one call a second, one symbol a call" {
    serve --env paper --rate 1
    rm "$CONFIG"
    fetch --env paper 005930 000660
    expect_status 0
    expect_arrivals '.calls == 3 and .sliding == 1 and .fixed == 1 and .statuses == { "200": 3 }'
    expect_same "$(quote_calls .tr_id | sort -u)" '"FHKST01010100"'
}

@test "the next run knows of the calls of the last" {
    serve --rate 6
    codes 3 >list
    for _ in 1 2; do
        fetch --rate 6 --batch 1 -f list
        expect_status 0
    done
    expect_arrivals '.calls == 7 and .sliding <= 6 and .statuses == { "200": 7 }'
}

@test "--no-share: a quota of its own, kept nowhere" {
    serve
    fetch --no-share --rate 18 005930
    expect_status 0
    expect_same "$(find "$STATE" -name 'quota*')" ''
    fetch --no-share --rate 18 --quota
    expect_text out 'shared: no'
    expect_text out 'calls in the last minute: 0'
    fetch --rate 18 005930
    expect_same "$(find "$STATE" -name 'quota*' | wc -l)" 1
}

@test "--rate 0: no limit" {
    serve
    codes 60 >list
    fetch --rate 0 --batch 1 --stats stats -f list
    expect_arrivals '.sliding == 61'
    expect_json '.quota_wait_ms == 0' stats
}

@test "in flight: as many as there are workers, three by default" {
    serve --latency 60
    codes 12 >list
    fetch --batch 1 -f list
    expect_arrivals '.in_flight == 3 and .quote_connections == 3'
    serve --latency 60
    fetch --batch 1 --workers 6 --stats stats -f list
    expect_arrivals '.in_flight == 6 and .quote_connections == 6'
    expect_json '.workers == 6' stats
    serve
    fetch --batch 1 --workers 1 -f list
    expect_arrivals '.in_flight == 1 and .connections <= 2'
}

@test "--concurrency N: no more in flight, however many workers" {
    serve --latency 40
    codes 12 >list
    fetch --batch 1 --workers 8 --concurrency 2 -f list
    expect_status 0
    expect_arrivals '.in_flight == 2'
    serve --latency 40
    printf 'rate = 0\nworkers = 8\nconcurrency = 1\n' >"$CONFIG"
    fetch --batch 1 -f list
    expect_arrivals '.in_flight == 1'
}

@test "--workers auto: as many as the latency asks for" {
    serve --rate 100 --latency 150
    codes 60 >list
    fetch --batch 1 --workers auto --rate 100 --stats stats -f list
    expect_status 0
    expect_json '.workers > 3 and .workers <= 64' stats
    expect_arrivals '.in_flight > 3 and .sliding <= 100'
}

@test "one worker and many give the same records" {
    serve --jitter 10 --rows shuffled
    codes 100 >list
    for workers in 1 2 16 64; do
        fetch -k --workers "$workers" --batch 7 --format csv \
            --fields symbol,name,price,change,volume,error_type -f list AAPL 999999 NYS:KO
        expect_status 1
        [ ! -e first ] || cmp first out
        cp out first
    done
}

# shares: how many symbols each multi call asked for, largest first.
shares() {
    quote_calls 'select(.tr_id == "FHKST11300006") | .symbols | length' | sort -nr | xargs
}

@test "batches are balanced: 31 go as 16 and 15, side by side" {
    for list in '1:1' '2:2' '30:30' '31:16 15' '60:30 30' '61:21 20 20' '91:23 23 23 22'; do
        serve --latency 5
        codes "${list%%:*}" >list
        fetch -q -f list
        expect_status 0
        expect_same "$(shares)" "${list#*:}"
    done
    serve --latency 150
    codes 31 >list
    fetch -f list
    expect_arrivals '.in_flight == 2'
}

@test "--batch N: at most N symbols a call, balanced as well" {
    serve
    codes 10 >list
    fetch --batch 4 -f list
    expect_same "$(shares)" '4 3 3'
    serve
    fetch --batch 1 -f list
    expect_arrivals '.quotes == 10 and .symbols == 10'
}

@test "2,700 Korean symbols on stdin: 90 calls of 30" {
    serve
    codes 2700 >list
    fetch --format ndjson -q <list
    expect_status 0
    expect_lines out 2700
    expect_ndjson 'map(select(.error | not) | .symbol) | unique | length == 2700'
    expect_arrivals '.quotes == 90 and .symbols == 2700'
}

@test "a mixed list of 200 Korean and US symbols" {
    serve
    codes 100 >list
    for a in A B C D E F G H I J; do for b in A B C D E F G H I J; do echo "XQ$a$b"; done; done >>list
    fetch --format ndjson -q -f list
    expect_lines out 200
    expect_ndjson 'map(.symbol) | unique | length == 200'
    expect_ndjson 'map(select(.error)) | length == 0'
}
