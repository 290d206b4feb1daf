# SPDX-License-Identifier: MIT
# The rows of the fault catalogue that come first: JSON and its values; part of every check.
# shellcheck shell=bash disable=SC2034

load ../support/faults

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
        ask --format "$format" --retries 0
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
