# SPDX-License-Identifier: MIT
# Where the records go: --output, and a stdout that is full, closed or left.

load ../support/common

@test "-o, --output, --output=: the file appears complete, stdout stays empty" {
    serve
    for form in '-o made' '-omade' '--output made' '--output=made'; do
        rm -f made
        # shellcheck disable=SC2086
        fetch $form 005930
        expect_status 0
        expect_json '.[0].price == 274500' made
        expect_lines out 0
    done
    fetch -o made 005930 000660
    expect_json 'length == 2' made
}

@test "--output: not there, or still the old one, until all is written" {
    serve --fault hang@symbol=AAPL
    echo old >made
    "$QUOTEFETCH" -o made --timeout 10 005930 AAPL 2>err 3>&- &
    local pid=$!
    wait_until grep -q 005930 log
    expect_same "$(cat made)" old
    expect_same "$(find . -name '.made.quotefetch-*' | wc -l)" 1
    kill "$pid"
    wait "$pid" || true
}

@test "--output: a new file follows the umask, an old one keeps its mode" {
    serve
    umask 027
    fetch -o made 005930
    expect_same "$(stat -c %a made)" 640
    chmod 604 made
    fetch -o made 005930
    expect_same "$(stat -c %a made)" 604
}

@test "--output: a symbolic link stays one, what it leads to is replaced" {
    serve
    mkdir there
    echo old >there/real
    ln -s there/real link
    fetch -o link 005930
    expect_status 0
    [ -L link ]
    expect_json '.[0].price == 274500' there/real
    ln -s nowhere dangling
    fetch -o dangling 005930
    expect_status 5
    expect_same "$(cat err)" "quotefetch: cannot write 'dangling': it is a link to nothing"
}

@test "--output: a device and a FIFO are written in place" {
    serve
    fetch -o /dev/null 005930
    expect_status 0
    [ -c /dev/null ]
    mkfifo pipe
    cat pipe >taken 3>&- &
    exec 9>pipe # waits until it is read: the client does not
    fetch -o pipe --format ndjson 005930
    exec 9>&-
    wait $!
    expect_status 0
    expect_json '.price == 274500' taken
    [ -p pipe ]
}

@test "-o on a descriptor: what it is open to is written as it stands, and nothing is replaced" {
    serve
    line='{"symbol":"005930"}'
    quotes=(-q --format ndjson --fields symbol 005930)
    for path in /dev/stdout /dev/fd/1 /proc/self/fd/1 link; do
        [ -e "$path" ] || [ "$path" = link ] || continue
        rm -f f hard link
        ln -s /dev/stdout link
        echo first >f
        ln f hard
        "$QUOTEFETCH" -o "$path" "${quotes[@]}" >>f
        echo last >>f
        expect_same "$path: $(cat hard)" "$path: first
$line
last"
    done
    # Neither from the beginning where another has written before.
    rm -f f
    { echo first; "$QUOTEFETCH" -o /dev/stdout "${quotes[@]}"; echo last; } >f
    expect_same "$(cat f)" "first
$line
last"
    echo first >f
    "$QUOTEFETCH" -o /dev/stderr "${quotes[@]}" 2>>f
    expect_same "$(cat f)" "first
$line"
    echo first >f
    "$QUOTEFETCH" -o /dev/fd/7 "${quotes[@]}" 7>>f
    expect_same "$(cat f)" "first
$line"
    mkfifo pipe
    cat pipe >piped 3>&- &
    "$QUOTEFETCH" -o /dev/fd/7 "${quotes[@]}" 7>pipe
    wait $!
    expect_same "$(cat piped)" "$line"
    expect_same "$(find . -name '.*quotefetch-*')" ''
}

@test "-o on a descriptor that is not open, or not for writing: exit 5, before any call" {
    serve
    echo kept >f
    for words in '7<f /dev/fd/7' '8>&- /dev/fd/8' '2>&- /dev/stderr' '1>&- /dev/stdout' '5>&- /dev/fd/5' \
        '1>&- -'; do
        status=0
        # As a program's own descriptors would be numbered: 3, 4, 5.
        eval "\"\$QUOTEFETCH\" -o ${words#* } 005930 3>&- 4>&- ${words% *}" >out 2>err || status=$?
        expect_same "$words: $status" "$words: 5"
    done
    expect_same "$(cat f)" kept
    expect_no_calls
}

