# SPDX-License-Identifier: MIT
# What a record says: its fields and their types, in every kind of record.

load ../support/common

QUOTE='["symbol","market","exchange","name","currency","price","change","change_percent","open","high",
    "low","previous_close","volume","turnover","bid","ask","fetched_at","provider","rt_cd","msg_cd",
    "msg1","error","attempts","latency_ms","input","quoted_at",
    "session","delayed_minutes","tried"]'
FAILURE='["symbol","market","error","error_type","rt_cd","msg_cd","msg1","retryable","attempts",
    "fetched_at","provider","input","tried"]'
TIME='test("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}\\+09:00$")'

@test "a Korean quote: all fields, in order, each of its type" {
    serve
    fetch --format ndjson 005930
    expect_status 0
    expect_json "keys_unsorted == $QUOTE"
    expect_json '[.symbol, .market, .exchange, .name, .currency, .fetched_at, .provider, .rt_cd, .msg_cd,
        .msg1] | all(type == "string")'
    expect_json '[.price, .change, .change_percent, .open, .high, .low, .previous_close, .volume,
        .turnover, .bid, .ask, .attempts, .latency_ms] | all(type == "number")'
    expect_json '.error == false and .attempts == 1 and .latency_ms >= 0'
    expect_json "(.fetched_at | $TIME) and .provider == \"kis\" and .rt_cd == \"0\"
        and .msg_cd == \"MCA00000\" and .msg1 == \"정상처리 되었습니다.\""
    expect_text out '"symbol":"005930","market":"KR","exchange":"KRX","name":"삼성전자","currency":"KRW","price":274500,"change":6500,"change_percent":2.43,"open":268500,"high":274500,"low":268500,"previous_close":268000,"volume":1819862,"turnover":494092533000,"bid":274500,"ask":275000,'
}

@test "an overseas quote: the same fields, null where the broker says nothing" {
    serve
    fetch --format ndjson AAPL
    expect_status 0
    expect_json "keys_unsorted == $QUOTE"
    expect_json '[.name, .open, .high, .low, .bid, .ask] | all(. == null)'
    expect_text out '"symbol":"AAPL","market":"US","exchange":"NAS","name":null,"currency":"USD","price":261.2300,"change":2.7800,"change_percent":1.08,"open":null,"high":null,"low":null,"previous_close":258.4500,"volume":22326181,"turnover":5832268262,"bid":null,"ask":null,'
}

@test "--venue: the exchange that a record shows, and its price" {
    serve
    fetch --format tsv --no-header --fields exchange,price --venue krx 005930
    read -r exchange krx <out
    expect_same "$exchange" KRX
    fetch --format tsv --no-header --fields exchange,price --venue nxt 005930
    expect_same "$(cat out)" "NXT"$'\t'"$((krx + 500))"
    fetch --venue all 005930
    expect_json '.[0].exchange == null and .[0].price > 0'
}

@test "a failure: all fields, in order, each of its type" {
    serve
    fetch --format ndjson 999999
    expect_status 4
    expect_json "keys_unsorted == $FAILURE"
    expect_json ". == { symbol: \"999999\", market: \"KR\", error: true, error_type: \"NotFound\",
        rt_cd: \"9\", msg_cd: null, msg1: \"Error: no such symbol\", retryable: false, attempts: 1,
        fetched_at: .fetched_at, provider: \"kis\", input: \"999999\", tried: null } and (.fetched_at | $TIME)"
}

@test "fetched_at is now, in Korea" {
    serve
    local before after
    before=$(date +%s)
    fetch --format ndjson 005930
    after=$(date +%s)
    expect_json "(.fetched_at[:19] + \"Z\" | fromdate) - 9 * 3600 | . >= $before and . <= $after"
}

