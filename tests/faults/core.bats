# SPDX-License-Identifier: MIT
# The rows of the fault catalogue that come first: they are part of every check.
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
    ask --batch 1 --retries 3 --stats stats
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
    serve_tls host
    ask
    expect_end 4 0 Tls
    expect_text err certificate
    expect_no_text err again
    expect_no_calls
}

@test "T2 another host's certificate: the same" {
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
    ask --cacert "$ca"
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

@test "H4 429 with a Retry-After beyond the deadline: given up at once" {
    local wish

    symbols=(005930)
    for wish in 3600 86401 'Fri, 31 Dec 2100 23:59:59 GMT'; do
        serve_limited --fault "retry-after=$wish"
        ask
        expect_end 4 0 RateLimit
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

# ---- JSON and data ---------------------------------------------------------------

# J1: each second answer is whole, so that the run goes on. The last bytes of an
# answer differ in number from symbol to symbol: for them it is always the same one.
@test "J1 every prefix of an answer: an error, never a record" {
    local faults=() length most i

    symbols=(005930)
    serve
    ask
    ask --stats stats
    length=$(jq .bytes stats)
    most=$((length - 40))
    [ "$most" -gt 400 ] || fail "an answer of $length bytes"
    rm -rf "$STATE"

    for ((i = 0; i < most; i++)); do
        faults+=(--fault "prefix=$i@symbol=$((100000 + i))")
    done
    for ((i = most; i < length; i++)); do
        faults+=(--fault "prefix=$i@symbol=005930,nth=$((i - most + 1))")
    done
    rate=0 deadline=60
    serve "${faults[@]}"
    mapfile -t symbols < <(seq 100000 $((100000 + most - 1)) | sed 'p; s/^1/2/')
    ask --batch 1 --retries 0 --rate 0 --workers 1
    expect_end 1 "$most" Parse
    expect_json 'all(.[]; .error == (.symbol[:1] == "1"))'

    symbols=(005930)
    for ((i = most; i < length; i++)); do
        ask --retries 0 --rate 0 --no-share
        expect_end 4 0 Parse
    done
    ask --retries 0 --rate 0 --no-share
    expect_end 0 1
}

@test "J2 something after the document, another document: an error" {
    local text

    for text in x '{}' ',' '[]' '}' '0' '{"rt_cd":"0"}'; do
        spoil "trailing=$text"
        expect_end 4 0 Parse
    done
}

@test "J3 nested 33, 1001 and 100000 deep: an error, no overflow" {
    local depth

    for depth in 33 1001 100000; do
        spoil "deep=$depth"
        expect_end 4 0 Parse
    done
}

@test "J4 the price twice: an error" {
    spoil dup
    expect_end 4 0 Parse
    expect_text out 'key a second time'
}

@test "J7 a price in any but the documented forms: an error that names the field" {
    # The last but two are full-width digits.
    prices - + . 1. 1e5 NaN Infinity 0x10 1,00 '1 2' 70100원 --5 +-5 １２３ \
        "$(printf '%0180d' 0 | tr 0 7)" 1e5
    expect_end 4 0 Parse
    expect_json 'all(.[]; .msg1 | test("'"'(stck_prpr|inter2_prpr|last)'"'"))'
}

@test "J7 a price in the documented forms: its digits come out; a blank one is none" {
    prices 70100 ' 70100 ' +1.5 0070100 261.2300 0.10 .5 1,234,567.80 ' +1.50'
    expect_end 0 9
    expect_same "$(grep -o '"price":[^,]*' out | cut -d: -f2 | tr '\n' ' ')" \
        '70100 70100 1.5 70100 261.2300 0.10 0.5 1234567.80 1.50 '
    rm -rf "$STATE"
    prices '' ' ' ''
    expect_end 4 0 NoTrade
}

@test "J8 numbers that a double cannot hold: kept digit by digit, or an error" {
    prices 9007199254740993 0.1000000000000000055 9007199254740993
    expect_end 0 3
    expect_same "$(grep -o '"price":[^,]*' out | cut -d: -f2 | tr '\n' ' ')" \
        '9007199254740993 0.1000000000000000055 9007199254740993 '
    rm -rf "$STATE"
    prices 1e400 1e400
    expect_end 4 0 Parse
}

@test "J9 NUL, half a surrogate, a control byte, no UTF-8, a BOM: an error" {
    local fault

    for fault in nul surrogate control badutf8 bom; do
        spoil "$fault"
        expect_end 4 0 Parse
    done
}

@test "J10 escapes, OSC 52, bidi controls in a name: harmless in each format and on stderr" {
    local format

    serve_limited --fault "refuse=$(printf 'E\e[31mX')@symbol=AAPL" --fault escapes
    for format in table csv tsv json ndjson; do
        ask --format "$format"
        expect_status 1
        "$PYTHON" - "$format" out err <<'EOF' || fail "$format is not harmless"
import sys, unicodedata
format, *files = sys.argv[1:]
for name in files:
    for c in open(name, encoding="utf-8", newline="").read():
        if c == "\n" or (c in "\r\t" and format in ("csv", "tsv")):
            continue  # a CSV text may hold them, in quotes
        if unicodedata.category(c) in ("Cc", "Cf"):
            sys.exit("%s: U+%04X" % (name, ord(c)))
EOF
    done
}

@test "J10 a long name is cut in the table" {
    serve_limited --fault "name=$(printf '%0190d' 0)"
    ask --format table
    expect_status 0
    expect_same "$(awk 'length > 120' out)" ''
}

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

in_name() { grep -q 'asking for a token' err; }
in_connect() { in_name; }
in_handshake() { in_name; }
in_token() { in_name; }
in_lock() { [ -s pid ] && sleep 0.1; }
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

# ---- input -------------------------------------------------------------------------

@test "I2 a million lines: told what fits, and done by the deadline" {
    local count=1000000

    unsanitized || count=100000
    deadline=3
    serve_limited
    awk -v n="$count" 'BEGIN { for (i = 0; i < n; i++) printf "1%05d\n", i % 100000 }' >million
    input=(-f million) symbols=()
    start --format csv --fields symbol,error_type
    cp million list
    finish
    expect_status 6
    expect_text err 'will fit'
}

@test "I3 lines and files without end: refused, in little memory" {
    local file

    unsanitized && client=(prlimit --as=$((300 << 20)))
    serve_limited
    head -c 200M /dev/zero | tr '\0' 7 >line
    for file in line /dev/zero /dev/urandom; do
        input=(-f "$file")
        ask
        expect_status 2
        expect_match err 'line [0-9]+'
        expect_no_calls
    done
}

@test "I4 NUL, control characters, ESC in a line: named by number, and not repeated" {
    local text

    serve_limited
    for text in '0059\x0030' '0059\x1b[31m30' 'AA\x07PL' '005930\x7f' 'AA\xe2\x80\xaePL'; do
        printf '000660\n%b\n' "$text" >odd
        input=(-f odd)
        ask
        expect_status 2
        expect_match err 'line 2'
        expect_no_calls
        ! LC_ALL=C grep -q '[^ -~]' <(tail -n 1 err | sed 's/…//g') || fail "repeated: $(cat -v err)"
    done
}

@test "I5 CRLF, a BOM, no last newline, blanks at the end: accepted" {
    serve_limited
    printf '\xef\xbb\xbf005930\r\n\r\n000660 \t\r\n  AAPL' >odd
    input=(-f odd)
    ask
    expect_end 0 3
}

@test "I8 what would break out of a URL, and what is nearly a symbol: refused" {
    local text

    serve_limited
    for text in ../005930 '005930%0d%0a' '005930&FID=1' '005930?x' ００５９３０ 00593 \
        00593000 'AAPL;' "AAPL'" 'A"' 'AAPL.XX' '..' '%' '005930/..'; do
        printf '%s\n' "$text" >odd
        input=(-f odd)
        ask
        expect_status 2
        expect_no_calls
    done
}

# ---- output and system ---------------------------------------------------------------

@test "O1 standard output is full: exit 5, and said" {
    serve_limited
    out=/dev/full ask
    expect_status 5
    expect_text err 'cannot write standard output: No space left on device'
}

@test "O2 the reader goes away: no further call, quiet, exit 141" {
    rate=0
    serve
    many 6000
    mkfifo pipe
    head -n 1 <pipe >first &
    out=pipe ask --format ndjson --rate 0
    expect_status 141
    expect_no_text err 'cannot write'
    jq -e .symbol first >/dev/null || fail "the record is not whole"
    [ "$(wc -l <log)" -lt 100 ] || fail "$(wc -l <log) calls"
}

@test "O3 standard descriptors are closed: no socket or file takes their place" {
    local shut

    serve_limited
    for shut in '>&-' '<&- >&-' '<&- >&- 2>&-'; do
        client=("$BASH" -c "exec \"\$@\" $shut" closed)
        ask
        expect_status 5
        [ ! -s out ] || fail "written to what is closed"
    done
    for shut in '<&-' '2>&-' '<&- 2>&-'; do
        client=("$BASH" -c "exec \"\$@\" $shut" closed)
        ask
        expect_end 0 3
    done
}

@test "O5 standard output is a full pipe whose reader sleeps: exit 5 after the deadline" {
    deadline=2 rate=0
    serve
    many 3000
    mkfifo pipe
    exec 9<>pipe
    out=pipe ask --rate 0
    expect_status 5
    expect_text err 'its reader let the time run out'
}

@test "O11 any one of its allocations fails: a clean end, whatever is said" {
    local count i step

    unsanitized || skip "a sanitizer has its own malloc"
    ! grep -q gcov_do_dump "$QUOTEFETCH" || skip "gcov does not survive a failed malloc"
    rate=0
    serve
    ask --rate 0
    preload malloc FAULT_MALLOC_FILE="$PWD/count"
    ask --rate 0
    count=$(<count)
    [ "$count" -gt 50 ] || fail "$count allocations"
    step=$((count / 60 + 1))
    for ((i = 1; i <= count; i += step)); do
        client=()
        preload malloc FAULT_MALLOC="$i"
        ask --rate 0
    done
}
