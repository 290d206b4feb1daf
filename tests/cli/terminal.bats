# SPDX-License-Identifier: MIT
# What a person sees: records, bar, messages and table on a real terminal's screen.

load ../support/common

# screen COLUMNS COMMAND: runs it in a window that wide; leaves what stands there in
# the file screen, as the eye reads it.
screen() {
    command -v tmux >/dev/null || skip 'no tmux'
    # A server of its own each time: the last one may not be gone yet.
    local socket=t$$-$BATS_TEST_NUMBER-$((screens += 1))
    rm -f ended
    printf '%s\n' "$2" >window.sh
    tmux -L "$socket" -f /dev/null new-session -d -x "$1" -y 60 \
        "sh window.sh; touch ended; exec sleep 30" 3>&-
    wait_until test -e ended
    tmux -L "$socket" capture-pane -p -J >screen
    tmux -L "$socket" kill-server
    sed -i -e 's/ *$//' -e '/^$/d' screen
}

# Every line is a message or part of the document, and none is both.
expect_lines_whole() {
    ! grep -nE '.quotefetch: |[]}],? *quotefetch|\[[#.]{2}' "$1" || fail "two things on a line of $1"
    grep -v '^quotefetch: ' "$1" >document
}

@test "records as JSON, and a bar: at 60, 80 and 200 columns each keeps its line" {
    serve --latency 30
    codes 20 >list
    for columns in 60 80 200; do
        screen $columns "'$QUOTEFETCH' --format json --batch 1 --workers 2 --fields symbol,price -f list"
        expect_lines_whole screen
        expect_json 'length == 20 and all(.[]; .price > 0)' document
        expect_same "$(tail -n 1 screen | cut -c 1-31)" 'quotefetch: 20 quotes, 0 failed'
        expect_same "$(grep -c '^quotefetch: ' screen)" 1
    done
}

@test "ndjson, csv and the table, and a bar: at 60, 80 and 200 columns" {
    serve --latency 30
    codes 20 >list
    for columns in 60 80 200; do
        screen $columns "'$QUOTEFETCH' --format ndjson --batch 1 --workers 2 --fields symbol,price -f list"
        expect_lines_whole screen
        expect_ndjson 'length == 20' document
        screen $columns "'$QUOTEFETCH' --format csv --batch 5 --fields symbol,price -f list"
        expect_lines_whole screen
        expect_lines document 21
        screen $columns "'$QUOTEFETCH' --fields symbol,price,volume --batch 5 -f list"
        expect_lines_whole screen
        expect_match screen '^Symbol +Price +Volume$'
        expect_lines document 21
    done
}

@test "what -v says stands on lines of its own, beside a bar and among records" {
    serve --latency 30 --fault status=503@p=0.3 --seed 7
    codes 12 >list
    screen 200 "'$QUOTEFETCH' -v --format json --batch 1 --fields symbol -f list"
    expect_lines_whole screen
    expect_json 'length == 12' document
    expect_text screen 'quotefetch: asking for a token'
}

@test "what -v says in one log with the records stands on lines of its own" {
    serve --fault status=503@p=0.3 --seed 7
    codes 40 >list
    for format in json ndjson csv; do
        "$QUOTEFETCH" -v --progress plain --format $format --batch 1 -f list >log.txt 2>&1 || true
        expect_same "$(grep -c '.quotefetch: ' log.txt)" 0
        grep -v '^quotefetch: ' log.txt >document
        case $format in
        json) expect_json 'length == 40' document ;;
        ndjson) expect_ndjson 'length == 40' document ;;
        csv) expect_lines document 41 ;;
        esac
    done
    # Also where a record is longer than a pipe takes in one piece.
    "$QUOTEFETCH" -v --raw --format ndjson --batch 1 -f list 2>&1 | cat >log.txt || true
    grep -v '^quotefetch: ' log.txt >document
    expect_ndjson 'length == 40' document
}

