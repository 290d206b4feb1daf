# SPDX-License-Identifier: MIT
# Token, credentials, limits, time and signals: the rows of the fault catalogue
# that the core ones have not.
# shellcheck shell=bash disable=SC2034

load ../support/faults

# ---- token and credentials ---------------------------------------------------------

@test "A1 no place for the cache: works without, and warns once" {
    local place

    for place in /proc/none /dev/null/state ''; do
        serve_limited
        client=(env "QUOTEFETCH_STATE_DIR=$place" HOME=/proc/none)
        ask
        expect_end 0 3
        expect_same "$(grep -c 'own' err)" 1
    done
    chmod 777 "$HOME"
    mkdir -m 777 open
    client=(env "QUOTEFETCH_STATE_DIR=$PWD/open")
    serve_limited
    ask
    expect_end 0 3
    expect_text err 'cannot trust the directory'
    [ -z "$(ls open)" ] || fail "written to what others can write"
}

@test "A1 HOME is unset, or no place: the password file's is home" {
    local unset

    rate=0
    serve --token-interval 0
    unset KIS_APP_KEY
    printf 'app_key = %s\n' "$KEY" >"$CONFIG"
    chmod 600 "$CONFIG"
    for unset in '-u HOME' HOME= HOME=relative; do
        # shellcheck disable=SC2086
        client=(env $unset)
        preload faults FAULT_HOME="$HOME"
        rm -rf "$STATE"
        ask
        expect_end 0 3
        expect_same "$(find "$STATE" -name 'token-*[!k]' | wc -l)" 1
    done
    client=(env -u HOME "KIS_APP_KEY=$KEY")
    preload faults FAULT_HOME=/proc/none
    ask
    expect_end 0 3
    expect_same "$(grep -c 'own' err)" 1
}

@test "A4 the clock is a day wrong, both ways: the server's word counts, one token" {
    local shift

    for shift in -86400 86400 -90000 90000; do
        rm -rf "$STATE"
        serve_limited
        client=()
        preload faults FAULT_CLOCK_SHIFT="$shift"
        ask
        expect_end 0 3
        expect_calls "$token" 1
    done
}

@test "A4 the token in the cache has expired by the clock: another one" {
    local file

    rate=0
    serve --token-interval 0
    ask
    file=$(echo "$STATE"/token-*[!k])
    jq -c '.expires_at_ms = .asked_at_ms - 70000 | .asked_at_ms -= 86400000' "$file" >old
    cat old >"$file"
    : >log
    ask
    expect_end 0 3
    expect_calls "$token" 1
}

@test "A: the token call fails each time: as many attempts as --retries says" {
    symbols=(005930)
    serve_limited --fault status=503@path=token
    ask --retries 2
    expect_end 3 0 Auth
    expect_calls "$token" 3
}

@test "A11 a wrong secret: exit 3 at once, no quote is asked for" {
    serve_limited --app-secret another
    ask
    expect_end 3 0 Auth
    expect_calls "$token" 1
    expect_calls "$quote" 0
}

@test "A12 a secret's file that others can read, or of unfit bytes: refused; one line end is none" {
    local text

    serve_limited
    unset KIS_APP_KEY KIS_APP_SECRET
    mkdir credentials
    export CREDENTIALS_DIRECTORY=$PWD/credentials
    printf '%s' "$KEY" >credentials/app_key
    for text in "$SECRET" "$SECRET\n" "$SECRET\r\n"; do
        printf %b "$text" >credentials/app_secret
        ask
        expect_end 0 3
    done
    for text in "$SECRET\n\n" "$SECRET\0000x" " $SECRET" '' "$(printf '%01000000d' 7)"; do
        printf %b "$text" >credentials/app_secret
        ask
        expect_status 2
    done
    unset CREDENTIALS_DIRECTORY
    printf 'app_key = %s\napp_secret = %s\n' "$KEY" "$SECRET" >"$CONFIG"
    chmod 644 "$CONFIG"
    ask
    expect_status 2
    expect_text err 600
    chmod 600 "$CONFIG"
    ask
    expect_end 0 3
}

# The secret's command: what it does, and what becomes of the run.
@test "A13 app_secret_cmd hangs: the deadline ends it" {
    deadline=2
    begins=false
    secret_command 'sleep 1000'
    ask
    expect_status 6
    expect_no_calls
}

@test "A13 app_secret_cmd fails, prints too much, or nothing: refused" {
    local command

    for command in "printf %s '$SECRET'; exit 1" 'yes | head -c 10000000' true 'kill -9 $$'; do
        secret_command "$command"
        ask
        expect_status 2
        expect_no_calls
    done
}

@test "A13 app_secret_cmd leaves a daemon that keeps the pipe: the secret is taken all the same" {
    secret_command "sleep 100 & printf %s '$SECRET'"
    ask
    expect_end 0 3
}

@test "A13 app_secret_cmd writes the secret to stderr: not repeated" {
    secret_command "printf '%s\n' '$SECRET' >&2"
    err=told ask
    expect_status 2
    tail -n +2 told >err # what the command says, it says itself
    expect_no_text err "${SECRET:0:24}"
}

# secret_command COMMAND: the configuration that runs it.
secret_command() {
    serve_limited
    unset KIS_APP_SECRET
    printf 'app_secret_cmd = %s\n' "$1" >"$CONFIG"
    chmod 600 "$CONFIG"
}

