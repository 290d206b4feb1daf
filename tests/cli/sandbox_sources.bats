# SPDX-License-Identifier: MIT
# The sources that the sandbox plays beside the broker, asked by curl; the broker's
# calls for indices and venues.
# shellcheck disable=SC2154 # call leaves $status_code

load ../support/sandbox

@test "each source has a port of its own, and COMMAND finds them all" {
    run "$SANDBOX" -- sh -c 'printf "%s\n" "$KIS_BASE_URL" "$ALPACA_BASE_URL" "$UPBIT_BASE_URL" "$ECB_BASE_URL" |
        sort -u | wc -l; echo "$APCA_API_KEY_ID ${#APCA_API_SECRET_KEY}"'
    expect_same "$(xargs <<<"$output")" '4 PKSANDBOX00000000001 40'
    start_sandbox
    alpaca /uapi/domestic-stock/v1/quotations/inquire-price
    expect_call 404 '.message'
    call "$KIS_BASE_URL/v1/ticker?markets=KRW-BTC"
    expect_same "$status_code" 404
    expect_same "$(jq -r .source log | xargs)" 'alpaca kis'
}

@test "the variables as a file, and as lines" {
    serve --env-file env --app-key "it's"
    expect_same "$(sh -c '. ./env; echo "$KIS_APP_KEY $KIS_BASE_URL"')" "it's $KIS_BASE_URL"
    "$SANDBOX" --lifetime 1 >lines
    expect_lines lines 5
    expect_same "$(grep -cE '^(http|ws)://127\.0\.0\.1:[0-9]+' lines)" 5
}

@test "alpaca: an object by symbol; the unknown left out, the ill-formed names itself" {
    start_sandbox --unknown QQQQ
    alpaca '/v2/stocks/snapshots?symbols=AAPL,QQQQ,BRK.B&feed=iex'
    expect_call 200 'keys == ["AAPL", "BRK.B"] and .AAPL.latestTrade.p == 261.23 and .AAPL.prevDailyBar.c == 258.45'
    expect_json '.AAPL | .dailyBar.c == .latestTrade.p and (.latestTrade.t | test("^[0-9T:.-]+Z$"))
        and (.dailyBar.t | test("T0[45]:00:00Z$")) and (.latestQuote | has("bp") and has("ap"))' body
    alpaca '/v2/stocks/snapshots?symbols=QQQQ'
    expect_call 200 '. == {}'
    for bad in BRK-B ANG-PD aapl 005930 '' TOOLONG A.; do
        alpaca "/v2/stocks/snapshots?symbols=AAPL,$bad,KO"
        expect_call 400 ".message == \"code=400, message=invalid symbol: $bad\""
    done
    alpaca '/v2/stocks/snapshots?symbols='
    expect_call 400 .message
    # Hundreds at once.
    alpaca "/v2/stocks/snapshots?symbols=$(printf '%s,' A{A..Z}{A..Z} | sed 's/,$//')"
    expect_call 200 'length == 676'
}

@test "alpaca: before the session's first trade the daily bar is that of the day before" {
    start_sandbox
    # Some made-up symbols have had none: the day of the trade is later than the bar's.
    alpaca "/v2/stocks/snapshots?symbols=$(printf '%s,' A{A..Z}{A..Z} | sed 's/,$//')"
    expect_json '[.[] | select(.minuteBar == null)] | length > 20 and
        all(.[]; .latestTrade.p == .dailyBar.c and .latestTrade.t[0:10] > .dailyBar.t[0:10]
            and .prevDailyBar.c != .dailyBar.c)' body
}

@test "alpaca: keys, feeds and currencies that are refused" {
    start_sandbox
    call "$ALPACA_BASE_URL/v2/stocks/snapshots?symbols=AAPL"
    expect_call 401 .message
    APCA_API_SECRET_KEY=wrong alpaca '/v2/stocks/snapshots?symbols=AAPL'
    expect_call 401 .message
    alpaca '/v2/stocks/snapshots?symbols=AAPL&feed=sip'
    expect_call 403 '.message | contains("subscription")'
    alpaca '/v2/stocks/snapshots?symbols=AAPL&feed=delayed_sip'
    expect_same "$status_code" 200
    alpaca '/v2/stocks/snapshots?symbols=AAPL&feed=nonsense'
    expect_call 400 '.message == "invalid feed: nonsense"'
    alpaca '/v2/stocks/snapshots?symbols=AAPL&currency=KRW'
    expect_call 400 .message
}

