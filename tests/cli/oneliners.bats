# SPDX-License-Identifier: MIT
# What a script would do with it: the lines of the manual, literally.

load ../support/common

setup_list() {
    serve
    printf '005930\nAAPL\n999999\n' >symbols.txt
}

@test "prices by jq from an array" {
    setup_list
    quotefetch -k -q -f symbols.txt | jq -r '.[] | select(.error | not) | [.symbol, .price] | @tsv' >seen
    expect_same "$(cut -f 1 seen | xargs)" '005930 AAPL'
}

@test "prices by jq from a stream" {
    setup_list
    printf '005930\nAAPL\n' | quotefetch --format ndjson -q | jq .price >seen
    expect_ndjson 'sort == [261.23, 274500]' seen
}

@test "an associative array, a sum, what failed" {
    setup_list
    quotefetch -q -f symbols.txt | jq -c 'map({ (.symbol): .price }) | add' >seen
    expect_json '. == { "005930": 274500, "999999": null, AAPL: 261.23 }' seen
    quotefetch -q -f symbols.txt | jq -r '.[] | select(.error) | "\(.symbol): \(.error_type)"' >seen
    expect_same "$(cat seen)" '999999: NotFound'
    quotefetch -q 005930 000660 | jq 'map(.price) | add' >seen
    expect_same "$(cat seen)" 2200500
}

@test "tsv by cut, sort and awk; csv by python" {
    setup_list
    quotefetch -q --format tsv --no-header --fields symbol,volume 005930 000660 |
        LC_ALL=C sort -t "$(printf '\t')" -k 2 -nr | cut -f 1 >seen
    expect_same "$(xargs <seen)" '000660 005930'
    quotefetch -q --format csv 005930 | python3 -c 'import csv, sys
print([row["name"] for row in csv.DictReader(sys.stdin)])' >seen
    expect_same "$(cat seen)" "['삼성전자']"
}

@test "only the failed again" {
    serve --fault status=404@symbol=AAPL,times=1
    quotefetch -q 005930 AAPL >first || [ $? = 1 ]
    jq -r '.[] | select(.error) | .symbol' first | quotefetch -q >second
    expect_json 'map(.symbol) == ["AAPL"] and (map(.error) == [false])' second
}

@test "what a record says was typed means the same when it is read again" {
    serve
    printf '%s\n' '005930.kr' 'aapl # Apple' '0700,HKS' '!KO NYS' 'BRK/B' 'AAPL' >list
    quotefetch -k -q -f list >first
    jq -r '.[].input' first >again
    expect_same "$(tr '\n' '|' <again)" '005930.kr|aapl|0700,HKS|KO NYS|BRK/B|AAPL|'
    quotefetch -k -q -f again >second
    expect_same "$(jq -c '.[] | [.symbol, .market, .price]' second)" \
        "$(jq -c '.[] | [.symbol, .market, .price]' first)"
    quotefetch -k -q --format tsv --no-header --fields input -f again | quotefetch -k -q --format ndjson >third
    expect_same "$(jq -c '[.symbol, .market]' third)" "$(jq -c '.[] | [.symbol, .market]' first)"
}

@test "--errors: what failed is a list, with the reasons, and the next run's input" {
    serve --fault 'status=404@symbol=AAPL,times=1'
    printf '%s\n' 005930 'aapl' '999999 # gone?' '0700' aapl >symbols.txt
    quotefetch -k -q --skip-invalid -f symbols.txt --errors failed.txt >first || [ $? = 1 ]
    expect_same "$(cat failed.txt)" "aapl  # Http: HTTP status 404
999999  # NotFound: no such symbol
# 0700: Input: cannot tell the market: write 0700.HKS
aapl  # Http: HTTP status 404"
    # Again, with the list of failures as both input and output.
    quotefetch -k -q -f failed.txt --errors failed.txt >second || [ $? = 1 ]
    expect_json 'map(.input) == ["aapl", "999999", "aapl"] and map(.error) == [false, true, false]' second
    expect_same "$(cat failed.txt)" '999999  # NotFound: no such symbol'
    quotefetch -q 005930 --errors failed.txt >third
    [ -e failed.txt ] && [ ! -s failed.txt ]
    # To a descriptor, after the records.
    fetch -q --format ndjson --fields symbol 999999 --errors /dev/stdout
    expect_same "$(cat out)" '{"symbol":"999999"}
999999  # NotFound: no such symbol'
}