@test "A14 paper and real: a token each" {
    serve_limited --token-interval 0
    symbols=(005930)
    rate=0
    ask
    ask --env paper
    expect_same "$(find "$STATE" -name 'token-*[!k]' | wc -l)" 2
    expect_calls "$token" 2
}

@test "A15 the cached token of another app key: not used" {
    local file mine

    serve_limited --token-interval 0
    ask
    file=$(echo "$STATE"/token-*[!k])
    mine=token-$(printf '%032d' 7)
    jq -c '.owner = "'"${mine#token-}"'"' "$file" >other
    cat other >"$file" # as if two keys had one name
    : >log
    ask
    expect_end 0 3
    expect_calls "$token" 1
}

@test "A: key and secret are in no argument, no environment, no core file" {
    local place

    serve_limited --fault hang
    start
    wait_until hangs
    for place in cmdline environ; do
        ! grep -qa -e "$KEY" -e "${SECRET:0:24}" "/proc/$pid/$place" || fail "seen in $place"
    done
    grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits" || fail "$(grep core "/proc/$pid/limits")"
    kill -TERM "$pid"
    finish
    expect_status 143
}

hangs() {
    has_calls 1 && sleep 0.2
}

# ---- limits and time ---------------------------------------------------------------

@test "L3 the broker's limit is far lower than ours: backs off, and each symbol has its answer" {
    local refused

    serve --rate 6
    many 40
    deadline=30
    ask --batch 1
    refused=$(jq -c 'select(.msg_cd == "EGW00201")' log | wc -l)
    [ "$refused" -le 20 ] || fail "$refused refusals"
    case $status in 0 | 1) ;; *) fail "exit status $status" ;; esac
}

@test "L6 the quota's file is damaged, old, or no file: made anew, no long wait" {
    local kind file

    serve_limited
    ask
    file=$(echo "$STATE"/quota-*[!k])
    cp "$file" whole
    deadline=5
    for kind in empty cut random ones directory fifo symlink foreign; do
        rm -rf "$file"
        case $kind in
        empty) : ;;
        cut) head -c 50 whole ;;
        random) head -c 40832 /dev/urandom ;;
        ones) head -c 40832 /dev/zero | tr '\0' '\377' ;;
        *) cat whole ;;
        esac >"$file"
        chmod 600 "$file"
        case $kind in
        directory) rm "$file" && mkdir "$file" ;;
        fifo) rm "$file" && mkfifo -m 600 "$file" ;;
        symlink) ln -sf "$PWD/whole" "$file" ;;
        foreign) [ "$(id -u)" != 0 ] || chown 12345 "$file" ;;
        esac
        ask
        expect_end 0 3
    done
}

@test "L7 the wall clock jumps by an hour, to and fro: deadline and quota hold" {
    preload faults FAULT_CLOCK_STEP=3600
    serve_limited
    many 40
    ask --batch 1
    expect_end 0 40
    deadline=2 try=30
    serve_limited --fault hang
    ask
    expect_status 6
}

@test "L8 suspend and resume" {
    skip "it would put the machine to sleep"
}

@test "L10 a second SIGINT while the output waits for its reader: gone at once" {
    deadline=600 bound=10 rate=0
    serve
    many 3000
    mkfifo pipe
    exec 9<>pipe 8<pipe
    out=pipe start --rate 0
    wait_until has_calls 5
    sleep 0.3 # until the pipe is full
    kill -INT "$pid"
    sleep 0.1
    kill -INT "$pid"
    exec 9>&-
    cat <&8 >drained
    out=pipe finish
    expect_status 130
    [ "$(tail -c 2 drained)" != ']' ] || fail "it took the time to close the document"
}

@test "L11 SIGHUP: as SIGINT, exit 129" {
    serve_limited --fault hang
    start
    wait_until has_calls 1
    kill -HUP "$pid"
    finish
    expect_end 129 0 Canceled
}

@test "L11 SIGPIPE, and SIGSTOP with SIGCONT: the run goes on" {
    serve_limited
    many 30
    start --batch 1
    wait_until has_calls 5
    kill -PIPE "$pid"
    kill -STOP "$pid"
    sleep 1
    kill -CONT "$pid"
    finish
    expect_end 0 30
}

@test "L11 SIGXFSZ: the output file is too large for the limit, exit 5, nothing left" {
    rate=0
    serve
    many 2000
    client=(prlimit --fsize=100000)
    ask --rate 0 -o records
    expect_status 5
    [ -z "$(find . -name '*records*')" ] || fail "left: $(ls -a)"
}

@test "L14 there is no thread for the second worker, or for the first: fewer, or a clean end" {
    local threads

    serve_limited
    for threads in 1 2 0; do
        client=()
        preload faults FAULT_THREADS="$threads"
        ask
        [ "$threads" = 0 ] || expect_end 0 3
    done
    expect_status 2
    expect_text err thread
}

@test "L15 one processor, nice 19: the same guarantees" {
    client=(nice -n 19)
    ! command -v taskset >/dev/null || client+=(taskset -c 0)
    serve_limited
    many 40
    ask --batch 1
    expect_end 0 40
}

@test "L15 no more processes for this user: a clean end" {
    [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || skip "not root: cannot be another user"
    serve_limited
    chmod 755 "$BATS_TEST_TMPDIR"
    client=(setpriv --reuid 65534 --clear-groups env HOME=/nonexistent prlimit --nproc=1)
    "${client[@]}" "$QUOTEFETCH" --version >/dev/null 2>&1 || skip "another user cannot run it here"
    ask
    case $status in 0 | 2 | 4) ;; *) fail "exit status $status" ;; esac
}