@test "-o another process's descriptor: its file is not replaced" {
    [ -d /proc/self/fd ] || skip 'no /proc'
    serve
    echo first >f
    sleep 60 3>>f &
    local pid=$!
    fetch -q -o "/proc/$pid/fd/3" --format ndjson --fields symbol 005930
    kill "$pid"
    expect_status 0
    expect_same "$(cat f)" 'first
{"symbol":"005930"}'
}

@test "-o -: stdout; --stats -: after the records" {
    serve
    fetch -q -o - --stats - --format ndjson 005930
    expect_status 0
    expect_lines out 2
    expect_ndjson '.[0].symbol == "005930" and .[1].quotes == 1'
    fetch -q -o made --stats - --format ndjson 005930
    expect_json '.quotes == 1'
    expect_lines made 1
    echo 'output = made2' >>"$CONFIG"
    fetch -q -o - 005930
    expect_json 'length == 1'
    [ ! -e made2 ] && [ ! -e - ]
    fetch -q -o out2 --stats /dev/stdout 005930
    expect_json '.quotes == 1'
}

# The README's line of a crontab, the day the broker is down.
@test "a run without a quote leaves the last good file, and says so even when quiet" {
    serve
    fetch -q --format csv -o made 005930 000660
    cp -p made good
    fetch -q --format csv -o made --base-url http://127.0.0.1:1 --retries 0 005930 000660
    expect_status 4
    expect_same "$(cat err)" \
        "quotefetch: 'made' is left as it was: no quote for 2 of 2 symbols (2 Network)"
    cmp made good
    expect_same "$(stat -c '%i %Y' made)" "$(stat -c '%i %Y' made)"
    KIS_APP_SECRET=wrong fetch -q --format csv -o made 005930
    expect_status 3
    expect_match err "^quotefetch: 'made' is left as it was: no quote for 1 of 1 symbol \(1 Auth\)$"
    cmp made good
    fetch -q --format csv -o made --timeout 0.001 005930
    expect_status 6
    cmp made good
    expect_same "$(find . -name '.made*')" ''
    # Where there was none, what went wrong is what there is to know.
    fetch -q --format csv -o new --base-url http://127.0.0.1:1 --retries 0 005930
    expect_text new Network
    # Nor is there anything to keep where nothing is replaced.
    fetch -q --format csv --base-url http://127.0.0.1:1 --retries 0 005930
    expect_text out Network
    expect_lines err 0
}

@test "--replace: always, if any symbol has a quote, only if all have" {
    serve
    for row in 'any some 1' 'any none 0' 'all some 0' 'all every 1' 'all none 0' 'always none 1' \
        'always some 1' ' some 1' ' none 0'; do
        IFS=' ' read -r rule symbols replaced <<<"${row/# /default }"
        case $symbols in
        some) symbols='005930 999999' ;; none) symbols=999999 ;; every) symbols=005930 ;;
        esac
        rule=${rule/#default/}
        echo old >made
        # shellcheck disable=SC2086
        fetch -q ${rule:+--replace $rule} -o made $symbols
        seen=1
        [ "$(cat made)" != old ] || seen=0
        expect_same "$row: $seen" "$row: $replaced"
        expect_lines err $((1 - replaced))
    done
    fetch --replace sometimes -o made 005930
    expect_status 2
    expect_text err '--replace takes always, any or all'
}

@test "--output that cannot be written: said before any call, exit 5" {
    serve
    cannot() { # cannot FILE WHY
        fetch -o "$1" 005930
        expect_status 5
        expect_same "$(cat err)" "quotefetch: cannot write '$1': $2"
        expect_no_calls
    }
    mkdir directory
    cannot directory 'Is a directory'
    cannot nowhere/made 'No such file or directory'
    cannot directory/ 'Is a directory'
    mkfifo pipe
    cannot pipe 'nobody reads this FIFO'
}

