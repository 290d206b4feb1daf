# SPDX-License-Identifier: MIT
# One token for all processes of an app key.

load ../support/quota

# cached: the token's file.
cached() {
    find "$STATE" -name 'token-*' ! -name '*.*'
}

# backdate SECONDS: as if the token had been asked for that much earlier.
backdate() {
    local file

    file=$(cached)
    jq -c ".asked_at_ms -= 1000 * $1" "$file" >aged
    cat aged >"$file"
}

@test "twenty processes start cold: one asks for a token, all use it" {
    limited --latency 30
    hands 20 2
    side_by_side 20 -f list.{}
    expect_status 0
    expect_arrivals '.tokens == 1 and .quotes == 20 and .statuses == { "200": 21 }'
    expect_quota
    expect_warnings 0 err.*
    expect_same "$(stat -c %a "$(cached)")" 600
    expect_prices
}

@test "the token dies while four processes use it: one of them brings another, none fails" {
    limited --revoke-after 24 --token-interval 1
    hands 4 12
    warm
    backdate 60
    side_by_side 4 -f list.{} --batch 1
    expect_status 0
    expect_arrivals '.tokens == 1 and .quotes >= 48 and .quotes <= 72'
    expect_quota
    cat out.* >out
    expect_ndjson 'length == 48 and all(.error == false)'
}

@test "a token was asked for in this minute: waits, says so once, and goes on" {
    limited --revoke-after 1 --token-interval 1
    warm
    hands 3 2
    backdate 52
    side_by_side 3 -f list.{} --timeout 40
    expect_status 0
    expect_arrivals '.tokens == 1'
    expect_match <(cat err.*) '^quotefetch: waiting [1-8] s: the broker issues one token a minute$'
    expect_warnings 1 err.*
}

@test "the wait would outlast the deadline: exit 3 at once, with the time to wait" {
    limited --revoke-after 1
    warm
    backdate 20
    fetch --timeout 30 005930 000660 --stats stats
    expect_status 3
    expect_json 'length == 2 and all(.error_type == "Auth")'
    expect_match err 'the token was asked for less than a minute ago: try again in (3[0-9]|40) s$'
    expect_arrivals '.tokens == 0 and .quotes <= 2'
    expect_most "$(jq .wall_ms stats)" 20000 # not the whole deadline
}

@test "whoever asks is killed with the token on its way: the others know that it was asked for" {
    limited --fault hang@path=token
    launch 1 --try-timeout 20 005930
    sleep 1
    kill -KILL "${pids[1]}"
    wait "${pids[1]}" || true
    hands 4 2
    side_by_side 4 -f list.{} --timeout 10
    expect_status 3
    expect_arrivals '.tokens == 1 and .quotes == 0'
    expect_match out.1 'the run that asked for the token did not come back: the next may be asked for in [45][0-9] s'
}

@test "kill -9 at any moment of a cold start: the file is old or new, never torn" {
    limited --token-interval 0 --rate 0
    mkdir -m 700 -p "$STATE" # a kill may come before the program makes it
    for ((i = 0; i < 80; i++)); do
        rm -f "$STATE"/token-*
        launch 1 --rate 0 005930
        sleep "0.0$((RANDOM % 40 + 10))"
        kill -KILL "${pids[1]}" 2>/dev/null || true
        wait "${pids[1]}" 2>/dev/null || true
        file=$(cached)
        [ -z "$file" ] || jq -e '.version == 1 and (.token | type == "string")' "$file" >verdict ||
            fail "torn: $(<"$file")"
    done
    # Fixed names: nothing piles up.
    expect_most "$(find "$STATE" -type f | wc -l)" 6
    rm -f "$STATE"/token-*
    fetch 005930
    expect_status 0
    expect_same "$(find "$STATE" -name '*.tmp' | wc -l)" 0
}

@test "another key, another environment, another host: each its own token and quota" {
    limited
    warm
    expect_same "$(cached | wc -l)" 1
    local first=$KIS_BASE_URL
    serve --rate 1 --env paper --app-key "${KEY}paper"
    KIS_APP_KEY=${KEY}paper fetch --env paper 005930
    expect_status 0
    expect_arrivals '.tokens == 1 and .quotes == 1'
    expect_same "$(cached | wc -l)" 2
    expect_same "$(find "$STATE" -name 'quota-*' | wc -l)" 2
    KIS_BASE_URL=$first fetch 005930
    expect_status 0
    # Both brokers write into one log: the first was asked for no other token.
    expect_arrivals '.tokens == 1 and .quotes == 2 and .statuses == { "200": 3 }'
}

# ---- whoever asks stands still ----------------------------------------------------

