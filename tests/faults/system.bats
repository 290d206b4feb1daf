# SPDX-License-Identifier: MIT
# Input, output and the system: the rows of the fault catalogue that core_*.bats
# has not.
# shellcheck shell=bash disable=SC2034

load ../support/faults

# ---- input -------------------------------------------------------------------------

@test "I1 nothing, blanks, comments: refused" {
    local text

    serve_limited
    for text in '' ' \n\t\n' '# none\n'; do
        printf %b "$text" >odd
        input=(-f odd)
        ask
        expect_status 2
    done
    expect_no_calls
}

@test "I6 UTF-16 and cp949: said, not guessed" {
    serve_limited
    printf '\xff\xfe0\x000\x005\x00' >odd
    input=(-f odd)
    ask
    expect_status 2
    expect_match err 'UTF'
    printf '# \xbb\xef\xbc\xba\n\xbb\xef\xbc\xba\n' >odd
    ask
    expect_status 2
    expect_match err 'UTF-8'
}

@test "I7 a symbol three times: asked for once, answered three times" {
    serve_limited
    symbols=(005930 AAPL 005930 aapl 005930)
    printf '%s\n' "${symbols[@]}" >odd
    input=(-f odd)
    symbols=(005930 AAPL 005930 AAPL 005930)
    ask
    expect_end 0 5
    expect_calls "$quote" 2
}

@test "I9 a list that is missing, a directory, not to be read: refused" {
    local file

    serve_limited
    touch locked
    chmod 0 locked
    for file in missing . /nope/list; do
        input=(-f "$file")
        ask
        expect_status 2
        expect_match err "'$file'"
    done
    [ "$(id -u)" != 0 ] || return 0
    input=(-f locked)
    ask
    expect_status 2
}

@test "I9 a FIFO without writer, or with one that is silent: the deadline ends the reading" {
    deadline=2 begins=false
    serve_limited
    mkfifo pipe
    input=(-f pipe)
    ask
    expect_status 6
    exec 9<>pipe
    ask
    expect_status 6
    expect_no_calls
}

@test "I9 a FIFO without writer, and SIGINT: at once" {
    deadline=600 bound=1 begins=false
    serve_limited
    mkfifo pipe
    input=(-f pipe)
    start
    sleep 0.3
    kill -INT "$pid"
    finish
    expect_status 130
}

@test "I10 a slow producer on a pipe: the list is waited for, within the deadline" {
    serve_limited
    mkfifo slow
    (
        for symbol in "${symbols[@]}"; do
            echo "$symbol"
            sleep 0.3
        done
    ) >slow 3>&- &
    input=(-f slow)
    ask
    expect_end 0 3
}

@test "I11 unknown options, empty and endless arguments: refused" {
    local argument

    serve_limited
    for argument in --nope -z --timeout= '' "$(printf '%0131000d' 0)" --=x '-\x00'; do
        fetch "$argument"
        expect_status 2
        [ ! -s out ] || fail "there is output"
    done
    expect_no_calls
    fetch -- --nope
    expect_status 2
}

@test "I12 no argument at all, not even a name: no crash" {
    serve_limited
    "$PYTHON" - "$QUOTEFETCH" <<'END' || status=$?
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
none = (ctypes.c_char_p * 1)(None)
libc.execve(sys.argv[1].encode(), none, none)
sys.exit(125)
END
    case ${status:-0} in 2) ;; *) fail "exit status $status" ;; esac
}

# ---- output and system ---------------------------------------------------------------

@test "O4 stderr is closed, full, or a pipe without reader: no matter" {
    local shut

    serve_limited
    err=/dev/full ask
    expect_end 0 3
    for shut in '2>&-' '2> >(exec true)'; do
        client=("$BASH" -c "exec \"\$@\" $shut" shut)
        ask
        expect_end 0 3
    done
}

@test "O6 the disk is full: the temporary is gone, the old file is whole, exit 5" {
    unshare -m true 2>/dev/null || skip "no mount namespace to be had: not root"
    rate=0
    serve
    many 2000
    mkdir small
    unshare -m "$BASH" -c 'mount -t tmpfs -o size=64k none small && touch mounted && exec sleep 120' \
        3>&- 2>/dev/null &
    brokers+=("$!")
    local holder=$!
    wait_until test -e mounted -o ! -e "/proc/$holder"
    [ -e mounted ] || skip "no tmpfs to be had"
    local seen=/proc/$holder/root$PWD/small
    echo '[]' >"$seen/records"
    client=(nsenter -t "$holder" -m)
    input=(-f "$PWD/list")
    ask --rate 0 -o "$PWD/small/records"
    expect_status 5
    expect_text err 'No space left'
    expect_same "$(cat "$seen/records")" '[]'
    expect_same "$(ls -A "$seen")" records
}