@test "the bar goes before the terminal is written, by the way of the records" {
    serve --latency 60
    codes 6 >list
    # The bar is on the terminal, the records go to another: each keeps to its own.
    TERM=xterm terminal e seen "$QUOTEFETCH" --format ndjson --batch 1 --workers 1 -f list >out
    expect_ndjson 'length == 6'
    expect_text seen '] 3/6 symbols'
    TERM=xterm terminal oe seen "$QUOTEFETCH" --format ndjson --batch 1 --workers 1 -f list
    # What stands before the last erasure of a line is gone.
    sed -e 's/.*\r\x1b\[K//' -e 's/\r$//' seen | grep -v '^quotefetch: ' >document
    expect_ndjson 'length == 6' document
}

@test "the bar stands before the first answer, and says what is waited for" {
    serve --fault delay=1500@path=token --latency 700
    TERM=xterm terminal e seen "$QUOTEFETCH" --workers 1 --batch 1 --rate 1 --color never 005930 000660 >out
    tr '\r' '\n' <seen | sed 's/\x1b\[[?0-9]*[a-zA-Z]//g' >lines
    expect_match lines '^quotefetch: \[\.{24}\] 0/2 symbols, 0 failed, waiting for the token$'
    expect_match lines '^quotefetch: \[\.{24}\] 0/2 symbols, 0 failed, waiting for the quota$'
    expect_match lines '^quotefetch: \[\.{24}\] 0/2 symbols, 0 failed, waiting for an answer$'
    expect_match lines '^quotefetch: \[#{12}\.{12}\] 1/2 symbols, 0 failed, waiting for '
}

@test "the table fits the terminal, and says what it left out" {
    serve
    for columns in 60 80 200; do
        screen $columns "'$QUOTEFETCH' -k --detail --color never 005930 000660 AAPL"
        # A Hangul syllable is two columns wide, and three bytes to some awks.
        expect_same "$(sed '/^no room/d; s/삼성전자/12345678/; s/SK하이닉스/1234567890/' screen |
            awk -v most=$columns 'length > most')" ''
        expect_match screen '^Symbol +.*Price'
        expect_same "$(grep -c '^005930 .*274,500' screen)" 1
        case $columns in
        200) expect_no_text screen 'no room for' ;;
        *) expect_match screen '^no room for exchange, .*: see --fields$|^no room for .*bps' ;;
        esac
    done
    # What was chosen is shown, however wide; and a file has no width.
    screen 20 "'$QUOTEFETCH' -q --fields symbol,name,price,volume,turnover 005930"
    expect_no_text screen 'no room'
    fetch --format table --detail 005930
    expect_no_text out 'no room'
}

@test "colors: red up and blue down where the locale is Korean, or by --color-scheme" {
    serve
    colors() { # colors [OPTION...]: of the change, which is up for 005930
        TERM=xterm terminal o seen "$QUOTEFETCH" -q --fields symbol,change "$@" 005930
        grep -o $'\e\\[[0-9]*m *6,500' seen
    }
    green=$'\e[32m6,500' red=$'\e[31m6,500'
    export LC_ALL='' LANG=
    expect_same "$(colors)" "$green"
    expect_same "$(LANG=ko_KR.UTF-8 colors)" "$red"
    expect_same "$(LC_ALL=ko_KR.UTF-8 LANG=C colors)" "$red"
    expect_same "$(LC_ALL=C.UTF-8 LANG=ko_KR.UTF-8 colors)" "$green"
    expect_same "$(LANG=ko_KR.UTF-8 colors --color-scheme western)" "$green"
    expect_same "$(colors --color-scheme korean)" "$red"
    echo 'color-scheme = korean' >>"$CONFIG"
    expect_same "$(colors)" "$red"
    fetch --color-scheme pink 005930
    expect_status 2
    expect_text err '--color-scheme takes auto, western or korean'
}
