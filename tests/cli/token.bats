# SPDX-License-Identifier: MIT
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

# ---- a word of doubt is not the end of a token --------------------------------

@test "one call in twenty is told that the token is dead: no other is asked for, no symbol fails" {
    for code in invalid-token expired; do
        rm -rf "$STATE"
        serve --latency 5 --fault "$code@nth=20,path=quote" --fault "$code@nth=40,path=quote"
        : >log
        codes 60 >list
        fetch --batch 1 --workers 4 -f list
        expect_status 0
        expect_arrivals '.tokens == 1 and .statuses["500"] == 2'
    done
}

@test "a page with 401 is no word on the token" {
    serve --latency 5 --fault status=401@nth=10,path=quote
    codes 30 >list
    fetch --batch 1 -f list
    expect_status 0
    expect_arrivals '.tokens == 1 and .statuses["401"] == 1'
}

@test "it dies within the broker's minute and serves now and then: calls go on with it" {
    # Two refusals in a row for each answer, and nothing that could be asked for.
    serve --fault expired@nth=3-4,path=quote --fault expired@nth=7-8,path=quote \
        --fault expired@nth=11-12,path=quote
    codes 12 >list
    fetch --batch 1 --workers 1 -f list
    expect_status 0
    expect_arrivals '.tokens == 1 and .statuses["500"] == 6'
}

@test "the broker issues again the token that it calls dead: told, after one issue" {
    serve --dead-token --token-interval 0
    fetch 005930
    edit '.asked_at_ms -= 61000'
    : >log
    fetch --timeout 8 005930 AAPL
    expect_status 3
    expect_text err 'the broker issues again the token that it calls dead: try again in a few hours'
    expect_arrivals '.tokens == 1 and .quotes <= 4'
}

# ---- the call for a token ------------------------------------------------------

@test "nine pages in its place, and then a token: every symbol has its quote, one issue" {
    serve --fault status=502@path=token,times=9
    codes 60 >list
    fetch -f list
    expect_status 0
    expect_same "$(jq -s 'map(select(.path == "/oauth2/tokenP" and .status == 200)) | length' log)" 1
}

@test "its answer is lost: told as that, and kept in mind for the next run" {
    serve --token-interval 0 --fault lost@path=token,times=1
    fetch --timeout 8 --format ndjson 005930 AAPL
    expect_status 3
    expect_ndjson 'all(.[]; .msg1 | test("the answer to the token call was lost: the next may be asked for in ([45][0-9]|60) s"))'
    fetch --timeout 8 --format ndjson 005930
    expect_status 3
    expect_ndjson 'all(.[]; .msg1 | test("the answer to the token call was lost"))'
    expect_arrivals '.tokens == 1 and .quotes == 0'
    edit '.asked_at_ms -= 61000'
    fetch 005930
    expect_status 0
    expect_arrivals '.tokens == 2'
}

@test "refused connections are no calls: asked again as soon as somebody listens" {
    serve
    url=$KIS_BASE_URL
    kill "${brokers[0]}"
    wait "${brokers[0]}" || true
    KIS_BASE_URL=$url fetch --timeout 20 --format ndjson 005930 &
    run=$!
    sleep 1
    "$SANDBOX" --rate 0 --lifetime 120 --log log --port "${url##*:}" --app-key "$KEY" \
        --app-secret "$SECRET" 2>broker.err >broker.out 3>&- &
    brokers+=("$!")
    wait "$run"
    expect_ndjson 'length == 1 and (.[0].error | not)'
    expect_arrivals '.tokens == 1'
}

# ---- where it is kept ----------------------------------------------------------

@test "the clock is set, by a day or a year, before a run, between runs: the token serves" {
    serve
    library=${TEST_SUPPORT:-$ROOT/build/tests/support}/preload_faults.so
    [ -e "$library" ] || skip "$library is not built here"
    export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
    for shift in 0 86400 -86400 31536000 -3600; do
        FAULT_CLOCK_SHIFT=$shift LD_PRELOAD=$library fetch --rate 0 005930
        expect_status 0
    done
    expect_arrivals '.tokens == 1 and .quotes == 5'
}

@test "a disk that is full: one warning, and the run has its token" {
    mkdir -p "$HOME/full"
    unshare -m true 2>/dev/null || skip 'no mount namespace: not root'
    serve
    cat >on_full_disk <<'SH'
mount -t tmpfs -o size=64k,mode=700 none "$HOME/full" || exit 77
dd if=/dev/zero of="$HOME/full/zeros" bs=4k 2>/dev/null
exec "$QUOTEFETCH" -q --rate 0 --no-share 005930 AAPL
SH
    ran='on a full disk' status=0
    QUOTEFETCH_STATE_DIR=$HOME/full unshare -m "$BASH" on_full_disk >out 2>err || status=$?
    [ "$status" != 77 ] || skip 'no tmpfs can be mounted'
    expect_status 0
    expect_same "$(grep -c "token and found exchanges are this run's own: cannot write '.*': No space left" err)" 1
    expect_arrivals '.tokens == 1 and .quotes == 2'
}
