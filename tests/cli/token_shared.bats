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
    backdate 58
    hands 3 2
    side_by_side 3 -f list.{} --timeout 20
    expect_status 0
    expect_arrivals '.tokens == 1'
    expect_match <(cat err.*) '^quotefetch: waiting [12] s: the broker issues one token a minute$'
    expect_warnings 1 err.*
}

@test "the wait would outlast the deadline: exit 3 at once, with the time to wait" {
    limited --revoke-after 1
    warm
    backdate 20
    fetch --timeout 30 005930 000660 --stats stats
    expect_status 3
    expect_json 'length == 2 and all(.error_type == "Auth")'
    expect_match err 'the token was asked for less than a minute ago: try again in (39|40) s$'
    expect_arrivals '.tokens == 0 and .quotes <= 2'
    expect_most "$(jq .wall_ms stats)" 3000
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
