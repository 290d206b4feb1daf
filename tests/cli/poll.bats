# SPDX-License-Identifier: MIT
# --every: quotes again and again, through the batch fetcher, on a grid.
# shellcheck disable=SC2154 # serve and fetch leave what they name

load ../support/common

@test "the first round tells all, later ones what has changed; connections last" {
    serve --market moves --tape-rate 600
    fetch --every 0.1 --count 12 --timeout 60 005930 000660 035720
    expect_status 0
    expect_ndjson 'all(.[]; .kind == "poll" and .price > 0 and (.error | not) and .fetched_at and .provider == "kis")
        and (.[:3] | map(.symbol) | sort == ["000660", "005930", "035720"])
        and (group_by(.symbol) | all(.[]; . as $r | all(range(1; length);
            [$r[.].price, $r[.].volume] != [$r[. - 1].price, $r[. - 1].volume])))'
    expect_json '[inputs | .conn] | unique | length <= 4' log
}

@test "what does not change is told once, counted, and printed with --all" {
    serve
    fetch --every 0.1 --timeout 1.5 --stats stats.json 005930 000660 005930
    expect_status 0
    expect_lines out 2
    expect_json '.polls.rounds >= 2 and .polls.unchanged == .quotes - 2 and .symbols == .quotes
        and .connections <= 4 and .exit_status == 0' stats.json
    fetch --follow --every 0.1 --all --count 7 --timeout 60 --format csv 005930
    expect_status 0
    expect_lines out 8
    expect_same "$(head -n 1 out)" 'symbol,fetched_at,price,change,change_percent,volume,ask,bid,error_type'
    fetch --every 0.1 --all --count 2 --timeout 60 --format table --fields symbol,price -o polls 005930
    expect_lines polls 3
}

@test "what the quota does not carry is refused before any call, with the least SEC" {
    serve
    fetch --every 5 -k 005930
    expect_refused '--every and --keep-order exclude each other'
    fetch --every 5 --cross-check 005930
    expect_refused '--every and --cross-check exclude each other'
    fetch --every 5 --json 005930
    expect_refused 'a stream has no end: write --format ndjson, csv, tsv or table'
    codes 600 >list
    fetch --rate 18 --every 1 -f list
    expect_refused '600 symbols take 20 calls of kis, more than its quota has in 1 s: write --every 1.2'
    fetch --rate 18 --every 1.2 --count 1 --timeout 60 -f list
    expect_status 0
    : >log
    codes 2700 >list
    fetch --rate 18 --every 4.9 -f list
    expect_refused '2700 symbols take 90 calls of kis, more than its quota has in 4.9 s: write --every 5'
    fetch --rate 18 --every 6 --count 1 --timeout 60 -f list
    expect_status 0
    fetch --every 0.05 005930
    expect_status 2
}

@test "all sources are polled, crypto and rates without a key of the broker" {
    serve --env-file env && . ./env
    unset KIS_APP_KEY KIS_APP_SECRET
    fetch --every 0.5 --all --count 4 --timeout 60 KRW-BTC.UPBIT USDKRW.FX
    expect_status 0
    expect_ndjson 'map(.provider) | sort == ["ecb", "ecb", "upbit", "upbit"]'
}

@test "a failure is told when it begins; the next round heals it" {
    serve --fault status=503@nth=3-12
    fetch --every 0.1 --retries 0 --timeout 20 --count 2 005930
    expect_status 0
    expect_ndjson 'map(.error) == [false, true, false]'
    expect_ndjson '.[1].error_type == "Http" and .[1].kind == "poll"'
}

@test "a source that is down does not hold up the others; its failure is told once" {
    serve
    fetch --every 0.2 --all --timeout 60 --count 12 005930 KRW-BTC.UPBIT
    expect_status 1
    expect_ndjson '[.[] | select(.symbol == "005930")] | length == 12 and all(.[]; .error | not)'
    expect_ndjson 'any(.[]; .symbol == "KRW-BTC" and .error_type == "Network")'
}

@test "a round that is late skips to the next point, and says so; none overlaps" {
    serve --latency 400
    fetch --every 0.15 --timeout 2.5 --all --stats stats.json 005930
    expect_status 0
    expect_match err '^quotefetch: a round took [0-9.]+ s: [0-9]+ left out$'
    expect_json '.polls.late >= 1 and .polls.skipped >= 2 * .polls.late' stats.json
    expect_same "$(jq -s 'map(.in_flight) | max' log)" 1
    fetch --every 0.15 --timeout 2 --all --events out 005930
    expect_ndjson 'any(.[]; .event == "late" and .skipped >= 2 and .took_ms >= 400)'
}

@test "the end of the run cuts off its last round: no failure of anybody's" {
    serve
    codes 22 >list
    fetch --rate 18 --batch 1 --every 2 --timeout 3 -f list
    expect_status 0
    expect_same "$(grep -c '"error":true' out)" 0
    expect_ndjson 'length >= 22'
}

@test "signals, a reader that leaves, a full disk and a refused login end it" {
    serve
    for signal in INT TERM; do
        rm -f polls
        env --default-signal=INT "$QUOTEFETCH" --every 0.1 --all -o polls 005930 2>err &
        pid=$!
        wait_until test -s polls
        kill -s $signal "$pid"
        status=0
        wait "$pid" || status=$?
        expect_status "$((128 + $(kill -l $signal)))"
        expect_ndjson 'length >= 1' polls
    done
    set +e
    "$QUOTEFETCH" --every 0.1 005930 2>/dev/null | head -n 1 >/dev/null
    expect_same "${PIPESTATUS[0]}" 141
    set -e
    fetch --every 0.1 --all -o /dev/full 005930
    expect_status 5
    KIS_APP_SECRET=wrong fetch --every 0.1 005930
    expect_status 3
    fetch --every 0.1 --timeout 0.5 --count 1000 005930
    expect_status 6
    fetch --every 0.1 --timeout 1 999999
    expect_status 4
    expect_ndjson 'map(.error_type) == ["NotFound"]'
}

@test "--overflow poll: what the stream does not take is polled beside it" {
    serve --env-file env --market moves --tape-rate 600 && . ./env
    seq -f '1%05g' 1 45 >list
    fetch --follow --overflow poll --every 0.5 --timeout 6 --snapshot no -f list KRW-BTC.UPBIT
    expect_status 0
    # The first 41 of the list, in its order, are the stream's; the coin has none.
    expect_ndjson '(map(select(.kind == "poll").symbol) | unique)
        == ["100042", "100043", "100044", "100045", "KRW-BTC"]
        and (map(select(.kind == "tick").symbol) | unique | length == 41)
        and all(.[]; .error | not)'
    fetch --follow -f list
    expect_status 2
    expect_text err "45 symbols, one session follows 41: name fewer, add '--overflow poll', or '--every 5' for all of them"
    fetch --overflow poll 005930
    expect_status 2
    expect_text err '--overflow poll goes with --follow'
}

@test "--overflow poll: what the broker refuses for its limit is polled, too" {
    serve --fault limit:1 --market moves --tape-rate 600
    fetch --follow --overflow poll --every 0.5 --timeout 4 --snapshot no 005930 000660 035720
    expect_status 0
    expect_ndjson '(map(select(.kind == "tick").symbol) | unique) == ["005930"]
        and (map(select(.kind == "poll").symbol) | unique | length) >= 1'
}
