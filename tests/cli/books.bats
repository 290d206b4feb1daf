# SPDX-License-Identifier: MIT
# Formats for other programs, read by those programs where they are installed.

load ../support/common

# prices: the three formats agree on what is priced.
setup_books() {
    serve
    printf '%s\n' 005930 AAPL 0700.HKS BRK/B V 999999 >list
    for format in ledger hledger beancount; do
        fetch -k -q --format $format -f list
        expect_status 1
        mv out "prices.$format"
        expect_match "prices.$format" '^; 999999: NotFound: no such symbol$'
        expect_lines "prices.$format" 6
    done
    day=$(TZ=Asia/Seoul date +%F)
}

@test "ledger: price directives that ledger reads" {
    setup_books
    expect_match prices.ledger '^P [0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8} "005930" 274500 KRW$'
    expect_match prices.ledger ' AAPL 261.2300 USD$'
    expect_match prices.ledger ' "0700.HKS" [0-9.]+ HKD$'
    expect_match prices.ledger ' "BRK/B" [0-9.]+ USD$'
    command -v ledger >/dev/null || skip 'no ledger'
    # A book that holds the shares is worth what the prices say.
    printf '%s\n' '2020/01/01 buy' '    shares    2 "005930"' '    money' >book
    # A day ahead: the prices' day is Korea's.
    ledger --now "$(date -d '+2 days' +%Y/%m/%d)" -f prices.ledger -f book balance shares -X KRW >seen 2>&1
    expect_match seen '^ *(KRW549000|549000 KRW)  shares$'
    expect_lines seen 1
    printf '%s\n' '2020/01/01 buy' '    shares    1 "0700.HKS"' '    shares    1 "BRK/B"' '    shares    1 V' \
        '    money' >book
    ledger --now "$(date -d '+2 days' +%Y/%m/%d)" -f prices.ledger -f book prices >seen
    expect_lines seen 3
}

@test "hledger: price directives that hledger reads" {
    setup_books
    expect_match prices.hledger "^P $day \"005930\" 274500 KRW$"
    command -v hledger >/dev/null || skip 'no hledger'
    hledger -f prices.hledger prices >seen
    expect_lines seen 5
    printf '%s\n' '2020-01-01 buy' '    shares    2 "005930"' '    money' >book
    hledger -f prices.hledger -f book balance shares --value="$(date -d '+2 days' +%F)",KRW >seen
    expect_match seen '549000 KRW'
}

@test "beancount: price directives that bean-check accepts" {
    setup_books
    expect_match prices.beancount "^$day price KR.005930 274500 KRW$"
    expect_match prices.beancount ' price HKS.0700 [0-9.]+ HKD$'
    expect_match prices.beancount ' price BRK.B [0-9.]+ USD$'
    expect_match prices.beancount ' price US.V [0-9.]+ USD$'
    command -v bean-check >/dev/null || skip 'no bean-check'
    bean-check prices.beancount
    python=$(head -n 1 "$(command -v bean-check)" | sed 's/^#! *//; s/ .*//')
    "$python" -c 'from beancount import loader
import sys
entries, errors, _ = loader.load_file(sys.argv[1])
print(len(entries), len(errors), [str(e.amount) for e in entries if e.currency == "KR.005930"])' \
        "$PWD/prices.beancount" >seen
    expect_same "$(cat seen)" "5 0 ['274500 KRW']"
}

@test "formats of prices have no fields to choose" {
    serve
    for format in ledger hledger beancount; do
        fetch --format $format --fields price 005930
        expect_refused '--fields says nothing to a format of prices (ledger, hledger, beancount)'
    done
}

@test "markdown: a table, numbers to the right, failures below" {
    serve --fault 'name=a|b_<i>@symbol=000660'
    fetch -k -q --format markdown 005930 000660 999999
    expect_status 1
    expect_same "$(head -n 2 out)" '| Symbol | Exch | Name | Ccy | Price | Change | Change % | Volume |
| --- | --- | --- | --- | ---: | ---: | ---: | ---: |'
    expect_text out '| 005930 | KRX | 삼성전자 | KRW | 274500 | 6500 | 2.43 | 1819862 |'
    expect_text out '| a\|b\_&lt;i> |'
    expect_same "$(tail -n 3 out)" '1 failed:

- NotFound: no such symbol: 999999'
    # Every row has as many cells as the header.
    expect_same "$(sed 's/\\|//g' out | grep '^|' | tr -cd '|\n' | sort -u)" '|||||||||'
    fetch -q --format markdown --no-header --fields symbol,price 005930
    expect_same "$(cat out)" '| 005930 | 274500 |'
}

@test "csv-excel: a BOM, CR LF, and codes that stay text" {
    serve --fault 'name==1+1@symbol=000660'
    fetch -k -q --format csv-excel --fields symbol,name,price,rt_cd 005930 000660 AAPL
    expect_status 0
    expect_same "$(head -c 3 out | od -An -tx1 | tr -d ' ')" efbbbf
    expect_same "$(grep -c $'\r$' out)" 4
    expect_same "$(sed -e '1s/^.//' -e 's/\r$//' out)" 'symbol,name,price,rt_cd
"=""005930""",삼성전자,274500,"=""0"""
"=""000660""","=""=1+1""",1926000,"=""0"""
AAPL,,261.2300,"=""0"""'
    # Still a CSV, and still a list.
    python3 -c 'import csv, sys
print([row[0] for row in csv.reader(open("out", encoding="utf-8-sig", newline=""))])' >seen
    expect_same "$(cat seen)" "['symbol', '=\"005930\"', '=\"000660\"', 'AAPL']"
    mv out made.csv
    fetch -k -q --format ndjson --fields symbol -f made.csv
    expect_same "$(jq -r .symbol out | xargs)" '005930 000660 AAPL'
}

# The README's recipe.
@test "a history in sqlite, and the close of each day" {
    command -v sqlite3 >/dev/null || skip 'no sqlite3'
    serve
    for day in 1 2; do
        quotefetch -q --format csv --fields fetched_at,symbol,price,volume 005930 AAPL |
            sqlite3 quotes.db 'create table if not exists quote (fetched_at text, symbol text, price text, volume int)' \
                '.mode csv' '.import --skip 1 /dev/stdin quote'
    done
    sqlite3 quotes.db 'select symbol, date(fetched_at, "+9 hours") as day, price, max(fetched_at)
        from quote group by symbol, day order by symbol' >seen
    expect_same "$(cut -d '|' -f 1,3 seen | xargs)" '005930|274500 AAPL|261.2300'
    expect_match seen "^005930\|$(TZ=Asia/Seoul date +%F)\|"
    expect_same "$(sqlite3 quotes.db 'select count(*) from quote')" 4
}
