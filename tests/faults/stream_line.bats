# SPDX-License-Identifier: MIT
# The stream: its line and its frames. What is where: stream.bats.
# shellcheck shell=bash disable=SC2154 # serve and fetch leave what they name

load ../support/stream

# ---- the line --------------------------------------------------------------------

@test "W1: a host that does not exist is tried again, in few words, until --timeout" {
    stream
    fetch --follow --timeout 3 --stream-url wss://stream.invalid/ 005930
    expect_same "$status" 6
    [ "$(wc -l <err)" -le 4 ] || fail "$(cat err)"
}

@test "W2: a closed port is tried again, each time later" {
    stream
    fetch --follow --events out --timeout 8 --stream-url ws://127.0.0.1:1/ 005930
    expect_same "$status" 6
    expect_ndjson 'map(select(.event == "reconnecting")) | length >= 3 and
        (to_entries | all(.value.attempt == .key + 1 and
                          (.value.delay_ms / pow(2; .key) | . >= 790 and . <= 1210)))'
}

@test "W4, W5: no answer to the handshake, or one by drops: in time, and again" {
    live_after 2 hs:silent@session=1
    live_after 2 hs:drip:200@session=1
}

@test "W6: another status than 101: named, no redirect followed, tried again" {
    local code

    for code in 200 301 400 404 503; do
        live_after 2 "hs:$code@session=1"
        expect_text err "$code"
    done
    for code in 401 403; do
        stream --fault "hs:$code"
        fetch --follow --timeout 60 005930
        expect_same "$code: $status" "$code: 3"
    done
}

@test "W7, W8: a handshake that is none is refused, and said as that" {
    local fault

    for fault in accept noaccept accepts noupgrade noconnection extension protocol nothttp flood close reset; do
        live_after 2 "hs:$fault@session=1"
    done
}

@test "W11: 500 frames in one write are all told" {
    stream --fault glue:500 --tape-clump 1 --heartbeat 0
    follow --count 500 --timeout 60 005930 000660
    expect_same "$status" 0
    audit --complete
}

@test "W13, W14: whatever closes the line, it opens again, and what was missed is counted" {
    local code

    for code in 1000 1001 1008 1011 1012 4000 empty byte; do
        live_after 2 "close:$code@after=10,session=1"
    done
    live_after 2 fin@after=10,session=1
}

@test "W15: silence is asked about, and ends the line" {
    stream --heartbeat 200 --fault mute@after=10,session=1
    fetch --follow --snapshot no --stale 1 --count 30 --timeout 60 005930
    expect_same "$status" 0
    expect_text err 'asked whether the line lives'
    opened 2
    audit
}

@test "W16: a broker that answers when it is asked is no dead line" {
    stream --heartbeat 100 --fault quiet@after=10
    begin --snapshot no --stale 1 005930
    wait_until eval '[ "$(grep -c "the line lives" err)" -ge 3 ]'
    leave
    opened 1
}

@test "W22: a certificate that nobody vouches for ends it at once" {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
    stream --tls --cert cert.pem --key key.pem
    tls=$KIS_STREAM_URL
    stream
    fetch --follow --stream-url "$tls" 005930
    expect_same "$status" 4
    expect_text err certificate
}

@test "W23: proxies of the environment are no business of ws://" {
    stream
    http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 follow --count 5 --timeout 60 005930
    expect_same "$status" 0
}

@test "W24: no descriptor left: an error, and an end" {
    stream
    status=0
    timeout 60 prlimit --nofile=8 "$QUOTEFETCH" --follow --snapshot no --timeout 3 005930 >out 2>err || status=$?
    [[ $status =~ ^[2346]$ ]] || fail "status $status" "$(cat err)"
    [ -s err ]
}

# ---- RFC 6455 ----------------------------------------------------------------------

@test "W26: a flood of pings stops no trade" {
    stream --fault pingflood:100000
    follow --count 300 --timeout 60 005930
    expect_same "$status" 0
    audit --complete
}

@test "W28: texts of 2 MiB, in whatever form, are too big: the next line is good" {
    local fault

    for fault in huge huge:fragments huge:claim; do
        live_after 2 "$fault@after=10,session=1"
    done
}

@test "W29: a binary frame of trades costs its trades, not the line" {
    live_after 1 op:2@nth=2
}

@test "W30: one text that is no UTF-8 after the other ends the line" {
    live_after 2 utf8@nth=2-,session=1
}
