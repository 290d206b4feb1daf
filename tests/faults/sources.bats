#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Alpaca, Upbit and the ECB are trusted as little as the broker is: each fault of
# the sandbox for each of them. Two of its symbols are asked for, and one of
# another source, which always has its quote.

load ../support/common

# fault, and what the symbols of alpaca, upbit and ecb then have: an error type,
# or a quote. type=number is a text here, where numbers are the rule.
faults() {
    cat <<'END'
reset          Network  Network  Network
close          Network  Network  Network
lost           Network  Network  Network
stale          quote    quote    quote
cut            Network  Network  Network
cut-head       Parse    Parse    Parse
cut-chunked    Network  Network  Network
cut-nolength   Parse    Parse    Parse
headers        Http     Http     Http
header-lines   Network  Network  Network
http09         Http     Http     Http
early          quote    quote    quote
short-length   Parse    Parse    Parse
twice          quote    quote    quote
status=401     Auth     Auth     Auth
status=403     Auth     Auth     Auth
status=404     Http     Http     Http
status=422     Http     Http     Http
status=500     Http     Http     Http
status=503     Http     Http     Http
html200        Parse    Parse    Parse
redirect       Http     Http     Http
empty          Parse    Parse    Parse
nobody         Parse    Parse    Parse
garbage        Parse    Parse    Parse
gzip           Parse    Parse    Parse
ctype          quote    quote    quote
big            Http     Http     Http
deep           Parse    Parse    Parse
prefix=40      Parse    Parse    Parse
trailing       Parse    Parse    Parse
bom            Parse    Parse    Parse
toparray       Parse    Parse    Parse
absent         NotFound NotFound NotFound
no-trade       NoTrade  quote    quote
null           NoTrade  Parse    quote
exponent       quote    quote    quote
price=1e999    Parse    Parse    Parse
price=-5       Parse    Parse    Parse
price=1e-300   Parse    Parse    Parse
price=NaN      Parse    Parse    Parse
price=99999999999999999999999999999999999999999999999999 Parse Parse Parse
zero           NoTrade  NoTrade  Parse
type=number    Parse    Parse    Parse
type=null      NoTrade  NoTrade  NotFound
type=array     Parse    Parse    Parse
type=object    Parse    Parse    Parse
type=bool      Parse    Parse    Parse
dup            Parse    Parse    Parse
keycase        NoTrade  NoTrade  NotFound
END
}

# each SOURCE COLUMN SYMBOL SYMBOL NEIGHBOUR
each() {
    local fault want seen
    while read -r fault want; do
        "$SANDBOX" --fault "$fault@source=$1" -- "$QUOTEFETCH" -q -k --timeout 30 --retries 1 \
            --source alpaca,upbit,ecb --format ndjson "$3" "$4" "$5" >out 2>err || true
        seen=$(jq -rs 'map(if .error then .error_type elif .price > 0 then "quote"
            else "no price" end) | join(" ")' out) || fail "$fault: no JSON"
        expect_same "$fault: $seen" "$fault: $want $want quote"
        expect_same "$fault: $(grep -cE '"price":[0-9.]*[eE]' out)" "$fault: 0"
    done < <(faults | awk -v column="$2" '{ print $1, $(column + 1) }')
}

@test "alpaca: each fault is an error of its kind, or does no harm" {
    each alpaca 1 AAPL KO EURUSD.FX
}

@test "upbit: each fault is an error of its kind, or does no harm" {
    each upbit 2 KRW-BTC.UPBIT KRW-ETH.UPBIT EURUSD.FX
}

@test "ecb: each fault is an error of its kind, or does no harm" {
    each ecb 3 USDKRW.FX EURUSD.FX KRW-BTC.UPBIT
}

@test "an answer that names what was not asked is of another call" {
    for source in alpaca upbit ecb; do
        case $source in
        alpaca) symbol=AAPL type=Parse ;;
        upbit) symbol=KRW-BTC.UPBIT type=Parse ;;
        ecb) symbol=EURUSD.FX type=NotFound ;; # a rate more is no harm
        esac
        "$SANDBOX" --fault "wrong-symbol@source=$source" -- "$QUOTEFETCH" -q --timeout 30 \
            --retries 1 --source "$source" --format ndjson "$symbol" >out || true
        expect_json ".error_type == \"$type\" and .price == null"
    done
}
