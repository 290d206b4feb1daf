# SPDX-License-Identifier: MIT
# The stream: keys, processes, ends; and where each row of its fault catalogue is.
#
#   W1 W2 W4-W8 W11 W13-W16 W22-W24     stream_line.bats, on real sockets
#   W26 W28-W30                         the same: frames
#   W25                                 unit test_ws_frame: all 63 cases, cut everywhere;
#                                       cli/sandbox_stream.bats: as they are sent
#   W27                                 unit test_ws: a peer that reads nothing
#   W32-W34 W36 W38 W40 W42 W43         stream_broker.bats: answers and heartbeats
#   W44-W49 W51-W54                     the same: trades
#   W9 W10 W12 W30 W35 W37-W39 W50 W55
#   W59 W63                             cli/stream.bats: in every check
#   W31 W41 W55-W57 W59-W61 W64-W66
#   W68 W70                             here
#   W20 W21                             unit test_reopen, test_line: ten minutes and more
#   W58                                 unit test_token_file, test_credential: one code
#                                       keeps the token and the approval key
#   W62                                 cli/stream_list.bats: SIGHUP
#   W71                                 cli/follow_output.bats: a table in place
#   W72                                 cli/sandbox_stream.bats: python3-websockets
#   W3 W17-W19 W67 W69                  stream_system.bats: network, memory, quota
# shellcheck shell=bash disable=SC2154 # serve and fetch leave what they name

load ../support/stream

@test "W31: an answer that never comes is asked for again" {
    stream --fault ack:lost:005930@times=1
    begin --snapshot no 005930 000660
    wait_until grep -q '"symbol":"005930"' out
    leave
    expect_same "$status" 143
    expect_same "$(registrations 005930)" 2
    audit
}

# answered N: the broker was answered N heartbeats since its burst.
answered() {
    awk -v n="$1" '/"event":"fault"/ { f = 1 } f && /"event":"answer"/ { c++ } END { exit c < n }' stream.log
}

# behind_a_stuck_reader ARGUMENT...: it runs with a reader that does not read until
# six heartbeats were answered since the burst, and ends when merged trades are out.
behind_a_stuck_reader() {
    rm -f pipe out
    mkfifo pipe
    exec 8<>pipe # there is a reader, and it does not read
    begin_to pipe --snapshot no "$@"
    wait_until answered 6
    cat pipe >out 8>&- &
    reader=$!
    wait_until grep -q '"merged":[1-9]' out
    leave
    exec 8>&-
    wait "$reader"
    expect_same "$status" 143
}

@test "W41: a stuck reader delays no heartbeat; what was merged is counted" {
    # More than fits into the queue, and no more than the kernel keeps for us: the
    # heartbeats lie unread behind it.
    stream --market closed --heartbeat 500 --fault burst:11000@registered=2
    behind_a_stuck_reader --stats stats 005930 000660
    # For a second nothing was read at all.
    expect_json '.stream | .merged > 0 and .max_heartbeat_ms >= 900' stats
    audit --answer-ms inf # the broker's own queue of the burst is before them
    expect_same "$(grep -c '"event":"open"' stream.log)" 1
}

# ticks: the CPU time of $pid, in hundredths of a second.
ticks() {
    awk '{ print $14 + $15 }' "/proc/$pid/stat"
}

@test "--slow wait: a line that is reset behind a reader that stands still costs no CPU" {
    local before

    stream --tape-rate 300000 --heartbeat 0 --fault rst:14000
    mkfifo pipe
    exec 8<>pipe
    begin_to pipe --slow wait --snapshot no 005930 000660 035720
    wait_until ended '"by":"reset"'
    before=$(ticks)
    sleep 2
    [ "$(ticks)" -lt $((before + 40)) ] || fail "$(($(ticks) - before)) ticks"
    leave
    exec 8>&-
    expect_same "$status" 143
}

@test "W41: nor does a reader that is always slow" {
    stream --market closed --heartbeat 500 --fault burst:200000@registered=2
    mkfifo pipe
    # Makes room again and again, and never enough: the heartbeats lie behind it all.
    python3 -c '
import os, time
while data := os.read(0, 1 << 16):
    os.write(1, data)
    time.sleep(0.02)' <pipe >out &
    reader=$!
    begin_to pipe --snapshot no 005930 000660
    wait_until grep -q '"merged":[1-9]' out
    leave
    wait "$reader"
    expect_same "$status" 143
    audit --answer-ms inf
}

@test "W51, W53: what came late, and an auction, behind a reader that is slow: counts hold" {
    local fault

    for fault in swap:15 auction:50; do
        stream --heartbeat 500 --fault burst:60000@registered=2 --fault "$fault"
        behind_a_stuck_reader 005930 000660
        audit --answer-ms inf
    done
}

@test "W55: a burst of 100,000 trades, none of them lost" {
    stream --market closed --heartbeat 0 --fault burst:100000@registered=3
    follow --count 100000 --timeout 200 005930 000660 035720
    expect_same "$status" 0
    audit --whole
    expect_ndjson 'length == 100000 and (map(.merged + .gap) | add) == 0'
}

@test "the approval call asks the shared quota, as all calls do" {
    stream --rate 1
    echo 'rate = 1' >"$CONFIG"
    fetch 005930
    follow --count 1 --timeout 60 005930
    expect_status 0
    expect_arrivals '.calls == 3 and .sliding == 1 and .statuses == { "200": 3 }'
}

@test "six openings in ten minutes, whoever made them: the seventh process waits" {
    local i

    stream
    for i in 1 2 3 4 5 6; do
        follow --count 1 --timeout 60 005930
        expect_status 0
    done
    fetch --follow --timeout 2 005930
    expect_status 6
    expect_text err 'six sessions were opened in ten minutes'
    expect_same "$(grep -c '"event":"open"' stream.log)" 6
}

