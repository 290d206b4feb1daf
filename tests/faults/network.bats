# SPDX-License-Identifier: MIT
# Network and TLS: the rows of the fault catalogue that core_*.bats has not.
# shellcheck shell=bash disable=SC2034

load ../support/faults

# ---- the network ---------------------------------------------------------------

@test "N1 unknown host: given up for all within two seconds, said once" {
    preload faults FAULT_RESOLVER=unknown
    use https://broker.test
    many 50
    bound=2
    ask --stats stats
    expect_end 4 0 Network
    expect_text err "cannot resolve 'broker.test': the name does not exist"
    expect_json '.retries <= 6' stats # two for each worker
    expect_same "$(grep -c 'stopped early' err)" 1
}

@test "N3 a dead address before the live one: the live one is used" {
    preload faults FAULT_RESOLVER=dead
    serve_tls host
    use "https://broker.test:${KIS_BASE_URL##*:}"
    ask --cacert "$ca"
    expect_end 0 3
}

@test "N3 an address that drops SYNs before the live one: costs a second, not the attempt" {
    preload faults FAULT_RESOLVER=dead
    try=9 deadline=20
    serve_tls host
    wire --bind "127.0.0.9:${KIS_BASE_URL##*:}" deaf
    use "https://broker.test:${KIS_BASE_URL##*:}"
    ask --cacert "$ca" --retries 0
    expect_end 0 3
}

@test "N5 SYNs are dropped: the attempt ends long before its time, and was no call" {
    try=25 deadline=40 bound=12
    wire deaf
    ask --retries 0 --stats stats
    expect_end 4 0 Network
    expect_text out 'no answer'
    expect_json '.calls == 0' stats
}

@test "T4 a handshake that takes longer than a connection may: it has the rest of the attempt" {
    try=25 deadline=40
    serve_tls host
    wire late=3
    use "https://${KIS_BASE_URL#*//}"
    ask --cacert "$ca" --retries 0
    expect_end 0 3
}

@test "N7 a byte every 200 ms: the attempt ends although there is progress" {
    try=1
    serve_limited --fault drip
    ask --retries 1
    expect_end 4 0 Timeout
    expect_calls "$quote" 4
}

@test "N8 three packets in ten are lost: slower, and the quota holds" {
    namespace
    serve_limited
    ask # a token that is lost on its way is not asked for again within the minute
    inside nft -f - <<'END' || skip "no nft here, or none in this kernel"
table inet lossy {
    chain in {
        type filter hook input priority 0
        iif lo numgen random mod 100 < 30 drop
    }
}
END
    deadline=60
    many 12
    ask --batch 1 --retries 5
    expect_end 0 12
}

@test "N9 reset after the request: tried again, and counted as sent" {
    serve_limited --fault reset@every=3
    many 9
    ask --batch 1 --retries 8 --stats stats # the third call may be the same symbol's again
    expect_end 0 9
    expect_same "$(jq .calls stats)" "$(wc -l <log)"
}

@test "N12 the port answers only after two seconds: the run recovers" {
    try=5
    serve_limited
    wire deaf=2
    ask
    expect_end 0 3
}

@test "N13 the interface goes down in mid-run: the rest fails in time" {
    namespace
    try=1 deadline=5
    serve_limited
    many 40
    start --batch 1
    wait_until has_calls 8
    inside ip link set lo down
    finish
    expect_status 6
    expect_json 'any(.[]; .error | not) and
        all(.[] | select(.error); .error_type | test("Timeout|Network|Deadline"))'
}

@test "N14 IPv6 is a black hole: the live address is used without its time-out" {
    namespace
    inside ip link add v0 type veth peer name v1 || skip "no veth in this kernel"
    inside ip link set v0 up
    inside ip link set v1 up
    inside ip -6 addr add 2001:db8::2/64 dev v0 nodad
    inside ip -6 neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 dev v0
    preload faults FAULT_RESOLVER=hole
    try=2
    serve_tls host
    use "https://broker.test:${KIS_BASE_URL##*:}"
    ask --cacert "$ca" --retries 0
    expect_end 0 3
}

