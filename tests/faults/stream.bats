# SPDX-License-Identifier: MIT
# The stream: the rows of its fault catalogue that are too slow for every check.
# shellcheck disable=SC2154 # serve and fetch leave what they name

load ../support/stream

@test "W31: an answer that never comes is asked for again" {
    stream --fault ack:lost:005930@times=1
    begin --snapshot no 005930 000660
    wait_until grep -q '"symbol":"005930"' out
    leave
    expect_same "$status" 143
    expect_same "$(registrations 005930)" 2
    audit
}

# answered N: the broker was answered N heartbeats since its burst.
answered() {
    awk -v n="$1" '/"event":"fault"/ { f = 1 } f && /"event":"answer"/ { c++ } END { exit c < n }' stream.log
}

@test "W41: a stuck reader delays no heartbeat; what was merged is counted" {
    stream --market closed --heartbeat 500 --fault burst:60000@registered=2
    mkfifo pipe
    exec 8<>pipe # there is a reader, and it does not read
    begin_to pipe --snapshot no 005930 000660
    # Those on their way at the burst, and those behind it: it was read, then.
    wait_until answered 6
    cat pipe >out 8>&- &
    reader=$!
    wait_until grep -q '"merged":[1-9]' out
    leave
    exec 8>&-
    wait "$reader"
    expect_same "$status" 143
    audit --answer-ms 5000
    expect_same "$(grep -c '"event":"open"' stream.log)" 1
}

@test "W55: a burst of 100,000 trades, none of them lost" {
    stream --market closed --fault burst:100000@registered=3
    follow --count 100000 --timeout 200 005930 000660 035720
    expect_same "$status" 0
    audit --whole
    expect_ndjson 'length == 100000 and (map(.merged + .gap) | add) == 0'
}

@test "the approval call asks the shared quota, as all calls do" {
    stream --rate 1
    echo 'rate = 1' >"$CONFIG"
    fetch 005930
    follow --count 1 --timeout 60 005930
    expect_status 0
    expect_arrivals '.calls == 3 and .sliding == 1 and .statuses == { "200": 3 }'
}

@test "six openings in ten minutes, whoever made them: the seventh process waits" {
    local i

    stream
    for i in 1 2 3 4 5 6; do
        follow --count 1 --timeout 60 005930
        expect_status 0
    done
    fetch --follow --timeout 2 005930
    expect_status 6
    expect_text err 'six sessions were opened in ten minutes'
    expect_same "$(grep -c '"event":"open"' stream.log)" 6
}

@test "W60: the holder is killed: the lock is free at once, and its place waited out" {
    stream --slot-keep 60000
    begin 005930
    wait_until [ -s out ]
    kill -9 "$pid"
    wait "$pid" || true
    fetch --follow --timeout 2 000660
    expect_status 4
    expect_text err 'another session of this app key is open'
    expect_no_text err 'another quotefetch'
}

@test "W68: a quote that does not come in time holds nobody up; one that is older is not shown" {
    stream --tape-rate 600 --fault delay=4000
    fetch --follow --timeout 7 005930
    expect_status 0
    expect_same "$(jq -r .kind out | head -n 1)" tick
    audit
}
