# SPDX-License-Identifier: MIT
# The sandbox itself, asked by curl: that each fault does what --fault list says.
# shellcheck disable=SC2154 # call leaves $status_code and $curl

load ../support/sandbox

is_refused() { # nobody listens
    call "$KIS_BASE_URL/" && [ "$curl" = 7 ]
}

has_login() {
    login && [ -n "$TOKEN" ]
}

is_answered() {
    single 005930 && [ "$status_code" = 200 ]
}

is_over_limit() {
    single 005930 && grep -q EGW00201 body
}

@test "faults by count: the first three, the fourth to ninth, each fourth" {
    start_broker --fault status=502@nth=1-3
    expect_same "$(statuses 5)" '502 502 502 200 200'
    start_broker --fault status=502@nth=4-9
    expect_same "$(statuses 10)" '200 200 200 502 502 502 502 502 502 200'
    start_broker --fault reset@every=4
    expect_same "$(statuses 8)" '200 200 200 000 200 200 200 000'
    start_broker --fault limit@nth=2-
    expect_same "$(statuses 3)" '200 500 500'
}

@test "faults by share: a fifth of all calls, the same ones for the same seed" {
    start_broker --fault status=502@p=0.2
    first=$(statuses 60)
    start_broker --fault status=502@p=0.2
    expect_same "$(statuses 60)" "$first"
    start_broker --fault status=502@p=0.2 --seed 7
    [ "$(statuses 60)" != "$first" ]
    count=$(tr ' ' '\n' <<<"$first" | grep -c 502)
    [ "$count" -ge 5 ] && [ "$count" -le 20 ]
}

@test "faults by time: from the start, and from a call on" {
    start_broker --fault status=502@until=1h
    expect_same "$(statuses 2)" '502 502'
    start_broker --fault status=502@from=1h
    expect_same "$(statuses 2)" '200 200'
    start_broker --fault status=502@nth=2,for=1h
    expect_same "$(statuses 4)" '200 502 502 502'
    start_broker --fault status=502@nth=2,for=300ms
    expect_same "$(statuses 2)" '200 502'
    wait_until is_answered
}

@test "down: nobody listens; the port is opened again" {
    serve --fault down
    is_refused
    expect_no_calls
    serve --fault down@until=500ms
    wait_until has_login
}

@test "down in mid-run: open connections are reset, the same port comes back" {
    start_broker --fault down@nth=3,for=1s
    is_answered
    single 005930
    expect_same "$status_code" 000
    expect_same "$curl" 56
    wait_until is_answered
    expect_same "$(jq -r 'select(.fault) | "\(.seq) \(.fault) \(.status)"' log | head -n 1)" '3 down null'
    # Without an end it stays down; a connection that is open does not help.
    start_broker --fault down@nth=4
    ran=$(curl -s -o body -o body -o body -w '%{http_code} ' "$KIS_BASE_URL/a" "$KIS_BASE_URL/b" "$KIS_BASE_URL/c") ||
        expect_same "$ran" '404 404 000 '
    wait_until is_refused
}

@test "foreign: another program takes the account's calls" {
    # The token's call is the first of two; the foreign one is the second.
    start_broker --rate 2 --fault foreign=1000@nth=1
    single 005930
    expect_text body EGW00201
    expect_same "$status_code" 500
    start_broker --rate 2 --fault foreign=1000@nth=1,for=100ms
    wait_until is_answered
}

@test "rate: the account's limit changes" {
    start_broker --fault rate=1@nth=3
    expect_same "$(statuses 1)" 200
    wait_until is_over_limit
    start_broker --rate 1 --fault rate=0@nth=2
    expect_same "$(statuses 9)" '200 200 200 200 200 200 200 200 200'
}

@test "refusals by code: for one symbol, one exchange, one call" {
    start_broker --fault refuse=EGW00004@symbol=KO --fault refuse=EGW09999/403@symbol=PEP \
        --fault status=403@symbol=V --fault refuse=EGW00206@exchange=AMS --fault invalid-token@path=single,nth=2
    price NYS KO
    expect_same "$status_code $(jq -r .msg_cd body)" '403 EGW00004'
    price NAS PEP
    expect_same "$status_code $(jq -r .msg_cd body)" '403 EGW09999'
    price NYS V
    expect_same "$status_code $(head -c 15 body)" '403 <!DOCTYPE html>'
    price AMS SPY
    expect_same "$status_code $(jq -r .msg_cd body)" '500 EGW00206'
    price NAS AAPL
    expect_same "$status_code $(jq -r .rt_cd body)" '200 0'
    expect_same "$(statuses 3)" '200 500 200'
}

@test "lost: the token is issued, and nobody has it" {
    serve --fault lost@path=token,nth=1 --token-interval 600
    login
    expect_same "$status_code" 000
    login
    expect_same "$status_code $(jq -r .error_code body)" '403 EGW00133'
    # A reset before the work is done issues none.
    serve --fault reset@path=token,nth=1
    login
    login
    expect_same "$status_code" 200
}

@test "the token desk behind a gateway: nine pages, then a token" {
    serve --fault status=502@path=token,nth=1-9
    for ((i = 0; i < 9; i++)); do
        login
        expect_same "$status_code" 502
    done
    login
    expect_same "$status_code" 200
}

@test "no-trade: the row names the symbol, the price is 0, the previous close stands" {
    start_broker --fault no-trade@symbol=005930 --fault no-trade@symbol=AAPL
    single 005930
    expect_json '.output | .stck_prpr == "0" and .stck_sdpr == "268000" and .stck_shrn_iscd == "005930"
        and .acml_vol == "0" and .prdy_vrss == "0"' body
    multi 000660 005930
    expect_json '.output[1] | .inter2_prpr == "0" and .inter2_prdy_clpr == "268000" and .inter_shrn_iscd == "005930"' body
    expect_json '.output[0].inter2_prpr != "0"' body
    price NAS AAPL
    expect_json '.output | .rsym == "DNASAAPL" and .last == "0.0000" and .base == "258.4500" and .diff == "0.0000"' body
    price NAS MSFT
    expect_json '.output.last != "0.0000"' body
}

@test "faults of rows add up in one answer" {
    start_broker --fault zero@symbol=005930 --fault price=12@symbol=000660 --fault absent@symbol=035420 \
        --fault 'name=X@symbol=035720' --missing absent
    multi 005930 000660 035420 035720 005380
    expect_json '[.output[] | .inter2_prpr] | .[0:2] == ["0", "12"] and length == 4' body
    expect_json '.output[2].inter_kor_isnm == "X"' body
}

@test "--fault list names every fault and every condition; a mistake is named" {
    "$SANDBOX" --fault list >list
    for word in down foreign rate lost no-trade absent 'from=' 'until=' 'nth=N-' 'for=T' 'p=0.25' exchange=; do
        expect_text list "$word"
    done
    # Each example of the list is a fault that can be read.
    sed -n 's/^  \([a-z0-9-]*[=@][^ ]*\)  .*/\1/p' list | grep -v '^\(path\|symbol\|exchange\|nth\|every\|times\|for\|p\|from\)=' >examples
    [ "$(wc -l <examples)" -ge 15 ]
    while read -r example; do
        "$SANDBOX" --fault "$example" -- true || fail "not read: $example"
    done <examples
    status=0
    "$SANDBOX" --fault reset@nth=0 -- true 2>err || status=$?
    expect_status 2
    expect_text err "unfit condition 'nth=0'"
}
