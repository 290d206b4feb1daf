# SPDX-License-Identifier: MIT
# Symbols by their names: --find, and names in lists.

load ../support/common

# serve_lists: a directory of the lists that the sources publish, until the test
# ends; every source is there.
serve_lists() {
    local port name

    mkdir -p www/common/master www/v1/market www/v2
    cp "$ROOT"/tests/fixtures/names/*.zip www/common/master/
    cp "$ROOT/tests/fixtures/names/upbit.json" www/v1/market/all
    cp "$ROOT/tests/fixtures/names/alpaca.json" www/v2/assets
    cp www/common/master/kosdaq_code.mst.zip www/common/master/konex_code.mst.zip
    for name in amsmst tsemst shsmst szsmst hsxmst hnxmst; do
        cp www/common/master/other.cod.zip "www/common/master/$name.cod.zip"
    done
    python3 -u -m http.server 0 --bind 127.0.0.1 -d www >served 2>requests 3>&- &
    brokers+=($!)
    until port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' served) && [ -n "$port" ]; do
        kill -0 $! || return
    done
    export KIS_BASE_URL=http://127.0.0.1:$port UPBIT_BASE_URL=http://127.0.0.1:$port \
        ALPACA_BASE_URL=http://127.0.0.1:$port
}

lists_asked() {
    grep -c '"GET ' requests || true
}

@test "--find: by name in two languages, by code, by a part, without any key" {
    serve_lists
    fetch --find 삼성 --format tsv
    expect_status 0
    expect_same "$(cat out)" "$(printf 'symbol\tmarket\tname\tother_name\n')
$(printf '005930\tKR\t삼성전자\t\n005935\tKR\t삼성전자우\t\nQ530031\tKR\t삼성 레버리지 WTI원유 선물 ETN\t')"
    fetch --find apple
    expect_status 0
    expect_same "$(jq -c '.[]' out)" '{"symbol":"AAPL","market":"NAS","name":"애플","other_name":"APPLE INC"}'
    fetch --find '텐센트홀딩스' --format ndjson
    expect_same "$(jq -r '"\(.symbol).\(.market)"' out)" 00700.HKS
    fetch --find KRW-BTC --format csv
    expect_same "$(tail -n 1 out)" KRW-BTC,UPBIT,비트코인,Bitcoin
    for command in --plan --quota --check; do
        fetch --find KRW-BTC $command
        expect_status 2
        expect_text err "$command and --find exclude each other"
    done
    # The best one first.
    fetch --find 삼성전자 --format tsv --no-header
    expect_same "$(cut -f1 out | xargs)" '005930 005935'
}

@test "--find: aligned on a terminal's format; what it prints is a list to be read" {
    serve_lists
    fetch --find 삼성전자 --format table
    expect_status 0
    expect_same "$(cat out)" 'symbol  market  name        other_name
005930  KR      삼성전자
005935  KR      삼성전자우'
    fetch --find 삼성전자 --format tsv --no-header -o found
    expect_status 0
    cut -f1,2 found >list
    fetch --plan -f list
    expect_status 0
    [[ $(cat out) == *'symbols: 2'* ]]
}

@test "--find: nothing is exit status 1" {
    serve_lists
    fetch --find 'no such thing'
    expect_status 1
    expect_same "$(cat out)" '[]'
    fetch --find ''
    expect_status 2
}

@test "--find: lists are fetched once a day, and each on its own" {
    serve_lists
    fetch --find 카카오
    expect_status 0
    expect_same "$(lists_asked)" 13
    fetch --find 카카오
    expect_same "$(lists_asked)" 13
    # A day old: that one is fetched anew. A damaged one, too.
    sed -i '1s/[0-9]*$/1000/' "$STATE/names-kis-kospi"
    echo noise >"$STATE/names-upbit-pairs"
    fetch --find 카카오
    expect_status 0
    expect_same "$(lists_asked)" 15
    expect_same "$(jq -r '.[0].symbol' out)" 035720
}

@test "--find: a list that is not there is said; an old one serves" {
    serve_lists
    rm www/common/master/kosdaq_code.mst.zip
    fetch --find 카카오
    expect_status 0
    expect_same "$(cat err)" "quotefetch: names of kis: 1 of 12 lists are missing: list 'kosdaq_code.mst.zip': HTTP status 404"
    fetch --find 카카오 # the others are remembered
    expect_same "$(lists_asked)" 14
    sed -i '1s/[0-9]*$/1000/' "$STATE/names-kis-kospi"
    rm www/common/master/kospi_code.mst.zip
    cp www/common/master/konex_code.mst.zip www/common/master/kosdaq_code.mst.zip
    fetch --find 카카오
    expect_status 0
    expect_same "$(cat err)" "quotefetch: names of kis: 1 of 12 lists are old: list 'kospi_code.mst.zip': HTTP status 404"
    expect_same "$(jq -r '.[0].symbol' out)" 035720
}

@test "--find: with nobody there, one line" {
    fetch --timeout 5 --source upbit --find x
    expect_status 4
    expect_lines err 1
    expect_lines out 0
    [[ $(cat err) == 'quotefetch: cannot get the lists of symbols: cannot connect to '* ]]
    fetch --source ecb --find x
    expect_status 2
    expect_same "$(cat err)" "quotefetch: source 'ecb' publishes no list of symbols"
}

@test "--find: Alpaca's list wants its login; a symbol of two lists is told once" {
    serve_lists
    fetch --find apple --source alpaca
    expect_status 2
    export APCA_API_KEY_ID=PKdummy APCA_API_SECRET_KEY=dummy
    fetch --find apple --source alpaca
    expect_status 0
    expect_same "$(jq -c '.[]' out)" '{"symbol":"AAPL","market":"NAS","name":"Apple Inc. Common Stock","other_name":null}'
    fetch --find aapl
    expect_same "$(jq -r 'map(.name) | join(" ")' out)" 애플
}

@test "a name in a list is its symbol, and is shown as it was typed" {
    serve_lists
    export KIS_APP_KEY=$KEY KIS_APP_SECRET=$SECRET
    printf '005930\n카카오 # by name\n버크셔 해서웨이 B\n!삼성전자\n' >list
    # --plan uses no network: what is not remembered is not known.
    fetch --plan -f list
    expect_status 2
    expect_same "$(head -n 1 err)" "quotefetch: 'list': line 2: no symbol, and not known as a name: --find fetches the lists of names"
    # Nobody has prices here.
    fetch -k --timeout 3 --format ndjson -f list 비트코인
    expect_same "$(jq -r '"\(.symbol).\(.market)"' out | xargs)" \
        'KRW-BTC.UPBIT 005930.KR 035720.KR BRK/B.NYS 005930.KR'
    expect_same "$(jq -r .input out | tr '\n' ' ')" '비트코인 005930 카카오 버크셔 해서웨이 B 삼성전자 '
    fetch --plan -f list
    expect_status 0
    expect_same "$(head -n 2 out)" $'symbols: 4\nto fetch: 3'
    # A blank or two are nobody's business; half a name is.
    fetch --plan '삼성 전자' '인베스코QQQ' 'apple  inc'
    expect_status 0
}

@test "a name that is no symbol's, or several's" {
    serve_lists
    export KIS_APP_KEY=$KEY KIS_APP_SECRET=$SECRET
    fetch 삼성
    expect_status 2
    expect_same "$(cat err)" 'quotefetch: 삼성: no symbol has this name: see --find'
    fetch 'ABC DEF'
    expect_same "$(cat err)" "quotefetch: ABC DEF: unknown market 'DEF'"
    printf '[{"market":"KRW-KAKAO","korean_name":"카카오"}]' >www/v1/market/all
    rm "$STATE/names-upbit-pairs"
    fetch --find 카카오
    fetch 카카오
    expect_status 2
    expect_same "$(cat err)" 'quotefetch: 카카오: a name of several: write one of 035720.KR, KRW-KAKAO.UPBIT'
    fetch --skip-invalid --format ndjson 카카오
    expect_same "$(jq -r .error_type out)" Input
}

@test "names in quotes, under a header, and beside what is none" {
    serve_lists
    export KIS_APP_KEY=$KEY KIS_APP_SECRET=$SECRET
    printf '"삼성전자"\n"버크셔 해서웨이 B"\n' >list
    fetch -k --timeout 3 --format ndjson -f list
    expect_same "$(jq -r '"\(.symbol) \(.input)"' out)" $'005930 "삼성전자"\nBRK/B "버크셔 해서웨이 B"'
    printf '\xef\xbb\xbf종목명,수량\r\n"삼성전자",10\r\n카카오,20\r\n' >list
    fetch --plan -f list
    expect_status 0
    # The first is none: what is remembered is known all the same.
    printf '없는이름\n삼성전자\n없다\n' >list
    fetch -f list
    expect_status 2
    expect_same "$(head -n 2 err)" "quotefetch: 'list': line 1: no symbol has this name: see --find
quotefetch: 'list': line 3: no symbol has this name: see --find"
    # A list that is refused anyway fetches none, and says so.
    rm "$STATE"/names-*
    printf 'bad%%\n삼성전자\n' >list
    fetch -f list
    expect_status 2
    expect_text err "line 2: no symbol, and not looked up as a name: mend the others first"
    [ -z "$(ls "$STATE" | grep names-)" ]
}

@test "a name, and nobody there to ask" {
    export KIS_APP_KEY=$KEY KIS_APP_SECRET=$SECRET
    fetch --timeout 5 카카오
    expect_status 2
    expect_lines err 1
    [[ $(cat err) == 'quotefetch: 카카오: no symbol, and not known as a name: cannot get the lists of symbols: '* ]]
}

@test "--detail: a name that no call tells is that of the lists, once they were fetched" {
    cat >names.sh <<'END'
names() { # names [OPTION...] SYMBOL...
    "$QUOTEFETCH" -q -k --detail --format ndjson "$@" | jq -r '"\(.input) \(.name)"'
}
names AAPL 0700.HKS 005930
"$QUOTEFETCH" -q --find apple >found
names AAPL KO.NYS 0700.HKS 005930 KRW-BTC.UPBIT USDKRW.FX
names --source alpaca AAPL
"$QUOTEFETCH" -q --format ndjson AAPL | jq .name
END
    export QUOTEFETCH
    "$SANDBOX" --log log -- bash names.sh >out
    expect_same "$(cat out)" "$(printf '%s\n' 'AAPL null' '0700.HKS null' '005930 삼성전자' \
        'AAPL 애플' 'KO.NYS 코카콜라' '0700.HKS 텐센트' '005930 삼성전자' 'KRW-BTC.UPBIT 비트코인' \
        'USDKRW.FX null' 'AAPL Apple Inc.' null)"
    # Each list was asked for once: by --find.
    expect_same "$(jq -r 'select(.path | test("master|assets|market/all")) | .path' log | sort |
        uniq -d)" ''
}
