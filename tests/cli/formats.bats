# SPDX-License-Identifier: MIT
# The five formats, judged by jq and python, and letter by letter.

load ../support/common

# Fields that are the same in every run.
FIXED=symbol,market,exchange,name,currency,price,change,change_percent,volume,error,error_type,msg1,attempts

# As python's csv module reads it: one JSON array a row.
python_rows() { # python_rows excel|excel-tab
    python3 -c 'import csv, json, sys
for row in csv.reader(open("out", newline=""), sys.argv[1], strict=True):
    print(json.dumps(row, ensure_ascii=False))' "$1"
}

@test "json: one array, a record on each line; the default where stdout is no terminal" {
    serve
    for format in '' '--format json'; do
        # shellcheck disable=SC2086
        fetch -k $format --fields "$FIXED" 005930 999999 AAPL
        expect_status 1
        expect_same "$(cat out)" "$(
            cat <<'END'
[
{"symbol":"005930","market":"KR","exchange":"KRX","name":"삼성전자","currency":"KRW","price":274500,"change":6500,"change_percent":2.43,"volume":1819862,"error":false,"error_type":null,"msg1":"정상처리 되었습니다.","attempts":1},
{"symbol":"999999","market":"KR","exchange":null,"name":null,"currency":null,"price":null,"change":null,"change_percent":null,"volume":null,"error":true,"error_type":"NotFound","msg1":"Error: no such symbol","attempts":1},
{"symbol":"AAPL","market":"US","exchange":"NAS","name":null,"currency":"USD","price":261.2300,"change":2.7800,"change_percent":1.08,"volume":22326181,"error":false,"error_type":null,"msg1":"정상처리 되었습니다.","attempts":1}
]
END
        )"
    done
}

@test "ndjson: an object a line, nothing around them" {
    serve
    fetch -k --format ndjson --fields symbol,price,error 005930 999999
    expect_same "$(cat out)" "$(printf '%s\n' '{"symbol":"005930","price":274500,"error":false}' \
        '{"symbol":"999999","price":null,"error":true}')"
}

@test "json and ndjson and csv hold the same records" {
    serve
    fields=$FIXED,open,high,low,previous_close,turnover,bid,ask,provider,rt_cd,msg_cd,retryable
    codes 70 >list
    fetch -k --fields "$fields" -f list 999999 AAPL NYS:KO
    jq -c '.[]' out >from_json
    fetch -k --fields "$fields" -f list 999999 AAPL NYS:KO --format ndjson
    jq -c . out >from_ndjson
    cmp from_json from_ndjson
    expect_lines from_json 73
    fetch -k --fields "$fields" -f list 999999 AAPL NYS:KO --format csv --no-header
    python_rows excel >from_csv
    jq -en --slurpfile seen from_csv --slurpfile wanted from_json '
        def cells: map(map(if . == null then "" else tostring end | tonumber? // .));
        ($seen | cells) == ($wanted | map([.[]]) | cells)'
}

@test "csv: a header, every record every column, RFC 4180 quotes" {
    serve --fault 'name=Kim, "Lee" & Co@symbol=000660'
    fetch -k --format csv --fields "$FIXED" 005930 999999 000660
    expect_same "$(cat out)" "$(
        cat <<END
$FIXED
005930,KR,KRX,삼성전자,KRW,274500,6500,2.43,1819862,false,,정상처리 되었습니다.,1
999999,KR,,,,,,,,true,NotFound,Error: no such symbol,1
000660,KR,KRX,"Kim, ""Lee"" & Co",KRW,1926000,35000,1.85,1878436,false,,정상처리 되었습니다.,1
END
    )"
    expect_same "$(python_rows excel | jq -r '.[3]' | tail -n 1)" 'Kim, "Lee" & Co'
    expect_same "$(python_rows excel | jq length | sort -u)" 13
}

@test "csv by default has every field, quotes and failures alike" {
    serve
    fetch --format csv 005930 999999
    expect_same "$(head -n 1 out)" symbol,market,exchange,name,currency,price,change,change_percent,open,high,low,previous_close,volume,turnover,bid,ask,fetched_at,provider,rt_cd,msg_cd,msg1,error,error_type,retryable,attempts,latency_ms,input,quoted_at,session,delayed_minutes,tried
    expect_same "$(python_rows excel | jq length | sort -u)" 31
    fetch --format csv --detail --raw 005930
    expect_same "$(python_rows excel | jq length | sort -u)" 39
    expect_same "$(python_rows excel | tail -n 1 | jq -r '.[-1] | fromjson | .stck_shrn_iscd')" 005930
}

@test "tsv: tabs, no quotes" {
    serve --fault 'name=Kim, "Lee"@symbol=000660'
    fetch -k --format tsv --fields symbol,name,price,error_type 005930 999999 000660
    expect_same "$(cat out)" "$(printf '%s\t%s\t%s\t%s\n' symbol name price error_type \
        005930 삼성전자 274500 '' 999999 '' '' NotFound 000660 'Kim, "Lee"' 1926000 '')"
}

@test "table: Hangul is two wide, numbers right-aligned with separators, failures beneath" {
    serve
    fetch -k --format table 005930 Q530031 035420 999999 035720 BRK.A 7203.TSE ZZZZZZ
    expect_status 1
    expect_same "$(cat out)" "$(
        cat <<'END'
Symbol   Exch  Name                     Ccy         Price      Change  Change %      Volume
005930   KRX   삼성전자                 KRW       274,500       6,500      2.43   1,819,862
Q530031  KRX   삼성 레버리지 WTI원유 …  KRW         3,480          65      1.90   3,966,516
035420   KRX   NAVER                    KRW       249,000      -3,500     -1.39   4,637,309
035720   KRX   카카오                   KRW        61,200           0      0.00   2,081,376
BRK.A    NYS   -                        USD  740,720.0000  3,570.0000      0.48  75,665,114
7203     TSE   -                        JPY       3,129.0        27.0      0.87  43,492,858

2 failed:
  NotFound: no such symbol: 999999, ZZZZZZ
END
    )"
}

