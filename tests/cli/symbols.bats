# SPDX-License-Identifier: MIT
# What may be asked for, in which words, and from where.

load ../support/common

# Words, and the symbol and market they stand for.
KNOWN=(
    '005930 005930 KR' '005930.KR 005930 KR' 'KR:005930 005930 KR' '00680k 00680K KR' '0162z0.kr 0162Z0 KR'
    'Q530031 Q530031 KR' 'kr:q530031 Q530031 KR'
    'AAPL AAPL US' 'aapl AAPL US' 'AAPL.US AAPL US' 'US:AAPL AAPL US' 'V V US'
    'BRK.B BRK.B US' 'brk/b BRK/B US' 'BRK.B.US BRK.B US' 'BRK.B.NYS BRK.B NYS'
    'AAPL.NAS AAPL NAS' 'nas:aapl AAPL NAS' 'KO.NYS KO NYS' 'SPY.AMS SPY AMS'
    'AAPL.BAQ AAPL BAQ' 'KO.BAY KO BAY' 'SPY.BAA SPY BAA'
    '0700.HKS 0700 HKS' '7203.TSE 7203 TSE' '600519.SHS 600519 SHS' '000858.SZS 000858 SZS'
    'VNM.HSX VNM HSX' 'SHS.HNX SHS HNX'
    '005930.KS 005930 KR' '035720.KQ 035720 KR' '005930.KRX 005930 KR' 'KRX:005930 005930 KR'
    '0700.HK 0700 HKS' '7203.T 7203 TSE' 'NYSE:KO KO NYS' 'NASDAQ:AAPL AAPL NAS' 'BRK-B BRK-B US'
)

@test "every form of a symbol, as an argument and as a line" {
    serve
    for known in "${KNOWN[@]}"; do
        read -r word symbol market <<<"$known"
        echo "$word" >>list
        echo "$symbol $market" >>wanted
    done
    mapfile -t words <list
    fetch -k --format ndjson "${words[@]}"
    expect_status 0
    expect_same "$(jq -r '"\(.symbol) \(.market)"' out)" "$(cat wanted)"
    fetch -k --format ndjson -f list
    expect_status 0
    expect_same "$(jq -r '"\(.symbol) \(.market)"' out)" "$(cat wanted)"
}

@test "exchange and currency of every market" {
    serve
    fetch -k --format tsv --no-header --fields market,exchange,currency 005930 AAPL KO SPY AAPL.NAS \
        KO.NYS SPY.AMS AAPL.BAQ KO.BAY SPY.BAA 0700.HKS 7203.TSE 600519.SHS 000858.SZS VNM.HSX SHS.HNX
    expect_status 0
    expect_same "$(tr '\t' ' ' <out)" "$(printf '%s\n' 'KR KRX KRW' 'US NAS USD' 'US NYS USD' \
        'US AMS USD' 'NAS NAS USD' 'NYS NYS USD' 'AMS AMS USD' 'BAQ BAQ USD' 'BAY BAY USD' \
        'BAA BAA USD' 'HKS HKS HKD' 'TSE TSE JPY' 'SHS SHS CNY' 'SZS SZS CNY' 'HSX HSX VND' \
        'HNX HNX VND')"
}

@test "a line: columns by comma, blanks or a tab; comments, blank lines, CRLF, a BOM, no last newline" {
    serve
    printf '\xef\xbb\xbf# heading\r\n005930\r\n\r\n   \t\r\n000660,KR\r\n035420 , KR # NAVER\n  035720 KR\n' >list
    printf '005380\tKR\n000270   kr  \nspy,ams\n!KO\n  # indented\nBRK.B,NYS#at once\n0700 HKS' >>list
    fetch -k --format ndjson -f list
    expect_status 0
    expect_same "$(jq -r .symbol out | xargs)" \
        '005930 000660 035420 035720 005380 000270 SPY KO BRK.B 0700'
}

@test "from arguments, then from each file, in this order" {
    serve
    printf '000660\n' >one
    printf '035420\n' >two
    fetch -k --format ndjson -f two AAPL -f - --file=one 005930 <<<035720
    expect_status 0
    expect_same "$(jq -r .symbol out | xargs)" 'AAPL 005930 035420 035720 000660'
}

@test "stdin is read when there is nothing else, and only then" {
    serve
    fetch --format ndjson <<<$'005930\nAAPL'
    expect_status 0
    expect_ndjson 'map(.symbol) | sort == ["005930", "AAPL"]'
    fetch --format ndjson 005930 <<<000660
    expect_ndjson 'map(.symbol) == ["005930"]'
}

@test "a FIFO will do for a file" {
    serve
    mkfifo pipe
    echo 005930 >pipe 3>&- &
    fetch --format ndjson -f pipe
    expect_status 0
    expect_ndjson 'map(.symbol) == ["005930"]'
}