@test "--errors that cannot be written: before any call; nor with another's file" {
    serve
    fetch --errors /nope/failed 005930
    expect_status 5
    expect_same "$(cat err)" "quotefetch: cannot write '/nope/failed': No such file or directory"
    fetch --errors same -o same 005930
    expect_refused '--output and --errors name the same file'
    fetch --errors same --stats same 005930
    expect_refused '--errors and --stats name the same file'
    # A run that breaks off leaves the old list.
    echo old >failed
    (ulimit -f 0; "$QUOTEFETCH" -q -o made --errors failed 999999 2>err) || true
    expect_same "$(cat failed)" old
}

@test "xargs and a shell's loop" {
    setup_list
    echo '005930 000660 AAPL' | xargs quotefetch -q --format ndjson >seen
    expect_lines seen 3
    quotefetch -q --format tsv --no-header --fields symbol,price -k 005930 AAPL |
        while read -r symbol price; do echo "$symbol=$price"; done >seen
    expect_same "$(xargs <seen)" '005930=274500 AAPL=261.2300'
}

@test "a file that another reads meanwhile is always whole" {
    serve
    codes 60 >list
    quotefetch -q -o quotes.json -f list
    for _ in {1..20}; do
        quotefetch -q -o quotes.json -f list
    done 3>&- &
    local writer=$!
    while kill -0 "$writer" 2>/dev/null; do
        expect_json 'length == 60' quotes.json
    done
}

@test "under set -e and pipefail, by exit status" {
    setup_list
    run bash -euo pipefail -c 'quotefetch -q 005930 | jq -e ".[0].price" && echo good'
    expect_same "${lines[-1]}" good
    run bash -euo pipefail -c 'quotefetch -q 999999 | jq length; echo never'
    [ "$status" = 4 ]
    run bash -c 'quotefetch -q 005930 999999 >/dev/null; case $? in 1) echo some ;; esac'
    expect_same "$output" some
}

@test "the example list: every line of it a quote" {
    serve
    fetch --format ndjson -f "$ROOT/symbols.example.txt"
    expect_status 0
    expect_ndjson 'length >= 20 and (map(.market) | unique | length >= 6)'
    expect_ndjson 'all(.[]; .error == false and .price > 0)'
}

@test "the sandbox around a command" {
    quotefetch-sandbox -- quotefetch -q 005930 AAPL >out
    expect_json 'length == 2'
    run quotefetch-sandbox -- quotefetch -q 005930 999999
    [ "$status" = 1 ]
}

@test "the README's line of a crontab: quotes, and the day the broker is down" {
    serve
    printf '005930\nAAPL\n' >"$HOME/symbols.txt"
    line=$(sed -n 's,^\*/5 .* /usr/local/bin/quotefetch,quotefetch,p' "$ROOT/README.md")
    [ -n "$line" ]
    mkdir bin
    printf '#!/bin/sh\necho "$*" >>logged\n' >bin/logger
    chmod +x bin/logger
    PATH=$PWD/bin:$PATH sh -c "$line" >said 2>&1
    expect_lines said 0
    expect_lines "$HOME/quotes.csv" 3
    [ ! -e logged ]
    cp "$HOME/quotes.csv" good
    KIS_BASE_URL=http://127.0.0.1:1 PATH=$PWD/bin:$PATH sh -c "${line/quotefetch /quotefetch --retries 0 }" >said 2>&1
    cmp "$HOME/quotes.csv" good
    expect_match said "^quotefetch: '.*quotes.csv' is left as it was: no quote for 2 of 2 symbols"
    expect_same "$(cat logged)" 'quotefetch: exit 4'
}