@test "alpaca: so many calls a minute, and the headers that say so" {
    start_sandbox --alpaca-rate 2
    alpaca '/v2/stocks/snapshots?symbols=AAPL'
    expect_same "$status_code $(header x-ratelimit-limit) $(header x-ratelimit-remaining)" '200 2 1'
    reset=$(header x-ratelimit-reset) now=$(date +%s)
    [ "$reset" -gt $((now - 30)) ] && [ "$reset" -le $((now + 61)) ]
    # A minute may end between any two calls.
    alpaca '/v2/stocks/snapshots?symbols=A-B'
    [[ "$status_code $(header x-ratelimit-remaining)" == 400\ [01] ]]
    wait_until is_over_limit
    expect_same "$(header x-ratelimit-remaining)" 0
    expect_json .message body
}

is_over_limit() {
    alpaca '/v2/stocks/snapshots?symbols=AAPL' && [ "$status_code" = 429 ]
}

@test "alpaca: the list of assets" {
    start_sandbox
    alpaca '/v2/assets?status=active&asset_class=us_equity'
    expect_call 200 'length > 40 and all(.[]; .class == "us_equity" and .status == "active")
        and (map(select(.symbol == "AAPL")) | .[0].name == "Apple Inc." and .[0].exchange == "NASDAQ")'
}

@test "upbit: an array of rows, numbers with their zeros, an unchanged pair hours old" {
    start_sandbox
    upbit '/v1/ticker?markets=KRW-BTC,krw-eth'
    expect_call 200 'map(.market) == ["KRW-BTC", "KRW-ETH"] and .[0].signed_change_price == -282000'
    for text in '"trade_price":162876000.00000000,' '"change_price":0,' '"signed_change_rate":-0.0017283860,'; do
        expect_text body "$text"
    done
    expect_json '.[1] | .timestamp - .trade_timestamp > 3600000 and .change == "EVEN"' body
    expect_same "$(header remaining-req)" 'group=ticker; min=600; sec=9'
    upbit '/v1/ticker/all?quote_currencies=KRW'
    expect_call 200 'length > 250 and all(.[]; .market | startswith("KRW-"))'
    upbit '/v1/ticker/all?quote_currencies=BTC,USDT'
    expect_call 200 'map(.market[0:3]) | unique == ["BTC", "USD"]'
    upbit '/v1/market/all?is_details=false'
    expect_call 200 'length > 280 and .[0] == {market: "KRW-BTC", korean_name: "비트코인", english_name: "Bitcoin"}'
    expect_same "$(header remaining-req | cut -d ';' -f 1)" 'group=market'
}

@test "upbit: one unknown code spoils its call; a wrong path is another 404" {
    start_sandbox
    upbit '/v1/ticker?markets=KRW-BTC,KRW-NOPE,KRW-ETH'
    expect_call 404 '.error == {name: 404, message: "Code not found"}'
    [ -n "$(header remaining-req)" ]
    upbit /v1/ticker
    expect_call 400 '.error.name == 400'
    upbit /v1/tickers
    expect_call 404 '.error.name == "not_found"'
    [ -z "$(header remaining-req)" ]
}

@test "upbit: over the limit 429, and going on 418 with the time of the block" {
    # Another program has the one call of each second: ours are all refused.
    start_sandbox --upbit-rate 1 --fault foreign=1000@source=upbit
    for ((i = 0; i < 10; i++)); do
        upbit '/v1/ticker?markets=KRW-BTC'
        expect_call 429 '.error.name == "too_many_requests"'
    done
    upbit '/v1/ticker?markets=KRW-BTC'
    expect_call 418 '.error.name == 418 and (.error.message | test("[1-9][0-9]* seconds"))'
    # Of a browser's page one call in ten seconds passes.
    start_sandbox --upbit-rate 0
    upbit '/v1/ticker?markets=KRW-BTC' -H 'origin: https://example.com'
    expect_same "$status_code" 200
    upbit '/v1/ticker?markets=KRW-BTC' -H 'origin: https://example.com'
    expect_call 429 '.error.name == "too_many_requests"'
    upbit '/v1/ticker?markets=KRW-BTC'
    expect_same "$status_code" 200
}