@test "asked twice: fetched once, answered twice" {
    serve
    fetch -k --format ndjson 005930 AAPL 005930.KR aapl kr:005930 AAPL.NAS
    expect_status 0
    expect_same "$(jq -r '"\(.symbol)/\(.market)"' out | xargs)" \
        '005930/KR AAPL/US 005930/KR AAPL/US 005930/KR AAPL/NAS'
    expect_ndjson 'map(select(.symbol == "005930") | .price) | unique == [274500]'
    expect_arrivals '.symbols == 3'
}

@test "what fails is answered twice as well" {
    serve
    fetch --format ndjson 999999 999999 005930
    expect_status 1
    expect_ndjson 'map(select(.error) | .symbol) == ["999999", "999999"]'
    expect_arrivals '.symbols == 2'
}

# refused MESSAGE LINE: as a line of a list, of stdin, and as an argument.
refused() {
    printf '005930\n%s\n' "$2" >list
    fetch -f list
    expect_refused "'list': line 2: $1"
    fetch -f - <list
    expect_refused "stdin: line 2: $1"
    fetch 005930 -- "$2"
    expect_refused "$2: $1"
}

@test "a symbol without a market that can be told: what to write" {
    serve
    refused 'cannot tell the market: write 0700.HKS' 0700
    refused 'cannot tell the market: write 700.HKS, or 000700' 700
    refused 'cannot tell the market: write six digits for KR, else 12345678.HKS' 12345678
    refused 'cannot tell the market: write 005930' A005930
    refused 'cannot tell the market: write ABC1.US' ABC1
    refused 'cannot tell the market: write KRW-BTC.UPBIT' krw-btc
    refused 'cannot tell the market: write KOSPI.IDX' kospi
}

@test "markets that are unknown, or two" {
    serve
    refused "unknown market 'XX'" 005930.XX
    refused "unknown market 'XX'" 005930,XX
    refused "unknown market 'XX'" XX:005930
    refused "unknown market 'BB'" BRK.BB
    refused "unknown market 'KR,X': a list of other columns needs a first line that names 'symbol'" \
        005930,KR,X
    refused "two markets: 'US' and 'KR'" KR:005930.US
    refused "two markets: 'US' and 'KR'" 005930.US,KR
    refused 'no KR code: that is six characters beginning with a digit, or Q and six digits' AAPL.KR
    refused 'the currency comes first: write KRW-BTC.UPBIT' BTC-KRW.UPBIT
    refused 'cannot tell the market: write KRW-ETH.UPBIT' ETH-KRW
    refused 'no pair of coins: write it as KRW-BTC.UPBIT' BTC.UPBIT
    refused 'no pair of currencies: write it as USDKRW.FX' USD.FX
    refused "no index: that is KOSPI, KOSDAQ, KOSPI200 or the exchange's four digits" DAX.IDX
}

@test "characters that no symbol has" {
    serve
    refused "unexpected character ';'" 'AAPL;reboot'
    refused "unexpected character '%'" '005930%0d%0a'
    refused "unexpected character '&'" '005930&FID_INPUT_ISCD=000660'
    refused "misplaced '.'" ../secret
    refused "misplaced '.'" AAPL.
    refused 'unexpected character U+FF10' 00593０
    refused 'unexpected character U+00E9' café
    refused 'longer than 13 characters' ABCDEFGHIJKLMN.US
}

@test "what a terminal would act on is not repeated" {
    serve
    fetch $'AAPL\e]0;title\a'
    expect_refused 'AAPL?]0;title?: unexpected character U+001B'
}

@test "a list as spreadsheets and other programs keep it: headers, quoted cells, more columns" {
    serve
    same() { # same WANTED: the list's symbols and markets
        fetch -k -q --format ndjson -f list
        expect_status 0
        expect_same "$(jq -r '"\(.symbol)/\(.market)"' out | xargs)" "$1"
        jq -r .input out >again
        fetch -k -q --format ndjson -f again
        expect_same "$(jq -r '"\(.symbol)/\(.market)"' out | xargs)" "$1"
    }
    printf '\xef\xbb\xbf"종목코드","종목명","시장구분"\r\n"005930","삼성전자 #1","KR"\r\n="000660",SK하이닉스,KR\r\n' >list
    same '005930/KR 000660/KR'
    printf '# mine\n\nname;Symbol;price\nCoca Cola;KO;70\n# gone\n!Apple;AAPL;260\n' >list
    same 'KO/US AAPL/US'
    printf 'ticker\n"0700","HKS"\n' >list
    fetch -f list
    expect_same "$status $(cat err)" "2 quotefetch: 'list': line 2: cannot tell the market: write 0700.HKS"
    printf '"0700","HKS"\n"005930"\n' >list
    same '0700/HKS 005930/KR'
    # Each file has a header of its own, or none; CODE may be a share.
    printf 'code,price\n005930,1\n' >one
    printf 'KO,NYS\n' >two
    fetch -k -q --format ndjson -f one -f two
    expect_same "$(jq -r '"\(.symbol)/\(.market)"' out | xargs)" '005930/KR KO/NYS'
}