@test "W60: the holder is killed: the lock is free at once, and its place waited out" {
    stream --slot-keep 60000
    begin 005930
    wait_until [ -s out ]
    kill -9 "$pid"
    wait "$pid" || true
    fetch --follow --timeout 2 000660
    expect_status 4
    expect_text err 'another session of this app key is open'
    expect_no_text err 'another quotefetch'
}

@test "W68: a quote that does not come in time holds nobody up; one that is older is not shown" {
    stream --tape-rate 600 --fault delay=4000
    fetch --follow --timeout 7 005930
    expect_status 0
    expect_same "$(jq -r .kind out | head -n 1)" tick
    audit
}

# ---- keys, processes, ends ---------------------------------------------------------

@test "W56: an approval key that is none, or none at all" {
    local fault

    for fault in approval:empty approval:crlf approval:quote approval:long status=403@path=approval; do
        stream --fault "$fault"
        fetch --follow --timeout 3 005930
        [[ $status =~ ^[346]$ ]] || fail "$fault: status $status" "$(cat err)"
        [ ! -s stream.log ] || expect_no_text stream.log '"event":"register"'
    done
}

# told N: so many were told that another follows.
told() {
    [ "$(cat err.* | grep -c 'another quotefetch (pid [0-9]*) follows')" = "$1" ]
}

@test "W59: twenty at once: one key, one session, nineteen are told" {
    local i pids=() statuses=()

    stream
    for ((i = 0; i < 20; i++)); do
        "$QUOTEFETCH" --follow --snapshot no 005930 >"out.$i" 2>"err.$i" 3>&- &
        pids+=("$!")
        brokers+=("$!")
    done
    wait_until told 19
    wait_until test -s stream.log
    kill -TERM "${pids[@]}" 2>/dev/null || true
    for ((i = 0; i < 20; i++)); do
        status=0
        wait "${pids[i]}" || status=$?
        statuses+=("$status")
    done
    expect_same "$(printf '%s\n' "${statuses[@]}" | sort | uniq -c | xargs)" '1 143 19 4'
    opened 1
    expect_same "$(grep -c Approval log)" 1
}

@test "W61: SIGINT and SIGTERM in every state" {
    local signal fault

    for signal in INT TERM; do
        for fault in hang@path=approval hs:silent ack:lost tape:closed busy life:0; do
            stream --fault "$fault"
            env --default-signal timeout --foreground 60 "$QUOTEFETCH" --follow --snapshot no 005930 >out 2>err 3>&- &
            pid=$!
            brokers+=("$pid")
            sleep 0.3 # for whatever state that is by then; the client gets one signal alone
            kill "-$signal" "$pid"
            status=0
            wait "$pid" || status=$?
            expect_same "$fault $status" "$fault $((128 + $(kill -l "$signal")))"
        done
    done
}

@test "W64: a full disk is exit 5" {
    stream
    status=0
    "$QUOTEFETCH" --follow --snapshot no --timeout 60 005930 >/dev/full 2>err || status=$?
    expect_same "$status" 5
    # A file that takes no more ends with a whole record.
    status=0
    (
        trap '' XFSZ
        ulimit -f 21
        exec "$QUOTEFETCH" --follow --snapshot no --timeout 60 -o out 005930 2>err
    ) || status=$?
    expect_same "$status" 5
    expect_same "$(tail -c 1 out | od -An -c | tr -d ' ')" '\n'
    expect_ndjson 'length > 10'
}

@test "W65: the end of time, before a symbol was followed and after; --count amid a frame" {
    stream --fault hs:silent
    follow --timeout 1 005930
    expect_same "$status" 6
    stream
    follow --timeout 2 005930
    expect_same "$status" 0
    follow --timeout 2 --count 1000000 005930
    expect_same "$status" 6
    stream --tape-clump 6
    follow --count 7 --timeout 60 005930
    expect_same "$status $(wc -l <out)" '0 7'
}

@test "W66: stopped for a while: the line is looked at, and what was missed is told" {
    stream --heartbeat 100
    begin --snapshot no --stale 1 005930
    wait_until test -s out
    kill -STOP "$pid"
    sleep 2
    kill -CONT "$pid"
    lines=$(wc -l <out)
    wait_until eval '[ "$(wc -l <out)" -gt $((lines + 50)) ]'
    leave
    expect_same "$status" 143
    audit --answer-ms inf
}

@test "W70: none, the same twice, 42, both markets" {
    local many

    stream
    fetch --follow --timeout 60
    expect_same "$status" 2
    follow --count 5 --timeout 60 005930 005930
    expect_same "$status" 0
    expect_same "$(registrations 005930)" 1
    mapfile -t many < <(codes 42)
    fetch --follow "${many[@]}"
    expect_same "$status" 2
    stream --env paper
    fetch --follow --env paper --timeout 60 005930 AAPL.NAS
    expect_text err every
    expect_same "$status" 4
}

@test "W57: an approval call that is never answered is not made again within the minute" {
    stream --fault hang@path=approval
    follow --try-timeout 1 --timeout 4 005930
    [[ $status =~ ^[346]$ ]] || fail "status $status"
    expect_same "$(grep -c Approval log)" 1
}

@test "a reader that stands still to the end: what it does not take is never all in memory" {
    [ "${QUOTEFETCH#*san}" = "$QUOTEFETCH" ] || skip 'memory is the sanitizer'\''s'
    stream --tape-rate 60 --fault burst:40000
    python3 -c 'import resource, subprocess, sys
subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE).wait()
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
        "$QUOTEFETCH" --follow --timeout 3 005930 000660 035720 >kib 2>err
    [ "$(cat kib)" -le 16384 ] || fail "$(cat kib) KiB"
}
