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
    fetch -o pipe --format ndjson 005930
    wait $!
    expect_status 0
    expect_json '.price == 274500' taken
    [ -p pipe ]
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
