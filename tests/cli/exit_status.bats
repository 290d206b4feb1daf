# SPDX-License-Identifier: MIT
# The exit status, each of them, and what stands in the output then.

load ../support/common

# started [ARGUMENT...]: quotefetch in the background, as a shell with a person
# starts it: with signals as they are by default. Sets $pid.
started() {
    ran=$*
    set -m
    "$QUOTEFETCH" "$@" >out 2>err 3>&- &
    pid=$!
    set +m
}

# ended: waits for it.
ended() {
    status=0
    wait "$pid" || status=$?
}

@test "0: a quote for every symbol" {
    serve
    fetch 005930 AAPL
    expect_status 0
}

@test "1: some symbols failed" {
    serve
    fetch 005930 999999
    expect_status 1
}

@test "2: usage, configuration, input" {
    serve
    fetch --no-such-option 005930
    expect_status 2
    fetch --config /nope 005930
    expect_status 2
    fetch 0700
    expect_status 2
    expect_no_calls
}

@test "3: the broker refuses key or secret; a record for each symbol, and no quote is tried" {
    serve
    codes 40 >list
    KIS_APP_KEY=wrongKey fetch --format ndjson -f list AAPL
    expect_status 3
    expect_lines out 41
    expect_ndjson 'all(.[]; .error and .error_type == "Auth" and (.retryable | not))'
    expect_text err 'EGW00103'
    KIS_APP_SECRET=wrongSecret fetch --format ndjson -f list
    expect_status 3
    expect_text err 'EGW00105'
    expect_arrivals '.quotes == 0 and .tokens == .calls and .tokens <= 6'
}

@test "3: no token can be had" {
    serve --dead-token
    fetch --format ndjson 005930 AAPL
    expect_status 3
    expect_ndjson 'map(.error_type) == ["Auth", "Auth"]'
    serve
    fetch 005930
    rm -r "$STATE"
    fetch --format ndjson --timeout 5 005930
    expect_status 3
    expect_text err 'try again in'
}

@test "4: no symbol got a quote" {
    serve
    fetch 999999 ZZZZZZ
    expect_status 4
    fetch --base-url http://127.0.0.1:1 --retries 0 005930 AAPL
    expect_status 4
    expect_json 'map(.error_type) == ["Network", "Network"]'
}

@test "4 comes soon where nobody listens: it is said once, not for each symbol" {
    codes 3000 >list
    export KIS_APP_KEY=$KEY KIS_APP_SECRET=$SECRET
    fetch -q --timeout 250 --base-url http://127.0.0.1:1 --format ndjson -f list
    expect_status 4
    expect_lines out 3000
    expect_lines err 1
    expect_match err '^quotefetch: stopped early: .*127\.0\.0\.1'
}

@test "5: the output cannot be written" {
    serve
    fetch -o /nope/made 005930
    expect_status 5
    status=0
    "$QUOTEFETCH" 005930 >/dev/full 2>err || status=$?
    expect_status 5
}

@test "6: the deadline, before 1 and 4; every symbol has its record, the document is closed" {
    serve --fault hang@symbol=AAPL --fault hang@symbol=KO
    fetch --timeout 0.5 005930 999999 AAPL KO
    expect_status 6
    expect_json 'length == 4 and (map(select(.error_type == "Deadline") | .symbol) | sort) == ["AAPL", "KO"]'
    expect_json 'map(select(.symbol == "005930")) | .[0].price == 274500'
    fetch --timeout 0.4 -k AAPL KO
    expect_status 6
    expect_json 'map(.error_type) == ["Deadline", "Deadline"]'
    codes 50 >list
    fetch --timeout 0.4 --workers 1 --format csv AAPL -f list
    expect_status 6
    expect_lines out 52
}

@test "6: the deadline bounds the token, the wait for the quota, and reading the list" {
    serve --fault hang@path=token
    fetch --timeout 0.4 005930
    expect_status 6
    expect_json 'length == 1 and .[0].error_type == "Deadline"'
    serve
    codes 20 >list
    fetch --timeout 0.6 --rate 4 --batch 1 --format ndjson -f list
    expect_status 6
    expect_lines out 20
    expect_ndjson 'map(select(.error) | .error_type) | unique == ["Deadline"]'
    mkfifo pipe
    sleep 100 >pipe 3>&- &
    fetch --timeout 0.5 -f pipe
    expect_status 6
    kill $! # it did not wait for the writer's end
}

@test "the time is from start to end: all of the timeout" {
    serve --fault hang
    fetch --timeout 1 --stats stats 005930 AAPL KO MSFT
    expect_status 6
    expect_json '.wall_ms >= 990' stats
}

@test "--timeout 0 is none" {
    serve --fault delay=300
    fetch --timeout 0 005930
    expect_status 0
}

@test "130 and 143: finished records stand, every symbol has one, the document is closed" {
    serve --fault hang@symbol=AAPL
    for signal in INT:130 TERM:143; do
        : >log
        started 005930 AAPL KO
        wait_until grep -q 005930 out
        wait_until grep -q KO out
        kill -"${signal%:*}" "$pid"
        ended
        expect_status "${signal#*:}"
        expect_json 'length == 3 and (map(select(.error)) | length == 1 and .[0].symbol == "AAPL"
            and .[0].error_type == "Canceled")'
    done
}

@test "a signal ends it in every phase: reading, token, quota, back-off" {
    serve
    interrupted() { # interrupted WHEN [ARGUMENT...]
        local when=$1
        shift
        started "$@"
        eval "wait_until $when"
        kill -TERM "$pid"
        ended
        expect_status 143
    }
    mkfifo pipe
    sleep 20 >pipe 3>&- &
    local writer=$!
    interrupted 'sleep 0.2' -f pipe
    kill "$writer"
    codes 50 >list
    interrupted 'grep -q 100001 out' --rate 1 --batch 1 --format ndjson -f list
    expect_lines out 50
    serve --fault hang@path=token
    interrupted 'sleep 0.2' --format ndjson 005930
    expect_json '.error_type == "Canceled"'
    serve --fault retry-after=20
    interrupted 'grep -q 005930 log' --format ndjson 005930
    expect_json '.error'
}

@test "signals that are ignored when it starts stay ignored" {
    serve --latency 300
    (trap '' INT && exec "$QUOTEFETCH" 005930 >out 2>err 3>&-) &
    wait_until grep -q tokenP log
    kill -INT $!
    wait $!
    expect_json '.[0].price == 274500'
}

@test "141: the reader of stdout goes away" {
    serve --latency 30
    codes 20 >list
    "$QUOTEFETCH" --format ndjson --batch 1 -f list 2>err | head -n 1 >out
    status=${PIPESTATUS[0]}
    expect_status 141
    # What is told about the run goes there, too.
    for two in '--stats -' '--metrics -' '--errors -'; do
        status=0
        exec 5> >(exec true)
        wait $!
        # shellcheck disable=SC2086
        "$QUOTEFETCH" -q $two -o quotes 005930 999999 >&5 2>err || status=$?
        exec 5>&-
        expect_status 141
        expect_lines err 0
    done
}
