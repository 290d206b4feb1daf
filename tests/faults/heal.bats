# SPDX-License-Identifier: MIT
# What heals before the deadline: a perfect client has every symbol. And what
# does not: the run ends early, and says once why.
# shellcheck shell=bash disable=SC2034

load ../support/faults

# early [OPTION...]: asks for many, and is stopped early, with one word of it.
early() {
    many 60
    deadline=60
    ask "$@"
    expect_same "$(grep -c 'stopped early' err) lines" "1 lines"
}

# ---- the way there -------------------------------------------------------------

@test "R3 the port is refused for the first second: all symbols" {
    deadline=20
    serve_limited --fault down@until=1s
    many 40
    ask
    expect_end 0 40
}

@test "R3 the port is refused for the first 5 s: all symbols" {
    deadline=30
    serve_limited --fault down@until=5s
    ask
    expect_end 0 3
}

@test "R3 the broker restarts for 1.5 s in mid-run: all symbols" {
    deadline=40
    serve_limited --fault down@nth=20,for=1.5s
    many 300
    ask --batch 4
    expect_end 0 300
}

@test "R4 the resolver says 'try again' for 0.3, 1 and 3 s: all symbols" {
    local seconds

    deadline=20
    serve_tls host
    for seconds in 0.3 1 3; do
        client=()
        rm -rf "$STATE"
        preload faults FAULT_RESOLVER=again FAULT_RESOLVER_SECONDS=$seconds
        use "https://broker.test:${KIS_BASE_URL##*:}"
        ask --cacert "$ca"
        expect_end 0 3
        serve_tls host # a token a minute is all that one grants
    done
}

@test "R4 the resolver says 'try again' nine times: all symbols" {
    deadline=20
    serve_tls host
    preload faults FAULT_RESOLVER=again FAULT_RESOLVER_TIMES=9
    use "https://broker.test:${KIS_BASE_URL##*:}"
    many 30
    ask --cacert "$ca" --batch 5
    expect_end 0 30
}

@test "R4 the first of two addresses drops SYNs: all symbols, without a further attempt" {
    try=15 deadline=30
    preload faults FAULT_RESOLVER=dead
    serve_tls host
    wire --bind "127.0.0.9:${KIS_BASE_URL##*:}" deaf
    use "https://broker.test:${KIS_BASE_URL##*:}"
    many 30
    ask --cacert "$ca" --batch 5 --stats stats
    expect_end 0 30
    expect_json '.retries == 0' stats
}

@test "N2 the resolver stalls for 7 s, longer than an attempt: all symbols" {
    try=3 deadline=30
    serve_tls host
    preload faults FAULT_RESOLVER=slow FAULT_RESOLVER_SECONDS=7
    use "https://broker.test:${KIS_BASE_URL##*:}"
    ask --cacert "$ca"
    expect_end 0 3
}

@test "N15 the proxy finds no way for 2 s: all symbols" {
    local proxy

    deadline=20
    serve_tls host --fault down@until=2s
    read -r proxy < <(exec "$PYTHON" "$ROOT/tests/support/rawserver.py" proxy 2>proxy.err 3>&-)
    brokers+=("$!")
    client=(env "https_proxy=http://127.0.0.1:$proxy")
    ask --cacert "$ca"
    expect_end 0 3
}

# ---- what does not heal ---------------------------------------------------------

@test "R13 a wrong port: ends early, says which" {
    bound=12
    use http://127.0.0.1:9
    early
    expect_end 4 0 Network
    expect_text err "cannot connect to '127.0.0.1:9': Connection refused"
}

@test "R13 a host that does not exist: ends early, says which" {
    bound=2
    preload faults FAULT_RESOLVER=unknown
    use https://broker.test
    early
    expect_end 4 0 Network
    expect_text err "cannot resolve 'broker.test': the name does not exist"
}

@test "R13 a host that drops SYNs: ends early, says which" {
    bound=16
    try=15
    wire deaf
    early
    expect_end 4 0 Network
    expect_text err "no answer"
}