@test "ecb: rates of a euro with the source's digits, crosses rounded by size" {
    start_sandbox
    ecb '/v1/latest?base=EUR&symbols=USD,KRW'
    expect_call 200 '.base == "EUR" and (.date | test("^20[0-9-]{8}$"))'
    expect_text body '"rates":{"KRW":1508.67,"USD":1.1622}'
    ecb '/v1/latest?base=KRW&symbols=USD,EUR'
    expect_text body '"rates":{"EUR":0.00066,"USD":0.00077}'
    ecb '/v1/latest?base=USD&symbols=KRW,IDR,JPY,GBP'
    expect_text body '"rates":{"GBP":0.7391,"IDR":16402,"JPY":156.25,"KRW":1298.12}'
    ecb '/v1/latest?from=USD&to=EUR'
    expect_text body '"rates":{"EUR":0.86044}'
    ecb /v1/latest
    expect_call 200 '.rates | length == 29 and (has("EUR") | not)'
    ecb '/v1/latest?symbols=USD,XXX'
    expect_call 200 '.rates | keys == ["USD"]'
    ecb '/v1/latest?symbols=XXX'
    expect_call 404 '.message == "not found"'
    ecb '/v1/latest?base=XXX'
    expect_call 404 '.message == "not found"'
    ecb '/v1/latest?base=EUR&symbols=EUR'
    expect_call 422 '.message == "bad currency pair"'
    ecb /v1/currencies
    expect_call 200 '.KRW == "South Korean Won"'
}

@test "the same faults for every source, or for one" {
    start_sandbox --fault status=502@source=alpaca --fault reset@source=upbit,nth=2 --fault limit@source=ecb
    alpaca '/v2/stocks/snapshots?symbols=AAPL'
    expect_same "$status_code $(head -c 15 body)" '502 <!DOCTYPE html>'
    upbit '/v1/ticker?markets=KRW-BTC'
    expect_same "$status_code" 200
    upbit '/v1/ticker?markets=KRW-BTC'
    expect_same "$status_code" 000
    ecb /v1/latest
    expect_call 429 .message
    start_sandbox --fault limit --fault invalid-token@path=assets
    alpaca '/v2/stocks/snapshots?symbols=AAPL'
    expect_same "$status_code $(header x-ratelimit-limit)" '429 200'
    upbit '/v1/ticker?markets=KRW-BTC'
    expect_call 429 '.error.name == "too_many_requests"'
    alpaca /v2/assets
    expect_same "$status_code" 401
    start_sandbox --fault refuse=nonsense/403@source=alpaca --fault refuse=bad@source=upbit --fault hang@path=latest
    alpaca '/v2/stocks/snapshots?symbols=AAPL'
    expect_call 403 '.message == "nonsense"'
    upbit '/v1/ticker?markets=KRW-BTC'
    expect_call 400 '.error.name == "bad"'
    ecb /v1/latest --max-time 1
    expect_same "$status_code" 000
}

@test "an outage of one source is that of no other" {
    start_sandbox --fault down@source=alpaca --fault down@source=ecb,nth=2
    alpaca '/v2/stocks/snapshots?symbols=AAPL'
    expect_same "$curl" 7
    upbit '/v1/ticker?markets=KRW-BTC'
    expect_same "$status_code" 200
    ecb /v1/latest
    expect_same "$status_code" 200
    ecb /v1/latest
    expect_same "$status_code" 000
    login
    expect_same "$status_code" 200
}

@test "rows of every source can be spoiled" {
    start_sandbox --fault null@symbol=AAPL --fault no-trade@symbol=KO --fault price=NaN@symbol=MSFT --fault zero@symbol=TSLA \
        --fault absent@symbol=V --fault type@symbol=AMD --fault wrong-symbol@symbol=IBM
    alpaca '/v2/stocks/snapshots?symbols=AAPL,KO,TSLA,V,AMD,IBM'
    expect_call 200 '.AAPL == null and (.KO | has("latestTrade") | not) and .KO.dailyBar.c == 68.73 and
        .TSLA.latestTrade.p == 0 and (has("V") | not) and (.AMD.latestTrade.p | type) == "string" and has("MSFT")'
    alpaca '/v2/stocks/snapshots?symbols=MSFT'
    expect_text body '"p":NaN,'
    start_sandbox --fault exponent@symbol=KRW-BTC --fault no-trade@symbol=KRW-XRP --fault dup@symbol=KRW-SOL --fault absent@symbol=KRW-ADA
    upbit '/v1/ticker?markets=KRW-BTC,KRW-XRP,KRW-SOL'
    expect_text body '"trade_price":1.62876E8,'
    expect_text body '"trade_price":249150.00000000,"trade_price":1249150.00000000,'
    expect_json '.[1] | .acc_trade_volume == 0 and .trade_price == .prev_closing_price' body
    upbit '/v1/ticker?markets=KRW-ADA'
    expect_same "$status_code" 404
    upbit '/v1/ticker/all?quote_currencies=KRW'
    expect_json 'map(.market) | index("KRW-ADA") == null' body
    start_sandbox --fault price=1e400@symbol=USD --fault absent@symbol=KRW --fault keycase@symbol=JPY
    ecb '/v1/latest?symbols=USD,KRW,JPY'
    expect_text body '"rates":{"jpy":181.59,"USD":1e400}'
    for fault in big=100 deep=20 toparray bom norows trailing; do
        start_sandbox --fault "$fault"
        upbit '/v1/ticker?markets=KRW-BTC'
        expect_same "$status_code" 200
        jq -cs . body >seen 2>&1 || :
        case $fault in
        big=100) expect_json '.[0][0] | length == 100' seen ;;
        deep=20) expect_json '.[0][1].market == "KRW-BTC"' seen ;;
        toparray) expect_json '.[0][0][0].market == "KRW-BTC"' seen ;;
        norows) expect_json '. == [[]]' seen ;;
        esac
    done
}