# cold: no token in the cache, and the minute is over.
cold() {
    local file

    file=$(cached)
    jq -c '.token = "" | .asked_at_ms -= 120000' "$file" >aged
    cat aged >"$file"
    : >log
}

# heard_by [OPTION...]: limited, behind a wire that writes down what it hears.
heard_by() {
    local port

    limited "$@"
    read -r port < <(exec python3 "$ROOT/tests/support/rawserver.py" --upstream "${KIS_BASE_URL#*//}" \
        --record heard relay 2>wire.err 3>&-)
    brokers+=("$!")
    export KIS_BASE_URL=http://127.0.0.1:$port
}

# stop_asker [ARGUMENT...]: client 1 is stopped with its call for a token under way.
stop_asker() {
    : >heard
    launch 1 "$@" 005930
    wait_until grep -qs tokenP heard
    kill -STOP "${pids[1]}"
}

# let_go: it goes on, and ends.
let_go() {
    kill -CONT "${pids[1]}"
    wait "${pids[1]}" || true
}

@test "stopped while it renews the token: who has the old one in the cache does not notice" {
    heard_by --token-interval 0 --fault hang@path=token,nth=2
    warm
    file=$(cached)
    jq -c '.asked_at_ms -= 86000000 | .got_at_ms -= 86000000 | .expires_at_ms -= 86000000' "$file" >aged
    cat aged >"$file"
    stop_asker --try-timeout 1
    fetch --timeout 5 --format ndjson 000660
    expect_status 0
    let_go
    expect_arrivals '.tokens == 1'
    expect_json '.error == false' out.1
}

@test "stopped while it asks: the others are told after the time of one try" {
    heard_by --token-interval 0 --fault hang@path=token,nth=2
    warm
    cold
    stop_asker --try-timeout 1
    fetch --timeout 20 --format ndjson 000660
    expect_status 3
    expect_json '.msg1 | test("the run that asked for the token did not come back: the next may be asked for in [45][0-9] s")'
    expect_arrivals '.quotes == 0'
    # After the minute another asks, whatever becomes of the first.
    backdate 60
    fetch --timeout 20 000660
    expect_status 0
    expect_same "$(jq -s 'map(select(.path == "/oauth2/tokenP" and .status == 200)) | length' log)" 1
    let_go
    fetch --timeout 20 005930
    expect_status 0
    expect_arrivals '.tokens == 2'
}

@test "the lock is held by one that sleeps for good: taken from it" {
    limited --token-interval 0
    warm
    cold
    flock "$(cached).lock" sleep 100 3>&- &
    brokers+=("$!")
    wait_until is_locked "$(cached).lock"
    hands 4 1
    side_by_side 4 -f list.{}
    expect_status 0
    expect_arrivals '.tokens == 1 and .quotes == 4'
    expect_warnings 0 err.*
}

is_locked() {
    ! flock -n "$1" true
}

@test "one waits for the end of the minute: another's token is in the cache, both have it" {
    limited --token-interval 0
    warm
    cp "$(cached)" good
    jq -c '.token = "" | .asked_at_ms = (now * 1000 | floor)' good >young
    cat young >"$(cached)"
    launch 1 --timeout 100 005930
    wait_until grep -qs 'waiting .* s: the broker issues one token a minute' err.1
    cat good >"$(cached)"
    fetch --timeout 5 --format ndjson 000660
    expect_status 0
    landed 1
    expect_status 0
    expect_arrivals '.tokens == 0 and .quotes == 2'
}

@test "twenty, some of them stopped for a while: one token, no symbol lost" {
    limited --token-interval 0 --latency 40
    warm
    cold
    hands 20 2
    for i in {1..20}; do
        launch "$i" --timeout 60 --try-timeout 5 -f "list.$i"
    done
    for i in 3 7 11 15 19; do
        kill -STOP "${pids[i]}" 2>/dev/null || continue
        sleep 0.3
        kill -CONT "${pids[i]}"
    done
    # shellcheck disable=SC2046
    landed $(seq 20)
    expect_status 0
    expect_arrivals '.tokens == 1'
    expect_quota
    cat out.* >out
    expect_ndjson 'length == 40 and all(.error == false)'
}

@test "killed one after another while they ask: at most one issue a minute" {
    limited --token-interval 0 --fault delay=300@path=token
    warm
    cold
    for i in {1..6}; do
        launch "$i" --timeout 10 005930
        sleep 0.2
        kill -KILL "${pids[i]}" 2>/dev/null || true
        wait "${pids[i]}" 2>/dev/null || true
    done
    expect_arrivals '.tokens <= 1'
    fetch --timeout 5 005930
    [ "$status" = 3 ] || [ "$status" = 0 ]
    expect_arrivals '.tokens <= 1'
}