@test "R13 a wrong key: ends early, and no quote is asked for" {
    bound=2
    serve_limited
    KIS_APP_SECRET=${SECRET/7/8} early
    expect_end 3 0 Auth
    expect_calls "$quote" 0
}

@test "R13 a certificate of another host, and of nobody known: ends early" {
    bound=2
    serve_tls other
    early --cacert "$ca"
    expect_end 4 0 Tls
    expect_text err certificate
    rm -rf "$STATE"
    serve_tls host
    early
    expect_end 4 0 Tls
    expect_text err certificate
    expect_no_calls
}

@test "R13 a proxy that wants a login: ends early, names it" {
    local proxy

    bound=2
    serve_tls host
    read -r proxy < <(exec "$PYTHON" "$ROOT/tests/support/rawserver.py" proxy=me:word 2>proxy.err 3>&-)
    brokers+=("$!")
    client=(env "https_proxy=http://127.0.0.1:$proxy")
    early --cacert "$ca"
    expect_end 3 0 Auth
    expect_text err "the proxy '127.0.0.1:$proxy' wants a login"
    expect_no_calls
}

# ---- in mid-run ------------------------------------------------------------------

# heals FAULT COUNT [OPTION...]: all COUNT symbols, whatever the fault.
heals() {
    local fault=$1 count=$2

    deadline=40
    rm -rf "$STATE"
    serve_limited --fault "$fault"
    many "$count"
    ask "${@:3}"
    expect_end 0 "$count"
}

@test "R1 3 x 502 and 8 x 503, then fine: all symbols" {
    heals status=502@nth=1-3 30
    heals status=503@nth=1-8 60 --batch 5
}

@test "R2 six refusals for the rate; a foreign program for 6 s: all symbols" {
    heals limit@nth=1-6 60 --batch 5
    heals foreign=25@nth=1,for=6s 60 --batch 5
}

@test "R5 one 401 page; one call whose token is called invalid: all, and no new token" {
    heals status=401@nth=5 60 --batch 5
    expect_calls "$token" 1
    heals invalid-token@nth=5 60 --batch 5
    expect_calls "$token" 1
}

@test "R5 401 pages for 5 s, from the first call on: all, with few calls" {
    local count

    for count in 60 1; do
        heals status=401@until=5s "$count" --batch 20
        [ "$(wc -l <log)" -le 30 ] || fail "$(wc -l <log) calls"
    done
}

@test "R6 the token endpoint answers 502 nine times: all symbols" {
    heals status=502@path=token,nth=1-9 60
}

@test "R7 every 4th call reset; a fifth of all 502: all symbols" {
    heals reset@every=4 60 --batch 1
    heals status=502@p=0.2 60 --batch 1
}

@test "R9 one overseas symbol is refused throughout: all the others" {
    local refusal

    for refusal in refuse=EGW00004 refuse=EGW99999/403 status=403; do
        rm -rf "$STATE"
        deadline=40
        serve_limited --fault "$refusal@symbol=KO"
        codes 60 >others
        echo KO >>others
        input=(-f others) symbols=()
        mapfile -t symbols <others
        ask
        expect_status 1
        expect_json "length == 61 and (map(select(.error)) | map(.symbol) == [\"KO\"])"
    done
}

# ---- what was learned of the pace -------------------------------------------------

@test "R10 an outage a moment ago: the next run is as fast as ever" {
    serve_limited --fault status=503@nth=1,for=4s
    many 30
    deadline=3
    ask --batch 1
    many 120
    deadline=25
    ask --batch 1
    expect_end 0 120
}

@test "R11 refused twice and again, for another program's sake: the next run has its pace" {
    serve_limited --fault limit@nth=8-9 --fault limit@nth=14-15
    many 30
    deadline=25
    ask --batch 1
    expect_end 0 30
    "$QUOTEFETCH" --quota --format json --source kis >quota
    expect_json '.ceiling_per_sec < 18' quota
    many 120
    ask --batch 1
    expect_end 0 120
}
