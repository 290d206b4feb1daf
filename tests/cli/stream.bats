# SPDX-License-Identifier: MIT
# --follow: trades as they come, against the sandbox's stream; what it prints is
# checked by an auditor with a reading of its own.
# shellcheck disable=SC2154 # serve, fetch and audit leave what they name

load ../support/stream

@test "trades of all symbols, as many as --count says, then a close frame" {
    stream
    follow --count 200 --timeout 60 005930 000660 AAPL.NAS
    expect_same "$status" 0
    expect_same "$(grep -c '"kind":"tick"' out)" 200
    expect_same "$(jq -r .symbol out | sort -u | tr '\n' ' ')" '000660 005930 AAPL '
    audit
    wait_until ended '"close_code":1000'
}

@test "every number that the broker tells stands in the record, and with --detail the rest" {
    local short='.price, .change, .change_percent, .size, .volume, .turnover, .ask, .bid, .ask_size,
        .bid_size, .open, .high, .low, .previous_close'
    local long='.vwap, .strength, .total_ask_size, .total_bid_size'

    stream
    follow --count 20 --timeout 60 005930
    expect_ndjson "length == 20 and all(.[]; ([$short] | all(type == \"number\")) and ([$long] | all(. == null)))"
    follow --count 20 --timeout 60 --detail 005930
    expect_ndjson "length == 20 and all(.[]; [$short, $long] | all(type == \"number\"))"
    follow --count 20 --timeout 60 --fields price,gap,previous_close 005930
    expect_ndjson 'length == 20 and all(.[]; keys_unsorted == ["price", "gap", "previous_close"] and
        (map(type == "number") | all))'
}

@test "a number of any length is printed digit for digit" {
    local price

    for price in 123456789012345 1234567890123456 12345678901234567 1234567890123456.75 \
        1234567890123456789012345678901234567890123456; do
        stream --fault "value:$price"
        follow --count 3 --timeout 60 005930
        expect_same "$(grep -c "\"price\":$price," out) of $price" "3 of $price"
    done
}

@test "a hole is told whatever is shown: what it is found by is read and checked" {
    stream --market closed --tape-clump 1 --fault burst:9@registered=1 --fault field:20:x5@nth=5 --fault skip:3@nth=6
    follow --count 5 --timeout 60 --stats stats --fields symbol,price,gap,gap_volume AAPL.NAS
    expect_json '.stream | .bad_records == 1 and .gaps == 1' stats
    expect_ndjson 'map(.gap_volume) | any(. > 0)'
}

@test "registrations go by the answers, one at a time" {
    stream
    begin 005930 000660 035720 005380 051910 035420
    wait_until grep -q '6 of 6 symbols followed' err
    leave
    expect_same "$status" 143
    wait_until ended '"unanswered_most":1,'
}

@test "S3: 41 symbols, each answered after 20 ms, are all followed" {
    stream --market closed --ack-delay 20 # 20,000 trades a second would be another test
    mapfile -t codes < <(printf '%06d\n' $(seq 100 10 500))
    begin "${codes[@]}"
    wait_until grep -q '41 of 41 symbols followed' err
    leave
    expect_same "$status" 143
    wait_until ended '"unanswered_most":1,'
}

@test "W10, W9: cut into single bytes, and a frame with the answer" {
    stream --fault cut:1 --fault hs:early
    follow --count 60 --timeout 60 005930 000660
    expect_same "$status" 0
    audit
}

@test "W12: cut in mid-frame, it opens again and the gap is counted" {
    stream --fault rst:20@session=1
    follow --count 60 --timeout 60 005930
    expect_same "$status" 0
    audit
    expect_same "$(grep -c '"event":"open"' stream.log)" 2
}

@test "W50: trades that are left out are told to the last one" {
    stream --fault skip:3@every=10
    follow --count 100 --timeout 60 005930
    expect_same "$status" 0
    audit
    [ "$(jq -s 'map(.gap) | add' out)" -ge 24 ]
}

@test "W30: a text that is no UTF-8 costs its trades, not the line" {
    stream --fault utf8@nth=2
    follow --count 50 --timeout 60 005930
    expect_same "$status" 0
    expect_same "$(grep -c '"event":"open"' stream.log)" 1
    [ "$(jq -s 'map(.gap) | add' out)" -ge 1 ]
}

@test "S6, W46, W47: what cannot be read is told once of its kind, and counted" {
    stream --fault width:45@every=5 --fault value:NaN@every=3
    fetch --follow --snapshot no --count 60 --timeout 60 --stats stats 005930
    expect_same "$status" 0
    expect_same "$(grep -c 'cannot be read: a frame: records of 45 fields' err)" 1
    expect_same "$(grep -c 'cannot be read: a trade: field 2: not a number' err)" 1
    expect_json '.stream | .bad_frames > 1 and .bad_records > 1' stats
}