@test "O7 -o names a missing directory, a directory, a loose link: refused; link and device: written" {
    local goal

    serve_limited
    ln -s nowhere loose
    for goal in missing/records . loose /proc/records; do
        ask -o "$goal"
        expect_status 5
        expect_match err 'cannot write'
    done
    expect_calls "$quote" 0

    echo old >target
    ln -s target link
    document=target
    ask -o link
    expect_status 0
    [ -L link ] || fail "the link was replaced"
    document=/dev/null
    ask -o /dev/null
    expect_status 0
    [ -c /dev/null ] || fail "/dev/null was replaced"
}

@test "O8 terminals 0, 1 and 10000 columns wide, without a name: a sane table" {
    local columns

    serve_limited
    for columns in 0 1 10000; do
        TERM=xterm terminal o "stty cols $columns; $QUOTEFETCH -q 005930 000660" >seen 2>&1 || true
        expect_text seen 005930
    done
}

@test "O9 any locale: the same bytes" {
    local locale

    serve_limited
    for locale in C de_DE.UTF-8 tr_TR.UTF-8 C.UTF-8 none '; rm'; do
        client=(env "LC_ALL=$locale" "LANG=$locale")
        ask --keep-order --fields symbol,price,change,change_percent,error
        expect_end 0 3
        [ -e before ] || cp out before
        cmp out before || fail "in $locale"
        rm -f "$STATE"/quota-* "$STATE"/calls-*
    done
}

@test "O10 odd time zones: the broker's time, with its zone" {
    local zone

    serve_limited
    for zone in Nowhere/Land :/etc/passwd UTC+99 America/St_Johns ''; do
        client=(env "TZ=$zone")
        ask
        expect_end 0 3
        expect_json 'all(.[]; .fetched_at | test("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}[+]09:00$"))'
    done
    client=()
    preload faults FAULT_CLOCK_SHIFT=$((20 * 365 * 86400)) # beyond 2038
    rm -rf "$STATE"
    serve_limited
    ask
    expect_json 'all(.[]; .fetched_at | test("^20[4-9]"))'
}

@test "O12 60 MB of address space: works" {
    unsanitized || skip "a sanitizer reserves more"
    serve_limited
    client=(prlimit --as=$((60 << 20)))
    ask
    expect_end 0 3
}

@test "O13 no /tmp, no HOME, the working directory deleted: no matter" {
    serve_limited
    client=(env TMPDIR=/nope HOME=/nope QUOTEFETCH_STATE_DIR="$STATE"
        "$BASH" -c 'mkdir gone && cd gone && rmdir ../gone && exec "$@"' gone)
    input=(-f "$PWD/list")
    ask
    expect_end 0 3
}

@test "O14 run as root, and as nobody" {
    [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || skip "not root: cannot be another user"
    setpriv --reuid 65534 --clear-groups "$QUOTEFETCH" --version >/dev/null 2>&1 ||
        skip "another user cannot run it here"
    serve_limited
    ask
    expect_end 0 3
    client=(setpriv --reuid 65534 --clear-groups env HOME=/nonexistent)
    input=("${symbols[@]}")
    ask
    expect_end 3 0 Auth # no state of its own, and the minute's rule
}

@test "O15 many workers, many records: none is in another" {
    rate=0
    serve
    many 2000
    ask --batch 1 --rate 0 --workers 16 --format ndjson
    expect_status 0
}

@test "O16 fifty at once: all end, one token, the quota holds" {
    deadline=60
    serve_limited
    symbols=(005930)
    crowd 50
    expect_same "$(printf '%s\n' "${end[@]}" | sort -u)" 0
    expect_calls "$token" 1
    expect_same "$(jq -r .version "$STATE"/token-*[!k])" 1
}

@test "O3 a bare root without /dev/null, with stdin and stderr closed: a whole answer" {
    unshare -rm true 2>/dev/null || skip 'no mounts here'
    serve_limited
    unshare -rm sh -c 'mount -t tmpfs none /dev; exec "$@" <&- 2>&-' sh \
        "$QUOTEFETCH" -q --format ndjson 005930 >out
    expect_json '.symbol == "005930" and .error == false'
}

@test "L9 SIGTERM blocked by whoever started it: it ends all the same" {
    deadline=30
    serve_limited --fault hang
    status=0
    python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
os.execvp(sys.argv[1], sys.argv[1:])' "$QUOTEFETCH" -q --format ndjson 005930 >out 2>err 3>&- &
    wait_until test -s log
    wait_until grep -q inquire log || true
    kill -TERM $!
    wait $! || status=$?
    expect_status 143
}
