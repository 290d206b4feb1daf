# SPDX-License-Identifier: MIT
# The rows of the fault catalogue that come first: input, output, system; part of every check.
# shellcheck shell=bash disable=SC2034

load ../support/faults

# ---- input -------------------------------------------------------------------------

@test "I2 a million lines: told what fits, and done by the deadline" {
    local count=1000000

    unsanitized || count=100000
    deadline=3
    serve_limited
    awk -v n="$count" 'BEGIN { for (i = 0; i < n; i++) printf "1%05d\n", i % 100000 }' >million
    input=(-f million) symbols=()
    start --format csv --fields symbol,error_type
    status=0
    wait "$job" || status=$?
    expect_status 6
    expect_text err 'will fit'
    # Those that a busy machine had read by then, or all.
    if grep -qF "reading 'million': the time is up" err; then
        count=$(grep -oE '/[0-9]+ symbols' err | head -n 1 | tr -dc 0-9)
    fi
    head -n "$count" million >list
    invariants
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
    local count left i step

    unsanitized || skip "a sanitizer has its own malloc"
    ! grep -q gcov_do_dump "$QUOTEFETCH" || skip "gcov does not survive a failed malloc"
    rate=0
    serve
    ask --rate 0
    preload malloc FAULT_MALLOC_FILE="$PWD/count"
    ask --rate 0
    read -r count left <count
    expect_same "$left never freed" '0 never freed'
    [ "$count" -gt 50 ] || fail "$count allocations"
    step=$((count / 60 + 1))
    for ((i = 1; i <= count; i += step)); do
        client=()
        preload malloc FAULT_MALLOC="$i" FAULT_MALLOC_FILE="$PWD/count"
        ask --rate 0
        read -r _ left <count
        expect_same "$i: $left never freed" "$i: 0 never freed"
    done
}