@test "W35: a session that takes one symbol is asked for no third" {
    stream --fault limit:1
    follow --count 300 --timeout 60 005930 000660 035720
    expect_same "$status" 1
    expect_same "$(jq -r 'select(.kind == "refused") | .error_type' out | sort -u)" Limit
    expect_same "$(grep -c '"event":"register"' stream.log)" 2
}

@test "W38: a refusal is final; nobody to follow is exit 4" {
    stream --fault ack:OPSP8993
    follow 005930
    expect_same "$status" 4
    expect_same "$(jq -r .msg_cd out)" OPSP8993
}

@test "who turns out to be no symbol is not followed: exit 4, whatever else was asked for" {
    stream
    fetch --follow --count 5 --timeout 60 999999
    expect_same "$status" 4
    expect_same "$(jq -r .error_type out)" NotFound
    ! grep 'go on without' err || fail "$(cat err)"
}

@test "W37: an approval key that stays refused is exit 3" {
    stream --fault approval:dead
    follow 005930
    expect_same "$status" 3
}

@test "W37, W6: a key just issued is refused once: it is tried once more" {
    local fault

    for fault in approval:dead@times=1 hs:401@session=1; do
        stream --fault "$fault"
        follow --count 1 --timeout 60 005930
        expect_same "$fault: $status" "$fault: 0"
        expect_same "$(grep -c '"event":"open"' stream.log)" 2
        expect_arrivals '.calls == 1'
    done
}

@test "W37: a key that opened a session and is dead at the next one is replaced, in its minute" {
    stream --fault life:1@session=1 --fault approval:dead@session=2
    begin --snapshot no 005930
    wait_until grep -q 'waiting [0-9]* s: the broker issues one approval key a minute' err
    leave
    expect_same "$status" 143
}

@test "W39: another session has the place: waited out, exit 4 at the timeout" {
    stream --fault busy
    fetch --follow --timeout 1 005930
    expect_same "$status" 4
    grep -q 'another session of this app key is open' err
    stream --fault busy:late
    follow --count 100 --timeout 2 005930
    expect_same "$status" 4
}

@test "W55: a burst of 20,000 trades: none is lost, and none waits for what comes next" {
    stream --market closed --heartbeat 0 --tape-clump 1 --fault burst:20000@registered=3
    follow --count 20000 --timeout 200 005930 000660 035720
    expect_same "$status" 0
    audit --whole
    expect_ndjson 'length == 20000 and (map(.merged + .gap) | add) == 0'
}

@test "W59: one session a key: a second process is told who follows" {
    stream
    "$QUOTEFETCH" --follow --events none 005930 >first 2>first.err &
    pid=$!
    for _ in $(seq 600); do [ -s first ] && break; sleep 0.1; done
    follow --timeout 60 005930
    kill "$pid"
    wait "$pid" || first_status=$?
    expect_same "$status" 4
    grep -q "another quotefetch (pid $pid) follows with this app key" err
    expect_same "$first_status" 143
    tail -n 1 first | jq -e .seq
    wait_until ended '"close_code":1000'
}

@test "W63: a reader that leaves is exit 141, also when nothing is traded" {
    stream
    set +e
    "$QUOTEFETCH" --follow 005930 2>/dev/null | head -n 1 >/dev/null
    expect_same "${PIPESTATUS[0]}" 141
}

@test "what a stream cannot do is said before any call" {
    stream
    fetch --follow --json 005930
    expect_same "$status" 2
    grep -q 'ndjson' err
    fetch --follow --raw 005930
    expect_same "$status" 2
    fetch --follow --until 25:00 005930
    expect_same "$status" 2
    fetch --follow --stream-url ws://example.com/ 005930
    expect_same "$status" 2
    grep -q 'in clear' err
    mapfile -t codes < <(printf '%06d\n' $(seq 100 10 510))
    fetch --follow "${codes[@]}"
    expect_same "$status" 2
    grep -q 'one session follows 41' err
}

@test "events as records, among the trades" {
    stream --fault rst:10@session=1
    fetch --follow --events out --count 30 --timeout 60 005930
    expect_same "$status" 0
    # A snapshot that comes too late is neither waited for nor told.
    expect_same "$(jq -r 'select(.kind == "event") | .event' out | sort -u | grep -v snapshot | xargs)" \
        'connected connecting gap reconnecting subscribed'
    expect_same "$(jq -r 'select(.event == "snapshot") | .event' out | sort -u)" \
        "$(jq -r 'select(.kind == "snapshot") | .kind' out | sort -u)"
}