@test "numbers keep the broker's digits: no plus, no blank, no rounding, signs by the sign code" {
    for signs in signed unsigned; do
        serve --signs "$signs"
        fetch -k --format ndjson 005930 035420 035720 MSFT KO 7203.TSE BRK.A
        expect_status 0
        expect_same "$(grep -o '"price":.*"change_percent":[^,]*' out)" "$(
            cat <<'END'
"price":274500,"change":6500,"change_percent":2.43
"price":249000,"change":-3500,"change_percent":-1.39
"price":61200,"change":0,"change_percent":0.00
"price":509.8400,"change":-2.9300,"change_percent":-0.57
"price":69.0900,"change":0.3600,"change_percent":0.52
"price":3129.0,"change":27.0,"change_percent":0.87
"price":740720.0000,"change":3570.0000,"change_percent":0.48
END
        )"
    done
    serve --fault 'price=9007199254740993@symbol=005930' --fault 'price= +0012.3400 @symbol=AAPL'
    fetch -k --format ndjson 005930 AAPL
    expect_text out '"price":9007199254740993,'
    expect_text out '"price":12.3400,'
}

@test "a price that is no decimal number: Parse, never a quote" {
    for price in 1e5 NaN 0x10 -- 1,00 ' ' １２ ''; do
        serve --fault "price=$price@symbol=005930"
        fetch --format ndjson 005930 000660
        expect_status 1
        expect_ndjson 'map(select(.symbol == "005930")) | length == 1 and .[0].error
            and (.[0].error_type | IN("Parse", "NotFound", "NoTrade"))'
        expect_ndjson 'map(select(.symbol == "000660")) | .[0].price == 1926000'
    done
}

@test "rows in any order, blank or absent rows: each symbol has its own quote" {
    for rows in '--rows shuffled' '--missing absent' '--missing blank --rows shuffled'; do
        # shellcheck disable=SC2086
        serve $rows --unknown 100005
        codes 20 >list
        fetch -k --format ndjson -f list 005930 999999
        expect_status 1
        expect_same "$(jq -r .symbol out)" "$(printf '%s\n' 005930 999999 "$(cat list)")"
        expect_ndjson 'map(select(.error) | .symbol, .error_type)
            == ["999999", "NotFound", "100005", "NotFound"]'
        expect_ndjson 'map(select(.error | not)) | .[0].name == "삼성전자"
            and all(.[1:][]; .name == "모의종목" + .symbol)'
    done
}

@test "a suspended share has no price: NoTrade" {
    serve
    fetch --format ndjson 000001
    expect_json '.error_type == "NoTrade"'
}

@test "an answer of another symbol is an error" {
    serve --fault wrong-symbol@symbol=005930 --fault wrong-symbol@symbol=AAPL
    fetch --format ndjson 005930 AAPL
    expect_status 4
    expect_ndjson 'map(.error_type) == ["Parse", "Parse"]'
}

@test "--detail: seven fields more, one symbol a call, and none of the others less" {
    serve
    fetch -k --detail --format ndjson 005930 AAPL 0700.HKS 000660
    expect_status 0
    expect_ndjson "map(keys_unsorted) | unique == [$QUOTE[:16] + [\"per\", \"pbr\", \"eps\", \"bps\",
        \"market_cap\", \"week52_high\", \"week52_low\"] + $QUOTE[16:]]"
    expect_ndjson 'all(.[]; [.per, .pbr, .eps, .bps, .market_cap, .week52_high, .week52_low]
        | all(type == "number"))'
    expect_text out '"per":12.92,"pbr":1.32,"eps":22433.00,"bps":215400.00,"market_cap":105273400000000,"week52_high":367000,"week52_low":163000,'
    expect_text out '"per":31.20,"pbr":7.10,"eps":8.34,"bps":36.93,"market_cap":1175997377100,"week52_high":346.3200,"week52_low":162.8200,'
    expect_ndjson '.[1] | .change == 2.78 and .change_percent == 1.08 and .currency == "USD"'
    # What the broker's detail call does not tell, one multi call does.
    expect_text out '"symbol":"005930","market":"KR","exchange":"KRX","name":"삼성전자",'
    expect_text out '"bid":274500,"ask":275000,"per":12.92,'
    expect_ndjson '.[1, 2] | .name == null and .bid == null and .open > 0 and .high > 0 and .low > 0'
    expect_same "$(quote_calls '.tr_id as $call | .symbols[] | [$call, .]' | sort)" "$(printf '%s\n' \
        '["FHKST01010100","000660"]' '["FHKST01010100","005930"]' \
        '["FHKST11300006","000660"]' '["FHKST11300006","005930"]' \
        '["HHDFS76200200","00700"]' '["HHDFS76200200","AAPL"]')"
}