@test "N15 a proxy that is no proxy: the error names it, and it ends" {
    local proxy

    serve_tls host
    for proxy in garbage://x 'a proxy' http://127.0.0.1:99999; do
        client=(env "https_proxy=$proxy")
        bound=2
        ask --cacert "$ca"
        expect_end 4 0 Network
        expect_text err "cannot use the proxy '$proxy'"
        expect_no_calls
    done
}

@test "N15 nobody at the proxy's port: the error names it" {
    client=(env https_proxy=http://me:hunter2@127.0.0.1:9)
    serve_tls host
    ask --cacert "$ca" --retries 0
    expect_end 4 0 Network
    expect_text out "cannot connect to the proxy '127.0.0.1:9': Connection refused"
    expect_no_text err hunter2
    expect_no_calls
}

@test "N15 a proxy that is not there: the error names it" {
    preload faults FAULT_RESOLVER=unknown
    client+=(https_proxy=http://gone.test:3128)
    serve_tls host
    ask --cacert "$ca"
    expect_end 4 0 Network
    expect_text err gone.test
}

@test "N17 the way there stands still for 2 s, then all comes at once: the quota holds" {
    try=5
    serve_limited
    wire hold=2
    many 40
    ask --batch 1 --workers 8
    expect_end 0 40
    expect_calls '.msg_cd == "EGW00201"' 0
}

@test "N18 no more descriptors: an end without a spin" {
    local limit

    unsanitized || skip "a sanitizer needs descriptors of its own"
    serve_limited
    for limit in 4 5 6 8 10; do
        rm -rf "$STATE"
        client=(prlimit "--nofile=$limit")
        ask --retries 0
        case $status in 0 | 1 | 2 | 4) ;; *) fail "exit status $status" ;; esac
        expect_text err quotefetch:
    done
}

# ---- TLS -----------------------------------------------------------------------

@test "T3 a certificate that has expired, or is not yet valid: refused, with a hint at the clock" {
    local name

    for name in expired early; do
        serve_tls "$name"
        ask --cacert "$ca"
        expect_end 4 0 Tls
        expect_match err 'clock'
        expect_no_calls
    done
}

@test "T4 the handshake stalls: each attempt ends in time" {
    try=1
    wire silent
    use "https://${KIS_BASE_URL#*//}"
    ask --retries 0
    expect_end 4 0 Timeout
}

@test "T4 the handshake is reset: tried again" {
    wire reset
    use "https://${KIS_BASE_URL#*//}"
    ask --stats stats
    expect_status 4
    expect_json '.retries >= 2' stats
}

@test "T5 plain HTTP on the TLS port: an error, and nothing is sent in plain" {
    wire --record heard 'say=HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'
    use "https://${KIS_BASE_URL#*//}"
    ask
    expect_end 4 0 Tls
    ! grep -aqE 'GET|POST|app' heard || fail "spoken in plain"
}

@test "T6 a server with TLS 1.0 and 1.1 alone: refused" {
    serve_tls host --tls-priority 'NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%COMPAT'
    ask --cacert "$ca" --retries 0
    expect_end 4 0 Tls
    expect_no_calls
}

@test "T9 SSLKEYLOGFILE is set: no key is written there" {
    client=(env SSLKEYLOGFILE="$PWD/keys")
    serve_tls host
    ask --cacert "$ca"
    expect_end 0 3
    [ ! -e keys ] || fail "$(cat keys)"
}

@test "T10 the CA file is missing, a directory, or no CA file: refused before any call" {
    serve_tls host
    for file in /nope "$PWD" /dev/null; do
        ask --cacert "$file"
        case $file in
        /dev/null) expect_end 4 0 Tls ;;
        *) expect_status 2 ;;
        esac
        expect_no_calls
    done
}
