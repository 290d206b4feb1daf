# SPDX-License-Identifier: MIT
# Several sources in one run: who is asked, who steps in, and who checks.

load ../support/common

# serve_all [OPTION...]: all the sandbox's sources until the test ends.
serve_all() {
    rm -f sources.env
    "$SANDBOX" --rate 0 --alpaca-rate 0 --upbit-rate 0 --log log "$@" -- sh -c '
        env | grep -E "^(KIS|ALPACA|APCA|UPBIT|ECB)_" >sources.tmp
        mv sources.tmp sources.env
        exec sleep 100' 2>broker.err 3>&- &
    brokers+=("$!")
    wait_until test -e sources.env
    set -a
    # shellcheck disable=SC1091
    . ./sources.env
    set +a
    unset KIS_STREAM_URL
}

provider_of() { # provider_of SYMBOL
    jq -r "select(.symbol == \"$1\") | .provider" out
}

@test "each symbol goes to the first source that serves its market" {
    serve_all
    fetch --format ndjson 005930 AAPL KRW-BTC.UPBIT USDKRW.FX KOSPI.IDX
    expect_status 0
    expect_same "$(provider_of 005930) $(provider_of AAPL) $(provider_of KRW-BTC) $(provider_of USDKRW) $(provider_of KOSPI)" \
        'kis kis upbit ecb kis'
    fetch --source alpaca,kis --format ndjson 005930 AAPL
    expect_same "$(provider_of 005930) $(provider_of AAPL)" 'kis alpaca'
    QUOTEFETCH_SOURCE=alpaca,kis fetch --format ndjson AAPL
    expect_same "$(provider_of AAPL)" alpaca
}

@test "no account at all: coins and currencies need none" {
    serve_all
    unset KIS_APP_KEY KIS_APP_SECRET APCA_API_KEY_ID APCA_API_SECRET_KEY
    fetch --format ndjson KRW-BTC.UPBIT USDKRW.FX
    expect_status 0
    expect_json '.error == false'
    : >log
    fetch 005930
    expect_refused "no app_key for '005930': set KIS_APP_KEY and KIS_APP_SECRET; a key is free at https://apiportal.koreainvestment.com; 'make demo' shows it without one"
}

@test "what is wrong with --source is said before any request" {
    serve_all
    fetch --source kis,naver 005930
    expect_refused "unknown source 'naver': there are kis, alpaca, upbit and ecb"
    fetch --source kis,kis 005930
    expect_refused "source 'kis' is named twice"
    fetch --source 'kis, ,upbit' 005930
    expect_refused "unknown source '': there are kis, alpaca, upbit and ecb"
    fetch --quota --source 'kis , upbit'
    expect_same "$(grep source: out | xargs)" 'source: kis source: upbit'
    fetch --source upbit 005930
    expect_refused "no source serves '005930' (KR): see --source"
    unset APCA_API_KEY_ID
    fetch --source alpaca AAPL
    expect_status 2
    expect_match err "source 'alpaca': no alpaca_key_id: set APCA_API_KEY_ID"
    [ ! -s log ]
}

@test "a source that is dead hands on to the next, and the record says so" {
    serve_all
    for dead in http://127.0.0.1:9 http://127.0.0.1:9/; do
        ALPACA_BASE_URL=$dead fetch --source alpaca,kis --format ndjson AAPL KO SPY 005930
        expect_status 0
        expect_same "$(jq -r .provider out | sort -u)" kis
        expect_same "$(jq -r 'select(.market == "US") | .tried' out | sort -u)" alpaca:Network
        expect_same "$(jq -r 'select(.market == "KR") | .tried' out)" null
    done
}

@test "a wrong key costs its source, not the symbols that another serves" {
    serve_all
    APCA_API_KEY_ID=WRONG fetch --source alpaca,kis --format ndjson AAPL KO
    expect_status 0
    expect_same "$(jq -r '"\(.provider) \(.tried)"' out | sort -u)" 'kis alpaca:Auth'
    expect_match err 'stopped early: alpaca: '
    APCA_API_KEY_ID=WRONG fetch --source alpaca --format ndjson AAPL KO
    expect_status 3
}

@test "--cross-check: a second source's word, and --strict" {
    serve_all
    fetch --cross-check --format ndjson AAPL 005930
    expect_status 0
    expect_same "$(jq -r '"\(.symbol) \(.check.provider) \(.check.verdict)"' out | sort)" \
        $'005930 null none\nAAPL alpaca ok'
    expect_match err '^quotefetch: checked: 1 ok, 1 none$'
    fetch --format ndjson AAPL
    expect_json 'has("check") | not'
    : >log
    fetch --plan --cross-check AAPL
    expect_text err 'the calls of --cross-check are not counted'
    fetch --cross-check=x AAPL
    expect_refused "--cross-check takes a percentage from 0 to 100, not 'x'"
}

@test "--cross-check finds what differs, and leaves the value alone" {
    serve_all --fault price=300@source=kis,symbol=AAPL
    fetch --cross-check=1 --format ndjson AAPL KO
    expect_status 0
    expect_same "$(jq -r 'select(.symbol == "AAPL") | "\(.price) \(.provider) \(.check.verdict)"' out)" \
        '300 kis differs'
    expect_same "$(jq -r 'select(.symbol == "KO") | .check.verdict' out)" ok
    fetch --cross-check=1 --strict --format ndjson AAPL KO
    expect_status 1
    # Which one, for people; and -q does not hide why it failed.
    fetch -q --cross-check=1 --strict --format table AAPL KO
    expect_status 1
    expect_match out '^AAPL .* differs -[0-9.]+ %$'
    expect_match out '^KO .* ok$'
    expect_same "$(cat err)" 'quotefetch: checked: 1 ok, 1 differs'
    fetch -q --cross-check=1 --format markdown AAPL KO
    expect_match out '^\| AAPL \|.*\| differs -[0-9.]+ % \|$'
    expect_lines err 0
    fetch --cross-check=50 --strict --format ndjson AAPL KO
    expect_status 0
}

@test "--plan and --quota tell each source apart" {
    serve_all
    fetch --plan 005930 KRW-BTC.UPBIT
    expect_status 0
    expect_match out '^source: kis$'
    expect_match out '^source: upbit$'
    fetch --plan --format json 005930 KRW-BTC.UPBIT
    expect_same "$(jq -s -r 'map(.source) | join(" ")' out)" 'kis upbit'
    fetch --quota --source upbit,ecb
    expect_match out '^source: ecb$'
}
