# SPDX-License-Identifier: MIT
# The same beside a broker that counts whole seconds, and one whose limit is
# another than ours. A file of its own, so that it runs beside quota_shared.bats.

load ../support/quota

@test "five processes, a fixed second: never over, nobody refused, the quota in use" {
    limited --latency 15 --jitter 60 --window fixed
    hands 5 100
    side_by_side 5 -f list.{} --batch 1 --timeout 120
    expect_status 0
    expect_quota
    expect_arrivals '.statuses == { "200": 501 } and .tokens == 1 and .quotes == 500'
    expect_least "$(pace 2)" 9
    expect_prices
}

# learns WINDOW: with 18 calls a second asked of an account of 3.
learns() {
    : >"$CONFIG"
    serve --rate 3 --latency 15 --window "$1"
    hands 2 16 # fewer may by chance meet one full second, not two
    fetch --format ndjson -f list.1 --batch 1 --stats stats
    expect_status 0
    expect_json '.quotes == 16 and .refusals <= 10' stats
    fetch --quota
    expect_match out '^ceiling: [234]\.0 calls a second$'
    expect_match out '^learned from refusals, for another: 8[0-9]{2} s$'
    : >log
    head -n 8 list.2 >list
    fetch --format ndjson -f list --batch 1 --stats stats
    expect_status 0
    expect_json '.quotes == 8 and .refusals <= 3' stats
    expect_arrivals '.sliding <= 4'
    expect_least "$(pace 0)" 1.5
}

@test "an account of 3 a second: its level is found with nothing lost, and remembered" {
    learns sliding
}

@test "the same where the broker counts whole seconds" {
    learns fixed
}

@test "an account of 3 a second and three processes: all of them give way" {
    : >"$CONFIG"
    serve --rate 3 --latency 15
    hands 3 5
    side_by_side 3 -f list.{} --batch 1 --timeout 60 --stats stats.{}
    expect_status 0
    expect_arrivals '.statuses["500"] <= 9'
    expect_least "$(jq -s 'map(.quotes) | add' stats.*)" 15
    fetch --quota
    expect_match out '^ceiling: [234]\.0 calls a second$'
}
