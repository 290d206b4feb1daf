# SPDX-License-Identifier: MIT
# The rows of the fault catalogue that come first: token, limits, time, signals; part of every check.
# shellcheck shell=bash disable=SC2034

load ../support/faults

# ---- token and credentials ---------------------------------------------------------

@test "A2 a cache that is no cache: ignored, another token is got, the file put right" {
    local kind file kinds=(empty cut binary huge readable symlink fifo)

    [ "$(id -u)" != 0 ] || kinds+=(foreign)
    rate=0
    serve --token-interval 0
    ask
    file=$(echo "$STATE"/token-*[!k])
    for kind in "${kinds[@]}" directory; do
        cp "$file" good
        case $kind in
        empty) : >"$file" ;;
        cut) truncate -s 100 "$file" ;;
        binary) head -c 2000 /dev/urandom >"$file" ;;
        huge) truncate -s 1G "$file" ;;
        readable) chmod 644 "$file" ;;
        symlink) chmod 600 good && ln -sf "$PWD/good" "$file" ;;
        fifo) rm "$file" && mkfifo -m 600 "$file" ;;
        foreign) chown 12345 "$file" ;;
        directory) rm "$file" && mkdir "$file" ;;
        esac
        : >log
        ask
        expect_end 0 3
        expect_calls "$token" 1
        [ "$kind" != directory ] || continue # which no file can replace
        [ -f "$file" ] && [ ! -L "$file" ] || fail "$kind: no file put in its place"
        jq -e .token "$file" >/dev/null || fail "$kind: no token in the file"
    done
}

@test "A3 a line end in the token, in the answer and in the cache: no header is injected" {
    local file

    serve_limited --fault token-crlf
    ask
    expect_end 3 0 Auth
    expect_calls "$quote" 0

    serve_limited --token-interval 0
    rm -rf "$STATE"
    ask
    file=$(echo "$STATE"/token-*[!k])
    jq -c '.token += "\r\nX-Injected: 1"' "$file" >spoiled && cat spoiled >"$file"
    wire --record heard relay
    : >log
    ask
    expect_end 0 3
    expect_no_text heard Injected
}

@test "A5 the broker calls a fresh token dead: one more, then exit 3" {
    serve_limited --dead-token --token-interval 0 --token-same 0
    ask
    expect_end 3 0 Auth
    expect_calls "$token" 1 # the minute's rule forbids another

    backdate_token
    : >log
    ask
    expect_end 3 0 Auth
    expect_calls "$token" 1
    # Two requests, with either token twice.
    [ "$(jq -c "select($quote)" log | wc -l)" -le 8 ] || fail "a loop"
}

@test "A6 a token was issued elsewhere within the minute: exit 3 with the time to wait" {
    serve_limited
    ask
    rm -rf "$STATE"
    : >log
    ask
    expect_end 3 0 Auth
    expect_match err 'try again in [0-9]+ s'
    expect_calls "$token" 1
    expect_calls "$quote" 0
}

@test "A7 the token's answer never comes: not asked for again within the minute" {
    try=1
    serve_limited --fault token-timeout
    ask
    expect_end 3 0
    expect_json 'all(.[]; .error_type | IN("Auth", "Timeout"))'
    expect_calls "$token" 1
    ask
    expect_end 3 0 Auth
    expect_calls "$token" 1
}

@test "A8 twenty start at once with a cold cache: one token, all answered" {
    deadline=30
    serve_limited
    crowd 20
    expect_same "$(sort -u <(printf '%s\n' "${end[@]}"))" 0
    expect_calls "$token" 1
}

@test "A9 all workers see the token expire at once: one refresh" {
    serve_limited --token-interval 0 --revoke-after 6 --latency 200
    many 6
    ask --batch 1
    expect_end 0 6
    backdate_token
    : >log
    ask --batch 1
    expect_end 0 6
    expect_calls "$token" 1
    [ "$(jq -c 'select(.msg_cd == "EGW00123")' log | wc -l)" -ge 2 ] || fail "not at once"
}

@test "A10 killed while the cache is written: the old one or the new one" {
    local i file

    rate=0
    serve --token-interval 0
    ask
    file=$(echo "$STATE"/token-*[!k])
    for ((i = 0; i < 20; i++)); do
        jq -c '.expires_at_ms = 1 | .asked_at_ms = 1' "$file" >expired
        cat expired >"$file"
        start
        sleep "0.0$((i % 10))"
        kill -KILL "$pid" || true # it may have ended
        wait "$job" || true
        jq -e '.version == 1 and (.token | test("^eyJ0eXAi|^$"))' "$file" >/dev/null ||
            fail "torn: $(<"$file")"
    done
    rm "$file"
    ask
    expect_end 0 3
    [ "$(find "$STATE" -name '*.tmp' | wc -l)" -le 1 ] || fail "$(ls "$STATE")"
}