@test "a disk that fills up: exit 5, the old file is intact, nothing is left behind" {
    serve
    echo old >made
    codes 300 >list
    # Files of 8 KiB at most: the same error path as a full disk.
    (ulimit -f 16 && fetch -o made -f list && echo "$status" >seen)
    expect_same "$(cat seen)" 5
    expect_match err "^quotefetch: cannot write 'made': File too large$"
    expect_same "$(cat made)" old
    expect_same "$(find . -name '.made*')" ''
}

@test "interrupted: the old file is intact, nothing is left behind" {
    serve --fault hang@symbol=AAPL
    echo old >made
    "$QUOTEFETCH" -o made AAPL 2>err 3>&- &
    local pid=$!
    wait_until grep -q tokenP log
    kill "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 143
    expect_same "$(find . -name '.made*')" ''
}

@test "stdout full, or closed: exit 5 and one line" {
    serve
    fetch_to_full() { "$QUOTEFETCH" -q 005930 >/dev/full 2>err; }
    status=0
    fetch_to_full || status=$?
    expect_status 5
    expect_same "$(cat err)" 'quotefetch: cannot write standard output: No space left on device'
    status=0
    "$QUOTEFETCH" -q 005930 >&- 2>err || status=$?
    expect_status 5
    expect_same "$(cat err)" 'quotefetch: cannot write standard output: it is closed'
    for option in --help --version; do
        status=0
        "$QUOTEFETCH" $option >/dev/full 2>err || status=$?
        expect_status 5
    done
}

@test "all three streams closed: no descriptor is taken for another" {
    serve
    status=0
    "$QUOTEFETCH" -o made 005930 <&- >&- 2>&- || status=$?
    expect_status 0
    expect_json '.[0].price == 274500' made
}

@test "the reader of stdout goes away: exit 141, no further calls, quiet" {
    serve --latency 20
    codes 60 >list
    "$QUOTEFETCH" --format ndjson --batch 1 -q -f list 2>err | head -n 1 >out
    status=${PIPESTATUS[0]}
    expect_status 141
    expect_lines out 1
    expect_lines err 0
    expect_arrivals '.calls < 40'
}

@test "a reader that does not read: the deadline holds, exit 5" {
    serve
    codes 600 >list
    { status=0; "$QUOTEFETCH" --timeout 1 -q -f list 2>err || status=$?; echo "$status" >seen; } |
        { sleep 2.5; cat >/dev/null; }
    expect_same "$(cat seen)" 5
    expect_same "$(cat err)" \
        'quotefetch: cannot write standard output: its reader let the time run out'
}

@test "no file of a run takes the place of another, or of what it reads, however spelled" {
    serve
    printf '005930\n000660\n' >list
    ln -s list link
    mkdir sub
    for two in '-o made --errors ./made' '-o made --metrics sub/../made' '--errors sub/x --stats ./sub/x' \
        '-f list -o list' '-f list --stats ./list' '-f link --metrics list' '--priority list -o link' \
        '--priority list --errors list'; do
        # shellcheck disable=SC2086
        fetch -q $two
        expect_status 2
        expect_match err '^quotefetch: --[a-z]+ and --[a-z]+ name the same file$'
        expect_no_calls
        expect_lines list 2
        [ ! -e made ] && [ ! -e sub/x ]
    done
    # The configuration in use, with the secret in it, and the certificates.
    echo 'rate = 0 # kept' >"$CONFIG"
    cp "$CONFIG" ca
    for two in "-o $CONFIG" "--stats $CONFIG" '--cacert ca -o ca'; do
        # shellcheck disable=SC2086
        fetch -q $two 005930
        expect_status 2
        expect_match err '^quotefetch: --(output|stats) and (the configuration|--cacert) name the same file$'
        cmp "$CONFIG" ca
    done
    ran='-o list <list'
    status=0
    "$QUOTEFETCH" -q -o list <list >out 2>err || status=$?
    expect_refused '--output and stdin name the same file'
    expect_lines list 2
    "$QUOTEFETCH" -q --errors out 005930 >out 2>err || status=$?
    expect_refused 'stdout and --errors name the same file'
    # These are two things, one after the other, or none: what is left to try.
    fetch -q --stats /dev/stdout --errors /dev/null --metrics /dev/null 005930
    expect_status 0
    fetch -q -f list --errors list
    expect_status 0
    expect_lines list 0
}
