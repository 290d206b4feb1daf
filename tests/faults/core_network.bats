# SPDX-License-Identifier: MIT
# The rows of the fault catalogue that come first: network, TLS, HTTP; part of every check.
# shellcheck shell=bash disable=SC2034

load ../support/faults

# ---- the network ---------------------------------------------------------------

@test "N2 the resolver stalls: each attempt ends in time, and so does the run" {
    preload faults FAULT_RESOLVER=stall
    use https://broker.test
    try=1
    ask --retries 0
    expect_end 4 0 Timeout
}

@test "N4 connection refused: tried again, then stopped early and said once" {
    use http://127.0.0.1:9
    many 300
    ask --stats stats
    expect_end 4 0 Network
    expect_json '.retries >= 2 and .retries <= 30' stats
    expect_same "$(grep -c 'stopped early' err)" 1
}

@test "N6 connected, then silence: each attempt ends, further ones are made" {
    try=1 symbols=(005930)
    serve_limited --fault hang
    ask --retries 2
    expect_end 4 0 Timeout
    expect_calls "$quote" 3
}

@test "N6 connected, then silence until the deadline: exit 6" {
    try=9 deadline=2
    serve_limited --fault hang
    ask
    expect_end 6 0 Deadline
}

@test "N10 kept connections are closed while idle: one call each, none lost" {
    serve_limited --fault stale
    many 9
    ask --batch 1
    expect_end 0 9
    expect_calls "$quote" 9
}

@test "N11 a kept connection dies with a call: no call is made that is not counted" {
    serve_limited --fault resend
    many 12
    ask --batch 1 --stats stats
    expect_end 0 12
    expect_same "$(jq .calls stats)" "$(wc -l <log)"
}

@test "N16 one answer in twenty comes 0.9 s late: the quota holds" {
    serve_limited --fault delay=900@p=0.05
    many 45
    ask --batch 1
    expect_end 0 45
    expect_calls '.msg_cd == "EGW00201"' 0
}

# ---- TLS -----------------------------------------------------------------------

@test "T1 unknown CA: refused before a byte is sent, not tried again" {
    try=10 # a slow machine's handshake
    serve_tls host
    ask
    expect_end 4 0 Tls
    expect_text err certificate
    expect_no_text err again
    expect_no_calls
}

@test "T2 another host's certificate: the same" {
    try=10
    serve_tls other
    ask --cacert "$ca"
    expect_end 4 0 Tls
    expect_text err certificate
    expect_no_text err again
    expect_no_calls
}

@test "T7 a body without length is cut without close_notify: no answer, tried again" {
    serve_tls host --fault cut-nolength@nth=1
    ask --cacert "$ca"
    expect_end 0 3
    expect_calls "$quote" 3
}

# libcurl 8 sees the cut by itself (Network), libcurl 7 takes it for an end.
@test "T7 the same each time: an error and no record of half an answer" {
    serve_tls host --fault cut-nolength
    ask --cacert "$ca" --retries 2
    expect_end 4 0
    expect_json 'all(.[]; .error_type == "Parse" or .error_type == "Network")'
}

@test "T8 cut inside the headers: no answer, tried again" {
    serve_tls host --fault cut-head
    ask --cacert "$ca" --retries 2
    expect_status 4
    expect_json 'all(.[]; .error)'
    expect_calls "$quote" 6
}

# ---- HTTP ----------------------------------------------------------------------

@test "H1 redirects to another host: an error, and the other host hears nothing" {
    local broker status

    for status in 301 302 303 307 308; do
        wire --record heard 'say=HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'
        serve_limited --fault "redirect=$status:$KIS_BASE_URL/steal"
        ask --retries 0
        expect_end 4 0 Http
        [ ! -e heard ] || fail "the other host heard $(<heard)"
        rm -rf "$STATE"
    done
}

@test "H4 429 with all forms of Retry-After: waits for what makes sense, within its time" {
    local wish

    symbols=(005930)
    for wish in 1 -5 99999999999999999999 'Sun, 06 Nov 1994 08:49:37 GMT'; do
        serve_limited --fault "retry-after=$wish@nth=1"
        ask
        expect_end 0 1
        expect_calls "$quote and .status == 429" 1
        rm -rf "$STATE"
    done
}

@test "H4 429 with a Retry-After beyond the deadline, by a slip: asked once more, before it" {
    symbols=(005930)
    serve_limited --fault "retry-after=86400@nth=1"
    ask
    expect_end 0 1
    expect_calls "$quote and .status == 429" 1
}

@test "H4 429 with a Retry-After beyond the deadline: asked once more, and given up" {
    local wish

    deadline=3

    symbols=(005930)
    for wish in 3600 86401 'Fri, 31 Dec 2100 23:59:59 GMT'; do
        serve_limited --fault "retry-after=$wish"
        ask
        expect_end 4 0 RateLimit
        expect_calls "$quote" 2
        rm -rf "$STATE"
    done
}

@test "H5 the limit's code with status 500 and with 200: both are the limit" {
    local fault

    symbols=(005930)
    for fault in limit limit200; do
        serve_limited --fault "$fault@nth=1"
        ask --stats stats
        expect_end 0 1
        expect_json '.refusals == 1 and .retries == 1' stats
        rm -rf "$STATE"
    done
    serve_limited --fault limit200
    ask --retries 1
    expect_end 4 0 RateLimit
}

@test "H7 a length too long is tried again; one too short spoils no other answer" {
    local fault

    for fault in cut cut-chunked short-length short-length=1; do
        serve_limited --fault "$fault@nth=1-2"
        many 6
        ask --batch 1
        expect_end 0 6
        rm -rf "$STATE"
    done
}

@test "H8 a body without end: the cap ends it, and memory stays flat" {
    unsanitized && client=(prlimit --as=$((400 << 20)))
    serve_limited --fault endless
    ask
    expect_end 4 0 Http
    expect_text out 'larger than'
    expect_calls "$quote" 4 # the two of a call, then each by itself
}
