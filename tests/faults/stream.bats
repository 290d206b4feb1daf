# SPDX-License-Identifier: MIT
# The stream: the rows of its fault catalogue that are too slow for every check.
# shellcheck disable=SC2154 # serve and fetch leave what they name

load ../support/stream

@test "W31: an answer that never comes is asked for again" {
    stream --fault ack:lost:005930@times=1
    begin 005930 000660
    wait_until grep -q '"symbol":"005930"' out
    leave
    expect_same "$status" 143
    expect_same "$(registrations 005930)" 2
    audit
}

@test "W41: a stuck reader delays no heartbeat; what was merged is counted" {
    stream --heartbeat 500 --fault burst:60000
    timeout 60 "$QUOTEFETCH" --follow --timeout 8 005930 000660 2>err | (sleep 5; cat >out)
    audit --answer-ms 3000
    [ "$(jq -s 'map(.merged // 0) | add' out)" -gt 0 ]
}

@test "W55: a burst of 100,000 trades, none of them lost" {
    stream --fault burst:100000
    follow --count 100000 --timeout 100 005930 000660 035720
    expect_same "$status" 0
    audit
    expect_same "$(jq -s 'map(.merged + .gap) | add' out)" 0
}