# ---- limits, time, signals ---------------------------------------------------------

@test "L1 a limit by whole seconds: never refused" {
    serve_limited --window fixed --latency 20 --jitter 40
    many 50
    ask --batch 1
    expect_end 0 50
    expect_calls '.msg_cd == "EGW00201"' 0
}

@test "L2 a limit over any second: never refused" {
    serve_limited --jitter-before 60 --latency 20 --jitter 40
    many 50
    ask --batch 1
    expect_end 0 50
    expect_calls '.msg_cd == "EGW00201"' 0
}

@test "L4 two at once: together they keep to the quota" {
    serve_limited
    many 25
    crowd 2 --batch 1
    expect_same "${end[*]}" '0 0'
    expect_calls '.msg_cd == "EGW00201"' 0
}

@test "L5 one is killed amid its calls: the next goes on, and the quota holds" {
    serve_limited
    many 30
    start --batch 1
    wait_until has_calls 10
    kill -KILL "$pid"
    wait "$job" || true
    ask --batch 1
    expect_end 0 30
}

@test "L5 the quota's lock is held by one that sleeps: the others go on" {
    serve_limited
    ask
    hold "$STATE"/quota-*[!k]
    many 20
    ask --batch 1
    expect_end 0 20
}

@test "L9 SIGINT and SIGTERM in every phase: at once, each symbol answered, exit 130, 143" {
    local phase signal

    bound=0 deadline=600 try=300
    for phase in name connect handshake token lock quota retry answer; do
        for signal in INT TERM; do
            client=() arguments=() symbols=(005930 AAPL)
            unset KIS_BASE_URL
            rm -rf "$STATE"
            "phase_$phase"
            start "${arguments[@]}"
            wait_until "in_$phase"
            kill "-$signal" "$pid"
            finish
            expect_status $((128 + $(kill -l "$signal")))
            # What has been refused once, and waits for its next turn, keeps that word.
            expect_json 'all(.[] | select(.error); .error_type | test("Canceled|RateLimit"))'
        done
    done
}

# How each phase is made to last, and how it is told that it has begun.
phase_name() { preload faults FAULT_RESOLVER=stall && use https://broker.test; }
phase_connect() { wire deaf; }
phase_handshake() { wire silent && use "https://${KIS_BASE_URL#*//}"; }
phase_token() { serve_limited --fault hang@path=token; }
phase_lock() {
    serve_limited
    ask
    rm "$STATE"/token-*[!k]
    # Nor can it be taken away from who holds it.
    local lock
    lock=$(echo "$STATE"/token-*.lock)
    cp -p "$lock" "$lock.new"
    hold "$lock"
    hold "$lock.new"
}
phase_quota() { serve_limited && many 20 && arguments=(--rate 1 --batch 1); }
phase_retry() { serve_limited --fault retry-after=300; }
phase_answer() { serve_limited --fault hang; }

# Of SIGTERM: before, one ends it without a word.
catches_signals() { grep -qE '^SigCgt:.*[4-7c-f][0-9a-f]{3}$' "/proc/$pid/status"; }
in_name() { grep -q 'asking for a token' err; }
in_connect() { in_name; }
in_handshake() { in_name; }
in_token() { in_name; }
in_lock() { catches_signals && sleep 0.1; }
in_quota() { has_calls 2; }
in_retry() { grep -q 'again in' err; }
in_answer() { in_name && sleep 0.2; }

@test "L9 SIGINT while the reader of stdout sleeps: half a second, then exit 130" {
    bound=1 deadline=600 rate=0
    serve
    many 3000
    mkfifo pipe
    exec 9<>pipe
    out=pipe start --rate 0
    wait_until has_calls 5
    sleep 0.2
    kill -INT "$pid"
    out=pipe finish
    expect_status 130
}

@test "L12 --timeout 0 is none; negative, endless and unfit ones are refused" {
    local unfit

    serve_limited
    deadline=0 bound=10
    ask
    expect_end 0 3
    : >log
    for unfit in -1 -0.5 nan inf 1e9 1e400 0x10 99999999999999999999 '' ' 5' 5s; do
        fetch --timeout "$unfit" 005930
        expect_refused "--timeout takes a number of seconds from 0 to 86400, not '$unfit'"
    done
}

@test "L13 the deadline comes with three calls in flight: the rest says so, exit 6" {
    deadline=2 try=30
    serve_limited --fault hang@nth=10-99
    many 30
    ask --batch 1
    expect_end 6 9 Deadline
}
