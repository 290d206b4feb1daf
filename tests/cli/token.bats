# The access token: kept, reused, replaced once when the broker calls it dead.

load ../support/common

token_file() {
    find "$STATE" -name 'token-*' ! -name '*.lock'
}

# edit FILTER: changes the kept token's file by a jq FILTER.
edit() {
    local file
    file=$(token_file)
    jq -c "$1" "$file" >edited
    cat edited >"$file"
}

@test "issued once, kept 0600, used again by the next run" {
    serve
    fetch 005930 AAPL 0700.HKS
    expect_status 0
    expect_same "$(stat -c %a "$(token_file)")" 600
    fetch 000660
    expect_status 0
    expect_arrivals '.tokens == 1 and .quotes == 4'
}

@test "many workers that start together ask for one" {
    serve --latency 30
    codes 20 >list
    fetch --workers 16 --batch 1 -f list
    expect_status 0
    expect_arrivals '.tokens == 1'
}

@test "runs that start together ask for one" {
    serve --latency 30
    local runs=()
    for i in 1 2 3 4; do
        "$QUOTEFETCH" -q "10000$i" >"out$i" 2>"err$i" 3>&- &
        runs+=("$!")
    done
    wait "${runs[@]}"
    for i in 1 2 3 4; do
        expect_json 'length == 1 and (.[0].error | not)' "out$i"
    done
    expect_arrivals '.tokens == 1 and .quotes == 4'
}

@test "expired, or soon to expire: a new one is asked for" {
    serve --token-interval 0
    fetch 005930
    for left_ms in -1000 0 300000; do
        edit ".expires_at_ms = (now * 1000 | floor) + $left_ms | .asked_at_ms -= 61000 |
            .got_at_ms -= 86400000"
        : >log
        fetch 005930
        expect_status 0
        expect_arrivals '.tokens == 1'
    done
    edit '.expires_at_ms = (now * 1000 | floor) + 900000'
    : >log
    fetch 005930
    expect_arrivals '.tokens == 0 and .quotes == 1'
}

@test "called dead by the broker: one new one for all workers, no symbol fails" {
    serve --revoke-after 2 --token-interval 0 --latency 20
    fetch 005930
    edit '.asked_at_ms -= 61000'
    : >log
    codes 12 >list
    fetch --batch 1 --workers 6 -f list
    expect_status 0
    expect_arrivals '.tokens == 1 and .statuses["200"] == 13'
}

@test "a token that is dead from the start: refreshed once, then Auth; no loop" {
    serve --dead-token --token-interval 0
    fetch 005930
    edit '.asked_at_ms -= 61000'
    : >log
    codes 20 >list
    fetch --batch 1 --format ndjson -f list
    expect_status 3
    expect_ndjson 'length == 20 and all(.[]; .error_type == "Auth")'
    expect_arrivals '.tokens <= 2 and .quotes <= 12'
}

@test "asked for within the last minute: the wait is said, nothing is asked" {
    serve
    fetch 005930
    edit '.token = ""'
    : >log
    fetch --timeout 5 --format ndjson 005930
    expect_status 3
    expect_json '.error_type == "Auth" and (.msg1 | test("less than a minute ago: try again in [0-9]+ s"))'
    expect_no_calls
}

@test "a kept token that is odd is as none" {
    serve --token-interval 0
    fetch 005930
    file=$(token_file)
    cp "$file" good
    odd() {
        : >log
        fetch 005930
        expect_status 0
        expect_arrivals '.tokens == 1'
        expect_same "$(stat -c '%a %F' "$file")" '600 regular file'
        rm -rf "$file"
    }
    : >"$file" && odd
    echo '{"version":1' >"$file" && chmod 600 "$file" && odd
    jq -c '.token += "\r\nX-Injected: 1" | .asked_at_ms = 0' good >"$file" && chmod 600 "$file" && odd
    jq -c '.owner = "another" | .asked_at_ms = 0' good >"$file" && chmod 600 "$file" && odd
    cp good "$file" && chmod 644 "$file" && odd
    head -c 100000 /dev/urandom >"$file" && chmod 600 "$file" && odd
    ln -s "$PWD/good" "$file" && odd
    mkfifo -m 600 "$file" && odd
}

@test "each account has a token of its own" {
    serve --app-key otherKeyOfTheTests --token-interval 0
    KIS_APP_KEY=otherKeyOfTheTests fetch 005930
    expect_status 0
    other=$KIS_BASE_URL
    serve --token-interval 0
    fetch 005930
    expect_status 0
    expect_same "$(token_file | wc -l)" 2
    fetch --base-url "$other" --retries 0 005930
    expect_status 3
    expect_same "$(token_file | wc -l)" 3
}

@test "a token endpoint that stumbles is asked again, one that is silent is not" {
    serve --fault status=503@path=token,times=1
    fetch 005930
    expect_status 0
    expect_arrivals '.tokens == 2'
    serve --fault token-timeout
    fetch --try-timeout 0.3 --timeout 3 --format ndjson 005930
    expect_json '.error'
    expect_arrivals '.tokens == 1'
}
