# SPDX-License-Identifier: MIT
# The stream: what the broker says, and its trades. What is where: stream.bats.
# shellcheck shell=bash disable=SC2154 # serve and fetch leave what they name

load ../support/stream

# ---- what the broker says ----------------------------------------------------------

@test "W32, W33: answers that come late, twice, for others, or after the trades" {
    local fault

    for fault in ack:late:200 ack:dup ack:alien ack:after-data:100; do
        stream --fault "$fault"
        begin --snapshot no 005930 000660
        wait_until grep -q '2 of 2 symbols followed' err
        wait_until grep -q '"symbol":"000660"' out
        leave
        expect_same "$fault: $status, $(registrations 005930)" "$fault: 143, 1"
        audit
    done
}

@test "W34: what is registered already is not asked for again" {
    stream --fault ack:OPSP0002
    follow --count 20 --timeout 60 005930
    expect_same "$status, $(registrations 005930)" '0, 1'
}

@test "W36: the broker's own trouble is waited out twice, and then no more" {
    stream --fault ack:OPSP0007@times=2
    follow --count 20 --timeout 60 005930
    expect_same "$status, $(registrations 005930)" '0, 3'
    stream --fault ack:OPSP0009
    follow --timeout 60 005930
    expect_same "$status, $(registrations 005930)" '4, 3'
}

@test "W38: codes that nobody knows, and an answer without a body" {
    local code

    for code in OPSP8991 OPSP8997 OPSP9990 OPSP7777; do
        stream --fault "ack:$code"
        follow --timeout 60 005930
        expect_same "$code: $status, $(registrations 005930)" "$code: 4, 1"
    done
    live_after 1 ack:nobody@times=1
}

@test "W40: heartbeats come back byte for byte, whatever is in them" {
    stream --heartbeat 50 --fault beat:escaped@nth=1-3 --fault beat:fields@nth=4-6 --fault beat:big@nth=7-9
    begin --snapshot no 005930
    wait_until eval '[ "$(grep -c "\"event\":\"answer\"" stream.log)" -ge 12 ]'
    leave
    expect_no_text stream.log '"exact":"no"'
    audit --answer-ms 5000
}

@test "W42: control messages that are none are skipped" {
    live_after 1 json:garbage json:big json:deep json:nul text:hello
}

@test "W43: what a refusal says is fit for a terminal, and keeps the key" {
    stream --fault ack:control
    fetch --follow 005930
    expect_same "$status" 4
    ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' out err || fail 'control characters'
    ! grep -qE '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}' out err || fail 'the approval key'
}

# ---- trades ------------------------------------------------------------------------

@test "W44, W46, W54: frames that cannot be are refused whole" {
    local fault

    for fault in count:000 count:003 count:abc count:-01 count:999 width:45 width:0 odd:encrypted odd:type odd:tr \
        odd:bars odd:short odd:empty; do
        live_after 1 "$fault@every=5"
    done
}

@test "W45: records of 46, 47, 48 and 63 fields" {
    local width

    for width in 46 47 48 63; do live_after 1 "width:$width"; done
}

@test "W47: a price that is none costs its record, not its neighbours" {
    local price

    for price in '' 0 -5 1e5 ' 70100x' NaN "$(printf '%0400d' 7)" '７０１００'; do
        live_after 1 "value:$price@every=5"
    done
}

@test "W48: a time or a date that is none is null, and the record stands" {
    stream --fault field:1:246060 --fault field:33:20260230@every=2
    follow --count 30 --timeout 60 005930
    expect_same "$status" 0
    expect_ndjson 'length == 30 and all(.trade_time == null and .price > 0)'
}

@test "W49: a trade of a symbol that was not asked for is nobody's" {
    stream --fault alien@every=3
    follow --count 60 --timeout 60 005930
    expect_same "$status $(jq -r .symbol out | sort -u)" '0 005930'
}

@test "W51, W52, W53: twice, late, a new day, an auction: no gap is made up" {
    live_after 1 dup:5 swap:7
    live_after 1 newday:10
    live_after 1 auction:10
    expect_ndjson 'map(.gap) | map(select(. != null)) | add == 0'
}