@test "indices: their points, and no other division; none on paper" {
    start_broker
    index 0001
    expect_call 200 '.rt_cd == "0" and .output.bstp_nmix_prpr == "2807.63" and .output.bstp_nmix_prdy_vrss == "10.30"
        and .output.prdy_vrss_sign == "2" and .output.bstp_nmix_prdy_ctrt == "0.37"'
    index 1001
    expect_json '.output.bstp_nmix_prdy_vrss == "-4.06" and .output.prdy_vrss_sign == "5"' body
    index 9999
    expect_json '.rt_cd == "0" and .output.bstp_nmix_prpr == "0.00"' body
    index 0001 J
    expect_json '.msg_cd == "OPSQ2001"' body
    start_broker --env paper --rate 0
    index 0001
    expect_json '.msg_cd == "EGW00213"' body
}

@test "venues: the new exchange and both together have prices of their own, and no funds" {
    start_broker --missing absent
    single 005930 J
    krx=$(jq -r .output.stck_prpr body)
    single 005930 NX
    expect_json ".output.stck_prpr == \"$((krx + 500))\"" body
    single 005930 UN
    expect_json ".output.stck_prpr == \"$((krx + 500))\"" body
    single 069500 NX
    expect_json '.output.stck_prpr == "0" and .output.stck_shrn_iscd == ""' body
    multi 005930/J 005930/NX 069500/UN 069500/NX
    expect_json "[.output[].inter2_prpr] | length == 3 and .[0:2] == [\"$krx\", \"$((krx + 500))\"]" body
    single 005930 X
    expect_json '.msg_cd == "OPSQ2001"' body
}

@test "the lists of symbols: real archives of fixed columns or tabs, in code page 949" {
    start_broker --unknown 000660
    for list in kospi_code.mst kosdaq_code.mst konex_code.mst nasmst.cod nysmst.cod amsmst.cod hksmst.cod tsemst.cod \
        shsmst.cod szsmst.cod hsxmst.cod hnxmst.cod; do
        call "$KIS_BASE_URL/common/master/$list.zip"
        expect_same "$list $status_code" "$list 200"
        mv body "$list.zip"
    done
    python3 - >names <<'END'
import zipfile

def text(name):
    archive = zipfile.ZipFile(name + ".zip")
    assert archive.testzip() is None and archive.namelist() == [name], name
    info = archive.infolist()[0]
    assert info.compress_type == zipfile.ZIP_DEFLATED and (info.file_size < 2000 or info.compress_size < info.file_size / 2)
    return archive.read(name)

for board, tail in ("kospi", 227), ("kosdaq", 221), ("konex", 184):
    rows = text(board + "_code.mst").split(b"\n")
    assert rows.pop() == b"" and (len(rows) > 900 or board == "konex")
    for row in rows:
        assert len(row) == 9 + 12 + 40 + tail, (board, row)
        row = row.decode("cp949")
        name = row[21:len(row) - tail].rstrip()
        assert name and "?" not in name, row
        print(row[:9].rstrip(), name)
for exchange in "nas nys ams hks tse shs szs hsx hnx".split():
    for row in text(exchange + "mst.cod").decode("cp949").splitlines():
        column = row.split("\t")
        assert len(column) == 24 and column[2] == exchange.upper() and "?" not in row, row
        print(column[4], column[6], column[8])
END
    expect_match names '^005930 삼성전자$'
    expect_match names '^100001 모의종목100001$'
    expect_match names '^AAPL 애플 2$'
    expect_match names '^00700 텐센트 2$'
    expect_match names '^BRK/B 버크셔 해서웨이 B 2$'
    ! grep -q '^000660 ' names
    [ "$(wc -l <names)" -gt 2700 ]
    # The name is that of the quote.
    multi 100001
    expect_json '.output[0].inter_kor_isnm == "모의종목100001"' body
    for list in nothing.zip kospi_code.mst '' ../x; do
        call "$KIS_BASE_URL/common/master/$list" --path-as-is
        expect_same "$status_code" 404
    done
}