@test "--raw: the broker's own answer for that symbol, or null" {
    serve
    fetch -k --raw --format ndjson 005930 AAPL 999999
    expect_status 1
    expect_ndjson ".[0] | keys_unsorted == $QUOTE + [\"raw\"]"
    expect_ndjson ".[2] | keys_unsorted == $FAILURE + [\"raw\"]"
    expect_ndjson '.[0].raw | .inter_shrn_iscd == "005930" and .inter2_prpr == "274500"'
    expect_ndjson '.[1].raw | .rsym == "DNASAAPL" and .last == "261.2300" and .rate == "+1.08"'
}

@test "error types: what the broker, the line or the answer did" {
    kind() { # kind FAULT ERROR_TYPE RETRYABLE ATTEMPTS
        serve --fault "$1"
        fetch --format ndjson --try-timeout 0.3 --retries 1 --timeout 3 005930
        expect_status 4
        expect_json "[.error, .error_type, .retryable, .attempts >= $4] == [true, \"$2\", $3, true]"
        [ "$2" = RateLimit ] || expect_json ".attempts == $4"
    }
    # A refusal for the rate is no attempt of the symbol's.
    kind limit RateLimit true 2
    kind retry-after=0 RateLimit true 2
    kind hang Timeout true 2
    kind reset Network true 2
    kind status=404 Http false 1
    kind status=503 Http true 2
    kind redirect Http false 1
    kind html200 Parse false 2
    kind cut-nolength Parse true 2
    kind trailing Parse false 2
    kind refuse=OPSQ0002 Unsupported false 2
}

@test "a refusal of the broker's keeps its codes and its text" {
    serve --poison 005930
    fetch --format ndjson 005930
    expect_status 4
    expect_json '.error_type == "Input" and .rt_cd == "1" and .msg_cd == "OPSQ2002"
        and (.msg1 | startswith("ERROR : INPUT FIELD_LENGTH"))'
}

@test "text of the broker's cannot steer a terminal, nor break a format" {
    serve --fault escapes@symbol=005930 --fault 'name=a,"b"'$'\t''c@symbol=000660'
    fetch -k --format table --raw 005930 000660
    expect_status 0
    expect_same "$(tr -d '\n[:print:]가-힣' <out | LC_ALL=C tr -d '\200-\377' | wc -c)" 0
    fetch -k --format csv --fields symbol,name --no-header 000660
    expect_same "$(cat out)" '000660,"a,""b""	c"'
    fetch -k --format tsv --fields symbol,name --no-header 000660
    expect_same "$(cat out)" $'000660\ta,"b" c'
}

@test "--fields help: every field, its unit, its meaning, and who fills it" {
    unset KIS_BASE_URL
    echo 'no such line' >"$CONFIG"
    fetch --fields help
    expect_status 0
    expect_lines err 0
    for field in $(tr -d '[]"\n ' <<<"$QUOTE" | tr , ' ') error_type retryable per week52_low raw; do
        expect_match out "^$field( |$)"
    done
    expect_match out '^price +currency +of the last trade$'
    expect_text out '[kis --detail]'
}

@test "a chosen field that this run cannot fill is named before any call" {
    serve
    fetch -q --fields symbol,per,eps,raw 005930
    expect_status 0
    expect_same "$(cat err)" \
        'quotefetch: per, eps: not told by kis without --detail; raw: empty without --raw'
    fetch -q --detail --raw --fields symbol,per,eps,raw 005930
    expect_lines err 0
    UPBIT_BASE_URL=$KIS_BASE_URL fetch -q --source upbit --detail --fields symbol,per KRW-BTC.UPBIT \
        --timeout 1 --retries 1
    expect_match err '^quotefetch: per: told by no source of this run$'
    fetch -q 005930
    expect_lines err 0
}

@test "a share without a trade: an error, with all that is known beside the price" {
    serve --fault no-trade@symbol=005930
    fetch -q --format ndjson 005930
    expect_status 4
    expect_json '.error and .error_type == "NoTrade" and .price == null and .name == "삼성전자"
        and .currency == "KRW" and .previous_close == 268000'
}