@test "table: every line of it ends in the same column" {
    serve
    codes 50 >list
    fetch -k --format table -f list 005930 068270 AAPL
    expect_same "$(python3 -c 'import unicodedata
for line in open("out", encoding="utf-8"):
    print(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.rstrip("\n")))' |
        sort -u | wc -l)" 1
}

@test "table: nothing but failures, and --detail's own columns" {
    serve
    fetch --format table 999999
    expect_status 4
    expect_same "$(cat out)" $'1 failed:\n  NotFound: no such symbol: 999999'
    fetch --format table --detail AAPL
    expect_match out 'PER +PBR +EPS +BPS +Market cap +52w high +52w low$'
    expect_match out ' 31\.20 +7\.10 +8\.34 +36\.93 +1,175,997,377,100 +346\.3200 +162\.8200$'
}

@test "table is the default on a terminal, and none other is" {
    serve
    terminal o seen "$QUOTEFETCH" -q 005930
    expect_match seen '^.*Symbol.* Exch.* Name'
    terminal o seen "$QUOTEFETCH" -q --format ndjson 005930
    tr -d '\r' <seen >out
    expect_json '.symbol == "005930"'
}

@test "--fields: which, and in which order, in every format" {
    serve
    fetch --format ndjson --fields price,symbol 005930
    expect_same "$(cat out)" '{"price":274500,"symbol":"005930"}'
    fetch --format csv --fields=' price , symbol' 005930
    expect_same "$(cat out)" $'price,symbol\n274500,005930'
    fetch --format table --fields price,symbol 005930
    expect_same "$(cat out)" $'  Price  Symbol\n274,500  005930'
}

@test "--no-header: none in csv, tsv and table" {
    serve
    for format in csv tsv table; do
        fetch --format "$format" --no-header --fields symbol,price 005930
        expect_lines out 1
        expect_match out '^005930[,[:space:]]+274,?500$'
    done
}

@test "--keep-order: input order, whatever the order of the answers; else as they come" {
    serve --latency 10 --fault delay=300@symbol=AAPL
    codes 3 >list
    fetch -k --format ndjson --batch 1 AAPL -f list
    expect_same "$(jq -r .symbol out | xargs)" 'AAPL 100001 100002 100003'
    fetch --format ndjson --batch 1 AAPL -f list
    expect_same "$(jq -r .symbol out | tail -n 1)" AAPL
    fetch --keep-order --format csv --no-header --fields symbol --batch 1 AAPL -f list
    expect_same "$(xargs <out)" 'AAPL 100001 100002 100003'
}

@test "ndjson comes as the answers come, not at the end" {
    serve --fault hang@symbol=AAPL
    "$QUOTEFETCH" --format ndjson --timeout 10 AAPL 005930 >out 2>err 3>&- &
    local pid=$!
    wait_until grep -q 005930 out
    kill "$pid"
    wait "$pid" || true
}

@test "--color: always, never, and auto by terminal, NO_COLOR and TERM" {
    serve
    local esc=$'\e['
    TERM=xterm-256color
    fetch --format table 005930
    expect_no_text out "$esc"
    fetch --format table --color always -k 005930 035420 035720
    expect_text out "${esc}32m6,500${esc}0m"
    expect_text out "${esc}31m-3,500${esc}0m"
    expect_match out ' 0      0.00  '
    NO_COLOR=1 fetch --format table --color always 005930
    expect_text out "${esc}32m"

    terminal o seen "$QUOTEFETCH" -q 005930
    expect_text seen "${esc}32m"
    terminal o seen "$QUOTEFETCH" -q --color never 005930
    expect_no_text seen "$esc"
    NO_COLOR=1 terminal o seen "$QUOTEFETCH" -q 005930
    expect_no_text seen "$esc"
    NO_COLOR='' terminal o seen "$QUOTEFETCH" -q 005930
    expect_text seen "${esc}32m"
    TERM=dumb terminal o seen "$QUOTEFETCH" -q 005930
    expect_no_text seen "$esc"
    fetch --format json --color always 005930
    expect_json '.[0].price == 274500'
}
