# SPDX-License-Identifier: MIT
# HTTP, JSON and data: the rows of the fault catalogue that core_*.bats has not.
# shellcheck shell=bash disable=SC2034

load ../support/faults

# ---- HTTP ----------------------------------------------------------------------

@test "H2 401 and 403 on quotes: by the body's code, else one refresh at most, then exit 3" {
    spoil refuse=EGW00201/403
    expect_end 4 0 RateLimit
    spoil refuse=EGW00003/401
    expect_end 3 0 Auth
    spoil status=403
    expect_end 3 0 Auth
    expect_calls "$token" 1
    spoil status=401
    expect_end 3 0 Auth
    expect_calls "$token" 1
}

@test "H3 404: final for that symbol, the others are answered" {
    serve_limited --fault status=404@symbol=000660
    ask --batch 1
    expect_end 1 2 Http
    expect_calls "$quote" 3
}

@test "H6 a page of HTML with 502, 503, 504: tried again, never seen in the output" {
    local status_code

    for status_code in 502 503 504; do
        rm -rf "$STATE"
        serve_limited --fault "status=$status_code@nth=1"
        ask --stats stats
        expect_end 0 3
        expect_json '.retries == 1' stats
        rm -rf "$STATE"
        serve_limited --fault "status=$status_code"
        ask --retries 1
        expect_end 4 0 Http
        expect_no_text out '<'
        expect_no_text err '<'
    done
}

@test "H6 every second call fails: no more further attempts than the run has for them" {
    rate=0 deadline=40
    serve --fault status=503@every=2
    many 100
    ask --batch 1 --rate 0 --stats stats
    expect_end 0 100
    # Ten at first, half a one for each answer, four a second.
    expect_json '.retries <= 11 + .quotes / 2 + .wall_ms / 250' stats
}

@test "H6 a page of HTML with 200: an error, not its text" {
    spoil html200
    expect_end 4 0 Parse
    expect_no_text out '<'
}

@test "H9 gzip that nobody asked for, ten megabytes when unpacked: an error" {
    spoil gzip
    expect_end 4 0 Parse
    spoil gzip=1000000000
    expect_status 4
}

@test "H10 headers without measure: an error" {
    local fault

    for fault in headers=400000 headers=1048576 header-lines=10000; do
        spoil "$fault"
        expect_status 4
        expect_json 'all(.[]; .error_type == "Network" or .error_type == "Http")'
    done
}

@test "H11 no status line: an error" {
    spoil http09
    expect_end 4 0 Http
}

@test "H12 five 103s before the answer: accepted" {
    spoil early
    expect_end 0 3
}

@test "H13 another Content-Type: accepted" {
    spoil ctype
    expect_end 0 3
    spoil ctype=
    expect_end 0 3
}

@test "H14 an empty body, 204: an error" {
    spoil empty
    expect_end 4 0 Parse
    spoil nobody
    expect_status 4
    expect_json 'all(.[]; .error_type == "Parse" or .error_type == "Http")'
}

@test "H15 the answer names another symbol: an error" {
    spoil wrong-symbol
    expect_json 'all(.[] | select(.market == "KR"); .error)'
}

@test "H16 a second answer in the same piece: the next symbol does not get it" {
    many 12
    rate=0
    serve --fault twice
    ask --batch 1 --rate 0
    expect_end 0 12
    jq -S 'map({(.symbol): [.name, .price]}) | add' out >twice
    rm -rf "$STATE"
    serve
    ask --batch 1 --rate 0
    expect_same "$(cat twice)" "$(jq -S 'map({(.symbol): [.name, .price]}) | add' out)"
}

@test "H17 a server that speaks HTTP/2 alone: a clear error" {
    wire 'say=\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00\xff\xff\xff'
    ask --retries 0
    expect_end 3 0 Auth # it may have been a token
    expect_text err 'the answer to the token call was lost'
}

@test "H: the answer comes byte by byte: accepted" {
    serve_limited
    wire split
    ask
    expect_end 0 3
}

# ---- JSON and data ---------------------------------------------------------------

@test "J5 the price under a key in capitals: no price" {
    spoil keycase
    expect_status 4
    expect_json 'all(.[]; .error_type == "NoTrade" and .price == null)'
}

@test "J6 the price as number, null, array, object, bool: an error that names the field" {
    local type

    for type in number array object bool; do
        spoil "type=$type"
        expect_end 4 0 Parse
        expect_json 'all(.[]; .msg1 | test("(stck_prpr|inter2_prpr|last)"))'
    done
    spoil type=null
    expect_status 4
    expect_json 'all(.[]; .error_type == "NoTrade" and .price == null)'
}

@test "J9 UTF-16: an error" {
    serve_limited
    wire 'answer=\xff\xfe{\x00"\x00a\x00"\x00:\x001\x00}\x00'
    ask --retries 0
    expect_end 4 0 Parse
}

@test "J11 commas, quotes, line ends in names: csv and ndjson stay what they are" {
    local name format

    name=$(printf 'a,"b";\n\tc\\d '"'"'e')
    serve_limited --fault "name=$name"
    symbols=(005930 000660)
    for format in json ndjson csv tsv; do
        ask --format "$format"
        expect_status 0
    done
    ask --format csv
    "$PYTHON" -c 'import csv, sys
for row in csv.DictReader(open("out", newline="")):
    assert row["name"] == sys.argv[1], row' "$name"
    ask
    expect_same "$(jq -r '.[0].name' out)" "$name"
}

@test "J12 an array, a string, a number, null, nothing but blanks instead of an object: an error" {
    local body

    spoil toparray
    expect_end 4 0 Parse
    for body in '[]' '"text"' 1 null true ' ' '\n'; do
        rm -rf "$STATE"
        serve_limited
        wire "answer=$body"
        ask --retries 0
        expect_end 4 0 Parse
    done
}

@test "J13 rt_cd 0 without an output, rt_cd 1 with one: an error" {
    spoil norows
    expect_status 4
    spoil rt1
    expect_status 4
    expect_json 'all(.[]; .error and .rt_cd == "1")'
}

@test "J14 five megabytes of valid JSON: the cap" {
    spoil big
    expect_end 4 0 Http
    expect_text out 'larger than'
}

@test "J15 a time stamp of yesterday or tomorrow" {
    skip "no field of a record comes from a time stamp of the broker's"
}
