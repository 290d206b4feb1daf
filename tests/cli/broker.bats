# SPDX-License-Identifier: MIT
# The calls that are made, and what becomes of them when the broker refuses.

load ../support/common

# asked: the exchanges and symbols of the overseas calls, in order.
asked() {
    quote_calls 'select(.excd) | .excd + ":" + .symbols[0]' | xargs
}

@test "a US symbol's exchange is found by NAS, NYS, AMS, and remembered" {
    serve
    fetch --workers 1 --format ndjson -k AAPL KO SPY
    expect_status 0
    # Symbols in any order; each of them at one exchange after the other.
    expect_same "$(asked | xargs -n 1 | sort -s -t : -k 2 | xargs)" \
        'NAS:AAPL NAS:KO NYS:KO NAS:SPY NYS:SPY AMS:SPY'
    expect_ndjson 'map(.exchange) == ["NAS", "NYS", "AMS"] and (map(.market) | unique == ["US"])'
    expect_same "$(stat -c %a "$STATE/exchanges")" 600
    : >log
    fetch --workers 1 SPY KO AAPL
    expect_same "$(asked)" 'AMS:SPY NYS:KO NAS:AAPL'
}

@test "an exchange remembered wrongly is asked first, and put right" {
    serve
    fetch KO
    printf 'KO AMS\nnonsense\nAAPL KR\n' >"$STATE/exchanges"
    : >log
    fetch --workers 1 KO
    expect_status 0
    [[ $(asked) == AMS:KO*NYS:KO ]]
    expect_text "$STATE/exchanges" 'KO NYS'
}

@test "a US symbol of no exchange: NotFound after three calls, and not remembered" {
    serve
    fetch --format ndjson ZZZZZZ
    expect_status 4
    expect_json '.error_type == "NotFound" and .market == "US"'
    expect_same "$(asked)" 'NAS:ZZZZZZ NYS:ZZZZZZ AMS:ZZZZZZ'
    [ ! -e "$STATE/exchanges" ]
}

@test "a named exchange is asked once, found or not" {
    serve
    fetch --workers 1 KO.NYS KO.NAS 0700.HKS 7203.TSE AAPL.BAQ
    expect_status 1
    # Hong Kong's codes have five digits where the broker is asked.
    expect_same "$(asked)" 'NYS:KO NAS:KO HKS:00700 TSE:7203 BAQ:AAPL'
}

@test "the headers and paths of the broker's protocol: it refuses nothing" {
    serve
    fetch 005930 AAPL
    fetch --detail 005930 AAPL # the multi call, too: it has the name and the offers
    expect_same "$(jq -r '[.method, .path, .tr_id, .status] | map(tostring) | join(" ")' log | sort -u)" "$(
        cat <<'END'
GET /uapi/domestic-stock/v1/quotations/inquire-price FHKST01010100 200
GET /uapi/domestic-stock/v1/quotations/intstock-multprice FHKST11300006 200
GET /uapi/overseas-price/v1/quotations/price HHDFS00000300 200
GET /uapi/overseas-price/v1/quotations/price-detail HHDFS76200200 200
POST /oauth2/tokenP null 200
END
    )"
}

@test "the multi call is not to be had: one by one, nothing fails" {
    serve --multi off
    codes 40 >list
    fetch --format ndjson -f list 999999
    expect_status 1
    expect_ndjson 'map(select(.error | not) | .symbol) | unique | length == 40'
    expect_same "$(quote_calls 'select(.tr_id == "FHKST11300006")' | wc -l | tr -d ' ')" 2
    expect_same "$(quote_calls 'select(.tr_id == "FHKST01010100")' | wc -l | tr -d ' ')" 41
}

@test "paper: single calls only; --detail where it has it" {
    serve --env paper --rate 0
    fetch -k --env paper --format ndjson 005930 AAPL 000660
    expect_status 0
    expect_ndjson '.[0].price == 274500 and .[0].name == null'
    fetch -k --env paper --detail --format ndjson 005930 AAPL
    expect_status 0
    expect_ndjson '.[0].per == 12.92 and .[1].per == null and .[1].price == 261.23'
    expect_same "$(quote_calls .tr_id | sort -u | xargs)" 'FHKST01010100 HHDFS00000300'
}

@test "a symbol that spoils its call: halved until it stands alone, only it fails" {
    codes 30 >list
    for poison in 100001 100017 100030; do
        serve --poison "$poison"
        fetch --format ndjson -f list
        expect_status 1
        expect_lines out 30
        expect_ndjson "map(select(.error)) | length == 1 and .[0].symbol == \"$poison\"
            and .[0].error_type == \"Input\""
        expect_arrivals '.quotes <= 11'
    done
}

@test "--retries N: so many further attempts" {
    serve --fault status=503
    for retries in 0 1 2; do
        : >log
        fetch --retries "$retries" --format ndjson 005930
        expect_status 4
        expect_json ".attempts == $retries + 1"
        expect_arrivals ".quotes == $retries + 1"
    done
    serve --fault status=503@times=2
    fetch --format ndjson 005930
    expect_status 0
    expect_json '.attempts == 3'
}

@test "what will not heal is not tried again" {
    serve --fault status=404
    fetch --retries 5 --format ndjson 005930
    expect_json '.attempts == 1'
    expect_arrivals '.quotes == 1'
}

@test "--try-timeout SEC: one attempt" {
    serve --fault hang@times=1
    fetch --try-timeout 0.3 --format ndjson --stats stats 005930
    expect_status 0
    expect_json '.attempts == 2'
    expect_json '.timeouts == 1 and .wall_ms < 3000' stats
}

@test "the per-second refusal, as HTTP 500 or 200: tried again, within the retries" {
    for fault in limit limit200; do
        serve --fault "$fault@times=1"
        fetch --format ndjson 005930
        expect_status 0
        expect_json '.attempts == 2'
    done
}

@test "a failing symbol never stops the others" {
    serve --fault reset@symbol=100003 --fault html200@symbol=100005
    codes 20 >list
    fetch --batch 1 --format ndjson -f list
    expect_status 1
    expect_ndjson 'map(select(.error) | [.symbol, .error_type]) | sort
        == [["100003", "Network"], ["100005", "Parse"]]'
}

@test "no redirect is followed, no proxy of the environment trusted with the keys in clear" {
    serve
    other=$KIS_BASE_URL
    serve --fault "redirect=302:$other/uapi/x" --log other.log
    fetch --format ndjson 005930
    expect_json '.error_type == "Http"'
    expect_no_calls
}
