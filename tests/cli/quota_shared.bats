# SPDX-License-Identifier: MIT
# One quota for all processes of an app key, judged by the broker's own log.

load ../support/quota

@test "five processes, a sliding second: never over, nobody refused, the quota in use" {
    limited --latency 15 --jitter 60 --window sliding
    hands 5 100
    side_by_side 5 -f list.{} --batch 1 --timeout 120
    expect_status 0
    expect_quota
    expect_arrivals '.statuses == { "200": 501 } and .tokens == 1 and .quotes == 500'
    expect_least "$(pace 2)" 9
    # First come, first served: at half time each has had about its fifth.
    for i in 1 2 3 4 5; do
        expect_least "$(calls_of "$i" | jq 'select(.seq <= 250)' | jq -s length)" 30
    done
    expect_prices
}

@test "a process with a lower --rate keeps to it; the others use the rest" {
    limited --latency 15
    hands 2 60
    head -n 16 list.1 >list && mv list list.1
    warm
    launch 1 -f list.1 --batch 1 --rate 4
    launch 2 -f list.2 --batch 1
    landed 1 2
    expect_status 0
    expect_quota
    expect_arrivals '.statuses == { "200": 76 }'
    calls_of 1 >log.1
    expect_most "$(arrivals log.1 | jq .sliding)" 4
    expect_least "$(pace 1)" 6
}

@test "the same lower --rate in three processes: they share it" {
    limited
    hands 3 5
    warm
    sleep 1 # till the one before is no longer counted as active, with its 18
    side_by_side 3 -f list.{} --batch 1 --rate 3
    expect_status 0
    expect_arrivals '.quotes == 15 and .sliding <= 3 and .fixed <= 3'
}

@test "a higher --rate raises nothing for the others, and starves nobody" {
    : >"$CONFIG"
    serve --latency 10
    hands 2 40
    warm
    launch 1 -f list.1 --batch 1
    launch 2 -f list.2 --batch 1 --rate 50 --workers 8
    landed 1 2
    expect_status 0
    calls_of 1 >log.1
    expect_arrivals '.quotes == 80'
    expect_most "$(arrivals log.1 | jq .sliding)" 18
    # While both ask: first come, first served, and one has 3 workers, the other 8.
    expect_least "$(calls_of 1 | jq -s 'map(select(.seq <= 40)) | length')" 6
}

@test "--no-share: each process has a quota of its own, and no file" {
    : >"$CONFIG"
    serve
    hands 2 30
    warm
    rm "$STATE"/quota-*
    side_by_side 2 -f list.{} --batch 1 --no-share
    expect_status 0
    expect_arrivals '.sliding > 18 and .sliding <= 36'
    expect_same "$(find "$STATE" -name 'quota*' | wc -l)" 0
}

@test "--quota before, during and after: no call, the state as it is" {
    limited --latency 20
    hands 2 40
    fetch --quota
    expect_status 0
    expect_same "$(<out)" "$(printf '%s\n' 'shared: yes' 'processes: 0' 'calls in the last second: 0' \
        'calls in the last minute: 0' 'pace: 18.0 calls a second' 'ceiling: 18.0 calls a second' 'token: none')"
    expect_no_calls
    launch 1 -f list.1 --batch 1
    launch 2 -f list.2 --batch 1
    sleep 2.5
    fetch --quota
    expect_status 0
    expect_match out '^processes: 2$'
    expect_match out '^calls in the last second: 1[0-8]$'
    expect_match out '^calls in the last minute: (2[0-9]|3[0-9]|4[0-9]|5[0-4])$'
    expect_match out '^token: 14[0-9]{2} min left$'
    landed 1 2
    sleep 2.1
    fetch --quota
    expect_match out '^processes: 0$'
    expect_match out '^calls in the last second: 0$'
    expect_match out '^calls in the last minute: 81$'
    expect_arrivals '.calls == 81'
}

@test "at the start, a warning of what cannot fit; the use of others counts" {
    limited
    hands 2 60
    warm
    fetch -f list.1 --batch 3
    fetch -f list.2 --batch 2 --timeout 8 # the last run is over: it takes nothing more
    expect_status 0
    expect_warnings 0 err
    launch 1 -f list.1 --batch 1
    sleep 1.5
    fetch -f list.2 --batch 10 --timeout 20
    expect_status 0
    expect_warnings 0 err
    fetch -f list.2 --batch 1 --timeout 2
    expect_status 6
    expect_json 'length == 60'
    expect_match err '^quotefetch: 60 calls need at least [0-9]+ s: about [0-9]+ of 60 symbols will fit; --timeout [0-9]+ would do, or a --batch up to 30$'
    expect_warnings 1 err
    landed 1
    expect_status 0
    expect_quota
}

@test "--plan counts what the others use, where a key tells the account" {
    limited
    hands 1 120
    warm
    launch 1 -f list.1 --batch 2 --timeout 60
    sleep 1.5
    fetch --plan -f list.1 --batch 2
    expect_status 0
    expect_match out '^used by others: [1-9]'
    env -u KIS_APP_KEY -u KIS_APP_SECRET "$QUOTEFETCH" --plan -f list.1 >out
    expect_no_text out 'used by others'
    landed 1
}
