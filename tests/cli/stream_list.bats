# SPDX-License-Identifier: MIT
# --follow beside the trades: snapshots by the batch fetcher, US symbols whose
# exchange it finds, and the list that changes while it runs.
# shellcheck disable=SC2154 # serve and fetch leave what they name

load ../support/stream

# kinds FILTER: "kind symbol" of the records that the jq FILTER takes, in order.
kinds() {
    jq -r "select($1) | \"\(.kind) \(.symbol)\"" out
}

@test "a snapshot first, joined with the trades: none missing, none twice" {
    stream --tape-rate 600
    fetch --follow --count 25 --timeout 60 005930 000660 AAPL.NAS
    expect_status 0
    expect_same "$(kinds '.kind == "snapshot"' | sort | tr '\n' ' ')" \
        'snapshot 000660 snapshot 005930 snapshot AAPL '
    expect_same "$(kinds '.symbol == "005930"' | head -n 1)" 'snapshot 005930'
    expect_ndjson 'map(select(.kind == "snapshot")) | all(.[]; .price > 0 and .volume > 0 and
        .fetched_at and .provider == "kis" and .error == false)'
    audit --complete
    expect_same "$(quote_calls .tr_id | wc -l)" 2
    fetch --follow --snapshot no --count 5 --timeout 60 005930
    expect_same "$(jq -r .kind out | sort -u)" tick
    expect_same "$(quote_calls .tr_id | wc -l)" 2
}

have_two_each() { [ "$(kinds '.kind == "snapshot"' 2>/dev/null | sort | uniq -c | grep -c ' 2 ')" -eq 2 ]; }

@test "after a line that was cut: a snapshot again, and the gap to the last trade" {
    stream --tape-rate 1200 --fault rst:10@session=1
    begin 005930 000660
    wait_until have_two_each
    leave
    expect_status 143
    audit
}

@test "W33: trades before their ack are followed as any, snapshot first" {
    stream --fault ack:after-data:2000 --tape-rate 600
    fetch --follow --count 8 --timeout 60 005930
    expect_status 0
    expect_same "$(jq -r .kind out | head -n 1)" snapshot
    audit
    follow --count 1 --timeout 60 005930
    expect_status 0
}

@test "W68: no quote to be had: the trades come all the same" {
    stream --fault status=403
    fetch --follow --count 30 --timeout 60 005930
    expect_status 0
    expect_same "$(jq -r .kind out | sort -u)" tick
    audit
}

@test "a US symbol's exchange is found and remembered; who is unknown is told, the rest goes on" {
    stream
    begin 005930 AAPL KO ZZZZZZ 999999
    wait_until grep -q '"kind":"tick","symbol":"KO"' out
    wait_until grep -q 'ZZZZZZ is not followed' err
    wait_until grep -q '999999 is not followed' err
    leave
    expect_status 143
    expect_same "$(jq -r 'select(.kind == "refused") | "\(.symbol) \(.error_type) \(.error)"' out | sort | tr '\n' ' ')" \
        '999999 NotFound true ZZZZZZ NotFound true '
    expect_same "$(jq -r 'select(.kind == "tick") | "\(.symbol) \(.exchange)"' out | sort -u | tr '\n' ' ')" \
        '005930 KRX AAPL NAS KO NYS '
    expect_same "$(registrations DNYSKO) $(registrations DNASKO) $(registrations DNASAAPL)" '1 0 1'
    : >log
    fetch --follow --snapshot no --count 3 --timeout 60 KO
    expect_status 0
    expect_same "$(quote_calls .tr_id | wc -l)" 0
    fetch --follow --timeout 60 ZZZZZZ
    expect_status 4
    rm "$STATE"/exchanges
    begin --snapshot no AAPL AAPL.NAS
    wait_until [ -s "$STATE"/exchanges ]
    wait_until [ -s out ]
    leave
    expect_same "$(registrations DNASAAPL)" 2
}

@test "the list of the README, as it stands" {
    stream --tape-rate 600
    begin -f "$ROOT/symbols.example.txt"
    wait_until grep -q '24 of 24 symbols followed' err
    wait_until grep -q '"kind":"snapshot"' out
    leave
    audit
}

@test "W62: SIGHUP reads the list again: what went is taken off first; a bad one changes nothing" {
    stream --registrations 2
    printf '%s\n' 005930 000660 >list
    echo 005930 | "$QUOTEFETCH" --follow --snapshot no -f - -f list >out 2>err 3>&- &
    pid=$!
    brokers+=("$pid")
    wait_until grep -q '2 of 2 symbols followed' err
    printf '%s\n' 005930 BAD.XX >list
    kill -HUP "$pid"
    wait_until grep -q "list' *: *line 2: unknown market 'XX'" err
    grep -q 'the list stays as it was' err
    rm list
    kill -HUP "$pid"
    wait_until grep -q 'the list stays as it was: cannot read' err
    printf '%s\n' 035720 >list
    kill -HUP "$pid"
    wait_until grep -q 'the list was read again: 1 came, 1 went' err
    wait_until grep -q '"symbol":"035720"' out
    kill -0 "$pid"
    leave
    expect_status 143
    expect_same "$(jq -r 'select(.event == "register" or .event == "unregister") | "\(.event) \(.tr_key)"' stream.log | tr '\n' ' ')" \
        'register 005930 register 000660 unregister 000660 register 035720 '
    expect_same "$(jq -r 'select(.event == "open")' stream.log | jq -s length)" 1
    audit --registrations 2
}
