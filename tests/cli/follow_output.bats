# SPDX-License-Identifier: MIT
# What --follow writes, and where: formats, fields, files, a table.
# shellcheck disable=SC2154 # serve and fetch leave what they name

load ../support/common

# follow [ARGUMENT...]: as fetch, of a stream that ends by itself. Each run is the
# first of its state: openings are few.
follow() {
    rm -rf "$STATE"
    fetch --follow --snapshot no --events none --timeout 60 --count 6 "$@"
}

stream() { # stream [OPTION...]: a broker with a fast tape
    serve --tape-rate 30000 --approval-interval 0 "$@"
}

@test "csv, tsv and lines: a header once, the usual columns, then a line a trade" {
    stream
    follow --format csv 005930 000660
    expect_lines out 7
    expect_same "$(head -n 1 out)" 'symbol,trade_time,price,change,change_percent,size,side,volume,ask,bid'
    expect_same "$(tail -n +2 out | grep -cvE '^(005930|000660),20[0-9-]{8}T[0-9:]{8}\+09:00,[0-9]+,-?[0-9]+,-?[0-9.]+,[0-9]+,(buy|sell|),[0-9]+,[0-9]+,[0-9]+$')" 0
    follow --format tsv --no-header 005930
    expect_lines out 6
    expect_same "$(awk -F '\t' 'NF != 10' out)" ''
    follow --format table 005930 000660
    expect_lines out 7
    expect_match out '^Symbol +Trade time +Price '
    expect_same "$(awk '{ print length }' out | sort -u | wc -l)" 1
}

@test "--fields chooses of all that a trade has; --detail adds to what is usual" {
    stream
    follow --fields seq,kind,price,fetched_at 005930
    expect_ndjson 'all(.[]; keys_unsorted == ["seq", "kind", "price", "fetched_at"] and .kind == "tick"
        and .price > 0 and .seq > 0 and .fetched_at == null)'
    follow --format csv --fields symbol,gap,merged 005930
    expect_same "$(head -n 2 out | tr '\n' ' ')" 'symbol,gap,merged 005930,0,0 '
    follow --detail 005930
    expect_ndjson 'all(.[]; .vwap and .strength and .total_ask_size and .total_bid_size)'
    follow --format csv --detail 005930
    expect_match out ',ask,bid,vwap,strength,total_ask_size,total_bid_size$'
    fetch --follow --fields symbol,prize 005930
    expect_status 2
    expect_text err "did you mean 'price'?"
}

@test "-o appends, never replaces: one header, and a torn line stays by itself" {
    stream
    follow --format csv --fields symbol,price -o trades.csv 005930
    expect_status 0
    expect_lines out 0
    follow --format csv --fields symbol,price -o trades.csv 000660
    expect_lines trades.csv 13
    expect_same "$(grep -c '^symbol,price$' trades.csv)" 1
    printf '{"torn":' >trades.ndjson
    follow -o trades.ndjson 005930
    expect_lines trades.ndjson 7
    expect_same "$(head -n 1 trades.ndjson)" '{"torn":'
    tail -n +2 trades.ndjson >rest
    expect_ndjson 'length == 6' rest
    follow -o - 005930
    expect_lines out 6
    follow -o /dev/full 005930
    expect_status 5
    follow -o nowhere/file 005930
    expect_status 5
}

@test "--stats: what the stream came to, and -o anew after SIGHUP" {
    stream
    follow --stats stats.json 005930
    expect_json '.stream | .written == 6 and .ticks >= 6 and .symbols == 1 and .followed == 1
        and .sessions == 1 and .bad_records == 0 and .missed_trades == 0' stats.json
    expect_json '.exit_status == 0 and .wall_ms > 0' stats.json
    expect_json '.stream | .uptime_sec > 0 and (.latency_ms | .p50 > 0 and .p50 <= .p99 and .p99 <= .max)
        and .gaps == 0 and .refused == 0' stats.json
    expect_json '.stream.last_message_at | test("^20[0-9-]{8}T[0-9:.]{12}\\+09:00$")' stats.json
    follow --stats out.json -o out.json 005930
    expect_status 2
    rm -rf "$STATE"
    for what in --follow --follow '--every 0.1 --all' '--every 0.1 --all'; do
        rm -f log.csv old.csv
        [ ! -e "header${what%% *}" ] || cp "header${what%% *}" log.csv # of an earlier run, to which it appends
        size=$(cat log.csv 2>/dev/null | wc -c)
        "$QUOTEFETCH" $what --format csv --snapshot no -o log.csv 005930 2>err &
        pid=$!
        wait_until larger log.csv "$size"
        mv log.csv old.csv
        kill -HUP "$pid"
        wait_until test -s log.csv
        kill "$pid"
        wait "$pid" || status=$?
        expect_status 143
        expect_same "$(head -n 1 log.csv)" "$(head -n 1 old.csv)"
        head -n 1 old.csv >"header${what%% *}"
    done
}