@test "what comes out is a list again: csv, tsv, with long texts" {
    serve
    printf '%s\n' 005930 0700,HKS aapl BRK/B 999999 >list
    for format in csv tsv; do
        fetch -k -q --raw --format $format -f list
        cp out "made.$format"
        fetch -k -q --format ndjson -f "made.$format"
        expect_same "$(jq -r '"\(.symbol)/\(.market)"' out | xargs)" '005930/KR 0700/HKS AAPL/US BRK/B/US 999999/KR'
    done
}

@test "every bad line of a list is told, up to twenty, and nothing is asked" {
    serve
    printf '005930\n0700\nAAPL.XX\n' >list
    printf 'x;y\n' >other
    fetch -f list -f other A005930
    expect_status 2
    expect_same "$(cat err)" "quotefetch: A005930: cannot tell the market: write 005930
quotefetch: 'list': line 2: cannot tell the market: write 0700.HKS
quotefetch: 'list': line 3: unknown market 'XX'
quotefetch: 'other': line 1: unexpected character ';'
quotefetch: 4 entries are no symbols: nothing was asked (--skip-invalid goes on without them)"
    expect_no_calls
    seq -f '0%g' 100 130 >list
    fetch -q -f list
    expect_lines err 21
    expect_text err 'quotefetch: 31 entries are no symbols, of which 20 are told: nothing was asked'
    # Not for ever, where it is no list at all.
    yes 0700 | "$QUOTEFETCH" --timeout 0 2>err || true
    expect_lines err 21
    expect_text err 'more than 1000 lines are no symbols: is it a symbol list?'
    expect_no_calls
}

@test "lists of other encodings, endless lines, files of nothing" {
    serve
    printf '005930\n\xbb\xef\xbc\xba\n' >list
    fetch -f list
    expect_refused "'list': line 2: byte 0xbb is neither ASCII nor UTF-8 (is it CP949? iconv -f cp949)"
    printf '0\0000\0005\0009\0003\0000\0' >list
    fetch -f list
    expect_refused "'list': line 1: unexpected character U+0000 (is it UTF-16?)"
    head -c 300000 /dev/zero | tr '\0' A >list
    fetch -f list
    expect_refused "'list': line 1: longer than 1024 bytes"
    for nothing in '' '\n' '# only a comment' ' \t\n\r\n'; do
        # shellcheck disable=SC2059
        printf "$nothing" >list
        fetch -f list
        expect_refused "no symbols in 'list'"
        fetch <list
        expect_refused 'no symbols in stdin'
    done
    fetch -f list -f list
    expect_refused 'no symbols in any of the files'
    fetch ''
    expect_refused "'': empty symbol"
    fetch -
    expect_refused "'-' is no symbol: to read them from stdin write -f -"
}

@test "--skip-invalid: an error record each, and the rest is fetched" {
    serve
    printf '005930\n0700\n  nonsense;\nAAPL,XX\nKO\n' >list
    fetch -k --skip-invalid --format ndjson -f list A005930
    expect_status 1
    expect_ndjson 'map(.symbol) == ["A005930", "005930", "0700", "nonsense;", "AAPL,XX", "KO"]'
    expect_ndjson 'map(.error) == [true, false, true, true, true, false]'
    expect_ndjson 'map(select(.error) | .error_type) | unique == ["Input"]'
    expect_ndjson '.[2] | .market == null and .rt_cd == "9" and .attempts == 0 and (.retryable | not)
        and .msg1 == "Error: cannot tell the market: write 0700.HKS"'
    fetch --skip-invalid --format ndjson 0700
    expect_status 4
    expect_lines out 1
}

@test "--skip-invalid can stand in the file" {
    serve
    printf 'rate = 0\nskip-invalid = yes\n' >"$CONFIG"
    fetch --format ndjson 005930 0700
    expect_status 1
}

@test "--priority and '!': asked for first, answered once" {
    serve
    codes 12 >list
    printf '000660,KR\n!035420\n' >>list
    printf '005380\n100007\n' >hot
    fetch --workers 1 --batch 4 --format ndjson -f list --priority hot
    expect_status 0
    expect_lines out 15
    expect_same "$(quote_calls '.symbols[]' | tr -d '"' | head -n 3 | sort | xargs)" '005380 035420 100007'
    expect_arrivals '.symbols == 15'
}

@test "--priority alone is a list as well" {
    serve
    echo 005930 >hot
    fetch --priority hot --format ndjson
    expect_status 0
    expect_lines out 1
}