@test "--stats: gaps, refusals, sessions and heartbeats, as the broker saw them" {
    stream --heartbeat 20 --ping 20 --stream-log stream.log --fault skip:3@nth=5 --fault rst:40@session=1 \
        --fault ack:OPSP8993@symbol=000660
    follow --count 600 --stats stats 005930 000660
    expect_status 1
    expect_json '.stream | .sessions == 2 and .gaps >= 1 and .gaps <= .missed_trades and .refused == 1
        and .uptime_sec > 0 and .max_heartbeat_ms > 0' stats
    wait_until eval '[ "$(grep -c "\"event\":\"end\"" stream.log)" = 2 ]'
    # What was sent to the first session when it was cut may never have come.
    expect_same "$(jq -s --slurpfile s stats 'map(select(.event == "end")) | last as $e | $s[0].stream |
        .pingpongs >= $e.answered and .pings > 0' stream.log)" true
}

larger() { [ "$(cat "$1" 2>/dev/null | wc -c)" -gt "$2" ]; }

@test "a refusal is a record of ndjson, and a line on stderr of all else" {
    stream --fault ack:OPSP8993@symbol=000660
    fetch --follow --count 3 --timeout 60 000660 005930
    expect_same "$(jq -r 'select(.kind == "refused") | [.symbol, .error, .error_type, .msg_cd] | @csv' out)" \
        '"000660",true,"Input","OPSP8993"'
    fetch --follow --snapshot no --count 3 --timeout 60 --format csv 000660 005930
    expect_lines out 4
    expect_text err '000660 is not followed'
    # A column that tells the kind makes room for all of them.
    rm -rf "$STATE"
    fetch --follow --count 3 --timeout 60 --snapshot no --format csv --fields kind,symbol 000660 005930
    expect_same "$(xargs <out)" 'kind,symbol refused,000660 tick,005930 tick,005930 tick,005930'
}

# ---- on a terminal ------------------------------------------------------------

tmux_here() {
    tmux -L "f$$-$BATS_TEST_NUMBER" -f /dev/null "$@"
}

# shows REGEX...: each matches a line of the screen, which is left in the file screen.
shows() {
    tmux_here capture-pane -p >screen
    for regex in "$@"; do
        grep -qE -e "$regex" screen || return 1
    done
}

# is_blank_below REGEX: nothing stands below the one line that matches.
is_blank_below() {
    tmux_here capture-pane -p >screen
    expect_same "$(grep -cE -e "$1" screen)" 1 && [ -z "$(sed -E "1,/$1/d" screen | tr -d ' \n')" ]
}

@test "a table in place: at 60, 80 and 200 columns, resized, and a sane screen at the end" {
    command -v tmux >/dev/null || skip 'no tmux'
    stream --market moves
    codes 20 >list
    printf "trap : INT; echo before; TERM=screen '%s' --follow -f list 005930; echo status \$?; exec sleep 60\n" "$QUOTEFETCH" >window.sh
    tmux_here new-session -d -x 80 -y 40 'sh window.sh' 3>&-
    # What the terminal showed stands above; each symbol has one row.
    wait_until shows '^before' '^quotefetch: 21 of 21 symbols followed' '^Symbol +Trade time +Price +Change' \
        '^100001 +[0-9:]{8} '
    expect_same "$(grep -c '^100001' screen)" 1
    for columns in 60 200 20; do
        tmux_here resize-window -x $columns -y 40
        case $columns in
        200) wait_until shows ' Ask +Bid$' '^005930 ' ;;
        60) wait_until shows ' Change %  Size$' '^005930 ' ;;
        20) wait_until shows '^Symbol +Price$' '^005930 ' ;;
        esac
        expect_same "$(grep -c '^Symbol' screen)" 1
        expect_same "$(grep -cE '^(1000[0-9]{2}|005930) ' screen)" 21
    done
    tmux_here resize-window -x 80 -y 12
    wait_until shows '^\.\.\. 12 more' '^Symbol '
    expect_same "$(grep -c . screen)" 11
    tmux_here resize-window -x 100 -y 40
    wait_until shows ' Volume ' '^100020 '
    tmux_here send-keys C-c
    wait_until shows '^status 130'
    wait_until is_blank_below '^status 130'
    expect_same "$(grep -cE '^(1000[0-9]{2}|005930) ' screen)" 21
    tmux_here kill-server
}

@test "a table in place: what is said of a SIGHUP stands above it, and the table once" {
    command -v tmux >/dev/null || skip 'no tmux'
    stream --market moves
    echo 005930 >list
    printf "echo \$\$ >pid; TERM=screen exec '%s' --follow -f list\n" "$QUOTEFETCH" >window.sh
    tmux_here new-session -d -x 80 -y 20 'sh window.sh' 3>&-
    wait_until shows '^005930 +[0-9:]{8} '
    echo 000660 >>list
    kill -HUP "$(cat pid)"
    wait_until shows '^quotefetch: the list was read again: 1 came, 0 went' '^000660 +[0-9:]{8} '
    expect_same "$(grep -c '^Symbol' screen)" 1
    tmux_here kill-server
}

@test "a terminal that cannot move its cursor gets lines; a file of messages stays out of the table" {
    stream
    rm -rf "$STATE"
    TERM=dumb terminal o seen "$QUOTEFETCH" --follow --count 3 --timeout 60 005930
    expect_no_text seen $'\e'
    expect_lines seen 4
    TERM=xterm terminal o seen "$QUOTEFETCH" --every 0.1 --all --count 3 --timeout 60 --color never 005930 2>err
    expect_match seen '^.*005930 +[0-9:]{8} +2[0-9]{2},[05]00 '
    expect_same "$(sed 's/\x1b\[[0-9]*[AJK]//g' seen | tr -d '\r' | grep -c $'\e')" 0
}
